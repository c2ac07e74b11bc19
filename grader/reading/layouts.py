"""From the rows of a table, wide or long, to what each student wrote for each item."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grader.reading.numerals import read
from qgen.errors import InputError, nearest, quoted
from qgen.tables.cells import Coded, Codes, Rows
from qgen.tables.spreadsheet import unguarded
from qgen.tables.table import Block, Faults, Table

_MOST = 1_000_000  # students: their numbers alone are 0.5 GB
_IGNORED = {"name", "first_name", "last_name", "full_name", "student_name", "surname", "email", "e_mail"}
_LONG = ["student_id", "variant", "item", "answer"]
_UNNAMED = "\0unnamed"  # a column without a heading


@dataclass(frozen=True)
class Sheet:
    """What S students wrote: their ids, the lines they start on, their variants ("" if none), the answers (S, I).

    absent: the items that have no column.
    """

    students: list[str]
    lines: list[int]
    variants: list[str]
    written: Coded
    absent: Sequence[str] = ()


def arrange(table: Table, items: Sequence[str], faults: Faults, *, roster: bool) -> Sheet:
    """The students in the order of the file; items that have no column are "". A `roster` spares the variants.

    Faults of the heading are raised, those of the rows added to `faults`.
    """
    columns = _columns(table, items, faults)
    if "variant" not in columns and not roster:
        faults.add(table.line, 'no column "variant", and no roster to take the variants from')
    faults.stop()
    return (_long if "item" in columns else _wide)(table, columns, items, faults)


def student_id(text: str) -> str:
    """The id as text, leading zeros and all: NFC, without the spaces around it."""
    return unicodedata.normalize("NFC", text.strip())


class _Names:
    """Known names, matched as they are or loosely: without case, with spaces and hyphens for underscores."""

    def __init__(self, known: Iterable[str]) -> None:
        self.known = list(known)
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
            faults.add(table.line, f"column {number}: {quoted(heading.strip())} stands there twice; {before}")
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


def _blocks(table: Table, columns: list[str], faults: Faults) -> Iterator[Block]:
    """The rows that have a cell for each heading, by the block; other rows are faults."""
    width = len(columns)
    unnamed = [at for at, name in enumerate(columns) if name == _UNNAMED]
    try:
        for block in table.blocks:
            if isinstance(block, Rows) and set(map(len, block.rows)) != {width}:
                both = [
                    (line, row)
                    for line, row in zip(block.lines, block.rows, strict=True)
                    if _fits(row, width, table.widest, line, faults)
                ]
                block = Rows([line for line, _ in both], [row for _, row in both])
            for at in unnamed:
                for line, text in zip(block.lines, block.column(at), strict=True):
                    if text.strip():
                        faults.add(line, f"column {at + 1}: {quoted(text)} stands under no heading")
            if block.lines:
                yield block
    except InputError as error:
        faults.add_last(error)


def _fits(row: list[str], width: int, widest: int | None, line: int, faults: Faults) -> bool:
    """Whether the row has `width` cells, once empty ones at its end are off; if not, a fault unless it is blank.

    A row of more cells than the heading's line was cut at a comma too much, though the last of them are empty.
    """
    cells = len(row)
    if not "".join(row[width:]).strip() and (widest is None or cells <= widest):
        del row[width:]
    if len(row) == width:
        return True
    if "".join(row).strip():
        why = "is an answer missing?" if cells < width else "is a decimal comma not in quotes?"
        faults.add(line, f"{cells} cells, but the heading has {width}; {why}")
    return False


def _checked_id(text: str, line: int, faults: Faults) -> str:
    student = student_id(unguarded(text) if "'" in text else text)
    if len(student) > 100 or not student.isprintable():
        faults.add(line, f"student id {quoted(student)}: write at most 100 characters, on one line")
        return quoted(student)  # fit for the messages to come
    return student


def _is_answer(text: str) -> bool:
    return read(text).kind != "blank"


def _wide(table: Table, columns: list[str], items: Sequence[str], faults: Faults) -> Sheet:
    present = [item for item in items if item in columns]
    places = [columns.index(item) for item in present]
    first: dict[str, int] = {}
    variants: list[str] = []
    codes = Codes()
    parts: list[NDArray[np.int32]] = [np.empty((0, len(present)), np.int32)]
    for block in _blocks(table, columns, faults):
        ids = block.column(columns.index("student_id"))
        stated = block.column(columns.index("variant")) if "variant" in columns else [""] * len(ids)
        answers = block.coded(places, codes)
        students = [
            text if text.isalnum() and text.isascii() and len(text) < 100 else _checked_id(text, line, faults)
            for text, line in zip(ids, block.lines, strict=True)
        ]
        new = dict(zip(students, block.lines, strict=True))
        if len(new) == len(students) and "" not in new and first.keys().isdisjoint(new):
            first.update(new)
            variants += map(str.strip, stated)
            parts.append(answers)
            continue
        keep = []
        for at, (line, student) in enumerate(zip(block.lines, students, strict=True)):
            if student in first:
                faults.add(line, f"student {student}: stands on line {first[student]} already")
            elif student:
                first[student] = line
                variants.append(stated[at].strip())
                keep.append(at)
            elif any(_is_answer(cells[place]) for cells in [block.row(at)] for place in places if cells[place]):
                faults.add(line, "has answers but no student_id")
        parts.append(answers if len(keep) == len(answers) else answers[keep])
    which = np.concatenate(parts)
    if present != list(items):
        full = np.full((len(first), len(items)), codes[""], np.int32)
        full[:, [items.index(item) for item in present]] = which
        which = full
    absent = [item for item in items if item not in present]
    return Sheet(list(first), list(first.values()), variants, Coded.by(codes, which), absent)


def _long(table: Table, columns: list[str], items: Sequence[str], faults: Faults) -> Sheet:
    codes = {name: Codes() for name in _LONG if name in columns}
    parts: dict[str, list[NDArray[np.int32]]] = {name: [np.empty(0, np.int32)] for name in ("line", *codes)}
    for block in _blocks(table, columns, faults):
        parts["line"].append(np.array(block.lines, np.int32))
        for name, code in codes.items():
            parts[name].append(block.coded([columns.index(name)], code)[:, 0])
    table_of = {name: np.concatenate(found) for name, found in parts.items()}
    line, answers = table_of["line"], Coded.by(codes["answer"], table_of["answer"])

    def resolved(name: str, resolve: Callable[[str, int], int]) -> NDArray[np.int64]:
        """By row what `resolve(text, line)` makes of its text, asked once for each text."""
        if name not in codes:
            return np.full(len(line), -1)
        texts, made = list(codes[name]), np.empty(len(codes[name]), np.int64)
        found, first = np.unique(table_of[name], return_index=True)
        for at in np.argsort(first).tolist():
            made[found[at]] = resolve(texts[found[at]], int(line[first[at]]))
        return made[table_of[name]]

    ids, stated, names = Codes(), Codes(), _Names(items)

    def who(text: str, where: int) -> int:
        checked = _checked_id(text, where, faults)
        return ids[checked] if checked else -1

    def which(text: str, where: int) -> int:
        if (name := names.find(text)) is not None:
            return items.index(name)
        if not text.strip():
            return -2
        faults.add(where, "unknown item", text.strip(), items)
        return -1

    student, item = resolved("student_id", who), resolved("item", which)
    variant = resolved("variant", lambda text, _: stated[text.strip()] if text.strip() else -1)
    blank = codes["answer"][""]
    for at in np.flatnonzero(((student < 0) | (item == -2)) & (answers.which != blank)).tolist():
        if _is_answer(answers[at]):
            faults.add(int(line[at]), f"has an answer but no {'student_id' if student[at] < 0 else 'item'}")
    if len(ids) > _MOST:
        raise InputError(f"{table.name}: has more than {_MOST:,} students")
    good = np.flatnonzero((student >= 0) & (item >= 0))
    cell = student[good] * len(items) + item[good]
    written = np.full((len(ids), len(items)), blank, np.int32)
    written.reshape(-1)[cell] = answers.which[good]
    students = list(ids)
    for at, before in _repeats(cell):
        what = f"student {students[cell[at] // len(items)]}, item {items[cell[at] % len(items)]}"
        faults.add(int(line[good[at]]), f"{what}: stands on line {line[good[before]]} already")
    variants = _stated(student, variant, line, students, list(stated), faults)
    firsts = line[student >= 0][np.unique(student[student >= 0], return_index=True)[1]]
    return Sheet(students, firsts.tolist(), variants, Coded.by(codes["answer"], written))


def _repeats(cell: NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    """Where a number stands again, and where it stood before."""
    order = np.argsort(cell, kind="stable")
    again = np.flatnonzero(cell[order][1:] == cell[order][:-1])
    yield from sorted(zip(order[again + 1].tolist(), order[again].tolist(), strict=True))


def _stated(
    student: NDArray[np.int64],
    variant: NDArray[np.int64],
    line: NDArray[np.int32],
    ids: list[str],
    texts: list[str],
    faults: Faults,
) -> list[str]:
    """The one variant each student's rows state, "" for none; two are a fault. All arrays by row."""
    rows = np.flatnonzero((student >= 0) & (variant >= 0))
    students, at = np.unique(student[rows], return_index=True)
    first = np.full(len(ids), -1)
    first[students] = rows[at]
    others = rows[variant[rows] != variant[first[student[rows]]]]
    for row in others[np.unique(student[others], return_index=True)[1]].tolist():
        before = first[student[row]]
        one, two = quoted(texts[variant[before]]), quoted(texts[variant[row]])
        faults.add(int(line[row]), f"student {ids[student[row]]}: variant {two}, but {one} on line {line[before]}")
    return [texts[variant[row]] if row >= 0 else "" for row in first.tolist()]
