"""Where a page's code stands: once in each corner, so that a scan tells which page it is and how it lies.

Points of the sheet from its lower left corner, whatever the size of type. Every printer reaches so near to the edges,
and the codes stand in the margins at the sides, where nothing else does.
"""

SIDE_EDGE, END_EDGE = 20.0, 26.5  # from the sheet's left and right edge, from its top and bottom edge

Corner = tuple[float, float]  # left, low


def corners(sheet_width: float, sheet_height: float, side: float) -> tuple[Corner, Corner, Corner, Corner]:
    """The lower left corners of four squares: top left, top right, bottom right, bottom left."""
    left, right = SIDE_EDGE, sheet_width - SIDE_EDGE - side
    top, low = sheet_height - END_EDGE - side, END_EDGE
    return (left, top), (right, top), (right, low), (left, low)
