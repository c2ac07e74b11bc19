"""What another variant's right answers would earn: every two papers of an exam are held against each other."""

from __future__ import annotations

import numpy as np

from qgen.engine.intervals import Array
from qgen.exam.certify import Batch

MORE = 1e-6  # of the marks: a share that no answer is worth


def copying(batch: Batch) -> Array:
    """The margin (variants,) to what another variant's answers may earn; infinite for a variant alone.

    Two answers may always be the same, such as an output and its loss: of a few, two are more than the limit, and some
    meet in every large class.
    """
    if batch.size < 2:
        return np.full(batch.size, np.inf)
    marks = np.array([item.marks for item in batch.question.items])
    two = np.sort(marks)[-2:].sum() / marks.sum() + MORE if marks.sum() else 0.0
    return max(batch.certify.copying, two) - copied_share(marks, *batch.key)


def copied_share(marks: Array, values: Array, low: Array, high: Array) -> Array:
    """For each variant, the largest share of the marks that another variant's right answers would earn.

    An answer that is exactly 0 is not copied: whoever sees the dead unit writes it.
    marks: (items,); values, low, high: (items, variants).
    """
    n = values.shape[1]
    worst = np.zeros(n)
    rows = -(-2_000_000 // n)  # rounded up
    for start in range(0, n, rows):
        mine = slice(start, min(n, start + rows))
        earned = np.zeros((mine.stop - start, n), dtype=np.float32)
        for worth, value, lowest, highest in zip(marks, values, low[:, mine], high[:, mine], strict=True):
            earned += worth * ((lowest[:, None] <= value) & (value <= highest[:, None]) & (value != 0))
        earned[np.arange(mine.stop - start), np.arange(mine.start, mine.stop)] = 0
        worst[mine] = earned.max(axis=1)
    return worst / marks.sum() if marks.sum() else worst
