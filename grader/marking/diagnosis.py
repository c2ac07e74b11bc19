"""Names the misconceptions behind wrong cells: the smallest set of catalogue entries that explains them.

Every hypothesis, one entry or two held together, is solved with its mistaken rules from the student's own values: a
wrong cell is explained by a mistake made there, not by those before it. Where a hypothesis leads to another number
than the right rules do, a cell speaks for it (this very number), against it (right all the same), or is missed (wrong
in another way). What was worked out from an explained cell must follow from it: a right number that does not speaks
against it, too, for then the cell was only copied wrong. A hypothesis is named where more speaks for it than not, and
for no other as much; on one cell only if it was gone on with, or nothing else is wrong. Entries that lead to the same
numbers cannot be told apart: of these the first in the catalogue is named.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from grader.marking.carried_forward import Basis
from grader.marking.explain import reason
from grader.marking.tolerance import Bools
from grader.marking.verdicts import Place
from grader.reasons import Reason
from qgen.engine.intervals import Array
from qgen.engine.solve import solve
from qgen.exam.certify import SAME
from qgen.exam.hypotheses import Hypotheses, Suspects, predicted

WIDEST = 0.05  # no answer is taken for a mistaken one that is further from it than this share
ROWS = 60_000  # hypotheses of students that are solved at once

Places = NDArray[np.intp]
Counts = NDArray[np.int_]


@dataclass(frozen=True, eq=False)
class Evidence:
    """What students wrote to one question, and what is known of it: arrays (students, items).

    wrong: earned nothing, and are not near the key either; still: repeat the old parameter; settled: earned marks;
    coarse: half a unit of the last digit written where few were; half: half the width of what honest rounding can reach
    from own values; slip: how far a rounding slip may go.
    """

    basis: Basis
    values: Array
    wrong: Bools
    still: Bools
    settled: Bools
    coarse: Array
    half: Array
    slip: Array

    def take(self, rows: Places) -> Evidence:
        """The chosen students."""
        return Evidence(
            self.basis.take(rows), self.values[rows], self.wrong[rows], self.still[rows], self.settled[rows],
            self.coarse[rows], self.half[rows], self.slip[rows],
        )  # fmt: skip


@dataclass(frozen=True, eq=False)
class _Fits:
    """How well hypotheses explain wrong cells: row r is about the student and the hypothesis of these places.

    Rows go by hypothesis, then by student. explained: (rows, items); count: of how many cells; near: whether they are
    well within reach; used: whether of what follows from them more is right than wrong; support: count, and those that
    are right by it, though not from own values; against: of how many right ones; gain: support less those and the
    missed ones; made: the sum of what it makes of the explained cells.
    """

    students: Places
    which: Places
    explained: Bools
    count: Counts
    near: Bools
    used: Bools
    support: Counts
    against: Counts
    gain: Counts
    made: Array

    def of(self, which: Places, students: Places) -> Bools:
        """(n, items): what the hypothesis which[r] explains of student students[r]; nothing where it was not tried."""
        size = 1 + max(students.max(initial=0), self.students.max(initial=0))
        known, asked = self.which * size + self.students, which * size + students
        tried = np.isin(asked, known)
        explained = np.zeros((len(asked), self.explained.shape[1]), dtype=bool)
        explained[tried] = self.explained[np.searchsorted(known, asked[tried])]
        return explained


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
    weighed = _Weighed(evidence.take(rows), suspects.follows)
    single = weighed.fits(suspects.single, weighed.likely(suspects.single, weighed.telling))
    wrong = weighed.telling.sum(axis=1)
    best = _best(single, wrong, np.zeros(len(rows), dtype=int))
    some = best.gain > 0
    left = weighed.telling.copy()
    left[some] &= ~single.explained[best.row[some]]
    pairs = weighed.fits(suspects.pairs, _likely_pairs(suspects, single, weighed, left))
    better = _best(pairs, wrong, best.count)
    two = better.sure & (~best.sure | (better.gain > best.gain))
    one = np.flatnonzero(best.sure & ~two)
    held = single.which[best.row[one]]
    explained = single.explained[best.row[one]] | weighed.from_forward(suspects.single, held, one)
    reasons = {
        (int(rows[one[at]]), i): reason(suspects, False, int(held[at]), i) for at, i in np.argwhere(explained).tolist()
    }
    by_two = _of_two(suspects, weighed, pairs, better.row[two], np.flatnonzero(two), single)
    return reasons | {(int(rows[at]), i): reason for (at, i), reason in by_two.items()}


def _of_two(
    suspects: Suspects, weighed: _Weighed, pairs: _Fits, row: Places, students: Places, single: _Fits
) -> dict[Place, Reason]:
    """The cells explained by pairs of mistakes, of these students; each with the one that explains it alone, if any."""
    which = pairs.which[row]
    explained = pairs.explained[row] | weighed.from_forward(suspects.pairs, which, students)
    parts = suspects.places[which].T
    alone = [single.of(part, students) for part in parts]
    left = np.flatnonzero((explained & ~(alone[0] | alone[1])).any(axis=1))
    of = np.full(explained.shape, -1)
    for part, mine in reversed(list(zip(parts, alone, strict=True))):  # the first one last: it goes before the second
        mine[left] |= weighed.from_forward(suspects.single, part[left], students[left])
        of = np.where(mine, part[:, None], of)
    return {
        (int(students[r]), i): reason(suspects, of[r, i] < 0, int(which[r] if of[r, i] < 0 else of[r, i]), i)
        for r, i in np.argwhere(explained).tolist()
    }


class _Weighed:
    """Evidence, with what is needed to hold any hypothesis against it."""

    def __init__(self, evidence: Evidence, follows: Bools) -> None:
        self.evidence, self.follows, basis = evidence, follows.astype(np.float32), evidence.basis
        students = len(evidence.values)
        with np.errstate(all="ignore"):
            right = solve(basis.question.steps, basis.givens, claimed=basis.claims)
            self.due = basis.question.stacked(right, students).T
            self.unit = basis.batch.rounding.unit(np.nan_to_num(evidence.values))
            self.half = np.maximum(evidence.half, 0.5 * self.unit)
            self.share = np.minimum(self.half / np.abs(self.due), WIDEST)
        nearly = np.maximum(evidence.slip, self.half + evidence.coarse)
        self.telling = evidence.wrong & ~(np.abs(evidence.values - self.due) <= nearly)
        self.exact = evidence.settled & (evidence.coarse == 0)
        self.complete = ~np.isnan(np.array(list(basis.claims.values()))).any(axis=0)
        self.kept = evidence.settled & (np.abs(evidence.values - self.due) <= self.half + self.unit)
        self.kept &= self.complete[:, None]  # of an unanswered step's mistake much of what comes after it followed

    def likely(self, hypotheses: Hypotheses, cells: Bools) -> Bools:
        """(students, hypotheses): whether a hypothesis may explain any of the cells (students, items)."""
        likely = np.zeros((len(cells), len(hypotheses.held)), dtype=bool)
        asked = cells.any(axis=1)
        for rows, changed in (
            (np.flatnonzero(asked & self.complete), hypotheses.touched),
            (np.flatnonzero(asked & ~self.complete), hypotheses.reached),
        ):
            likely[rows] = may_explain(changed, cells[rows], self.telling[rows], self.kept[rows])
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
        found = compared(made, due, self.evidence.values[students], self.half[students], self._reach(made, students))
        return np.asarray(found.differs & found.fits & self.telling[students] & (self.evidence.coarse[students] == 0))

    def _reach(self, made: Array, students: Places) -> Array:
        """How far an answer may be from what a mistake makes of it."""
        unit = self.unit[students]
        with np.errstate(all="ignore"):
            # a quotient by a small rounded number is off by as much as its square
            reach = np.maximum(self.half[students], self.share[students] * np.abs(made))
            reach = np.maximum(reach, np.minimum(unit * made**2, WIDEST * np.abs(made)))
        # one unit more, for a mistaken way may round once more than the right one
        reach = reach + unit
        return np.asarray(np.maximum(reach, self.evidence.coarse[students]))

    def _fit(
        self, hypotheses: Hypotheses, which: Places, students: Places
    ) -> tuple[Bools, Counts, Bools, Bools, Counts, Counts, Counts, Array]:
        basis = self.evidence.basis
        made = predicted(basis.question, hypotheses.held, which, students, basis.givens, basis.claims)
        due, values, half = self.due[students], self.evidence.values[students], self.half[students]
        found = compared(made, due, values, half, self._reach(made, students))
        return weigh(
            found,
            made,
            self.telling[students],
            self.evidence.still[students],
            self.evidence.settled[students],
            self.exact[students],
            self.follows,
        )


def may_explain(changed: Bools, cells: Bools, telling: Bools, right: Bools) -> Bools:
    """(students, hypotheses): whether a hypothesis changes any of the cells, and no more right answers than wrong ones.

    changed: (hypotheses, items); the others: (students, items).
    """
    some, wrong, kept = (table.astype(np.float32) @ changed.T.astype(np.float32) for table in (cells, telling, right))
    return np.asarray((some > 0) & (kept <= wrong))


class Compared(NamedTuple):
    """Of answers and what a mistake makes of them: whether it makes another number than is due, whether the answer is
    that number, and whether it is clearly so, and clearly not."""

    differs: Bools
    fits: Bools
    near: Bools
    unlike: Bools


def compared(made: Array, due: Array, values: Array, half: Array, reach: Array) -> Compared:
    """made, due: unrounded; a mistake differs by more than `half`, an answer fits within `reach`."""
    with np.errstate(all="ignore"):
        off = np.abs(made - values)
        return Compared(
            np.abs(made - due) > half, np.isfinite(made) & (off <= reach), off <= reach / 2, off > 2 * reach
        )


def weigh(
    found: Compared,
    made: Array,
    telling: Bools,
    still: Bools,
    settled: Bools,
    exact: Bools,
    follows: NDArray[np.float32],
) -> tuple[Bools, Counts, Bools, Bools, Counts, Counts, Counts, Array]:
    """Of `_Fits` all but the first two. exact: settled with all digits asked for; follows: (items, items), 1 where one
    is worked out from the other."""
    speaks = found.differs & found.fits
    explained = telling & speaks
    count = explained.sum(axis=1)
    near = np.asarray(~(explained & ~found.near).any(axis=1))
    support = count + (exact & speaks).sum(axis=1)
    from_explained = explained.astype(np.float32) @ follows.T > 0
    against = (settled & found.unlike & (found.differs | from_explained)).sum(axis=1)
    going = telling & ~still & from_explained  # an update that was left out says nothing of its gradient
    used = (exact & found.fits & from_explained).sum(axis=1) > (going & ~found.fits).sum(axis=1)
    missed = (telling & found.differs & ~found.fits).sum(axis=1)
    return (
        explained,
        count,
        near,
        np.asarray(used),
        support,
        against,
        support - against - missed,
        np.asarray(np.where(explained, made, 0.0).sum(axis=1)),
    )


def _likely_pairs(suspects: Suspects, single: _Fits, weighed: _Weighed, left: Bools) -> Bools:
    """(students, pairs): those to try on the cells `left` over, neither refuted, and of which one explains something.

    Or both change the same answer, so that only together they explain it.
    """
    shape = len(left), len(suspects.single.held)
    alive, useful = np.zeros(shape, dtype=bool), np.zeros(shape, dtype=bool)
    alive[single.students, single.which] = single.against <= single.support
    useful[single.students, single.which] = single.count > 0
    a, b = suspects.places.T
    overlap = (suspects.single.touched[a] & suspects.single.touched[b]).any(axis=1)
    likely = np.zeros((len(left), len(a)), dtype=bool)
    rows = np.flatnonzero(left.any(axis=1))
    some, helps = alive[rows], useful[rows]
    likely[rows] = some[:, a] & some[:, b] & (helps[:, a] | helps[:, b] | overlap)
    tried = left & np.any(likely, axis=1, keepdims=True)
    return likely & weighed.likely(suspects.pairs, tried)


def _best(fits: _Fits, wrong: Counts, before: Counts) -> _Best:
    """The hypothesis with the largest gain, (students,), of those that explain more than was explained `before`, and
    for which more than twice as much speaks as against them; of as good ones one that is near.

    It is sure where no other is as good, but for those that explain the same cells, with the same numbers if it is
    one cell only; and where more than one cell speaks for it, or the one is near, and was gone on with or is all that
    is wrong. wrong: how many cells are to be explained.
    """
    rank = np.zeros(len(wrong), dtype=int)
    fit = (fits.gain > 0) & (fits.count > before[fits.students]) & (fits.support > 2 * fits.against)
    mine = 2 * fits.gain + fits.near
    np.maximum.at(rank, fits.students[fit], mine[fit])
    top = np.flatnonzero(fit & (mine == rank[fits.students]))
    gain = rank // 2
    row, count, enough = np.full(len(wrong), -1), np.zeros_like(gain), np.zeros(len(wrong), dtype=bool)
    row[fits.students[top[::-1]]] = top[::-1]
    leader = row[fits.students[top]]
    some = gain > 0
    found = row[some]
    count[some] = fits.count[found]
    same = (fits.explained[top] == fits.explained[leader]).all(axis=1)
    same &= (fits.count[leader] - before[fits.students[top]] > 1) | (np.abs(fits.made[top] - fits.made[leader]) < SAME)
    rivals = np.bincount(fits.students[top[~same]], minlength=len(wrong))
    one = fits.near[found] & (fits.used[found] | (count[some] == wrong[some]))
    enough[some] = (fits.support[found] - before[some] > 1) | one
    return _Best(row, gain, count, enough & (rivals == 0))
