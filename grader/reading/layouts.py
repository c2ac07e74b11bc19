"""From the rows of a table, wide or long, to what each student wrote for each item."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from grader.reading.numerals import read
from grader.reading.submissions import Texts
from qgen.errors import InputError, nearest, quoted
from qgen.roster import LONGEST_ID, student_id
from qgen.tables.rows import Row, blank
from qgen.tables.table import Faults, Table

_MOST = 1_000_000  # students: the places of their answers alone are 0.5 GB
_IGNORED = {"name", "first_name", "last_name", "full_name", "student_name", "surname", "email", "e_mail"}
_LONG = ["student_id", "variant", "item", "answer"]
_UNNAMED = "\0unnamed"  # a column without a heading


@dataclass(frozen=True)
class Arranged:
    """What S students wrote: their ids, the lines they start on, their variants ("" if none), the answers (S, I).

    absent: the items that have no column.
    """

    students: list[str]
    lines: list[int]
    variants: list[str]
    written: Texts
    absent: Sequence[str] = ()


def arrange(table: Table, items: Sequence[str], faults: Faults, *, roster: bool) -> Arranged:
    """The students in the order of the file; items without a column are "". With a `roster` variants may be missing.

    Faults of the heading are raised, those of the rows added to `faults`.
    """
    columns = _columns(table, items, faults)
    if "variant" not in columns and not roster:
        faults.add(table.line, 'no column "variant", and no roster to take the variants from')
    faults.stop()
    return (_long if "item" in columns else _wide)(table, columns, items, faults)


class _Names:
    """Known names, matched as they are or loosely: without case, with spaces and hyphens for underscores."""

    def __init__(self, known: Iterable[str]) -> None:
        self.known = dict.fromkeys(known)
        self.loose: dict[str, str | None] = {}
        for name in self.known:
            self.loose[_loose(name)] = None if _loose(name) in self.loose else name

    def find(self, text: str) -> str | None:
        return text.strip() if text.strip() in self.known else self.loose.get(_loose(text))


def _loose(text: str) -> str:
    return re.sub(r"[\s_-]+", "_", unicodedata.normalize("NFKC", text).strip().casefold())


def _columns(table: Table, items: Sequence[str], faults: Faults) -> list[str]:
    """What each column is: a name of _LONG, an item, "" for one to ignore, or _UNNAMED."""
    loose = [_loose(heading) for heading in table.heading]
    long = {"item", "answer"} <= set(loose)
    names = _Names(_LONG if long else [*_LONG[:2], *items])
    columns: list[str] = []
    strange: list[tuple[int, str]] = []
    for number, (heading, key) in enumerate(zip(table.heading, loose, strict=True), 1):
        name = "student_id" if key == "studentid" else names.find(heading)
        if not key:
            columns.append(_UNNAMED)
        elif name is None:
            columns.append("")
            if key not in _IGNORED:
                strange.append((number, heading.strip()))
        elif name in columns:
            columns.append("")
            before = f"column {columns.index(name) + 1} is {name} already"
            faults.add(table.line, f"column {number}: {quoted(heading.strip())} stands here twice; {before}")
        else:
            columns.append(name)
    known = set(columns) & set(items)
    if len(strange) > max(2, len(known)) and not long and set(columns) & set(names.known):
        some = ", ".join(quoted(heading) for _, heading in strange[:3])
        raise InputError(
            f"{table.name}:{table.line}: looks like another exam's answers: {len(known)} of "
            f"{len(known) + len(strange)} columns are of this one; not {some}; say which --exam"
        )
    for number, heading in strange:
        faults.add(table.line, f"column {number}: unknown heading", heading, names.known)
    if not set(columns) & set(names.known):
        expected = ", ".join([*_LONG[:2], *items[:2]])
        found = quoted(", ".join(table.heading[:20]))
        raise InputError(f"{table.name}:{table.line}: {found} is no heading of answers; write {expected}, ...")
    if "student_id" not in columns:
        faults.add(table.line, 'no column "student_id"')
    if not long and not set(columns) & set(items):
        faults.add(table.line, f"no column of answers; {nearest('', items)}")
    return columns


def _rows(table: Table, columns: list[str], faults: Faults) -> Iterator[Row]:
    """The rows that have a cell for each heading; other rows are faults.

    A row of more cells than the heading's line was cut at a comma too much, though the last of them are empty.
    """
    width = len(columns)
    unnamed = [at for at, name in enumerate(columns) if name == _UNNAMED]
    try:
        for line, cells in table.rows:
            count = len(cells)
            if count > width and blank(cells[width:]) and (table.widest is None or count <= table.widest):
                del cells[width:]
            if len(cells) != width:
                why = "is an answer missing?" if count < width else "is a decimal comma not in quotes?"
                faults.add(line, f"{count} cells, but the heading has {width}; {why}")
                continue
            for at in unnamed:
                if cells[at].strip():
                    faults.add(line, f"column {at + 1}: {quoted(cells[at])} stands under no heading")
            yield line, cells
    except InputError as error:
        faults.add_last(error)


def _checked_id(text: str, line: int, faults: Faults) -> str:
    student = text if text.isalnum() and text.isascii() else student_id(text)
    if len(student) > LONGEST_ID or not student.isprintable():
        faults.add(line, f"student id {quoted(student)}: write at most {LONGEST_ID} characters that can be seen")
        return quoted(student)  # fit for the messages to come
    return student


def _is_answer(text: str) -> bool:
    return read(text).kind != "blank"


def _wide(table: Table, columns: list[str], items: Sequence[str], faults: Faults) -> Arranged:
    present = [item for item in items if item in columns]
    places = [columns.index(item) for item in present]
    who, variant = columns.index("student_id"), columns.index("variant") if "variant" in columns else None
    first: dict[str, int] = {}
    variants: list[str] = []
    answers: list[list[str]] = []
    for line, cells in _rows(table, columns, faults):
        student = _checked_id(cells[who], line, faults)
        if student in first:
            faults.add(line, f"student {student}: stands on line {first[student]} already")
        elif student:
            first[student] = line
            variants.append("" if variant is None else cells[variant].strip())
            answers.append(cells)
        elif any(_is_answer(cells[at]) for at in places):
            faults.add(line, "has answers but no student_id")
    written = np.full((len(first), len(items)), "", object)
    if answers:
        written[:, [items.index(item) for item in present]] = np.array(answers, object)[:, places]
    absent = [item for item in items if item not in present]
    return Arranged(list(first), list(first.values()), variants, written, absent)


def _long(table: Table, columns: list[str], items: Sequence[str], faults: Faults) -> Arranged:
    who, what, said = (columns.index(name) for name in ("student_id", "item", "answer"))
    variant = columns.index("variant") if "variant" in columns else None
    names, unknown = _Names(items), set[str]()
    first: dict[str, int] = {}
    variants: dict[str, tuple[str, int]] = {}
    answers: dict[tuple[str, str], tuple[str, int]] = {}
    for line, cells in _rows(table, columns, faults):
        student, item, answer = _checked_id(cells[who], line, faults), names.find(cells[what]), cells[said]
        if student:
            first.setdefault(student, line)
            if len(first) > _MOST:
                raise InputError(f"{table.name}: has more than {_MOST:,} students")
        stated = "" if variant is None else cells[variant].strip()
        if student and stated:
            before, where = variants.setdefault(student, (stated, line))
            if before != stated:
                variants[student] = stated, line
                faults.add(line, f"student {student}: variant {quoted(stated)}, but {quoted(before)} on line {where}")
        if item is None and cells[what].strip():
            if cells[what] not in unknown:
                faults.add(line, "unknown item", cells[what].strip(), items)
            unknown.add(cells[what])
        elif not student or item is None:
            if _is_answer(answer):
                faults.add(line, f"has an answer but no {'item' if student else 'student_id'}")
        elif (student, item) in answers:
            before_line = answers[student, item][1]
            faults.add(line, f"student {student}, item {item}: stands on line {before_line} already")
        else:
            answers[student, item] = answer, line
    written = np.full((len(first), len(items)), "", object)
    row, column = ({name: at for at, name in enumerate(names)} for names in (first, items))
    for (student, item), (answer, _) in answers.items():
        written[row[student], column[item]] = answer
    stated_by = [variants.get(student, ("", 0))[0] for student in first]
    return Arranged(list(first), list(first.values()), stated_by, written)
