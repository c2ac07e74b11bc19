"""Who sits the exam: a class list, or what a learning-management system exports, as student ids and names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from qgen.errors import InputError, nearest, quoted
from qgen.tables.table import Faults, Table, read_table

LONGEST_ID = 100
MOST_STUDENTS = 100_000

# Moodle translates its headings.
_FIRST = (
    "First name", "Firstname", "Given name", "Vorname", "Prénom", "Nombre", "Nome", "Voornaam", "Förnamn", "Fornavn",
)  # fmt: skip
_LAST = (
    "Last name", "Lastname", "Surname", "Family name", "Nachname", "Nom", "Nom de famille", "Apellido(s)", "Apellidos",
    "Cognome", "Achternaam", "Sobrenome", "Apelido(s)", "Efternamn", "Etternavn", "Efternavn",
)  # fmt: skip
_NAME = ("Name", "Full name", "Student name", "Student", "Display name", "Users")
_NUMBER = (
    "ID number", "ID-Nummer", "Numéro d'identification", "Número de ID", "Codice identificativo",
    "Número de identificação", "ID-nummer",
)  # fmt: skip
_LOGIN = ("Username", "Login", "Anmeldename", "Nom d'utilisateur", "Nombre de usuario", "Gebruikersnaam")
_EMAIL = (
    "Email", "Email address", "E-Mail-Adresse", "Adresse de courriel", "Dirección de correo", "Dirección Email",
    "Indirizzo email", "E-mailadres", "Endereço de email",
)  # fmt: skip
_OWN = ("student_id", "id", "Student number", "Student no", "Matriculation number", "Matrikelnummer")
_POINTS = re.compile(r"[^\[]+\[\d+([.,]\d+)?\]")  # Sakai's "Midterm [40]"
_TEST_STUDENT = "Student, Test"


@dataclass(frozen=True)
class Roster:
    """Students' ids and names in the file's order; `source`: what was read, which of its ids; `notes`: remarks."""

    students: dict[str, str]
    source: str
    notes: tuple[str, ...]


@dataclass(frozen=True)
class _Export:
    """A kind of file: the headings it is known by, and those of its ids, the best first."""

    name: str
    signs: tuple[tuple[str, ...], ...]
    ids: tuple[tuple[str, ...], ...]


_EXPORTS = (
    _Export(
        "Canvas gradebook",
        (("Student",), ("ID",), ("Section",)),
        (("SIS User ID",), ("SIS Login ID",), ("ID",)),
    ),
    _Export(
        "Open edX grades",
        (("user_id",), ("username",)),
        (("student_uid",), ("student_key",), ("username",), ("user_id",)),
    ),
    _Export("Brightspace gradebook", (("OrgDefinedId",),), (("OrgDefinedId",), _LOGIN)),
    _Export("Brightspace gradebook", (_LOGIN, ("End-of-Line Indicator",)), (_LOGIN,)),
    _Export("Blackboard gradebook", (_LOGIN, ("Last Access", "Availability")), (("Student ID",), _LOGIN)),
    _Export("class list", (_OWN,), (_OWN,)),
    _Export("Moodle export", (_FIRST, _LAST, (*_NUMBER, *_LOGIN, *_EMAIL)), (_NUMBER, _LOGIN, _EMAIL)),
)


def read_roster(path: Path) -> Roster:
    """Everyone in the file. InputError lists every fault with its line."""
    table = read_table(path)
    export, people, names = _known(table)
    faults, notes = Faults(table.name), list(table.notes)
    rows = []
    width = len(table.heading)
    for line, cells in islice(_rows(table), MOST_STUDENTS + 1):
        if "".join(cells[width:]).strip():
            surplus = ", ".join(cell for cell in cells[width:] if cell.strip())
            faults.add(line, f"{quoted(surplus)} stands under no heading; is a comma not in quotes?")
        name = " ".join(_clean(cells[place]) for place in names).strip()
        if export.name.startswith("Canvas") and (not name or "Points Possible" in name):
            continue
        if name == _TEST_STUDENT:
            notes.append(f'{table.name}:{line}: left out "{name}", which the system made')
            continue
        mark = "#" if export.name.startswith("Brightspace") else ""
        rows.append((line, name, [_clean(cells[place]).removeprefix(mark) for place in people]))
    if not rows:
        raise InputError(f"{table.name}: no students below the header")
    if len(rows) > MOST_STUDENTS:
        raise InputError(f"{table.name}: has more than {MOST_STUDENTS:,} students")
    filled = [sum(bool(ids[k]) for _, _, ids in rows) for k in range(len(people))]
    best = filled.index(max(filled))
    heading = table.heading[people[best]].strip()
    students: dict[str, str] = {}
    lines: dict[str, int] = {}
    for line, name, ids in rows:
        student = ids[best]
        if not student:
            faults.add(line, f'{quoted(name) if name else "this row"} has no "{heading}"; every student needs an id')
        elif len(student) > LONGEST_ID or not student.isprintable():
            faults.add(line, f"student id {quoted(student)}: write at most {LONGEST_ID} characters that can be seen")
        elif student in students:
            faults.add(line, f"student {quoted(student)} stands on line {lines[student]} already")
        else:
            students[student], lines[student] = name, line
    faults.stop()
    why = ""
    if best:
        first = next(line for line, _, ids in rows if not ids[0])
        why = f' ("{table.heading[people[0]].strip()}" is blank on line {first})'
    count = f"{len(students):,} student{'' if len(students) == 1 else 's'}"
    source = f'{export.name} of {count}; student ids from "{heading}"{why}'
    return Roster(students, source, tuple(notes))


def _known(table: Table) -> tuple[_Export, list[int], list[int]]:
    """What kind of file it is, and the columns of its ids and of its names."""
    for export in _EXPORTS:
        if all(_column(table, sign) is not None for sign in export.signs):
            break
    else:
        raise _unknown(table, 'student ids; write "student_id,name", or give the gradebook that your system exports')
    people = [place for ids in export.ids if (place := _column(table, ids)) is not None]
    whole, first, last = (_column(table, names) for names in (_NAME, _FIRST, _LAST))
    if export.name == "class list" and any(_POINTS.fullmatch(cell.strip()) for cell in table.heading):
        export = _Export("Sakai gradebook", (), ())
    parts = [place for place in (first, last) if place is not None and place not in people]
    if whole is not None and whole not in people and len(parts) < 2:
        parts = [whole]
    if not parts and export.name == "class list":
        raise _unknown(table, 'names; write "student_id,name"')
    return export, people, parts


def _unknown(table: Table, what: str) -> InputError:
    found = ", ".join(quoted(cell.strip()) for cell in table.heading[:8])
    headings = ["student_id", "name", "first name", "last name", "username", "email"]
    strange = [cell.strip() for cell in table.heading[:8] if cell.strip().lower() not in headings]
    hints = [f"; {quoted(cell)}: {nearest(cell.lower(), headings)}" for cell in strange]
    hint = next((hint for hint in hints if "did you mean" in hint), "")
    return InputError(f"{table.name}:{table.line}: the header {found} has no {what}{hint}")


def _column(table: Table, names: Sequence[str]) -> int | None:
    """Where a heading is, by any of its names, the better names first."""
    headings = [_loose(cell) for cell in table.heading]
    return next((headings.index(_loose(name)) for name in names if _loose(name) in headings), None)


def _loose(heading: str) -> str:
    return re.sub(r"[\s_'’-]", "", unicodedata.normalize("NFC", heading)).casefold()


def _rows(table: Table) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not blank, as wide as the heading at least."""
    for block in table.blocks:
        for line, cells in zip(block.lines, block.rows, strict=True):
            if any(cell.strip() for cell in cells):
                yield line, [*cells, *[""] * len(table.heading)]


def _clean(text: str) -> str:
    """NFC, on one line, without control characters; a spreadsheet's ="text" is the text."""
    guarded = re.fullmatch(r'="(.*)"', text.strip(), re.DOTALL)
    if guarded:
        text = guarded[1].replace('""', '"')
    text = "".join(" " if unicodedata.category(char) == "Cc" else char for char in text)
    return unicodedata.normalize("NFC", " ".join(text.split()))
