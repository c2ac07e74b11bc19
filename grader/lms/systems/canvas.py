"""Canvas: the classic gradebook's CSV (read by lib/gradebook_importer.rb of canvas-lms)."""

import re
from dataclasses import replace
from decimal import Decimal

from grader.lms.cells import name_cell, number, one_line, worth
from grader.lms.gradebook import Column, Gradebook, IdColumns, Sheet, System, headed, needed, students_of
from qgen.tables.table import Table

WITH_ID = re.compile(r"(?P<title>.*)\s\((?P<id>\d+)\)", re.DOTALL)
RESERVED = re.compile(r"\b(Current|Final|Override) (Score|Points|Grade|Status)", re.IGNORECASE)
ID_HEADERS = {"ID", "SIS User ID", "SIS Login ID", "Integration ID", "Root Account"}
NAMES = ("Student", "LastName", "FirstName", "Section", "Notes")
TEST_STUDENT = re.compile(r"[0-9a-f]{32,}")  # the login of Canvas' own, whose name it translates
MANGLED = re.compile(r"-?[\d.,]*[.,][\d.,]*%?", re.ASCII)


class Canvas(System):
    """Header, Points Possible, and the graded students; no mark of byte order, which Canvas may choke on."""

    name = "Canvas"
    upload = "Grades > Import > choose the file, check the preview, Save Changes"
    bare_row = (("Student", ""), ("ID", ""), ("SIS User ID", "{}"), ("SIS Login ID", "{}"), ("Section", ""))
    bare_note = (
        "student_id is written as SIS User ID and as SIS Login ID: Canvas takes rows where one of "
        "them is exactly that, and asks about all others"
    )
    new_note = "Canvas gives the grades to an assignment of exactly this title, else makes a published one"

    def heading(self, text: str) -> str:
        """A title Canvas keeps: one line, and none of the phrases that make it drop the column without a word."""
        return RESERVED.sub(r"\1-\2", one_line(text))

    def read(self, table: Table) -> Gradebook:
        """The export of Grades > Export Entire Gradebook: names, ids, Section, then the assignments as `Title (ID)`."""
        header = [cell.strip() for cell in table.heading]
        last = header.index("Section") if "Section" in header else 0
        names = 2 if header[:2] == ["LastName", "FirstName"] else 1
        ids = header[names:last]
        if header[:1] not in (["Student"], ["LastName"]) or ids[:1] != ["ID"] or not ID_HEADERS.issuperset(ids):
            raise needed(table, "Canvas", "Student, ID, SIS Login ID, Section")
        at = {name: i for i, name in enumerate(header[:last])}
        preset = next((tuple(cells) for _, cells in table.body if "Points Possible" in cells[0]), ())
        people = [(line, cells) for line, cells in table.body if cells[at["ID"]].strip() and tuple(cells) != preset]
        sis = at.get("SIS User ID")
        students = students_of(replace(table, body=people), {"id": [sis, at["ID"]], "login": [at.get("SIS Login ID")]})
        columns = []
        for i, match in headed(table, WITH_ID, last + 1):
            possible = preset[i].strip() if preset else ""
            fault = "it is read-only in Canvas" if "read only" in possible else ""
            title, points = one_line(match["title"]), worth(possible)
            columns.append(Column(title, match[0], match["id"], points=points, index=i, fault=fault))
        login = at.get("SIS Login ID", at["ID"])
        tests = (s.cells[0] == "Student, Test" or bool(TEST_STUDENT.fullmatch(s.cells[login])) for s in students)
        known = (
            replace(s, expected=not test or bool(sis and s.cells[sis])) for s, test in zip(students, tests, strict=True)
        )
        key = IdColumns((at["ID"],), tuple(range(last + 1)))
        return Gradebook(tuple(header), tuple(known), tuple(columns), (key,), table.delimiter, preset=preset)

    def column(self, title: str, wanted: str, points: Decimal) -> Column:
        """`wanted` may be `Title (123)`, or `123`, or a title."""
        match = WITH_ID.fullmatch(wanted)
        if match:
            return Column(match["title"], wanted, match["id"])
        if wanted.isascii() and wanted.isdigit():
            return Column(title, f"{title} ({wanted})", wanted)
        return Column(wanted or title, wanted or title)

    def taken_for(self, heading: str, roster: Gradebook) -> str:
        """A column that says who somebody is, or the assignment whose id it ends in."""
        if match := WITH_ID.fullmatch(heading):
            return f"the assignment with the id {match['id']}"
        if heading.strip().casefold() in {name.casefold() for name in (*ID_HEADERS, *NAMES)}:
            return f'the column "{heading}"'
        return super().taken_for(heading, roster)

    def cell(self, heading: str, text: str) -> str:
        """An id as it is, a name where it is harmless."""
        if heading in ID_HEADERS:
            return text
        name = name_cell(text)
        return "" if "Points Possible" in name else name

    def rows(self, sheet: Sheet) -> list[list[str]]:
        """With the row of the points."""
        heading, *rows = super().rows(sheet)
        possible = [
            sheet.roster.preset[c.index].strip() if c.points is not None and c.index is not None else number(points)
            for c, points in zip(sheet.columns, sheet.points, strict=True)
        ]
        blank = [""] * (len(sheet.ids.written) - 1)
        return [heading, ["    Points Possible", *blank, *possible], *rows]

    def review(self, sheet: Sheet) -> list[str]:
        """Ids that Canvas or a spreadsheet changes, and titles that had to change."""
        notes = [
            f'the column "{c.header}" becomes "{self.heading(c.header)}": Canvas drops those named like its totals'
            for c in sheet.columns
            if RESERVED.search(c.header)
        ]
        sis = [i for i in sheet.ids.written if sheet.roster.header[i] in ("SIS User ID", "SIS Login ID")]
        values = [grade.student.cells[i].strip() for grade in sheet.grades for i in sis]
        mangled = list(dict.fromkeys(v for v in values if MANGLED.fullmatch(v)))
        if mangled:
            rescue = (
                "the ID column still finds the student"
                if sheet.roster.header[sheet.ids.keys[0]] == "ID"
                else "give --roster to match by ID"
            )
            notes.append(f"Canvas reads ids of digits, dots and commas as numbers ({_some(mangled)}): {rescue}")
        return notes


def _some(values: list[str]) -> str:
    return ", ".join(values[:3]) + (", ..." if len(values) > 3 else "")


SYSTEM = Canvas()
