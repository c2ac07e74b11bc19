"""Rows from a CSV file, whatever its encoding and delimiter, each with the line it starts on; and rows as CSV."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from itertools import chain, islice
from typing import Literal

from qgen.errors import InputError
from qgen.tables.encodings import CALLED, example, guessed
from qgen.tables.rows import A_ROW, ACCEPTED, MOST_ABOVE, MOST_PLACES, Heading, Row, blank, too_many

LONGEST = 1 << 21  # bytes of a line, roughly
_DELIMITERS = ",;\t|"
_STRAIGHT = str.maketrans("“”„", '"""')
_SPACE = "\ufeff ,;\t"
_BOMS = {  # the longer ones first: UTF-16's begins UTF-32's
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


def read_delimited(
    name: str, data: bytes, encoding: str | None = None, is_heading: Heading | None = None
) -> tuple[list[Row], str, tuple[str, ...], InputError | None]:
    """The rows with any text, the delimiter, remarks, and the fault at which reading broke off.

    The delimiter is the one that makes a heading of one of the first lines, else whichever cuts the first one into
    more cells.
    """
    _check_size(name, data)
    text, notes = _decoded(name, data, encoding)
    text = text.removeprefix("\ufeff")
    if text.lstrip()[:1] in ("“", "„"):
        text = text.translate(_STRAIGHT)
        notes = (*notes, f"{name}: quotation marks “ ” were read as plain ones")
    delimiter, start = _delimiter(text, is_heading)
    lines = io.StringIO(text, newline="")
    for _ in range(1, start):
        lines.readline()
    reader = csv.reader(lines, delimiter=delimiter, strict=True, skipinitialspace=True)
    rows: list[Row] = []
    line, places = start, 0
    try:
        for cells in reader:
            if not blank(cells):
                rows.append((line, cells))
                places += len(cells)
                if places > MOST_PLACES:
                    raise too_many(name, line)
            line = start + reader.line_num
    except csv.Error as error:  # the rows before it are in
        return rows, delimiter, notes, _broken(name, line, error)
    if all(len(cells) == 1 for _, cells in rows) and any(mark in rows[0][1][0] for mark in _DELIMITERS if rows):
        delimiter, _ = _delimiter("\n".join(cells[0] for _, cells in rows), is_heading)
        rows = [(at, cut) for at, (cell,) in rows for cut in csv.reader([cell], delimiter=delimiter)]
        notes = (*notes, f"{name}: every line stands in quotes, which were left out")
    return rows, delimiter, notes, None


def _check_size(name: str, data: bytes) -> None:
    """InputError for what takes too much time or memory to look at."""
    for at in range(0, len(data) - LONGEST, LONGEST):
        if not re.search(rb"[\r\n]", data[at : at + LONGEST]):
            raise InputError(f"{name}: has a line of more than {LONGEST >> 20} MB; give {ACCEPTED}")
    lines, cuts = (max(data.count(mark.encode()) for mark in marks) for marks in ("\n\r", _DELIMITERS))
    if A_ROW * lines + cuts > MOST_PLACES:
        raise InputError(f"{name}: has {lines:,} lines with {cuts:,} separators, more than any class needs")


def encoding_of(data: bytes) -> str:
    """The encoding that a file shows to be in: by its byte order mark, by its zeros, or as UTF-8; "" for any other."""
    if found := next((encoding for bom, encoding in _BOMS.items() if data.startswith(bom)), ""):
        return found
    for start, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        if data[start:400:2].count(0) > len(data[start:400:2]) // 2:
            return encoding
    return "utf-8" if _is_utf8(data) else ""


def _decoded(name: str, data: bytes, declared: str | None) -> tuple[str, tuple[str, ...]]:
    """The text, and a remark where its encoding is a guess."""
    told = declared or encoding_of(data)
    for encoding in [told] if told else [guessed(data), "latin-1"]:
        assert encoding
        try:
            io.TextIOWrapper(io.BytesIO(), encoding)  # LookupError for codecs of other things than text
            text = data.decode(encoding)
        except UnicodeError:
            continue
        except LookupError:
            raise InputError(f'unknown encoding "{encoding}"; write utf-8, utf-16, latin-1 or cp1252') from None
        if "\0" in text:
            raise InputError(f"{name}: has NUL characters, so it is no plain text; save it as {ACCEPTED}")
        if told:
            return text, ()
        word = example(text)
        such = f', such as "{word}"' if word else ""
        return text, (f"{name}: is not UTF-8; read as {CALLED.get(encoding, CALLED['cp1252'])}{such}",)
    raise InputError(f"{name}: is not {told}; save it as UTF-8, or say which encoding it has")


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeError:
        return False
    return True


def _delimiter(text: str, is_heading: Heading | None) -> tuple[str, int]:
    """The delimiter, and the line to start from: the second where the first says "sep=;", as Excel's may."""
    first = re.split(r"[\r\n]", text[:100], maxsplit=1)[0].strip('"')
    if first[:4].lower() == "sep=" and first[4:] in (",", ";", "\t", "|"):
        return first[4], 2
    widths = {}
    for delimiter in _DELIMITERS:
        with suppress(csv.Error):
            reader = csv.reader(io.StringIO(text[:LONGEST], newline=""), delimiter=delimiter, strict=True)
            rows = islice((row for row in reader if "".join(row).strip(_SPACE)), MOST_ABOVE)
            widths[delimiter] = len(first := next(rows, []))
            if is_heading and any(map(is_heading, chain([first], rows))):
                return delimiter, 1
    return max(widths, key=widths.__getitem__, default=","), 1


def _broken(name: str, line: int, error: csv.Error) -> InputError:
    what = "has a quotation mark that is not closed, or not doubled inside quotes"
    if "field limit" in str(error):
        what = "has a cell that is too long"
    return InputError(f"{name}:{line}: {what} ({error}); the rest of the file was not read")


def csv_text(
    rows: Iterable[Sequence[object]], *, delimiter: str = ",", quote_all: bool = False, end: str = "\n"
) -> str:
    """Rows as CSV (RFC 4180): one kind of line end, minimal quotes unless `quote_all`."""
    out = io.StringIO()
    quoting: Literal[0, 1] = csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL
    csv.writer(out, delimiter=delimiter, quoting=quoting, lineterminator=end).writerows(rows)
    return out.getvalue()
