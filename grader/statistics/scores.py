"""How scores are spread. Each function takes them as an array (students,)."""

from __future__ import annotations

import numpy as np

from grader.statistics.undefined import Figure, Undefined
from qgen.engine.intervals import Array

SAME = 1e-9  # a spread below this is rounding: all scores are equal


def mean(scores: Array) -> Figure:
    """The arithmetic mean."""
    return float(scores.mean()) if len(scores) else Undefined.NOBODY


def quantile(scores: Array, share: float) -> Figure:
    """The score that `share` of the class do not exceed, 0.5 the median; between two scores, in proportion.

    Definition 7 of Hyndman and Fan, "Sample quantiles in statistical packages", 1996: what spreadsheets do.
    """
    return float(np.quantile(scores, share)) if len(scores) else Undefined.NOBODY


def standard_deviation(scores: Array) -> Figure:
    """Of a sample, with n - 1, as Moodle's quiz statistics have it."""
    if len(scores) < 2:
        return Undefined.ONE_STUDENT if len(scores) else Undefined.NOBODY
    return float(scores.std(ddof=1))


def pass_rate(percent: Array, mark: float) -> Figure:
    """The share of the class at or above a pass mark, both in per cent; a hair below it, by rounding, is at it."""
    return float(np.mean(percent >= mark - SAME)) if len(percent) else Undefined.NOBODY


def histogram(percent: Array, width: int = 10) -> list[int]:
    """How many students are in each class of `width` per cent; 100 and what is above belong to the last one."""
    counts = np.zeros(100 // width, dtype=int)
    places = np.clip(((percent + SAME) // width).astype(int), 0, len(counts) - 1)
    np.add.at(counts, places, 1)
    return [int(count) for count in counts]
