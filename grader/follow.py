"""Follow-through: what each step gives from the student's own earlier answers, with nothing to author.

The question's steps are solved again on intervals, the student's numbers standing in for the key's. Two routes:
from the nearest answered steps, and from the student's forward pass with the backward pass computed anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grader.tolerance import Bools
from qgen.certify import Batch
from qgen.intervals import Array, Interval
from qgen.orders import ORDER_RULES, with_orders
from qgen.question import Question
from qgen.solve import solve

MOST_OFF = 1000.0
"""A value more times off than this is no basis for follow-through."""


@dataclass(frozen=True)
class Own:
    """Students of one question: their variants' givens (students,), and their usable answers by step, NaN if none."""

    batch: Batch
    givens: Mapping[str, Array]
    claims: Mapping[str, Array]

    @property
    def question(self) -> Question:
        """The question."""
        return self.batch.question


def own_values(batch: Batch, variants: NDArray[np.intp], values: Array, correct: Bools, key: Array) -> Own:
    """What of the students' answers later steps may be computed from.

    values, correct, key: (students, items of the question). A right answer always counts. A wrong one does not where
    it makes later steps trivial (0, 1, or a copy of a given number, an unchanged parameter among them), or is more
    than 1000 times too large or too small.
    """
    givens = {name: array[variants] for name, array in batch.givens.items()}
    trivial = (values == 0) | (np.abs(values) == 1)
    for array in givens.values():
        trivial |= values == array[:, None]
    size, right = np.abs(values), np.abs(key)
    far = (size > MOST_OFF * right) | (size * MOST_OFF < right)
    usable = np.where(correct | ~(trivial | far), values, np.nan)
    return Own(batch, givens, {item.step: usable[:, i] for i, item in enumerate(batch.question.items)})


def forward_only(own: Own) -> Own:
    """The same students, only their forward passes taken as their own."""
    forward = {item.step for item in own.question.items if item.part == "forward"}
    return Own(own.batch, own.givens, {k: v for k, v in own.claims.items() if k in forward})


def follow(own: Own) -> dict[str, Interval]:
    """For every item's step the range that an honest student reaches from these own values: (students,)."""
    rounding = own.batch.rounding
    points = {name: Interval.point(array) for name, array in own.givens.items()}
    # the student may have gone on with more digits than were written
    claims = {
        step: Interval.point(value).widened(0.5 * rounding.unit(np.nan_to_num(value)))
        for step, value in own.claims.items()
    }
    with np.errstate(all="ignore"):
        steps = with_orders(own.question.steps)
        solved = solve(steps, points, rules=ORDER_RULES, claimed=claims, write=rounding.write)
        return {item.step: rounding.answer(solved[item.step]) for item in own.question.items}


def old_values(own: Own) -> Array:
    """(students, items): for an updated parameter the one it was updated from, NaN for every other item."""
    carried = {step.id: step.needs[0] for step in own.question.steps if step.rule == "carry"}
    nothing = np.full(len(next(iter(own.givens.values()))), np.nan)
    columns = []
    for item in own.question.items:
        before = item.step.replace("new_", "") if item.part == "update" else ""
        columns.append(own.givens.get(before, own.claims.get(carried.get(before, ""), nothing)))
    return np.array(columns).T
