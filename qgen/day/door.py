"""The list for the door: a line to tick off for every paper, in the order in which they are handed out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from qgen.exam.exam import Exam
from qgen.papers.document import document
from qgen.papers.words import macro

TEMPLATE = "door.txt"


def in_seat_order(exam: Exam, seats: Mapping[str, str]) -> list[int]:
    """The places of an exam's papers, by seat: A2 before A10; who has none comes last, in the exam's own order."""
    keys = {student: _natural(seat) for student, seat in seats.items()}
    none = (1, ())
    return sorted(range(len(exam.papers)), key=lambda at: keys.get(exam.papers[at][1], none))


def _natural(seat: str) -> tuple[int, tuple[tuple[int, int, str], ...]]:
    """Words as words, numbers by their size."""
    parts = re.findall(r"(\d+)|(\D+)", seat.casefold())
    return 0, tuple((0, int(number), "") if number else (1, 0, word.strip()) for number, word in parts)


def door_list(
    exam: Exam, pages: Sequence[int], seats: Mapping[str, str] | None = None, templates: Path | None = None
) -> bytes:
    """The PDF: of each paper whose it is, its variant and number of pages, and room to tick and to sign.

    pages: of each of the exam's papers. seats: by student id, whose order the list has. No number of the key is on it.
    """
    spec, seats = exam.spec, seats or {}
    papers = [
        {
            "seat": seats.get(student, ""),
            "student": student,
            "name": exam.names.get(student, ""),
            "variant": exam.variants[variant],
            "pages": pages[at],
        }
        for at in in_seat_order(exam, seats)
        for variant, student in (exam.papers[at],)
    ]
    context = {"title": spec.title, "course": spec.course, "papers": papers, "pages": sum(pages), "seats": bool(seats)}

    heading = macro("words.txt", "door", folder=templates, language=spec.language)
    return document(TEMPLATE, context, spec, templates, heading=heading, right=heading)
