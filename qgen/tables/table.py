"""A table of text cells with its true line numbers, from a CSV file or a spreadsheet whatever its dialect."""

import codecs
import csv
import io
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import accumulate, chain, islice
from pathlib import Path
from typing import Any

from qgen.errors import InputError, nearest, quoted
from qgen.parallel import ahead
from qgen.tables.cells import ACCEPTED, Rows, trimmed
from qgen.tables.regular import Regular, regular_blocks
from qgen.tables.workbook import read_workbook

LARGEST = 1 << 29  # bytes of a file, or of a workbook unzipped: ten times 100,000 students of 66 answers
LONGEST = 1 << 21  # bytes of a line, roughly
SHOWN = 50  # faults of one file
_SPACE = " ,;\t"
_LINE_END = re.compile(rb"\r\n|\r|\n")
_BLOCK = 8192  # cells read at once
_LARGE = 1 << 23  # bytes of a file whose parts are worth a thread
_PART = 1 << 13  # bytes decoded at once
_FOREIGN = {  # first bytes -> what such a file is
    b"\xd0\xcf\x11\xe0": "an old (.xls) or encrypted workbook; save it as .xlsx without a password, or as CSV",
    b"%PDF": f"a PDF; give {ACCEPTED}",
    b"\x1f\x8b": f"a gzip archive; unpack it and give {ACCEPTED}",
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
    widest: int | None = None  # cells of a row, empty ones at the end included; None where these tell nothing


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
        return Table(path.name, *read_workbook(path.name, data, LARGEST))
    for start, what in _FOREIGN.items():
        if data.startswith(start):
            raise InputError(f"{path.name}: is {what}")
    for at in range(0, len(data) - LONGEST, LONGEST):
        if not re.search(rb"[\r\n]", data[at : at + LONGEST]):
            raise InputError(f"{path.name}: has a line of more than {LONGEST >> 20} MB; give {ACCEPTED}")
    encoding, notes = _encoding(path.name, data, encoding)
    heading, line, blocks = _csv(path.name, data, encoding)
    return Table(path.name, trimmed(heading), line, blocks, notes, widest=len(heading))


def _bytes(path: Path) -> bytes:
    if path.is_dir():
        raise InputError(f"{path}: is a folder; give {ACCEPTED}")
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


def _encoding(name: str, data: bytes, declared: str | None) -> tuple[str, tuple[str, ...]]:
    """The encoding the whole of `data` was tried with, and a remark where it is a guess."""
    found = next((encoding for bom, encoding in _BOMS.items() if data.startswith(bom)), None)
    if declared is None and found is None and b"\0" in data:
        raise InputError(f"{name}: has NUL bytes, so it is no plain text; save it as {ACCEPTED}, encoded in UTF-8")
    for encoding in [declared or found] if declared or found else ["utf-8", "cp1252", "latin-1"]:
        assert encoding
        try:
            if any("\0" in text for text in _decoded(data, encoding)):
                raise InputError(f"{name}: has NUL characters, so it is no plain text; save it as {ACCEPTED}")
        except UnicodeError:
            continue
        except LookupError:
            raise InputError(f'unknown encoding "{encoding}"; write utf-8, utf-16, latin-1 or cp1252') from None
        guessed = encoding in ("cp1252", "latin-1") and not declared
        return encoding, (f"{name}: is not UTF-8; read as Windows-1252 (Latin-1)",) * guessed
    raise InputError(f"{name}: is not {declared or found}; save it as UTF-8, or say which encoding it has")


def _decoded(data: bytes, encoding: str) -> Iterator[str]:
    """The text of `data`, in parts so small that most of them are ASCII, which is decoded in no time."""
    io.TextIOWrapper(io.BytesIO(), encoding)  # LookupError for codecs of other things than text
    decoder = codecs.getincrementaldecoder(encoding)()
    for first in range(0, len(data), _PART):
        yield decoder.decode(data[first : first + _PART])
    yield decoder.decode(b"", final=True)


def _csv(name: str, data: bytes, encoding: str) -> tuple[list[str], int, Iterator[Block]]:
    """Heading, empty cells at its end included, its line, and the rows below."""
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
                width = len(trimmed(heading))
                return heading, line, _csv_blocks(name, data, encoding, reader, start + reader.line_num, width)
            line = start + reader.line_num
    except csv.Error as error:
        raise _unquoted(name, line, error) from None
    raise InputError(f"{name}: is empty; give {ACCEPTED} with a heading")


def _csv_blocks(name: str, data: bytes, encoding: str, reader: Any, line: int, width: int) -> Iterator[Block]:
    """The rows from a `line` on, at which the reader stands."""
    delimiter = reader.dialect.delimiter
    begin = next(islice(chain([0], (found.end() for found in _LINE_END.finditer(data))), line - 1, None), len(data))
    end = begin
    blocks = regular_blocks(data, begin, line, width, delimiter, encoding)
    for block in ahead(blocks) if len(data) > _LARGE else blocks:
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
