"""Whose user is whose student: the roster against what an LMS knows of a user. Never by a guess."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from qgen.errors import some
from qgen.roster import read_roster, student_id

if TYPE_CHECKING:
    from grader.reading.responses.attempts import Attempt

K = TypeVar("K")
MOST = 40  # students whom a remark names


@dataclass(frozen=True)
class People:
    """The roster by the LMS's own number, by e-mail or login, and by name; what two share is left out.

    names: of every student, as its sorted words; () where none is known. called: the names as they are written.
    """

    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    own: Mapping[str, str] = field(default_factory=dict)
    logins: Mapping[str, str] = field(default_factory=dict)
    named: Mapping[tuple[str, ...], str] = field(default_factory=dict)
    variants: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    called: Mapping[str, str] = field(default_factory=dict)

    def find(self, attempt: Attempt) -> str | None:
        """The student of a user: by id, else by e-mail or login."""
        name = words(attempt.name)
        for key in attempt.keys:
            if key.own and key.value in self.own:
                return self.own[key.value]
            student = student_id(key.value)
            # an LMS's own number may happen to be another student's id: the names must not contradict
            if student in self.names and (not key.own or self.names[student] in ((), name)):
                return student
        for key in attempt.keys:
            if not key.own and key.value.casefold() in self.logins:
                return self.logins[key.value.casefold()]
        return None


NOBODY = People()


def read_people(path: str | Path) -> People:
    """A roster with any of names, e-mail addresses, logins, ids of the LMS's own, and variants."""
    roster = read_roster(path, names=False)
    names = {person.student: words(person.name) for person in roster.people}
    return People(
        names,
        _unique((person.own, person.student) for person in roster.people if person.own),
        _unique((login.casefold(), person.student) for person in roster.people for login in person.logins),
        _unique((name, student) for student, name in names.items() if name),
        {person.student: person.variant for person in roster.people if person.variant},
        roster.notes,
        roster.students,
    )


def _unique(pairs: Iterable[tuple[K, str]]) -> dict[K, str]:
    """Keys that lead to one student only."""
    found: dict[K, set[str]] = {}
    for key, student in pairs:
        found.setdefault(key, set()).add(student)
    return {key: next(iter(students)) for key, students in found.items() if len(students) == 1}


def shown(students: Sequence[str], names: Mapping[str, str], most: int = MOST) -> str:
    """The students, the first of many, with their names."""
    return some([f"{one} ({names[one]})" if names.get(one) else one for one in students], most)


def words(text: str) -> tuple[str, ...]:
    """A name's words in the order of the alphabet, without case: "Able, Ann" is "Ann Able"."""
    return tuple(sorted(re.findall(r"\w+", unicodedata.normalize("NFKC", text).casefold())))
