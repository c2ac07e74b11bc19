"""Who sits the exam: a class list, or what a learning-management system exports, as student ids and names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from qgen.errors import InputError, nearest, quoted, several, some
from qgen.headings import HEADINGS, Kind, columns, find, loose
from qgen.mangled import suspects, told
from qgen.tables.spreadsheet import unguarded
from qgen.tables.table import Faults, Table, filled, read_table
from qgen.tables.totals import MAYBE_NAMES, is_summary, no_id

LONGEST_ID = 100
MOST_STUDENTS = 100_000
_SEAT: tuple[Kind, ...] = "room", "seat"
_WORD = re.compile(r"[^\W\d_]{2}")  # in the name of a student who is called as a total is
_POINTS = re.compile(r"[^\[]+\[\d+([.,]\d+)?\]")  # Sakai's "Midterm [40]"
_TEST_STUDENT = ("Student, Test", "Test Student")  # Canvas' own
_KNOWN = {loose(heading) for headings in HEADINGS.values() for heading in headings}
_MOODLE = HEADINGS["id"].index("ID number")  # from here on they are Moodle's, in its languages
_EMAIL, _LOGIN, _NUMBER = HEADINGS["email"], HEADINGS["login"], HEADINGS["id"][_MOODLE:]
# What a file is called, and the headings that show it: one of each group.
_EXPORTS: Sequence[tuple[str, Sequence[Sequence[str]]]] = (
    ("Canvas gradebook", (("Student", "LastName"), ("ID",), ("Section",))),
    ("Open edX grades", (("user_id",), ("username",))),
    ("Brightspace gradebook", (("OrgDefinedId",),)),
    ("Brightspace gradebook", (_LOGIN, ("End-of-Line Indicator",))),
    ("Blackboard gradebook", (_LOGIN, ("Last Access", "Availability"))),
    ("class list", (HEADINGS["id"][:_MOODLE],)),
    ("Moodle export", (HEADINGS["first"], HEADINGS["last"], (*_NUMBER, *_EMAIL[3:], "Email address"))),
)


@dataclass(frozen=True)
class Person:
    """One row: `logins` and e-mail addresses are other names of the student, `own` is a system's own number.

    seat: the room, the seat in it, or both, as "HG F1, A10".
    """

    student: str
    name: str
    logins: tuple[str, ...] = ()
    own: str = ""
    variant: str = ""
    seat: str = ""


@dataclass(frozen=True)
class Roster:
    """The students in the file's order; `source`: what was read, which of its ids; `notes`: remarks."""

    people: tuple[Person, ...]
    source: str
    notes: tuple[str, ...]

    @property
    def students(self) -> dict[str, str]:
        """Names by id."""
        return {person.student: person.name for person in self.people}

    @property
    def seats(self) -> dict[str, str]:
        """Seats by id, of those who have one."""
        return {person.student: person.seat for person in self.people if person.seat}


def student_id(text: str) -> str:
    """An id as it is compared everywhere: NFC, single spaces, none around it, no guard against spreadsheets."""
    return one_line(unguarded(text) if "'" in text else text)


def one_line(text: str) -> str:
    """NFC, single spaces for all space, control characters and halves of any; a spreadsheet's ="text" is the text."""
    bare = re.fullmatch(r'="(.*)"', text.strip(), re.DOTALL)
    if bare:
        text = bare[1].replace('""', '"')
    if not text.isprintable():
        text = "".join(" " if unicodedata.category(char) in ("Cc", "Cs") else char for char in text)
    return unicodedata.normalize("NFC", " ".join(text.split()))


def read_roster(
    path: str | Path, *, names: bool = True, id_column: str | None = None, name_column: str | None = None
) -> Roster:
    """Everyone in the file, with `names` where it has any. InputError lists every fault with its line.

    The columns of the ids and of the names are known by their headings, unless they are named.
    """
    called = [loose(heading) for heading in (id_column, name_column) if heading is not None]
    table = read_table(path, is_heading=lambda row: is_heading_of_people(row, called))
    whole = table.heading
    table = replace(table, heading=renamed(whole, f"{table.name}:{table.line}", ids=id_column, names=name_column))
    system, ids, parts = _layout(table, names)
    ids, faults, notes = ids[:1] if id_column else ids, Faults(table.name), list(table.notes)
    logins, own, variant = (columns(table.heading, *kinds) for kinds in (("login", "email"), ("own",), ("variant",)))
    places = [place for kind in _SEAT for place in columns(table.heading, kind)[:1]]
    rows, below = [], list[str]()
    for line, raw in filled(table, faults):
        cells = [one_line(cell) for cell in raw]
        if system.startswith("Brightspace"):
            cells = [cell.removeprefix("#") for cell in cells]
        name = _joined([cells[place] for place in parts if cells[place]])
        if system.startswith("Canvas") and (why := _not_a_student(name, cells, ids)) is not None:
            notes += [f"{table.name}:{line}: left out {quoted(name)}, {why}"] * bool(why)
            continue
        said = [cells[place] for place in ids if cells[place]]
        if all(_is_total(student_id(text), name) for text in said or [""]):
            notes.append(f"{table.name}:{line}: left out {quoted(next(iter(said), name))}, which is no student")
        elif parts and all(map(no_id, said)) and not any(cells[k] for k in (*parts, *logins)):
            below.append(f"{line} ({quoted(', '.join(filter(None, cells)))})")
        else:
            rows.append((line, name, cells))
    if not rows:
        raise InputError(f"{table.name}: no students below the header")
    if len(rows) > MOST_STUDENTS:
        raise InputError(f"{table.name}: has more than {MOST_STUDENTS:,} students")
    best = max(ids, key=lambda k: sum(bool(cells[k]) for _, _, cells in rows))
    heading = whole[best].strip()
    people: dict[str, Person] = {}
    lines: dict[str, int] = {}
    for line, name, cells in rows:
        student = student_id(cells[best])
        if fault := _fault(student, name, heading):
            faults.add(line, fault)
        elif student in people:
            faults.add(line, f"student {quoted(student)} stands on line {lines[student]} already")
        else:
            others, numbers, variants = ([cells[k] for k in some if k != best] for some in (logins, own, variant))
            own_number, its_variant = (next(iter(some), "") for some in (numbers, variants))
            seat = ", ".join(cells[k] for k in places if cells[k] and k != best)
            people[student] = Person(student, name, tuple(filter(None, others)), own_number, its_variant, seat)
            lines[student] = line
    _not_turned(table.name, lines)
    faults.stop()
    nobody = f"{table.name}: lines that name nobody were left out: {some(below, 4)}"
    notes += [*[nobody] * bool(below), *_strange(table.name, people)]
    first = next((line for line, _, cells in rows if not cells[ids[0]]), 0)
    why = f' ("{table.heading[ids[0]].strip()}" is blank on line {first})' if best != ids[0] else ""
    named = "" if any(person.name for person in people.values()) or not names else "; no names (--name COLUMN)"
    source = f'{system} of {several(len(people), "student")}; student ids from "{heading}"{why}{named}'
    return Roster(tuple(people.values()), source, tuple(notes))


def _fault(student: str, name: str, heading: str) -> str:
    """What is wrong with an id, "" if nothing is."""
    if no_id(student):
        return f'{quoted(name) if name else "this row"} has no "{heading}"; every student needs an id'
    if len(student) > LONGEST_ID or not student.isprintable():
        return f"student id {quoted(student)}: write at most {LONGEST_ID} characters that can be seen"
    return ""


def _is_total(student: str, name: str) -> bool:
    """Whether a row is a total: not a student's who is called so, and has a name."""
    named = student and not student[0].isdigit() and (_WORD.search(name) or student.casefold() in MAYBE_NAMES)
    return not named and is_summary(student, "", name, ())


def _not_a_student(name: str, cells: Sequence[str], ids: Sequence[int]) -> str | None:
    """Why a row of Canvas' gradebook is left out, "" where nobody wonders; None for a student's."""
    if "Points Possible" in "".join(cells):
        return ""
    if name in _TEST_STUDENT:
        return "which the system made"
    return None if any(cells[k] for k in ids) else "who has no id" if name else ""


def _not_turned(name: str, lines: Mapping[str, int]) -> None:
    """InputError where what should be students are headings."""
    turned = [student for student in lines if loose(student) in _KNOWN]
    if turned and (len(turned) > 1 or len(lines) == 1):
        raise InputError(
            f"{name}:{lines[turned[0]]}: {quoted(turned[0])} is no student, but a heading: turn the table, so that "
            "each student has a row (copy it; paste special, transpose)"
        )


def is_heading_of_people(row: Sequence[str], called: Sequence[str]) -> bool:
    """Whether a row has all columns that are called so by the user; without any, one of ids."""
    return set(called) <= set(map(loose, row)) if called else bool(columns(row, "id", "login", "email", "own"))


def _joined(parts: Sequence[str]) -> str:
    """The parts of a name; the first one alone where the last one holds it."""
    if len(parts) == 2 and set(parts[0].casefold().split()) <= set(re.findall(r"[^\s,]+", parts[1].casefold())):
        return parts[1]
    return " ".join(parts)


def _strange(name: str, people: Mapping[str, Person]) -> list[str]:
    """Remarks on ids that a spreadsheet may have changed, and on rows that may be nobody's, such as a total."""
    changed = suspects(people)
    unnamed = [student for student, person in people.items() if not person.name]
    remarks = [f"{name}: ids that a spreadsheet or a slip may have changed: {told(changed)}?"] * bool(changed)
    apart = [student for student in people if student.count(" ") > 1]
    if apart and len(apart) < len(people) / 2:
        remarks.append(f"{name}: students, or notes? {some([quoted(student) for student in apart])}")
    if unnamed and len(unnamed) < len(people):
        remarks.append(f"{name}: has no name for {some(unnamed)}")
    return remarks


def _layout(table: Table, names: bool) -> tuple[str, list[int], list[int]]:
    """What kind of file it is, and the columns of its ids, the better ones first, and of its names."""
    heading = table.heading
    known = (name for name, signs in _EXPORTS if all(find(heading, *sign) is not None for sign in signs))
    system = next(known, "class list")
    ids = columns(heading, "id", "login", "email", "own")
    if not ids:
        what = 'student ids; write "student_id,name", give the gradebook that your system exports, or say --id COLUMN'
        raise _unknown(table, what, _meant(table))
    if system == "class list":
        ids = ids[:1]  # in one's own file no other column is meant
    parts = [place for place in columns(heading, "first", "middle", "last") if place not in ids]
    whole = [place for place in columns(heading, "name") if place not in ids]
    if len(parts) < 2:  # beside a column of first names "Name" may be the last ones
        parts = [*(place for place in columns(heading, "first") if whole and place not in ids), *whole[:1]] or parts
    if names and not parts and (hint := _meant(table)):
        raise _unknown(table, 'names; write "student_id,name"', hint)
    if system == "class list" and any(_POINTS.fullmatch(cell.strip()) for cell in heading):
        system = "Sakai gradebook"
    return system, ids, parts


def _unknown(table: Table, what: str, hint: str) -> InputError:
    found = ", ".join(quoted(cell.strip()) for cell in table.heading[:8])
    return InputError(f"{table.name}:{table.line}: the header {found} has no {what}{hint}")


def _meant(table: Table) -> str:
    """A hint where a heading is nearly one that we know."""
    headings = ["student_id", "name", "first name", "last name", "username", "email"]
    strange = [cell.strip() for cell in table.heading[:8] if cell.strip().lower() not in headings]
    hints = [f"; {quoted(cell)}: {nearest(cell.lower(), headings)}" for cell in strange]
    return next((hint for hint in hints if "did you mean" in hint), "")


def renamed(headings: Sequence[str], where: str, *, ids: str | None = None, names: str | None = None) -> list[str]:
    """The headings, with the columns that the user says hold the ids and the names called student_id and name.

    InputError for a column that is not there, with those that are.
    """
    found = [heading.strip() for heading in headings]
    chosen: dict[int, str] = {}
    for wanted, called in ((ids, "student_id"), (names, "name")):
        if wanted is None:
            continue
        place = find(found, wanted)
        if place is None:
            known = some([quoted(heading) for heading in found if heading], 20)
            raise InputError(f"{where}: no column {quoted(wanted)}; its headings are {known}")
        chosen[place] = called
    left: tuple[Kind, ...] = ("id",) if ids is not None else ()
    if names is not None:
        left += ("name", "first", "middle", "last")
    others = columns(found, *left)
    return [chosen.get(at, f"other {heading}" if at in others else heading) for at, heading in enumerate(found)]
