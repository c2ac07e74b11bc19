"""A table of texts with its true line numbers, from a CSV file or a spreadsheet whatever its dialect."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from math import inf
from pathlib import Path

from qgen.errors import InputError, nearest, quoted, some
from qgen.tables.delimited import read_delimited
from qgen.tables.json_records import read_json
from qgen.tables.rows import ACCEPTED, MOST_ABOVE, Heading, Row, Sheet, blank, trimmed
from qgen.tables.webpage import is_page, read_page
from qgen.tables.workbook import read_workbook

LARGEST = 1 << 28  # bytes of a file: five times 100,000 students of 66 answers
UNZIPPED = 1 << 27  # bytes of a workbook: twice those of a million cells
SHOWN = 50  # faults of one file
_FOREIGN = {  # first bytes -> what such a file is
    b"\xd0\xcf\x11\xe0": "an old (.xls) or encrypted workbook; save it as .xlsx without a password, or as CSV",
    b"%PDF": f"a PDF; give {ACCEPTED}",
    b"\x1f\x8b": f"a gzip archive; unpack it and give {ACCEPTED}",
    b"<?xml": "XML, such as Excel 2003 writes; open it in a spreadsheet, and save it as .xlsx or CSV",
    b"{\\rtf": f"a text document (RTF); give {ACCEPTED}",
    b"\x89PNG": f"a picture; give {ACCEPTED}",
    b"\xff\xd8\xff": f"a picture; give {ACCEPTED}",
}


@dataclass(frozen=True)
class Table:
    """`heading`, without empty cells at its end, stands on `line` of the file `name`; `body`: the rows with any text.

    Rows of a CSV file have the cells they have; those of a workbook are as wide as the heading at least, for there an
    empty cell at the end is not stored.
    """

    name: str
    heading: list[str]
    line: int
    body: list[Row]
    notes: tuple[str, ...] = ()
    delimiter: str = ","
    widest: int | None = None  # cells of a CSV file's heading line, empty ones at its end included
    broken: InputError | None = None  # why the rest of the file could not be read
    sheet: str = ""  # a workbook's

    @property
    def rows(self) -> Iterator[Row]:
        """The body; InputError at its end where the file breaks off there."""
        yield from self.body
        if self.broken:
            raise self.broken


class Faults:
    """Faults of a table by line, the first SHOWN of them in words."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.shown: list[tuple[float, str]] = []
        self.count = 0

    def add(self, line: int, text: str, wrong: str = "", known: Iterable[str] = ()) -> None:
        """A fault; of an unknown name also what is `wrong` and which names are `known`."""
        self.count += 1
        if len(self.shown) < SHOWN:
            hint = f" {quoted(wrong)}; {nearest(wrong, known)}" if wrong else ""
            self.shown.append((line, f"{self.name}:{line}: {text}{hint}"))

    def add_last(self, error: InputError) -> None:
        """The fault at which reading broke off."""
        self.count += 1
        self.shown = [*self.shown[: SHOWN - 1], (inf, str(error))]

    def stop(self) -> None:
        """Raise them all, if there are any."""
        if self.shown:
            lines = [text for _, text in sorted(self.shown)]
            hidden = self.count - len(lines)
            raise InputError(*lines, *[f"{self.name}: ... and {hidden:,} more"] * bool(hidden))


def read_table(path: str | Path, encoding: str | None = None, is_heading: Heading | None = None) -> Table:
    """The first of the `read_tables` that has the heading, or the first one; a remark tells which, of several."""
    tables = read_tables(path, encoding, is_heading)
    alike = [table for table in tables if is_heading and is_heading(table.heading)]
    chosen = next(iter(alike), tables[0])
    note = f'{Path(path).name}: read the sheet "{chosen.sheet}", one of {len(tables)} with any text'
    if others := [quoted(table.sheet) for table in alike[1:]]:
        note += f"; left out, though with such a heading: {some(others)}"
    return replace(chosen, notes=(*chosen.notes, *[note] * (len(tables) > 1)))


def read_tables(path: str | Path, encoding: str | None = None, is_heading: Heading | None = None) -> list[Table]:
    """The tables in a file, one for each sheet with any text: a CSV file's dialect is found by looking.

    CSV by comma, semicolon or tab, whichever cuts the heading into more cells; UTF-8, UTF-16 or UTF-32 with a
    byte order mark, UTF-8 or UTF-16 without, Windows-1252 where it is none unless declared; any line ends. Records in
    JSON are rows. The heading is the first of the first lines that `is_heading`, else the first line.
    """
    path = Path(path)
    name, data = path.name, _bytes(path)
    for start, what in _FOREIGN.items():
        if data.removeprefix(b"\xef\xbb\xbf").startswith(start):
            raise InputError(f"{name}: is {what}")
    page = is_page(data)
    if page or data.startswith(b"PK\x03\x04"):
        found = read_page(name, data) if page else read_workbook(name, data, UNZIPPED)
        sheets = [sheet for sheet in found if sheet[1]]
        if not sheets:
            raise InputError(f"{name}: its sheets are empty; give {ACCEPTED} with a heading")
        return [_of_sheet(name if len(sheets) == 1 else f"{name} ({sheet[0]})", sheet, is_heading) for sheet in sheets]
    if parsed := read_json(name, data):
        records, short = parsed
        table = _of_sheet(name, ("", records, ()), is_heading)
        return [replace(table, notes=(*short, *table.notes))]
    rows, delimiter, notes, broken = read_delimited(name, data, encoding, is_heading)
    if not rows:
        raise broken or InputError(f"{name}: is empty; give {ACCEPTED} with a heading")
    ((line, heading), *body), above = _from_heading(name, rows, is_heading)
    body, again = _once(name, heading, body)
    return [Table(name, trimmed(heading), line, body, (*notes, *above, *again), delimiter, len(heading), broken)]


def _of_sheet(name: str, sheet: Sheet, is_heading: Heading | None) -> Table:
    title, rows, remarks = sheet
    ((line, heading), *body), above = _from_heading(name, rows, is_heading)
    body, again = _once(name, heading, body)
    body = [(at, row + [""] * (len(heading) - len(row))) for at, row in body]
    told = (f"{name}: {remark}" for remark in remarks)
    return Table(name, heading, line, body, (*told, *above, *again), sheet=title)


def _from_heading(name: str, rows: list[Row], is_heading: Heading | None) -> tuple[list[Row], tuple[str, ...]]:
    """The rows from the heading on, and a remark on those above it that are more than a title."""
    first = next((k for k, (_, row) in enumerate(rows[:MOST_ABOVE]) if is_heading and is_heading(row)), 0)
    least = min(2, len(_texts(rows[first][1])))
    above = [(line, texts) for line, row in rows[:first] if len(texts := _texts(row)) >= least]
    said = [f"{line} ({quoted(', '.join(texts[:4]), 60)})" for line, texts in above]
    note = f"{name}: lines above the heading, line {rows[first][0]}, were left out: {some(said, MOST_ABOVE)}"
    return rows[first:], (note,) * bool(said)


def _texts(row: list[str]) -> list[str]:
    return [cell.strip() for cell in row if cell.strip()]


def _once(name: str, heading: list[str], body: list[Row]) -> tuple[list[Row], tuple[str, ...]]:
    """The rows that do not repeat the heading, and a remark on those that do."""
    same = [cell.strip().casefold() for cell in trimmed(heading)]
    if len(same) < 2:
        return body, ()
    again = [(at, row) for at, row in body if len(row) >= len(same) and row[0].strip().casefold() == same[0]]
    lines = {at for at, row in again if [cell.strip().casefold() for cell in trimmed(row)] == same}
    if not lines:
        return body, ()
    note = f"{name}: lines that repeat the heading were left out: {some([str(at) for at in sorted(lines)])}"
    return [row for row in body if row[0] not in lines], (note,)


def filled(table: Table, faults: Faults) -> Iterator[Row]:
    """The rows as wide as the heading; a fault where text stands beyond it."""
    width = len(table.heading)
    for line, cells in table.rows:
        if not blank(cells[width:]):
            surplus = ", ".join(cell.strip() for cell in cells[width:] if cell.strip())
            faults.add(line, f"{quoted(surplus)} stands under no heading; is a comma not in quotes?")
        yield line, [*cells[:width], *[""] * (width - len(cells))]


def rectangular(table: Table) -> Table:
    """The table with all rows as wide as its heading. InputError with every row that has text beyond it."""
    faults = Faults(table.name)
    body = list(filled(table, faults))
    faults.stop()
    return replace(table, body=body)


def _bytes(path: Path) -> bytes:
    if path.is_dir():
        raise InputError(f"{path}: is a folder; give {ACCEPTED}")
    if path.name.startswith("~$"):
        raise InputError(f"{path}: is Excel's note that somebody has the workbook open; give the workbook itself")
    if not path.is_file():
        raise InputError(f"{path}: no such file; give {ACCEPTED}")
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error
    if len(data) > LARGEST:
        raise InputError(f"{path.name}: is larger than {LARGEST >> 20} MB, too large for an answers file")
    return data
