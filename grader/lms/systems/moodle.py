"""Moodle: Grades > Import > CSV file, mapped by hand, and Grades > Import > XML file, keyed on ID numbers."""

import re
import zlib
from collections.abc import Sequence
from decimal import Decimal
from xml.etree import ElementTree

from grader.lms.cells import csv_text, plain
from grader.lms.gradebook import Column, Gradebook, IdColumns, Kind, Sheet, System, bare_gradebook, needed, students_of
from qgen.headings import columns
from qgen.tables.table import Table

GRADED = re.compile(r"(?P<title>.+) \((?P<display>[^()]+)\)", re.DOTALL)
ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def read(table: Table) -> Gradebook:
    """The export of Grades > Export > Plain text file, in any of Moodle's common languages."""
    number, email, username = _people(table)
    known: list[tuple[int | None, Kind, str]] = [
        (number, "id", "ID number"),
        (username, "login", "Username"),
        (email, "email", "Email address"),
    ]
    last = max((i for i, _, _ in known if i is not None), default=None)
    if last is None:
        raise needed(table, "Moodle", '"ID number"', '"Email address"', '"Username"')
    graded: dict[str, Column] = {}
    for i in range(last + 1, len(table.heading)):
        match = GRADED.fullmatch(table.heading[i].strip())
        if match and match["title"] not in graded:
            title = match["title"]
            kind, colon, alias = title.partition(": ")
            graded[title] = Column(title, title, index=i, aliases=(alias,) if kind and colon else ())
    ids = tuple(IdColumns((i,), (i,)) for i in (number, email, username) if i is not None)
    return Gradebook(tuple(table.heading), students_of(table, known), tuple(graded.values()), ids, table.delimiter)


def read_xml(table: Table) -> Gradebook:
    """The same export for the XML import, which knows students and items by ID number only."""
    roster = read(table)
    number = _people(table)[0]
    if number is None:
        raise needed(table, "Moodle", '"ID number" (the XML import knows students by nothing else)')
    return Gradebook(roster.header, roster.students, (), (IdColumns((number,), (number,)),))


def bare(ids: Sequence[str]) -> Gradebook:
    """One column, to be mapped by hand to whatever student_id is."""
    return bare_gradebook(ids, ("student_id",), lambda name: (name,))


def column(title: str, wanted: str, points: Decimal) -> Column:
    """A heading of at most 255 characters, the longest name of a grade item."""
    name = plain(wanted or title)[:255]
    return Column(name, name)


def write(sheet: Sheet) -> str:
    """The key, a grade per column, and the comment as feedback for the first."""
    ids = sheet.ids.written
    heads = [plain(c.header) for c in sheet.columns]
    rows = [
        [
            *(sheet.roster.header[i] for i in ids),
            *heads,
            *([f"{heads[0]} feedback"] if sheet.comments else []),
        ]
    ]
    for grade in sheet.grades:
        extra = [grade.comment] if sheet.comments else []
        rows.append([*(grade.student.cells[i] for i in ids), *grade.numbers, *extra])
    return csv_text(rows)


def review(sheet: Sheet) -> list[str]:
    """What to choose on the import page, which maps nothing by itself."""
    key = sheet.roster.header[sheet.ids.written[0]].strip()
    notes = [f'on the import page, map from "{key}", and map each grade column to its item by hand']
    wanting = [c.title for c in sheet.columns if c.index is None]
    if wanting and any(points != 100 for points in sheet.points):
        names = ", ".join(f'"{title}"' for title in wanting)
        notes.append(f"a new grade item always has 100 points: first make {names} with the exam's, or use percent")
    return notes


def write_xml(sheet: Sheet) -> str:
    """One <result> per student and column; the batch is named by a checksum: the same grades give the same file."""
    key = sheet.ids.keys[0]
    grades = repr([(grade.student.cells[key], grade.numbers) for grade in sheet.grades])
    root = ElementTree.Element("results", batch=f"backprop-exam-{zlib.crc32(grades.encode()):08x}")
    for grade in sheet.grades:
        for i, (c, score) in enumerate(zip(sheet.columns, grade.numbers, strict=True)):
            comment = [("feedback", grade.comment)] if sheet.comments and i == 0 else []
            result = ElementTree.SubElement(root, "result")
            pairs = [("state", "new"), ("assignment", c.header), ("student", grade.student.cells[key])]
            for tag, text in [*pairs, ("score", score), *comment]:
                ElementTree.SubElement(result, tag).text = text
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def review_xml(sheet: Sheet) -> list[str]:
    """The one thing to prepare."""
    names = ", ".join(f'"{c.header}"' for c in sheet.columns)
    return [f"Moodle finds the grade item by its ID number, which must be {names} (Gradebook setup > Edit item)"]


def _people(table: Table) -> tuple[int | None, int | None, int | None]:
    """The columns of the ID number, the e-mail address and the user name; Moodle translates their headings."""
    number, email, username = (next(iter(columns(table.heading, kind)), None) for kind in ("id", "email", "login"))
    if email is None:
        email = next((i for i in range(len(table.heading)) if _addresses(table, i)), None)
    return number, email, username


def _addresses(table: Table, index: int) -> bool:
    filled = [cells[index].strip() for _, cells in table.body if cells[index].strip()]
    return bool(filled) and all(ADDRESS.fullmatch(cell) for cell in filled)


MOODLE_XML = System(
    name="Moodle",
    filename="moodle.xml",
    read=read_xml,
    bare=bare,
    column=column,
    write=write_xml,
    review=review_xml,
    download="Grades > Export > Plain text file",
    upload="Grades > Import > XML file",
    bare_note="student_id is written as the ID number: one that no user has stops the whole import",
    new_note="",
    over_maximum="refused",
    comments=True,
    free_headings=True,
)
SYSTEM = System(
    name="Moodle",
    filename="moodle.csv",
    read=read,
    bare=bare,
    column=column,
    write=write,
    review=review,
    download="Grades > Export > Plain text file",
    upload="Grades > Import > CSV file, encoding UTF-8, separator comma, then map the columns",
    bare_note="map student_id to the ID number, the user name or the e-mail address: one that no user has "
    "stops the whole import",
    new_note="",
    over_maximum="refused",
    comments=True,
    free_headings=True,
    xml=MOODLE_XML,
)
