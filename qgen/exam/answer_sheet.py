"""The empty answer sheets, answers.csv and answers.xlsx: a row per variant, with its student where a roster said."""

from __future__ import annotations

from qgen.exam.exam import Exam
from qgen.tables.spreadsheet import cell
from qgen.tables.text_workbook import text_workbook


def _rows(exam: Exam) -> tuple[list[str], list[list[str]]]:
    """The heading of the columns before the items, and each row's cells there; names only where there are any."""
    holders = {variant: student for student, variant in exam.students.items()}
    named = any(exam.names.get(student) for student in holders.values())
    rows = [
        [holders.get(variant, ""), variant, exam.names.get(holders.get(variant, ""), "")] for variant in exam.variants
    ]
    return ["student_id", "variant", "name"][: 2 + named], [row[: 2 + named] for row in rows]


def answer_sheet(exam: Exam) -> str:
    """As CSV; what a spreadsheet would run is guarded."""
    heading, rows = _rows(exam)
    blank = "," * len(exam.columns)
    lines = ["".join((",".join(map(cell, row)), blank, "\n")) for row in rows]
    return ",".join((*heading, *exam.columns)) + "\n" + "".join(lines)


def answer_workbook(exam: Exam) -> bytes:
    """As a workbook whose cells are texts."""
    heading, rows = _rows(exam)
    return text_workbook("answers", [*heading, *exam.columns], rows, frozen=len(heading))
