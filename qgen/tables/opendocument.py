"""The sheets of an .ods workbook, row by row from its XML.

By the standard library's parser: calamine never ends on a file of which one byte is damaged, odfpy is not kept.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from xml.etree.ElementTree import Element, iterparse

from qgen.errors import InputError
from qgen.tables.markup import check_markup, others_but
from qgen.tables.rows import MOST_ROWS, WIDEST, Kept, Row, Sheet, hidden, too_far, trimmed, written

_OTHER = others_but("table-row", "table-cell", "covered-table-cell", "p")
_OFFICE, _TABLE, _TEXT = (
    f"{{urn:oasis:names:tc:opendocument:xmlns:{space}:1.0}}" for space in ("office", "table", "text")
)


def read_ods(name: str, data: bytes, parts: Mapping[str, bytes]) -> list[Sheet]:
    """All sheets."""
    check_markup(name, [parts["content.xml"]], _OTHER)
    sheets: list[Sheet] = []
    rows: list[Row] = []
    unseen = set[int]()
    line, kept = 1, Kept(name)
    for _, element in iterparse(io.BytesIO(parts["content.xml"])):
        if element.tag == _TABLE + "table":
            sheets.append((element.get(_TABLE + "name", ""), rows, hidden(unseen, rows)))
            line, rows, unseen = 1, [], set()
        if element.tag != _TABLE + "table-row":
            continue
        count = _repeats(element, "rows")
        cells = _cells(name, line, element)
        folded = element.get(_TABLE + "visibility", "visible") != "visible"
        element.clear()
        if cells:
            if line + count > MOST_ROWS:
                raise too_far(name, line)
            kept.add(line, cells, count)
            unseen |= {*range(line, line + count)} if folded else set()
            rows.extend((line + k, cells[:]) for k in range(count))
        line += count
    return sheets


def _cells(name: str, line: int, row: Element) -> list[str]:
    """The texts of a row, without the empty ones at its end, which many a sheet repeats up to the last column."""
    cells: list[str] = []
    empty = 0
    for cell in row:
        if cell.tag not in (_TABLE + "table-cell", _TABLE + "covered-table-cell"):  # the others would move up
            raise InputError(f"{name}:{line}: has something else between its cells; look at it, and save it again")
        if not (len(cell) or cell.keys()):
            empty += 1
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
