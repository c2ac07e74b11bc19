"""Any system that reads a table with an id column: ids as its export has them, one column per grade."""

from collections.abc import Sequence
from decimal import Decimal

from grader.lms.cells import csv_text, one_line
from grader.lms.gradebook import Column, Gradebook, IdColumns, Kind, Sheet, System, bare_gradebook, needed, students_of
from qgen.headings import columns
from qgen.tables.table import Table


def read(table: Table) -> Gradebook:
    """Any table with a column that is plainly an id, a login or an e-mail address."""
    kinds: list[tuple[Kind, list[int]]] = [
        ("id", columns(table.heading, "id", "own")),
        ("login", columns(table.heading, "login")),
        ("email", columns(table.heading, "email")),
    ]
    known = [(i, kind) for kind, places in kinds for i in places]
    if not known:
        raise needed(table, "a class", '"student_id"', '"username"', '"email"')
    students = students_of(table, [(i, kind, table.heading[i].strip()) for i, kind in known])
    taken = sorted(i for i, _ in known)
    others = tuple(
        Column(cell.strip(), cell.strip(), index=i)
        for i, cell in enumerate(table.heading)
        if i not in taken and cell.strip()
    )
    ids = tuple(IdColumns((i,), tuple(taken)) for i, _ in known)
    return Gradebook(tuple(table.heading), students, others, ids, table.delimiter)


def bare(ids: Sequence[str]) -> Gradebook:
    """student_id, as the exam has it."""
    return bare_gradebook(ids, ("student_id",), lambda name: (name,))


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


SYSTEM = System(
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
