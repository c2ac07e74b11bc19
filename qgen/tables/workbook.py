"""The rows of a spreadsheet, from an .xlsx workbook that may be broken, or made to take for ever."""

import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from itertools import islice, pairwise
from typing import Any

from qgen.errors import InputError
from qgen.tables.cells import ACCEPTED, Rows, trimmed

WIDEST = 10_000  # columns
MOST_ROWS = 1_048_576  # of a sheet
MOST_TAGS = 5_000_000  # of a workbook, those of a million cells: tags take openpyxl's time, not bytes
MOST_OTHERS = 1_000_000  # of these, those that are no cell's, which take longer
MOST_SHARED = 100_000  # formulas told by another cell's, which take longest
MOST_PLACES = 10_000_000  # of a sheet: rows times columns
_ZEROS = re.compile("00+")  # a number format
_BLOCK = 8192  # cells read at once
_OTHER = re.compile(rb"<(?!/|(?:\w+:)?(?:row|c|v|f|is|t)[\s/>])")
_UNSOLVED = re.compile(
    rb"(?:</(?:\w+:)?f|<(?:\w+:)?f(?:\s[^<>]*)?/)>\s*(?:<(?:\w+:)?v\s*(?:/|></(?:\w+:)?v)>\s*)?</(?:\w+:)?c>"
)
_LONG_TAG = re.compile(rb"<[^<>]{1000000}")  # the parser begins it anew with every part of it that it gets
_PLACED = re.compile(rb"""<(?:\w+:)?(?:row|c)(?=\s)[^<>]*?\sr\s*=\s*["']([A-Za-z]*)(\d+)["']""")

Sheet = tuple[list[str], int, Iterator[Rows], tuple[str, ...]]
"""Heading, its line, the rows below by the block, and remarks."""


def read_workbook(name: str, data: bytes, largest: int) -> Sheet:
    """The first sheet of a workbook that unzips to `largest` bytes at most.

    Numbers are stored as floats: written as the shortest text that gives them again, but with the leading zeros that
    a format of nothing but zeros shows, as of 00042 for an id.
    """
    from openpyxl import load_workbook

    try:
        unsolved = _checked(name, data, largest)
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
        heading = trimmed(heading)
        return heading, line, _sheet_blocks(rows, len(heading)), notes
    raise InputError(f"{name}: its first sheet is empty; give {ACCEPTED} with a heading")


def _sheet_blocks(rows: Iterator[tuple[int, list[str]]], width: int) -> Iterator[Rows]:
    while block := list(islice(rows, max(1, _BLOCK // width))):
        yield Rows([line for line, _ in block], [row + [""] * (width - len(row)) for _, row in block])


def _checked(name: str, data: bytes, largest: int) -> bool:
    """Whether a formula has no value. No part may unzip to more than is sane, or bring its own XML entities.

    Every cell must stand in a place of its own, in order: of two in one place openpyxl would take the last one.
    openpyxl parses with the standard library's expat, which expands internal entities up to an amplification
    limit and fetches no external ones; no spreadsheet program writes a DOCTYPE: none is let through at all.
    """
    unsolved, tags, others, shared = False, 0, 0, 0
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = archive.infolist()
        if not any(part.filename == "xl/workbook.xml" for part in parts):
            raise InputError(f"{name}: is a zip archive but no .xlsx workbook; give {ACCEPTED}")
        if sum(part.file_size for part in parts) > largest or len(parts) > 10_000:
            raise InputError(f"{name}: unzips to more than {largest >> 20} MB or 10,000 parts, too large for answers")
        for part in parts:
            if part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise InputError(f"{name}: is compressed as no spreadsheet program does; save it again")
            if part.filename.startswith("xl/media/"):
                continue
            xml = archive.read(part)
            if any("<!DOCTYPE".encode(code) in xml for code in ("ascii", "utf-16-le", "utf-16-be")):
                raise InputError(f"{name}: its part {part.filename} declares XML entities; save it again as .xlsx")
            if _LONG_TAG.search(xml):
                raise InputError(f"{name}: has a tag of more than a million characters; save its sheet as CSV")
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
            padded = any(_ZEROS.fullmatch(form) for form in sheets[0].parent._number_formats)
            first = _shown(sheets[0]) if padded else sheets[0].iter_rows(values_only=True)
            others = (sheet.iter_rows(values_only=True) for sheet in sheets[1:])
            for number, versions in enumerate(zip(first, *others, strict=True), 1):
                values = versions[0]
                places += len(values)
                if len(values) > WIDEST or number > MOST_ROWS:
                    raise _far(name, number)
                if places > MOST_PLACES:
                    raise InputError(f"{name}:{number}: has more than {MOST_PLACES:,} cells, empty ones included")
                if len(versions) > 1:
                    values = [next((v for v in cell if v is not None), None) for cell in zip(*versions, strict=True)]
                row = trimmed(["" if value is None else _text(value) for value in values])
                if row:
                    yield number, row
    except InputError:
        raise
    except Exception as error:
        raise _broken(name, error) from None


def _shown(sheet: Any) -> Iterator[list[object]]:
    """The values of each row, whole numbers with the leading zeros that their format shows."""
    for row in sheet.iter_rows():
        values: list[object] = [cell.value for cell in row]
        for at, value in enumerate(values):
            form = row[at].number_format if type(value) in (int, float) else ""
            if _ZEROS.fullmatch(form):
                text = _text(float(str(value)))
                values[at] = text.zfill(len(form)) if text.isdecimal() else value
        yield values


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
