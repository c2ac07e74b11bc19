"""The usual mistakes of each gradient's line, with the wrong numbers they lead to on one paper.

A mistake counts for the line in which it is made: everything from other layers is taken as right.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from qgen.engine.intervals import Array
from qgen.engine.misconceptions import Misconception
from qgen.engine.question import Item, Question
from qgen.engine.solve import every_row, mistaken_rules, solve
from qgen.exam.certify import SAME, Batch, applicable
from qgen.solution.worked import Derivation

MOST = 3
TRIED = 8
TOGETHER = 256  # variants whose wrong numbers are computed at once


@dataclass(frozen=True)
class UsualMistakes:
    """Of one question's batch; what is shown for an item is the same mistakes on every paper."""

    batch: Batch

    @cached_property
    def shown(self) -> dict[str, tuple[Misconception, ...]]:
        """By step of a gradient: at most MOST mistakes that change it, of different rules, those not yet seen first."""
        question = self.batch.question
        tried = self.batch.take(np.arange(min(TRIED, self.batch.size)))
        catalogue = applicable(question)
        chosen: dict[str, tuple[Misconception, ...]] = {}
        for items in _layers(question):
            wrong = _wrong(tried, items, catalogue)
            seen: Counter[str] = Counter()
            for item in items:
                right = tried.values[item.step]
                changes = [m for m, value in zip(catalogue, wrong[item.step], strict=True) if _differs(value, right)]
                chosen[item.step] = _spread(changes, seen)
                seen.update(m.name for m in chosen[item.step])
        return chosen

    def of(self, variant: int) -> dict[str, list[tuple[str, str]]]:
        """By step of a gradient: the names of mistakes and the numbers they lead to, as the paper rounds."""
        first = variant - variant % TOGETHER
        if first not in self._parts:
            self._parts.clear()  # papers are printed in order
            self._parts[first] = self._numbers(slice(first, first + TOGETHER))
        text, found = self.batch.rounding.text, {}
        for step, rows in self._parts[first].items():
            right = text(float(self.batch.values[step][variant]))
            numbers = {name: text(float(values[variant - first])) for name, values in rows.items()}
            found[step] = [(name, number) for name, number in numbers.items() if number != right]
        return found

    @cached_property
    def _parts(self) -> dict[int, dict[str, dict[str, Array]]]:
        return {}

    def _numbers(self, part: slice) -> dict[str, dict[str, Array]]:
        """By step and mistake: the wrong numbers of some variants."""
        batch = self.batch.take(np.arange(self.batch.size)[part])
        numbers = {}
        for items in _layers(self.batch.question):
            shown = {m.name: m for item in items for m in self.shown[item.step]}
            wrong = _wrong(batch, items, list(shown.values()))
            row = {name: k for k, name in enumerate(shown)}
            for item in items:
                numbers[item.step] = {m.name: wrong[item.step][row[m.name]] for m in self.shown[item.step]}
        return numbers


def _layers(question: Question) -> list[list[Item]]:
    """The gradients of each layer of each iteration."""
    groups: dict[tuple[int, str], list[Item]] = {}
    for item in question.items:
        if item.part == "gradient":
            groups.setdefault((item.iteration, item.layer), []).append(item)
    return list(groups.values())


def _wrong(batch: Batch, items: Sequence[Item], mistakes: Sequence[Misconception]) -> Mapping[str, Array]:
    """Each item's value under each mistake, (mistakes, variants), made in these items' layer only."""
    iteration, mine = items[0].iteration, {item.step for item in items}
    steps = [step for step in batch.question.steps if step.iteration == iteration]
    # where weights' lines start from the bias's gradient, mistakes made in that gradient are not theirs
    layered = Derivation(batch.question).layered
    biases = {step.id for step in steps if step.shows} if layered else set()
    right = (item.step for item in batch.question.worked if item.step not in mine or item.step in biases)
    claimed = {step: batch.values[step] for step in right}
    rules = mistaken_rules([(m,) for m in mistakes])
    found = solve(steps, {**batch.values, **batch.givens}, rules=rules, claimed=claimed)
    return {step: every_row(found[step], len(mistakes), batch.size) for step in mine}


def _differs(value: Array, right: Array) -> bool:
    return bool((np.abs(value - right) > SAME).any())


def _spread(mistakes: Sequence[Misconception], seen: Counter[str]) -> tuple[Misconception, ...]:
    """The least seen, in the catalogue's order, no two of the same rule."""
    chosen: list[Misconception] = []
    for m in sorted(mistakes, key=lambda m: seen[m.name]):
        if len(chosen) < MOST and not any(m.swaps.keys() & other.swaps.keys() for other in chosen):
            chosen.append(m)
    return tuple(chosen)
