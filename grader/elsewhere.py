"""Submissions that fit another variant: a mistyped number, or a copied paper."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from grader.answers import VALUE, Submissions
from grader.tolerance import within
from qgen.exam import Exam

FEWEST_CELLS = 8
"""Right answers to another variant, of which fewer may be chance."""
CELLS = 4_000_000


@dataclass(frozen=True)
class Fit:
    """Of a student's (row's) `answered` cells `right` are right for another `variant`, and `own` for the student's."""

    student: int
    variant: int
    right: int
    own: int
    answered: int


def elsewhere(exam: Exam, submissions: Submissions) -> tuple[Fit, ...]:
    """The students at least half of whose answers are right for another variant, and at least twice as many as for
    their own."""
    answered = (submissions.kinds == VALUE).sum(axis=1)
    own = np.zeros(len(answered), dtype=int)
    step = max(1, CELLS // exam.low.shape[0])
    for first in range(0, len(answered), step):
        rows = slice(first, first + step)
        low, high = exam.low.T[submissions.variants[rows]], exam.high.T[submissions.variants[rows]]
        own[rows] = within(submissions.values[rows], low, high).sum(axis=1)
    doubtful = np.flatnonzero((answered >= FEWEST_CELLS) & (2 * own < answered))
    fits = []
    for first in range(0, len(doubtful), step):
        some = doubtful[first : first + step]
        values = submissions.values[some]
        best, where = np.zeros((2, len(some)), dtype=int)
        for v in range(len(exam.variants)):
            right = within(values, exam.low[:, v], exam.high[:, v]).sum(axis=1)
            better = right > best
            best[better], where[better] = right[better], v
        enough = (best >= FEWEST_CELLS) & (best >= 2 * own[some]) & (2 * best >= answered[some])
        enough &= where != submissions.variants[some]
        for k in np.flatnonzero(enough).tolist():
            s = int(some[k])
            fits.append(Fit(s, int(where[k]), int(best[k]), int(own[s]), int(answered[s])))
    return tuple(fits)
