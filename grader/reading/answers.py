"""Any file of students' answers -> Submissions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from grader.reading.columns import is_answers
from grader.reading.layouts import Arranged, arrange
from grader.reading.responses import recognise
from grader.reading.submissions import Submissions
from qgen.errors import InputError, quoted, some
from qgen.exam.exam import Exam
from qgen.roster import student_id
from qgen.tables.rows import Heading
from qgen.tables.table import SHOWN, Faults, Table, read_tables

_FEW = 12  # variants that a message names one by one
_SOME = 4  # items that a message names


def read_answers(source: str | Path | Sequence[Table], exam: Exam, *, encoding: str | None = None) -> Submissions:
    """The answers to an exam in a file or its tables: wide, a column per item, or long, student_id,variant,item,answer.

    Rows need no variant where the exam has a roster. InputError lists the faults of the whole file; a cell that is no
    number is not one of them, but unreadable.
    """
    tables = read_tables(source, encoding, answers_to(exam.columns)) if isinstance(source, str | Path) else source
    if any(recognise(table.heading) for table in tables):
        raise InputError(f"{tables[0].name}: is a system's export of a quiz; read it with read_responses")
    return read_sheet(tables, items=exam.columns, variants=exam.variants, students=exam.students or None)


def read_sheet(
    source: str | Path | Sequence[Table],
    *,
    items: Sequence[str],
    variants: Sequence[str],
    students: Mapping[str, str] | None = None,
    encoding: str | None = None,
) -> Submissions:
    """The answers to these items in a file or its tables.


    `students` is the roster, student id -> variant, for the rows that name no variant. Headings match loosely
    (`Q1 dw13`), variants also without their leading zeros. Of a workbook all sheets with answers are read. InputError
    lists the faults of the whole file; a cell that is no number is not one of them, but UNREADABLE.
    """
    tables = read_tables(source, encoding, answers_to(items)) if isinstance(source, str | Path) else source
    used = [table for table in tables if is_answers(table.heading, items)] or tables[:1]
    parts, chosen, notes, lines = [], [], list[str](), list[str]()
    where: dict[str, str] = {}
    for table in used:
        faults = Faults(table.name)
        try:
            arranged = arrange(table, list(items), faults, roster=students is not None)
            which, remarks = _variants(arranged, variants, students, faults)
            for student, line in zip(arranged.students, arranged.lines, strict=True):
                if where.setdefault(student, table.name) != table.name:
                    faults.add(line, f"student {student}: stands in {where[student]} already")
            faults.stop()
        except InputError as fault:
            lines += fault.faults
            continue
        parts.append(arranged)
        chosen.append(which)
        notes += [*table.notes, *(f"{table.name}:{remark}" for remark in (*_of_columns(table, arranged), *remarks))]
    if lines:
        raise InputError(*lines)
    people = [student for part in parts for student in part.students]
    if not people:
        raise InputError(f"{used[0].name}: has a heading, but no student's answers below it")
    if others := [quoted(table.sheet) for table in tables if table not in used]:
        notes.append(f"sheets without answers were left out: {some(others, _SOME)}")
    written = np.concatenate([part.written for part in parts])
    source_name = f"{used[0].name}: " if len(used) == 1 else ""
    return Submissions.of(people, np.concatenate(chosen), items, written, notes, source=source_name)


def answers_to(items: Sequence[str]) -> Heading:
    """Whether a row is the heading of answers to these items, or of a system's export."""
    return lambda heading: is_answers(heading, items) or recognise(heading) is not None


def _of_columns(table: Table, arranged: Arranged) -> Iterator[str]:
    yield from arranged.remarks
    if arranged.absent:
        absent = some(arranged.absent, _SOME)
        yield f"{table.line}: no column for {absent}: blank for everyone; the right --exam, no column lost?"


def _variants(
    arranged: Arranged, variants: Sequence[str], roster: Mapping[str, str] | None, faults: Faults
) -> tuple[NDArray[np.intp], list[str]]:
    """Each student's variant as an index: the one written, else the roster's. What is written against it is noted."""
    find = _variant_finder(variants)
    listed = None if roster is None else {student_id(student): variant for student, variant in roster.items()}
    chosen = np.zeros(len(arranged.students), np.intp)
    notes: list[str] = []
    known = variants if len(variants) <= _FEW else [f"{variants[0]} to {variants[-1]}"]
    rows = zip(arranged.students, arranged.lines, arranged.variants, strict=True)
    for at, (student, line, text) in enumerate(rows):
        where = f"student {student}"
        expected = None if listed is None else listed.get(student)
        index = find(text or expected or "")
        if not text and listed is None:
            faults.add(line, f"{where}: no variant")
        elif not text and expected is None:
            faults.add(line, "no variant, and the roster has no student", student, listed or ())
        elif index is None:
            faults.add(line, f"{where}: unknown variant", text or expected or "", known)
        else:
            chosen[at] = index
            if listed is not None and expected is None:
                notes.append(f"{line}: {where} is not on the roster; marked as variant {variants[index]}")
            elif expected is not None and find(expected) != index:
                instead = f"marked as variant {variants[index]}, as written"
                notes.append(f"{line}: {where} has variant {quoted(expected)} on the roster; {instead}")
    hidden = len(notes) - SHOWN
    return chosen, notes[:SHOWN] + ([f" ... and {hidden:,} more students against the roster"] if hidden > 0 else [])


def _variant_finder(variants: Sequence[str]) -> Callable[[str], int | None]:
    """From a text to a variant's index; leading zeros may be missing or added where that leaves one variant."""
    exact = {variant: index for index, variant in enumerate(variants)}
    bare: dict[str, int | None] = {}
    for variant, index in exact.items():
        bare[variant.lstrip("0")] = None if variant.lstrip("0") in bare else index

    def find(text: str) -> int | None:
        text = text.removesuffix(".0").removesuffix(",0")  # a spreadsheet's number
        return exact[text] if text in exact else bare.get(text.lstrip("0"))

    return find
