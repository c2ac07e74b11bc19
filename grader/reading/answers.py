"""Any file of students' answers -> Submissions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from grader.reading.columns import is_answers
from grader.reading.layouts import arrange
from grader.reading.responses import recognise
from grader.reading.students.finder import finder
from grader.reading.students.identity import Listed, identified, missing, one_each
from grader.reading.students.people import shown
from grader.reading.students.several_rows import Part, Rows
from grader.reading.students.strangers import left_out, misnamed, notes_among
from grader.reading.students.variants import variants_of
from grader.reading.submissions import Absent, Submissions, Texts
from qgen.errors import InputError, quoted, some
from qgen.exam.exam import Exam
from qgen.tables.rows import Heading
from qgen.tables.table import Faults, Table, read_tables

_SOME = 4  # items that a message names
NOBODY = Listed()


def read_answers(
    source: str | Path | Sequence[Table],
    exam: Exam,
    *,
    listed: Listed | None = None,
    last: bool = False,
    encoding: str | None = None,
) -> Submissions:
    """The answers to an exam in a file or its tables: wide, a column per item, or long, student_id,variant,item,answer.

    Rows need no variant where the exam has a roster, or where who is `listed` has one. InputError lists the faults of
    the whole file; a cell that is no number is not one of them, but unreadable. `last`: of several rows of a student
    the last one with answers counts; else they are faults.
    """
    tables = read_tables(source, encoding, answers_to(exam.sheet_columns)) if isinstance(source, str | Path) else source
    if any(recognise(table.heading) for table in tables):
        raise InputError(f"{tables[0].name}: is a system's export of a quiz; read it with read_responses")
    listed = Listed.of(exam.students, exam.names) if listed is None else listed
    tasks = [task.id for task in exam.tasks]
    return read_sheet(tables, items=exam.columns, tasks=tasks, variants=exam.variants, listed=listed, last=last)


def read_sheet(
    source: str | Path | Sequence[Table],
    *,
    items: Sequence[str],
    variants: Sequence[str],
    tasks: Sequence[str] = (),
    students: Mapping[str, str] | None = None,
    listed: Listed = NOBODY,
    last: bool = False,
    encoding: str | None = None,
) -> Submissions:
    """The answers to these items, and the marks for these tasks, in a file or its tables.

    `students` is the exam's roster, student id -> variant, for the rows that name no variant; or `listed`, with what
    else is known of the class. Headings match loosely (`Q1 dw13`), variants also without their leading zeros. Of a
    workbook all sheets with answers are read. Who is absent is none of the students. InputError lists the faults of
    the whole file; a cell that is no number is not one of them, but UNREADABLE.
    """
    asked = [*items, *tasks]
    tables = read_tables(source, encoding, answers_to(asked)) if isinstance(source, str | Path) else source
    used = [table for table in tables if is_answers(table.heading, asked)] or tables[:1]
    listed = listed if students is None else Listed.of(students, {})
    parts, lines = [], list[str]()
    for table in used:
        faults = Faults(table.name)
        try:
            known = {*listed.variants, *listed.logins}
            arranged = arrange(table, asked, faults, roster=any(listed.variants.values()), last=last, known=known)
            parts.append(Part(table, faults, arranged))
        except InputError as fault:
            lines += fault.faults
    read, more = _together(parts, items, tasks, variants, listed, last)
    lines += more
    if lines:
        raise InputError(*lines)
    if read is None:
        raise InputError(f"{used[0].name}: has a heading, but no student's answers below it")
    if others := [table for table in tables if table not in used]:
        what = "sheets" if all(table.sheet for table in others) else "tables"
        named = some([quoted(table.sheet or table.name) for table in others], _SOME)
        read = replace(read, notes=(*read.notes, f"{what} without answers were left out: {named}"))
    return read


def _together(
    parts: Sequence[Part],
    items: Sequence[str],
    tasks: Sequence[str],
    variants: Sequence[str],
    listed: Listed,
    last: bool,
) -> tuple[Submissions | None, list[str]]:
    """The students of all tables, None if there are none; and the faults."""
    written = [student for part in parts for student in part.arranged.students]
    ids, likely, remarks = identified(written, listed)
    said = [word for part in parts for word in part.arranged.unanswered]
    stated = [text for part in parts for text in part.arranged.variants]
    nobodys = notes_among(ids, [word == "" for word in said], stated, listed.variants, likely)
    all_rows = Rows(parts, ids, [*items, *tasks], finder(variants), listed.variants)
    kept, again = all_rows.last_of_each() if last else all_rows.one_of_each()
    kept = [at for at in kept if at not in nobodys]
    remarks += again
    chosen, away, notes, lines = list[int](), list[bool](), list[str](), list[str]()
    for part in parts:
        start, count = len(chosen), len(part.arranged.students)
        mine = ids[start : start + count]
        variant, absent, against = variants_of(part.arranged, mine, likely, variants, listed, part.faults)
        chosen += variant
        away += absent
        try:
            part.faults.stop()
        except InputError as fault:
            lines += fault.faults
        name = part.table.name
        rows = [(part.arranged.lines[at - start], ids[at]) for at in range(start, start + count) if at in nobodys]
        told = (*_of_columns(part, items, all_rows.written_by({*mine})), *left_out(rows), *against)
        notes += [*part.table.notes, *(f"{name}:{note}" for note in told)]
    if lines or not written:
        return None, lines
    here, left = ([at for at in kept if away[at] is absent] for absent in (False, True))
    people, taken = [ids[at] for at in here], [chosen[at] for at in here]
    empty = [ids[at] for at in here if said[at] == ""]
    remarks += [f"absent, no marks and no feedback: {shown([ids[at] for at in left], listed.names)}"] * bool(left)
    remarks += [f'no answers, on no roster: scored 0, unless a row says "absent": {shown(empty, listed.names)}'] * bool(
        empty
    )
    names = [name for part in parts for name in part.arranged.names or [""] * len(part.arranged.students)]
    remarks += missing(ids, listed) + misnamed(ids, names, listed.names)
    source = f"{parts[0].table.name}: " if len(parts) == 1 else ""
    notes += [f"{source}{remark}" for remark in remarks]
    answers, marks = np.split(all_rows.written[here], [len(items)], axis=1)  # of the student, and of the examiner
    read = Submissions.of(people, np.array(taken, np.intp), items, answers, notes, source=source)
    had = [variants[chosen[at]] if chosen[at] >= 0 else "" for at in left]
    before = np.searchsorted(here, left).tolist()
    gone = tuple(Absent(ids[at], had[k], before[k]) for k, at in enumerate(left))
    return replace(read, absent=gone, one_each=one_each(people, variants, listed), tasks=marks), []


def answers_to(items: Sequence[str], ids: str | None = None) -> Heading:
    """Whether a row is the heading of answers to these items, or of a system's export; `ids`: the column of ids."""
    return lambda heading: is_answers(heading, items, ids) or recognise(heading) is not None


def _of_columns(part: Part, items: Sequence[str], written: Texts) -> Iterator[str]:
    yield from part.arranged.remarks
    places = {item: place for place, item in enumerate(items)}
    absent = [item for item in part.arranged.absent if item in places]
    if found := [item for item in absent if not written[:, places[item]].any()]:
        lost = some(found, _SOME)
        yield f"{part.table.line}: no column for {lost}: blank for everyone; the right --exam, no column lost?"
