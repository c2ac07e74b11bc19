"""Submissions -> Marks: the one loop that marks a class, and a verdict for every cell. Vectorised over students."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

import numpy as np

from grader.marking.follow_through import Answered, follow_through, reasons_of
from grader.marking.invention import invented
from grader.marking.other_variant import Fit, Ranges, other_variant, unfollowed
from grader.marking.tolerance import settled, within
from grader.marking.verdicts import CORRECT, IS_BLANK, IS_UNREADABLE, WRONG, Marks, Place, Verdicts
from grader.reading.numerals import BLANK, UNREADABLE
from grader.reading.submissions import Submissions
from grader.reasons import OTHER_VARIANT, Decision, Reason
from qgen.engine.intervals import Array
from qgen.exam.exam import Exam
from qgen.exam.hypotheses import Suspects, suspects
from qgen.parallel import each, shares

CHUNK = 8192  # students who are looked at at once

Progress = Callable[[int], None]


@dataclass(frozen=True, eq=False)
class _Found:
    """What `Marks` has, of some students: all that another process must be sent."""

    verdicts: Verdicts
    expected_from_own: Array
    reasons: dict[Place, Reason]
    fits: Sequence[Fit]


def score(
    exam: Exam,
    submissions: Submissions,
    decisions: Mapping[Place, Decision] | None = None,
    *,
    jobs: int = 1,
    progress: Progress = lambda done: None,
) -> Marks:
    """Every cell's verdict: right, right from own values, right to few digits, wrong, blank or unreadable."""
    known = [suspects(batch) for batch in exam.batches]
    ranges = [Ranges.of(low, high) for low, high in zip(exam.low, exam.high, strict=True)]
    chunks = shares(len(submissions.students), CHUNK, jobs)
    parts = []
    for part in each(lambda chunk: _scored(exam, submissions.take(chunk), known, ranges, chunk.start), chunks, jobs):
        parts.append(part)
        progress(chunks[len(parts) - 1].stop)
    nobody = np.empty((0, len(exam.items)))
    return Marks(
        exam,
        submissions,
        np.concatenate([nobody.astype(np.int8), *(part.verdicts for part in parts)]),
        np.concatenate([nobody, *(part.expected_from_own for part in parts)]),
        {place: reason for part in parts for place, reason in part.reasons.items()},
        tuple(fit for part in parts for fit in part.fits),
        decisions or {},
    )


def _scored(exam: Exam, part: Submissions, known: Sequence[Suspects], ranges: Sequence[Ranges], first: int) -> _Found:
    """The verdicts of as many students as arrays may hold at once; in what is found they are counted from `first`."""
    part = replace(part, values=settled(part.values, exam.spec.rounding))
    low, high = exam.low.T[part.variants], exam.high.T[part.variants]
    right = within(part.values, low, high)
    verdicts = np.full(right.shape, WRONG, dtype=np.int8)
    verdicts[part.kinds == BLANK] = IS_BLANK
    verdicts[part.kinds == UNREADABLE] = IS_UNREADABLE
    verdicts[right] = CORRECT
    expected = np.full(verdicts.shape, np.nan)
    reasons = {(first + s, i): reason for (s, i), reason in part.reasons.items()}
    # to copy another paper, consistent in itself, must not earn marks for what follows from what
    stops = list(accumulate(len(batch.question.items) for batch in exam.batches))
    starts = [0, *stops[:-1]]
    fits = other_variant(ranges, part, right, first)
    copied = unfollowed(fits, verdicts == WRONG, starts, first)
    whole = np.repeat(copied, np.diff([0, *stops]), axis=1) & (verdicts == WRONG)
    reasons |= {(first + s, i): Reason(OTHER_VARIANT) for s, i in np.argwhere(whole).tolist()}
    for k, (batch, suspected) in enumerate(zip(exam.batches, known, strict=True)):
        columns = slice(starts[k], stops[k])
        rows = np.flatnonzero((verdicts[:, columns] == WRONG).any(axis=1) & ~copied[:, k])
        if not len(rows):
            continue
        answered = Answered.of(exam, batch, part, rows, columns, verdicts[rows, columns])
        found = follow_through(answered)
        why = reasons_of(answered, found, suspected)
        explained = np.zeros(found.verdicts.shape, dtype=bool)
        for place, reason in why.items():
            explained[place] = bool(reason.misconceptions)
        made_up = invented(answered, found, explained)
        why |= {(s, i): Reason("invented") for s, i in np.argwhere(made_up).tolist()}
        verdicts[rows, columns] = np.where(made_up, WRONG, found.verdicts)
        expected[rows, columns] = np.where(made_up, np.nan, found.expected_from_own)
        for (s, i), reason in why.items():
            reasons[first + int(rows[s]), columns.start + i] = reason
    return _Found(verdicts, expected, reasons, fits)
