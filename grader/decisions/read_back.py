"""A results folder that is read again: whether it is one, and as grader score wrote it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from qgen.errors import InputError, quoted


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
