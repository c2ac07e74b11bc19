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

DEALS, TOGETHER = 999, 111  # p is then known to about 0.003 where it matters, at 0.01; so many are dealt at once
ENOUGH = 1e-9  # of a direction's square: below it, columns follow from each other
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
    order, sizes = np.argsort(groups, kind="stable"), np.bincount(groups)
    if len(sizes) < 2:
        return Undefined.ONE_VARIANT
    if len(scores) <= len(sizes):
        return Undefined.FEW_STUDENTS
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])

    def between(deals: Array) -> Array:
        return np.asarray((np.add.reduceat(deals, starts, axis=1) ** 2 / sizes).sum(axis=1))

    return _test(scores[order], between, len(sizes) - 1, rng)


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
    return _test(scores, lambda deals: np.asarray(((deals @ basis) ** 2).sum(axis=1)), basis.shape[1], rng)


def slopes(scores: Array, columns: Array) -> Array:
    """(columns,): by how many marks the score changes for one more of each, all others held; least squares.

    NaN for a column that is the same for all; where columns follow from each other, the smallest such numbers.
    """
    standard, varied, spread = _standardised(columns)
    sizes, directions = np.linalg.eigh(standard.T @ standard)
    kept = sizes > ENOUGH
    found = np.full(columns.shape[1], np.nan)
    along = standard.T @ (scores - scores.mean())
    found[varied] = directions[:, kept] @ ((directions[:, kept].T @ along) / sizes[kept]) / spread
    return found


def _basis(columns: Array) -> Array:
    """(students, rank): orthonormal columns that span the centred ones."""
    standard, _, _ = _standardised(columns)
    sizes, directions = np.linalg.eigh(standard.T @ standard)
    return np.asarray(standard @ directions[:, sizes > ENOUGH] / np.sqrt(sizes[sizes > ENOUGH]))


def _standardised(columns: Array) -> tuple[Array, NDArray[np.bool_], Array]:
    """The columns that are not the same for all, centred and of length 1; which these are; and how long they were."""
    off = columns - columns.mean(axis=0) if columns.size else columns
    spread = np.sqrt((off**2).sum(axis=0))
    varied = spread > SAME * np.maximum(1.0, np.abs(columns).max(axis=0, initial=0.0))
    return off[:, varied] / spread[varied], varied, spread[varied]


def _test(
    scores: Array, explained: Callable[[Array], Array], freedom: int, rng: np.random.Generator
) -> Test | Undefined:
    """explained: of (deals, students) the sum of squares that goes along with what is tested, deal by deal."""
    off = scores - scores.mean()
    whole = float(off @ off)
    if whole < SAME:
        return Undefined.EQUAL_SCORES
    real, as_far = float(explained(off[None])[0]), 0
    for _ in range(DEALS // TOGETHER):
        deals = rng.permuted(np.tile(off, (TOGETHER, 1)), axis=1)
        as_far += int(np.count_nonzero(explained(deals) >= real - SAME * whole))
    return Test((1 + as_far) / (1 + DEALS), real / whole, freedom / (len(scores) - 1))
