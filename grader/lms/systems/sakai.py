"""Sakai: user id, name, then `Title [points]` and `* Title` for comments (ImportGradesHelper.java)."""

import re
from decimal import Decimal

from grader.lms.cells import csv_text, name_cell, number, one_line, worth
from grader.lms.gradebook import Column, Gradebook, IdColumns, Sheet, System, headed, needed, students_of
from qgen.errors import InputError
from qgen.tables.table import Table

ITEM = re.compile(r"(?P<title>[^\[*#][^\[]*?) *\[(?P<points>\d+(?:[.,]\d+)?)\]", re.ASCII)


class Sakai(System):
    """Commas and points; semicolons and decimal commas where the export had them.

    Sakai reads the separator and the numbers by the user's locale: there `31.5` would become 315.
    """

    name = "Sakai"
    upload = "Gradebook > Import / Export > Import"
    bare_row = (("Student ID", "{}"), ("Student Name", ""))
    bare_note = (
        "student_id is written as the user id: Sakai lists and skips those it does not know; your "
        "language there must be one with a decimal point"
    )
    new_note = "Sakai knows an item by its exact title and offers to make any other one"
    comments = True

    def read(self, table: Table) -> Gradebook:
        """The export of Gradebook > Import / Export > Export, CSV: columns 0 and 1 are the user id and the name."""
        columns = tuple(
            Column(match["title"], match[0], points=worth(match["points"]), index=i) for i, match in headed(table, ITEM)
        )
        if len(table.heading) < 2 or any(column.index in (0, 1) for column in columns):
            raise needed(table, "Sakai", "Student ID, Student Name")
        students, ids = students_of(table, {"login": [0]}), (IdColumns((0,), (0, 1)),)
        return Gradebook(tuple(table.heading), students, columns, ids, table.delimiter)

    def column(self, title: str, wanted: str, points: Decimal) -> Column:
        """`Title [points]`; a title may hold no `[` and may not begin like a comment's or an ignored column's."""
        given = ITEM.fullmatch(wanted)
        name = given["title"] if given else one_line(wanted or title)
        if "[" in name or name[:1] in ("*", "#") or name.casefold() == "course grade":
            raise InputError(f'sakai: the title "{name}" cannot be used: no "[", no "*" or "#" at its start, '
                             'and "Course Grade" is Sakai\'s own; give another with --column')  # fmt: skip
        return Column(name, wanted if given else f"{name} [{number(points)}]")

    def rows(self, sheet: Sheet) -> list[list[str]]:
        """Names that no spreadsheet runs; numbers as the roster writes them."""
        heading, *rows = super().rows(sheet)
        if sheet.comments:
            heading[-1] = f"* {sheet.columns[0].title}"
        for row, grade in zip(rows, sheet.grades, strict=True):
            row[1] = name_cell(row[1])
            if sheet.roster.delimiter == ";":
                row[2 : 2 + len(sheet.columns)] = [text.replace(".", ",") for text in grade.numbers]
        return [heading, *rows]

    def write(self, sheet: Sheet) -> str:
        """By the roster's separator, a comma or a semicolon."""
        return csv_text(self.rows(sheet), delimiter=";" if sheet.roster.delimiter == ";" else ",")

    def review(self, sheet: Sheet) -> list[str]:
        """What follows from the locale."""
        if sheet.roster.delimiter != ";":
            return []
        return ["written with semicolons and decimal commas, as the roster is: Sakai reads both by your language"]


SYSTEM = Sakai()
