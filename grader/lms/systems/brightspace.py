"""D2L Brightspace: OrgDefinedId and Username with their `#`, `<item> Points Grade`, End-of-Line Indicator."""

import re
from decimal import Decimal

from grader.lms.cells import one_line, worth
from grader.lms.gradebook import Column, Gradebook, IdColumns, Sheet, System, headed, needed, students_of
from qgen.headings import find
from qgen.tables.table import Table

ITEM = re.compile(r"(?P<title>.+?) Points Grade(?: *<(?P<about>.*)>)?", re.DOTALL)
POINTS = re.compile(r"MaxPoints: ?(\d+(?:[.,]\d+)?)", re.ASCII)


class Brightspace(System):
    """Ids with the `#` that keeps leading zeros."""

    name = "Brightspace"
    upload = "Grades > Enter Grades > Import"
    bare_row = (("OrgDefinedId", "#{}"),)
    bare_note = "student_id is written as OrgDefinedId: Brightspace reports the rows whose id it does not know"
    new_note = (
        "Brightspace knows an item by its exact name, and makes another one only where "
        '"Create new grade item when an unrecognized item is referenced" is ticked'
    )
    over_maximum = "capped"
    mark = "#"

    def read(self, table: Table) -> Gradebook:
        """The export of Grades > Enter Grades > Export: key field Both, Points grade, e-mail."""
        org, username = find(table.heading, "OrgDefinedId"), find(table.heading, "Username")
        email = find(table.heading, "Email", "E-mail", "Email Address")
        if org is None and username is None:
            raise needed(table, "Brightspace", '"OrgDefinedId"', '"Username"')
        students = students_of(table, {"id": [org], "login": [username], "email": [email]}, mark=self.mark)
        columns = []
        for i, match in headed(table, ITEM):
            most = POINTS.search(match["about"] or "")
            points = worth(most[1]) if most else None
            columns.append(Column(match["title"], f"{match['title']} Points Grade", points=points, index=i))
        either = tuple(i for i in (org, username) if i is not None)
        ids = tuple(IdColumns(choice, choice) for choice in dict.fromkeys([either, *((i,) for i in either)]))
        return Gradebook(tuple(table.heading), students, tuple(columns), ids, table.delimiter)

    def column(self, title: str, wanted: str, points: Decimal) -> Column:
        """The exact name of a grade item."""
        name = one_line(wanted or title).removesuffix(" Points Grade")
        return Column(name, f"{name} Points Grade")

    def cell(self, heading: str, text: str) -> str:
        """An id of the exam's may begin with the mark already."""
        return text.removeprefix("#") if text.startswith("##") else text

    def rows(self, sheet: Sheet) -> list[list[str]]:
        """With the indicator that ends each row."""
        heading, *rows = super().rows(sheet)
        return [[*heading, "End-of-Line Indicator"], *([*row, "#"] for row in rows)]


SYSTEM = Brightspace()
