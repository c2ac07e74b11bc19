"""A free box of a straightened page: a number written as it comes, split where the net reads it best."""

from __future__ import annotations

from grader.reading.scan.combs import Offset, flags_of, ink_in
from grader.reading.scan.layout import Box
from grader.reading.scan.pictures import Grey
from grader.reading.scan.readings import WHITE, Reading


def free_reading(dark: Grey, box: Box, offset: Offset) -> Reading:
    """The reading of what stands in the box."""
    ink = ink_in(dark, box, offset)
    if ink <= WHITE / 3:
        return Reading("", 1.0)
    return Reading("", 0.0, flags=("free",))
