"""Submissions -> Marks: a verdict for every cell. Pure, and vectorised over students."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from grader.marking.follow_through import OnQuestion
from grader.marking.hypotheses import Suspects, suspects
from grader.marking.named import Named
from grader.marking.other_variant import elsewhere
from grader.marking.tolerance import within
from grader.marking.verdicts import (
    CORRECT,
    FOLLOW_THROUGH,
    IS_BLANK,
    IS_UNREADABLE,
    REPEATS,
    WRONG,
    Found,
    Marks,
    joined,
)
from grader.reading.answers import Submissions
from grader.reading.numerals import BLANK, UNREADABLE
from grader.reasons import Wording
from qgen.exam.exam import Exam
from qgen.parallel import each, shares

CHUNK = 16384
"""Students who are looked at at once."""

Progress = Callable[[int], None]


def score(exam: Exam, submissions: Submissions, jobs: int = 1, progress: Progress = lambda done: None) -> Marks:
    """Every cell's verdict: right, right from own values, right to few digits, wrong, blank or unreadable."""
    known = [suspects(batch) for batch in exam.batches]
    chunks = shares(len(submissions.students), CHUNK, jobs)

    def found() -> Iterator[Found]:
        parts = each(lambda some: score_some(exam, submissions.take(some), known).found, chunks, jobs)
        for chunk, part in zip(chunks, parts, strict=True):
            progress(chunk.stop)
            yield part

    return joined(exam, submissions, found())


def score_some(exam: Exam, part: Submissions, known: Sequence[Suspects]) -> Marks:
    """`score` of as many students as arrays may hold at once; `known`: what may have gone wrong, by question."""
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
    said = {cell: Wording().plain(reason, part.written[cell]) for cell, reason in part.reasons.items()}
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
        places = np.array([some[found.cells[:, 0]], columns.start + found.cells[:, 1]]).T
        named.append(replace(found, cells=places))
        notes = [*on_question.short_of_own(), *((s, i, REPEATS) for s, i in on_question.repeats().tolist())]
        explained = set(map(tuple, found.cells.tolist()))
        for student, item, note in notes:
            if (student, item) not in explained:
                said[int(some[student]), columns.start + item] = note
        verdicts[some, columns], led_to[some, columns] = on_question.verdicts, on_question.led_to
    return Marks(exam, part, verdicts, led_to[verdicts == FOLLOW_THROUGH], Named.joined(named), said, copies)
