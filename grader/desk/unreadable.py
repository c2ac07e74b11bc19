"""Answers of any origin that are no number: typed ones, those of forms; and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from grader.desk.questions import WRITTEN, Question
from grader.desk.sheet import Sheet
from grader.reading.columns import attendance
from grader.reading.numerals import read
from grader.reading.scan.decided import Decided
from grader.reading.scan.journal import PAGE
from grader.reading.scan.stored import STUDENT_ID
from grader.reading.submissions import Submissions
from grader.reasons import Reason, Wording


def unreadable(sheet: Sheet, items: Sequence[str], decided: Decided, wording: Wording) -> Iterator[Question]:
    """What `grader score` would call unreadable, in the order of the file; then what was decided of such answers.

    Whether a comma is a decimal mark is told by the student's other answers, as it is there.
    """
    firsts = {last: first for first, last in decided.ids.items()}
    written = np.array([[sheet.says((student, item)) or "" for item in items] for student in sheet.ids], object)
    written = written.reshape(len(sheet.ids), len(items))
    found = set()
    said = Submissions.of(list(sheet.ids), np.zeros(len(sheet.ids), np.intp), items, written)
    for (s, i), reason in said.unread():
        student, item, text = firsts.get(said.students[s], said.students[s]), items[i], str(written[s, i])
        if attendance(text) or text in decided.earlier.get((student, item), ()):
            continue
        found.add((student, item))
        yield Question(WRITTEN, student, item, read=text, why=_why(wording, reason, text))
    for (student, item), entry in decided.latest.items():
        if item != STUDENT_ID and not item.startswith(PAGE) and (student, item) not in found:
            yield Question(
                WRITTEN, student, item, read=entry.read, why=_why(wording, read(entry.read).reason, entry.read)
            )


def _why(wording: Wording, reason: Reason | None, text: str) -> str:
    return wording.plain(reason, text) if reason else ""
