"""Whose row is whose: the results' student ids against a roster, by id, login or e-mail, never by a guess."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from grader.lms.cells import id_fault
from grader.lms.gradebook import Gradebook, Key, Student
from qgen.errors import quoted, several
from qgen.mangled import meant, told
from qgen.roster import student_id

ORDER = {"id": 0, "login": 1, "email": 2}


@dataclass(frozen=True)
class Unmatched:
    """Who has no partner on the other side, and why."""

    who: str
    why: str


@dataclass(frozen=True)
class Matching:
    """`pairs` in the roster's order: (student_id of the results, row of the roster); what was `mended`, if anything."""

    pairs: tuple[tuple[str, Student], ...]
    in_results: tuple[Unmatched, ...]
    in_roster: tuple[Unmatched, ...]
    mended: str = ""


Hits = Sequence[tuple[Key, Student]]


def match(student_ids: Sequence[str], roster: Gradebook) -> Matching:
    """Each id's one row. An id that fits two rows, or a row that fits two ids, is unmatched.

    A column that holds all ids goes before the others. An id that a spreadsheet has changed on either side is mended
    where it can be one row's only.
    """
    rows: dict[str, list[tuple[Key, Student]]] = {}
    loose: dict[str, list[str]] = {}
    for student in roster.students:
        for key in sorted((k for k in student.keys if k.value.strip()), key=lambda k: ORDER[k.kind]):
            rows.setdefault(_spelling(key.kind, key.value), []).append((key, student))
            loose.setdefault(_loose(key.value), []).append(key.value)
    hits = {name: [hit for kind in ("id", "login") for hit in rows.get(_spelling(kind, name), [])]
            for name in student_ids}  # fmt: skip
    main, held = _by_main_column(hits)
    found: dict[str, Student] = {}
    missing: dict[str, str] = {}
    unsure: dict[int, str] = {}
    for name, places in held.items():
        if len({student.line for _, student in places}) > 1:
            unsure |= {student.line: f"may be {_shown(name)} of the results" for _, student in places}
            where = " and ".join(dict.fromkeys(f"{key.label} in line {student.line}" for key, student in places))
            missing[name] = f"{_shown(name)} is {where} of the roster: use another id for this student in the answers"
        elif places and (other := _otherwise(*places[0], main)):
            missing[name] = other
        elif places:
            found[name] = places[0][1]
    strangers = [name for name in student_ids if name not in found and name not in missing]
    free = [student for student in roster.students if student.line not in {row.line for row in found.values()}]
    mended, remark = _mended(strangers, free, roster, main)
    found |= mended
    for name in strangers:
        if name not in mended:
            near = list(dict.fromkeys(loose.get(_loose(name), [])))[:2]
            hint = f"; it has {_shown(near[0])}: zeros, case or dots were changed" if near else ""
            missing[name] = f"{_shown(name)} is no id, login or e-mail address of the roster{hint}"
    return _paired(student_ids, roster, found, missing, unsure, remark)


def _paired(
    student_ids: Sequence[str], roster: Gradebook, found: Mapping[str, Student], missing: dict[str, str],
    unsure: dict[int, str], mended: str,
) -> Matching:  # fmt: skip
    """The answer, once it is clear that no two ids are one row. unsure: whose score a row may have, by its line."""
    claims: dict[int, list[str]] = {}
    for name, student in found.items():
        claims.setdefault(student.line, []).append(name)
    for line, names in claims.items():
        if len(names) > 1:
            both = " and ".join(map(_shown, names))
            missing.update(dict.fromkeys(names, f"{both} are both line {line} of the roster"))
            unsure[line] = f"is {both} of the results"
    of_line = {student.line: name for name, student in found.items() if name not in missing}
    pairs = tuple((of_line[s.line], found[of_line[s.line]]) for s in roster.students if s.line in of_line)
    left = tuple(
        Unmatched(student.who, unsure.get(student.line, "has no score in the results"))
        for student in roster.students
        if student.line not in of_line and student.expected
    )
    return Matching(
        pairs, tuple(Unmatched(name, missing[name]) for name in student_ids if name in missing), left, mended
    )


def _by_main_column(hits: Mapping[str, Hits]) -> tuple[str, dict[str, Hits]]:
    """The column of ids that holds most of those found, "" if none holds more than half; and the hits that count.

    Where an id is two rows', those in a column that holds all the others, too.
    """
    holds: dict[str, set[str]] = {}
    for name, places in hits.items():
        for key, _ in places:
            holds.setdefault(key.label, set()).add(name)
    anywhere = {name for name, places in hits.items() if places}
    whole = {label for label, names in holds.items() if names == anywhere}
    kept = {}
    for name, places in hits.items():
        in_whole = [hit for hit in places if hit[0].label in whole]
        kept[name] = in_whole if len({student.line for _, student in places}) > 1 and in_whole else places
    numbers = {key.label for places in hits.values() for key, _ in places if key.kind == "id"}
    main = max(numbers, key=lambda label: len(holds[label]), default="")
    return (main if main and len(holds[main]) > max(1, len(anywhere) // 2) else ""), kept


def _otherwise(key: Key, student: Student, main: str) -> str:
    """Why an id that another column of ids has is not this row's: the main one calls its student otherwise."""
    own = next((one.value for one in student.keys if one.label == main and one.value.strip()), "")
    if key.kind != "id" or key.label == main or not own:
        return ""
    where = f"{key.label} in line {student.line} of the roster"
    return f"{_shown(key.value)} is {where}, whose {main} is {_shown(own)}: students go by {main} here"


def _mended(
    names: Sequence[str], free: Sequence[Student], roster: Gradebook, main: str
) -> tuple[dict[str, Student], str]:
    """The rows of names that a spreadsheet has changed, or whose row it has, in one column; and a remark."""
    best: dict[str, tuple[str, Student]] = {}
    labels = [main] if main else dict.fromkeys(key.label for student in free for key in student.keys)
    for label in labels if names else ():
        rows = {student_id(key.value): student for student in free for key in student.keys if key.label == label}
        rows.pop("", None)
        by_row, by_name = meant(rows, dict.fromkeys(names))[0], meant(names, rows)[0]
        pairs = {name: row for row, name in by_row.items()} | by_name
        if len(pairs) > len(best) and len(set(pairs.values())) == len(pairs):
            best = {name: (row, _restored(rows[row], roster, label, row, name)) for name, row in pairs.items()}
    remark = f"{several(len(best), 'id')} put right: {told({row: name for name, (row, _) in best.items()})}"
    return {name: student for name, (_, student) in best.items()}, remark if best else ""


def _restored(student: Student, roster: Gradebook, label: str, row: str, name: str) -> Student:
    """The row with the id that the results have, where its own has lost digits, zeros at its start or its form."""
    if not name.isdigit() or (row.isdigit() and len(row) >= len(name)):
        return student
    cells = list(student.cells)
    for at, heading in enumerate(roster.header):
        if heading.strip() == label and student_id(cells[at]).removeprefix("#") == row:
            cells[at] = ("#" if cells[at].startswith("#") else "") + name
    return replace(student, cells=tuple(cells))


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
