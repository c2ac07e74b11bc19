"""students.csv: who sits the exam."""

from __future__ import annotations

import csv
import io
import unicodedata
from pathlib import Path

from qgen.errors import InputError

COLUMNS = {"student_id": "student_id", "studentid": "student_id", "id": "student_id", "name": "name", "email": "email"}


def read_roster(path: Path) -> dict[str, str]:
    """Student ids and names in the file's order. InputError lists every fault with its line."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise InputError(f"{path}: no such file") from None
    except OSError as fault:
        raise InputError(f"{path}: cannot be read: {fault.strerror}") from None
    except UnicodeDecodeError as fault:
        raise InputError(f"{path}: not UTF-8 (byte {fault.start}); save it as CSV UTF-8") from None
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        header = [cell.strip().lower().replace(" ", "_").replace("-", "_") for cell in next(reader, [])]
        rows = [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as fault:
        raise InputError(f"{path}:{reader.line_num}: {fault}") from None
    columns = {COLUMNS.get(cell.replace("_", ""), COLUMNS.get(cell)): k for k, cell in enumerate(header)}
    if "student_id" not in columns or "name" not in columns:
        raise InputError(f'{path}:1: the header "{first.strip()}" lacks student_id or name; write student_id,name')
    faults, students = [], {}
    for line, row in rows:
        cells = [*row, *[""] * len(header)]
        student = _clean(cells[columns["student_id"]])
        if not student:
            faults.append(f'{path}:{line}: "{delimiter.join(row)}" has no student id')
        elif student in students:
            faults.append(f'{path}:{line}: student "{student}" stands here twice')
        else:
            students[student] = _clean(cells[columns["name"]])
    if not rows:
        faults.append(f"{path}: no students below the header")
    if faults:
        raise InputError(*faults)
    return students


def _clean(text: str) -> str:
    """NFC, on one line, without control characters."""
    text = "".join(" " if unicodedata.category(char) == "Cc" else char for char in text)
    return unicodedata.normalize("NFC", " ".join(text.split()))
