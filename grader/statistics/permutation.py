"""Whether chance explains it: tests by permutation, which suppose nothing of how scores are spread.

If variants are equally hard, any student could as well have had any other's score. Scores are dealt out anew at random
many times; p is the share of deals, the real one among them, that differ as much as the real one. Ernst, "Permutation
methods: a basis for exact inference", 2004; Phipson and Smyth, "Permutation p-values should never be zero", 2010.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grader.statistics.scores import SAME
from grader.statistics.undefined import Undefined
from qgen.engine.intervals import Array

DEALS = 1999  # p is then known to about 0.002 where it matters, at 0.01
FEWEST_LEFT = 5  # students beyond those that the columns of a regression could fit by themselves


@dataclass(frozen=True)
class Test:
    """`explained`: the share of the scores' variance that what is tested goes along with; `expected`: by chance."""

    p: float
    explained: float
    expected: float


def equal_means(scores: Array, groups: NDArray[np.intp], rng: np.random.Generator) -> Test | Undefined:
    """Whether groups, numbered from 0, differ in their mean scores by more than chance: a one-way analysis of variance.

    The groups' share of the sum of squares orders deals as Fisher's F does.
    """
    sizes = np.bincount(groups)
    if len(sizes) < 2:
        return Undefined.ONE_VARIANT
    if len(scores) <= len(sizes):
        return Undefined.FEW_STUDENTS

    def between(off: Array) -> float:
        return float((np.bincount(groups, off) ** 2 / sizes).sum())

    return _test(scores, between, len(sizes) - 1, rng)


def joint_regression(scores: Array, columns: Array, rng: np.random.Generator) -> Test | Undefined:
    """Whether scores go along with any of the columns (students, columns) by more than chance: all at once.

    The share of the variance that the regression explains orders deals as its F does. Columns that are the same for
    all, or follow from others, count for nothing.
    """
    basis = _basis(columns)
    if not basis.shape[1]:
        return Undefined.NOTHING_DRAWN
    if len(scores) < basis.shape[1] + 1 + FEWEST_LEFT:
        return Undefined.FEW_STUDENTS
    return _test(scores, lambda off: float(((off @ basis) ** 2).sum()), basis.shape[1], rng)


def slopes(scores: Array, columns: Array) -> Array:
    """(columns,): by how many marks the score changes for one more of each, all others held; least squares.

    NaN for a column that is the same for all; where columns follow from each other, the smallest such numbers.
    """
    off = columns - columns.mean(axis=0)
    spread = np.sqrt((off**2).sum(axis=0))
    varied = spread > SAME * np.maximum(1.0, np.abs(columns).max(axis=0))
    found = np.full(columns.shape[1], np.nan)
    fit = np.linalg.lstsq(off[:, varied] / spread[varied], scores - scores.mean(), rcond=1e-8)[0]
    found[varied] = fit / spread[varied]
    return found


def _basis(columns: Array) -> Array:
    """(students, rank): orthonormal columns that span the centred ones."""
    if not columns.size:
        return np.zeros((len(columns), 0))
    off = columns - columns.mean(axis=0)
    spread = np.sqrt((off**2).sum(axis=0))
    varied = spread > SAME * np.maximum(1.0, np.abs(columns).max(axis=0))
    left, sizes, _ = np.linalg.svd(off[:, varied] / spread[varied], full_matrices=False)
    return np.asarray(left[:, sizes > 1e-8 * max(1.0, *sizes, 0.0)])


def _test(
    scores: Array, explained: Callable[[Array], float], freedom: int, rng: np.random.Generator
) -> Test | Undefined:
    off = scores - scores.mean()
    whole = float(off @ off)
    if whole < SAME:
        return Undefined.EQUAL_SCORES
    real = explained(off)
    as_far = sum(explained(rng.permutation(off)) >= real - SAME * whole for _ in range(DEALS))
    return Test((1 + as_far) / (1 + DEALS), real / whole, freedom / (len(scores) - 1))
