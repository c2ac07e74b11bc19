"""The sheets of an .ods workbook, row by row from its XML.

By the standard library's parser: calamine never ends on a file of which one byte is damaged, odfpy is not kept.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from xml.etree.ElementTree import Element, iterparse

from qgen.tables.rows import MOST_PLACES, MOST_ROWS, WIDEST, Sheet, too_far, too_many, trimmed, written

LARGEST = 1 << 28  # characters of all cells, repeated ones as often as they stand
_OFFICE, _TABLE, _TEXT = (
    f"{{urn:oasis:names:tc:opendocument:xmlns:{space}:1.0}}" for space in ("office", "table", "text")
)


def read_ods(name: str, data: bytes, parts: Mapping[str, bytes]) -> list[Sheet]:
    """All sheets."""
    sheets: list[Sheet] = []
    line, places, size = 1, 0, 0
    for event, element in iterparse(io.BytesIO(parts["content.xml"]), ("start", "end")):
        if event == "start" and element.tag == _TABLE + "table":
            sheets.append((element.get(_TABLE + "name", ""), []))
            line = 1
        if event == "start" or element.tag != _TABLE + "table-row":
            continue
        count = _repeats(element, "rows")
        cells = _cells(name, line, element)
        element.clear()
        if cells:
            places += count * len(cells)
            size += count * sum(map(len, cells))
            if line + count > MOST_ROWS:
                raise too_far(name, line)
            if places > MOST_PLACES or size > LARGEST:
                raise too_many(name, line)
            sheets[-1][1].extend((line + k, cells[:]) for k in range(count))
        line += count
    return sheets


def _cells(name: str, line: int, row: Element) -> list[str]:
    """The texts of a row, without the empty ones at its end, which many a sheet repeats up to the last column."""
    cells: list[str] = []
    empty = 0
    for cell in row:
        if cell.tag not in (_TABLE + "table-cell", _TABLE + "covered-table-cell"):
            continue
        text, count = _text(cell), _repeats(cell, "columns")
        if not text:
            empty += count
        elif len(cells) + empty + count > WIDEST:
            raise too_far(name, line)
        else:
            cells += [*[""] * empty, *[text] * count]
            empty = 0
    return trimmed(cells)


def _repeats(element: Element, what: str) -> int:
    return max(1, int(element.get(f"{_TABLE}number-{what}-repeated", "1")))


def _text(cell: Element) -> str:
    """A number or a date as it is stored, everything else as it is shown."""
    number = cell.get(_OFFICE + "value")
    if number is not None:
        return written(float(number))
    shown = "\n".join("".join(line.itertext()) for line in cell.findall(_TEXT + "p"))
    return cell.get(_OFFICE + "date-value") or cell.get(_OFFICE + "boolean-value", "").title() or shown
