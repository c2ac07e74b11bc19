"""Names the misconception behind wrong cells: the smallest set of catalogue entries that explains them.

Every hypothesis is solved with its mistaken rules from the student's own values, so each wrong cell is explained by
the mistake made there and not by those before it. A hypothesis must explain more wrong cells than it contradicts
right ones, and more than any other does.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from grader.follow import Own
from grader.tolerance import Bools
from qgen.intervals import Array
from qgen.misconceptions import CATALOGUE, Misconception, mistaken_rules
from qgen.question import iteration_of
from qgen.solve import solve
from qgen.steps import Step

CELLS = 400_000
"""Hypotheses times students that are solved at once."""
SLIP = 3.0
"""A wrong answer within so many widths of the right one may be a rounding slip; no mistake is claimed for it."""

Hypothesis = tuple[Misconception, ...]
Found = dict[tuple[int, int], tuple[str, str]]


def diagnose(own: Own, values: Array, wrong: Bools, settled: Bools, coarse: Array, low: Array, high: Array) -> Found:
    """For explained cells (student, item): the misconceptions' names, and one sentence.

    All arrays are (students, items): the answers, which are wrong, which earned marks, half a unit of the last digit
    written where few were, and the key's ranges.
    """
    found: Found = {}
    singles = _applicable(own)
    pairs = [pair for pair in combinations(singles, 2) if not set(pair[0].swaps) & set(pair[1].swaps)]
    rows = np.flatnonzero(wrong.any(axis=1))
    for hypotheses in ([(m,) for m in singles], pairs):
        if not hypotheses:
            continue
        step, unexplained = max(1, CELLS // len(hypotheses)), []
        for first in range(0, len(rows), step):
            some = rows[first : first + step]
            fit = _Fit(own, hypotheses, some, values, wrong, settled, coarse, low, high)
            unexplained.append(some[~fit.name_all(found)])
        rows = np.concatenate(unexplained) if unexplained else rows[:0]
    return found


class _Fit:
    """How well each hypothesis explains some students' wrong cells: arrays (hypotheses, students, items)."""

    def __init__(
        self, own: Own, hypotheses: Sequence[Hypothesis], rows: NDArray[np.intp], values: Array, wrong: Bools,
        settled: Bools, coarse: Array, low: Array, high: Array,
    ) -> None:  # fmt: skip
        self.own, self.hypotheses, self.rows = own, hypotheses, rows
        items = own.question.items
        givens = {name: array[rows] for name, array in own.givens.items()}
        claims = {name: array[rows] for name, array in own.claims.items()}
        with np.errstate(all="ignore"):
            right = solve(own.question.steps, givens, claimed=claims)
            mistaken = solve(own.question.steps, givens, claimed=claims, rules=mistaken_rules(hypotheses))
            shape = (len(hypotheses), len(rows))
            made = np.array([np.broadcast_to(mistaken[item.step], shape) for item in items]).transpose(1, 2, 0)
            due = np.array([np.broadcast_to(right[item.step], shape[1:]) for item in items]).T
            answer, lowest, highest = values[rows], low[rows], high[rows]
            half = np.maximum((highest - lowest) / 2, 0.5 * own.batch.rounding.unit(answer))
            relative = half / np.maximum(np.abs(lowest + highest) / 2, 1e-12)
            width = np.maximum(half, np.minimum(relative, 0.05) * np.abs(due))
            reach = np.maximum(np.maximum(half, np.minimum(relative, 0.05) * np.abs(made)), coarse[rows])
            differs = np.abs(made - due) > width
            slip = np.abs(answer - due) <= SLIP * width
            self.explained = wrong[rows] & ~slip & differs & (np.abs(answer - made) <= reach)
            self.contradicted = settled[rows] & differs & (np.abs(answer - made) > 2 * reach)

    def name_all(self, found: Found) -> Bools:
        """Adds the best hypothesis of each student to `found`; returns for whom nothing wrong is left to explain."""
        explained = self.explained.sum(axis=2)
        gain = explained - self.contradicted.sum(axis=2)
        best = gain.argmax(axis=0)
        students = np.arange(len(self.rows))
        top = gain[best, students]
        rivals = (gain == top) & (explained == explained[best, students])
        unique = rivals.sum(axis=0) == 1
        count = explained[best, students]
        size = len(self.hypotheses[0])
        # two mistakes at once must explain more than a single cell each could
        sure = (top > 0) & (count > 0) & (unique | (count > size)) & (count >= size)
        for s in np.flatnonzero(sure).tolist():
            hypothesis, row = self.hypotheses[best[s]], int(self.rows[s])
            name = " + ".join(m.name for m in hypothesis)
            for column in np.flatnonzero(self.explained[best[s], s]).tolist():
                if size == 1 or (row, column) not in found:
                    found[row, column] = (name, self._sentence(hypothesis, column))
        done: Bools = np.asarray(sure & (count >= self.explained.any(axis=0).sum(axis=1)))
        return done

    def _sentence(self, hypothesis: Hypothesis, column: int) -> str:
        item = self.own.question.items[column]
        return " ".join(f"{item.step}: {_used(self.own, m, item.step)}{m.sentence}" for m in hypothesis)


def _used(own: Own, misconception: Misconception, item: str) -> str:
    """What was used in place of what, where the mistake takes one number of the page for another."""
    by_id = {step.id: step for step in own.question.steps}
    swapped = _swapped(by_id, item, misconception)
    phrases = []
    for step in swapped:
        if step.rule in ("path", "weight_gradient"):
            places = [step.beside[b] for b in misconception.swaps[step.rule].beside if b in step.beside]
            phrases += [f"{plain_name(place)} where {plain_name(step.needs[1])} belongs" for place in places]
    return f"used {', '.join(dict.fromkeys(phrases))}. " if phrases else ""


def _swapped(by_id: dict[str, Step], item: str, misconception: Misconception) -> list[Step]:
    """The steps between an item and the answers before it at which the mistake is made."""
    steps, seen = [item], []
    shown = {step.shows for step in by_id.values() if step.shows}
    while steps:
        step = by_id.get(steps.pop(0))
        if step is None:
            continue
        if step.rule in misconception.swaps:
            seen.append(step)
        for need in step.needs:
            inner = "~" in need or "*" in need
            if inner and not (need in shown and step.rule in ("path", "weight_gradient") and step.id != item):
                steps.append(need)
    return seen


def plain_name(quantity: str) -> str:
    """An id as it is written in a line of text: w12_2 -> w_12^(2)."""
    t = iteration_of(quantity)
    bare = quantity.partition("_")[2] if t > 1 else quantity
    kind = "new " if bare.startswith("new_") else ""
    bare = bare.removeprefix("new_")
    unit, bar, layer = bare[1:].partition("_")
    return f"{kind}{bare[0]}_{unit}" + (f"^({layer})" if bar else "")


def _applicable(own: Own) -> list[Misconception]:
    """The entries that change anything in this question."""
    few = own.batch.take(np.arange(min(20, own.batch.size)))
    with np.errstate(all="ignore"):
        made = solve(own.question.steps, few.givens, rules=mistaken_rules([(m,) for m in CATALOGUE]))
    changed = np.zeros(len(CATALOGUE), dtype=bool)
    for item in own.question.items:
        if np.ndim(made[item.step]) == 2:
            changed |= (np.abs(made[item.step] - few.values[item.step]) > 1e-9).any(axis=1)
    return [m for m, applies in zip(CATALOGUE, changed, strict=True) if applies]
