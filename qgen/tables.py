"""A table of text cells with its true line numbers, from a CSV file or a spreadsheet whatever its dialect."""

import codecs
import csv
import io
import math
import re
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import accumulate, chain, islice, pairwise
from pathlib import Path
from typing import Any

from qgen.cells import Rows
from qgen.errors import InputError, nearest, quoted
from qgen.regular import Regular, regular_blocks

LARGEST = 1 << 29  # bytes of a file, or of a workbook unzipped: ten times 100,000 students of 66 answers
LONGEST = 1 << 21  # bytes of a line, roughly
WIDEST = 10_000  # columns
MOST_ROWS = 1_048_576  # of a sheet
MOST_TAGS = 5_000_000  # of a workbook, those of a million cells: tags take openpyxl's time, not bytes
MOST_OTHERS = 1_000_000  # of these, those that are no cell's, which take longer
MOST_SHARED = 100_000  # formulas told by another cell's, which take longest
MOST_PLACES = 10_000_000  # of a sheet: rows times columns
SHOWN = 50  # faults of one file
_SPACE = " ,;\t"
_LINE_END = re.compile(rb"\r\n|\r|\n")
_BLOCK = 8192  # cells read at once
_ACCEPTED = "a CSV file (comma, semicolon or tab) or an .xlsx workbook"
_OTHER = re.compile(rb"<(?!/|(?:\w+:)?(?:row|c|v|f|is|t)[\s/>])")
_UNSOLVED = re.compile(
    rb"(?:</(?:\w+:)?f|<(?:\w+:)?f(?:\s[^<>]*)?/)>\s*(?:<(?:\w+:)?v\s*(?:/|></(?:\w+:)?v)>\s*)?</(?:\w+:)?c>"
)
_PLACED = re.compile(rb"""<(?:\w+:)?(?:row|c)(?=\s)[^<>]*?\sr\s*=\s*["']([A-Za-z]*)(\d+)["']""")
_FOREIGN = {  # first bytes -> what such a file is
    b"\xd0\xcf\x11\xe0": "an old (.xls) or encrypted workbook; save it as .xlsx without a password, or as CSV",
    b"%PDF": f"a PDF; give {_ACCEPTED}",
    b"\x1f\x8b": f"a gzip archive; unpack it and give {_ACCEPTED}",
}
_BOMS = {  # the longer ones first: UTF-16's begins UTF-32's
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}

Block = Rows | Regular


@dataclass(frozen=True)
class Table:
    """`heading` stands on `line` of the file `name`; the rows follow in `blocks`, read when asked for.

    Rows of a CSV file have the cells they have, none on a blank line; those of a workbook are as wide as the
    heading at least, for there an empty cell at the end is not stored. Where the file breaks off, reading on
    raises InputError.
    """

    name: str
    heading: list[str]
    line: int
    blocks: Iterator[Block]
    notes: tuple[str, ...] = ()


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
            hint = f" {quoted(wrong)}; {nearest(wrong[:100], known)}" if wrong else ""
            self.shown.append((line, f"{self.name}:{line}: {text}{hint}"))

    def add_last(self, error: InputError) -> None:
        """The fault at which reading broke off."""
        self.count += 1
        self.shown = [*self.shown[: SHOWN - 1], (math.inf, str(error))]

    def stop(self) -> None:
        """Raise them all, if there are any."""
        if self.shown:
            lines = [text for _, text in sorted(self.shown)]
            hidden = self.count - len(lines)
            raise InputError(*lines, *[f"{self.name}: ... and {hidden:,} more"] * bool(hidden))


def read_table(path: Path, encoding: str | None = None) -> Table:
    """The table in a file: its dialect is found by looking, its encoding too unless declared.

    CSV by comma, semicolon or tab, whichever cuts the heading into more cells; UTF-8, UTF-16 or UTF-32 with a
    byte order mark, UTF-8 without, Windows-1252 where it is not UTF-8; any line ends. A workbook: sheet 1.
    """
    data = _bytes(path)
    if data.startswith(b"PK\x03\x04"):
        return _workbook(path.name, data)
    for start, what in _FOREIGN.items():
        if data.startswith(start):
            raise InputError(f"{path.name}: is {what}")
    for at in range(0, len(data) - LONGEST, LONGEST):
        if not re.search(rb"[\r\n]", data[at : at + LONGEST]):
            raise InputError(f"{path.name}: has a line of more than {LONGEST >> 20} MB; give {_ACCEPTED}")
    encoding, notes = _encoding(path.name, data, encoding)
    return Table(path.name, *_csv(path.name, data, encoding), notes)


def _bytes(path: Path) -> bytes:
    if path.is_dir():
        raise InputError(f"{path}: is a folder; give {_ACCEPTED}")
    if not path.is_file():
        raise InputError(f"{path}: no such file; give {_ACCEPTED}")
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error
    if len(data) > LARGEST:
        raise InputError(f"{path.name}: is larger than {LARGEST >> 20} MB, too large for an answers file")
    return data


def _encoding(name: str, data: bytes, declared: str | None) -> tuple[str, tuple[str, ...]]:
    """The encoding the whole of `data` was tried with, and a remark where it is a guess."""
    found = next((encoding for bom, encoding in _BOMS.items() if data.startswith(bom)), None)
    if declared is None and found is None and b"\0" in data:
        raise InputError(f"{name}: has NUL bytes, so it is no plain text; save it as {_ACCEPTED}, encoded in UTF-8")
    for encoding in [declared or found] if declared or found else ["utf-8", "cp1252", "latin-1"]:
        assert encoding
        try:
            text = data.decode(encoding)
        except UnicodeError:
            continue
        except LookupError:
            raise InputError(f'unknown encoding "{encoding}"; write utf-8, utf-16, latin-1 or cp1252') from None
        if "\0" in text:
            raise InputError(f"{name}: has NUL characters, so it is no plain text; save it as {_ACCEPTED}")
        guessed = encoding in ("cp1252", "latin-1") and not declared
        return encoding, (f"{name}: is not UTF-8; read as Windows-1252 (Latin-1)",) * guessed
    raise InputError(f"{name}: is not {declared or found}; save it as UTF-8, or say which encoding it has")


def _csv(name: str, data: bytes, encoding: str) -> tuple[list[str], int, Iterator[Block]]:
    """Heading, its line, and the rows below."""
    lines = io.TextIOWrapper(io.BytesIO(data), encoding, newline="")
    delimiter, start = _delimiter(lines)
    lines.seek(0)
    for _ in range(start - 1):
        lines.readline()
    reader = csv.reader(lines, delimiter=delimiter, strict=True, skipinitialspace=True)
    line = start
    try:
        for heading in reader:
            if "".join(heading).strip("\ufeff" + _SPACE):
                heading[0] = heading[0].removeprefix("\ufeff")
                heading = _trimmed(heading)
                return heading, line, _csv_blocks(name, data, encoding, reader, start + reader.line_num, len(heading))
            line = start + reader.line_num
    except csv.Error as error:
        raise _unquoted(name, line, error) from None
    raise InputError(f"{name}: is empty; give {_ACCEPTED} with a heading")


def _csv_blocks(name: str, data: bytes, encoding: str, reader: Any, line: int, width: int) -> Iterator[Block]:
    """The rows from a `line` on, at which the reader stands."""
    delimiter = reader.dialect.delimiter
    begin = next(islice(chain([0], (found.end() for found in _LINE_END.finditer(data))), line - 1, None), len(data))
    end = begin
    for block in regular_blocks(data, begin, line, width, delimiter, encoding):
        end, line = end + block.size, line + len(block.lines)
        yield block
    if end > begin:
        lines = io.TextIOWrapper(io.BytesIO(data[end:]), encoding, newline="")
        reader = csv.reader(lines, reader.dialect)
    start = line - reader.line_num
    failed = None
    while not failed:
        line = start + reader.line_num
        rows: list[list[str]] = []
        try:
            rows.extend(islice(reader, max(1, _BLOCK // width)))
        except csv.Error as error:  # the rows before it are in
            failed = error
        if not rows and not failed:
            return
        numbers: Sequence[int] = range(line, line + len(rows))
        if failed or start + reader.line_num != line + len(rows):  # some cell has a line end inside its quotes
            *numbers, line = accumulate(map(_height, rows), initial=line)
        if rows:
            yield Rows(numbers, rows)
        if failed:
            raise _unquoted(name, line, failed)


def _height(row: list[str]) -> int:
    """On how many lines a row stands."""
    text = "\0".join(row)
    return 1 + text.count("\n") + text.count("\r") - text.count("\r\n")


def _unquoted(name: str, line: int, error: csv.Error) -> InputError:
    what = "has a quotation mark that is not closed, or not doubled inside quotes"
    return InputError(f"{name}:{line}: {what} ({error}); the rest of the file was not read")


def _delimiter(lines: io.TextIOWrapper) -> tuple[str, int]:
    """The delimiter, and the line to start from: the second where the first says "sep=;", as Excel's may."""
    first = lines.readline(100).removeprefix("\ufeff").rstrip("\r\n").strip('"')
    if first[:4].lower() == "sep=" and first[4:] in (",", ";", "\t", "|"):
        return first[4], 2
    widths = {}
    for delimiter in ",;\t":
        lines.seek(0)
        with suppress(csv.Error):
            reader = csv.reader(lines, delimiter=delimiter, strict=True)
            widths[delimiter] = next((len(row) for row in reader if "".join(row).strip(_SPACE)), 0)
    return max(widths, key=widths.__getitem__, default=","), 1


def _trimmed(cells: list[str]) -> list[str]:
    """Without the empty cells at the end."""
    width = len(cells)
    while width and not cells[width - 1].strip():
        width -= 1
    return cells[:width]


def _workbook(name: str, data: bytes) -> Table:
    """The first sheet. Numbers are stored as floats: written as the shortest text that gives them again."""
    from openpyxl import load_workbook

    try:
        unsolved = _checked(name, data)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and extensions that do not matter here
            books = [load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)]
            if unsolved:
                books.append(load_workbook(io.BytesIO(data), read_only=True, keep_links=False))
            sheets = [book.worksheets[0] for book in books]
    except InputError:
        raise
    except Exception as error:  # whatever a broken workbook makes zipfile, the XML parser or openpyxl raise
        raise _broken(name, error) from None
    titles = books[0].sheetnames
    notes = (f'{name}: read the first sheet, "{titles[0]}", of {len(titles)}',) if len(titles) > 1 else ()
    rows = _sheet_rows(name, sheets)
    for line, heading in rows:
        heading = _trimmed(heading)
        return Table(name, heading, line, _sheet_blocks(rows, len(heading)), notes)
    raise InputError(f"{name}: its first sheet is empty; give {_ACCEPTED} with a heading")


def _sheet_blocks(rows: Iterator[tuple[int, list[str]]], width: int) -> Iterator[Block]:
    while block := list(islice(rows, max(1, _BLOCK // width))):
        yield Rows([line for line, _ in block], [row + [""] * (width - len(row)) for _, row in block])


def _checked(name: str, data: bytes) -> bool:
    """Whether a formula has no value. No part may unzip to more than is sane, or bring its own XML entities.

    Every cell must stand in a place of its own, in order: of two in one place openpyxl would take the last one.
    openpyxl parses with the standard library's expat, which expands internal entities up to an amplification
    limit and fetches no external ones; no spreadsheet program writes a DOCTYPE: none is let through at all.
    """
    unsolved, tags, others, shared = False, 0, 0, 0
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = archive.infolist()
        if not any(part.filename == "xl/workbook.xml" for part in parts):
            raise InputError(f"{name}: is a zip archive but no .xlsx workbook; give {_ACCEPTED}")
        if sum(part.file_size for part in parts) > LARGEST or len(parts) > 10_000:
            raise InputError(f"{name}: unzips to more than {LARGEST >> 20} MB or 10,000 parts, too large for answers")
        for part in parts:
            if part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise InputError(f"{name}: is compressed as no spreadsheet program does; save it again")
            if part.filename.startswith("xl/media/"):
                continue
            xml = archive.read(part)
            if any("<!DOCTYPE".encode(code) in xml for code in ("ascii", "utf-16-le", "utf-16-be")):
                raise InputError(f"{name}: its part {part.filename} declares XML entities; save it again as .xlsx")
            tags += xml.count(b"<")
            others += 0 if tags > MOST_TAGS else sum(1 for _ in _OTHER.finditer(xml))
            unsolved = unsolved or _UNSOLVED.search(xml) is not None
            shared += xml.count(b"shared")
            if tags > MOST_TAGS or others > MOST_OTHERS or (unsolved and shared > MOST_SHARED):
                raise InputError(f"{name}: has a million cells, or what takes as long to read; save its sheet as CSV")
            if part.filename.startswith("xl/worksheets/"):
                _ordered(name, part.filename, xml)
    return unsolved


def _ordered(name: str, part: str, xml: bytes) -> None:
    """InputError for a row or a cell that does not stand after the one before it, or far outside of any sheet."""
    places = ((int(row), len(column), column.upper()) for column, row in _PLACED.findall(xml))
    for before, place in pairwise(places):
        if place[0] > MOST_ROWS:
            raise _far(name, place[0])
        if place <= before:
            what = f"cell {place[2].decode()}{place[0]}" if place[1] else f"row {place[0]}"
            raise InputError(
                f"{name}: {what} of {part} stands there twice or out of order; look at it, and save it again"
            )


def _sheet_rows(name: str, sheets: list[Any]) -> Iterator[tuple[int, list[str]]]:
    """The sheet's stored values; where a formula has none, the formula itself, as the second version has it."""
    for sheet in sheets:
        sheet.reset_dimensions()  # what a sheet says of its own size is often wrong
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            places = 0
            for number, versions in enumerate(
                zip(*(sheet.iter_rows(values_only=True) for sheet in sheets), strict=True), 1
            ):
                values = versions[0]
                places += len(values)
                if len(values) > WIDEST or number > MOST_ROWS:
                    raise _far(name, number)
                if places > MOST_PLACES:
                    raise InputError(f"{name}:{number}: has more than {MOST_PLACES:,} cells, empty ones included")
                if len(versions) > 1:
                    values = [next((v for v in cell if v is not None), None) for cell in zip(*versions, strict=True)]
                row = _trimmed(["" if value is None else _text(value) for value in values])
                if row:
                    yield number, row
    except InputError:
        raise
    except Exception as error:
        raise _broken(name, error) from None


def _far(name: str, line: int) -> InputError:
    return InputError(f"{name}:{line}: has more than {WIDEST:,} columns or {MOST_ROWS:,} rows")


def _text(value: object) -> str:
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return str(getattr(value, "text", value))


def _broken(name: str, error: Exception) -> InputError:
    return InputError(
        f"{name}: is no readable .xlsx workbook ({type(error).__name__}); save it again, or save it as CSV"
    )
