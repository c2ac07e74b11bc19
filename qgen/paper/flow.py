"""Blocks -> lines: how each block looks. Lengths in points, from the left margin and the line's baseline."""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count

from qgen.errors import InputError, nearest
from qgen.paper.blocks import (
    Block,
    Boxes,
    Diagram,
    Display,
    Fields,
    Gap,
    Heading,
    Keep,
    NewPage,
    Paragraph,
    Rule,
    Table,
)
from qgen.paper.diagram import Drawing
from qgen.paper.fonts import Glyphs
from qgen.paper.fonts import width as glyph_width
from qgen.paper.formula import break_formula
from qgen.paper.inline import Formula, Inline, Text
from qgen.paper.lines import (
    NOMINAL_ASCENT,
    NOMINAL_DESCENT,
    PLAIN,
    SIZE,
    Blank,
    Line,
    Path,
    Piece,
    Strip,
    number,
    single,
    wrap,
)

INDENT = 18.0
SMALL = 9.0
HEADING_SIZES = {1: 18.0, 2: 13.0, 3: 10.5}
HEADING_SPACES = {1: 0.0, 2: 18.0, 3: 9.0}
BOX_HEIGHT, BOX_GAP, BOX_MINIMUM, LABEL_GAP, MOST_COLUMNS = 22.0, 14.0, 72.0, 4.0, 5
CELL_GAP, GROUP_GAP = 12.0, 36.0
HAIRLINE, THIN, THICK = 0.3, 0.5, 0.9


def rule(x: float, y: float, width: float, thickness: float) -> Piece:
    """A horizontal line, which is no part of the text."""
    return Piece(0.0, 0.0, f"{x:.2f} {y - thickness / 2:.2f} {width:.2f} {thickness:g} re f")


@dataclass
class Flow:
    """Sets blocks into lines `width` wide, with the drawings at hand and the glyphs of one document."""

    width: float
    drawings: Mapping[str, Drawing]
    glyphs: Glyphs = PLAIN

    def lines(self, blocks: Sequence[Block]) -> list[Line]:
        """All lines of a document, in reading order."""
        self.numbers = count()
        return list(self._blocks(blocks))

    def _blocks(self, blocks: Sequence[Block]) -> Iterator[Line]:
        list_path: Path = ()
        for i, block in enumerate(blocks):
            following = blocks[i + 1] if i + 1 < len(blocks) else None
            item = isinstance(block, Paragraph) and block.item
            list_path = (list_path or self._path("L")) if item else ()
            match block:
                case Heading():
                    yield from self._heading(block)
                case Paragraph():
                    yield from self._paragraph(block, list_path, isinstance(following, Display | Boxes | Table))
                case Display():
                    yield from self._display(block)
                case Fields():
                    yield from self._fields(block)
                case Table():
                    yield from self._table(block)
                case Boxes():
                    yield from self._boxes(block)
                case Diagram():
                    yield self._diagram(block)
                case Rule():
                    yield Line(3.5, 3.5, (rule(0, 0, self.width, THIN),))
                case Gap(points):
                    yield Line(0.0, points, ())
                case NewPage():
                    yield Line(0.0, 0.0, (), new_page=True)
                case Keep(inner):
                    kept = list(self._blocks(inner))
                    yield from (replace(line, keep=True) for line in kept[:-1])
                    yield from kept[-1:]

    def _path(self, *roles: str) -> Path:
        return tuple((role, next(self.numbers)) for role in roles)

    def _wrap(self, text: Inline, width: float, size: float = SIZE, bold: bool = False) -> tuple[Strip, ...]:
        return wrap(text, width, size, bold=bold, glyphs=self.glyphs)

    def _single(self, text: Inline, size: float = SIZE, bold: bool = False) -> Strip:
        return single(text, size, bold=bold, glyphs=self.glyphs)

    def _heading(self, block: Heading) -> Iterator[Line]:
        size = HEADING_SIZES[block.level]
        path = self._path(f"H{block.level}")
        aside = self._single(block.aside)
        room = self.width - (aside.width + INDENT if aside.width else 0.0)
        strips = self._wrap(block.text, room, size, bold=True) or (aside,)
        for i, strip in enumerate(strips):
            pieces = strip.placed(0.0, 0.0, path)
            if not i and aside.width:
                pieces += aside.placed(self.width - aside.width, 0.0, path)
            if block.level == 2 and i == len(strips) - 1:
                pieces.append(rule(0, -5.0, self.width, THIN))
            yield Line(
                max(strip.ascent, 0.75 * size),
                max(strip.descent, NOMINAL_DESCENT if block.level > 2 else 7.0),
                tuple(pieces),
                0.0 if i else HEADING_SPACES[block.level],
                keep=True,
                used=strip.used | aside.used,
            )

    def _paragraph(self, block: Paragraph, list_path: Path, introduces: bool) -> Iterator[Line]:
        indent = INDENT if block.item else 0.0
        path = (*list_path, *self._path("LI", "LBody")) if block.item else self._path("P")
        strips = self._wrap(block.text, self.width - indent)
        for i, strip in enumerate(strips):
            pieces = strip.placed(indent, 0.0, path)
            used = strip.used
            if block.item and not i:
                bullet = self._single((Text("R", "•"),))
                pieces = [*bullet.placed(INDENT / 2 - 2, 0.0, (*path[:-1], ("Lbl", 0))), *pieces]
                used |= bullet.used
            # Two lines at the least stay together at either end of a page.
            keep = i == 0 or i == len(strips) - 2 if i < len(strips) - 1 else introduces
            before = 0.0 if i or block.item else 3.5
            yield self._text_line(strip, pieces, before, keep, used)

    def _text_line(self, strip: Strip, pieces: list[Piece], before: float, keep: bool, used: frozenset[str]) -> Line:
        # A formula may reach a little into the lines above and below without a collision.
        ascent = NOMINAL_ASCENT if strip.ascent <= NOMINAL_ASCENT + 1 else strip.ascent + 1
        descent = NOMINAL_DESCENT if strip.descent <= NOMINAL_DESCENT + 1 else strip.descent + 1
        return Line(ascent, descent, tuple(pieces), before, keep, used=used)

    def _display(self, block: Display) -> Iterator[Line]:
        note = self._single(block.note, SMALL)
        room = self.width - INDENT - (note.width + INDENT if note.width else 0.0)
        path = self._path("Formula")
        layouts = break_formula(block.latex, room, SIZE)
        widest = max(layout.width for layout in layouts)
        if widest > room:
            # Nothing in it can be broken, so it is set as much smaller as it must be.
            layouts = break_formula(block.latex, room, round(SIZE * room / widest - 0.05, 1))
        for i, part in enumerate(layouts):
            pieces = [Piece(INDENT, 0.0, part.operators, path, block.latex)]
            used = part.used
            if note.width and not i:
                pieces += note.placed(self.width - note.width, 0.0, self._path("P"))
                used |= note.used
            ascent, descent = max(part.ascent + 1.5, NOMINAL_ASCENT), max(part.descent + 1.5, NOMINAL_DESCENT)
            yield Line(ascent, descent, tuple(pieces), 0.0 if i else 2.0, i < len(layouts) - 1, used=used)

    def _fields(self, block: Fields) -> Iterator[Line]:
        rows: list[list[Piece]] = []
        used: frozenset[str] = frozenset()
        left = 0.0
        for field in block.fields:
            path = self._path("P")
            label = self._single(field.label)
            right = left + field.share * self.width
            right = self.width if right > self.width - 1 else right - BOX_GAP
            start = left + label.width + LABEL_GAP
            values = self._wrap(field.value, right - start, 11.0) or (self._single(()),)
            used |= label.used.union(*(value.used for value in values))
            for i, value in enumerate(values):
                if i == len(rows):
                    rows.append([])
                rows[i] += [*label.placed(left, 0.0, path)] if not i else []
                rows[i] += [*value.placed(start + 3, 0.0, path), rule(start, -3.5, right - start, THIN)]
            left += field.share * self.width
        for i, pieces in enumerate(rows):
            yield Line(15.0, 6.0, tuple(pieces), 0.0 if i else 3.5, i < len(rows) - 1, used=used)

    def _diagram(self, block: Diagram) -> Line:
        drawing = self.drawings.get(block.name)
        if drawing is None:
            raise InputError(f"@diagram {block.name}: there is no such drawing; {nearest(block.name, self.drawings)}")
        scale = min(1.0, self.width / drawing.width)
        x = (self.width - scale * drawing.width) / 2
        operators = f"{scale:.4f} 0 0 {scale:.4f} 0 0 cm {drawing.operators}"
        pieces = (Piece(x, 0.0, operators, self._path("Figure"), drawing.alt),)
        return Line(scale * drawing.height, 3.5, pieces, 3.5, used=drawing.used)

    def _boxes(self, block: Boxes) -> Iterator[Line]:
        labels = [self._single(box.label) for box in block.boxes]
        label = max(strip.width for strip in labels)
        columns = block.columns or self._columns(label, len(labels))
        pitch = (self.width + BOX_GAP) / columns
        wide = pitch - BOX_GAP - label - LABEL_GAP
        if wide < 20:
            raise InputError(
                f'box "{block.boxes[0].item}": {columns} boxes in a row leave no room to write; take fewer'
            )
        low = 0.25 * SIZE - BOX_HEIGHT / 2
        for first in range(0, len(labels), columns):
            pieces: list[Piece] = []
            blanks: list[Blank] = []
            used: frozenset[str] = frozenset()
            ascent, descent = low + BOX_HEIGHT, -low
            for column, (box, strip) in enumerate(
                zip(block.boxes[first : first + columns], labels[first : first + columns], strict=True)
            ):
                path = self._path("P")
                x = column * pitch + label + LABEL_GAP
                pieces += strip.placed(x - LABEL_GAP - strip.width, 0.0, path)
                pieces.append(Piece(0.0, 0.0, f"{THIN} w {x:.2f} {low:.2f} {wide:.2f} {BOX_HEIGHT:g} re S"))
                value = self._single(box.value)
                pieces += value.placed(x + (wide - value.width) / 2, 0.0, path)
                blanks.append(Blank(box.item, x, low, wide, BOX_HEIGHT, path))
                used |= strip.used | value.used
                ascent, descent = max(ascent, strip.ascent), max(descent, strip.descent)
            yield Line(ascent + 2.5, descent + 2.5, tuple(pieces), blanks=tuple(blanks), used=used)

    def _columns(self, label: float, boxes: int) -> int:
        """As many in a row as leave room to write, and no more than make equal rows."""
        most = int((self.width + BOX_GAP) / (label + LABEL_GAP + BOX_MINIMUM + BOX_GAP))
        most = max(1, min(most, MOST_COLUMNS, boxes))
        return math.ceil(boxes / math.ceil(boxes / most))

    def _table(self, block: Table) -> Iterator[Line]:
        table = _Columns.of(block, self)
        groups = block.groups
        while groups > 1 and groups * table.width + (groups - 1) * CELL_GAP > self.width:
            groups -= 1
        scale = min(1.0, self.width / table.width)
        per = math.ceil(len(block.rows) / groups)
        room = (self.width - groups * table.width) / (groups - 1) if groups > 1 else 0.0
        pitch = table.width + min(GROUP_GAP, room)
        lefts = [group * pitch for group in range(groups)]
        path = self._path("Table")
        header: Line | None = None
        if block.header:
            header = self._row(table, [block.header] * groups, lefts, scale, path, "TH")
            rules = [rule(left, 11.5 / scale, table.width, THICK) for left in lefts]
            rules += [rule(left, -4.5 / scale, table.width, THIN) for left in lefts]
            header = replace(
                header,
                pieces=header.pieces + tuple(_scaled(r, scale) for r in rules),
                ascent=max(header.ascent, 12.0),
                descent=5.0,
                before=3.5,
                keep=True,
            )
            yield header
        for i in range(per):
            cells = [block.rows[i + group * per] for group in range(groups) if i + group * per < len(block.rows)]
            line = self._row(table, cells, lefts, scale, path, "TD")
            ends = lefts if header and i == per - 1 else []
            pieces = line.pieces + tuple(
                _scaled(rule(left, (-line.descent - 1.5) / scale, table.width, THICK), scale) for left in ends
            )
            yield replace(line, pieces=pieces, repeat=header, keep=i == 0 or (i >= per - 2 and i < per - 1))

    def _row(
        self,
        table: "_Columns",
        groups: Sequence[tuple[Inline, ...]],
        lefts: Sequence[float],
        scale: float,
        path: Path,
        role: str,
    ) -> Line:
        row = (*path, *self._path("TR"))
        pieces: list[Piece] = []
        used: frozenset[str] = frozenset()
        ascent, descent = NOMINAL_ASCENT, NOMINAL_DESCENT
        for left, cells in zip(lefts, groups, strict=False):
            for column, cell in enumerate(cells):
                strip, x = table.cell(column, cell, role == "TH")
                pieces += strip.placed(left + x, 0.0, (*row, *self._path(role)))
                used |= strip.used
                ascent = max(ascent, strip.ascent + (0 if strip.ascent < NOMINAL_ASCENT + 1 else 1))
                descent = max(descent, strip.descent)
        return Line(ascent * scale, descent * scale, tuple(_scaled(p, scale) for p in pieces), used=used)


def _scaled(piece: Piece, scale: float) -> Piece:
    if scale == 1.0:
        return piece
    operators = f"{scale:.4f} 0 0 {scale:.4f} 0 0 cm {piece.operators}"
    return replace(piece, x=piece.x * scale, y=piece.y * scale, operators=operators)


@dataclass
class _Columns:
    """The widths of a table's columns, and in columns of numbers the width before the decimal point."""

    flow: Flow
    numeric: tuple[bool, ...]
    lefts: list[float]
    widths: list[float]
    before: list[float]
    after: list[float]
    width: float

    @classmethod
    def of(cls, block: Table, flow: Flow) -> "_Columns":
        table = cls(flow, block.numeric, [], [], [], [], 0.0)
        for column, numeric in enumerate(block.numeric):
            cells = [row[column] for row in block.rows]
            widest = flow._single(block.header[column], SMALL, True).width if block.header else 0.0
            before = after = 0.0
            if numeric:
                for left, right in (table.halves(cell) for cell in cells):
                    before, after = max(before, left), max(after, right)
                widest = max(widest, before + after)
            else:
                widest = max([widest, *(flow._single(cell).width for cell in cells)])
            table.lefts.append(table.width + CELL_GAP / 2 * (column > 0))
            table.width = table.lefts[-1] + widest + CELL_GAP / 2 * (column < len(block.numeric) - 1)
            table.widths.append(widest)
            table.before.append(before)
            table.after.append(after)
        return table

    def halves(self, cell: Inline) -> tuple[float, float]:
        """The widths of a number before and from its decimal point."""
        text = _number_of(cell)
        whole = re.split("[.,]", text)[0]
        left = glyph_width("R", whole.replace("-", "−")) * SIZE
        return left, glyph_width("R", text.replace("-", "−")) * SIZE - left

    def cell(self, column: int, cell: Inline, header: bool) -> tuple[Strip, float]:
        """A cell's strip and where it starts, from the table's left end."""
        left, width = self.lefts[column], self.widths[column]
        if header:
            strip = self.flow._single(cell, SMALL, bold=True)
            return strip, left + (width - strip.width if self.numeric[column] else 0.0)
        text = _number_of(cell) if self.numeric[column] else ""
        if not text:
            return self.flow._single(cell), left
        part = number(text)
        strip = Strip(part.width, part.ascent, part.descent, ((0.0, part.operators, ""),), part.used)
        return strip, left + width - self.after[column] - self.halves(cell)[0]


def _number_of(cell: Inline) -> str:
    return "".join(part.latex if isinstance(part, Formula) else part.text for part in cell).strip()
