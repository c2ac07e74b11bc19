"""Blocks -> lines: how each block looks. Lengths in points, from the left margin and the line's baseline."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import count

from qgen.errors import InputError, nearest
from qgen.typeset.drawing.drawing import Drawing
from qgen.typeset.fonts.glyphs import Glyphs
from qgen.typeset.markup import blocks as markup
from qgen.typeset.markup.inline import Inline, Text, plain
from qgen.typeset.math.formula import Layout, break_formula
from qgen.typeset.page.boxes import (
    BOX_GAP,
    COMB_ASCENT,
    COMB_HEIGHT,
    COMB_LOW,
    LABEL_GAP,
    comb_of,
    drawn_comb,
    set_boxes,
)  # fmt: skip
from qgen.typeset.page.combs import MM
from qgen.typeset.page.lines import (
    NOMINAL_ASCENT,
    NOMINAL_DESCENT,
    PLAIN,
    THIN,
    Blank,
    Line,
    OpenLine,
    Path,
    Piece,
    Strip,
    open_line,
    rule,
    shortened,
    single,
    wrap,
)
from qgen.typeset.page.pictures import GAP, beside, in_rows
from qgen.typeset.page.sheets import SIZE
from qgen.typeset.page.tabular import set_tabular

INDENT = 18.0
WIDEST_RIGHT = 0.4  # of the width, for what stands at the right of a heading; wider text goes below it
SMALL = 9.0
HEADING_SIZES = {1: 18.0, 2: 13.0, 3: 11.5, 4: 10.5}
HEADING_SPACES = {1: 0.0, 2: 18.0, 3: 7.0, 4: 2.0}
NOTE_GAP = 9.0
FIELD_SIZE, SMALLEST = 11.0, 6.0  # of what fills a field in: as large as it fits
LEAST_REST = 60.0  # less than that is no room for workings: they go on the next page
LINE_MINIMUM = 48.0  # of a field, to write on
FORMULA_PATH, NOTE_PATH = (("Formula", -1),), (("P", -2),)  # no other block has numbers below 0


INTRODUCED = markup.Display | markup.Boxes | markup.Tabular


def kept(lines: Sequence[Line]) -> Iterator[Line]:
    """Lines that belong together, those that did so before tightly."""
    yield from (line._replace(keep=True, tight=line.keep) for line in lines[:-1])
    yield from lines[-1:]


@lru_cache(maxsize=4096)
def _open_display(latex: str, note: Inline, width: float) -> tuple[OpenLine, ...] | None:
    """The lines of a formula and its note with numbered digits; None where they cannot be set with PLAIN glyphs."""
    try:
        return tuple(map(open_line, Flow(width, {}).display(markup.Display(latex, note))))
    except InputError:
        return None


@dataclass
class Flow:
    """Sets blocks into lines `width` wide, with the drawings at hand and the glyphs of one document."""

    width: float
    drawings: Mapping[str, Drawing]
    glyphs: Glyphs = PLAIN

    def lines(self, blocks: Sequence[markup.Block]) -> list[Line]:
        """All lines of some blocks, in reading order."""
        self.numbers = count()
        return list(self._blocks(blocks))

    def _blocks(self, blocks: Sequence[markup.Block]) -> Iterator[Line]:
        list_path: Path = ()
        for i, block in enumerate(blocks):
            following = blocks[i + 1] if i + 1 < len(blocks) else None
            item = isinstance(block, markup.Paragraph) and block.item
            first = not (item and list_path)
            list_path = (list_path or self._path("L")) if item else ()
            match block:
                case markup.Display():
                    yield from self._display(block)
                case markup.Keep(inner, ""):
                    yield from kept(list(self._blocks(inner)))
                case markup.Keep(inner, name):
                    drawing = self._drawing(name)
                    self.width -= drawing.width + GAP
                    lines = list(self._blocks(inner))
                    self.width += drawing.width + GAP
                    yield from kept(beside(lines, drawing, self.width, self._path))
                case markup.Heading():
                    yield from self._heading(block)
                case markup.Paragraph():
                    yield from self._paragraph(block, list_path, first, isinstance(following, INTRODUCED))
                case markup.Fields():
                    yield from self._fields(block)
                case markup.Tabular():
                    yield from set_tabular(block, self.width, self._single, self._path)
                case markup.Boxes():
                    below = i > 0 and isinstance(blocks[i - 1], markup.Boxes)
                    yield from set_boxes(block, self.width, self._single, self._path, below=below)
                case markup.Diagram():
                    yield self._diagram(block)
                case markup.Diagrams():
                    drawn = [(self._single(label, SMALL), self._drawing(name)) for label, name in block.drawings]
                    yield from in_rows(drawn, block.columns, self.width, self._path)
                case markup.Rule():
                    yield Line(3.5, 3.5, (rule(0, 0, self.width, THIN),))
                case markup.Gap(points, squared, fills):
                    yield Line(0.0, LEAST_REST if fills else points, (), squared=squared, fills=fills)
                case markup.NewPage():
                    yield Line(0.0, 0.0, (), new_page=True)

    def _path(self, *roles: str) -> Path:
        return tuple([(role, next(self.numbers)) for role in roles])

    def _wrap(self, text: Inline, width: float, size: float = SIZE, bold: bool = False) -> tuple[Strip, ...]:
        return wrap(text, width, size, bold=bold, glyphs=self.glyphs)

    def _single(self, text: Inline, size: float = SIZE, bold: bool = False) -> Strip:
        return single(self._in_one_face(text, bold), size, bold=bold, glyphs=self.glyphs)

    def _in_one_face(self, text: Inline, bold: bool = False) -> Inline:
        """People's words, such as a name, as one word where one typeface has them all and the papers' own has not."""
        if self.glyphs is PLAIN:
            return text
        joined = self.glyphs.joined
        return tuple(
            part._replace(text=joined("B" if bold else part.face, part.text)) if type(part) is Text else part
            for part in text
        )

    def _heading(self, block: markup.Heading) -> Iterator[Line]:
        size = HEADING_SIZES[block.level]
        path = self._path(f"H{block.level}")
        right = self._single(block.right)
        if right.width > WIDEST_RIGHT * self.width and block.text:
            yield from self._heading(block._replace(right=()))
            yield from self._paragraph(markup.Paragraph(block.right), (), first=False, introduces=True)
            return
        room = self.width - (right.width + INDENT if right.width else 0.0)
        strips = self._wrap(block.text, room, size, bold=True) or (self._single(()),)
        for i, strip in enumerate(strips):
            pieces = strip.placed(0.0, 0.0, path)
            if not i and right.width:
                pieces += right.placed(self.width - right.width, 0.0, path)
            if block.level == 2 and i == len(strips) - 1:
                pieces.append(rule(0, -5.0, self.width, THIN))
            yield Line(
                max(strip.ascent, 0.75 * size),
                max(strip.descent, NOMINAL_DESCENT if block.level > 2 else 7.0),
                tuple(pieces),
                0.0 if i else HEADING_SPACES[block.level],
                keep=True,
                used=strip.used | right.used,
            )

    def _paragraph(self, block: markup.Paragraph, list_path: Path, first: bool, introduces: bool) -> Iterator[Line]:
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
            before = 0.0 if i or not first else 3.5
            yield self._text_line(strip, pieces, before, keep, used)

    def _text_line(self, strip: Strip, pieces: list[Piece], before: float, keep: bool, used: frozenset[str]) -> Line:
        ascent = NOMINAL_ASCENT if strip.ascent <= NOMINAL_ASCENT else strip.ascent + 1
        descent = NOMINAL_DESCENT if strip.descent <= NOMINAL_DESCENT else strip.descent + 1
        return Line(ascent, descent, tuple(pieces), before, keep, used=used)

    def _display(self, block: markup.Display) -> Iterable[Line]:
        # Lines of a solution differ from paper to paper in their digits.
        lines = _open_display(block.latex, block.note, self.width)
        if lines is None:  # a note has other letters; or what is at fault is said of the line as it is
            return self.display(block.filled())
        return [line.filled(block.digits) for line in lines]

    def display(self, block: markup.Display) -> Iterator[Line]:
        """The lines of a formula and its note, elements of their own in a group of their own."""
        note = self._single(block.note, SMALL)
        layouts = self._display_lines(block.latex, note.width + NOTE_GAP if note.width else 0.0)
        room = self.width - INDENT - note.width
        fits = layouts[-1].width + NOTE_GAP <= room
        for i, part in enumerate(layouts):
            last = i == len(layouts) - 1
            pieces = [Piece(INDENT, 0.0, part.operators, FORMULA_PATH, block.latex)]
            used = part.used
            if last and fits and note.width:
                pieces += note.placed(self.width - note.width, 0.0, NOTE_PATH)
                used |= note.used
            ascent, descent = max(part.ascent + 1.5, NOMINAL_ASCENT), max(part.descent + 1.5, NOMINAL_DESCENT)
            keep = not last or (not fits and note.width > 0)
            yield Line(ascent, descent, tuple(pieces), 0.0 if i else 2.0, keep, used=used, opens=not i)
        if note.width and not fits:
            pieces = note.placed(max(INDENT, self.width - note.width), 0.0, NOTE_PATH)
            yield Line(NOMINAL_ASCENT, NOMINAL_DESCENT, tuple(pieces), used=note.used)

    def _display_lines(self, latex: str, note: float) -> list[Layout]:
        """A formula's lines, with room for the note beside the last one if that needs no smaller type."""
        room = self.width - INDENT
        layouts = break_formula(latex, room)
        # A formula that fits on one line stays whole: a note below it takes no more room than a second line.
        if note and len(layouts) > 1 and layouts[-1].width > room - note:
            narrower = break_formula(latex, room - note)
            if max(part.width for part in narrower) <= room - note:
                return narrower
        widest = max(part.width for part in layouts)
        # Where nothing can be broken any more, the formula is set as much smaller as it must be.
        return layouts if widest <= room else break_formula(latex, room, math.floor(SIZE * room / widest * 10) / 10)

    def _fields(self, block: markup.Fields) -> Iterator[Line]:
        labels = [self._single(field.label) for field in block.fields]
        combs = [comb_of(field.cells).width * MM if field.cells else 0.0 for field in block.fields]
        tight = (
            label.width + LABEL_GAP + (comb or LINE_MINIMUM) > field.share * self.width
            for field, label, comb in zip(block.fields, labels, combs, strict=True)
        )
        if any(tight) and len(block.fields) > 1:
            for field in block.fields:
                yield from self._fields(markup.Fields((field._replace(share=1.0),)))
            return
        pieces: list[Piece] = []
        blanks: list[Blank] = []
        used: frozenset[str] = frozenset()
        left = 0.0
        for field, label, comb in zip(block.fields, labels, combs, strict=True):
            path = self._path("P")
            right = left + field.share * self.width
            right = self.width if right > self.width - 1 else right - BOX_GAP
            if comb:
                left_of_label = max(left, right - comb - LABEL_GAP - label.width) if left else left
                start = left_of_label + label.width + LABEL_GAP
                pieces += [*label.placed(left_of_label, 0.0, path), Piece(start, COMB_LOW, drawn_comb(field.cells))]
                blanks.append(Blank(field.name, start, COMB_LOW, comb, COMB_HEIGHT, path, plain(field.label)))
            else:
                start = left + label.width + LABEL_GAP
                value = self._fitted(field.value, right - start - 6)
                if field.name and not field.value:
                    blanks.append(Blank(field.name, start, -3.5, right - start, 17.0, path, plain(field.label), True))
                pieces += label.placed(left, 0.0, path)
                pieces += [*value.placed(start + 3, 0.0, path), rule(start, -3.5, right - start, THIN)]
                used |= value.used
            used |= label.used
            left += field.share * self.width
        ascent, descent = (COMB_ASCENT, 3.5 - COMB_LOW) if any(combs) else (15.0, 6.0)
        yield Line(ascent, descent, tuple(pieces), 3.5, False, tuple(blanks), used=used)

    def _fitted(self, text: Inline, width: float) -> Strip:
        """On one line whatever its length, so that it moves nothing else: in smaller type, at last cut short."""
        whole = self._single(text, FIELD_SIZE)
        if whole.width <= width:
            return whole
        size = max(SMALLEST, math.floor(FIELD_SIZE * width / whole.width * 10) / 10)
        return shortened(self._in_one_face(text), width, size, glyphs=self.glyphs)

    def _drawing(self, name: str) -> Drawing:
        drawing = self.drawings.get(name)
        if drawing is None:
            raise InputError(f"@diagram {name}: there is no such drawing; {nearest(name, self.drawings)}")
        return drawing

    def _diagram(self, block: markup.Diagram) -> Line:
        drawing = self._drawing(block.name)
        scale = min(1.0, self.width / drawing.width)
        x = (self.width - scale * drawing.width) / 2
        operators = f"{scale:.4f} 0 0 {scale:.4f} 0 0 cm {drawing.operators}"
        pieces = (Piece(x, 0.0, operators, self._path("Figure"), drawing.alt),)
        return Line(scale * drawing.height, 3.5, pieces, 3.5, used=drawing.used)
