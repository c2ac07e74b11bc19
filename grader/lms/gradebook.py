"""What all gradebooks share: a roster, its columns, a sheet of grades, and what a system can do."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from grader.lms.cells import one_line
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


def bare_gradebook(
    ids: Sequence[str], header: tuple[str, ...], cells: Callable[[str], tuple[str, ...]], *, key: int = 0
) -> Gradebook:
    """A roster made of the exam's own student ids, for want of the LMS's; all its columns are written."""
    students = (Student(i, cells(name), (Key("id", "student_id", name),)) for i, name in enumerate(ids, 1))
    return Gradebook(header, tuple(students), (), (IdColumns((key,), tuple(range(len(header)))),))


def students_of(table: Table, known: Iterable[tuple[int | None, Kind, str]], *, mark: str = "") -> tuple[Student, ...]:
    """The rows with any of the known (index, kind, label) filled; a leading `mark` is no part of a key."""
    places = [(i, kind, label) for i, kind, label in known if i is not None]
    students = []
    for line, cells in table.body:
        keys = tuple(Key(kind, label, cells[i].strip().removeprefix(mark)) for i, kind, label in places)
        if any(key.value for key in keys):
            students.append(Student(line, tuple(cells), keys))
    return tuple(students)


def needed(table: Table, system: str, *alternatives: str) -> InputError:
    """The error for a gradebook that lacks its id columns."""
    found = ", ".join(quoted(cell.strip()) for cell in table.heading[:8])
    return InputError(
        f"{table.name}: is no gradebook export of {system}: it has {found}; needed: {' or '.join(alternatives)}"
    )


def no_warnings(sheet: Sheet) -> list[str]:
    """For a system that has no traps of its own."""
    return []


@dataclass(frozen=True)
class System:
    """One learning-management system: how to read its export, write its import, and what to tell the user."""

    name: str
    filename: str
    read: Callable[[Table], Gradebook]
    bare: Callable[[Sequence[str]], Gradebook]  # student ids -> a roster of nothing else
    column: Callable[[str, str, Decimal], Column]  # title, what --column says, points -> a new column
    write: Callable[[Sheet], str]
    download: str
    upload: str
    bare_note: str
    new_note: str
    review: Callable[[Sheet], list[str]] = no_warnings
    over_maximum: Literal["taken", "capped", "refused"] = "taken"
    comments: bool = False
    free_headings: bool = False  # columns are mapped by hand on the import page
    xml: "System | None" = None
