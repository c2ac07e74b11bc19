"""Where the labels of crossing lines stand: each on its own line, clear of each other and of what else is there."""

from collections.abc import Sequence
from itertools import combinations
from math import hypot

from qgen.typeset.drawing.shapes import Point

SPOTS = tuple(0.14 + 0.03 * i for i in range(25))  # where along a line its label may stand
COLLISION, TOUCH = 300.0, 100.0
# With more labels than these, none are moved apart: that would take minutes, and nobody could read them anyway.
MOST = 200

Bounds = tuple[float, float, float, float]  # left, low, right, high


def around(x: float, y: float, width: float, height: float) -> Bounds:
    """The rectangle of that size with its middle at a point."""
    return x - width / 2, y - height / 2, x + width / 2, y + height / 2


def spots(
    lines: Sequence[tuple[Point, Point]],
    sizes: Sequence[tuple[float, float]],
    blocked: Sequence[Bounds],
    favourite: float,
) -> list[Bounds]:
    """A place for every line's label of that width and height.

    It is near to a favourite share of the way from the line's start, clear of other labels and of what is blocked,
    and off foreign lines if possible.
    """
    if len(lines) > MOST:
        return [
            around(x0 + favourite * (x1 - x0), y0 + favourite * (y1 - y0), *size)
            for ((x0, y0), (x1, y1)), size in zip(lines, sizes, strict=True)
        ]
    boxes: list[list[tuple[float, Bounds]]] = []
    for i, (((x0, y0), (x1, y1)), size) in enumerate(zip(lines, sizes, strict=True)):
        choices = []
        for t in SPOTS:
            box = around(x0 + t * (x1 - x0), y0 + t * (y1 - y0), *size)
            cost = 12 * abs(t - favourite) + sum(COLLISION for other in blocked if overlap(box, other))
            cost += sum(crossed(box, line) for j, line in enumerate(lines) if j != i)
            choices.append((cost, box))
        boxes.append(choices)
    chosen = [min(choices) for choices in boxes]
    for _ in range(8):
        before = list(chosen)
        for i, choices in enumerate(boxes):
            others = [box for j, (_, box) in enumerate(chosen) if j != i]
            chosen[i] = min(
                choices, key=lambda c: c[0] + sum(TOUCH + overlap(c[1], o) for o in others if overlap(c[1], o))
            )
        if chosen == before:
            break
    return [box for _, box in chosen]


def clear(boxes: Sequence[Bounds], blocked: Sequence[Bounds]) -> bool:
    """Whether no box lies on another one or on what is blocked."""
    return not any(overlap(one, two) for one, two in combinations(boxes, 2)) and not any(
        overlap(box, other) for box in boxes for other in blocked
    )


def overlap(one: Bounds, two: Bounds) -> float:
    """The area that two rectangles share."""
    wide = min(one[2], two[2]) - max(one[0], two[0])
    tall = min(one[3], two[3]) - max(one[1], two[1])
    return wide * tall if wide > 0 and tall > 0 else 0.0


def crossed(box: Bounds, line: tuple[Point, Point]) -> float:
    """The length of a line inside of a box (Liang and Barsky's clipping), in units of five points."""
    (x0, y0), (x1, y1) = line
    dx, dy = x1 - x0, y1 - y0
    enter, leave = 0.0, 1.0
    for p, q in ((-dx, x0 - box[0]), (dx, box[2] - x0), (-dy, y0 - box[1]), (dy, box[3] - y0)):
        if p == 0:
            if q < 0:
                return 0.0
        elif p < 0:
            enter = max(enter, q / p)
        else:
            leave = min(leave, q / p)
    return max(0.0, leave - enter) * hypot(dx, dy) / 5
