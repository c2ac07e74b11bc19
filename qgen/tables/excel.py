"""The sheets of an .xlsx workbook, by openpyxl: it knows number formats, and formulas without values."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from qgen.errors import InputError
from qgen.tables.markup import check_markup, others_but
from qgen.tables.rows import (
    MOST_PLACES,
    MOST_ROWS,
    WIDEST,
    Kept,
    Row,
    Sheet,
    hidden,
    too_far,
    too_many,
    trimmed,
    written,
)

MOST_SHARED = 100_000  # formulas given by another cell's, which take longest
_ZEROS = re.compile("00+")  # a number format
_OTHER = others_but("row", "c", "v", "f", "is", "t")
_UNSOLVED = re.compile(
    rb"(?:</(?:\w+:)?f|<(?:\w+:)?f(?:\s[^<>]*)?/)>\s*(?:<(?:\w+:)?v\s*(?:/|></(?:\w+:)?v)>\s*)?</(?:\w+:)?c>"
)
_PLACED = re.compile(rb"""<(?:\w+:)?(?:row|c)(?=\s)[^<>]*?\sr\s*=\s*["']([A-Za-z]*)(-?\d+)["']|<(?:\w+:)?row\b""")
_HIDDEN = re.compile(rb"""<(?:\w+:)?row\s[^<>]*?\bhidden\s*=\s*["'](?:1|true)["'][^<>]*>""")
_LINE = re.compile(rb"""\sr\s*=\s*["'](\d{1,7})["']""")


def read_xlsx(name: str, data: bytes, parts: Mapping[str, bytes]) -> list[Sheet]:
    """All sheets but charts.

    Whole numbers get the leading zeros that a format of nothing but zeros shows, as of 00042 for an id; a formula
    without a stored value stands as it is.
    """
    from openpyxl import load_workbook

    unsolved = _checked(name, parts)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of styles and extensions that do not matter here
        books = [load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)]
        if unsolved:
            books.append(load_workbook(io.BytesIO(data), read_only=True, keep_links=False))
        versions, kept = zip(*(book.worksheets for book in books), strict=True), Kept(name)
        found = [(sheets[0], list(_rows(name, sheets, kept))) for sheets in versions]
    return [(sheet.title, rows, _unseen(sheet, rows, parts)) for sheet, rows in found]


def _unseen(sheet: Any, rows: Sequence[Row], parts: Mapping[str, bytes]) -> tuple[str, ...]:
    """Remarks on what the spreadsheet does not show."""
    told = ("is a hidden sheet, and was read too",) * (sheet.sheet_state != "visible")
    xml = parts.get(sheet._worksheet_path.lstrip("/"), b"")
    lines = {int(found[1]) for row in _HIDDEN.finditer(xml) if (found := _LINE.search(row[0]))}
    return told or hidden(lines, rows)


def _checked(name: str, parts: Mapping[str, bytes]) -> bool:
    """Whether a formula has no value. InputError for what takes too long, or has two cells in one place.

    Of two cells in one place openpyxl would take the last one.
    """
    check_markup(name, parts.values(), _OTHER)
    unsolved, shared = False, 0
    for part, xml in parts.items():
        unsolved = unsolved or _UNSOLVED.search(xml) is not None
        shared += xml.count(b"shared")
        if unsolved and shared > MOST_SHARED:
            raise InputError(f"{name}: has formulas that take too long to read; save its sheet as CSV")
        if part.startswith("xl/worksheets/"):
            _ordered(name, part, xml)
    return unsolved


def _ordered(name: str, part: str, xml: bytes) -> None:
    """InputError for a row or a cell that does not stand after the one before it, or far outside of any sheet.

    Nor may a cell stand in another row than it says: openpyxl would take it for that row's.
    """
    before, row = (0, 0, b""), 0
    for column, number in _PLACED.findall(xml):
        if not number:  # a row that does not say which one it is
            row = 0
            continue
        place = int(number), len(column), column.upper()
        if place[0] > MOST_ROWS:
            raise too_far(name, place[0])
        row = row if row and column else place[0]
        if place <= before or row != place[0]:
            what = f"cell {place[2].decode()}{place[0]}" if column else f"row {place[0]}"
            raise InputError(
                f"{name}: {what} of {part} stands there twice or out of order; look at it, and save it again"
            )
        before = place


def _rows(name: str, sheets: Sequence[Any], kept: Kept) -> Iterator[Row]:
    """The sheet's stored values; where a formula has none, the formula itself, as the second version has it."""
    for sheet in sheets:
        sheet.reset_dimensions()  # what a sheet says of its own size is often wrong
    places = 0
    padded = any(_ZEROS.fullmatch(form) for form in sheets[0].parent._number_formats)
    first = _shown(sheets[0]) if padded else sheets[0].iter_rows(values_only=True)
    others = (sheet.iter_rows(values_only=True) for sheet in sheets[1:])
    for number, versions in enumerate(zip(first, *others, strict=True), 1):
        values = versions[0]
        places += len(values)
        if len(values) > WIDEST or number > MOST_ROWS:
            raise too_far(name, number)
        if places > MOST_PLACES:
            raise too_many(name, number)
        if len(versions) > 1:
            values = [next((v for v in cell if v is not None), None) for cell in zip(*versions, strict=True)]
        if row := trimmed(list(map(written, values))):
            kept.add(number, row)
            yield number, row


def _shown(sheet: Any) -> Iterator[list[object]]:
    """The values of each row, whole numbers with the leading zeros that their format shows."""
    for row in sheet.iter_rows():
        values: list[object] = [cell.value for cell in row]
        for at, value in enumerate(values):
            form = row[at].number_format if type(value) in (int, float) else ""
            if _ZEROS.fullmatch(form):
                text = written(float(str(value)))
                values[at] = text.zfill(len(form)) if text.isdecimal() else value
        yield values
