"""Blackboard Learn: students are known by Username, columns by `|123`, and by nothing else."""

import re
from decimal import Decimal

from grader.lms.cells import csv_text, number, worth
from grader.lms.gradebook import Column, Gradebook, IdColumns, Sheet, System, headed, needed, students_of
from qgen.errors import InputError, quoted
from qgen.headings import find
from qgen.tables.table import Table

HEADING = re.compile(
    r"(?P<title>.*) \[Total Pts: (?P<upto>up to )?(?P<points>[\d.,]+) (?P<display>[^\]]+)\]"
    r"(?: \|(?P<id>\d+))?",
    re.DOTALL,
)


class Blackboard(System):
    """Username and the columns."""

    name = "Blackboard"
    upload = "Original: Grade Center > Work Offline > Upload, delimiter Auto; Ultra: Gradebook > Upload grades"
    bare_row = (("Username", "{}"),)
    bare_note = "student_id is written as Username: a row whose Username is not enrolled is ignored"

    def read(self, table: Table) -> Gradebook:
        """The export of Grade Center > Work Offline > Download (tab, UTF-16) or of Ultra's gradebook (comma)."""
        username, student_id = find(table.heading, "Username", "User Name"), find(table.heading, "Student ID")
        if username is None:
            raise needed(table, "Blackboard", '"Username"')
        students = students_of(table, {"id": [student_id], "login": [username]})
        columns = tuple(_column(match, i) for i, match in headed(table, HEADING))
        ids = (IdColumns((username,), (username,)),)
        return Gradebook(tuple(table.heading), students, columns, ids, table.delimiter)

    def column(self, title: str, wanted: str, points: Decimal) -> Column:
        """`wanted` must hold the column's id; else Blackboard makes a text column that counts for nothing."""
        match = HEADING.fullmatch(wanted)
        if match and match["id"]:
            return _column(match)
        digits = wanted.lstrip("|")
        if digits.isascii() and digits.isdigit():
            return Column(title, f"{title} [Total Pts: {number(points)} Score] |{digits}", digits)
        raise InputError(
            f"Blackboard: no column id for {quoted(wanted or title)}, so it would make a new column that counts for "
            "nothing; make the column there, download the gradebook and give it as --roster, "
            'or give --column "Title [Total Pts: 40 Score] |123"'
        )

    def write(self, sheet: Sheet) -> str:
        """Commas, every cell quoted as the vendor asks."""
        return csv_text(self.rows(sheet), quote_all=True)

    def review(self, sheet: Sheet) -> list[str]:
        """Columns that show something other than a score."""
        shown = [(c, m["display"]) for c in sheet.columns if (m := HEADING.fullmatch(c.header))]
        return [
            f'the column "{c.title}" shows {display} where Score is expected: check the preview'
            for c, display in shown
            if display != "Score"
        ]


def _column(match: re.Match[str], index: int | None = None) -> Column:
    fault = "it is calculated by Blackboard" if match["upto"] else "" if match["id"] else "it has no |id"
    return Column(match["title"], match[0], match["id"] or "", worth(match["points"]), index, fault=fault)


SYSTEM = Blackboard()
