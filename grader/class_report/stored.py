"""A results folder, read for the report: marks.csv, of scores.csv who was absent, and collusion.csv.

Columns are taken by name. What an older version did not write yet (reasons, decisions) is taken from what it wrote.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from math import isfinite
from pathlib import Path
from sys import intern

import numpy as np
from numpy.typing import NDArray

from grader.class_report.cohort import NO_NUMBER, Asked, Cohort, FromScans, Suspicion
from grader.decisions.read_back import AGAIN, ASKED, check_folder, check_heading, check_total, read_asked
from grader.marking.task_marks import TASK_VERDICTS
from grader.marking.verdicts import VERDICTS, Place
from grader.reading.students.combined import with_those_named
from grader.reasons import MISCONCEPTIONS, Decision, Reason
from qgen.engine.intervals import Array
from qgen.errors import InputError, nearest, quoted
from qgen.exam.exam import Exam
from qgen.tables.spreadsheet import unguarded

NEEDED = ("student_id", "variant", "item", "layer", "part", "verdict", "marks", "max_marks")
OWN = ("answer", "expected", "reason", "decision", "remark")  # columns of texts most of which are different
USED = (*NEEDED, "misconception", "score", "max_score", "evidence", "read_by", "audited", "disagreed", *OWN)
ITEM = re.compile(r"q\d+_\w[\w.]*")
SHOWN, TOGETHER = 20, 1024  # faults; rows
OF_USE = (*MISCONCEPTIONS, "imprecise_of_own")  # the kinds of reasons that the report asks for


def read_cohort(folder: Path, exam: Exam | None = None) -> Cohort:
    """The class of a results folder. InputError lists what is at fault, and says so where it is of another exam."""
    check_folder(folder)
    left_out = read_asked(folder)
    scores = _Table.read(folder / "scores.csv", ("student_id", "score", "max_score", *["variant"] * bool(left_out)))
    table = _Table.read(folder / "marks.csv", NEEDED).whole(scores, left_out)
    absent = [s for s, score in zip(scores["student_id"], scores["score"], strict=True) if not score.strip()]
    cells = _Cells(table)
    exam = exam and with_those_named(exam, table["variant"])
    if problem := exam and cells.strange_to(exam):
        raise InputError(f"{table.path}: {problem}; name the exam that was marked with --exam")
    students = tuple(map(unguarded, cells.students))
    shape = len(students), len(cells.items)
    most = table.numbers("max_marks")
    tasks_at = {row for row in cells.first_rows if not table.get("layer", row)}
    asked = [
        Asked(id, table.get("layer", row), table.get("part", row), float(most[row]))
        for id, row in zip(cells.items, cells.first_rows, strict=True)
    ]
    worth = float(sum(one.most for one in asked))
    max_score = max((score for score in scores.numbers("max_score").tolist() if score == score), default=worth)
    if len(absent) < len(scores["score"]):
        check_total(folder, worth, max_score)
    tasks = [i for i, row in enumerate(cells.first_rows) if row in tasks_at]
    order = [*(i for i in range(shape[1]) if i not in set(tasks)), *tasks]
    place = {i: k for k, i in enumerate(order)}
    row_of = np.empty(shape, np.intp)
    row_of[cells.s, cells.i] = np.arange(len(cells.s))
    row_of = row_of[:, order]

    def at(row: int) -> Place:
        return int(cells.s[row]), place[int(cells.i[row])]

    items = shape[1] - len(tasks)
    return Cohort(
        students,
        np.array([table.get("variant", row) for row in row_of[:, 0]] if shape[1] else [], object),
        tuple(asked[i] for i in order[:items]),
        tuple(asked[i] for i in order[items:]),
        cells.codes[row_of[:, :items]].astype(np.int8),
        table.numbers("marks")[row_of],
        {at(row): reason for row, reason in _reasons(table)},
        {at(row): decision for row, decision in _decisions(table)},
        lambda cell: unguarded(table.get("answer", int(row_of[cell]))).strip(),
        lambda cell: table.get("expected", int(row_of[cell])),
        max_score,
        tuple(map(unguarded, absent)),
        tuple(_suspicions(folder / "collusion.csv")),
        exam,
        exam.names if exam else {},
        _from_scans(folder, table),
    )


@dataclass(frozen=True, eq=False)
class _Table:
    """A file's columns by name, those that the report asks for."""

    path: Path
    columns: Mapping[str, list[str]]

    @classmethod
    def read(cls, path: Path, needed: Sequence[str]) -> _Table:
        try:
            with path.open(encoding="utf-8-sig", newline="") as file:
                reader = csv.reader(file)
                header = next(reader, [])
                check_heading(path, header)
                missing = [name for name in needed if name not in header]
                if missing:
                    raise InputError(*(f'{path}: has no column "{name}"; {nearest(name, header)}' for name in missing))
                return cls(path, _columns(reader, header, path))
        except FileNotFoundError:
            raise InputError(f"{path}: is not there; grader score writes it") from None
        except OSError as fault:
            raise InputError(f"{path}: cannot be read: {fault.strerror}") from None
        except (UnicodeDecodeError, csv.Error) as fault:
            raise InputError(f"{path}: cannot be read as CSV in UTF-8: {fault}") from None

    def whole(self, scores: _Table, asked: Mapping[str, Mapping[str, str]]) -> _Table:
        """With a row for each answer of who has a score, where what is simply right was left out."""
        if not asked:
            return self
        pairs = list(zip(self["student_id"], self["item"], strict=True))
        rows = {pair: row for row, pair in enumerate(pairs)}
        strange = [pair for row, pair in enumerate(pairs) if rows[pair] != row]
        new: dict[str, list[str]] = {name: [] for name in self.columns}
        for student, variant, score in zip(scores["student_id"], scores["variant"], scores["score"], strict=True):
            for item, right in asked.items() if score.strip() else ():
                row = rows.pop((student, item), None)
                said = {"student_id": student, "variant": variant, **right}
                for name, column in new.items():
                    column.append(said.get(name, "") if row is None else self.columns[name][row])
        if strange := [*strange, *rows]:
            raise _several(
                f"{self.path}: student {student}, {item}: is there twice, or is not in scores.csv and {ASKED}; {AGAIN}"
                for student, item in strange
            )
        return _Table(self.path, new)

    def __getitem__(self, name: str) -> list[str]:
        """A column; of none that was written yet nothing."""
        return self.columns.get(name, [])

    def get(self, name: str, row: int) -> str:
        """A cell; "" where no such column was written yet."""
        return self.columns[name][row] if name in self.columns else ""

    def numbers(self, name: str) -> Array:
        """A column of marks, NaN where there are none yet."""
        column, faults, known = self[name], [], {}
        for text in dict.fromkeys(column):
            try:
                known[text] = float(text or "nan")
                if text and not isfinite(known[text]):
                    raise ValueError
            except ValueError:
                row = column.index(text)
                faults.append(f"{self.path}: row {row + 2}: {name}: {quoted(text)} is not a number; accepted: 0, 12.5")
        if faults:
            raise _several(faults)
        return np.array([known[text] for text in column], np.float64)


def _columns(reader: Iterator[list[str]], header: Sequence[str], path: Path) -> dict[str, list[str]]:
    """So many rows at a time, and of equal texts one: a large class's rows would fill the memory."""
    columns: dict[str, list[str]] = {name: [] for name in header if name in USED}
    first = 2
    while rows := list(islice(reader, TOGETHER)):
        wrong = [k for k, row in enumerate(rows) if len(row) != len(header) and row]
        if wrong:
            raise _several(
                f"{path}: row {first + k}: has {len(rows[k])} cells, the header {len(header)}" for k in wrong
            )
        for name, column in zip(header, zip(*filter(None, rows), strict=True), strict=False):
            if name in columns:
                columns[name].extend(column if name in OWN else map(intern, column))
        first += len(rows)
    return columns


class _Cells:
    """Which student and item, from 0 in the order of the file, each row is of; each pair is there once."""

    def __init__(self, table: _Table) -> None:
        self.table = table
        self.students, self.s = _numbered(table["student_id"])
        self.items, self.i = _numbered(table["item"])
        if strange := [item for item in self.items if not ITEM.fullmatch(item)]:
            raise _several(f"{table.path}: {quoted(item)} is no item, such as q1_dw13" for item in strange)
        _, first = np.unique(self.i, return_index=True)
        self.first_rows = [int(row) for row in first]
        codes = {name: code for code, name in enumerate((*VERDICTS, *TASK_VERDICTS[:2]))}
        verdicts = table["verdict"]
        unknown = set(verdicts) - codes.keys()
        if unknown:
            raise _several(f"{table.path}: {quoted(v)} is no verdict; {nearest(v, codes)}" for v in sorted(unknown))
        self.codes = np.array([codes[verdict] for verdict in verdicts], np.intp)
        cells = self.s * len(self.items) + self.i
        counts = np.bincount(cells, minlength=len(self.students) * len(self.items))
        counts = counts.reshape(len(self.students), len(self.items))
        if (counts != 1).any():
            raise _several(
                f"{table.path}: student {self.students[s]}, {self.items[i]}: is there "
                f"{counts[s, i] or 'not'}{' times' * bool(counts[s, i])}; score the answers again"
                for s, i in np.argwhere(counts != 1).tolist()
            )

    def strange_to(self, exam: Exam) -> str:
        """What shows that these are marks of another exam; "" where nothing does."""
        if not self.items:  # everybody was absent
            return ""
        variants = set(self.table["variant"])
        if set(self.items) != set(exam.sheet_columns):
            return "its items are not those of the exam"
        if unknown := sorted(variants - set(exam.variants)):
            return f"variant {quoted(unknown[0])} is none of the exam's"
        place = {variant: v for v, variant in enumerate(exam.variants)}
        told = np.flatnonzero([text != "" for text in self.table["expected"]])  # not of tasks and what was left out
        for row in told[np.unique(self.i[told], return_index=True)[1]].tolist():
            item, variant, expected = (self.table.get(name, row) for name in ("item", "variant", "expected"))
            if item in exam.rows:
                right = exam.spec.rounding.text(float(exam.value[exam.rows[item], place[variant]]))
                if right != expected:
                    return f"{item} of variant {variant} should be {expected}, in the exam {right}"
        return ""


def _numbered(texts: Sequence[str]) -> tuple[list[str], NDArray[np.intp]]:
    """The different ones in their order, and which of them each is."""
    codes: dict[str, int] = defaultdict(lambda: len(codes))
    which = np.fromiter(map(codes.__getitem__, texts), np.intp, len(texts))
    return list(codes), which


def _reasons(table: _Table) -> Iterator[tuple[int, Reason]]:
    if "reason" in table.columns:
        kinds = tuple(f"{kind} " for kind in OF_USE)
        yield from ((row, Reason.parse(text)) for row, text in enumerate(table["reason"]) if text.startswith(kinds))
        return
    for row, text in enumerate(table["misconception"]):
        if text:
            names = tuple(text.split(" + "))
            yield row, Reason("misconception" if len(names) == 1 else "two_misconceptions", names=names)


def _decisions(table: _Table) -> Iterator[tuple[int, Decision]]:
    for row, text in enumerate(table["decision"]):
        if text and (decision := Decision.parse(unguarded(text))):
            yield row, decision


def _suspicions(path: Path) -> Iterator[Suspicion]:
    if path.exists():
        table = _Table.read(path, ())
        columns = [table[name] for name in ("student_id", "evidence", "remark")]
        if all(columns):  # an older version wrote others
            yield from (Suspicion(*map(unguarded, row)) for row in zip(*columns, strict=True))


def _from_scans(folder: Path, table: _Table) -> FromScans:
    """Nothing of results from before marks.csv said who read an answer."""
    none = {VERDICTS[code] for code in NO_NUMBER}
    numbers = (by for by, verdict in zip(table["read_by"], table["verdict"], strict=False) if verdict not in none)
    path = folder / "audit.csv"
    if not path.exists():
        return FromScans.of(numbers, 0, 0)
    audit = _Table.read(path, ("audited", "disagreed"))
    audited, disagreed = (int(np.nansum(audit.numbers(name))) for name in ("audited", "disagreed"))
    return FromScans.of(numbers, audited, disagreed)


def _several(faults: Iterator[str] | Sequence[str]) -> InputError:
    found = list(faults)
    return InputError(*found[:SHOWN], *([f"... and {len(found) - SHOWN} more"] if len(found) > SHOWN else []))
