"""Small drawings -> lines: at the right of other lines, or in rows, each below its label."""

from collections.abc import Callable, Iterator, Sequence

from qgen.typeset.drawing.drawing import Drawing
from qgen.typeset.page.lines import NOMINAL_ASCENT, Line, Path, Piece, Strip

GAP = 12.0  # between drawings, and from what stands at their left
LABEL_GAP, LOW = 4.0, 3.5  # from a label to its drawing, and below a drawing

NewPath = Callable[..., Path]


def beside(lines: Sequence[Line], drawing: Drawing, width: float, path: NewPath) -> list[Line]:
    """The lines, no less high than the drawing that stands at the right of them, `width` from the left margin."""
    first, *others = lines
    rest = sum(line.before + line.ascent + line.descent for line in others)
    low = first.ascent - drawing.height
    piece = Piece(
        width - drawing.width, low, drawing.operators, path("Figure"), drawing.alt, (drawing.width, drawing.height)
    )
    first = first._replace(pieces=(*first.pieces, piece), used=first.used | drawing.used)
    *others, last = first, *others
    missing = LOW - low - (first.descent + rest)
    return [*others, last._replace(descent=last.descent + max(0.0, missing))]


def in_rows(drawn: Sequence[tuple[Strip, Drawing]], columns: int, width: float, path: NewPath) -> Iterator[Line]:
    """Rows of drawings, so many in each, or as many as there is room for."""
    step = max(max(label.width, drawing.width) for label, drawing in drawn) + GAP
    columns = max(1, min(columns, int((width + GAP) / step)))
    for start in range(0, len(drawn), columns):
        row = drawn[start : start + columns]
        height = max(drawing.height for _, drawing in row)
        pieces: list[Piece] = []
        for k, (label, drawing) in enumerate(row):
            left, size = k * step, (drawing.width, drawing.height)
            pieces += label.placed(left, height + LABEL_GAP, path("P"))
            pieces.append(Piece(left, height - drawing.height, drawing.operators, path("Figure"), drawing.alt, size))
        used = frozenset[str]().union(*(label.used | drawing.used for label, drawing in row))
        yield Line(height + LABEL_GAP + NOMINAL_ASCENT, LOW, tuple(pieces), LOW, used=used)
