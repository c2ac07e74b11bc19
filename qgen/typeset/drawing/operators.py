"""Shapes -> PDF operators (ISO 32000-1, annex A)."""

from collections.abc import Iterable
from itertools import groupby
from operator import attrgetter

from qgen.typeset.drawing.shapes import Bitmap, Contour, Inset, Photo, Point, Rectangle, Run, Shape
from qgen.typeset.fonts.faces import encode
from qgen.typeset.fonts.outlines import in_table, outline


def operators(shapes: Iterable[Shape]) -> str:
    """What draws the shapes, in order, black where they do not say; the graphics state is left as it was."""
    parts: list[str] = []
    for kind, group in groupby(shapes, _kind):
        if kind is Run:
            parts.append(_text(run for run in group if isinstance(run, Run)))
        elif kind is Rectangle:
            parts.append(_rectangles(shape for shape in group if isinstance(shape, Rectangle)))
        else:
            parts += map(_drawn, group)
    return " ".join(parts)


def _kind(shape: Shape) -> object:
    """Its type; none for a run of characters that are drawn as paths."""
    return None if isinstance(shape, Run) and not in_table(shape.face, shape.text) else type(shape)


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _text(runs: Iterable[Run]) -> str:
    """One text object: the font is set, and the place moved, where they change."""
    shown: list[str] = []
    font: tuple[str, float] | None = None
    at = 0, 0
    for x, y, face, size, text in runs:
        if (face, size) != font:
            shown.append(f"/{face} {_number(size)} Tf")
            font = face, size
        spot = round(x * 100), round(y * 100)
        if spot != at:
            shown.append(f"{_point(((spot[0] - at[0]) / 100, (spot[1] - at[1]) / 100))} Td")
        at = spot
        shown.append(f"({encode(face, text)}) Tj")
    return f"BT {' '.join(shown)} ET"


def _rectangles(rectangles: Iterable[Rectangle]) -> str:
    """Neighbours of one grey as one path: how some viewers round their edges depends on it."""
    parts = []
    for fill, group in groupby(rectangles, attrgetter("fill")):
        shown = " ".join(f"{_point((x, y))} {_point((width, height))} re" for x, y, width, height, _ in group)
        parts.append(f"{fill:g} g {shown} f 0 g" if fill else f"{shown} f")
    return " ".join(parts)


def _drawn(shape: Shape) -> str:
    match shape:
        case Contour():
            return _contour(shape)
        case Run(x, y, face, size, text):
            scale = f"{size / 1000:.5f}"
            return f"q {scale} 0 0 {scale} {_point((x, y))} cm {outline(face, text).path} f Q"
        case Bitmap(x, y, side, size, rows):
            # A mask of one bit per module: a path would leave hairlines between its rows.
            image = f"BI /W {size} /H {size} /IM true /D[1 0] /F/AHx ID {rows.hex()}> EI"
            return f"q {side} 0 0 {side} {_point((x, y))} cm {image} Q"
        case Photo(x, y, width, height, picture):
            return f"q {_number(width)} 0 0 {_number(height)} {_point((x, y))} cm /{picture.name} Do Q"
        case Inset(x, y, figure, scale):
            sides = f"{scale:.4f} 0 0 {scale:.4f}" if scale != 1 else "1 0 0 1"
            return f"q {sides} {_point((x, y))} cm {figure.operators} Q"
    raise TypeError(shape)


def _contour(contour: Contour) -> str:
    steps = [f"{' '.join(map(_point, step))} {'l' if len(step) == 1 else 'c'}" for step in contour.steps]
    shown = f"{_point(contour.start)} m {' '.join(steps)}"
    if contour.stroke is not None:
        shown = f"{contour.stroke:g} G {contour.thickness:g} w {shown}"
    if contour.fill is None:
        return f"{shown} S 0 G"
    return f"{contour.fill:g} g {shown} {'f' if contour.stroke is None else 'b'} 0 g"


def _point(point: Point) -> str:
    return f"{_number(point[0])} {_number(point[1])}"
