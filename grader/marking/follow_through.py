"""Wrong answers to a question: what follows from own earlier ones, what is right to too few digits, and why not."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from grader.marking.carried_forward import (
    Basis,
    basis_of,
    before_update,
    carried_forward,
    depends_on,
    depends_on_wrong,
    gradient_of_update,
    is_informative,
    leads_nowhere,
    shows_work,
)
from grader.marking.diagnosis import Evidence, diagnose
from grader.marking.tolerance import Bools, within
from grader.marking.verdicts import CORRECT, FOLLOW_THROUGH, IMPRECISE, WRONG, Place, Verdicts
from grader.reading.numerals import read
from grader.reading.submissions import Submissions
from grader.reasons import NO_NUMBER, UNDEFINED, Reason
from qgen.engine.intervals import Array
from qgen.engine.rounding import Rounding
from qgen.exam.certify import Batch
from qgen.exam.exam import Exam
from qgen.exam.hypotheses import Suspects
from qgen.tables.rows import Stored

FEWEST_SIGNIFICANT = 2
# An answer as many times further off than honest rounding goes may be a rounding slip; no mistake is named for it.
SLIP = 3.0


@dataclass(frozen=True, eq=False)
class Answered:
    """Some students' answers to one question, key and accepted range beside them: arrays (students, items).

    verdicts: by the key alone. before: of an updated parameter the number that it was updated from, else NaN.
    undefined: unreadable, for they say that they cannot be computed.
    """

    exam: Exam
    basis: Basis
    values: Array
    written: NDArray[np.object_]
    verdicts: Verdicts
    key: Array
    low: Array
    high: Array
    before: Array
    undefined: Bools

    @classmethod
    def of(
        cls, exam: Exam, batch: Batch, submissions: Submissions, rows: NDArray[np.intp], columns: slice,
        verdicts: Verdicts,
    ) -> Answered:  # fmt: skip
        """The answers in these rows and columns of a class's."""
        variants, values = submissions.variants[rows], submissions.values[rows, columns]
        key = exam.value[columns].T[variants]
        basis = basis_of(batch, variants, values, verdicts == CORRECT, key)
        low, high = exam.low[columns].T[variants], exam.high[columns].T[variants]
        written, undefined = submissions.written[rows, columns], np.zeros(submissions.kinds.shape, dtype=bool)
        for place, reason in submissions.reasons.items():
            undefined[place] = reason.kind == UNDEFINED
        before = before_update(basis, values)
        return cls(exam, basis, values, written, verdicts, key, low, high, before, undefined[rows, columns])


class Route(NamedTuple):
    """What own values lead to: lowest, highest, unrounded; and whether that tells work from invention."""

    lowest: Array
    highest: Array
    due: Array
    informative: Bools


@dataclass(frozen=True, eq=False)
class Followed:
    """The verdicts after follow-through, with what own values lead to where that counted, else NaN.

    imprecise_of_own: right from own values only, to too few digits. coarse: half a unit of the last digit written
    where few were, else 0. half: half the width of what own values lead to, due: that, unrounded; NaN for nothing.
    """

    verdicts: Verdicts
    expected_from_own: Array
    imprecise_of_own: Bools
    coarse: Array
    half: Array
    due: Array


def follow_through(answered: Answered) -> Followed:
    """Finds follow-through and too few digits among the wrong cells."""
    marking, basis, values, allowed = answered.exam.spec.marking, answered.basis, answered.values, _allowed(answered)
    earned = shows_work(basis, values)
    verdicts = answered.verdicts.copy()
    expected, doubtful = np.full((2, *verdicts.shape), np.nan)
    routes = []
    for own in (basis, basis.forward()):
        usable = allowed & depends_on_wrong(own)
        open_to = (verdicts == WRONG) & usable & (earned | (values == 0))
        route = _route(answered, own, open_to, usable)
        routes.append(route)
        hit = open_to & within(values, route.lowest, route.highest) & np.isfinite(route.highest - route.lowest)
        doubtful[hit] = route.due[hit]
        hit &= route.informative & earned
        verdicts[hit] = FOLLOW_THROUGH
        expected[hit] = route.due[hit]
    _count_doubtful(answered, verdicts, expected, doubtful, allowed)
    coarse = half_units(values, answered.written, verdicts == WRONG, basis.batch.rounding)
    short = np.zeros(verdicts.shape, dtype=bool)
    by_key = Route(answered.low, answered.high, expected, np.ones(verdicts.shape, dtype=bool))
    for route in (by_key, *routes):
        near = route.informative & within(values, route.lowest - coarse, route.highest + coarse)
        near &= (verdicts == WRONG) & earned & (coarse > 0)
        verdicts[near] = IMPRECISE
        if route is not by_key:
            short |= near
            expected[near] = route.due[near]
    if marking.follow_through < marking.imprecise:  # too few digits are worth no more than all of them
        verdicts[short] = FOLLOW_THROUGH
    verdicts[_nowhere(answered, allowed)] = FOLLOW_THROUGH  # last: a word is no work beside which other cells count
    half = (routes[0].highest - routes[0].lowest) / 2
    return Followed(verdicts, basis.batch.rounding.round(expected), short, coarse, half, routes[0].due)


def _allowed(answered: Answered) -> Bools:
    """The items (items,) of parts that the spec does not except from follow-through."""
    marking, parts = answered.exam.spec.marking, [item.part for item in answered.basis.question.items]
    return np.array([marking.follow_through > 0 and part not in marking.no_follow_through for part in parts])


def _nowhere(answered: Answered, allowed: Bools) -> Bools:
    """The cells that say rightly that own wrong numbers lead to none."""
    said = answered.undefined & allowed & depends_on_wrong(answered.basis)
    rows = np.flatnonzero(said.any(axis=1))
    if len(rows):
        said[rows] &= leads_nowhere(answered.basis.take(rows))
    return said


def _route(answered: Answered, own: Basis, open_to: Bools, usable: Bools) -> Route:
    """What these own values lead to, worked out for students with cells that are open to it."""
    lowest, highest, due = np.full((3, *open_to.shape), np.nan)
    rows = np.flatnonzero(open_to.any(axis=1))
    lowest[rows], highest[rows], due[rows] = carried_forward(own.take(rows))
    return Route(lowest, highest, due, usable & is_informative(lowest, highest, answered.before))


def _count_doubtful(answered: Answered, verdicts: Verdicts, expected: Array, doubtful: Array, allowed: Bools) -> None:
    """Counts some of what may follow from own values, but is easily made up.

    Own numbers as small as rounding lead to ranges that hold nearly anything: their answers count for those who
    show at least as much other work. They lead to 0s, too, and these to parameters that stay as they were, which
    are written in no time: as many count as there is other work on the way back.
    """
    question, values, before = answered.basis.question, answered.values, answered.before
    done = np.isin(verdicts, (CORRECT, FOLLOW_THROUGH))
    back = np.array([item.part in ("gradient", "update") for item in question.items])
    hit = (verdicts == WRONG) & ~np.isnan(doubtful)
    gradient = gradient_of_update(question)
    none = hit & (values == 0)
    still = allowed & (gradient >= 0) & none[:, gradient] & (verdicts == WRONG) & (values == before)
    due = np.where(still, before, doubtful)
    small = hit & ~none
    none |= still
    small &= (small.sum(axis=1) <= done.sum(axis=1))[:, None]
    none &= (none.sum(axis=1) <= done[:, back].sum(axis=1))[:, None]
    verdicts[small | none] = FOLLOW_THROUGH
    expected[small | none] = due[small | none]


def reasons_of(answered: Answered, followed: Followed, suspects: Suspects) -> dict[Place, Reason]:
    """Why cells (student, item) have their verdicts where that is more than the verdict says."""
    rounding, verdicts, values = answered.basis.batch.rounding, followed.verdicts, answered.values
    repeats = (verdicts == WRONG) & (values == answered.before)
    reasons = {(s, i): Reason("repeats") for s, i in np.argwhere(repeats).tolist()}
    nowhere = answered.undefined & (verdicts == FOLLOW_THROUGH)
    reasons |= {(s, i): Reason(NO_NUMBER) for s, i in np.argwhere(nowhere).tolist()}
    for s, i in np.argwhere(followed.imprecise_of_own).tolist():
        own = rounding.text(float(followed.expected_from_own[s, i]))
        reasons[s, i] = Reason("imprecise_of_own", (own, str(rounding.digits)), (rounding.kind,))
    settled = np.isin(verdicts, (CORRECT, FOLLOW_THROUGH, IMPRECISE))
    key = (answered.high - answered.low) / 2
    half = np.where(np.isfinite(followed.half), followed.half, key)
    slip = SLIP * np.maximum(half, key)
    short, allowed = _one_digit(answered, followed), _allowed(answered)
    uncounted = _uncounted(answered, verdicts == WRONG, allowed)
    for kind, cells in (("uncounted", uncounted & allowed), ("not_followed", uncounted & ~allowed)):
        reasons = {(s, i): Reason(kind) for s, i in np.argwhere(cells).tolist()} | reasons
    wrong = (verdicts == WRONG) & ~within(values, answered.low - slip, answered.high + slip)
    wrong &= ~(uncounted & ((values == 0) | repeats))  # no mistake, but what own 0s lead to
    moved = np.abs(values - answered.before) > 0
    wrong &= ~repeats | moved.any(axis=1, keepdims=True)  # who updated nothing has not forgotten the biases alone
    evidence = Evidence(answered.basis, values, wrong, repeats, settled, followed.coarse, half, slip)
    asked = (str(rounding.digits),), (rounding.kind,)
    digits = {(s, i): Reason("one_digit", *asked) for s, i in np.argwhere(short).tolist()}
    return reasons | diagnose(evidence, suspects) | digits


def _uncounted(answered: Answered, wrong: Bools, allowed: Bools) -> Bools:
    """The wrong cells that follow from own numbers all the same: from such as are no basis, or where nothing counts."""
    basis, values = answered.basis, answered.values
    claims = dict(zip(basis.claims, values.T, strict=True))
    off = wrong & np.isfinite(values)
    idle = off & np.isnan(np.array(list(basis.claims.values())).T)
    cells = off & np.where(allowed, depends_on(basis, idle), depends_on(basis, off))
    rows = np.flatnonzero(cells.any(axis=1))
    if len(rows):
        own = replace(basis.take(rows), claims={step: array[rows] for step, array in claims.items()})
        lowest, highest, _ = carried_forward(own)
        cells[rows] &= within(values[rows], lowest, highest) & np.isfinite(highest - lowest)
    return cells


def _one_digit(answered: Answered, followed: Followed) -> Bools:
    """The cells that are right as far as they are written, by the key or from own values, but for one digit only."""
    values, rounding = answered.values, answered.basis.batch.rounding
    cells = (followed.verdicts == WRONG) & (values != 0) & (values != answered.before)
    coarse = half_units(values, answered.written, cells, rounding, fewest=1)
    half = np.where(np.isfinite(followed.half), followed.half, np.nan)
    own = np.abs(values - followed.due) <= half + coarse
    right = own | within(values, answered.low - coarse, answered.high + coarse)
    return np.asarray(right & (coarse > 0))


def half_units(
    values: Array, written: NDArray[np.object_], cells: Bools, asked: Rounding, fewest: int = FEWEST_SIGNIFICANT
) -> Array:
    """For the given cells: half a unit of the last digit written where that is fewer than asked, else 0.

    fewest: significant digits that count as written.
    """
    halves = np.zeros(cells.shape)
    tens = 10 * asked.unit(np.nan_to_num(values))
    # only a number that fits on fewer digits can have been written with fewer; a spreadsheet leaves zeros out
    few = cells & (np.abs(values - np.round(values / tens) * tens) < 1e-3 * tens)
    halves[few] = [0.0 if type(text) is Stored else _half_unit(text, asked, fewest) for text in written[few].tolist()]
    return halves


@lru_cache(maxsize=65_536)
def _half_unit(text: str, asked: Rounding, fewest: int) -> float:
    numeral = read(text, comma="," in text)
    digits = numeral.decimals if asked.kind == "dp" else numeral.significant
    short = digits < asked.digits and numeral.significant >= fewest
    return 0.5 * 10.0**-numeral.decimals * (1 + 1e-9) if short else 0.0
