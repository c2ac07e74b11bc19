"""Submissions -> Marks: a verdict for every cell. Pure, and vectorised over students."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from grader.answers import Submissions
from grader.elsewhere import Fit, elsewhere
from grader.hypotheses import Suspects, suspects
from grader.named import Named
from grader.numerals import BLANK, UNREADABLE
from grader.readings import Cell
from grader.settle import OnQuestion
from grader.tolerance import within
from grader.verdicts import CORRECT, FOLLOW_THROUGH, IS_BLANK, IS_UNREADABLE, REPEATS, WRONG, Marks, Verdicts
from qgen.exam import Exam
from qgen.intervals import Array
from qgen.parallel import each, shares

CHUNK = 16384
"""Students who are looked at at once."""

Progress = Callable[[int], None]


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
    led_to = np.concatenate([np.empty(0), *(part.led_to for part in found)])
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
        on_question = OnQuestion(exam, batch, part, some, columns, verdicts[some, columns])
        on_question.settle()
        found = on_question.misconceptions(suspected)
        places = np.array([rows.start + some[found.cells[:, 0]], columns.start + found.cells[:, 1]]).T
        named.append(replace(found, cells=places))
        notes = [*on_question.short_of_own(), *((s, i, REPEATS) for s, i in on_question.repeats().tolist())]
        explained = set(map(tuple, found.cells.tolist()))
        for student, item, note in notes:
            if (student, item) not in explained:
                said[int(rows.start + some[student]), columns.start + item] = note
        verdicts[some, columns], led_to[some, columns] = on_question.verdicts, on_question.led_to
    copies = tuple(replace(fit, student=rows.start + fit.student) for fit in copies)
    return _Scored(verdicts, led_to[verdicts == FOLLOW_THROUGH], Named.joined(named), said, copies)
