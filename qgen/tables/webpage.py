"""The rows of the tables of a web page: what many a registry exports as an Excel file.

In one pass: the standard library's parser takes the square of the time that a broken page is long.
"""

from __future__ import annotations

import html
import re

from qgen.errors import InputError
from qgen.tables.delimited import encoding_of
from qgen.tables.encodings import guessed
from qgen.tables.rows import LONGEST_CELL, MOST_ROWS, WIDEST, Kept, Row, Sheet, too_far, trimmed

LARGEST = 1 << 24  # bytes
_PAGE = re.compile(rb"\s*<(!doctype html|html|head|body|table|meta|style)[\s>]", re.IGNORECASE)
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?([\w-]{1,40})", re.IGNORECASE)
_NO_TEXT = (("<!--", "-->"), ("<script", "</script>"), ("<style", "</style>"))
_NAME = re.compile(r"/?[a-z0-9]*", re.IGNORECASE)
_SPAN = re.compile(r"""\s(col|row)span\s*=\s*["']?\s*(\d{1,3})\b""", re.IGNORECASE)
_BREAKS = {"br", "br/", "p", "/p", "div", "/div"}


def is_page(data: bytes) -> bool:
    """Whether a file begins as a web page does."""
    return _PAGE.match(data.removeprefix(b"\xef\xbb\xbf")) is not None


def read_page(name: str, data: bytes) -> list[Sheet]:
    """The tables with any text; lines are counted from the first row of each."""
    if len(data) > LARGEST:
        raise InputError(f"{name}: is a web page of more than {LARGEST >> 20} MB; open it and save it as .xlsx or CSV")
    page = _Page(name)
    for part in _without(_decoded(data)).split("<")[1:]:
        tag, _, text = part.partition(">")
        page.add(tag, text)
    sheets: list[Sheet] = [(f"table {at}", rows, ()) for at, rows in enumerate(page.tables, 1) if rows]
    if not sheets:
        raise InputError(
            f"{name}: is a web page without a table, such as a page that asks to log in; download the file again"
        )
    return sheets


def _decoded(data: bytes) -> str:
    declared = _CHARSET.search(data[:4096])
    for encoding in (encoding_of(data), declared[1].decode() if declared else "", guessed(data)):
        try:
            return data.decode(encoding).removeprefix("\ufeff")
        except (UnicodeError, LookupError):
            continue
    return data.decode("latin-1")


def _without(text: str) -> str:
    """Without comments, scripts and styles."""
    for start, end in _NO_TEXT:
        first, *parts = re.split(start, text, flags=re.IGNORECASE)
        text = first + "".join(part for whole in parts for part in re.split(end, whole, flags=re.IGNORECASE)[1:])
    return text


class _Page:
    """The texts of the cells, table by table; the rows of a table in another one's cell stand by themselves."""

    def __init__(self, name: str) -> None:
        self.kept = Kept(name)
        self.tables: list[list[Row]] = []
        self.cells: list[str] = []
        self.text: list[str] | None = None  # of the cell that is open
        self.span = self.line = 0

    def add(self, tag: str, text: str) -> None:
        """A tag, and the text up to the next one."""
        name = (_NAME.match(tag) or [""])[0].lower()
        if name.removeprefix("/") in ("td", "th", "tr", "table"):
            self._end_cell()
        if name.removeprefix("/") in ("tr", "table"):
            self._end_row()
        if name == "table":
            self.tables.append([])
            self.line = 0
        elif name in ("td", "th"):
            spans = {kind.lower(): int(count) for kind, count in _SPAN.findall(tag)}
            if spans.get("row", 1) > 1 or tag.count('"') % 2:
                raise InputError(
                    f"{self.kept.name}: is a web page with cells over several rows, or a broken one; open it in a "
                    "spreadsheet, and save it as .xlsx or CSV"
                )
            self.text, self.span = [], spans.get("col", 1)
        if self.text is not None:
            self.text.append("\n" * (name in _BREAKS) + text)

    def _end_cell(self) -> None:
        if self.text is not None:
            text = " ".join(html.unescape("".join(self.text)).split())
            self.cells += [text[:LONGEST_CELL], *[""] * (self.span - 1)]
        self.text = None

    def _end_row(self) -> None:
        if not self.cells:
            return
        self.line += 1
        if self.line > MOST_ROWS or len(self.cells) > WIDEST:
            raise too_far(self.kept.name, self.line)
        if self.tables and (cells := trimmed(self.cells)):
            self.kept.add(self.line, cells)
            self.tables[-1].append((self.line, cells))
        self.cells = []
