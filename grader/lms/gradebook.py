"""What all gradebooks share: a roster, its columns, a sheet of grades, and what a system can do."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from grader.lms.cells import csv_text, one_line
from qgen.errors import InputError, quoted
from qgen.tables.table import Table

Kind = Literal["id", "login", "email"]


@dataclass(frozen=True)
class Key:
    """One thing a student is known by. Ids count by case; logins and e-mail addresses do not."""

    kind: Kind
    label: str
    value: str


@dataclass(frozen=True)
class Student:
    """One row of a roster, its cells byte for byte. `expected` is false for an LMS's own test student."""

    line: int
    cells: tuple[str, ...]
    keys: tuple[Key, ...]
    expected: bool = True

    @property
    def who(self) -> str:
        """The student's first filled key, for messages."""
        return next((name for key in self.keys if (name := one_line(key.value))), f"line {self.line}")


@dataclass(frozen=True)
class Column:
    """A grade column: what teachers call it, how the file must head it, and where the roster has it."""

    title: str
    header: str
    id: str = ""
    points: Decimal | None = None
    index: int | None = None
    aliases: tuple[str, ...] = ()
    fault: str = ""  # why the LMS takes no numbers here

    @property
    def names(self) -> tuple[str, ...]:
        """All that `--column` may call it."""
        return (self.title, self.header, *self.aliases, *([self.id] if self.id else []))


@dataclass(frozen=True)
class IdColumns:
    """Gradebook columns to key a file on: all of `keys` must be filled and unique, `written` are copied."""

    keys: tuple[int, ...]
    written: tuple[int, ...]


@dataclass(frozen=True)
class Gradebook:
    """The LMS's own export, read: the first of `ids` that serves every graded student is used."""

    header: tuple[str, ...]
    students: tuple[Student, ...]
    columns: tuple[Column, ...]
    ids: tuple[IdColumns, ...]
    delimiter: str = ","
    only: bool = False  # the file was downloaded from one column, so there is nothing to choose
    preset: tuple[str, ...] = ()  # a row above the students' to copy from (Canvas' Points Possible)


@dataclass(frozen=True)
class Grade:
    """What one student gets: a number per column of the sheet, and a comment."""

    student: Student
    numbers: tuple[str, ...]
    comment: str = ""


@dataclass(frozen=True)
class Sheet:
    """All that a file is written from. `ids` says which of the roster's columns go along."""

    roster: Gradebook
    ids: IdColumns
    columns: tuple[Column, ...]
    points: tuple[Decimal, ...]
    grades: tuple[Grade, ...]
    comments: bool = False


def students_of(table: Table, known: Mapping[Kind, Iterable[int | None]], *, mark: str = "") -> tuple[Student, ...]:
    """The rows with any of the known columns filled; a leading `mark` is no part of a key."""
    places = [(kind, table.heading[i].strip(), i) for kind, columns in known.items() for i in columns if i is not None]
    students = []
    for line, cells in table.body:
        keys = tuple(Key(kind, label, cells[i].strip().removeprefix(mark)) for kind, label, i in places)
        if any(key.value for key in keys):
            students.append(Student(line, tuple(cells), keys))
    return tuple(students)


def headed(table: Table, pattern: re.Pattern[str], first: int = 0) -> Iterator[tuple[int, re.Match[str]]]:
    """The columns from `first` on whose heading is of this pattern."""
    matches = ((i, pattern.fullmatch(cell.strip())) for i, cell in enumerate(table.heading[first:], first))
    return ((i, match) for i, match in matches if match)


def needed(table: Table, system: str, *alternatives: str) -> InputError:
    """The error for a gradebook that lacks its id columns."""
    found = ", ".join(quoted(cell.strip()) for cell in table.heading[:8])
    return InputError(
        f"{table.name}: is no gradebook export of {system}: it has {found}; needed: {' or '.join(alternatives)}"
    )


class System:
    """One learning-management system: how to read its export, write its import, and what to tell the user."""

    name: str
    upload: str
    bare_row: tuple[tuple[str, str], ...]  # without a roster: the columns, and a student's cells, with {} for the id
    bare_note: str
    new_note = ""
    over_maximum: Literal["taken", "capped", "refused"] = "taken"
    comments = False
    feedback = "Feedback"  # what heads the comments
    mark = ""  # stands before ids
    free_headings = False  # columns are mapped by hand on the import page

    def read(self, table: Table) -> Gradebook:
        """The system's own export."""
        raise NotImplementedError

    def bare(self, ids: Sequence[str]) -> Gradebook:
        """A roster made of the exam's own student ids, for want of the system's; all its columns are written."""
        header, cells = zip(*self.bare_row, strict=True)
        rows = ((name, tuple(cell.replace("{}", name) for cell in cells)) for name in ids)
        students = (Student(i, row, (Key("id", "student_id", name),)) for i, (name, row) in enumerate(rows, 1))
        key = next(i for i, cell in enumerate(cells) if cell)
        return Gradebook(header, tuple(students), (), (IdColumns((key,), tuple(range(len(cells)))),))

    def column(self, title: str, wanted: str, points: Decimal) -> Column:
        """A new one; `wanted` is what --column says."""
        name = one_line(wanted or title)
        return Column(name, name)

    def taken_for(self, heading: str, roster: Gradebook) -> str:
        """What the system would take a new column of this heading for; "" for a new column."""
        others = {cell.strip().casefold() for cell in roster.header}
        if self.comments and heading.strip().casefold() == self.feedback.casefold():
            return "the column of comments"
        return f'the column "{heading}" of the roster' if heading.strip().casefold() in others else ""

    def heading(self, text: str) -> str:
        """A column's heading as it is written."""
        return text

    def cell(self, heading: str, text: str) -> str:
        """A cell of the roster as it goes along."""
        return text

    def rows(self, sheet: Sheet) -> list[list[str]]:
        """Ids, a grade per column, and the comment, below their headings."""
        ids, last = {i: sheet.roster.header[i].strip() for i in sheet.ids.written}, int(sheet.comments)
        rows = [[*ids.values(), *(self.heading(c.header) for c in sheet.columns), *[self.feedback] * last]]
        for grade in sheet.grades:
            cells = (self.cell(heading, grade.student.cells[i]) for i, heading in ids.items())
            rows.append([*cells, *grade.numbers, *[grade.comment] * last])
        return rows

    def write(self, sheet: Sheet) -> str:
        """The file to import."""
        return csv_text(self.rows(sheet))

    def review(self, sheet: Sheet) -> list[str]:
        """What to look out for in this system."""
        return []
