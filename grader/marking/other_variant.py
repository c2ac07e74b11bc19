"""Submissions that fit another variant: a mistyped number, or a copied paper."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grader.marking.tolerance import within
from grader.reading.numerals import VALUE
from grader.reading.submissions import Submissions
from qgen.exam.exam import Exam

FEWEST_CELLS = 8  # right answers to another variant, of which fewer may be chance


@dataclass(frozen=True)
class Fit:
    """Of a student's `answered` cells `right` are right for another `variant`, and `correct` for the student's."""

    student: int
    variant: int
    right: int
    correct: int
    answered: int


def other_variant(exam: Exam, submissions: Submissions, correct: NDArray[np.int_], first: int = 0) -> tuple[Fit, ...]:
    """The students, counted from `first`, at least half of whose answers are right for another variant, and at least
    twice as many as are `correct` (students,) for their own."""
    answered = (submissions.kinds == VALUE).sum(axis=1)
    doubtful = np.flatnonzero((answered >= FEWEST_CELLS) & (2 * correct < answered))
    values = submissions.values[doubtful]
    best, where = np.zeros((2, len(doubtful)), dtype=int)
    for v in range(len(exam.variants)) if len(doubtful) else ():
        right = within(values, exam.low[:, v], exam.high[:, v]).sum(axis=1)
        better = right > best
        best[better], where[better] = right[better], v
    enough = (best >= FEWEST_CELLS) & (best >= 2 * correct[doubtful]) & (2 * best >= answered[doubtful])
    enough &= where != submissions.variants[doubtful]
    found = (table[enough].tolist() for table in (first + doubtful, where, best, correct[doubtful], answered[doubtful]))
    return tuple(map(Fit, *found))
