"""Sakai: user id, name, then `Title [points]` and `* Title` for comments (ImportGradesHelper.java)."""

import re
from collections.abc import Sequence
from decimal import Decimal

from grader.lms.cells import csv_text, name_cell, number, one_line, worth
from grader.lms.gradebook import Column, Gradebook, IdColumns, Key, Sheet, Student, System, bare_gradebook, needed
from qgen.errors import InputError
from qgen.tables.table import Table

ITEM = re.compile(r"(?P<title>[^\[*#][^\[]*?) *\[(?P<points>\d+(?:[.,]\d+)?)\]", re.ASCII)


def read(table: Table) -> Gradebook:
    """The export of Gradebook > Import / Export > Export: columns 0 and 1 are the user id and the name."""
    if len(table.heading) < 2 or any(ITEM.fullmatch(cell.strip()) for cell in table.heading[:2]):
        raise needed(table, "Sakai", "Student ID, Student Name")
    students = tuple(
        Student(line, tuple(cells), (Key("login", table.heading[0].strip(), cells[0]),))
        for line, cells in table.body
        if cells[0].strip()
    )
    columns = []
    for i, cell in enumerate(table.heading[2:], 2):
        match = ITEM.fullmatch(cell.strip())
        if match:
            columns.append(Column(match["title"], cell.strip(), points=worth(match["points"]), index=i))
    return Gradebook(tuple(table.heading), students, tuple(columns), (IdColumns((0,), (0, 1)),), table.delimiter)


def bare(ids: Sequence[str]) -> Gradebook:
    """student_id as the user id."""
    return bare_gradebook(ids, ("Student ID", "Student Name"), lambda name: (name, ""))


def column(title: str, wanted: str, points: Decimal) -> Column:
    """`Title [points]`; a title may hold no `[` and may not begin like a comment's or an ignored column's."""
    given = ITEM.fullmatch(wanted)
    name = given["title"] if given else one_line(wanted or title)
    if "[" in name or name[:1] in ("*", "#") or name.casefold() == "course grade":
        raise InputError(f'sakai: the title "{name}" cannot be used: no "[", no "*" or "#" at its start, '
                         'and "Course Grade" is Sakai\'s own; give another with --column')  # fmt: skip
    return Column(name, wanted if given else f"{name} [{number(points)}]")


def write(sheet: Sheet) -> str:
    """Commas and points; semicolons and decimal commas where the export had them.

    Sakai reads the separator and the numbers by the user's locale: there `31.5` would become 315.
    """
    ids, roster = sheet.ids.written, sheet.roster
    comma = roster.delimiter == ";"
    titles = [f"* {sheet.columns[0].title}"] if sheet.comments else []
    rows = [[*(roster.header[i] for i in ids), *(c.header for c in sheet.columns), *titles]]
    for grade in sheet.grades:
        numbers = [text.replace(".", ",") if comma else text for text in grade.numbers]
        extra = [grade.comment] if sheet.comments else []
        rows.append([grade.student.cells[0], name_cell(grade.student.cells[1]), *numbers, *extra])
    return csv_text(rows, delimiter=";" if comma else ",")


def review(sheet: Sheet) -> list[str]:
    """What follows from the locale."""
    if sheet.roster.delimiter != ";":
        return []
    return ["written with semicolons and decimal commas, as the roster is: Sakai reads both by your language"]


SYSTEM = System(
    name="Sakai",
    filename="sakai.csv",
    read=read,
    bare=bare,
    column=column,
    write=write,
    review=review,
    download="Gradebook > Import / Export > Export, CSV",
    upload="Gradebook > Import / Export > Import",
    bare_note="student_id is written as the user id: Sakai lists and skips those it does not know; your "
    "language there must be one with a decimal point",
    new_note="Sakai knows an item by its exact title and offers to make any other one",
    comments=True,
)
