"""Rows of texts, as all kinds of files give them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

from qgen.errors import InputError, some

ACCEPTED = "a CSV file (comma, semicolon or tab) or an .xlsx or .ods workbook"
WIDEST = 10_000  # columns of a workbook
MOST_ROWS = 1_048_576  # of a sheet
MOST_ABOVE = 30  # lines with any text, among which a heading is looked for
MOST_PLACES = 10_000_000  # of a table: rows times columns
MOST_KEPT = 2_000_000  # of a workbook, those with text and the empty ones before them
MOST_CHARACTERS = 1 << 25  # of a workbook's cells
LONGEST_CELL = 131_072  # characters, as the csv module has it
A_ROW = 3  # so many cells take as much memory as a row by itself

Row = tuple[int, list[str]]  # the line a row starts on, and its cells
Heading = Callable[[list[str]], bool]  # whether a row is the heading that is looked for
Sheet = tuple[str, list[Row], tuple[str, ...]]  # its title, its rows with any text, and remarks


class Stored(str):
    """A number as a spreadsheet stores it: the zeros at the end of what was written are lost."""

    __slots__ = ()


def blank(cells: Iterable[str]) -> bool:
    """Whether nothing is written in any of the cells."""
    return not "".join(cells).strip()


def trimmed(cells: list[str]) -> list[str]:
    """Without the empty cells at the end."""
    width = len(cells)
    while width and not cells[width - 1].strip():
        width -= 1
    return cells[:width]


def hidden(lines: Collection[int], rows: Iterable[Row]) -> tuple[str, ...]:
    """A remark on the hidden lines among the rows: what a filter hides is as much there as the rest."""
    found = [str(line) for line, _ in rows if line in lines] if lines else []
    return (f"rows that are hidden, as by a filter, were read too: {some(found, 4)}",) * bool(found)


def too_far(name: str, line: int) -> InputError:
    """For a cell far outside of any sheet."""
    return InputError(f"{name}:{line}: has more than {WIDEST:,} columns or {MOST_ROWS:,} rows")


def too_many(name: str, line: int, most: int = 0) -> InputError:
    """For more cells than any class needs."""
    return InputError(f"{name}:{line}: has more than {most or MOST_PLACES:,} cells, empty ones included")


class Kept:
    """How much of a workbook is kept in memory. InputError for more than any class needs."""

    def __init__(self, name: str) -> None:
        self.name, self.cells, self.characters = name, 0, 0

    def add(self, line: int, cells: list[str], count: int = 1) -> None:
        """So many rows with these cells."""
        self.cells += count * (len(cells) + A_ROW)
        self.characters += count * sum(map(len, cells))
        if self.cells > MOST_KEPT:
            raise too_many(self.name, line, MOST_KEPT)
        if self.characters > MOST_CHARACTERS:
            raise InputError(f"{self.name}:{line}: has more than {MOST_CHARACTERS:,} characters")


def written(value: object) -> str:
    """A workbook's value as text: a number as the shortest one that gives it again, whole ones without a point."""
    if value is None:
        return ""
    if isinstance(value, float):
        return Stored(int(value) if value.is_integer() and abs(value) < 1e15 else repr(value))
    if type(value) is int:
        return Stored(value)
    return str(getattr(value, "text", value))
