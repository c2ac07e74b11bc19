"""overrides.csv: the examiner decides; student_id,item,marks,reason, applied last and shown in marks.csv."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from grader.marking.verdicts import Place, number
from grader.reading.numerals import read
from grader.reasons import Decision
from qgen.errors import InputError, nearest, quoted
from qgen.exam.exam import Exam
from qgen.roster import student_id
from qgen.tables.table import read_table

MARK = re.compile(r"\d+([.,]\d*)?|[.,]\d+", re.ASCII)
HEADER = ["student_id", "item", "marks", "reason"]


def read_decisions(path: str | Path, exam: Exam, students: Sequence[str]) -> dict[Place, Decision]:
    """By cell (student, item). InputError lists every unknown id and impossible mark by its line."""
    table = read_table(path)
    header = [heading.strip().lower() for heading in table.heading]
    if header != HEADER:
        raise InputError(f'{table.name}:{table.line}: the header is "{",".join(header)}"; write {",".join(HEADER)}')
    rows = [
        (line, [entry.strip() for entry in (row[: len(HEADER)] if _padded(row, table.widest) else row)])
        for line, row in table.rows
    ]
    known = {student: s for s, student in enumerate(students)}
    items = {item: i for i, item in enumerate(exam.columns)}
    decisions: dict[Place, Decision] = {}
    faults: list[str] = []
    for line, row in rows:
        if not any(row):
            continue
        row[0] = student_id(row[0])
        if problem := _problem(row, known, items, exam):
            faults.append(f"{table.name}:{line}: {problem}")
            continue
        cell = known[row[0]], items[row[1]]
        if cell in decisions:
            faults.append(f"{table.name}:{line}: student {row[0]}, {row[1]}: decided twice")
        decisions[cell] = Decision(number(read(row[2]).value), row[3])
    if faults:
        raise InputError(*faults)
    return decisions


def _padded(row: list[str], widest: int | None) -> bool:
    """Whether only empty cells, as the heading's line has them too, stand beyond the columns."""
    return not "".join(row[len(HEADER) :]).strip() and (widest is None or len(row) <= widest)


def _problem(row: list[str], students: dict[str, int], items: dict[str, int], exam: Exam) -> str:
    count = f"has {len(row)} cells, not {len(HEADER)}"
    if len(row) > len(HEADER):
        return f"{count}; put a reason with commas in quotes"
    if len(row) < len(HEADER):
        return f"{count}; write {','.join(HEADER)}"
    student, item, mark, reason = row
    if student not in students:
        return f"no answers of student {quoted(student)}; {nearest(student, students)}"
    if item not in items:
        return f"no item {quoted(item)}; {nearest(item, items)}"
    most = exam.items[items[item]].marks
    if not MARK.fullmatch(mark) or not read(mark).value <= most:
        return f"student {student}, {item}: {quoted(mark)} is not a mark from 0 to {most:g}"
    if not reason:
        return f"student {student}, {item}: a decision needs a reason"
    return ""
