"""A comb: a box of cells, one for each character of a number, as a page prints it and a scan is cut by it.

    [sign] [0] . [0] [4] [6] [8]        a sign, one digit, a printed point or comma, decimal places

Lengths are in millimetres of a page in the ordinary size of type; large print magnifies all.
"""

from dataclasses import dataclass
from functools import cached_property

MM = 72 / 25.4  # points
CELL, HEIGHT = 4.5, 7.0
SIGN_GAP, POINT_GAP = 1.0, 2.2
POINT = 1.1  # the diameter of a printed point
ABOVE = 5.0  # left free above a comb, for corrections
GREY, RULE = 0.75, 0.17  # of its lines: 25 per cent grey


@dataclass(frozen=True)
class Comb:
    """A number's comb with a sign, or without one that of a student id: `digits` cells and nothing else."""

    digits: int  # decimal places of a number; digits of an id
    signed: bool = True

    @cached_property
    def cells(self) -> tuple[float, ...]:
        """The left edge of each cell: of a number its sign, its whole digit, its decimal places."""
        if not self.signed:
            return tuple(CELL * k for k in range(self.digits))
        whole = CELL + SIGN_GAP
        first = whole + CELL + POINT_GAP
        return (0.0, whole, *(first + CELL * k for k in range(self.digits)))

    @property
    def point(self) -> float:
        """The middle of the printed point."""
        return CELL + SIGN_GAP + CELL + POINT_GAP / 2

    @property
    def width(self) -> float:
        """From the first cell's left edge to the last one's right edge."""
        return self.cells[-1] + CELL
