"""Tables -> lines: columns of words at the left, columns of numbers at the decimal point, rules above and below."""

import math
import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import count
from typing import NamedTuple

from qgen.typeset.fonts.faces import width as glyph_width
from qgen.typeset.markup.blocks import Tabular
from qgen.typeset.markup.inline import Inline, number_in
from qgen.typeset.page.lines import (
    HAIRLINE,
    NOMINAL_ASCENT,
    NOMINAL_DESCENT,
    THICK,
    THIN,
    Line,
    Path,
    Piece,
    Strip,
    number_strip,
    rule,
)
from qgen.typeset.page.sheets import SIZE

HEADER_SIZE = 9.0
RULED_HEIGHT = 22.0  # from line to line where one writes by hand
CELL_GAP, GROUP_GAP = 12.0, 36.0
TALL, TALL_GAP = 9.0, 1.0  # a name with an upper index, and what is left free above it

Single = Callable[..., Strip]


def set_tabular(table: Tabular, width: float, single: Single, path: Callable[..., Path]) -> Iterator[Line]:
    """The lines of a table no wider than `width`; the header comes again on top of the next page.

    single: sets a cell's contents on one line. path: a new element in the document's structure.
    """
    names = [single(cell, HEADER_SIZE, True) for cell in table.header]
    cells = [[_cell(*cell, single) for cell in zip(row, table.numeric, strict=True)] for row in table.rows]
    columns = _columns(table, names, cells, width)
    natural = _natural(columns)
    scale = min(1.0, width / natural)
    groups = max(1, min(table.groups, int((width + CELL_GAP) / (natural + CELL_GAP))))
    gap = min(GROUP_GAP, (width - groups * natural) / (groups - 1)) if groups > 1 else 0.0
    lefts = [group * (natural + gap) for group in range(groups)]
    per = math.ceil(len(table.rows) / groups)
    element = path("Table")
    # Without a header, the first cell names what stands beside it.
    bare = not table.header

    def line(strips: Sequence[Sequence[tuple[float, Strip]]], role: str) -> Line:
        """A row: of each group its strips, and where they start."""
        row = (*element, *path("TR"))
        placed = [
            (left + x, strip, (*row, ("RowTH" if bare and not column else role, place + column)))
            for place, left, group in zip(count(0, len(columns)), lefts, strips, strict=False)
            for column, (x, strip) in enumerate(group)
        ]
        # All rows are as wide, as a table's should be, empty cells at the end one where nothing heads their columns.
        while bare and len(placed) > 1 and not placed[-1][1].pieces:
            placed.pop()
        spare = len(columns) * groups - len(placed)
        pieces = [p for x, strip, cell in placed for p in strip.placed(x, 0.0, cell) or [Piece(x, 0.0, "", cell)]]
        if spare:
            pieces += [Piece(0.0, 0.0, "", (*row, ("TD", len(placed))), span=spare)]
        return _row([strip for _, strip, _ in placed], pieces, scale)

    def ruled(line: Line, y: float, thickness: float) -> Line:
        rules = (rule(left * scale, y, natural * scale, thickness) for left in lefts)
        return line._replace(pieces=(*line.pieces, *rules))

    header: Line | None = None
    repeated: Line | None = None
    if table.header:
        header = ruled(ruled(line([list(_headings(columns, names))] * groups, "TH"), 11.5, THICK), -4.5, THIN)
        header = header._replace(ascent=max(header.ascent, 12.0), descent=5.0, before=3.5, keep=True)
        yield header
        # On the next page it is a part of the page, not of the table: it was read before.
        repeated = header._replace(pieces=tuple(piece._replace(path=()) for piece in header.pieces))
    for i in range(per):
        row = line([list(_placed(columns, group)) for group in cells[i::per]], "TD")
        last = i == per - 1
        if table.ruled:
            row = row._replace(ascent=max(row.ascent, RULED_HEIGHT - 7.0), descent=max(row.descent, 7.0))
            row = ruled(row, -row.descent, THICK if last else HAIRLINE)
        elif header and last:
            row = ruled(row, -row.descent - 1.5, THICK)._replace(descent=row.descent + 4.0)
        yield row._replace(repeat=repeated, keep=table.kept if last else i == 0 or i == per - 2)


def _row(strips: Sequence[Strip], pieces: Sequence[Piece], scale: float) -> Line:
    """A line of these; indices above and below each other in neighbouring rows stay apart."""
    ascents = [strip.ascent + TALL_GAP * (strip.ascent > TALL) for strip in strips]
    return Line(
        max([NOMINAL_ASCENT, *ascents]) * scale,
        max([NOMINAL_DESCENT, *(strip.descent for strip in strips)]) * scale,
        tuple(pieces if scale == 1.0 else (_scaled(piece, scale) for piece in pieces)),
        used=frozenset().union(*(strip.used for strip in strips)),
    )


def _scaled(piece: Piece, scale: float) -> Piece:
    operators = f"{scale:.4f} 0 0 {scale:.4f} 0 0 cm {piece.operators}" if piece.operators else ""
    return piece._replace(x=piece.x * scale, y=piece.y * scale, operators=operators)


class _Cell(NamedTuple):
    """What stands in a cell; of a number how wide it is before its decimal point, and from there on."""

    strip: Strip
    before: float = 0.0
    after: float = 0.0


def _cell(cell: Inline, numeric: bool, single: Single) -> _Cell:
    number = number_in(cell) if numeric else ""
    return _Cell(number_strip(number), *_halves(number)) if number else _Cell(single(cell))


@lru_cache(maxsize=4096)
def _halves(number: str) -> tuple[float, float]:
    """The widths of a number before and from its decimal point."""
    whole, rest = re.fullmatch(r"([^.,]*)(.*)", number.replace("-", "−")).groups()  # type: ignore[union-attr]
    return glyph_width("R", whole) * SIZE, glyph_width("R", rest) * SIZE


class _Column(NamedTuple):
    """A column's width; of numbers also the most that stands from the decimal point on."""

    numeric: bool
    width: float
    after: float


def _column(name: float, cells: Sequence[_Cell], numeric: bool) -> _Column:
    """A column of cells below a name of this width."""
    if not numeric:
        return _Column(False, max([name, *(cell.strip.width for cell in cells)]), 0.0)
    after = max(cell.after for cell in cells)
    return _Column(True, max(name, after + max(cell.before for cell in cells)), after)


def _natural(columns: Sequence[_Column]) -> float:
    return sum(column.width for column in columns) + CELL_GAP * (len(columns) - 1)


def _columns(table: Tabular, names: Sequence[Strip], cells: Sequence[Sequence[_Cell]], width: float) -> list[_Column]:
    """The columns; if ruled, what is left of the page's width is shared among the empty ones, without any among all."""
    columns = [
        _column(names[i].width if names else 0.0, [row[i] for row in cells], numeric)
        for i, numeric in enumerate(table.numeric)
    ]
    spare = width - _natural(columns)
    if not table.ruled or spare <= 0:
        return columns
    empty = [not any(row[i] for row in table.rows) for i in range(len(columns))]
    some = empty if any(empty) else [True] * len(columns)
    return [
        column._replace(width=column.width + spare * wide / sum(some))
        for column, wide in zip(columns, some, strict=True)
    ]


def _headings(columns: Sequence[_Column], names: Sequence[Strip]) -> Iterator[tuple[float, Strip]]:
    """The names of columns and where they start: of numbers they end with these."""
    left = 0.0
    for column, name in zip(columns, names, strict=True):
        yield left + (column.width - name.width if column.numeric else 0.0), name
        left += column.width + CELL_GAP


def _placed(columns: Sequence[_Column], cells: Sequence[_Cell]) -> Iterator[tuple[float, Strip]]:
    """A row's cells and where they start: numbers with their points below each other."""
    left = 0.0
    for column, cell in zip(columns, cells, strict=True):
        yield left + (column.width - column.after - cell.before if column.numeric else 0.0), cell.strip
        left += column.width + CELL_GAP
