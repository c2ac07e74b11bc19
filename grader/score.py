"""Submissions -> Marks: a verdict for every cell, and what it is worth. Pure, and vectorised over students."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grader.answers import BLANK, UNREADABLE, Submissions
from grader.diagnose import diagnose
from grader.follow import Own, follow, forward_only, old_values, own_values
from grader.numerals import read
from grader.tolerance import Bools, within
from qgen.certify import Batch
from qgen.exam import Exam
from qgen.intervals import Array
from qgen.question import Item
from qgen.rounding import Rounding

VERDICTS = ("correct", "follow_through", "imprecise", "wrong", "blank", "unreadable")
CORRECT, FOLLOW_THROUGH, IMPRECISE, WRONG, IS_BLANK, IS_UNREADABLE = range(6)
CHUNK = 4096
"""Students whose follow-through is computed at once."""
FEWEST_SIGNIFICANT = 2

Cell = tuple[int, int]
Verdicts = NDArray[np.int8]


@dataclass(frozen=True, eq=False)
class Marks:
    """verdicts and marks (students, items); a note and a misconception's name for some cells (student, item)."""

    exam: Exam
    submissions: Submissions
    verdicts: Verdicts
    marks: Array
    notes: dict[Cell, str]
    misconceptions: dict[Cell, str]
    remarks: tuple[str, ...] = ()

    @property
    def scores(self) -> Array:
        """The sum of each student's marks."""
        return np.asarray(np.round(self.marks.sum(axis=1), 6))


def score(exam: Exam, submissions: Submissions) -> Marks:
    """Every cell's verdict: right, right from own values, right to few digits, wrong, blank or unreadable."""
    low, high = exam.low.T[submissions.variants], exam.high.T[submissions.variants]
    verdicts = np.full(submissions.values.shape, WRONG, dtype=np.int8)
    verdicts[submissions.kinds == BLANK] = IS_BLANK
    verdicts[submissions.kinds == UNREADABLE] = IS_UNREADABLE
    verdicts[within(submissions.values, low, high)] = CORRECT
    notes: dict[Cell, str] = dict(submissions.reasons)
    names: dict[Cell, str] = {}
    for part in _parts(exam, submissions, verdicts):
        part.judge(low[part.rows, part.columns], high[part.rows, part.columns], exam)
        verdicts[part.rows, part.columns] = part.verdicts
        for (row, column), note in part.notes.items():
            notes[int(part.rows[row]), column + part.columns.start] = note
        for (row, column), name in part.names.items():
            names[int(part.rows[row]), column + part.columns.start] = name
    return Marks(exam, submissions, verdicts, worth(exam, verdicts), notes, names)


@dataclass
class Part:
    """Some students with wrong cells, on one question; arrays are (students, items of the question)."""

    rows: NDArray[np.intp]
    columns: slice
    own: Own
    values: Array
    written: NDArray[np.object_]
    verdicts: Verdicts
    notes: dict[Cell, str]
    names: dict[Cell, str]

    def judge(self, low: Array, high: Array, exam: Exam) -> None:
        """Finds follow-through, too few digits and misconceptions among the wrong cells."""
        marking, items = exam.spec.marking, self.own.question.items
        coarse = half_units(self.written, self.verdicts == WRONG, exam.spec.rounding)
        old = old_values(self.own)
        # an updated parameter that repeats the old one, or a 0, shows no work
        earned = (self.values != old) & (self.values != 0)
        routes = []
        if marking.follow_through > 0:
            for own in (self.own, forward_only(self.own)):
                ranges = follow(own)
                routes.append(_table(items, [ranges[item.step].low for item in items], len(self.rows)))
                routes.append(_table(items, [ranges[item.step].high for item in items], len(self.rows)))
            allowed = np.array([item.part not in marking.no_follow_through for item in items])
            for lowest, highest in (routes[:2], routes[2:]):
                hit = (self.verdicts == WRONG) & earned & allowed & within(self.values, lowest, highest)
                self.verdicts[hit] = FOLLOW_THROUGH
                for row, column in np.argwhere(hit).tolist():
                    middle = exam.spec.rounding.text((lowest[row, column] + highest[row, column]) / 2)
                    self.notes[row, column] = f"right from own earlier values, which lead to {middle}"
        bounds = [(low, high), *((routes[k], routes[k + 1]) for k in range(0, len(routes), 2))]
        for lowest, highest in bounds:
            near = within(self.values, lowest - coarse, highest + coarse)
            hit = (self.verdicts == WRONG) & earned & (coarse > 0) & near
            self.verdicts[hit] = IMPRECISE
            for row, column in np.argwhere(hit).tolist():
                self.notes[row, column] = f"right as far as it is written; the paper asks for {_asked(exam)}"
        settled = np.isin(self.verdicts, (CORRECT, FOLLOW_THROUGH, IMPRECISE))
        found = diagnose(self.own, self.values, self.verdicts == WRONG, settled, coarse, low, high)
        for cell, (name, note) in found.items():
            self.names[cell], self.notes[cell] = name, note


def _parts(exam: Exam, submissions: Submissions, verdicts: Verdicts) -> Iterator[Part]:
    """The students with wrong cells, question by question and chunk by chunk."""
    start = 0
    for batch in exam.batches:
        columns = slice(start, start + len(batch.question.items))
        start = columns.stop
        needy = np.flatnonzero((verdicts[:, columns] == WRONG).any(axis=1))
        for first in range(0, len(needy), CHUNK):
            rows = needy[first : first + CHUNK]
            yield _part(exam, submissions, batch, rows, columns, verdicts[rows, columns])


def _part(
    exam: Exam, submissions: Submissions, batch: Batch, rows: NDArray[np.intp], columns: slice, verdicts: Verdicts
) -> Part:
    variants, values = submissions.variants[rows], submissions.values[rows, columns]
    own = own_values(batch, variants, values, verdicts == CORRECT, exam.value[columns].T[variants])
    return Part(rows, columns, own, values, submissions.written[rows, columns], verdicts.copy(), {}, {})


def half_units(written: NDArray[np.object_], cells: Bools, asked: Rounding) -> Array:
    """For the given cells: half a unit of the last digit written where that is fewer than asked, else 0."""
    halves = np.zeros(cells.shape)
    seen: dict[str, float] = {}
    for row, column in np.argwhere(cells).tolist():
        text = written[row, column]
        if text not in seen:
            numeral = read(text, comma="," in text)
            digits = numeral.decimals if asked.kind == "dp" else numeral.significant
            few = digits < asked.digits and numeral.significant >= FEWEST_SIGNIFICANT
            seen[text] = 0.5 * 10.0**-numeral.decimals * (1 + 1e-9) if few else 0.0
        halves[row, column] = seen[text]
    return halves


def worth(exam: Exam, verdicts: Verdicts) -> Array:
    """The marks of every cell: all, the spec's share for follow-through or few digits, or none."""
    marking = exam.spec.marking
    share = np.array([1.0, marking.follow_through, marking.imprecise, 0.0, 0.0, 0.0])
    return np.asarray(share[verdicts] * np.array([item.marks for item in exam.items]))


def _table(items: Sequence[Item], columns: Sequence[Array], students: int) -> Array:
    return np.array([np.broadcast_to(column, (students,)) for column in columns]).T


def _asked(exam: Exam) -> str:
    rounding = exam.spec.rounding
    return f"{rounding.digits} {'decimal places' if rounding.kind == 'dp' else 'significant figures'}"
