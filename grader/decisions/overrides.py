"""overrides.csv: the examiner decides; student_id,item,marks,reason, applied last and shown in marks.csv.

A student_id of * stands for everyone who has no decision of their own on the item. Two more columns, `by` and `when`,
may say who decided and when.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path

from grader.marking.verdicts import Place, number
from grader.reading.columns import Names
from grader.reading.numerals import read
from grader.reasons import Decision
from qgen.errors import InputError, nearest, quoted, some
from qgen.exam.exam import Exam
from qgen.exam.tasks import MOST_MARKS
from qgen.headings import loose
from qgen.mangled import meant
from qgen.roster import student_id
from qgen.tables.rows import trimmed
from qgen.tables.spreadsheet import cell
from qgen.tables.table import read_table

MARK = re.compile(r"\d+([.,]\d*)?|[.,]\d+", re.ASCII)
EVERYONE = "*"
HEADER = ("student_id", "item", "marks", "reason", "by", "when")
REQUIRED = HEADER[:4]


@dataclass(frozen=True)
class Override:
    """One row: an answer's marks, why, and who decided it when."""

    student: str
    item: str
    marks: str
    reason: str
    by: str = ""
    when: str = ""


def read_overrides(path: str | Path, exam: Exam, students: Iterable[str] | None = None) -> list[Override]:
    """The rows of a file. InputError lists every unknown id and impossible mark by its line.

    students: who handed in; without them, as where a file is kept from an earlier run, any id is taken.
    """
    table = read_table(path, is_heading=lambda row: set(map(loose, REQUIRED)) <= set(map(loose, row)))
    columns = [loose(name) for name in trimmed(table.heading)]
    strange = [quoted(name.strip()) for name in trimmed(table.heading) if loose(name) not in set(map(loose, HEADER))]
    if strange or set(map(loose, REQUIRED)) - set(columns):
        without = f", without {some(strange)}" if strange else ""
        found = quoted(",".join(table.heading))
        raise InputError(f"{table.name}:{table.line}: the header is {found}; write {','.join(REQUIRED)}{without}")
    places = {name: columns.index(loose(name)) for name in HEADER if loose(name) in columns}
    known = None if students is None else set(students)
    who = places["student_id"]
    mended = _mended(known, (row[who] for _, row in table.body if len(row) > who))
    items = Names(exam.columns)
    rows: dict[tuple[str, str], Override] = {}
    faults: list[str] = []
    for line, entries in table.rows:
        row = entries[: len(columns)] if _padded(entries, len(columns), table.widest) else entries
        if not any(entry.strip() for entry in row):
            continue
        if len(row) != len(columns):
            more = "put a reason with commas in quotes" if len(row) > len(columns) else f"write {','.join(REQUIRED)}"
            faults.append(f"{table.name}:{line}: has {len(row)} cells, not {len(columns)}; {more}")
            continue
        texts = {name: row[place].strip() for name, place in places.items()}
        texts["item"] = items.find(texts["item"]) or texts["item"]
        student = student_id(texts.pop("student_id"))
        override = Override(mended.get(student, student), **texts)
        if fault := problem(override, known, exam):
            faults.append(f"{table.name}:{line}: {fault}")
        elif (override.student, override.item) in rows:
            faults.append(f"{table.name}:{line}: student {override.student}, {override.item}: decided twice")
        else:
            rows[override.student, override.item] = override
    if faults:
        raise InputError(*faults)
    return list(rows.values())


def _mended(known: Iterable[str] | None, ids: Iterable[str]) -> dict[str, str]:
    """The ids that a spreadsheet changed, and which of those who handed in each must be."""
    return {} if known is None else meant([student_id(text) for text in ids], list(known))[0]


def added(kept: Iterable[Override], given: Iterable[Override]) -> list[Override]:
    """What was decided before, and now; of one answer the later decision."""
    return list({(one.student, one.item): one for one in (*kept, *given)}.values())


def decisions_of(overrides: Iterable[Override], exam: Exam, students: Sequence[str]) -> dict[Place, Decision]:
    """By cell (student, item); of students who did not hand in there is none."""
    places = {student: s for s, student in enumerate(students)}
    everyone: dict[Place, Decision] = {}
    single: dict[Place, Decision] = {}
    for one in overrides:
        decision, i = Decision(number(read(one.marks).value), one.reason), exam.rows[one.item]
        if one.student == EVERYONE:
            everyone |= {(s, i): decision for s in range(len(students))}
        elif one.student in places:
            single[places[one.student], i] = decision
    return everyone | single


def overrides_csv(overrides: Iterable[Override]) -> str:
    """The file as it is kept in the results folder; "" where nothing was decided."""
    if not (overrides := list(overrides)):
        return ""
    rows = [HEADER, *(tuple(map(cell, astuple(one))) for one in overrides)]
    return "".join(",".join(row) + "\n" for row in rows)


def _padded(row: Sequence[str], count: int, widest: int | None) -> bool:
    """Whether only empty cells, as the heading's line has them too, stand beyond the columns."""
    return not "".join(row[count:]).strip() and (widest is None or len(row) <= widest)


def problem(one: Override, students: set[str] | None, exam: Exam) -> str:
    """What is wrong with a decision, "" if nothing is; students: those who handed in, None for anybody."""
    if students is not None and one.student not in students and one.student != EVERYONE:
        return f"no answers of student {quoted(one.student)}; {nearest(one.student, students)}"
    if any(task.id == one.item for task in exam.tasks):
        return f"{one.item} is a task: its mark stands in the answers, in the column {one.item}"
    if one.item not in exam.columns:
        return f"no item {quoted(one.item)}; {nearest(one.item, exam.columns)}"
    if not MARK.fullmatch(one.marks) or not read(one.marks).value <= MOST_MARKS:
        return f"student {one.student}, {one.item}: {quoted(one.marks)} is not a mark from 0 to {MOST_MARKS}"
    if not one.reason:
        return f"student {one.student}, {one.item}: a decision needs a reason"
    return ""
