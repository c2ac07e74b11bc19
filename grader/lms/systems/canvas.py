"""Canvas: the classic gradebook's CSV (read by lib/gradebook_importer.rb of canvas-lms)."""

import re
from collections.abc import Sequence
from decimal import Decimal

from grader.lms.cells import csv_text, name_cell, number, one_line, worth
from grader.lms.gradebook import Column, Gradebook, IdColumns, Key, Sheet, Student, System, bare_gradebook, needed
from qgen.tables.table import Table

WITH_ID = re.compile(r"(?P<title>.*)\s\((?P<id>\d+)\)", re.DOTALL)
RESERVED = re.compile(r"\b(Current|Final|Override) (Score|Points|Grade|Status)", re.IGNORECASE)
ID_HEADERS = {"ID", "SIS User ID", "SIS Login ID", "Integration ID", "Root Account"}
MANGLED = re.compile(r"-?[\d.,]*[.,][\d.,]*%?", re.ASCII)
HEADER = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")


def heading(text: str) -> str:
    """A title Canvas keeps: one line, and none of the phrases that make it drop the column without a word."""
    return RESERVED.sub(r"\1-\2", one_line(text))


def read(table: Table) -> Gradebook:
    """The export of Grades > Export: names, ids, Section, then the assignments as `Title (ID)`."""
    header = [cell.strip() for cell in table.heading]
    last = header.index("Section") if "Section" in header else 0
    names = 2 if header[:2] == ["LastName", "FirstName"] else 1
    middle = header[names:last]
    if (
        not last
        or header[0] not in ("Student", "LastName")
        or middle[:1] != ["ID"]
        or not ID_HEADERS.issuperset(middle)
    ):
        raise needed(table, "Canvas", "Student, ID, SIS Login ID, Section")
    at = {name: i for i, name in enumerate(header[:last])}
    preset: tuple[str, ...] = ()
    students = []
    for line, cells in table.body:
        if "Points Possible" in cells[0]:
            preset = tuple(cells)
        elif cells[at["ID"]].strip():
            keys = (
                Key("id", "SIS User ID", cells[at["SIS User ID"]] if "SIS User ID" in at else ""),
                Key("login", "SIS Login ID", cells[at["SIS Login ID"]] if "SIS Login ID" in at else ""),
                Key("id", "ID", cells[at["ID"]]),
            )
            tester = cells[0] == "Student, Test" and not keys[0].value
            students.append(Student(line, tuple(cells), keys, expected=not tester))
    columns = []
    for i in range(last + 1, len(header)):
        match = WITH_ID.fullmatch(header[i])
        if match:
            possible = preset[i].strip() if preset else ""
            fault = "it is read-only in Canvas" if "read only" in possible else ""
            title, points = one_line(match["title"]), worth(possible)
            columns.append(Column(title, table.heading[i].strip(), match["id"], points=points, index=i, fault=fault))
    ids = IdColumns((at["ID"],), tuple(range(last + 1)))
    return Gradebook(tuple(header), tuple(students), tuple(columns), (ids,), table.delimiter, preset=preset)


def bare(ids: Sequence[str]) -> Gradebook:
    """Rows that Canvas can match by SIS id or by login alone."""
    return bare_gradebook(ids, HEADER, lambda name: ("", "", name, name, ""), key=2)


def column(title: str, wanted: str, points: Decimal) -> Column:
    """`wanted` may be `Title (123)`, or `123`, or a title."""
    match = WITH_ID.fullmatch(wanted)
    if match:
        return Column(match["title"], wanted, match["id"], points=None)
    if wanted.isascii() and wanted.isdigit():
        return Column(title, f"{title} ({wanted})", wanted)
    return Column(wanted or title, wanted or title)


def write(sheet: Sheet) -> str:
    """Header, Points Possible, and the graded students; no mark of byte order, which Canvas may choke on."""
    ids, roster = sheet.ids.written, sheet.roster
    first = [""] * (len(ids) - 1)
    possible = [
        roster.preset[c.index].strip() if c.points is not None and c.index is not None else number(points)
        for c, points in zip(sheet.columns, sheet.points, strict=True)
    ]
    rows = [
        [*(roster.header[i] for i in ids), *(heading(c.header) for c in sheet.columns)],
        ["    Points Possible", *first, *possible],
    ]
    for grade in sheet.grades:
        cells = [
            cell if roster.header[i] in ID_HEADERS else _name(cell)
            for i, cell in ((i, grade.student.cells[i]) for i in ids)
        ]
        rows.append([*cells, *grade.numbers])
    return csv_text(rows)


def review(sheet: Sheet) -> list[str]:
    """Ids that Canvas or a spreadsheet changes, and titles that had to change."""
    notes = [
        f'the column "{c.header}" becomes "{heading(c.header)}": Canvas drops those named like its totals'
        for c in sheet.columns
        if RESERVED.search(c.header)
    ]
    sis = [i for i in sheet.ids.written if sheet.roster.header[i] in ("SIS User ID", "SIS Login ID")]
    values = [grade.student.cells[i].strip() for grade in sheet.grades for i in sis]
    mangled = list(dict.fromkeys(v for v in values if MANGLED.fullmatch(v)))
    zeros = list(dict.fromkeys(v for v in values if re.fullmatch(r"0\d+", v)))
    if mangled:
        rescue = (
            "the ID column still finds the student"
            if sheet.roster.header[sheet.ids.keys[0]] == "ID"
            else "give --roster to match by ID"
        )
        notes.append(f"Canvas reads ids of digits, dots and commas as numbers ({_some(mangled)}): {rescue}")
    if zeros:
        notes.append(f"ids begin with 0 ({_some(zeros)}): a spreadsheet drops the zeros, so save this file from none")
    return notes


def _name(cell: str) -> str:
    name = name_cell(cell)
    return "" if "Points Possible" in name else name


def _some(values: list[str]) -> str:
    return ", ".join(values[:3]) + (", ..." if len(values) > 3 else "")


SYSTEM = System(
    name="Canvas",
    filename="canvas.csv",
    read=read,
    bare=bare,
    column=column,
    write=write,
    review=review,
    download="Grades > Export > Export Entire Gradebook",
    upload="Grades > Import > choose the file, check the preview, Save Changes",
    bare_note="student_id is written as SIS User ID and as SIS Login ID: Canvas takes rows where one of "
    "them is exactly that, and asks about all others",
    new_note="Canvas gives the grades to an assignment of exactly this title, else makes a published one",
)
