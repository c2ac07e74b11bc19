"""Whose row is whose: the results' student ids against a roster, by id, login or e-mail, never by a guess."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from grader.lms.cells import id_fault
from grader.lms.gradebook import Gradebook, Key, Student
from qgen.errors import quoted
from qgen.roster import student_id

ORDER = {"id": 0, "login": 1, "email": 2}


@dataclass(frozen=True)
class Unmatched:
    """Who has no partner on the other side, and why."""

    who: str
    why: str


@dataclass(frozen=True)
class Matching:
    """`pairs` in the roster's order: (student_id of the results, row of the roster)."""

    pairs: tuple[tuple[str, Student], ...]
    in_results: tuple[Unmatched, ...]
    in_roster: tuple[Unmatched, ...]


def match(student_ids: Sequence[str], roster: Gradebook) -> Matching:
    """Each id's one row. An id that fits two rows, or a row that fits two ids, is unmatched."""
    rows: dict[str, list[tuple[Key, Student]]] = {}
    loose: dict[str, list[str]] = {}
    for student in roster.students:
        for key in sorted((k for k in student.keys if k.value.strip()), key=lambda k: ORDER[k.kind]):
            rows.setdefault(_spelling(key.kind, key.value), []).append((key, student))
            loose.setdefault(_loose(key.value), []).append(key.value)
    found: dict[str, Student] = {}
    missing: dict[str, str] = {}
    for name in student_ids:
        hits = [hit for kind in ("id", "login") for hit in rows.get(_spelling(kind, name), [])]
        students = {student.line: student for _, student in hits}
        if len(students) == 1:
            found[name] = hits[0][1]
        elif students:
            places = " and ".join(dict.fromkeys(f"{key.label} in line {student.line}" for key, student in hits))
            missing[name] = f"{_shown(name)} is {places} of the roster: use another id for this student in the answers"
        else:
            near = list(dict.fromkeys(loose.get(_loose(name), [])))[:2]
            hint = f"; it has {_shown(near[0])}: zeros, case or dots were changed" if near else ""
            missing[name] = f"{_shown(name)} is no id, login or e-mail address of the roster{hint}"
    claims: dict[int, list[str]] = {}
    for name, student in found.items():
        claims.setdefault(student.line, []).append(name)
    for line, names in claims.items():
        if len(names) > 1:
            both = " and ".join(map(_shown, names))
            missing.update(dict.fromkeys(names, f"{both} are both line {line} of the roster"))
    of_line = {student.line: name for name, student in found.items() if name not in missing}
    pairs = tuple((of_line[s.line], s) for s in roster.students if s.line in of_line)
    left = tuple(
        Unmatched(student.who, "has no score in the results")
        for student in roster.students
        if student.line not in of_line and student.expected
    )
    return Matching(pairs, tuple(Unmatched(name, missing[name]) for name in student_ids if name in missing), left)


def unwritable(students: Iterable[Student], roster: Gradebook, keys: tuple[int, ...]) -> dict[int, str]:
    """Why a student's row cannot be keyed on these columns, by line: an id blank, shared, or unsafe."""
    count = Counter((i, _folded(student.cells[i])) for student in roster.students for i in keys)
    faults: dict[int, str] = {}
    for student in students:
        for i in keys:
            value, label = student.cells[i], roster.header[i].strip()
            if not value.strip(" #"):
                faults[student.line] = f'has no "{label}" in the roster, line {student.line}'
            elif count[i, _folded(value)] > 1:
                faults[student.line] = f"shares the {label} {_shown(value)} with another student of the roster"
        for key in student.keys:
            if fault := id_fault(key.value):
                faults[student.line] = fault
    return faults


def _shown(value: str) -> str:
    return quoted(value, 100)


def _folded(value: str) -> str:
    return student_id(value).casefold()


def _spelling(kind: str, value: str) -> str:
    text = student_id(value)
    return f"id {text}" if kind == "id" else f"login {text.casefold()}"


def _loose(value: str) -> str:
    return "".join(c for c in value.casefold() if c.isalnum()).lstrip("0")
