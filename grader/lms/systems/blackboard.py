"""Blackboard Learn: students are known by Username, columns by `|123`, and by nothing else."""

import re
from collections.abc import Sequence
from decimal import Decimal

from grader.lms.cells import csv_text, number, worth
from grader.lms.gradebook import Column, Gradebook, IdColumns, Sheet, System, bare_gradebook, needed, students_of
from qgen.errors import InputError, quoted
from qgen.headings import find
from qgen.tables.table import Table

HEADING = re.compile(
    r"(?P<title>.*) \[Total Pts: (?P<upto>up to )?(?P<points>[\d.,]+) (?P<display>[^\]]+)\]"
    r"(?: \|(?P<id>\d+))?",
    re.DOTALL,
)


def read(table: Table) -> Gradebook:
    """The export of Grade Center > Work Offline > Download (tab, UTF-16) or of Ultra's gradebook (comma)."""
    username, student_id = find(table.heading, "Username", "User Name"), find(table.heading, "Student ID")
    if username is None:
        raise needed(table, "Blackboard", '"Username"')
    students = students_of(table, [(student_id, "id", "Student ID"), (username, "login", "Username")])
    columns = tuple(c for i, cell in enumerate(table.heading) if (c := _parse(cell.strip(), i)))
    return Gradebook(tuple(table.heading), students, columns, (IdColumns((username,), (username,)),), table.delimiter)


def bare(ids: Sequence[str]) -> Gradebook:
    """student_id as the Username."""
    return bare_gradebook(ids, ("Username",), lambda name: (name,))


def column(title: str, wanted: str, points: Decimal) -> Column:
    """`wanted` must hold the column's id; else Blackboard makes a text column that counts for nothing."""
    found = _parse(wanted, None)
    if found and found.id:
        if found.fault:
            raise InputError(f'Blackboard: column "{found.title}" cannot be imported: {found.fault}')
        return found
    digits = wanted.lstrip("|")
    if digits.isascii() and digits.isdigit():
        return Column(title, f"{title} [Total Pts: {number(points)} Score] |{digits}", digits)
    raise InputError(
        f"Blackboard: no column id for {quoted(wanted or title)}, so it would make a new column that counts for "
        "nothing; make the column there, download the gradebook and give it as --roster, "
        'or give --column "Title [Total Pts: 40 Score] |123"'
    )


def write(sheet: Sheet) -> str:
    """Username and the columns, commas, every cell quoted as the vendor asks."""
    ids = sheet.ids.written
    rows = [[*(sheet.roster.header[i].strip() for i in ids), *(c.header for c in sheet.columns)]]
    rows += [[*(grade.student.cells[i] for i in ids), *grade.numbers] for grade in sheet.grades]
    return csv_text(rows, quote_all=True)


def review(sheet: Sheet) -> list[str]:
    """Columns that show something other than a score."""
    shown = [(c, m["display"]) for c in sheet.columns if (m := HEADING.fullmatch(c.header))]
    return [
        f'the column "{c.title}" shows {display} where Score is expected: check the preview'
        for c, display in shown
        if display != "Score"
    ]


def _parse(header: str, index: int | None) -> Column | None:
    match = HEADING.fullmatch(header)
    if not match:
        return None
    faults = {"it is calculated by Blackboard": match["upto"], "it has no |id": not match["id"]}
    fault = next((why for why, true in faults.items() if true), "")
    return Column(match["title"], header, match["id"] or "", worth(match["points"]), index, fault=fault)


SYSTEM = System(
    name="Blackboard",
    filename="blackboard.csv",
    read=read,
    bare=bare,
    column=column,
    write=write,
    review=review,
    download="Original: Grade Center > Work Offline > Download; Ultra: Gradebook > Download grades",
    upload="Original: Grade Center > Work Offline > Upload, delimiter Auto; Ultra: Gradebook > Upload grades",
    bare_note="student_id is written as Username: a row whose Username is not enrolled is ignored",
    new_note="",
)
