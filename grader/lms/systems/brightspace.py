"""D2L Brightspace: OrgDefinedId and Username with their `#`, `<item> Points Grade`, End-of-Line Indicator."""

import re
from collections.abc import Sequence
from decimal import Decimal

from grader.lms.cells import csv_text, one_line, worth
from grader.lms.gradebook import Column, Gradebook, IdColumns, Sheet, System, bare_gradebook, needed, students_of
from qgen.headings import find
from qgen.tables.table import Table

ITEM = re.compile(r"(?P<title>.+?) Points Grade(?: *<(?P<about>.*)>)?", re.DOTALL)
POINTS = re.compile(r"MaxPoints: ?(\d+(?:[.,]\d+)?)", re.ASCII)


def read(table: Table) -> Gradebook:
    """The export of Grades > Enter Grades > Export, key field both, Points grade."""
    org, username = find(table.heading, "OrgDefinedId"), find(table.heading, "Username")
    email = find(table.heading, "Email", "E-mail", "Email Address")
    if org is None and username is None:
        raise needed(table, "Brightspace", '"OrgDefinedId"', '"Username"')
    students = students_of(
        table,
        [(org, "id", "OrgDefinedId"), (username, "login", "Username"), (email, "email", "Email")],
        mark="#",
    )
    columns = []
    for i, cell in enumerate(table.heading):
        match = ITEM.fullmatch(cell.strip())
        if match:
            most = POINTS.search(match["about"] or "")
            points = worth(most[1]) if most else None
            columns.append(Column(match["title"], f"{match['title']} Points Grade", points=points, index=i))
    either = [i for i in (org, username) if i is not None]
    choices = [tuple(either), *((i,) for i in either)] if len(either) == 2 else [tuple(either)]
    ids = tuple(IdColumns(choice, choice) for choice in choices)
    return Gradebook(tuple(table.heading), students, tuple(columns), ids, table.delimiter)


def bare(ids: Sequence[str]) -> Gradebook:
    """student_id as OrgDefinedId, with the `#` that keeps leading zeros."""
    return bare_gradebook(ids, ("OrgDefinedId",), lambda name: ("#" + name.removeprefix("#"),))


def column(title: str, wanted: str, points: Decimal) -> Column:
    """The exact name of a grade item."""
    name = one_line(wanted or title).removesuffix(" Points Grade")
    return Column(name, f"{name} Points Grade")


def write(sheet: Sheet) -> str:
    """Ids first, grades, and the indicator that ends each row."""
    ids = sheet.ids.written
    rows = [
        [
            *(sheet.roster.header[i].strip() for i in ids),
            *(c.header for c in sheet.columns),
            "End-of-Line Indicator",
        ]
    ]
    rows += [[*(grade.student.cells[i] for i in ids), *grade.numbers, "#"] for grade in sheet.grades]
    return csv_text(rows)


SYSTEM = System(
    name="Brightspace",
    filename="brightspace.csv",
    read=read,
    bare=bare,
    column=column,
    write=write,
    download="Grades > Enter Grades > Export: key field Both, Points grade, e-mail",
    upload="Grades > Enter Grades > Import",
    bare_note="student_id is written as OrgDefinedId: Brightspace reports the rows whose id it does not know",
    new_note="Brightspace knows an item by its exact name, and makes another one only where "
    '"Create new grade item when an unrecognized item is referenced" is ticked',
    over_maximum="capped",
)
