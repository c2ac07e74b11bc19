"""Submissions -> Marks: a verdict for every cell, and what it is worth. Pure, and vectorised over students."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.answers import BLANK, UNREADABLE, Submissions
from grader.diagnose import Answers, diagnose
from grader.elsewhere import Fit, elsewhere
from grader.follow import (
    before_update,
    follow,
    gradient_of_update,
    led_astray,
    own_values,
    shows_work,
    tells,
)
from grader.hypotheses import Suspects, suspects
from grader.named import Named, Words
from grader.numerals import read
from grader.readings import Cell
from grader.tolerance import Bools, within
from qgen.cells import Coded
from qgen.certify import Batch
from qgen.exam import Exam
from qgen.intervals import Array
from qgen.parallel import each, shares
from qgen.question import PARTS
from qgen.rounding import Rounding

VERDICTS = ("correct", "follow_through", "imprecise", "wrong", "blank", "unreadable")
CORRECT, FOLLOW_THROUGH, IMPRECISE, WRONG, IS_BLANK, IS_UNREADABLE = range(6)
CHUNK = 16384
"""Students who are looked at at once."""
FEWEST_SIGNIFICANT = 2
SLIP = 3.0
"""An answer as many times further off than honest rounding goes may be a rounding slip; no mistake is named for it."""

Verdicts = NDArray[np.int8]
Progress = Callable[[int], None]


@dataclass(frozen=True, eq=False)
class Marks:
    """verdicts: (students, items). `led_to`: of each follow-through cell, row by row, what own values lead to.

    named: the misconceptions found. said: notes of other cells (student, item) that do not follow from their verdict,
    so of all that is `decided`, the marks that an examiner gives instead of what the verdict is worth; `notes` has all
    of them. elsewhere: submissions that fit another variant.
    """

    exam: Exam
    submissions: Submissions
    verdicts: Verdicts
    led_to: Array
    named: Named
    said: dict[Cell, str]
    elsewhere: tuple[Fit, ...] = ()
    decided: Mapping[Cell, float] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()

    @cached_property
    def _followed(self) -> NDArray[np.intp]:
        """(students + 1,): how many follow-through cells come before each student's."""
        return np.concatenate([[0], np.cumsum((self.verdicts == FOLLOW_THROUGH).sum(axis=1))])

    def follows(self, rows: slice) -> Array:
        """`led_to` of some students."""
        first, stop, _ = rows.indices(len(self.verdicts))
        return self.led_to[self._followed[first] : self._followed[stop]]

    def earned(self, rows: slice = slice(None)) -> Array:
        """(students, items): the marks of some students."""
        marks = worth(self.exam, self.verdicts[rows])
        students = range(len(self.verdicts))[rows]
        for (student, item), mark in self.decided.items():
            if student in students:
                marks[students.index(student), item] = mark
        return marks

    @cached_property
    def explained(self) -> dict[Cell, Words]:
        """The misconceptions' names of a cell (student, item), and a sentence."""
        return self.named.by_cell()

    @property
    def scores(self) -> Array:
        """The sum of each student's marks."""
        return np.asarray(np.round(self.earned().sum(axis=1), 6))

    @property
    def notes(self) -> Mapping[Cell, str]:
        """Why a cell (student, item) has its verdict, where that needs a word."""
        return _Notes(self)


class _Notes(Mapping[Cell, str]):
    """Written when they are read: of 100,000 students' follow-through there are a million."""

    def __init__(self, marks: Marks) -> None:
        self.marks = marks

    def __getitem__(self, cell: Cell) -> str:
        marks = self.marks
        if cell in marks.said:
            return marks.said[cell]
        if cell in marks.explained:
            return marks.explained[cell][1]
        if marks.verdicts[cell] == FOLLOW_THROUGH:
            row, column = cell
            before = np.count_nonzero(marks.verdicts[row, :column] == FOLLOW_THROUGH)
            return FOLLOWS + marks.exam.spec.rounding.text(float(marks.follows(slice(row, row + 1))[before]))
        if marks.verdicts[cell] == IMPRECISE:
            return few_digits(marks.exam.spec.rounding)
        raise KeyError(cell)

    def __iter__(self) -> Iterator[Cell]:
        worded = np.isin(self.marks.verdicts, (FOLLOW_THROUGH, IMPRECISE))
        yield from sorted(
            {*self.marks.said, *self.marks.explained, *((row, column) for row, column in np.argwhere(worded).tolist())}
        )

    def __len__(self) -> int:
        return sum(1 for _ in self)


FOLLOWS = "right from own earlier values, which lead to "


def few_digits(rounding: Rounding, led_to: float | None = None) -> str:
    """The note of an imprecise answer, right by the key or by what own earlier values `led_to`."""
    kind = "decimal places" if rounding.kind == "dp" else "significant figures"
    start = "right" if led_to is None else f"{FOLLOWS}{rounding.text(led_to)},"
    return f"{start} as far as it is written; the paper asks for {rounding.digits} {kind}"


@dataclass(frozen=True, eq=False)
class _Scored:
    """What `score` finds of some students; beside the verdicts they are numbered as in the whole class."""

    verdicts: Verdicts
    led_to: Array
    named: Named
    said: dict[Cell, str]
    elsewhere: tuple[Fit, ...]


def score(exam: Exam, submissions: Submissions, jobs: int = 1, progress: Progress = lambda done: None) -> Marks:
    """Every cell's verdict: right, right from own values, right to few digits, wrong, blank or unreadable."""
    known = [suspects(batch) for batch in exam.batches]
    count = len(submissions.students)
    verdicts = np.empty(submissions.written.which.shape, dtype=np.int8)
    found: list[_Scored] = []
    chunks = [slice(part.start, part.stop) for part in shares(count, CHUNK, jobs)]
    parts = each(lambda rows: _scored(exam, submissions, known, rows), chunks, jobs)
    for chunk, scored in zip(chunks, parts, strict=True):
        verdicts[chunk] = scored.verdicts
        found.append(replace(scored, verdicts=verdicts[chunk]))
        progress(chunk.stop)
    led_to = np.concatenate([part.led_to for part in found])
    said = {cell: note for part in found for cell, note in part.said.items()}
    fits = tuple(fit for part in found for fit in part.elsewhere)
    return Marks(exam, submissions, verdicts, led_to, Named.joined(part.named for part in found), said, fits)


def _scored(exam: Exam, submissions: Submissions, known: Sequence[Suspects], rows: slice) -> _Scored:
    """`score` of some rows."""
    part = submissions.take(rows)
    low, high = exam.low.T[part.variants], exam.high.T[part.variants]
    right = within(part.values, low, high)
    verdicts = np.full(right.shape, WRONG, dtype=np.int8)
    verdicts[part.kinds == BLANK] = IS_BLANK
    verdicts[part.kinds == UNREADABLE] = IS_UNREADABLE
    verdicts[right] = CORRECT
    led_to = np.full(verdicts.shape, np.nan)
    # to copy another paper, consistent in itself, must not earn marks for what follows from what
    copies = elsewhere(exam, part, right.sum(axis=1))
    followed = np.ones(len(verdicts), dtype=bool)
    followed[[fit.student for fit in copies]] = False
    named: list[Named] = []
    said = {(rows.start + student, column): reason for (student, column), reason in part.reasons.items()}
    start = 0
    for batch, suspected in zip(exam.batches, known, strict=True):
        columns = slice(start, start + len(batch.question.items))
        start = columns.stop
        some = np.flatnonzero((verdicts[:, columns] == WRONG).any(axis=1) & followed)
        if not len(some):
            continue
        on_question = _OnQuestion(exam, batch, part, some, columns, verdicts[some, columns])
        on_question.settle()
        found = on_question.misconceptions(suspected)
        places = np.array([rows.start + some[found.cells[:, 0]], columns.start + found.cells[:, 1]]).T
        named.append(replace(found, cells=places))
        for student, item, note in on_question.short_of_own():
            said[int(rows.start + some[student]), columns.start + item] = note
        verdicts[some, columns], led_to[some, columns] = on_question.verdicts, on_question.led_to
    copies = tuple(replace(fit, student=rows.start + fit.student) for fit in copies)
    return _Scored(verdicts, led_to[verdicts == FOLLOW_THROUGH], Named.joined(named), said, copies)


class _OnQuestion:
    """Some students with wrong cells, on one question; arrays are (students, items of the question)."""

    def __init__(
        self, exam: Exam, batch: Batch, submissions: Submissions, rows: NDArray[np.intp], columns: slice,
        verdicts: Verdicts,
    ) -> None:  # fmt: skip
        variants = submissions.variants[rows]
        self.exam, self.verdicts = exam, verdicts
        self.values = submissions.values[rows, columns]
        self.written = Coded(submissions.written.texts, submissions.written.which[rows, columns])
        self.low, self.high = exam.low[columns].T[variants], exam.high[columns].T[variants]
        key = exam.value[columns].T[variants]
        self.own = own_values(batch, variants, self.values, verdicts == CORRECT, key)
        self.led_to = np.full(verdicts.shape, np.nan)
        self.coarse = np.zeros(verdicts.shape)
        self.local = np.full(verdicts.shape, np.nan)

    def settle(self) -> None:
        """Finds follow-through and too few digits among the wrong cells."""
        marking, items = self.exam.spec.marking, self.own.question.items
        excluded = marking.no_follow_through if marking.follow_through > 0 else PARTS
        allowed = np.array([item.part not in excluded for item in items])
        before = before_update(self.own, self.values)
        earned = shows_work(self.own, self.values)
        bounds = [(self.low, self.high, np.ones(self.verdicts.shape, dtype=bool))]
        loose = np.full(self.verdicts.shape, np.nan)
        for own in (self.own, self.own.forward()):
            usable = allowed & led_astray(own)
            open_to = (self.verdicts == WRONG) & usable & (earned | (self.values == 0))
            rows = np.flatnonzero(open_to.any(axis=1))
            lowest, highest = np.full((2, *self.verdicts.shape), np.nan)
            lowest[rows], highest[rows] = follow(own.take(rows))
            usable &= np.isfinite(highest - lowest)
            sharp = usable & tells(lowest, highest, before)
            bounds.append((lowest, highest, sharp))
            hit = (self.verdicts == WRONG) & usable & (earned | (self.values == 0))
            hit &= within(self.values, lowest, highest)
            loose[hit] = (lowest[hit] + highest[hit]) / 2
            hit &= sharp & earned
            self.verdicts[hit] = FOLLOW_THROUGH
            self.led_to[hit] = self.exam.spec.rounding.round(loose[hit])
        self._settle_loose(loose, before, allowed)
        self.local = (bounds[1][1] - bounds[1][0]) / 2
        self.coarse = half_units(self.values, self.written, self.verdicts == WRONG, self.exam.spec.rounding)
        for lowest, highest, usable in bounds:
            near = usable & within(self.values, lowest - self.coarse, highest + self.coarse)
            near &= (self.verdicts == WRONG) & earned & (self.coarse > 0)
            self.verdicts[near] = IMPRECISE
            if lowest is not self.low:
                self.led_to[near] = self.exam.spec.rounding.round((lowest[near] + highest[near]) / 2)

    def _settle_loose(self, loose: Array, before: Array, allowed: Bools) -> None:
        """What may follow, from the numbers that own values lead to, but is easily made up.

        Own numbers as small as rounding lead to ranges that hold nearly anything, and to 0s, and these to parameters
        that stay as they were. They count for those who show at least as much work that cannot be made up.
        """
        hit = (self.verdicts == WRONG) & ~np.isnan(loose)
        gradient = gradient_of_update(self.own.question)
        nothing = hit[:, gradient] & (self.values[:, gradient] == 0)
        still = allowed & (gradient >= 0) & nothing & (self.verdicts == WRONG) & (self.values == before)
        loose[still] = before[still]
        hit |= still
        solid = np.isin(self.verdicts, (CORRECT, FOLLOW_THROUGH)).sum(axis=1)
        hit &= (hit.sum(axis=1) <= solid)[:, None]
        self.verdicts[hit] = FOLLOW_THROUGH
        self.led_to[hit] = self.exam.spec.rounding.round(loose[hit])

    def short_of_own(self) -> Iterator[tuple[int, int, str]]:
        """The imprecise answers that are right from own earlier values only, with a note."""
        for student, item in np.argwhere((self.verdicts == IMPRECISE) & ~np.isnan(self.led_to)).tolist():
            yield student, item, few_digits(self.exam.spec.rounding, float(self.led_to[student, item]))

    def misconceptions(self, known: Suspects) -> Named:
        """What is behind the cells that are still wrong."""
        settled = np.isin(self.verdicts, (CORRECT, FOLLOW_THROUGH, IMPRECISE))
        key = (self.high - self.low) / 2
        half = np.where(np.isfinite(self.local), self.local, key)
        slip = SLIP * np.maximum(half, key)
        wrong = (self.verdicts == WRONG) & ~within(self.values, self.low - slip, self.high + slip)
        return diagnose(Answers(self.own, self.values, wrong, settled, self.coarse, half, slip), known)


def half_units(values: Array, written: Coded, cells: Bools, asked: Rounding) -> Array:
    """For the given cells: half a unit of the last digit written where that is fewer than asked, else 0."""
    halves = np.zeros(cells.shape)
    tens = 10 * asked.unit(np.nan_to_num(values))
    # only a number that fits on fewer digits can have been written with fewer
    few = cells & (np.abs(values - np.round(values / tens) * tens) < 1e-3 * tens)
    texts, places = np.unique(written.which[few], return_inverse=True)
    halves[few] = np.array([_half_unit(text, asked) for text in written.texts[texts].tolist()])[places]
    return halves


@lru_cache(maxsize=1 << 16)
def _half_unit(text: str, asked: Rounding) -> float:
    numeral = read(text, comma="," in text)
    digits = numeral.decimals if asked.kind == "dp" else numeral.significant
    short = digits < asked.digits and numeral.significant >= FEWEST_SIGNIFICANT
    return 0.5 * 10.0**-numeral.decimals * (1 + 1e-9) if short else 0.0


def worth(exam: Exam, verdicts: NDArray[Any]) -> Array:
    """The marks of every cell: all, the spec's share for follow-through or few digits, or none."""
    marking = exam.spec.marking
    share = np.array([1.0, marking.follow_through, marking.imprecise, 0.0, 0.0, 0.0])
    return np.asarray(share.take(verdicts) * np.array([item.marks for item in exam.items]))
