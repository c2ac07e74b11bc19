"""Tables of weights below a drawing: a row for each unit that they come from, a column for each they go to."""

from collections.abc import Mapping, Sequence

from qgen.typeset.drawing.drawing import Drawing
from qgen.typeset.drawing.shapes import Inset, Shape, hairline
from qgen.typeset.math.formula import layout

SIZE = 7.5
NONE = "-"  # where no weight leads
ROW, COLUMN, BETWEEN, BELOW = 10.0, 7.0, 24.0, 8.0


def table(rows: Sequence[str], columns: Sequence[str], cells: Mapping[tuple[int, int], str], room: str) -> Drawing:
    """The numbers of `cells`, by row and column, under and beside the units' names; room: the widest of them."""
    shapes: list[Shape] = []
    names, heads = [[layout(name, SIZE) for name in side] for side in (rows, columns)]
    first = max(name.width for name in names) + COLUMN / 2
    wide = max(layout(room, SIZE).width, *(name.width for name in heads)) + COLUMN
    drop = max(name.descent for name in (*names, *heads)) + 1.0
    row = max(ROW, drop + max(name.ascent for name in (*names, *heads)) + 0.5)
    width, height = first + wide * len(columns), row * (len(rows) + 1) + 1.0
    for j, name in enumerate(heads):
        shapes.append(Inset(first + (j + 1) * wide - name.width, height - row + drop, name))
    for i, name in enumerate(names):
        y = height - 1.0 - (i + 2) * row + drop
        shapes.append(Inset(0.0, y, name))
        for j in range(len(columns)):
            number = layout(cells.get((i, j), NONE), SIZE)
            shapes.append(Inset(first + (j + 1) * wide - number.width, y, number))
    shapes.append(hairline((0.0, height - row), (width, height - row)))
    shapes.append(hairline((first, 0.0), (first, height)))
    return Drawing(width, height, tuple(shapes))


def stacked(tables: Sequence[Drawing], width: float) -> Drawing:
    """Tables side by side, in as many rows as `width` points need."""
    rows: list[list[Drawing]] = []
    at = 0.0
    for one in tables:
        if not rows or at + one.width > width:
            rows.append([])
            at = 0.0
        rows[-1].append(one)
        at += one.width + BETWEEN
    wide = [sum(one.width for one in row) + BETWEEN * (len(row) - 1) for row in rows]
    high = [max(one.height for one in row) + BELOW for row in rows]
    across, y = max(wide), sum(high)
    placed: list[Shape] = []
    for row, length, tall in zip(rows, wide, high, strict=True):
        x = (across - length) / 2
        for one in row:
            placed.append(Inset(x, y - one.height - BELOW, one))
            x += one.width + BETWEEN
        y -= tall
    return Drawing(across, sum(high), tuple(placed))
