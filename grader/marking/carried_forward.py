"""Follow-through: what each step gives from the student's own earlier answers, with nothing to author.

The question's steps are solved again on intervals, the student's numbers standing in for the key's. Two routes:
from the nearest answered steps, and from the student's forward pass with the backward pass computed anew.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from grader.marking.tolerance import Bools
from qgen.engine.functions import Value
from qgen.engine.intervals import Array, Interval
from qgen.engine.multiplication_orders import ORDER_RULES, with_orders
from qgen.engine.question import Question
from qgen.engine.rounding import Rounding
from qgen.engine.rules import RULES
from qgen.engine.solve import solve
from qgen.engine.steps import Role, Step
from qgen.exam.certify import Batch

MOST_OFF = 1000.0  # an answer off by more than this factor is no basis for follow-through
WIDEST = 0.34  # a range wider than this share of the number, to either side, does not tell work from invention
FEWEST_REPEATED = 4  # the same number in so many wrong cells of a part is nonsense, and no basis either

MOST_MOVED = 5 / 9 + 1e-6  # by rounding again and again, in units of the last digit asked for


@dataclass(frozen=True)
class Basis:
    """What students' later steps may be computed from, on one question: by id (students,), NaN where there is nothing.

    givens: their variants'. claims: their usable answers. wrong: those that are not the key's, none of them 0.
    """

    batch: Batch
    givens: Mapping[str, Array]
    claims: Mapping[str, Array]
    wrong: Mapping[str, Array]

    @property
    def question(self) -> Question:
        """The question."""
        return self.batch.question

    def take(self, rows: NDArray[np.intp]) -> Basis:
        """The chosen students."""
        tables = (self.givens, self.claims, self.wrong)
        return Basis(self.batch, *({name: array[rows] for name, array in table.items()} for table in tables))

    def forward(self) -> Basis:
        """The same students by their forward passes alone."""
        forward = {item.step for item in self.question.items if item.part == "forward"}
        tables = (self.claims, self.wrong)
        return Basis(self.batch, self.givens, *({k: v for k, v in table.items() if k in forward} for table in tables))


def basis_of(batch: Batch, variants: NDArray[np.intp], values: Array, correct: Bools, key: Array) -> Basis:
    """What of the students' answers later steps may be computed from.

    values, correct, key: (students, items of the question). A right answer always counts. A wrong one does not if it
    makes later steps trivial (0, 1, or a copy of a given number, an unchanged parameter among them), is more than
    1000 times too large or too small, or stands in four of the student's wrong cells of that part.
    """
    givens = {name: array[variants] for name, array in batch.givens.items()}
    size, right = np.abs(values), np.abs(key)
    idle = (size == 0) | (size == 1) | (size > MOST_OFF * right) | (size * MOST_OFF < right)
    for array in givens.values():
        idle |= values == array[:, None]
    for part in {item.part for item in batch.question.items}:
        columns = [i for i, item in enumerate(batch.question.items) if item.part == part]
        idle[:, columns] |= repeated(values[:, columns], ~correct[:, columns])
    usable = np.where(correct | ~idle, values, np.nan)
    off = np.where(correct, np.nan, usable)
    steps = [item.step for item in batch.question.items]
    return Basis(batch, givens, dict(zip(steps, usable.T, strict=True)), dict(zip(steps, off.T, strict=True)))


def repeated(values: Array, wrong: Bools) -> Bools:
    """The wrong cells whose number stands in FEWEST_REPEATED of a student's wrong cells or more: constant nonsense."""
    numbers = np.where(wrong, values, np.nan)  # none of them is like another
    order = np.argsort(numbers, axis=1)
    sorted_ = np.take_along_axis(numbers, order, axis=1)
    width, apart = values.shape[1], FEWEST_REPEATED - 1
    runs = sorted_[:, : max(0, width - apart)] == sorted_[:, apart:]
    alike, found = np.zeros((2, *values.shape), dtype=bool)
    for k in range(FEWEST_REPEATED):
        alike[:, k : k + runs.shape[1]] |= runs
    np.put_along_axis(found, order, alike, axis=1)
    return np.asarray(found)


def carried_forward(basis: Basis) -> tuple[Array, Array, Array]:
    """What honest work reaches from a basis: lowest, highest, and unrounded, (students, items) each.

    Not finite where there is no number to reach.
    """
    rounding = basis.batch.rounding
    points = {name: Interval.point(array) for name, array in basis.givens.items()}
    # the student may have gone on with more digits than were written
    claims = {
        step: Interval.point(value).widened(0.5 * rounding.unit(np.nan_to_num(value)))
        for step, value in basis.claims.items()
    }
    with np.errstate(all="ignore"):
        steps = with_orders(basis.question.steps)
        solved = solve(steps, points, rules=ORDER_RULES, claimed=claims, write=_written(rounding))
        ranges = [rounding.answer(solved[item.step]) for item in basis.question.items]
        exact = solve(basis.question.steps, basis.givens, claimed=basis.claims)
    shape = (len(next(iter(basis.givens.values()))),)
    lowest = np.array([np.broadcast_to(found.low, shape) for found in ranges]).T
    highest = np.array([np.broadcast_to(found.high, shape) for found in ranges]).T
    due = basis.question.stacked(exact, shape[0]).T
    # 0 times the logarithm of a negative number is a 0 to most who write one
    due = np.where(np.isfinite(due), np.clip(due, lowest, highest), (lowest + highest) / 2)
    return lowest, highest, due


def leads_nowhere(basis: Basis) -> Bools:
    """The answers (students, items) to which no finite number leads: a logarithm of 0 or less on the way there.

    What is no basis is taken as it would be written: a sigmoid that rounds to 1 is 1.
    """
    claims, write = basis.claims, basis.batch.rounding.round
    with np.errstate(all="ignore"):
        made = solve(basis.question.steps, basis.givens, claimed=claims)
        claims = {step: np.where(np.isnan(own), write(made[step]), own) for step, own in claims.items()}
        made = solve(basis.question.steps, basis.givens, claimed=claims)
    return np.asarray(~np.isfinite(basis.question.stacked(made, len(next(iter(basis.givens.values())))).T))


def _written(rounding: Rounding) -> Callable[[Step, Value], Value]:
    """Widens to what may be written for a step: the number kept, or rounded once or again and again.

    The same as rounding.write, to a tenth of a unit, in a third of the time: to round from ten times the digits, again
    and again, moves a number by no more than 0.5 + 0.05 + 0.005 + ... = 5/9 of a unit.
    """

    def write(step: Step, value: Value) -> Value:
        if not step.written or not isinstance(value, Interval):
            return value
        unit = rounding.unit(np.maximum(np.abs(value.low), np.abs(value.high)))
        lowest, highest = np.ceil(value.low / unit - MOST_MOVED) * unit, np.floor(value.high / unit + MOST_MOVED) * unit
        kept = np.where((value.low == 0) & (value.high == 0), 0.0, 0.1 * MOST_MOVED * unit)  # nothing to round in a 0
        return Interval(np.minimum(value.low - kept, lowest), np.maximum(value.high + kept, highest))

    return write


def depends_on_wrong(basis: Basis) -> Bools:
    """The answers (students, items) that depend on any wrong one of the same student, right ones between or not.

    The others are measured by the key's range alone.
    """
    nothing = np.zeros(len(next(iter(basis.givens.values()))))
    rules = dict.fromkeys(RULES, lambda *needs, **constants: reduce(np.maximum, map(np.abs, needs)))
    wrong = solve(basis.question.steps, dict.fromkeys(basis.givens, nothing), rules=rules, claimed=basis.wrong)
    return np.asarray(np.array([wrong[item.step] for item in basis.question.items]).T > 0)


def depends_on(basis: Basis, cells: Bools) -> Bools:
    """The answers (students, items) that depend on any of these."""
    wrong = {item.step: np.where(cells[:, i], 1.0, np.nan) for i, item in enumerate(basis.question.items)}
    return depends_on_wrong(replace(basis, wrong=wrong))


def before_update(basis: Basis, values: Array) -> Array:
    """(students, items): for an updated parameter the number it was updated from, NaN for every other item."""
    steps = {step.id: step for step in basis.question.steps}
    answers = {item.step: values[:, i] for i, item in enumerate(basis.question.items)}
    before = np.full(values.shape, np.nan)
    for i, item in enumerate(basis.question.items):
        step = steps[item.step]
        if step.role == Role.UPDATE:
            old = step.needs[0]
            known = basis.givens if old in basis.givens else answers
            before[:, i] = known.get(old if old in known else steps[old].needs[0], np.nan)
    return before


def gradient_of_update(question: Question) -> NDArray[np.intp]:
    """(items,): for an updated parameter the place of the gradient that it was updated by, -1 where that is no item."""
    place = {item.step: i for i, item in enumerate(question.items)}
    updates = [question.by_id[item.step].role == Role.UPDATE for item in question.items]
    gradients = [
        question.gradient_of(item.step) if is_one else "" for item, is_one in zip(question.items, updates, strict=True)
    ]
    return np.array([place.get(name, -1) for name in gradients], dtype=np.intp)


def is_informative(lowest: Array, highest: Array, before: Array) -> Bools:
    """Whether a range is narrow enough to tell an answer worked out from one made up.

    Own numbers as small as rounding lead to ranges that hold nearly anything: next to the number, or, for an updated
    parameter, next to how far it moved.
    """
    middle = (lowest + highest) / 2
    size = np.abs(middle - np.where(np.isnan(before), 0.0, before))
    return np.asarray(np.isfinite(size) & ((highest - lowest) / 2 <= WIDEST * size))


def shows_work(basis: Basis, values: Array) -> Bools:
    """Answers (students, items) that can earn marks though they are not the key's.

    Not a 0, unless a ReLU gives it from an own negative number, nor an updated parameter that repeats the old one.
    """
    steps = {step.id: step for step in basis.question.steps}
    shows: Bools = np.asarray((values != 0) & (values != before_update(basis, values)))
    for i, item in enumerate(basis.question.items):
        step = steps[item.step]
        if step.role == Role.ACTIVATION and step.activation and step.activation.dies:
            own = basis.claims.get(step.needs[0])
            shows[:, i] |= False if own is None else own < 0
    return shows
