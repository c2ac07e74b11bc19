"""A results folder that is read again: whether it is one, and as grader score wrote it."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from qgen.errors import InputError, quoted

_RIGHT: Mapping[str, str] = {"verdict": "correct", "read_by": "typed"}
ASKED = "asked.csv"  # beside a marks.csv that leaves out what is simply right


def read_asked(folder: Path) -> dict[str, dict[str, str]]:
    """By item and task what a row of marks.csv says of an answer that is simply right, where such rows are left out.

    Nothing where none are.
    """
    with suppress(FileNotFoundError), (folder / ASKED).open(encoding="utf-8-sig", newline="") as file:
        return {row["item"]: {**row, **_RIGHT, "marks": row["max_marks"]} for row in csv.DictReader(file)}
    return {}


def check_folder(folder: Path) -> None:
    """InputError for a file, such as the scores in it."""
    if folder.is_file():
        raise InputError(f"{folder}: is a file; name the folder that grader score wrote")


def check_heading(path: Path, heading: Sequence[str]) -> None:
    """InputError where a spreadsheet saved the table in a dialect of its own."""
    if len(heading) == 1 and re.search(r"[;\t]", heading[0]):
        raise InputError(
            f"{path}: a spreadsheet saved it, as {quoted(heading[0])}: run grader score again with --force, and change "
            "marks by --overrides"
        )
