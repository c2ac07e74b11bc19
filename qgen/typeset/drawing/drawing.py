"""A drawing: shapes with their extent and a description."""

from dataclasses import dataclass
from functools import cached_property

from qgen.typeset.drawing.operators import operators
from qgen.typeset.drawing.shapes import Inset, Photo, Run, Shape
from qgen.typeset.fonts.faces import used_by
from qgen.typeset.pdf.jpeg import Jpeg


@dataclass(frozen=True, eq=False)
class Drawing:
    """Shapes with the origin at the lower left corner; `alt` is read instead of them."""

    width: float
    height: float
    shapes: tuple[Shape, ...]
    alt: str = ""

    @cached_property
    def operators(self) -> str:
        """The shapes as PDF operators."""
        return operators(self.shapes)

    @property
    def pictures(self) -> tuple[Jpeg, ...]:
        """Those that it shows."""
        return tuple(shape.picture for shape in self.shapes if isinstance(shape, Photo))

    @cached_property
    def used(self) -> frozenset[str]:
        """The typefaces and glyphs of its text."""
        runs = (used_by(shape.face, shape.text) for shape in self.shapes if isinstance(shape, Run))
        return frozenset().union(*runs, *(shape.figure.used for shape in self.shapes if isinstance(shape, Inset)))
