"""Open edX: staff-graded points of one problem, or overrides of subsection grades (edx-bulk-grades)."""

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from grader.lms.cells import csv_text
from grader.lms.gradebook import Column, Gradebook, IdColumns, Kind, Sheet, System, bare_gradebook, needed, students_of
from qgen.errors import InputError, quoted
from qgen.headings import find
from qgen.tables.table import Table

OVERRIDE = re.compile(r"new_override-(?P<id>[0-9a-f]{8})")


def read(table: Table) -> Gradebook:
    """The export of a staff-graded problem, or of the bulk grade management; told apart by their headers."""
    user, block, course = (find(table.heading, name) for name in ("user_id", "block_id", "course_id"))
    if user is None or (block is None and course is None):
        raise needed(table, "Open edX", "user_id and block_id (staff-graded points)", "user_id and course_id")
    labels: list[tuple[Kind, str]] = [
        ("id", "student_uid"),
        ("id", "student_key"),
        ("id", "user_id"),
        ("login", "username"),
        ("email", "email"),
    ]
    students = students_of(table, [(find(table.heading, label), kind, label) for kind, label in labels])
    roster = Gradebook(tuple(table.heading), students, (), (), table.delimiter)
    return _points(table, roster, user, block) if block is not None else _overrides(table, roster, user, course or 0)


def _points(table: Table, roster: Gradebook, user: int, block: int) -> Gradebook:
    previous = find(table.heading, "Previous Points")
    blocks = dict.fromkeys(student.cells[block].strip() for student in roster.students)
    if previous is None or len(blocks) != 1:
        raise needed(table, "Open edX", 'one block_id in all rows, and "Previous Points"')
    (name,) = blocks
    at = find(table.heading, "title")
    title = roster.students[0].cells[at].strip() if at is not None else name
    checksum = find(table.heading, "csum")
    written = (user, block, previous, *((checksum,) if checksum is not None else ()))
    column = Column(title, "New Points", name, index=find(table.heading, "New Points"))
    return replace(roster, columns=(column,), ids=(IdColumns((user,), written),), only=True)


def _overrides(table: Table, roster: Gradebook, user: int, course: int) -> Gradebook:
    columns = []
    for i, cell in enumerate(table.heading):
        match = OVERRIDE.fullmatch(cell.strip())
        name = find(table.heading, f"name-{match['id']}") if match else None
        if match:
            title = next((s.cells[name] for s in roster.students if s.cells[name]), "") if name is not None else ""
            columns.append(Column(title or match["id"], cell.strip(), match["id"], index=i))
    return replace(roster, columns=tuple(columns), ids=(IdColumns((user,), (user, course)),))


def bare(ids: Sequence[str]) -> Gradebook:
    """student_id as user_id; the column says which block."""
    return bare_gradebook(ids, ("user_id", "block_id", "Previous Points"), lambda name: (name, "", ""))


def column(title: str, wanted: str, points: Decimal) -> Column:
    """`wanted` must be the block's id."""
    if re.fullmatch(r"(block-v1:|i4x://)\S+", wanted):
        return Column(title, "New Points", wanted)
    raise InputError(f"Open edX: no block_id for {quoted(wanted or title)}: download the points of the staff-"
                     "graded problem and give them as --roster, or give --column block-v1:...")  # fmt: skip


def write(sheet: Sheet) -> str:
    """The required columns only."""
    ids, header = sheet.ids.written, sheet.roster.header
    block = sheet.columns[0].id if sheet.columns[0].header == "New Points" else ""
    rows = [[*(header[i].strip() for i in ids), *(c.header for c in sheet.columns)]]
    for grade in sheet.grades:
        cells = [block if header[i].strip() == "block_id" else grade.student.cells[i] for i in ids]
        rows.append([*cells, *grade.numbers])
    return csv_text(rows)


def review(sheet: Sheet) -> list[str]:
    """The form's limit."""
    if len(write(sheet).encode()) <= 4 * 1024 * 1024:
        return []
    return ["the file is over 4 MB, which Open edX refuses: split it"]


SYSTEM = System(
    name="Open edX",
    filename="openedx.csv",
    read=read,
    bare=bare,
    column=column,
    write=write,
    review=review,
    download="the staff-graded problem in the course > Export scores, or Gradebook > Bulk management",
    upload="the same place > Import scores",
    bare_note="student_id is written as user_id, a number that only Open edX knows",
    new_note="",
    over_maximum="refused",
)
