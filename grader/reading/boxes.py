"""Which box of a page something lies on that was typed or drawn with a tool for comments, and what a box shows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

import pikepdf

Box = tuple[float, float, float, float]
"""Left, low, right, high, in points."""
UNREADABLE = "picture"  # what a field is said to show that holds no text that can be told
_SHOWS = re.compile(rb"\b(Tj|TJ|Do|EI|sh)\b|['\"]")  # what draws text or an image (ISO 32000-1, annex A)
ENOUGH = 0.5  # of the smaller of two boxes: so much in common is one over the other


def rectangle(numbers: Any) -> Box | None:
    """A rectangle with any two of its corners; None where it is none or is empty."""
    try:
        x, y, u, v = (float(number) for number in numbers)
    except (TypeError, ValueError):
        return None
    box = min(x, u), min(y, v), max(x, u), max(y, v)
    return box if box[0] < box[2] and box[1] < box[3] else None


def box_of(place: Box | None, boxes: Sequence[Box | None]) -> int | None:
    """The one of the boxes that a text lies on; None where it lies on none, or as much on another one."""
    if place is None:
        return None
    shares = sorted(((_common(place, box), at) for at, box in enumerate(boxes) if box), reverse=True)
    if not shares or shares[0][0] < ENOUGH or (len(shares) > 1 and shares[1][0] >= ENOUGH):
        return None
    return shares[0][1]


def drawn_over(places: Iterable[Box], boxes: Sequence[Box | None]) -> set[int]:
    """The boxes that the middle of any place lies in."""
    middles = [((left + right) / 2, (low + high) / 2) for left, low, right, high in places]
    return {
        at
        for at, box in enumerate(boxes)
        if box and any(box[0] <= x <= box[2] and box[1] <= y <= box[3] for x, y in middles)
    }


def _common(one: Box, other: Box) -> float:
    """What two rectangles have in common, as a share of the smaller one."""
    wide = max(0, min(one[2], other[2]) - max(one[0], other[0]))
    high = max(0, min(one[3], other[3]) - max(one[1], other[1]))
    smaller = min((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other))
    return wide * high / smaller


def pictured(widget: Any) -> str:
    """The text in a field's picture; UNREADABLE where there is something else, nothing where it is empty."""
    appearance = widget.get("/AP") if "/AP" in widget else None
    normal = appearance.get("/N") if isinstance(appearance, pikepdf.Dictionary) else None
    if not isinstance(normal, pikepdf.Stream) or not _SHOWS.search(normal.read_bytes()):
        return ""
    text, other = b"", False
    for instruction in pikepdf.parse_content_stream(normal):
        kind = str(instruction.operator)
        if kind in ("Tj", "TJ", "'", '"'):
            for operand in instruction.operands:
                parts = list(operand) if isinstance(operand, pikepdf.Array) else [operand]
                text += b"".join(bytes(part) for part in parts if isinstance(part, pikepdf.String))
            text += b" "
        other = other or kind in ("Do", "INLINE IMAGE", "sh")
    told = " ".join(text.decode("latin-1").split())
    if told:
        return told if told.isascii() and told.isprintable() else UNREADABLE
    return UNREADABLE if other else ""
