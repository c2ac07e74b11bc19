"""What makes a variant fair: every condition that a printed paper keeps, as margins over a batch of variants.

A margin is how far a variant is from failing a condition, positive where it holds. Everything is computed from the
givens alone, so that an exam folder can be certified again from its stored numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, reduce
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qgen.engine.functions import Value
from qgen.engine.intervals import Array, Interval
from qgen.engine.misconceptions import CATALOGUE, Misconception
from qgen.engine.multiplication_orders import ORDER_RULES, with_orders
from qgen.engine.question import SHOWN, Item, Question
from qgen.engine.rounding import Rounding
from qgen.engine.solve import Rows, mistaken_rules, solve
from qgen.engine.steps import Role, Step
from qgen.errors import several
from qgen.exam.question_spec import QuestionSpec
from qgen.exam.spec import Certify

SAME = 1e-9  # values nearer than this are the same number: a mistake that leads there changes nothing
TOGETHER = 2048  # variants that mistakes are made on at once
FEWEST = 16  # mistakes that draws are held against before the next ones
DECIMALS = 12  # of the values in exam.json

CONDITIONS: Mapping[str, str] = {
    "active": "as many ReLU units are active as the spec says, none near its kink",
    "saturation": "no sigmoid or tanh is saturated",
    "work": "the count of negative givens stays within a band of two",
    "inputs": "no two inputs of an example are equal, so that swapping them shows",
    "tolerance": "no accepted range is wider than the tolerance",
    "zero": "no accepted range holds 0",
    "old value": "no updated parameter's accepted range holds the old value",
    "misconceptions": "no known mistake lands in an accepted range",
    "digits": "every given is written with as many digits on every paper",
    "copying": "no other paper's answers earn more than the limit, or than two answers do (three above 20,000 papers), "
    "zeros of dead units apart",
}


@dataclass(frozen=True)
class Batch:
    """Variants of one question: each given an array (variants,). What is derived is computed once, when asked.

    catalogue: the known mistakes that they are certified against.
    """

    spec: QuestionSpec
    rounding: Rounding
    certify: Certify
    givens: Mapping[str, Array]
    catalogue: Sequence[Misconception] = CATALOGUE

    def __repr__(self) -> str:
        return f"<Batch of {several(self.size, 'variant')} of {self.question!r}>"

    @property
    def size(self) -> int:
        """How many variants."""
        return len(next(iter(self.givens.values())))

    @property
    def question(self) -> Question:
        """The question these are variants of."""
        return self.spec.question

    def take(self, rows: NDArray[Any]) -> Batch:
        """The chosen variants, with what was already computed for them."""
        batch = replace(self, givens={name: values[rows] for name, values in self.givens.items()})
        return self._with(batch, lambda value: _rows(value, rows))

    def _with(self, batch: Batch, of: Callable[[Any], Any]) -> Batch:
        """The batch with what was computed for this one already."""
        for name in ("values", "enclosures", "accepted"):
            if name in self.__dict__:
                batch.__dict__[name] = {step: of(value) for step, value in self.__dict__[name].items()}
        return batch

    def against(self, catalogue: Sequence[Misconception]) -> Batch:
        """The same variants, held against these mistakes."""
        return self._with(replace(self, catalogue=catalogue), lambda value: value)

    @cached_property
    def values(self) -> dict[str, Array]:
        """The exact value of every step."""
        return solve(self.question.steps, self.givens)

    def value(self, name: str) -> Array:
        """Of a step, or of a given number."""
        return self.values[name] if name in self.values else self.givens[name]

    @cached_property
    def enclosures(self) -> dict[str, Interval]:
        """For every step, all that an honest student can write (before the answer's own range is printed)."""
        points = {name: Interval.point(value) for name, value in self.givens.items()}
        steps = with_orders(self.question.steps, by_path=True)
        return solve(steps, points, rules=ORDER_RULES, write=self.rounding.write)

    @cached_property
    def accepted(self) -> dict[str, Interval]:
        """The accepted range of every item, by its id."""
        return {item.id: self.rounding.answer(self.enclosures[item.step]) for item in self.question.items}

    @property
    def key(self) -> tuple[Array, Array, Array]:
        """The items' values, as exam.json stores them, and the ends of their ranges, each (items, variants)."""
        if self.size > TOGETHER:  # in pieces, of which nothing else is kept
            pieces = (
                self.take(np.arange(first, min(first + TOGETHER, self.size))) for first in range(0, self.size, TOGETHER)
            )
            value, low, high = np.concatenate([np.array(piece.key) for piece in pieces], axis=2)
            return value, low, high
        ranges = [self.accepted[item.id] for item in self.question.items]
        low, high = np.empty((2, len(ranges), self.size))
        for row, one in enumerate(ranges):
            low[row], high[row] = one.low, one.high
        return np.round(self.question.stacked(self.values, self.size), DECIMALS), low, high

    @cached_property
    def zeroed(self) -> dict[str, NDArray[np.bool_]]:
        """By item: the variants in which it is exactly 0, since a unit is dead or a given is 0."""
        found = {}
        for item in self.question.items:
            step, accepted = self.question.by_id[item.step], self.accepted[item.id]
            zero = (self.values[step.id] == 0) & (accepted.low == 0) & (accepted.high == 0)
            terms = step.needs if step.role == Role.PREACTIVATION else ()  # a sum that is 0 by chance is no such one
            for term in terms:
                zero = zero & (self.value(term) == 0)
            found[item.id] = np.broadcast_to(zero, (self.size,))
        return found


def draws(batch: Batch) -> dict[str, Array]:
    """Conditions on the givens."""
    return {"work": _work(batch), "inputs": _inputs(batch)}


def quick(batch: Batch) -> dict[str, Array]:
    """Conditions that need the exact values only."""
    ones = np.ones(batch.size)
    margins = {name: reduce(np.minimum, found.values(), ones) for name, found in by_unit(batch).items()}
    for sums in _dying(batch).values():
        right = np.sum([z <= 0 for z in sums], axis=0) == batch.spec.dead_relu
        margins["active"] = np.where(right, margins["active"], -1.0)
    return margins


def by_unit(batch: Batch) -> dict[str, dict[str, Array]]:
    """By condition and step the margins of kinks, at their z, and of saturation, at their a."""
    kinks, headroom = {}, {}
    for step in batch.question.steps:
        if step.role == Role.ACTIVATION and step.activation:
            if step.activation.kink:
                kinks[step.needs[0]] = np.abs(batch.value(step.needs[0])) - batch.certify.kink
            if step.activation.headroom:
                headroom[step.id] = step.activation.headroom(batch.value(step.id)) - batch.certify.saturation
    return {"active": kinks, "saturation": headroom}


def _dying(batch: Batch) -> dict[int, list[Array]]:
    """By iteration z, or a shown a, of the units that may be dead on one paper and alive on another."""
    found: dict[int, list[Array]] = {}
    for step in batch.question.all_steps:
        if step.role == Role.ACTIVATION and step.activation and step.activation.dies and not step.after:
            names = step.needs[0], step.id
            known = [name for name in names if name in batch.values or name in batch.givens]
            if known and batch.spec.fixed.keys().isdisjoint(names):
                found.setdefault(step.iteration, []).append(batch.value(known[0]))
    return found


def ranges(batch: Batch) -> dict[str, Array]:
    """Conditions on the accepted ranges."""
    endless = np.full(batch.size, np.inf)
    return {name: reduce(np.minimum, found.values(), endless) for name, found in by_item(batch).items()}


def by_item(batch: Batch) -> dict[str, dict[str, Array]]:
    """By condition and step of an item the margins of its accepted range."""
    tolerance, zero, old = {}, {}, {}
    for item in batch.question.items:
        value, accepted = batch.values[item.step], batch.accepted[item.id]
        unit = batch.rounding.unit(value)
        with np.errstate(divide="ignore", invalid="ignore"):
            width = np.maximum(value - accepted.low, accepted.high - value) / np.abs(value)
        tolerance[item.step] = batch.certify.tolerance - np.where(value == 0, -np.inf, width)
        away = np.maximum(accepted.low, -accepted.high) / unit
        zero[item.step] = np.where(batch.zeroed[item.id], np.inf, away)
        if batch.question.by_id[item.step].role == Role.UPDATE:
            was = batch.value(batch.question.by_id[item.step].needs[0])
            moved = batch.values[batch.question.by_id[item.step].needs[1]]
            gap = np.maximum(accepted.low - was, was - accepted.high) / unit
            old[item.step] = np.where(moved == 0, np.inf, gap)
    return {"tolerance": tolerance, "zero": zero, "old value": old}


def mistakes(batch: Batch) -> dict[str, Array]:
    """The gap, in units of the last digit asked for, between each mistake's range and the accepted one."""
    return {"misconceptions": _in_pieces(batch, _gap)}


def _gap(batch: Batch) -> Array:
    return np.asarray(reduce(np.minimum, (gap for *_, gap in mistake_gaps(batch)), np.full(batch.size, np.inf)))


def _in_pieces(batch: Batch, margin: Callable[[Batch], Array]) -> Array:
    """The margin of as many variants at once as a processor's memory likes."""
    if not batch.certify.misconceptions:
        return np.full(batch.size, np.inf)
    pieces = np.array_split(np.arange(batch.size), -(-batch.size // TOGETHER))  # rounded up
    return np.concatenate([margin(batch.take(piece)) for piece in pieces])


def mistake_gaps(batch: Batch) -> Iterator[tuple[Misconception, Item, Array]]:
    """For every mistake and item that it affects: the gap (variants,), inf where a variant's item is unaffected.

    Each iteration is looked at by itself, and the pass after it, its parameters carried over rightly: what a mistake
    changes later through the parameters alone is marked by follow-through.
    """
    rules = mistaken_rules([(m,) for m in batch.catalogue])
    points = {name: Interval.point(value) for name, value in batch.givens.items()}

    def write(step: Step, value: Value) -> Value:
        return (
            value.written(batch.rounding.write, step) if isinstance(value, Rows) else batch.rounding.write(step, value)
        )

    for steps, wrong in _mistaken(batch):
        reach = solve(steps, {**points, **batch.enclosures}, rules=rules, write=write)
        for item, made, affected in wrong:
            accepted, reached = batch.accepted[item.id], reach[item.step].wrong
            away = np.maximum(reached.low - accepted.high, accepted.low - reached.high)
            gap = np.where(affected, away / batch.rounding.unit(batch.values[item.step]), np.inf)
            for row, one in zip(made.rows.tolist(), gap, strict=True):
                if np.isfinite(one).any():
                    yield batch.catalogue[row], item, one


def _near(batch: Batch) -> Array:
    """A quick look at the same: how much further than a unit each mistake's exact number is from the right one."""
    margin = np.full(batch.size, np.inf)
    for _, wrong in _mistaken(batch):
        for item, made, affected in wrong:
            right = batch.values[item.step]
            away = np.where(affected, np.abs(made.wrong - right), np.inf).min(axis=0) / batch.rounding.unit(right)
            margin = np.minimum(margin, away - 1)
    return margin


def _mistaken(batch: Batch) -> Iterator[tuple[list[Step], list[tuple[Item, Rows, NDArray[np.bool_]]]]]:
    """By iteration its steps and the items that mistakes lead elsewhere, to what and in which rows and variants."""
    rules = mistaken_rules([(m,) for m in batch.catalogue])
    passes = dict.fromkeys((step.iteration, step.after) for step in batch.question.steps)
    for one in passes:
        steps = [step for step in batch.question.steps if (step.iteration, step.after) == one]
        found = solve(steps, {**batch.givens, **batch.values}, rules=rules)
        items = [item for item in batch.question.items if isinstance(found.get(item.step), Rows)]
        yield (
            steps,
            [
                (item, found[item.step], np.abs(found[item.step].wrong - batch.values[item.step]) > SAME)
                for item in items
            ],
        )


def applicable(question: Question, catalogue: Sequence[Misconception] = CATALOGUE) -> list[Misconception]:
    """The entries of the catalogue that change an answer of this question, tried on numbers far from any special."""
    rng = np.random.default_rng(0)
    givens = {name: np.copysign(rng.random(8), rng.normal(size=8)) for name in question.givens}
    givens |= {
        given.id: np.abs(givens[given.id])
        for given in question.given.values()
        if given.kind in ("targets", "learning_rate")
    }
    right = solve(question.steps, givens)
    made = solve(question.steps, givens, rules=mistaken_rules([(m,) for m in catalogue]))
    changed = np.zeros(len(catalogue), dtype=bool)
    for item in question.items:
        value = made[item.step]
        if isinstance(value, Rows):
            changed[value.rows] |= (np.abs(value.wrong - right[item.step]) > SAME).any(axis=1)
    return [m for m, applies in zip(catalogue, changed, strict=True) if applies]


Stage = Callable[[Batch], dict[str, Array]]

# Margins (variants,) by condition; `copying` compares variants and is not among them.
STAGES: tuple[Stage, ...] = (draws, quick, ranges, mistakes)


def sieves(question: Question) -> tuple[Stage, ...]:
    """For draws that passed the quick stages: a draw is rejected by the first mistake that lands.

    Some good ones are lost to a quick look at mistakes, which comes before all ranges.
    """
    catalogue = applicable(question)

    def against(margin: Callable[[Batch], Array]) -> Stage:
        def stage(batch: Batch) -> dict[str, Array]:
            lowest, left, first = np.full(batch.size, np.inf), np.arange(batch.size), 0
            while first < len(catalogue) and len(left):
                part = catalogue[first : first + max(FEWEST, FEWEST * TOGETHER // len(left))]
                lowest[left] = _in_pieces(batch.take(left).against(part), margin)
                left, first = left[lowest[left] > 0], first + len(part)
            return {"misconceptions": lowest}

        return stage

    return against(_near), ranges, against(_gap)


def _work(batch: Batch) -> Array:
    """The count of negative givens is one of three neighbouring numbers, the likeliest for the pools."""
    drawn = [
        name for name, given in batch.question.given.items() if given.kind != SHOWN and name not in batch.spec.fixed
    ]
    if not drawn:
        return np.ones(batch.size)
    pools = (batch.spec.pools[batch.question.given[name].kind].values for name in drawn)
    likely = sum(sum(v < 0 for v in pool) / len(pool) for pool in pools)
    count = np.sum([batch.givens[name] < 0 for name in drawn], axis=0)
    return np.asarray(1.5 - np.abs(count - round(likely)))


def _inputs(batch: Batch) -> Array:
    """The smallest gap between two inputs of an example; no condition where they are fixed or cannot differ."""
    network = batch.question.network
    if len(batch.spec.pools["inputs"].values) < network.inputs:
        return np.ones(batch.size)
    gaps = [np.full(batch.size, np.inf)]
    for xs in batch.question.examples("inputs"):
        drawn = [x for x in xs if x in batch.givens and x not in batch.spec.fixed]
        gaps += [np.abs(batch.givens[one] - batch.givens[other]) for one, other in combinations(drawn, 2)]
    return np.asarray(np.min(gaps, axis=0))


def _rows(value: Any, rows: NDArray[Any]) -> Any:
    if isinstance(value, Interval):
        return Interval(_rows(value.low, rows), _rows(value.high, rows))
    return value[rows] if np.ndim(value) else value
