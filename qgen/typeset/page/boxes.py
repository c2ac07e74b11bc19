"""Answer boxes -> lines: in rows, each with its label at its left; a box is open, or a comb of cells."""

import math
from collections.abc import Callable, Iterator
from functools import lru_cache

from qgen.errors import InputError
from qgen.typeset.drawing.operators import operators
from qgen.typeset.drawing.shapes import Contour
from qgen.typeset.markup.blocks import Boxes
from qgen.typeset.markup.inline import Formula, Inline, number_in, plain
from qgen.typeset.page.combs import ABOVE, CELL, GREY, HEIGHT, MM, POINT, RULE, Comb
from qgen.typeset.page.lines import THIN, Blank, Line, Path, Piece, Strip, number_strip
from qgen.typeset.page.sheets import SIZE

BOX_HEIGHT, BOX_GAP, BOX_MINIMUM, MOST_COLUMNS = 22.75, 10.0, 66.0, 4  # 8 mm high: a pen needs it
LABEL_GAP, LABEL_STEP, ROW_GAP = 4.0, 12.0, 3.5
LABEL_SIZE = 8.5
MIDDLE = 0.25 * SIZE  # of a box, above its label's baseline
COMB_HEIGHT = HEIGHT * MM
COMB_LOW = MIDDLE - COMB_HEIGHT / 2
COMB_ASCENT = COMB_LOW + COMB_HEIGHT + ABOVE * MM
COMB_GAP = 9.0  # so that four fit into a line of an A4 page
POINT_LOW = 1.5  # mm from a comb's lower edge to the middle of its point

Single = Callable[..., Strip]


def set_boxes(
    block: Boxes, width: float, single: Single, path: Callable[..., Path], *, below: bool = False
) -> Iterator[Line]:
    """The rows of boxes; `below`: other ones stand above them. InputError where there is no room to write.

    single: sets a label on one line. path: a new element in the document's structure.
    """
    labels = [_label(box.label, single) for box in block.boxes]
    # Rounded up, so that the boxes of neighbouring groups stand under each other.
    label = math.ceil(max(strip.width for strip in labels) / LABEL_STEP) * LABEL_STEP
    widest = max((comb_of(box.cells).width * MM for box in block.boxes if box.cells), default=0.0)
    gap = COMB_GAP if widest else BOX_GAP
    most = int((width + gap) / (label + LABEL_GAP + (widest or BOX_MINIMUM) + gap))
    columns = block.columns or max(1, min(most, MOST_COLUMNS))
    pitch = (width + gap) / columns
    wide = pitch - gap - label - LABEL_GAP
    if wide + 1e-6 < (widest or 20):
        raise InputError(f'box "{block.boxes[0].item}": {columns} boxes in a row leave no room to write; take fewer')
    over, under = (ABOVE * MM, 0.0) if widest else (0.5, 1.0)
    boxes = list(zip(block.boxes, labels, strict=True))
    for first in range(0, len(boxes), columns):
        pieces: list[Piece] = []
        blanks: list[Blank] = []
        used: frozenset[str] = frozenset()
        ascent, descent = 0.0, 0.0
        for column, (box, strip) in enumerate(boxes[first : first + columns]):
            element = path("P")
            across, height = (comb_of(box.cells).width * MM, COMB_HEIGHT) if box.cells else (wide, BOX_HEIGHT)
            x, low = column * pitch + label + LABEL_GAP, MIDDLE - height / 2
            pieces += strip.placed(x - LABEL_GAP - strip.width, 0.0, element)
            if box.cells and not box.open:
                pieces.append(Piece(x, low, drawn_comb(box.cells)))
            else:
                pieces.append(Piece(0.0, 0.0, f"{THIN} w {x:.2f} {low:.2f} {across:.2f} {height:.4g} re S"))
            value = _value(box.value, single)
            pieces += value.placed(x + (across - value.width) / 2, 0.0, element)
            if box.item:
                blanks.append(Blank(box.item, x, low, across, height, element, box.spoken or plain(box.label)))
            used |= strip.used | value.used
            ascent = max(ascent, low + height + over, strip.ascent + 0.5)
            # above the next row of combs is room enough for the lower end of a label
            descent = max(descent, under - low, 0.0 if widest else strip.descent - 2.5)
        before = ROW_GAP if (first or below) and not widest else 0.0
        yield Line(ascent, descent, tuple(pieces), before, blanks=tuple(blanks), used=used)


@lru_cache(maxsize=64)
def comb_of(cells: str) -> Comb:
    """The comb of cells as markup has them: -0.0000, or 00000 without a sign."""
    return Comb(len(cells[3:])) if cells[0] == "-" else Comb(len(cells), signed=False)


@lru_cache(maxsize=64)
def drawn_comb(cells: str) -> str:
    """Draws a comb from its lower left corner: light lines, on which ink is easily told, and a black point."""
    comb, height = comb_of(cells), COMB_HEIGHT
    rectangles: list[list[float]] = []
    lines: list[str] = []
    for k, left in enumerate(comb.cells):
        # cells without a gap between them share a line
        joined = k > 0 and left - comb.cells[k - 1] < CELL + 0.01
        if joined:
            lines.append(f"{left * MM:.2f} 0 m {left * MM:.2f} {height:.2f} l")
            rectangles[-1][1] += CELL
        else:
            rectangles.append([left, CELL])
    shown = [*(f"{left * MM:.2f} 0 {wide * MM:.2f} {height:.2f} re" for left, wide in rectangles), *lines]
    mark = cells[2:3] if comb.signed else ""
    point = f" {operators(_mark(comb.point * MM, mark))}" if mark else ""
    return f"q {GREY:g} G {RULE * MM:.3f} w {' '.join(shown)} S Q{point}"


def _mark(x: float, mark: str) -> Iterator[Contour]:
    """A decimal point in the lower part of a comb's gap, or a comma: a point with a tail."""
    y, r = POINT_LOW * MM, POINT * MM / 2
    k = 0.5523 * r  # of a quarter of a circle as a curve

    def around(*places: tuple[float, float]) -> tuple[tuple[float, float], ...]:
        return tuple((x + across, y + up) for across, up in places)

    quarters = (
        around((r, k), (k, r), (0, r)),
        around((-k, r), (-r, k), (-r, 0)),
        around((-r, -k), (-k, -r), (0, -r)),
        around((k, -r), (r, -k), (r, 0)),
    )
    yield Contour((x + r, y), quarters, fill=0.0)
    if mark == ",":
        down = around((r, -1.2 * r), (0.2 * r, -2.2 * r), (-0.7 * r, -2.5 * r))
        back = around((0.1 * r, -1.8 * r), (0.4 * r, -1.2 * r), (0.2 * r, -0.8 * r))
        yield Contour((x + r, y), (down, around((-0.8 * r, -2.3 * r)), back), fill=0.0)


def _label(label: Inline, single: Single) -> Strip:
    """A label whose fractions are set as in a display, but small: their indices have to be told apart."""
    if not any(isinstance(part, Formula) and r"\frac" in part.latex for part in label):
        return single(label)
    large = [Formula(p.latex.replace(r"\frac", r"\dfrac")) if isinstance(p, Formula) else p for p in label]
    return single(tuple(large), LABEL_SIZE)


def _value(value: Inline, single: Single) -> Strip:
    """A printed answer, with a real minus sign if it is a plain number."""
    number = number_in(value)
    return number_strip(number) if number else single(value)
