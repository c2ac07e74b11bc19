"""The combs of a straightened page: each found by its printed lines, cut into cells, and looked at for trouble."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from grader.reading.scan.digits import HEIGHT, WIDTH
from grader.reading.scan.layout import Box
from grader.reading.scan.pictures import Grey
from grader.reading.scan.registration import SCALE

SEEN = 6.5, 9.0  # mm of a cut cell: the cell with a margin
AROUND = 2.2  # mm that a box's lines are looked for around its place
WITHIN = 0.5  # mm that a box may lie from where its neighbours do
LINE = 48  # the darkness that counts as a line at most, so that a speck does not outweigh it
INK = 105  # darkness of ink; printed lines are lighter on a grey scan
NEAR_INK = 70, 5  # from what darkness on, and how many pixels around it, nothing can be told of lines
FOUND = 0.3  # correlation with printed lines from which a box is found
NEIGHBOURS = 7
INSET = 0.5  # mm within a cell's lines

Offset = tuple[float, float]


@dataclass(frozen=True)
class Found:
    """How far a box lies from its place, in mm to the right and down, and how much is like its lines, up to 1."""

    offset: Offset
    likeness: float


def lines_alone(dark: Grey) -> Grey:
    """The page without what is written on it and around that: lines are lighter than ink."""
    import cv2

    threshold, around = NEAR_INK
    ink = cv2.dilate((dark > threshold).astype(np.uint8), np.ones((around, around), np.uint8))
    return np.asarray(np.where(ink, 0, np.minimum(cv2.blur(dark, (3, 3)), LINE)), np.uint8)


def found_at(lines: Grey, box: Box) -> Found:
    """Looks for a box around its place by its printed lines."""
    import cv2

    drawn = _lines(box)
    edge, reach = round(1.0 * SCALE), round(AROUND * SCALE)
    left, top = round(box.left * SCALE) - edge - reach, round(box.top * SCALE) - edge - reach
    seen = cut(lines, left, top, drawn.shape[1] + 2 * reach, drawn.shape[0] + 2 * reach)
    like = cv2.matchTemplate(seen, drawn, cv2.TM_CCOEFF_NORMED)
    _, most, _, (x, y) = cv2.minMaxLoc(like)
    off = ((left + edge + x) / SCALE - box.left, (top + edge + y) / SCALE - box.top)
    return Found(off, float(most) if np.isfinite(most) else 0.0)


def offsets(dark: Grey, boxes: Sequence[Box]) -> tuple[list[Offset], float]:
    """Where each box of a page lies: by its own lines where these agree with its neighbours', else by theirs.

    And the share of the boxes that were found by their lines; where none was, all lie in their places.
    """
    if not boxes:
        return [], 1.0
    light, black = lines_alone(dark), np.minimum(dark, 2 * LINE)  # a free box has black lines
    seen = [found_at(light if box.digits else black, box) for box in boxes]
    sure = [k for k, one in enumerate(seen) if one.likeness >= FOUND]
    if not sure:
        return [(0.0, 0.0)] * len(boxes), 0.0
    middles = np.array([(box.left + box.width / 2, box.top + box.height / 2) for box in boxes])
    shifts = np.array([one.offset for one in seen])
    kept: list[Offset] = []
    agreeing = 0
    for k, one in enumerate(seen):
        away = np.hypot(*(middles[sure] - middles[k]).T)
        about = np.median(shifts[[sure[j] for j in np.argsort(away)[:NEIGHBOURS]]], axis=0)
        fits = k in sure and bool(np.abs(shifts[k] - about).max() <= WITHIN)
        agreeing += fits
        kept.append(one.offset if fits else (float(about[0]), float(about[1])))
    return kept, agreeing / len(boxes)


@lru_cache(maxsize=64)
def _drawn(width: int, height: int, cells: tuple[tuple[int, int], ...]) -> Grey:
    import cv2

    edge = round(1.0 * SCALE)
    lines = np.zeros((height + 2 * edge + 1, width + 2 * edge + 1), np.uint8)
    for left, right in cells:
        cv2.rectangle(lines, (edge + left, edge), (edge + right, edge + height), LINE)
    return np.asarray(cv2.GaussianBlur(lines, (3, 3), 0), np.uint8)


def _lines(box: Box) -> Grey:
    cells = box.cells if box.digits else [(0.0, box.width)]
    pixels = tuple((round(left * SCALE), round((left + width) * SCALE)) for left, width in cells)
    return _drawn(round(box.width * SCALE), round(box.height * SCALE), pixels)


def cut(picture: Grey, left: int, top: int, width: int, height: int) -> Grey:
    """A part of a picture; white (0) where it reaches beyond the edge."""
    part = np.zeros((height, width), picture.dtype)
    x, y = max(left, 0), max(top, 0)
    inside = picture[y : max(top + height, 0), x : max(left + width, 0)]
    part[y - top : y - top + inside.shape[0], x - left : x - left + inside.shape[1]] = inside
    return part


def cells_of(page: Grey, box: Box, offset: Offset) -> NDArray[np.uint8]:
    """The cells of a comb, grey, in the net's size: (cells, HEIGHT, WIDTH)."""
    import cv2

    wide, high = (round(side * SCALE) for side in SEEN)
    cut_out = []
    for left, width in box.cells:
        x = round((box.left + offset[0] + left + width / 2) * SCALE) - wide // 2
        y = round((box.top + offset[1] + box.height / 2) * SCALE) - high // 2
        cut_out.append(
            cv2.resize(255 - cut(255 - page, x, y, wide, high), (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
        )
    return np.array(cut_out, np.uint8)


def ink_in(dark: Grey, box: Box, offset: Offset) -> float:
    """Square millimetres of ink within the cells of a comb, without their lines and the printed point."""
    left, top = box.left + offset[0] + INSET, box.top + offset[1] + INSET
    return sum(_ink(dark, left + x, top, width - 2 * INSET, box.height - 2 * INSET) for x, width in box.cells)


def flags_of(dark: Grey, box: Box, offset: Offset) -> list[str]:
    """What a person should look at: ink above or beside a comb, strokes through it or over its cells' borders."""
    import cv2

    left, top = box.left + offset[0], box.top + offset[1]
    flags = []
    if _ink(dark, left, top - 4.2, box.width, 3.2) > 0.8:
        flags.append("above")
    if _ink(dark, left + box.width + 1.0, top + 0.5, 3.5, box.height - 1) > 0.8:
        flags.append("beside")
    margin = 2.0
    x, y = round((left - margin) * SCALE), round((top - margin) * SCALE)
    part = cut(dark, x, y, round((box.width + 2 * margin) * SCALE), round((box.height + 2 * margin) * SCALE))
    ink = (part > INK).astype(np.uint8)
    count, _, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    cell = 4.5 * SCALE
    for k in range(1, count):
        wide, high = stats[k, cv2.CC_STAT_WIDTH], stats[k, cv2.CC_STAT_HEIGHT]
        if wide > 2.1 * cell:
            flags.append("strike")
        elif wide > 1.35 * cell and high > 0.35 * cell:
            flags.append("border")
    return list(dict.fromkeys(flags))


def _ink(dark: Grey, left: float, top: float, width: float, height: float) -> float:
    part = cut(dark, *(round(length * SCALE) for length in (left, top, width, height)))
    return float(np.count_nonzero(part > INK)) / SCALE**2
