"""What a pen does to a page: strokes as wide as a pen's, and pictures of digits turned into such strokes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grader.rehearsal.digits import Grey

MM_PER_INCH = 25.4
FINE = 4  # a line is drawn so many times finer than the page
THRESHOLDS = (0.25, 0.4, 0.5, 0.6, 0.7, 0.78)  # above which grey is ink: the higher, the thinner
FAINT = 0.3  # a stroke's grey in its middle, below which it is none
SOFT = 0.35  # from paper to ink, in shares of grey
WIDEST = 0.85  # digit for its height
Point = tuple[float, float]


@dataclass(frozen=True)
class Sheet:
    """A page's picture, grey, which is drawn on; lengths on it are in millimetres from its upper left corner."""

    image: Grey
    dpi: float

    @property
    def scale(self) -> float:
        """Pixels in a millimetre."""
        return self.dpi / MM_PER_INCH


@dataclass(frozen=True)
class Pen:
    """`width` of its strokes in millimetres, and the grey of its ink, 0 to 255."""

    width: float
    grey: int

    def line(self, sheet: Sheet, points: Sequence[Point]) -> None:
        """A stroke through points in millimetres, as a hand draws it: with round ends."""
        import cv2

        reach = self.width * sheet.scale / 2 + 2
        path = np.array(points) * sheet.scale
        low = np.floor(path.min(axis=0) - reach).astype(int)
        wide, high = np.ceil(path.max(axis=0) + reach).astype(int) - low
        # a thickness that is even makes a line that is wider by one, an odd one by two
        thick = 2 * max(1, round((self.width * sheet.scale * FINE - 1) / 2))
        canvas = np.zeros((high * FINE, wide * FINE), np.uint8)
        fine = np.rint((path - low) * FINE * 16).astype(np.int32)[:, None]
        cv2.polylines(canvas, [fine], False, 255, thick, cv2.LINE_8, 4)
        alpha = cv2.resize(canvas, (int(wide), int(high)), interpolation=cv2.INTER_AREA)
        self._put(sheet, alpha.astype(np.float32) / 255, int(low[0]), int(low[1]))

    def curve(self, sheet: Sheet, points: Sequence[Point]) -> None:
        """A stroke that bends towards the points between its ends."""
        for _ in range(3):  # Chaikin: corners are cut three times
            inner = [
                (a + (b - a) * share)
                for a, b in zip(map(np.array, points), map(np.array, points[1:]), strict=False)
                for share in (0.25, 0.75)
            ]
            points = [points[0], *((float(x), float(y)) for x, y in inner), points[-1]]
        self.line(sheet, points)

    def digit(self, sheet: Sheet, picture: Grey, middle: Point, shape: NDArray[np.float64]) -> None:
        """A picture of a digit around a place; `shape` (2, 2) are millimetres in both directions per unit of height.

        However wide the picture, the digit is as high as the others.
        """
        import cv2

        left, top, wide, high = box(picture)
        centre = np.array([left + wide / 2, top + high / 2]) - 0.5
        matrix = shape @ np.diag([breadth(picture) / wide, 1 / high]) * sheet.scale
        reach = np.ceil(np.abs(matrix) @ [wide / 2 + 2, high / 2 + 2] + 2).astype(int)
        at = np.array(middle) * sheet.scale
        low = np.floor(at).astype(int) - reach
        move = at - low - matrix @ centre
        smooth = cv2.GaussianBlur(picture.astype(np.float32) / 255, (0, 0), 0.6)
        smooth /= np.maximum(cv2.dilate(smooth, np.ones((3, 3), np.uint8)), FAINT)  # no thin stroke breaks
        grown = cv2.warpAffine(
            smooth, np.column_stack([matrix, move]), tuple(2 * reach.astype(int)), flags=cv2.INTER_CUBIC
        )
        wanted = self.width * sheet.scale
        inked = (np.clip((grown - threshold) / SOFT + 0.5, 0, 1) for threshold in THRESHOLDS)
        alpha = min(inked, key=lambda alpha: abs(width_of(alpha) - wanted))
        self._put(sheet, alpha, int(low[0]), int(low[1]))

    def _put(self, sheet: Sheet, alpha: NDArray[np.float32], left: int, top: int) -> None:
        height, width = sheet.image.shape
        right, low = min(width, left + alpha.shape[1]), min(height, top + alpha.shape[0])
        x, y = max(0, left), max(0, top)
        if x >= right or y >= low:
            return
        alpha = alpha[y - top : low - top, x - left : right - left]
        under = sheet.image[y:low, x:right]
        inked = np.minimum(under, self.grey)
        under[:] = np.rint(under + alpha * (inked.astype(np.float32) - under))


def box(picture: Grey) -> tuple[int, int, int, int]:
    """Where the ink of a digit's picture is: left, top, width, height."""
    rows, columns = (np.flatnonzero(picture.max(axis=axis) > 60) for axis in (1, 0))
    return int(columns[0]), int(rows[0]), int(columns[-1] - columns[0] + 1), int(rows[-1] - rows[0] + 1)


def breadth(picture: Grey) -> float:
    """How broad a digit is for its height, at most WIDEST."""
    _, _, wide, high = box(picture)
    return min(wide / high, WIDEST)


def width_of(alpha: NDArray[np.float32]) -> float:
    """The mean width of what is inked, in pixels: twice its area by its outline."""
    down, across = np.diff(alpha, axis=0)[:, :-1], np.diff(alpha, axis=1)[:-1]
    outline = float(np.hypot(down, across).sum())
    return 2 * float(alpha.sum()) / outline if outline else 0.0
