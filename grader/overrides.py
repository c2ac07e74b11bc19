"""overrides.csv: the examiner decides; student_id,item,marks,reason, applied last and shown in marks.csv."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from pathlib import Path

from grader.numerals import read
from grader.score import Marks
from qgen.errors import InputError, nearest, quoted

MARK = re.compile(r"\d+([.,]\d*)?|[.,]\d+", re.ASCII)
HEADER = ["student_id", "item", "marks", "reason"]


def override(marks: Marks, path: Path) -> Marks:
    """The marks with the examiner's decisions. InputError lists every unknown id and impossible mark by its line."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as fault:
        raise InputError(f"{path}: cannot be read: {fault.strerror}") from None
    except UnicodeDecodeError as fault:
        raise InputError(f"{path}: not UTF-8 (byte {fault.start}); save it as CSV UTF-8") from None
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        header = [heading.strip().lower() for heading in next(reader, [])]
        rows = [(reader.line_num, [entry.strip() for entry in row]) for row in reader if any(row)]
    except csv.Error as fault:
        raise InputError(f"{path}:{reader.line_num}: {fault}") from None
    if header != HEADER:
        raise InputError(f'{path}:1: the header is "{",".join(header)}"; write {",".join(HEADER)}')
    students = {student: s for s, student in enumerate(marks.submissions.students)}
    items = {item: i for i, item in enumerate(marks.exam.columns)}
    decided, notes, said = dict(marks.decided), marks.notes, dict(marks.said)
    faults: list[str] = []
    seen: set[tuple[int, int]] = set()
    for line, row in rows:
        problem = _problem(row, students, items, marks)
        if problem:
            faults.append(f"{path}:{line}: {problem}")
            continue
        cell = students[row[0]], items[row[1]]
        if cell in seen:
            faults.append(f"{path}:{line}: student {row[0]}, {row[1]}: decided twice")
        seen.add(cell)
        decided[cell] = read(row[2]).value
        before = marks.earned(slice(cell[0], cell[0] + 1))[0, cell[1]]
        decision = f"examiner: {row[2]} instead of {before:g}: {row[3]}"
        said[cell] = f"{decision}. {notes[cell]}" if notes.get(cell) else decision
    if faults:
        raise InputError(*faults)
    return replace(marks, said=said, decided=decided)


def _problem(row: list[str], students: dict[str, int], items: dict[str, int], marks: Marks) -> str:
    if len(row) != len(HEADER):
        return f"has {len(row)} cells, not {len(HEADER)}; put a reason with commas in quotes"
    student, item, mark, reason = row
    if student not in students:
        return f"no answers of student {quoted(student)}; {nearest(student[:100], students)}"
    if item not in items:
        return f"no item {quoted(item)}; {nearest(item[:100], items)}"
    most = marks.exam.items[items[item]].marks
    if not MARK.fullmatch(mark) or not read(mark).value <= most:
        return f"student {student}, {item}: {quoted(mark)} is not a mark from 0 to {most:g}"
    if not reason:
        return f"student {student}, {item}: a decision needs a reason"
    return ""
