"""Open edX: staff-graded points of one problem, or overrides of subsection grades (edx-bulk-grades)."""

import re
from dataclasses import replace
from decimal import Decimal

from grader.lms.gradebook import Column, Gradebook, IdColumns, Sheet, System, headed, needed, students_of
from qgen.errors import InputError, quoted
from qgen.headings import find
from qgen.tables.table import Table

OVERRIDE = re.compile(r"new_override-(?P<id>.+)")


class OpenEdX(System):
    """The required columns only."""

    name = "Open edX"
    upload = "the same place > Import scores"
    bare_row = (("user_id", "{}"), ("block_id", ""), ("Previous Points", ""))
    bare_note = "student_id is written as user_id, a number that only Open edX knows"
    over_maximum = "refused"

    def read(self, table: Table) -> Gradebook:
        """The export of a staff-graded problem, or of Gradebook > Bulk management; told apart by their headers."""
        user, block, course = (find(table.heading, name) for name in ("user_id", "block_id", "course_id"))
        if user is None or (block is None and course is None):
            raise needed(table, "Open edX", "user_id and block_id (staff-graded points)", "user_id and course_id")
        names = ("student_uid", "student_key", "username", "email")
        uid, key, login, email = (find(table.heading, name) for name in names)
        students = students_of(table, {"id": [uid, key, user], "login": [login], "email": [email]})
        roster = Gradebook(tuple(table.heading), students, (), (), table.delimiter)
        if block is not None:
            return _points(table, roster, user, block)
        return _overrides(table, roster, user, course or 0)

    def column(self, title: str, wanted: str, points: Decimal) -> Column:
        """`wanted` must be the block's id."""
        if re.fullmatch(r"(block-v1:|i4x://)\S+", wanted):
            return Column(title, "New Points", wanted)
        raise InputError(f"Open edX: no block_id for {quoted(wanted or title)}: download the points of the staff-"
                         "graded problem and give them as --roster, or give --column block-v1:...")  # fmt: skip

    def rows(self, sheet: Sheet) -> list[list[str]]:
        """With the column's block in every row."""
        heading, *rows = super().rows(sheet)
        if "block_id" in heading:
            for row in rows:
                row[heading.index("block_id")] = sheet.columns[0].id
        return [heading, *rows]

    def review(self, sheet: Sheet) -> list[str]:
        """The form's limit."""
        large = len(self.write(sheet).encode()) > 4 * 1024 * 1024
        return ["the file is over 4 MB, which Open edX refuses: split it"] if large else []


def _points(table: Table, roster: Gradebook, user: int, block: int) -> Gradebook:
    previous = find(table.heading, "Previous Points")
    blocks = dict.fromkeys(student.cells[block].strip() for student in roster.students)
    if previous is None or len(blocks) != 1:
        raise needed(table, "Open edX", 'one block_id in all rows, and "Previous Points"')
    (name,) = blocks
    at = find(table.heading, "title")
    title = roster.students[0].cells[at].strip() if at is not None else name
    checksum = find(table.heading, "csum")
    written = (user, block, previous, *((checksum,) if checksum is not None else ()))
    column = Column(title, "New Points", name, index=find(table.heading, "New Points"))
    return replace(roster, columns=(column,), ids=(IdColumns((user,), written),), only=True)


def _overrides(table: Table, roster: Gradebook, user: int, course: int) -> Gradebook:
    columns = []
    for i, match in headed(table, OVERRIDE):
        name = find(table.heading, f"name-{match['id']}")
        title = next((s.cells[name] for s in roster.students if s.cells[name]), "") if name is not None else ""
        columns.append(Column(title or match["id"], match[0], match["id"], index=i))
    return replace(roster, columns=tuple(columns), ids=(IdColumns((user,), (user, course)),))


SYSTEM = OpenEdX()
