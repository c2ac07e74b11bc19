"""Any table an LMS exports, read as text: whatever its encoding, separator and line ends."""

import codecs
import csv
import io
from dataclasses import dataclass
from pathlib import Path

from qgen.errors import InputError, quoted


@dataclass(frozen=True)
class Table:
    """A delimited text file: `rows` are (line of the file, cells), each as long as the header."""

    path: Path
    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    delimiter: str = ","
    warnings: tuple[str, ...] = ()


def decode(data: bytes) -> tuple[str, str]:
    """Text and the encoding it was in: UTF-8 or UTF-16 by its mark or its zeros, else Windows-1252."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16"), "UTF-16"
    if data[1:400:2].count(0) > len(data[1:400:2]) // 2:
        return data.decode("utf-16-le"), "UTF-16"
    try:
        return data.decode("utf-8-sig"), "UTF-8"
    except UnicodeDecodeError:
        return data.decode("cp1252"), "Windows-1252"


def read_table(path: Path) -> Table:
    """A CSV or tab-separated file as an LMS exports it; raises InputError if it is none."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from None
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise InputError(f"{path}: is an Excel workbook; download the gradebook as CSV or tab-separated text")
    try:
        text, encoding = decode(data)
    except UnicodeDecodeError:
        raise InputError(f"{path}: is not text in UTF-8, UTF-16 or Windows-1252") from None
    rows: list[tuple[int, tuple[str, ...]]] = []
    end = 0
    try:
        fields = {mark: len(next(csv.reader(io.StringIO(text, newline=""), delimiter=mark), [])) for mark in ",;\t"}
        delimiter = max(fields, key=lambda mark: fields[mark])
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append((end + 1, tuple(cells)))
            end = reader.line_num
    except csv.Error as error:
        raise InputError(f"{path}:{end + 1}: cannot be read as CSV: {error}") from None
    if not rows:
        raise InputError(f"{path}: is empty; a header row is needed")
    header = rows[0][1]
    width = len(header)
    faults = [
        f"{path}:{line}: has {len(cells)} cells where the header has {width}"
        for line, cells in rows[1:]
        if any(cell.strip() for cell in cells[width:])
    ]
    if faults:
        raise InputError(*faults)
    body = tuple((line, (cells + ("",) * width)[:width]) for line, cells in rows[1:])
    note = f"{path}: is not UTF-8; read as Windows-1252: check names and ids with accents"
    return Table(path, header, body, delimiter, (note,) if encoding == "Windows-1252" else ())


def position(table: Table, *names: str) -> int | None:
    """Where a header is, by any of its names, without case or outer spaces; None if it is not there."""
    wanted = [name.casefold() for name in names]
    return next((i for i, cell in enumerate(table.header) if cell.strip().casefold() in wanted), None)


def needed(table: Table, system: str, *alternatives: str) -> InputError:
    """The error for a roster that lacks its id columns."""
    found = ", ".join(quoted(cell.strip()) for cell in table.header[:8])
    return InputError(
        f"{table.path}: is no gradebook export of {system}: it has {found}; needed: {' or '.join(alternatives)}"
    )
