"""Wrong answers that lie in another paper's accepted ranges: a mistyped number, or a copied paper, question or page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import comb, log

import numpy as np
from numpy.typing import NDArray

from grader.marking.tolerance import Bools
from grader.reading.numerals import VALUE
from grader.reading.submissions import Submissions
from qgen.engine.intervals import Array
from qgen.exam.copying import often

FEWEST_CELLS = 5  # such answers to one other variant, of which fewer may be chance
FEWEST_UNFOLLOWED = 8  # of which more earn no follow-through where they are half of the wrong answers to a question
MOST_BY_CHANCE = 1e-5  # other variants that an honest student's wrong answers may be expected to fit as well
SLICE = 1024  # students who are looked at at once

Places = NDArray[np.intp]


@dataclass(frozen=True)
class Fit:
    """A student's answers to `items` are right for another `variant`, not for the student's own.

    `wrong`: how many answers, 0s apart, are not right for the own one; `correct`: how many are, of `answered`.
    """

    student: int
    variant: int
    items: tuple[int, ...]
    wrong: int
    correct: int
    answered: int

    @property
    def whole(self) -> bool:
        """Whether it is most of the paper: then the variant may be mistyped."""
        return len(self.items) >= max(FEWEST_UNFOLLOWED, 2 * self.correct, self.answered / 2)


@dataclass(frozen=True, eq=False)
class Ranges:
    """An item's accepted ranges by their lower ends, and which variant's each is: (variants,).

    reached: the highest end of any so far; what is higher lies in none of these. high: variant by variant.
    """

    order: NDArray[np.int32]
    low: Array
    high: Array
    reached: Array

    @classmethod
    def of(cls, low: Array, high: Array) -> Ranges:
        """Of an item's ranges in the order of the variants."""
        order = np.argsort(low, kind="stable").astype(np.int32)
        return cls(order, low[order], high, np.maximum.accumulate(high[order]))


def other_variant(ranges: Sequence[Ranges], submissions: Submissions, own: Bools, first: int = 0) -> tuple[Fit, ...]:
    """For each student, counted from `first`, the variant whose ranges hold improbably many wrong answers, if any.

    ranges: of each item; own: (students, items), right for the own variant.
    """
    answered = submissions.kinds == VALUE
    wrong = answered & ~own & (submissions.values != 0)  # whoever sees a dead unit writes 0s
    rows = np.flatnonzero(wrong.sum(axis=1) >= FEWEST_CELLS)
    found = []
    for start in range(0, len(rows), SLICE):
        some = rows[start : start + SLICE]
        for s, variant, items in _improbable(ranges, submissions.values[some], wrong[some]):
            r = int(some[s])
            counts = (int(table[r].sum()) for table in (wrong, own & answered, answered))
            found.append(Fit(first + r, variant, items, *counts))
    return tuple(found)


def unfollowed(fits: tuple[Fit, ...], wrong: Bools, starts: list[int], first: int = 0) -> Bools:
    """(students, questions): where nothing is followed, for what follows from what is copied, too.

    wrong: (students, items), counted from `first`; starts: the first item of each question.
    """
    blocked = np.zeros((len(wrong), len(starts)), dtype=bool)
    for fit in fits:
        if len(fit.items) >= FEWEST_UNFOLLOWED:
            s, copied = fit.student - first, np.zeros(wrong.shape[1], dtype=bool)
            copied[list(fit.items)] = True
            blocked[s] = 2 * np.add.reduceat(copied, starts, dtype=int) >= np.maximum(
                1, np.add.reduceat(wrong[s], starts, dtype=int)
            )
    return blocked


def _improbable(ranges: Sequence[Ranges], values: Array, wrong: Bools) -> Iterator[tuple[int, int, tuple[int, ...]]]:
    """Student, variant, items."""
    count = len(ranges[0].order)
    students, items, variants, rarity = _lying_in(ranges, values, wrong)
    pairs = students * count + variants
    some = often(pairs, FEWEST_CELLS)
    items, rarity = items[some], rarity[some]
    pairs, pair, hits = np.unique(pairs[some], return_inverse=True, return_counts=True)
    chance = np.bincount(pair, rarity, len(pairs))
    best = np.full(len(values), -1)
    for p in np.flatnonzero(hits >= FEWEST_CELLS).tolist():
        s, h = int(pairs[p]) // count, int(hits[p])
        w = int(wrong[s].sum())
        # as many ways to choose them, times the variants, times the chance of each
        expected = log(comb(w, h) * count) + chance[p]
        if expected <= log(MOST_BY_CHANCE) and (best[s] < 0 or h > hits[best[s]]):
            best[s] = p
    for s in np.flatnonzero(best >= 0).tolist():
        yield s, int(pairs[best[s]]) % count, tuple(np.sort(items[pair == best[s]]).tolist())


def _lying_in(ranges: Sequence[Ranges], values: Array, wrong: Bools) -> tuple[Places, Places, Places, Array]:
    """Student, item, variant wherever a wrong answer lies in a variant's range; ln of how rare that is."""
    found = []
    for i, item in enumerate(ranges):
        rows = np.flatnonzero(wrong[:, i])
        answers = values[rows, i]
        start, stop = np.searchsorted(item.reached, answers), np.searchsorted(item.low, answers, "right")
        counts = np.maximum(stop - start, 0)
        which = np.repeat(np.arange(len(rows)), counts)
        place = np.arange(counts.sum()) + np.repeat(start - np.cumsum(counts) + counts, counts)
        variants = item.order[place]
        hit = item.high[variants] >= answers[which]
        which, variants = which[hit], variants[hit]
        # but for the variant itself; of few variants none may hold it by chance, which is rare, not impossible
        rarity = np.log((np.bincount(which, minlength=len(rows)) - 0.9).clip(0.1) / len(item.low))
        found.append((rows[which], np.full(len(which), i), variants, rarity[which]))
    students, items, others, rarities = map(np.concatenate, zip(*found, strict=True))
    return students, items, others, rarities
