"""overrides.csv: the examiner decides; student_id,item,marks,reason, applied last and shown in marks.csv.

A student_id of * stands for everyone who has no decision of their own on the item.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from grader.marking.verdicts import Place, number
from grader.reading.numerals import read
from grader.reasons import Decision
from qgen.errors import InputError, nearest, quoted
from qgen.exam.exam import Exam
from qgen.headings import loose
from qgen.roster import student_id
from qgen.tables.table import read_table

MARK = re.compile(r"\d+([.,]\d*)?|[.,]\d+", re.ASCII)
EVERYONE = "*"
HEADER = ["student_id", "item", "marks", "reason"]


def read_decisions(path: str | Path, exam: Exam, students: Sequence[str]) -> dict[Place, Decision]:
    """By cell (student, item). InputError lists every unknown id and impossible mark by its line."""
    table = read_table(path)
    header = ",".join(map(loose, table.heading))
    if header != ",".join(map(loose, HEADER)):
        found = quoted(",".join(table.heading))
        raise InputError(f"{table.name}:{table.line}: the header is {found}; write {','.join(HEADER)}")
    rows = [
        (line, [entry.strip() for entry in (row[: len(HEADER)] if _padded(row, table.widest) else row)])
        for line, row in table.rows
    ]
    known = {student: s for s, student in enumerate(students)}
    items = {item: i for i, item in enumerate(exam.columns)}
    decisions: dict[Place, Decision] = {}
    everyone: dict[int, Decision] = {}
    faults: list[str] = []
    for line, row in rows:
        if not any(row):
            continue
        row[0] = student_id(row[0])
        if problem := _problem(row, known, items, exam):
            faults.append(f"{table.name}:{line}: {problem}")
            continue
        item, decision = items[row[1]], Decision(number(read(row[2]).value), row[3])
        if item in everyone if row[0] == EVERYONE else (known[row[0]], item) in decisions:
            faults.append(f"{table.name}:{line}: student {row[0]}, {row[1]}: decided twice")
        elif row[0] == EVERYONE:
            everyone[item] = decision
        else:
            decisions[known[row[0]], item] = decision
    if faults:
        raise InputError(*faults)
    return {(s, item): decision for item, decision in everyone.items() for s in range(len(students))} | decisions


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
    if student not in students and student != EVERYONE:
        return f"no answers of student {quoted(student)}; {nearest(student, students)}"
    if item not in items:
        return f"no item {quoted(item)}; {nearest(item, items)}"
    most = exam.items[items[item]].marks
    if not MARK.fullmatch(mark) or not read(mark).value <= most:
        return f"student {student}, {item}: {quoted(mark)} is not a mark from 0 to {most:g}"
    if not reason:
        return f"student {student}, {item}: a decision needs a reason"
    return ""
