"""The sheet that text stands on: its size, its margins, and how large the type is."""

import math
from dataclasses import dataclass

from qgen.errors import InputError, nearest
from qgen.typeset.page.lines import GRID
from qgen.typeset.page.sheets import SHEETS, SIZE

SIDE, TOP, BOTTOM = 56.7, 56.0, 66.0
HEADER_LOW, FOOTER_LOW = 36.0, 40.0  # the header's baseline from the top edge, the footer's from the bottom edge


@dataclass(frozen=True)
class Frame:
    """A page of `sheet` (width, height) in points. Everything on it is set in a unit of `scale` points.

    So large print is the same page through a magnifying glass; the margins of the sheet stay as they are.
    """

    sheet: tuple[float, float]
    scale: float = 1.0

    def units(self, points: float) -> float:
        """A length of the sheet in the units of its text."""
        return points / self.scale

    @property
    def width(self) -> float:
        """Of the sheet, in units."""
        return self.units(self.sheet[0])

    @property
    def height(self) -> float:
        """Of the sheet, in units."""
        return self.units(self.sheet[1])

    @property
    def side(self) -> float:
        """The margin at the left and at the right, in units."""
        return self.units(SIDE)

    @property
    def top(self) -> float:
        """The margin above the text, in units: the header stands in it."""
        return self.units(HEADER_LOW) + TOP - HEADER_LOW

    @property
    def text_width(self) -> float:
        """Of lines of text and drawings, in units."""
        return self.width - 2 * self.side

    @property
    def text_height(self) -> float:
        """From the first line's top to the last one's end, in units: full steps of the grid."""
        return math.floor((self.height - self.top - self.units(BOTTOM)) / GRID) * GRID


def frame(paper: str = "a4", font_size: float = SIZE) -> Frame:
    """The frame of a sheet with text of this size in points. InputError for an unknown sheet."""
    if paper not in SHEETS:
        raise InputError(f'paper "{paper}" is not a known size; {nearest(paper, SHEETS)}')
    return Frame(SHEETS[paper], font_size / SIZE)
