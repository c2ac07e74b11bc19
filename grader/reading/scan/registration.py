"""Where a printed page lies in a picture: found by the sealed codes in its corners, whatever side is up."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.reading.scan.layout import Layout
from grader.reading.scan.pictures import Grey

SCALE = 8.0  # pixels of a straightened page to a millimetre
SEAL = re.compile(r"BPE1 [0-9A-F]{8} \S{1,9} [PSK][0-9]{1,3} {1,2}[0-9A-F]{8}", re.ASCII)
LARGEST = 2600  # pixels of a picture's longer side that codes are looked for in first
SURE = 3  # codes of which a page's place is exact

Points = NDArray[np.float64]


@dataclass(frozen=True)
class Code:
    """A sealed code: its text, and its corners in the picture from its own upper left one, clockwise; (4, 2)."""

    text: str
    points: Points

    @property
    def middle(self) -> Points:
        """Of its corners; (2,)."""
        return np.asarray(self.points.mean(axis=0))


@dataclass(frozen=True)
class Place:
    """`matrix` (3, 3) leads from millimetres on the page to pixels of the picture; `residual` is in mm."""

    matrix: Points
    residual: float
    codes: int


def codes_in(grey: Grey) -> list[Code]:
    """All sealed codes of ours, whatever exam they are of."""
    import cv2

    scale = min(1.0, LARGEST / max(grey.shape))
    small = grey if scale == 1 else cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    found = _codes(small, scale)
    if len(found) >= SURE or (scale == 1 and len(found) > 1):
        return found
    more = [*found, *(_codes(grey, 1.0) if scale < 1 else _codes(cv2.resize(grey, None, fx=2, fy=2), 2.0))]
    kept: list[Code] = []
    for code in more:
        size = np.ptp(code.points, axis=0).max()
        if all(np.abs(code.middle - other.middle).max() > size / 2 for other in kept):
            kept.append(code)
    return kept


def _codes(grey: Grey, scale: float) -> list[Code]:
    import zxingcpp

    found = zxingcpp.read_barcodes(grey, formats=zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode]))
    codes = []
    for one in found:
        if SEAL.fullmatch(one.text.strip()):
            at = one.position
            corners = [at.top_left, at.top_right, at.bottom_right, at.bottom_left]
            codes.append(Code(one.text.strip(), np.array([(c.x + 0.5, c.y + 0.5) for c in corners]) / scale))
    return codes


def place_of(codes: Sequence[Code], layout: Layout, shape: tuple[int, ...]) -> Place | None:
    """The place that fits best the codes of one page, of all corners that they may stand in; None where none fits."""
    found = [_placed(codes, which, layout) for which in permutations(range(len(layout.codes)), len(codes))]
    possible = [place for place in found if place and place.residual < 2.5]
    if not possible:
        return None
    best = min(place.residual for place in possible)
    near = [place for place in possible if place.residual <= best + 0.3]
    return min(near, key=lambda place: (round(_outside(place, layout, shape), 2), place.residual))


def _placed(codes: Sequence[Code], which: Sequence[int], layout: Layout) -> Place | None:
    import cv2

    page = np.array([
        (left + dx * side, top + dy * side)
        for left, top, side in (layout.codes[k] for k in which)
        for dx, dy in ((0, 0), (1, 0), (1, 1), (0, 1))
    ])  # fmt: skip
    seen = np.concatenate([code.points for code in codes])
    if len(codes) >= SURE:
        matrix: Any = cv2.findHomography(page, seen)[0]
    else:
        turned = cv2.estimateAffinePartial2D(page, seen, method=cv2.LMEDS)[0]
        matrix = None if turned is None else np.vstack([turned, [0, 0, 1]])
    if matrix is None or not np.isfinite(matrix).all() or abs(np.linalg.det(matrix)) < 1e-9:
        return None
    if np.linalg.det(matrix[:2, :2]) < 0:
        return None  # a page seen from behind
    off = applied(np.linalg.inv(matrix), seen) - page
    return Place(matrix, float(np.sqrt((off**2).sum(axis=1).mean())), len(codes))


def _outside(place: Place, layout: Layout, shape: tuple[int, ...]) -> float:
    """How far the page's corners lie outside the picture, as a share of its size; within the margins: 0."""
    width, height = layout.sheet
    corners = applied(place.matrix, np.array([(0, 0), (width, 0), (width, height), (0, height)], float))
    size = np.array([shape[1], shape[0]], float)
    off = np.maximum(np.maximum(-corners, corners - size), 0) / size
    return max(float(off.max()) - 0.06, 0.0)


def applied(matrix: Points, points: Points) -> Points:
    """(n, 2) points through a (3, 3) matrix of homogeneous coordinates."""
    all_ = np.c_[points, np.ones(len(points))] @ matrix.T
    return np.asarray(all_[:, :2] / all_[:, 2:])


def straightened(grey: Grey, place: Place, layout: Layout) -> Grey:
    """The page alone, upright, at SCALE pixels to the millimetre; white beyond the picture's edge."""
    import cv2

    size = round(layout.sheet[0] * SCALE), round(layout.sheet[1] * SCALE)
    matrix = place.matrix @ np.diag([1 / SCALE, 1 / SCALE, 1])
    shrink = 1 / max(1.0, abs(np.linalg.det(matrix)) ** 0.5)
    if shrink < 0.7:  # every third pixel of a fine scan would be noise
        grey = cv2.resize(grey, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
        matrix = np.diag([shrink, shrink, 1]) @ matrix
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpPerspective(grey, matrix, size, flags=flags, borderValue=255), np.uint8)


def darkness(page: Grey) -> Grey:
    """0 where there is paper, however unevenly lit, to 255 where there is the darkest ink."""
    import cv2

    small = cv2.resize(page, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    paper = cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((15, 15), np.uint8))
    paper = cv2.blur(paper, (9, 9))
    light = cv2.resize(paper, (page.shape[1], page.shape[0]), interpolation=cv2.INTER_LINEAR)
    return np.asarray(255 - cv2.divide(page, cv2.max(light, 20), scale=255), np.uint8)
