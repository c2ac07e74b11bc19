"""What one paper's right answers would earn on another: every two variants that share an accepted answer are found by
sorting, item by item, so that what differs costs nothing."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from qgen.engine.intervals import Array
from qgen.engine.question import Question
from qgen.exam.certify import Batch

MANY = 20_000  # variants: among more of the smallest networks some always have three answers in common
MORE = 1e-6  # of the marks: a share that no answer is worth
TOGETHER = 1 << 20  # answers of others in accepted ranges that are counted at once

Rows = NDArray[np.intp]


def copying(batch: Batch) -> Array:
    """The margin (variants,) to what another variant's answers may earn; infinite for a variant alone."""
    if batch.size < 2:
        return np.full(batch.size, np.inf)
    return most_copied(batch) - copied_share(_marks(batch.question), *batch.key)


def most_copied(batch: Batch) -> float:
    """The share of the marks that another variant's answers earn less of.

    Two answers may always be the same, such as an output and its loss: of a few, two are more than the limit, and some
    meet in every large class; three where there are `MANY`.
    """
    marks = _marks(batch.question)
    together = 2 if batch.size <= MANY else 3
    few = float(np.sort(marks)[-together:].sum() / marks.sum() + MORE) if marks.sum() else 0.0
    return max(batch.certify.copying, few)


def copied_share(marks: Array, values: Array, low: Array, high: Array) -> Array:
    """For each variant, the largest share of the marks that another variant's right answers would earn.

    An answer that is exactly 0 is not copied: whoever sees the dead unit writes it.
    marks: (items,); values, low, high: (items, variants).
    """
    everyone = np.arange(values.shape[1])
    worst = np.zeros(len(everyone))
    for mine, _, share in _copied(marks, values, low, high, everyone, everyone):
        np.maximum.at(worst, mine, share)
    return worst


def apart(
    question: Question, limit: float, values: Array, low: Array, high: Array, *, settled: int = 0
) -> NDArray[np.bool_]:
    """(variants,): those that stay where of every two, one of which copies the limit or more, the later one goes.

    The first `settled` are apart already.
    """
    stay = np.ones(values.shape[1], dtype=bool)
    marks, everyone = _marks(question), np.arange(len(stay))
    old, new = everyone[:settled], everyone[settled:]
    # of the most marks so few answers may reach the limit
    fewest = 1 + int((np.cumsum(np.sort(marks)[::-1]) < (limit - MORE) * marks.sum()).sum())
    for mine, theirs, share in chain(
        _copied(marks, values, low, high, new, everyone, fewest), _copied(marks, values, low, high, old, new, fewest)
    ):
        alike = (share >= limit) & stay[mine] & stay[theirs]
        for one, other in zip(mine[alike].tolist(), theirs[alike].tolist(), strict=True):
            if stay[one] and stay[other]:
                stay[max(one, other)] = False
    return stay


def _marks(question: Question) -> Array:
    return np.array([item.marks for item in question.items])


def _copied(
    marks: Array, values: Array, low: Array, high: Array, mine: Rows, theirs: Rows, fewest: int = 1
) -> Iterator[tuple[Rows, Rows, Array]]:
    """Two variants of which the second's answers are right on the first's paper, and the share that they earn.

    Each two with at least so many answers once, in their order; in pieces.
    """
    (marked,) = np.nonzero(marks)
    if not len(marked) or not len(mine) or not len(theirs):
        return
    orders, starts, counts = [], [], []
    for item in marked.tolist():
        others = values[item, theirs]
        (order,) = np.nonzero(np.abs(others) > 0)
        order = order[np.argsort(others[order])]
        start = np.searchsorted(others[order], low[item, mine])
        stop = np.searchsorted(others[order], high[item, mine], "right")
        orders.append(order.astype(np.int32))
        starts.append(start.astype(np.int32))
        counts.append(np.maximum(stop - start, 0).astype(np.int32))
    stops = np.cumsum(np.sum(counts, axis=0, dtype=np.int64))
    bits, total, first = len(marked).bit_length(), marks.sum(), 0
    while first < len(mine):
        before = stops[first - 1] if first else 0
        last = max(first + 1, int(np.searchsorted(stops, before + TOGETHER, "right")))
        keys = []
        for i, (places, begin, count) in enumerate(zip(orders, starts, counts, strict=True)):
            some = count[first:last]
            place = np.arange(some.sum()) + np.repeat(begin[first:last] - np.cumsum(some) + some, some)
            pairs = np.repeat(np.arange(first, last, dtype=np.int64) * len(theirs), some) + places[place]
            keys.append(pairs << bits | i)  # two variants, then the item
        key = np.concatenate(keys)
        if fewest > 1:  # which next to none have: the others need not be sorted
            key = key[often(key >> bits, fewest)]
        key.sort()
        pairs, items = key >> bits, key & ((1 << bits) - 1)
        starting = np.flatnonzero(np.diff(pairs, prepend=-1))
        sizes = np.diff(starting, append=len(pairs))
        starting, sizes = starting[sizes >= fewest], sizes[sizes >= fewest]
        earned = _summed(marks[marked[items]], starting, sizes)
        one, other = np.divmod(pairs[starting], len(theirs))
        two = mine[one] != theirs[other]
        yield mine[one[two]], theirs[other[two]], earned[two] / total
        first = last


def often(numbers: Rows, fewest: int) -> NDArray[np.bool_]:
    """Which of the numbers are there so many times, and by chance a few others, told without sorting them."""
    bucket = numbers % TOGETHER
    return np.asarray(np.bincount(bucket)[bucket] >= fewest)


def _summed(marks: Array, starting: Rows, sizes: Rows) -> Array:
    """The sum of so many marks from each start on, one after another, as single-precision numbers."""
    sums = marks[starting].astype(np.float32)
    longer, taken = np.flatnonzero(sizes > 1), 1
    while len(longer):
        sums[longer] += marks[starting[longer] + taken]
        taken += 1
        longer = longer[sizes[longer] > taken]
    return sums.astype(float)
