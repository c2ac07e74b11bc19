"""Moodle: Grades > Import > CSV file, mapped by hand, and Grades > Import > XML file, keyed on ID numbers."""

import re
import zlib
from dataclasses import replace
from decimal import Decimal
from xml.etree import ElementTree

from grader.lms.cells import number, one_line, plain
from grader.lms.gradebook import Column, Gradebook, IdColumns, Sheet, System, headed, needed, students_of
from qgen.errors import InputError, quoted, some
from qgen.headings import columns
from qgen.tables.table import Table

GRADED = re.compile(r"(?P<title>.+) \((?P<display>[^()]+)\)", re.DOTALL)
PLACES = ("first", "last", "id", "institution", "department", "email")
NUMBER = PLACES.index("id")
SPOILT = re.compile(r"\s[&<>]|[&<>]\s")
ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


class Moodle(System):
    """The key, a grade per column, and the comment as feedback for the first."""

    name = "Moodle"
    upload = "Grades > Import > CSV file, encoding UTF-8, separator comma, then map the columns"
    bare_row = (("student_id", "{}"),)
    bare_note = (
        "map student_id to the ID number, the user name or the e-mail address: one that no user has "
        "stops the whole import"
    )
    over_maximum = "refused"
    comments = True
    free_headings = True

    def read(self, table: Table) -> Gradebook:
        """The export of Grades > Export > Plain text file, in any of Moodle's common languages."""
        number, email, username = _people(table)
        places = [i for i in (number, email, username) if i is not None]
        if not places:
            raise needed(table, "Moodle", '"ID number"', '"Email address"', '"Username"')
        students = students_of(table, {"id": [number], "login": [username], "email": [email]})
        graded: dict[str, Column] = {}
        for i, match in headed(table, GRADED, max(places) + 1):
            title = match["title"]
            kind, colon, alias = title.partition(": ")
            aliases = (match[0], *([alias] if kind and colon else []))
            graded.setdefault(title, Column(title, title, index=i, aliases=aliases))
        ids = tuple(IdColumns((i,), (i,)) for i in places)
        return Gradebook(tuple(table.heading), students, tuple(graded.values()), ids, table.delimiter)

    def column(self, title: str, wanted: str, points: Decimal) -> Column:
        """A heading of at most 255 characters, the longest name of a grade item."""
        name = plain(wanted or title)[:255]
        return Column(name, name)

    def heading(self, text: str) -> str:
        """One that its reader does not trip over."""
        return plain(text)

    def rows(self, sheet: Sheet) -> list[list[str]]:
        """The comments headed by the first column they belong to."""
        heading, *rows = super().rows(sheet)
        if sheet.comments:
            heading[-1] = f"{heading[len(sheet.ids.written)]} feedback"
        return [heading, *rows]

    def review(self, sheet: Sheet) -> list[str]:
        """What to choose on the import page, which maps nothing by itself."""
        key = sheet.roster.header[sheet.ids.written[0]].strip()
        notes = [f'on the import page, map from "{key}", and map each grade column to its item by hand']
        wanting = [c.title for c in sheet.columns if c.index is None]
        if wanting and any(points != 100 for points in sheet.points):
            names = ", ".join(f'"{title}"' for title in wanting)
            notes.append(f"a new grade item always has 100 points: first make {names} with the exam's, or use percent")
        return notes


class MoodleXml(Moodle):
    """The XML import, which knows students and items by ID number only."""

    upload = "Grades > Import > XML file"
    bare_note = "student_id is written as the ID number: one that no user has stops the whole import"

    def read(self, table: Table) -> Gradebook:
        """The same export."""
        roster, number = super().read(table), _people(table)[0]
        if number is None:
            raise needed(table, "Moodle", '"ID number" (the XML import knows students by nothing else)')
        return replace(roster, columns=(), ids=(IdColumns((number,), (number,)),))

    def column(self, title: str, wanted: str, points: Decimal) -> Column:
        """The item's ID number as it was written: of at most 255 characters, and in XML `<` needs no space after it."""
        name = one_line(wanted or title)[:255]
        return Column(name, name)

    def write(self, sheet: Sheet) -> str:
        """One <result> per student and column; the batch is a checksum: the same grades give the same file."""
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

    def review(self, sheet: Sheet) -> list[str]:
        """What to prepare; InputError for ids that Moodle would read otherwise."""
        ids = [*(c.header for c in sheet.columns), *(grade.student.cells[sheet.ids.keys[0]] for grade in sheet.grades)]
        if spoilt := [quoted(text) for text in ids if SPOILT.search(text)]:
            raise InputError(f"Moodle's XML import drops spaces beside &, < and >: {some(spoilt)}; leave out --xml")
        items = " and ".join(f'"{c.header}"' for c in sheet.columns)
        points = " and ".join(map(number, sheet.points))
        return [
            f"Moodle finds the grade item by its ID number, which must be {items} (Gradebook setup > Edit item)",
            f"the item's maximum grade must be {points}: Moodle cuts what is over it without a word",
        ]


def _people(table: Table) -> tuple[int | None, int | None, int | None]:
    """The columns of the ID number, the e-mail address and the user name; Moodle translates their headings.

    Where a language is not known, by what they hold, and by their places: two names, ID number, institution,
    department, e-mail address.
    """
    number, email, username = (next(iter(columns(table.heading, kind)), None) for kind in ("id", "email", "login"))
    if email is None:
        email = next((i for i in range(len(table.heading)) if _addresses(table, i)), None)
    if number is None and email == PLACES.index("email") and len(set(_filled(table, NUMBER))) > 1:
        number = NUMBER
    return number, email, username


def _addresses(table: Table, index: int) -> bool:
    filled = _filled(table, index)
    return bool(filled) and all(ADDRESS.fullmatch(cell) for cell in filled)


def _filled(table: Table, index: int) -> list[str]:
    return [cells[index].strip() for _, cells in table.body if cells[index].strip()]


SYSTEM = Moodle()
XML = MoodleXml()
