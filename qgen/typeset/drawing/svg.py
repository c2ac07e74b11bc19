"""Shapes -> SVG: one element for HTML, or for a file of its own."""

from collections.abc import Iterator
from html import escape

from qgen.typeset.drawing.drawing import Drawing
from qgen.typeset.drawing.shapes import Contour, Inset, Point, Rectangle, Run, Shape
from qgen.typeset.fonts.outlines import width

FAMILY = "STIX Two Text,STIXGeneral,Times New Roman,serif"
SHORT = 3  # longer texts carry their width, as a browser's typeface is another than the papers'

Place = tuple[float, float, float]  # scale, then where the origin lies: drawings are never turned


def svg(drawing: Drawing) -> str:
    """The drawing as one <svg> element."""
    size = f"{_short(drawing.width)} {_short(drawing.height)}"
    wide, high = (_short(4 / 3 * side, 0) for side in (drawing.width, drawing.height))
    elements = "".join(_element(shape, place, drawing.height) for shape, place in _flat(drawing.shapes, (1, 0, 0)))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size}" width="{wide}" height="{high}" '
        f'style="max-width:100%" role="img" aria-label="{escape(drawing.alt)}" font-family="{FAMILY}">'
        f"{elements}</svg>"
    )


def _flat(shapes: tuple[Shape, ...], place: Place) -> Iterator[tuple[Run | Contour, Place]]:
    """All runs and paths with their places, rectangles as paths; no drawing for a browser has a bitmap or a photo."""
    scale, dx, dy = place
    for shape in shapes:
        match shape:
            case Inset(x, y, figure, factor):
                yield from _flat(figure.shapes, (scale * factor, scale * x + dx, scale * y + dy))
            case Rectangle(x, y, width, height, fill):
                corners = (x + width, y), (x + width, y + height), (x, y + height)
                yield Contour((x, y), tuple((corner,) for corner in corners), fill), place
            case Run() | Contour():
                yield shape, place
            case _:
                raise TypeError(shape)


def _element(shape: Run | Contour, place: Place, height: float) -> str:
    scale, dx, dy = place

    def spot(point: Point) -> tuple[str, str]:
        return _short(scale * point[0] + dx), _short(height - scale * point[1] - dy)

    if isinstance(shape, Run):
        x, y = spot((shape.x, shape.y))
        look = f'x="{x}" y="{y}" font-size="{_short(shape.size * scale, 2)}"'
        look += {"I": ' font-style="italic"', "B": ' font-weight="bold"'}.get(shape.face, "")
        if len(shape.text) > SHORT:
            look += f' textLength="{_short(width(shape.face, shape.text) * shape.size * scale)}"'
        return f"<text {look}>{escape(shape.text)}</text>"
    steps = ["LC"[len(step) > 1] + " ".join(" ".join(spot(point)) for point in step) for step in shape.steps]
    end = "" if shape.fill is None else "Z"
    look = f'fill="{_grey(shape.fill)}"'
    if shape.stroke is not None:
        look += f' stroke="{_grey(shape.stroke)}" stroke-width="{_short(shape.thickness * scale, 2)}"'
    return f'<path d="M{" ".join(spot(shape.start))}{"".join(steps)}{end}" {look}/>'


def _grey(level: float | None) -> str:
    return "none" if level is None else "#" + f"{round(255 * level):02x}" * 3


def _short(value: float, places: int = 1) -> str:
    text = f"{value:.{places}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text
