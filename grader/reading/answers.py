"""Any file of students' answers -> Submissions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from grader.reading.layouts import Arranged, arrange
from grader.reading.responses import recognise
from grader.reading.submissions import Submissions
from qgen.errors import InputError, quoted, some
from qgen.exam.exam import Exam
from qgen.roster import student_id
from qgen.tables.table import SHOWN, Faults, Table, read_table

_FEW = 12  # variants that a message names one by one
_SOME = 4  # items that a message names


def read_answers(source: str | Path | Table, exam: Exam, *, encoding: str | None = None) -> Submissions:
    """The answers to an exam in a file: wide, a column per item, or long, student_id,variant,item,answer.

    Rows need no variant where the exam has a roster. InputError lists the faults of the whole file; a cell that is no
    number is not one of them, but unreadable.
    """
    table = source if isinstance(source, Table) else read_table(source, encoding)
    if recognise(table.heading):
        raise InputError(f"{table.name}: is a system's export of a quiz; read it with read_responses")
    return read_sheet(table, items=exam.columns, variants=exam.variants, students=exam.students or None)


def read_sheet(
    source: str | Path | Table,
    *,
    items: Sequence[str],
    variants: Sequence[str],
    students: Mapping[str, str] | None = None,
    encoding: str | None = None,
) -> Submissions:
    """The answers to these items.

    `students` is the roster, student id -> variant, for the rows that name no variant. Headings match loosely
    (`Q1 dw13`), variants also without their leading zeros. InputError lists the faults of the whole file; a cell
    that is no number is not one of them, but UNREADABLE.
    """
    table = source if isinstance(source, Table) else read_table(source, encoding)
    faults = Faults(table.name)
    arranged = arrange(table, list(items), faults, roster=students is not None)
    chosen, remarks = _variants(arranged, variants, students, faults)
    faults.stop()
    if not arranged.students:
        raise InputError(f"{table.name}: has a heading, but no student's answers below it")
    if arranged.absent:
        absent = some(arranged.absent, _SOME)
        remarks.insert(
            0, f"{table.line}: no column for {absent}: blank for everyone; the right --exam, no column lost?"
        )
    notes = (*table.notes, *(f"{table.name}:{remark}" for remark in remarks))
    return Submissions.of(arranged.students, chosen, items, arranged.written, notes, source=f"{table.name}: ")


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
    return lambda text: exact[text] if text in exact else bare.get(text.lstrip("0"))
