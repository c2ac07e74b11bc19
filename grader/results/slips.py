"""What looks like a slip of whoever typed a student's answers: a column left out, lost signs or decimal marks."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from grader.marking.tolerance import Bools, settled, within
from grader.marking.verdicts import IS_BLANK, WRONG, Marks
from grader.reading.numerals import UNREADABLE, VALUE
from grader.reasons import WAITING
from qgen.engine.intervals import Array
from qgen.engine.rounding import Rounding
from qgen.errors import quoted, some
from qgen.papers.item_names import item_names

FEWEST, SHARE = 5, 0.8  # of the wrong answers, so many are right but for the slip
HALF, MOST_STUDENTS, SHOWN = 0.5, 200, 4  # of a class; students that are looked at; columns that a remark names
COLUMNS = ("one column", "two columns", "three columns")
MOST_ZEROS = 8  # of a power of ten


def slips(marks: Marks) -> Iterator[str]:
    """One line for each such student; the marks stay as they are. What a known mistake explains is no slip."""
    wrong = marks.verdicts == WRONG
    for place, reason in marks.reasons.items():
        wrong[place] &= not reason.misconceptions
    rows = np.flatnonzero(wrong.sum(axis=1) >= FEWEST)
    if not len(rows):
        return
    submissions, exam = marks.submissions, marks.exam
    sheet = [exam.rows[column] for column in exam.sheet_columns if column in exam.rows]  # one beside the other
    variants, wrong, count = submissions.variants[rows], wrong[rows][:, sheet], wrong[rows].sum(axis=1)
    best, said = np.zeros(len(rows), dtype=int), np.full(len(rows), "", object)
    for what, right in _tried(
        submissions.values[rows][:, sheet],
        exam.low.T[variants][:, sheet],
        exam.high.T[variants][:, sheet],
        exam.spec.rounding,
    ):
        hits = (right & wrong).sum(axis=1)
        said[hits > best] = what
        best = np.maximum(best, hits)
    for r in np.flatnonzero((best >= FEWEST) & (best >= SHARE * count)).tolist():
        yield f"{submissions.students[rows[r]]}: {best[r]} of {count[r]} wrong answers are {said[r]}; mistyped?"


def without_a_number(marks: Marks) -> Iterator[str]:
    """One line for whoever has words alone, such as "ill", where answers should be: scored 0, but was anybody there?"""
    read = marks.submissions
    waiting = {s for (s, _), reason in marks.reasons.items() if reason.kind in WAITING}
    found = []
    for s in np.flatnonzero((read.kinds == UNREADABLE).any(axis=1) & ~(read.kinds == VALUE).any(axis=1)).tolist():
        if s not in waiting:
            text = next(read.written[s, i] for i in np.flatnonzero(read.kinds[s] == UNREADABLE))
            found.append(f"{read.students[s]} ({quoted(text.strip())})")
    if found:
        yield f'no answer is a number: {some(found, SHOWN)}; who was not there? Write "absent" into the row'


def strange_columns(marks: Marks) -> Iterator[str]:
    """One line for the columns in which half of the class has what is right in another of the question's."""
    exam, submissions = marks.exam, marks.submissions
    some_of = slice(MOST_STUDENTS)
    wrong, values, variants = (
        marks.verdicts[some_of] == WRONG,
        submissions.values[some_of],
        submissions.variants[some_of],
    )
    low, high = exam.low.T[variants], exam.high.T[variants]
    questions = np.array([item.partition("_")[0] for item in exam.columns])
    enough = np.maximum(FEWEST, HALF * (marks.verdicts[some_of] != IS_BLANK).sum(axis=0))
    found = []
    for at in np.flatnonzero(wrong.sum(axis=0) >= enough).tolist():
        meant = settled(values[:, [at]], exam.spec.rounding)
        hits = (within(meant, low, high) & wrong[:, [at]]).sum(axis=0) * (questions == questions[at])
        if hits.max() >= enough[at]:
            found.append((at, int(hits.argmax())))
    if found:
        names = {item: name for item, (_, name) in item_names(exam).items()}
        pairs = [[f"{exam.columns[k]} ({names[exam.columns[k]]})" for k in pair] for pair in found]
        said = some([f"{a} has what is right for {b}" for a, b in pairs], SHOWN)
        yield f"of half of the class and more {said}: were the columns mistaken when they were typed?"


def _tried(values: Array, low: Array, high: Array, rounding: Rounding) -> Iterator[tuple[str, Bools]]:
    """Each slip in words, and which answers it explains: (students, items)."""

    def right(meant: Array, by: int = 0) -> Bools:
        return within(settled(meant, rounding), _shifted(low, by), _shifted(high, by))

    yield "right with the other sign", right(-values)
    for shift, columns in enumerate(COLUMNS, start=1):
        yield f"right {columns} further right", right(values, shift)
        yield f"right {columns} further left", right(values, -shift)
    unmarked = np.zeros(values.shape, dtype=bool)
    for power in range(1, MOST_ZEROS + 1):
        with np.errstate(over="ignore"):
            too_large, too_small = right(values / 10.0**power), right(values * 10.0**power)
        yield f"{10**power:,} times too large", too_large
        yield f"{10**power:,} times too small", too_small
        unmarked |= too_large & (values == np.round(values))
    yield "right with the decimal mark that they lack", unmarked


def _shifted(table: Array, by: int) -> NDArray[np.float64]:
    """Column i of the table is another's, `by` further right; NaN where there is none."""
    moved = np.full(table.shape, np.nan)
    columns = np.arange(table.shape[1]) + by
    inside = (columns >= 0) & (columns < table.shape[1])
    moved[:, inside] = table[:, columns[inside]]
    return moved
