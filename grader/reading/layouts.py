"""From the rows of a table, wide or long, to what each student wrote for each item."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from grader.reading.columns import ABSENT, PRESENT, UNNAMED, Names, attendance, columns_of
from grader.reading.numerals import read
from grader.reading.students.strangers import is_second_heading, left_out
from grader.reading.submissions import Texts
from qgen.errors import InputError, quoted, some
from qgen.headings import columns as columns_called
from qgen.roster import LONGEST_ID, student_id
from qgen.tables.rows import Row, blank
from qgen.tables.table import Faults, Table
from qgen.tables.totals import is_summary, no_id

_MOST = 1_000_000  # students: the places of their answers alone are 0.5 GB
_SOME = 4  # headings or lines that a message names
_WHOLE, _PLACES = re.compile(r"[-−]?[0-9]{1,2}"), re.compile("[0-9]{3,}")  # of a decimal number
_YES, _NO = {"x", "y", "yes", "1", "true", "ja", "oui", "si", "sí"}, {"n", "no", "0", "false", "nein", "non"}


@dataclass(frozen=True)
class Arranged:
    """What S students wrote: their ids, the lines they start on, their variants ("" if none), the answers (S, I).

    absent: the items that have no column; remarks: on the file, each with its line; unanswered: of each row
    without answers what it says, "present", "absent" or nothing; of the others None; names: where the file has any. A
    student may have several rows.
    """

    students: list[str]
    lines: list[int]
    variants: list[str]
    written: Texts
    absent: Sequence[str] = ()
    remarks: Sequence[str] = ()
    unanswered: Sequence[str | None] = ()
    names: Sequence[str] = ()


def arrange(
    table: Table, items: Sequence[str], faults: Faults, *, roster: bool, last: bool = False, known: Collection[str] = ()
) -> Arranged:
    """The students in the order of the file; items without a column are "". With a `roster` variants may be missing.

    `known`: ids of students, whatever they look like. `last`: of several answers to an item, a row each, the last one
    counts; else they are faults. Faults of the heading are raised, those of the rows added to `faults`.
    """
    found = columns_of(table, items, faults)
    columns = found.names
    if "variant" not in columns and not roster:
        faults.add(table.line, 'no column "variant", and no roster to take the variants from')
    faults.stop()
    rows = _Rows(table, columns, faults)
    long = "item" in columns
    arranged = _long(table, rows, items, faults, last) if long else _wide(table, rows, items, faults, known)
    remarks = [*arranged.remarks, *(f"{table.line}: {note}" for note in found.notes)]
    if found.left_out:
        remarks.append(
            f"{table.line}: columns that are no items are left out: {some([*map(quoted, found.left_out)], _SOME)}"
        )
    if rows.short:
        lines = some([str(line) for line in rows.short], _SOME)
        remarks.append(f"{rows.short[0]}: ends before the last column, so blank there (all such lines: {lines})")
    return replace(arranged, remarks=remarks)


class _Rows:
    """The rows of a table, a cell for each heading; one with more cells is a fault, one with fewer is `short`.

    A row of more cells than the heading's line was cut at a comma too much, though the last of them are empty.
    """

    def __init__(self, table: Table, columns: list[str], faults: Faults) -> None:
        self.table, self.columns, self.faults = table, columns, faults
        self.short: list[int] = []

    def __iter__(self) -> Iterator[Row]:
        table, faults, width = self.table, self.faults, len(self.columns)
        unnamed = [at for at, name in enumerate(self.columns) if name == UNNAMED and not _counts(table, at)]
        try:
            for line, cells in table.rows:
                count = len(cells)
                if count > width and blank(cells[width:]) and (table.widest is None or count <= table.widest):
                    del cells[width:]
                if len(cells) > width:
                    beside = next(
                        ((at, cell) for at, cell in enumerate(cells[width:], width + 1) if cell.strip()), None
                    )
                    if table.widest is None and beside:  # a workbook's, where no comma can have cut anything
                        faults.add(line, f"column {beside[0]}: {quoted(beside[1])} stands under no heading")
                    else:
                        why = "is a decimal comma not in quotes?"
                        faults.add(line, f"{count} cells, but the heading has {width}; {why}")
                    continue
                if count < width:
                    cells += [""] * (width - count)
                    self.short.append(line)
                for at in unnamed:
                    if cells[at].strip():
                        faults.add(line, f"column {at + 1}: {quoted(cells[at])} stands under no heading")
                yield line, cells
        except InputError as error:
            faults.add_last(error)


def _counts(table: Table, at: int) -> bool:
    """Whether a column is the first one and only numbers the rows, as programs of statistics write it."""
    said = [cells[at].strip() for _, cells in table.body if len(cells) > at]
    return (
        at == 0
        and len(said) > 1
        and any(said == [str(row) for row in range(start, start + len(said))] for start in (0, 1))
    )


def _cut_in_two(cells: Sequence[str]) -> str:
    """The first decimal number that a comma cut, where it cut all numbers of a row; else ""."""
    parts = filter(None, map(str.strip, cells))
    pairs = []
    for whole in parts:  # most rows are told by their first number
        if not (_WHOLE.fullmatch(whole) and _PLACES.fullmatch(rest := next(parts, ""))):
            return ""
        pairs.append((whole, rest))
    return ",".join(pairs[0]) if pairs else ""


def _checked_id(text: str, line: int, faults: Faults) -> str:
    """The id, "" where there is none."""
    student = text if text.isalnum() and text.isascii() else student_id(text)
    if not student or (not student.isalnum() and no_id(student)):
        return ""
    if len(student) > LONGEST_ID or not student.isprintable():
        faults.add(line, f"student id {quoted(student)}: write at most {LONGEST_ID} characters that can be seen")
        return quoted(student)  # fit for the messages to come
    return student


def _is_answer(text: str) -> bool:
    return read(text).kind != "blank"


def _unanswered(cells: Sequence[str], places: Iterable[int], says: int | None) -> str | None:
    """What a row without answers says of its student, in a cell or in the column `present`; None if it has any."""
    for at in places:
        text = cells[at].strip()
        if text and not attendance(text) and _is_answer(text):
            return None
    said = set(map(attendance, cells))
    if says is not None:
        word = cells[says].strip().casefold()
        said.add(PRESENT if word in _YES else ABSENT if word in _NO else "")
    return next((word for word in (PRESENT, ABSENT) if word in said), "")


def _wide(table: Table, rows: _Rows, items: Sequence[str], faults: Faults, known: Collection[str]) -> Arranged:
    given = rows.columns
    present = [item for item in items if item in given]
    places = [given.index(item) for item in present]
    who, variant = given.index("student_id"), given.index("variant") if "variant" in given else None
    students: list[str] = []
    lines: list[int] = []
    variants: list[str] = []
    answers: list[list[str]] = []
    says = next((at for at, heading in enumerate(table.heading) if attendance(heading) == PRESENT), None)
    unanswered: list[str | None] = []
    naming = columns_called(table.heading, "name")[:1] or columns_called(table.heading, "first", "last")
    names: list[str] = []
    nobodys: list[tuple[int, str]] = []
    for line, cells in rows:
        student = _checked_id(cells[who], line, faults)
        name, stated = " ".join(cells[at] for at in naming), "" if variant is None else cells[variant].strip()
        if is_summary(student, stated, name, known) or (
            not students and is_second_heading(student, (cells[at] for at in places), known)
        ):
            nobodys.append((line, ", ".join(filter(None, [student, stated, name.strip()])) or cells[places[0]]))
            continue
        if table.delimiter == "," and (cut := _cut_in_two([cells[at] for at in places])):
            faults.add(line, f'is {cut} one number? its comma cuts it in two; write "{cut}" in quotes, or 0.5 for 0,5')
        if student:
            students.append(student)
            lines.append(line)
            variants.append(stated)
            names.append(name)
            unanswered.append(said := _unanswered(cells, places, says))
            if said is not None:
                cells = ["" if attendance(cell) else cell for cell in cells]
            answers.append(cells)
        elif any(_is_answer(cells[at]) for at in places):
            found = f": {quoted(cells[who].strip())} is none" if cells[who].strip() else ""
            faults.add(line, f"has answers but no student_id{found}")
    written = np.full((len(students), len(items)), "", object)
    if answers:
        written[:, [items.index(item) for item in present]] = np.array(answers, object)[:, places]
    absent = [item for item in items if item not in present]
    return Arranged(students, lines, variants, written, absent, left_out(nobodys), unanswered, names)


def _long(table: Table, rows: _Rows, items: Sequence[str], faults: Faults, last: bool) -> Arranged:
    columns = rows.columns
    who, what, said = (columns.index(name) for name in ("student_id", "item", "answer"))
    variant = columns.index("variant") if "variant" in columns else None
    names, unknown = Names(items), set[str]()
    first: dict[str, int] = {}
    variants: dict[str, tuple[str, int]] = {}
    answers: dict[tuple[str, str], tuple[str, int]] = {}
    body = list(rows)
    ids = [_checked_id(cells[who], line, faults) for line, cells in body]
    students = _filled_down(ids)
    below = {line for (line, _), text, student in zip(body, ids, students, strict=True) if student != text}
    for (line, cells), student in zip(body, students, strict=True):
        item, answer = names.find(cells[what]), cells[said]
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
        elif (student, item) in answers and (not last or line in below):
            before_line = answers[student, item][1]
            faults.add(line, f"student {student}, item {item}: stands on line {before_line} already")
        else:
            answers[student, item] = answer, line
    written = np.full((len(first), len(items)), "", object)
    row, column = ({name: at for at, name in enumerate(names)} for names in (first, items))
    for (student, item), (answer, _) in answers.items():
        written[row[student], column[item]] = answer
    stated_by = [variants.get(student, ("", 0))[0] for student in first]
    unanswered = [_unanswered(texts.tolist(), range(len(items)), None) for texts in written]
    for word, texts in zip(unanswered, written, strict=True):
        if word is not None:
            texts[[bool(attendance(text)) for text in texts]] = ""
    remark = f"{min(below, default=0)}: rows without an id, below a student's first one, were read as this student's"
    return Arranged(
        list(first), list(first.values()), stated_by, written, remarks=[remark] * bool(below), unanswered=unanswered
    )


def _filled_down(ids: Sequence[str]) -> list[str]:
    """The ids with those of rows that have none: where each stands once, as in merged cells, the one above."""
    written = [text for text in ids if text]
    if len(set(written)) < len(written):
        return list(ids)
    above = ""
    return [above := text or above for text in ids]
