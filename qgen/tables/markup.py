"""What the XML of a workbook may hold, so that a small file asks neither for minutes nor for all memory."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice

from qgen.errors import InputError
from qgen.tables.rows import LONGEST_CELL, MOST_ROWS

MOST_TAGS = 5_000_000  # of a workbook, those of a million cells: tags take a parser's time, not bytes
MOST_OTHERS = 300_000  # of these, those that are no cell's, which take longer
_ROW = re.compile(rb"<(?:\w+:)?(?:table-)?row[\s/>]")
_LONG = re.compile(rb"[<>][^<>]{%d}" % (LONGEST_CELL + 1))  # a parser begins a tag anew with every part of it


def others_but(*tags: str) -> re.Pattern[bytes]:
    """Finds the beginnings of all tags but these, whatever their prefix."""
    return re.compile(rf"<(?!/|(?:\w+:)?(?:{'|'.join(tags)})[\s/>])".encode())


def check_markup(name: str, parts: Iterable[bytes], other: re.Pattern[bytes]) -> None:
    """InputError for more tags than a workbook of answers has, for more `other` ones, and for far too long ones."""
    tags = rows = others = 0
    for xml in parts:
        if _LONG.search(xml):
            raise InputError(f"{name}: has a cell or a tag of more than {LONGEST_CELL:,} characters; save it as CSV")
        tags += xml.count(b"<")
        if tags <= MOST_TAGS:
            rows += sum(1 for _ in islice(_ROW.finditer(xml), MOST_ROWS + 1))
        if tags <= MOST_TAGS and rows <= MOST_ROWS:
            others += sum(1 for _ in islice(other.finditer(xml), MOST_OTHERS + 1))
        if tags > MOST_TAGS or rows > MOST_ROWS or others > MOST_OTHERS:
            raise InputError(f"{name}: has a million cells, or what takes as long to read; save its sheet as CSV")
