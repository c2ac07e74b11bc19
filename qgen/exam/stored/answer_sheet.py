"""The empty answer sheets, answers.csv and answers.xlsx: a row per paper, with its student where a roster said."""

from __future__ import annotations

from itertools import cycle, islice

from qgen.exam.exam import Exam
from qgen.tables.spreadsheet import cell
from qgen.tables.text_workbook import text_workbook


def _rows(exam: Exam, count: int) -> tuple[list[str], list[list[str]]]:
    """The heading of the columns before the items, and each paper's cells there; names only where there are any."""
    papers = list(exam.papers)
    papers += islice(cycle(papers), max(0, count - len(papers))) if not exam.students else []
    named = any(exam.names.get(student) for _, student in papers)
    rows = [[student, exam.variants[v], exam.names.get(student, "")] for v, student in papers]
    return ["student_id", "variant", "name"][: 2 + named], [row[: 2 + named] for row in rows]


def answer_sheet(exam: Exam, count: int = 0) -> str:
    """As CSV, with at least `count` rows; what a spreadsheet would run is guarded."""
    heading, rows = _rows(exam, count)
    blank = "," * len(exam.sheet_columns)
    lines = ["".join((",".join(map(cell, row)), blank, "\n")) for row in rows]
    return ",".join((*heading, *exam.sheet_columns)) + "\n" + "".join(lines)


def answer_workbook(exam: Exam, count: int = 0) -> bytes:
    """As a workbook whose cells are texts."""
    heading, rows = _rows(exam, count)
    return text_workbook("answers", [*heading, *exam.sheet_columns], rows, frozen=len(heading))
