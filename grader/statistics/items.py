"""What each item did: arrays (items,) of marks (students, items), NaN where a statistic is not defined.

The definitions are those of Moodle's quiz statistics, as shares from 0 to 1 instead of per cent. A cell of NaN, a task
that nobody has marked yet, is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from grader.statistics.scores import SAME
from qgen.engine.intervals import Array

QUARTERS = 4


def summary(earned: Array, most: Array, codes: NDArray[np.int8], verdicts: Sequence[str]) -> dict[str, Array]:
    """All of these by the names that items.csv has for them.

    codes: (students, items) which verdict; of the last columns, tasks that a person marked, there may be none.
    """
    return {
        "max_marks": most,
        "mean": means(earned),
        "standard_deviation": deviations(earned),
        "facility": facility(earned, most),
        "discrimination": discrimination(earned),
        "discriminative_efficiency": discriminative_efficiency(earned),
        "effective_weight": effective_weight(earned),
        **dict(zip(verdicts, shares(codes, len(verdicts), len(most)), strict=True)),
        **{f"quarter{k}": found for k, found in enumerate(by_quarter(earned, most), 1)},
    }


def facility(earned: Array, most: Array) -> Array:
    """The mean mark as a share of the most that can be had; of an item that is worth nothing there is none."""
    found: Array = np.divide(means(earned), most, out=np.full(len(most), np.nan), where=most > 0)
    return found


def means(earned: Array) -> Array:
    """The mean mark of each item."""
    return _each(lambda marks, rest: float(marks.mean()), earned, fewest=1)


def deviations(earned: Array) -> Array:
    """The standard deviation of each item's marks, with n - 1."""
    return _each(lambda marks, rest: float(marks.std(ddof=1)), earned)


def discrimination(earned: Array) -> Array:
    """The correlation of an item's marks with those of all other items; none where either are the same for all."""
    return _each(_correlation, earned)


def discriminative_efficiency(earned: Array) -> Array:
    """The covariance of an item's marks with the rest, as a share of the most that it could be with these marks.

    The most is reached where both lists are sorted. Moodle calls what is below 0.15 dubious.
    """
    return _each(_efficiency, earned)


def effective_weight(earned: Array) -> Array:
    """The share of the spread of the totals that is due to an item: the root of its covariance with the total.

    None where the covariance is negative; the others add up to 1.
    """
    if len(earned) < 2:
        return np.full(earned.shape[1], np.nan)
    marks = np.nan_to_num(earned)
    off, total = marks - marks.mean(axis=0), marks.sum(axis=1)
    shared = off.T @ (total - total.mean()) / (len(marks) - 1)
    roots = np.sqrt(np.where(shared < -SAME, np.nan, np.maximum(shared, 0.0)))
    whole = float(np.nansum(roots))
    return np.asarray(roots / whole) if whole > SAME else np.full(len(roots), np.nan)


def by_quarter(earned: Array, most: Array) -> Array:
    """(quarters, items): the facility in each quarter of the class by total marks, the lowest first.

    Of students with equal totals the first in the file come first. None where a quarter would be nobody.
    """
    if len(earned) < QUARTERS:
        return np.full((QUARTERS, earned.shape[1]), np.nan)
    order = np.argsort(np.nansum(earned, axis=1), kind="stable")
    return np.array([facility(earned[rows], most) for rows in np.array_split(order, QUARTERS)])


def shares(codes: NDArray[np.int8], count: int, columns: int) -> Array:
    """(count, columns): the share of the class with each code from 0 on at each item; NaN where there are no codes."""
    found = np.full((count, columns), np.nan)
    for code in range(count if len(codes) else 0):
        found[code, : codes.shape[1]] = np.count_nonzero(codes == code, axis=0) / len(codes)
    return found


def _each(statistic: Callable[[Array, Array], float], earned: Array, fewest: int = 2) -> Array:
    """A statistic of each item's marks and the sums of all others, of the students who have marks there."""
    totals = np.nansum(earned, axis=1)
    found = np.full(earned.shape[1], np.nan)
    for i, marks in enumerate(earned.T):
        there = ~np.isnan(marks)
        if np.count_nonzero(there) >= fewest:
            found[i] = statistic(marks[there], (totals - np.nan_to_num(marks))[there])
    return found


def _correlation(one: Array, other: Array) -> float:
    one, other = one - one.mean(), other - other.mean()
    spread = float(np.sqrt((one @ one) * (other @ other)))
    return float(one @ other) / spread if spread > SAME else np.nan


def _efficiency(one: Array, other: Array) -> float:
    one, other = one - one.mean(), other - other.mean()
    most = float(np.sort(one) @ np.sort(other))
    return float(one @ other) / most if most > SAME else np.nan
