"""Whose user is whose student: the roster's columns against what an LMS knows of a user. Never by a guess."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from grader.reading.layouts import student_id
from grader.reading.responses.attempts import Taken, rows_of
from qgen.errors import InputError, quoted
from qgen.tables.table import Faults, read_table

K = TypeVar("K")
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "student_id": ("studentid", "idnumber", "sisuserid", "orgdefinedid"),
    "name": ("name", "fullname", "student", "studentname"),
    "first": ("firstname", "givenname"),
    "last": ("lastname", "surname", "familyname"),
    "email": ("email", "emailaddress", "mail"),
    "login": ("login", "username", "loginid", "sisloginid"),
    "own": ("id", "lmsid", "canvasid", "userid"),
    "variant": ("variant",),
}


@dataclass(frozen=True)
class People:
    """The roster by id, by the LMS's own number, by e-mail or login, and by name; what two share is left out."""

    ids: Mapping[str, str] = field(default_factory=dict)
    own: Mapping[str, str] = field(default_factory=dict)
    logins: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[tuple[str, ...], str] = field(default_factory=dict)
    named: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    variants: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def find(self, taken: Taken) -> str | None:
        """The student of a user: by id, then by e-mail or login, then by a name that only one student has."""
        name = _name(taken.name)
        for key in taken.keys:
            if key.own and key.value in self.own:
                return self.own[key.value]
            student = self.ids.get(student_id(key.value))
            # an LMS's own number may happen to be another student's id: the names must not contradict
            if student is not None and (not key.own or self.named.get(student, name) == name):
                return student
        for key in taken.keys:
            if not key.own and key.value.casefold() in self.logins:
                return self.logins[key.value.casefold()]
        return self.names.get(name)


NOBODY = People()


def read_people(path: Path) -> People:
    """student_id and any of name (or first and last name), email, login, id (the LMS's own number) and variant."""
    table = read_table(path)
    faults = Faults(table.name)
    columns: dict[str, int] = {}
    for i, heading in enumerate(table.heading):
        bare = re.sub(r"[\W_]+", "", heading.casefold())
        for name, spellings in COLUMNS.items():
            if bare in spellings:
                columns.setdefault(name, i)
    if "student_id" not in columns and "own" in columns:
        columns["student_id"] = columns.pop("own")
    if "student_id" not in columns:
        found = quoted(", ".join(table.heading[:8]))
        raise InputError(f"{table.name}:{table.line}: {found} has no student_id; write student_id,name,email")
    rows: dict[str, dict[str, str]] = {}
    for line, cells in rows_of(table):
        row = {name: cells[i].strip() for name, i in columns.items()}
        student = student_id(row["student_id"])
        if not student:
            faults.add(line, "no student_id")
        elif student in rows:
            faults.add(line, f"student {student} stands here twice")
        else:
            rows[student] = row
    faults.stop()
    if not rows:
        raise InputError(f"{table.name}: has no students below its heading")
    names = {s: _name(row.get("name") or f"{row.get('first', '')} {row.get('last', '')}") for s, row in rows.items()}
    mails = [(row[c].casefold(), s) for s, row in rows.items() for c in ("email", "login") if row.get(c)]
    return People(
        {student: student for student in rows},
        _unique((row["own"], s) for s, row in rows.items() if row.get("own")),
        _unique(mails),
        _unique((name, s) for s, name in names.items() if name),
        {s: name for s, name in names.items() if name},
        {s: row["variant"] for s, row in rows.items() if row.get("variant")},
        table.notes,
    )


def _unique(pairs: Iterable[tuple[K, str]]) -> dict[K, str]:
    """Keys that lead to one student only."""
    found: dict[K, set[str]] = {}
    for key, student in pairs:
        found.setdefault(key, set()).add(student)
    return {key: next(iter(students)) for key, students in found.items() if len(students) == 1}


def _name(text: str) -> tuple[str, ...]:
    """A name's words in the order of the alphabet, without case: "Able, Ann" is "Ann Able"."""
    return tuple(sorted(re.findall(r"\w+", unicodedata.normalize("NFKC", text).casefold())))
