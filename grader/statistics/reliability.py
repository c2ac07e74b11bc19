"""How far a score would move if the class sat the same exam again. Marks are arrays (students, items)."""

from __future__ import annotations

from math import sqrt

from grader.statistics.scores import SAME
from grader.statistics.undefined import Figure, Undefined
from qgen.engine.intervals import Array


def cronbachs_alpha(earned: Array) -> Figure:
    """k / (k - 1) times (1 - the sum of the items' variances / the variance of the totals).

    Cronbach, "Coefficient alpha and the internal structure of tests", 1951; Moodle's coefficient of internal
    consistency is 100 times this.
    """
    students, items = earned.shape
    if students < 2:
        return Undefined.ONE_STUDENT if students else Undefined.NOBODY
    if items < 2:
        return Undefined.ONE_ITEM
    total = float(earned.sum(axis=1).var(ddof=1))
    if total < SAME:
        return Undefined.EQUAL_SCORES
    return float(items / (items - 1) * (1 - earned.var(axis=0, ddof=1).sum() / total))


def standard_error(alpha: Figure, deviation: Figure) -> Figure:
    """Of a student's score, in marks: the standard deviation times the root of 1 - alpha.

    The root is Moodle's error ratio; Lord and Novick, "Statistical theories of mental test scores", 1968.
    """
    if isinstance(alpha, Undefined):
        return alpha
    if isinstance(deviation, Undefined):
        return deviation
    return deviation * sqrt(max(0.0, 1 - alpha))
