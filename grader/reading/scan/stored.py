"""What `grader scan` leaves beside the answers: <stem>-scans/ with readings.csv, pages.csv, layout.csv and pictures."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from qgen.errors import InputError, quoted
from qgen.tables.spreadsheet import unguarded

CREDITED, EMPTY, WAITING, MISSING = STATES = ("credited", "empty", "waiting", "missing")
UNIDENTIFIED, UNPLACED = "unidentified", "unplaced"  # states of a page: whose it is, where its boxes are is not known
STUDENT_ID = "student_id"  # an item, too: the comb that a student's id stands in
LARGEST = 1 << 28  # bytes of one of these tables


@dataclass(frozen=True)
class Reading:
    """A row of readings.csv. paper: its variant, `017`, or `017.2`; doubtful: the index of a cell, or ""."""

    paper: str
    student_id: str
    variant: str
    item: str
    page: str
    read: str
    posterior: str
    second: str
    doubtful: str
    flags: str
    state: str
    crop: str


@dataclass(frozen=True)
class ScannedPage:
    """A row of pages.csv: page `number` of a file, and what it is."""

    file: str
    number: str
    variant: str
    page: str
    state: str
    note: str
    picture: str


def scans_of(answers: Path) -> Path:
    """The folder that belongs to an answers file."""
    return answers.with_name(f"{answers.stem}-scans")


def readings(answers: Path) -> Iterator[Reading]:
    """Every answer of the scanned papers; none where nothing was scanned. InputError where the table is damaged."""
    for row in _rows(scans_of(answers) / "readings.csv", [*Reading.__annotations__]):
        one = Reading(*row)
        if one.state not in STATES:
            raise InputError(f"readings.csv: state {quoted(one.state)} is none of {', '.join(STATES)}; scan again")
        yield one


def scanned_pages(answers: Path) -> Iterator[ScannedPage]:
    """Every page of the scans; the same."""
    return (ScannedPage(*row) for row in _rows(scans_of(answers) / "pages.csv", [*ScannedPage.__annotations__]))


def _rows(path: Path, columns: Sequence[str]) -> Iterator[list[str]]:
    """The rows of a table that was written by this program, in the order of `columns`."""
    try:
        if path.stat().st_size > LARGEST:
            raise InputError(f"{path}: is larger than {LARGEST >> 20} MB; scan again")
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            if missing := [name for name in columns if name not in (reader.fieldnames or ())]:
                raise InputError(f"{path}: has no column {quoted(missing[0])}; scan again")
            for row in reader:
                yield [unguarded(row[name] or "") for name in columns]
    except FileNotFoundError:
        return
    except (OSError, UnicodeDecodeError, csv.Error) as fault:
        raise InputError(f"{path}: cannot be read: {fault}; scan again") from None
