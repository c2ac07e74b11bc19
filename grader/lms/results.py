"""The results folder, read for a gradebook: scores.csv, and of marks.csv the maxima and the lost marks."""

import csv
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from grader.decisions.read_back import AGAIN, ASKED, check_folder, check_heading, check_total, read_asked
from grader.reasons import Decision, Reason
from qgen.errors import InputError, nearest
from qgen.tables.spreadsheet import unguarded

SCORE_COLUMNS = ("student_id", "variant", "score", "max_score", "percent")
MARK_COLUMNS = ("student_id", "item", "layer", "verdict", "marks", "max_marks", "misconception", "note")
LAYER = re.compile(r"q\d+_(hidden\d*|output)")  # any other subtotal is a task's
NUMBER = re.compile(r"\d{1,9}(\.\d*)?([eE]-\d{1,2})?|\.\d+", re.ASCII)
WORDS = ("student_id", "variant")
SHOWN = 20


@dataclass(frozen=True)
class Score:
    """One row of scores.csv: marks, their maximum, percent, and marks per `<question>_<layer>` and task.

    unmarked: the tasks without marks yet, which count 0.
    """

    student_id: str
    score: Decimal
    max_score: Decimal
    percent: Decimal
    layers: Mapping[str, Decimal]
    absent: bool = False
    unmarked: tuple[str, ...] = ()


@dataclass(frozen=True)
class Lost:
    """An item that did not get all its marks."""

    item: str
    verdict: str
    marks: Decimal
    max_marks: Decimal
    answer: str = ""
    reason: Reason | None = None
    decision: Decision | None = None
    is_task: bool = False


@dataclass(frozen=True)
class Results:
    """A results folder. `maxima` and `lost` are empty where marks.csv was not there and not asked for."""

    scores: tuple[Score, ...]
    ungraded: tuple[str, ...]
    layers: tuple[str, ...]
    maxima: Mapping[str, Decimal]
    lost: Mapping[str, Sequence[Lost]]

    @property
    def max_score(self) -> Decimal:
        """The exam's marks: the largest maximum of any student."""
        return max((score.max_score for score in self.scores), default=Decimal(0))


def read_results(folder: Path, *, marks: bool, absent_zero: bool = False) -> Results:
    """scores.csv and, if it is there or `marks` says it must be, marks.csv; InputError with all faults.

    Who has no score is absent: ungraded, or with `absent_zero` graded 0.
    """
    check_folder(folder)
    faults: list[str] = []
    scores: dict[str, Score] = {}
    ungraded: dict[str, None] = {}
    path = folder / "scores.csv"
    layers: tuple[str, ...] = ()
    for line, row in _rows(path, SCORE_COLUMNS, faults):
        layers = layers or tuple(name for name in row if name not in SCORE_COLUMNS)
        student = unguarded(row["student_id"]).strip()
        if not student:
            faults.append(f"{path}:{line}: has no student_id; a gradebook cannot be matched without one")
        elif student in scores or student in ungraded:
            faults.append(f'{path}:{line}: student "{student}" is there twice')
        elif not row["score"].strip():
            ungraded[student] = None
        else:
            where = f"{path}:{line}: student {student}"
            waiting = tuple(n for n in layers if not row[n].strip() and not LAYER.fullmatch(n))
            row |= dict.fromkeys(waiting, "0")
            cells = {n: _number(text, f"{where}, {n}", faults) for n, text in row.items() if n not in WORDS}
            parts = {n: cells[n] for n in layers}
            scores[student] = Score(
                student, cells["score"], cells["max_score"], cells["percent"], parts, unmarked=waiting
            )
    if not faults and not scores:
        faults.append(f"{path}: holds no score{': everybody was absent' * bool(ungraded)}")
    if absent_zero:
        scores |= {student: _zero(student, next(iter(scores.values()))) for student in ungraded if scores}
        ungraded = {}
    there = marks or (folder / "marks.csv").exists()
    maxima, lost, marked = _read_marks(folder, faults) if there else ({}, {}, ())
    if faults:
        raise InputError(*faults[:SHOWN], *([f"... and {len(faults) - SHOWN} more"] if len(faults) > SHOWN else []))
    if there:
        check_total(folder, float(sum(maxima.values())), max(float(score.max_score) for score in scores.values()))
    unknown = [layer for layer in layers if marks and layer not in maxima]
    if unknown:
        raise InputError(*(f'{path}: column "{name}" has no item in marks.csv; {nearest(name, maxima)}'
                           for name in unknown))  # fmt: skip
    ungraded.update(dict.fromkeys(student for student in marked if student not in scores))
    return Results(tuple(scores.values()), tuple(ungraded), layers, maxima, lost)


def _zero(student: str, like: Score) -> Score:
    """The score of who was absent, out of the same maximum as another's."""
    nothing = Decimal(0)
    return Score(student, nothing, like.max_score, nothing, dict.fromkeys(like.layers, nothing), absent=True)


def _read_marks(folder: Path, faults: list[str]) -> tuple[dict[str, Decimal], dict[str, list[Lost]], Collection[str]]:
    """The maxima of the layers and tasks, by student what was lost, and who has any rows."""
    path, asked = folder / "marks.csv", read_asked(folder)
    totals: dict[str, dict[str, Decimal]] = {}
    lost: dict[str, list[Lost]] = {}
    for line, row in _rows(path, MARK_COLUMNS, faults):
        student, item = unguarded(row["student_id"]).strip(), row["item"]
        where = f"{path}:{line}: student {student}, {item}"
        if asked and item not in asked:
            faults.append(f"{where}: is not in {ASKED}; {AGAIN}")
        marks = _number(row["marks"] or "0", f"{where}: marks", faults)
        most = _number(row["max_marks"], f"{where}: max_marks", faults)
        _add(totals.setdefault(student, {}), row, most)
        if marks < most:
            decision = Decision.parse(unguarded(row.get("decision", "")))
            why = unguarded(row.get("answer", "")), _reason(row), decision
            lost.setdefault(student, []).append(Lost(item, row["verdict"], marks, most, *why, not row["layer"]))
    maxima: dict[str, Decimal] = {}
    for row in asked.values():  # of no student there are more rows than these
        _add(maxima, row, Decimal(row["max_marks"]))
    for layer, total in (pair for mine in totals.values() for pair in mine.items()):
        maxima[layer] = max(total, maxima.get(layer, total))
    return maxima, lost, totals


def _add(totals: dict[str, Decimal], row: Mapping[str, str], most: Decimal) -> None:
    question = row["item"].partition("_")[0]
    layer = f"{question}_{row['layer']}" if row["layer"] else row["item"]  # a task
    totals[layer] = totals.get(layer, Decimal(0)) + most


def _reason(row: Mapping[str, str]) -> Reason | None:
    """Why; in results that were marked before there were reasons, from the misconception's name, or else the note."""
    if "reason" in row:
        return Reason.parse(row["reason"]) if row["reason"] else None
    names = tuple(row["misconception"].split(" + ")) if row["misconception"] else ()
    if names:
        return Reason("misconception" if len(names) == 1 else "two_misconceptions", names=names)
    return Reason("note", names=(row["note"].strip(),)) if row["note"].strip() else None


def _rows(path: Path, columns: tuple[str, ...], faults: list[str]) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file)
            header = [name.strip() for name in next(reader, [])]
            check_heading(path, header)
            missing = [name for name in columns if name not in header]
            if missing:
                faults.extend(f'{path}: has no column "{name}"; {nearest(name, header)}' for name in missing)
                return
            for cells in reader:
                if len(cells) == len(header):
                    yield reader.line_num, dict(zip(header, cells, strict=True))
                elif any(cells):
                    faults.append(
                        f"{path}:{reader.line_num}: has {len(cells)} cells where the header has {len(header)}"
                    )
    except FileNotFoundError:
        faults.append(f"{path}: is not there; `grader score` writes it")
    except OSError as error:
        faults.append(f"{path}: cannot be read: {error.strerror}")
    except (UnicodeDecodeError, csv.Error) as error:
        faults.append(f"{path}: cannot be read as CSV in UTF-8: {error}")


def _number(text: str, where: str, faults: list[str]) -> Decimal:
    if NUMBER.fullmatch(text.strip()):
        return Decimal(text.strip())
    faults.append(f'{where}: "{text}" is not a number of marks; accepted: 0, 12.5, ...')
    return Decimal(0)
