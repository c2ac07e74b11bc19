"""Any file of students' answers -> Submissions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from grader.reading.columns import is_answers
from grader.reading.identity import Listed, identified, missing, shared
from grader.reading.layouts import Arranged, arrange
from grader.reading.responses import recognise
from grader.reading.submissions import Absent, Submissions
from grader.reading.variants import variants_of
from qgen.errors import InputError, quoted, some
from qgen.exam.exam import Exam
from qgen.tables.rows import Heading
from qgen.tables.table import Faults, Table, read_tables

_SOME = 4  # items that a message names
NOBODY = Listed()


def read_answers(
    source: str | Path | Sequence[Table], exam: Exam, *, listed: Listed | None = None, encoding: str | None = None
) -> Submissions:
    """The answers to an exam in a file or its tables: wide, a column per item, or long, student_id,variant,item,answer.

    Rows need no variant where the exam has a roster, or where who is `listed` has one. InputError lists the faults of
    the whole file; a cell that is no number is not one of them, but unreadable.
    """
    tables = read_tables(source, encoding, answers_to(exam.columns)) if isinstance(source, str | Path) else source
    if any(recognise(table.heading) for table in tables):
        raise InputError(f"{tables[0].name}: is a system's export of a quiz; read it with read_responses")
    listed = Listed.of(exam.students, exam.names) if listed is None else listed
    return read_sheet(tables, items=exam.columns, variants=exam.variants, listed=listed)


@dataclass(frozen=True)
class _Part:
    """One table of the file; `faults` are raised once all of it is looked at."""

    table: Table
    faults: Faults
    arranged: Arranged


def read_sheet(
    source: str | Path | Sequence[Table],
    *,
    items: Sequence[str],
    variants: Sequence[str],
    students: Mapping[str, str] | None = None,
    listed: Listed = NOBODY,
    encoding: str | None = None,
) -> Submissions:
    """The answers to these items in a file or its tables.

    `students` is the exam's roster, student id -> variant, for the rows that name no variant; or `listed`, with what
    else is known of the class. Headings match loosely (`Q1 dw13`), variants also without their leading zeros. Of a
    workbook all sheets with answers are read. Who is absent is none of the students. InputError lists the faults of
    the whole file; a cell that is no number is not one of them, but UNREADABLE.
    """
    tables = read_tables(source, encoding, answers_to(items)) if isinstance(source, str | Path) else source
    used = [table for table in tables if is_answers(table.heading, items)] or tables[:1]
    listed = listed if students is None else Listed.of(students, {})
    parts, lines = [], list[str]()
    for table in used:
        faults = Faults(table.name)
        try:
            arranged = arrange(table, list(items), faults, roster=any(listed.variants.values()))
            parts.append(_Part(table, faults, arranged))
        except InputError as fault:
            lines += fault.faults
    read, more = _together(parts, items, variants, listed)
    lines += more
    if lines:
        raise InputError(*lines)
    if read is None:
        raise InputError(f"{used[0].name}: has a heading, but no student's answers below it")
    if others := [quoted(table.sheet) for table in tables if table not in used]:
        read = replace(read, notes=(*read.notes, f"sheets without answers were left out: {some(others, _SOME)}"))
    return read


def _together(
    parts: Sequence[_Part], items: Sequence[str], variants: Sequence[str], listed: Listed
) -> tuple[Submissions | None, list[str]]:
    """The students of all tables, None if there are none; and the faults."""
    written = [student for part in parts for student in part.arranged.students]
    ids, likely, remarks = identified(written, listed)
    _one_row_each(parts, ids)
    chosen, away, notes, lines = list[int](), list[bool](), list[str](), list[str]()
    for part in parts:
        mine = ids[len(chosen) : len(chosen) + len(part.arranged.students)]
        variant, absent, against = variants_of(part.arranged, mine, likely, variants, listed, part.faults)
        chosen += variant
        away += absent
        try:
            part.faults.stop()
        except InputError as fault:
            lines += fault.faults
        name = part.table.name
        notes += [*part.table.notes, *(f"{name}:{note}" for note in (*_of_columns(part), *against))]
    if lines or not written:
        return None, lines
    here = [at for at, absent in enumerate(away) if not absent]
    left = [at for at, absent in enumerate(away) if absent]
    people, taken = [ids[at] for at in here], [chosen[at] for at in here]
    said = {student: word for part in parts for student, word in part.arranged.unanswered.items()}
    empty = [ids[at] for at in here if said.get(written[at]) == ""]
    remarks += [f"absent, no marks and no feedback: {listed.shown([ids[at] for at in left])}"] * bool(left)
    remarks += [f'no answers, on no roster: scored 0, unless a row says "absent": {listed.shown(empty)}'] * bool(empty)
    remarks += [*missing(ids, listed), *shared(people, taken, variants, listed)]
    source = f"{parts[0].table.name}: " if len(parts) == 1 else ""
    notes += [f"{source}{remark}" for remark in remarks]
    texts = np.concatenate([part.arranged.written for part in parts])[here]
    read = Submissions.of(people, np.array(taken, np.intp), items, texts, notes, source=source)
    names = [variants[chosen[at]] if chosen[at] >= 0 else "" for at in left]
    return replace(read, absent=tuple(Absent(ids[at], names[k], at - k) for k, at in enumerate(left))), []


def _one_row_each(parts: Sequence[_Part], ids: Sequence[str]) -> None:
    """A fault for every row of a student who has one already, in another sheet or under another name."""
    first: dict[str, tuple[str, int]] = {}
    rows = ((part, line) for part in parts for line in part.arranged.lines)
    for student, (part, line) in zip(ids, rows, strict=True):
        name, before = first.setdefault(student, (part.table.name, line))
        if (name, before) != (part.table.name, line):
            where = f"on line {before}" if name == part.table.name else f"in {name}"
            part.faults.add(line, f"student {student}: stands {where} already")


def answers_to(items: Sequence[str]) -> Heading:
    """Whether a row is the heading of answers to these items, or of a system's export."""
    return lambda heading: is_answers(heading, items) or recognise(heading) is not None


def _of_columns(part: _Part) -> Iterator[str]:
    yield from part.arranged.remarks
    if part.arranged.absent:
        absent = some(part.arranged.absent, _SOME)
        yield f"{part.table.line}: no column for {absent}: blank for everyone; the right --exam, no column lost?"
