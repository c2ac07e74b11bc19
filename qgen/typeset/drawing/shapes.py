"""What drawings are made of: runs of glyphs, paths, rectangles, bitmaps, figures. Lengths in points, y runs up."""

from math import hypot
from typing import NamedTuple, Protocol

from qgen.typeset.pdf.jpeg import Jpeg

GREY = 0.35

Point = tuple[float, float]


class Run(NamedTuple):
    """Characters of one face, from the left end of their baseline on."""

    x: float
    y: float
    face: str
    size: float
    text: str


class Contour(NamedTuple):
    """Points joined by lines, or by a curve with two points before its end, grey from 0 black to 1 white."""

    start: Point
    steps: tuple[tuple[Point, ...], ...]
    fill: float | None = None
    stroke: float | None = None
    thickness: float = 0.0


class Rectangle(NamedTuple):
    """A filled rectangle, by its lower left corner."""

    x: float
    y: float
    width: float
    height: float
    fill: float = 0.0


class Bitmap(NamedTuple):
    """A square of size x size modules; `rows` has their bits, each row padded to a multiple of 8, 1 for black."""

    x: float
    y: float
    side: float
    size: int
    rows: bytes


class Photo(NamedTuple):
    """A picture that every page has among its resources by its `name`."""

    x: float
    y: float
    width: float
    height: float
    picture: Jpeg


class Figure(Protocol):
    """What can be placed in a drawing: its shapes, their PDF operators, and the glyphs they use."""

    @property
    def shapes(self) -> "tuple[Shape, ...]": ...  # noqa: D102
    @property
    def operators(self) -> str: ...  # noqa: D102
    @property
    def used(self) -> frozenset[str]: ...  # noqa: D102


class Inset(NamedTuple):
    """A figure with its origin at a place."""

    x: float
    y: float
    figure: Figure
    scale: float = 1.0


Shape = Run | Contour | Rectangle | Bitmap | Photo | Inset


def hairline(start: Point, end: Point) -> Contour:
    """A thin grey line."""
    return Contour(start, ((end,),), stroke=GREY, thickness=0.4)


def arrow(start: Point, end: Point, leave: float, arrive: float) -> tuple[Contour, Contour]:
    """A line with a slim head, that starts and ends so far from two points."""
    (x0, y0), (x1, y1) = start, end
    length = hypot(x1 - x0, y1 - y0)
    dx, dy = (x1 - x0) / length, (y1 - y0) / length
    x0, y0, x1, y1 = x0 + leave * dx, y0 + leave * dy, x1 - arrive * dx, y1 - arrive * dy
    tail, half = 5.0, 1.7
    bx, by = x1 - tail * dx, y1 - tail * dy
    sides = (bx - half * dy, by + half * dx), (bx + half * dy, by - half * dx)
    shaft = Contour((x0, y0), (((bx, by),),), stroke=GREY, thickness=0.55)
    return shaft, Contour((x1, y1), tuple((side,) for side in sides), fill=GREY)


def circle(x: float, y: float, r: float) -> Contour:
    """A white disc with a black edge."""
    k = 0.5523 * r
    quarters = (
        ((r, k), (k, r), (0, r)),
        ((-k, r), (-r, k), (-r, 0)),
        ((-r, -k), (-k, -r), (0, -r)),
        ((k, -r), (r, -k), (r, 0)),
    )
    steps = tuple(tuple((x + dx, y + dy) for dx, dy in quarter) for quarter in quarters)
    return Contour((x + r, y), steps, fill=1.0, stroke=0.0, thickness=0.8)
