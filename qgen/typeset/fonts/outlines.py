"""Words beyond a face's table, in formulas and drawings: as paths, so that what is cached needs no font of its own."""

from functools import lru_cache
from typing import Any, NamedTuple

from qgen.typeset.fonts import faces
from qgen.typeset.fonts.faces import CODES, FACES, typeface
from qgen.typeset.fonts.glyphs import cluster, parts
from qgen.typeset.private import is_digit


class Outline(NamedTuple):
    """Width, height above and depth below the baseline in em; PDF operators of the path in thousandths of an em."""

    width: float
    ascent: float
    descent: float
    path: str


def in_table(face: str, text: str) -> bool:
    """Whether the face's own table has all of the text."""
    return text.isascii() or all(char in CODES[face] or char == "\xa0" or is_digit(char) for char in text)


def width(face: str, text: str) -> float:
    """The width of any text in em."""
    return faces.width(face, text) if in_table(face, text) else outline(face, text).width


@lru_cache(maxsize=1024)
def outline(face: str, text: str) -> Outline:
    """The text as a path, from left to right. UnprintableError where no typeface has it."""
    pen = _pen()
    x = 0.0
    for font, part in parts(face, text):
        source = font or typeface(FACES[face][0])
        for char in part:
            found = cluster(source, " " if char == "\xa0" else char)
            pen.x = x
            source.draw(found, pen)
            x += found.width
    heights = [y for _, y in pen.points] or [0.0]
    return Outline(x / 1000, max(0.0, max(heights)) / 1000, max(0.0, -min(heights)) / 1000, " ".join(pen.operators))


def _pen() -> Any:
    """A pen of fontTools that writes PDF operators; quadratic curves become cubic ones."""
    from fontTools.pens.basePen import BasePen

    class Pen(BasePen):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__(None)
            self.x = 0.0
            self.operators: list[str] = []
            self.points: list[tuple[float, float]] = []

        def add(self, operator: str, *points: tuple[float, float]) -> None:
            placed = [(x + self.x, y) for x, y in points]
            self.points += placed
            self.operators += [f"{x:.0f} {y:.0f}" for x, y in placed] + [operator]

        def _moveTo(self, pt: tuple[float, float]) -> None:  # noqa: N802
            self.add("m", pt)

        def _lineTo(self, pt: tuple[float, float]) -> None:  # noqa: N802
            self.add("l", pt)

        def _curveToOne(self, pt1: Any, pt2: Any, pt3: Any) -> None:  # noqa: N802
            self.add("c", pt1, pt2, pt3)

        def _closePath(self) -> None:  # noqa: N802
            self.operators.append("h")

    return Pen()
