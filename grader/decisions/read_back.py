"""A results folder that is read again: whether it is one, and as grader score wrote it."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from qgen.errors import InputError, quoted

_RIGHT: Mapping[str, str] = {"verdict": "correct", "read_by": "typed"}
ASKED = "asked.csv"  # beside a marks.csv that leaves out what is simply right
_COLUMNS = ("item", "layer", "part", "max_marks")
_MARKS = re.compile(r"[0-9]+(\.[0-9]+)?")
ROUNDED = 0.01  # at most what the marks of all items are rounded by
AGAIN = "run grader score again with --force"


def read_asked(folder: Path) -> dict[str, dict[str, str]]:
    """By item and task what a row of marks.csv says of an answer that is simply right, where such rows are left out.

    Nothing where none are. InputError where the file is no longer as it was written.
    """
    path = folder / ASKED
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(map(tuple, csv.reader(file)))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, csv.Error) as fault:
        raise InputError(f"{path}: cannot be read as CSV in UTF-8: {fault}; {AGAIN}") from None
    heading, *rows = rows or [()]
    whole = heading == _COLUMNS and all(len(row) == len(_COLUMNS) and _MARKS.fullmatch(row[-1]) for row in rows)
    asked = {row[0]: {**dict(zip(_COLUMNS, row, strict=True)), **_RIGHT, "marks": row[-1]} for row in rows if whole}
    if not asked or len(asked) < len(rows):
        raise InputError(f"{path}: is not as grader score wrote it; {AGAIN}")
    return asked


def check_total(folder: Path, maxima: float, most: float) -> None:
    """InputError where what is asked is worth less than scores.csv says, as where asked.csv is gone."""
    if maxima < most - ROUNDED:
        raise InputError(
            f"{folder}: marks.csv and {ASKED} ask for {maxima:g} marks, scores.csv for {most:g}: are they of one exam, "
            f"and is {ASKED} there? If not, {AGAIN}"
        )


def check_folder(folder: Path) -> None:
    """InputError for a file, such as the scores in it."""
    if folder.is_file():
        raise InputError(f"{folder}: is a file; name the folder that grader score wrote")


def check_heading(path: Path, heading: Sequence[str]) -> None:
    """InputError where a spreadsheet saved the table in a dialect of its own."""
    if len(heading) == 1 and re.search(r"[;\t]", heading[0]):
        raise InputError(
            f"{path}: a spreadsheet saved it, as {quoted(heading[0])}: {AGAIN}, and change marks by --overrides"
        )
