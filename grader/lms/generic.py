"""Any system that reads a table with an id column: ids as its export has them, one column per grade."""

import re
from collections.abc import Sequence
from decimal import Decimal

from grader.lms.cells import csv_text, one_line
from grader.lms.gradebook import Column, IdColumns, Kind, Roster, Sheet, System, bare_roster, students_of
from grader.lms.table import Table, needed

KINDS: dict[Kind, set[str]] = {
    "id": {
        "id", "student id", "studentid", "id number", "student number", "student no", "user id", "sis id",
        "sis user id", "orgdefinedid", "unique user id", "school uid", "sourcedid", "matrikelnummer",
        "matriculation number",
    },
    "login": {"username", "user name", "login", "login id", "sis login id", "user"},
    "email": {"email", "e mail", "email address", "e mail address", "mail"},
}  # fmt: skip


def read(table: Table) -> Roster:
    """Any table with a column that is plainly an id, a login or an e-mail address."""
    known: list[tuple[int, Kind]] = []
    for i, cell in enumerate(table.header):
        name = re.sub(r"[\s_-]+", " ", cell).strip().casefold()
        known += [(i, kind) for kind, names in KINDS.items() if name in names]
    if not known:
        raise needed(table, "a class", '"student_id"', '"username"', '"email"')
    order = sorted(known, key=lambda pair: list(KINDS).index(pair[1]))
    students = students_of(table, [(i, kind, table.header[i].strip()) for i, kind in order])
    taken = [i for i, _ in known]
    columns = tuple(
        Column(cell.strip(), cell.strip(), index=i)
        for i, cell in enumerate(table.header)
        if i not in taken and cell.strip()
    )
    ids = tuple(IdColumns((i,), tuple(taken)) for i, _ in order)
    return Roster(table.header, students, columns, ids, table.delimiter)


def bare(ids: Sequence[str]) -> Roster:
    """student_id, as the exam has it."""
    return bare_roster(ids, ("student_id",), lambda name: (name,))


def column(title: str, wanted: str, points: Decimal) -> Column:
    """Any heading."""
    name = one_line(wanted or title)
    return Column(name, name)


def write(sheet: Sheet) -> str:
    """Ids, grades, and the comment."""
    ids = sheet.ids.written
    heads = [*(sheet.roster.header[i].strip() for i in ids), *(c.header for c in sheet.columns)]
    rows = [[*heads, *(["Feedback"] if sheet.comments else [])]]
    for grade in sheet.grades:
        extra = [grade.comment] if sheet.comments else []
        rows.append([*(grade.student.cells[i] for i in ids), *grade.numbers, *extra])
    return csv_text(rows)


GENERIC = System(
    name="generic CSV",
    filename="generic.csv",
    read=read,
    bare=bare,
    column=column,
    write=write,
    download="any table with an id, user name or e-mail column",
    upload="wherever a CSV with an id column can be imported (Schoology: Gradebook > Import, match columns)",
    bare_note="students are known by the exam's student_id alone",
    new_note="",
    comments=True,
    free_headings=True,
)
