"""Names the misconceptions behind wrong cells: the smallest set of catalogue entries that explains them.

Every hypothesis, one entry or two held together, is solved with its mistaken rules from the student's own values: a
wrong cell is explained by a mistake made there, not by those before it. Where a hypothesis leads to another number
than the right rules do, a cell speaks for it (wrong in just this way), against it (right), or is missed (wrong in
another way). It is named where more speaks for it than not, and for no other hypothesis as much. Entries that lead
to the same numbers cannot be told apart: of these the first in the catalogue is named, on two cells or more.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grader.marking.carried_forward import Basis
from grader.marking.hypotheses import Hypotheses, Suspects, predicted
from grader.marking.tolerance import Bools
from grader.marking.verdicts import Place
from grader.reasons import Reason
from qgen.engine.intervals import Array
from qgen.engine.solve import solve

WIDEST = 0.05  # no answer is taken for a mistaken one that is further from it than this share
ROWS = 60_000  # hypotheses of students that are solved at once

Places = NDArray[np.intp]
Counts = NDArray[np.int_]


@dataclass(frozen=True, eq=False)
class Evidence:
    """What students wrote to one question, and what is known of it: arrays (students, items).

    wrong: earned nothing, and are not near the key either; settled: earned marks; coarse: half a unit of the last
    digit written where few were; half: half the width of what honest rounding can reach from own values; slip: how
    far a rounding slip may go.
    """

    basis: Basis
    values: Array
    wrong: Bools
    settled: Bools
    coarse: Array
    half: Array
    slip: Array

    def take(self, rows: Places) -> Evidence:
        """The chosen students."""
        return Evidence(
            self.basis.take(rows), self.values[rows], self.wrong[rows], self.settled[rows], self.coarse[rows],
            self.half[rows], self.slip[rows],
        )  # fmt: skip


@dataclass(frozen=True, eq=False)
class _Fits:
    """How well hypotheses explain wrong cells: row r is about the student and the hypothesis of these places.

    explained: (rows, items); count: of how many cells; gain: less the right and the missed ones; refuted: whether
    more is right than is explained.
    """

    students: Places
    which: Places
    explained: Bools
    count: Counts
    gain: Counts
    refuted: Bools


@dataclass(frozen=True, eq=False)
class _Best:
    """By student: the row of the best fit (-1: none), its gain and count, and whether it is to be named."""

    row: Places
    gain: Counts
    count: Counts
    sure: Bools


def diagnose(evidence: Evidence, suspects: Suspects) -> dict[Place, Reason]:
    """Which cells (student, item) are explained, and by what."""
    rows = np.flatnonzero(evidence.wrong.any(axis=1))
    if not len(rows) or not suspects.single.held:
        return {}
    weighed = _Weighed(evidence.take(rows))
    single = weighed.fits(suspects.single, weighed.likely(suspects.single, weighed.telling))
    best = _best(single, len(rows), 0)
    left = weighed.telling.copy()
    left[best.row >= 0] &= ~single.explained[best.row[best.row >= 0]]
    pairs = weighed.fits(suspects.pairs, _likely_pairs(suspects, single, weighed, left))
    better = _best(pairs, len(rows), best.count)
    two = better.sure & (~best.sure | (better.gain > best.gain))
    one = np.flatnonzero(best.sure & ~two)
    held = single.which[best.row[one]]
    explained = single.explained[best.row[one]] | weighed.from_forward(suspects.single, held, one)
    reasons = {
        (int(rows[one[at]]), i): suspects.reason(False, int(held[at]), i) for at, i in np.argwhere(explained).tolist()
    }
    by_two = _of_two(suspects, weighed, pairs, better.row[two], np.flatnonzero(two), single)
    return reasons | {(int(rows[at]), i): reason for (at, i), reason in by_two.items()}


def _of_two(
    suspects: Suspects, weighed: _Weighed, pairs: _Fits, row: Places, students: Places, single: _Fits
) -> dict[Place, Reason]:
    """The cells explained by pairs of mistakes, of these students; each with the one that explains it alone, if any."""
    which = pairs.which[row]
    explained = pairs.explained[row] | weighed.from_forward(suspects.pairs, which, students)
    at = np.full((len(weighed.telling), len(suspects.single.held)), -1)
    at[single.students, single.which] = np.arange(len(single.students))
    parts = suspects.places[which]
    alone = np.zeros((2, *explained.shape), dtype=bool)
    for k, part in enumerate(parts.T):
        tried = np.flatnonzero(at[students, part] >= 0)
        alone[k, tried] = single.explained[at[students, part][tried]]
    left = np.flatnonzero((explained & ~alone.any(axis=0)).any(axis=1))
    for k, part in enumerate(parts.T):
        alone[k, left] |= weighed.from_forward(suspects.single, part[left], students[left])
    of = np.where(alone[0], parts[:, :1], np.where(alone[1], parts[:, 1:], -1))
    return {
        (int(students[r]), i): suspects.reason(of[r, i] < 0, int(which[r] if of[r, i] < 0 else of[r, i]), i)
        for r, i in np.argwhere(explained).tolist()
    }


class _Weighed:
    """Evidence, with what is needed to hold any hypothesis against it."""

    def __init__(self, evidence: Evidence) -> None:
        self.evidence, basis = evidence, evidence.basis
        students = len(evidence.values)
        with np.errstate(all="ignore"):
            right = solve(basis.question.steps, basis.givens, claimed=basis.claims)
            self.due = basis.question.stacked(right, students).T
            self.unit = basis.batch.rounding.unit(np.nan_to_num(evidence.values))
            self.half = np.maximum(evidence.half, 0.5 * self.unit)
            self.share = np.minimum(self.half / np.abs(self.due), WIDEST)
        self.telling = evidence.wrong & ~(np.abs(evidence.values - self.due) <= evidence.slip)
        self.complete = ~np.isnan(np.array(list(basis.claims.values()))).any(axis=0)

    def likely(self, hypotheses: Hypotheses, cells: Bools) -> Bools:
        """(students, hypotheses): whether a hypothesis may explain any of the cells (students, items).

        And does not change more right answers than telling ones.
        """
        likely = np.zeros((len(cells), len(hypotheses.held)), dtype=bool)
        asked = cells.any(axis=1)
        for kind, changed in ((self.complete, hypotheses.touched), (~self.complete, hypotheses.reached)):
            rows = np.flatnonzero(asked & kind)
            some, right, telling = (
                table[rows].astype(np.float32) @ changed.T.astype(np.float32)
                for table in (cells, self.evidence.settled, self.telling)
            )
            # of an unanswered step's mistake much of what comes after it is right: it followed
            likely[rows] = (some > 0) & ((right <= telling) | ~self.complete[rows, None])
        return likely

    def fits(self, hypotheses: Hypotheses, asked: Bools) -> _Fits:
        """Every hypothesis that is asked for, (students, hypotheses), against its student's answers."""
        which, students = np.nonzero(asked.T)
        parts = [
            self._fit(hypotheses, which[first : first + ROWS], students[first : first + ROWS])
            for first in range(0, max(1, len(which)), ROWS)
        ]
        return _Fits(students, which, *map(np.concatenate, zip(*parts, strict=True)))

    def from_forward(self, hypotheses: Hypotheses, which: Places, students: Places) -> Bools:
        """(n, items): what the hypothesis which[r] explains of student students[r] by the forward answers alone.

        For who goes on with more digits than were written, or past an own answer.
        """
        basis, held = self.evidence.basis.take(students).forward(), np.arange(len(students))
        made = predicted(basis.question, hypotheses.held, which, held, basis.givens, basis.claims)
        with np.errstate(all="ignore"):
            right = solve(basis.question.steps, basis.givens, claimed=basis.claims)
            due = basis.question.stacked(right, len(students)).T
            off = np.abs(made - self.evidence.values[students])
            explains = (off <= self._reach(made, students)) & (np.abs(made - due) > self.half[students])
        return np.asarray(explains & self.telling[students] & (self.evidence.coarse[students] == 0))

    def _reach(self, made: Array, students: Places) -> Array:
        """How far an answer may be from what a mistake makes of it."""
        # one unit more, for a mistaken way may round once more than the right one
        reach = np.maximum(self.half[students], self.share[students] * np.abs(made)) + self.unit[students]
        return np.asarray(np.maximum(reach, self.evidence.coarse[students]))

    def _fit(self, hypotheses: Hypotheses, which: Places, students: Places) -> tuple[Bools, Counts, Counts, Bools]:
        basis, settled = self.evidence.basis, self.evidence.settled[students]
        telling, half = self.telling[students], self.half[students]
        made = predicted(basis.question, hypotheses.held, which, students, basis.givens, basis.claims)
        with np.errstate(all="ignore"):
            reach = self._reach(made, students)
            differs = np.abs(made - self.due[students]) > half
            off = np.abs(made - self.evidence.values[students])
        explained = telling & differs & (off <= reach)
        count = explained.sum(axis=1)
        against = (settled & differs & (off > 2 * reach)).sum(axis=1)
        missed = (telling & differs & ~explained).sum(axis=1)
        return explained, count, count - against - missed, (against > 0) & (against >= count)


def _likely_pairs(suspects: Suspects, single: _Fits, weighed: _Weighed, left: Bools) -> Bools:
    """(students, pairs): those to try on the cells `left` over, neither refuted, and of which one explains something.

    Or both change the same answer, so that only together they explain it.
    """
    shape = len(left), len(suspects.single.held)
    alive, useful = np.zeros(shape, dtype=bool), np.zeros(shape, dtype=bool)
    alive[single.students, single.which] = ~single.refuted
    useful[single.students, single.which] = single.count > 0
    a, b = suspects.places.T
    overlap = (suspects.single.touched[a] & suspects.single.touched[b]).any(axis=1)
    likely = np.zeros((len(left), len(a)), dtype=bool)
    rows = np.flatnonzero(left.any(axis=1))
    some, helps = alive[rows], useful[rows]
    likely[rows] = some[:, a] & some[:, b] & (helps[:, a] | helps[:, b] | overlap)
    tried = left & np.any(likely, axis=1, keepdims=True)
    return likely & weighed.likely(suspects.pairs, tried)


def _best(fits: _Fits, students: int, before: Counts | int) -> _Best:
    """The hypothesis with the largest gain. It is sure where it explains more than was explained `before`.

    And where no other gains as much, but for those that explain the same two cells or more.
    """
    gain = np.zeros(students, dtype=int)
    np.maximum.at(gain, fits.students, fits.gain)
    top = np.flatnonzero((fits.gain == gain[fits.students]) & (fits.gain > 0))
    row = np.full(students, -1)
    row[fits.students[top[::-1]]] = top[::-1]
    leader = row[fits.students[top]]
    same = (fits.explained[top] == fits.explained[leader]).all(axis=1)
    others = np.bincount(fits.students[top[~same]], minlength=students)
    twins = np.bincount(fits.students[top[same]], minlength=students) - 1
    count = np.where(row >= 0, fits.count[row] if len(fits.count) else 0, 0)
    more = count - before
    sure = (row >= 0) & (others == 0) & (more > 0) & ((twins <= 0) | (more > 1))
    return _Best(row, gain, count, sure)
