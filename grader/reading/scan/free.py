"""A free box of a straightened page: a number in running hand, split into characters where the net reads it best."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from grader.reading.scan.combs import INK, SEEN, Offset, cut
from grader.reading.scan.digits import CLASSES, HEIGHT, WIDTH, Floats, posteriors
from grader.reading.scan.layout import Box
from grader.reading.scan.pictures import Grey
from grader.reading.scan.readings import Reading
from grader.reading.scan.registration import SCALE

INSET = 0.55  # mm within the printed lines
FAINT = 0.5  # square mm of what may be ink: with more, no box is empty
SPECK = 0.06  # square mm of what is no ink of anybody's
DOT = 0.6  # of a digit's height: the largest side of a point or a comma
TALL = 4.9  # mm that a digit is shown to the net at
WIDE = 3.4  # mm: a wider piece may be two digits
MOST = 12  # characters of a number
DIGIT = slice(0, 10)


@dataclass(frozen=True)
class Piece:
    """Ink that belongs together: its mask within the box, and where that lies, in pixels."""

    ink: Grey
    left: int
    top: int

    @property
    def right(self) -> int:
        """The first column after it."""
        return self.left + int(self.ink.shape[1])

    @property
    def low(self) -> int:
        """The first row after it."""
        return self.top + int(self.ink.shape[0])


def free_reading(dark: Grey, box: Box, offset: Offset) -> Reading:
    """The reading of what stands in the box: perhaps a minus, digits, and a point or comma among them."""
    inner = _inner(dark, box, offset)
    pieces = list(_pieces(inner))
    if not pieces:
        faint = float(np.count_nonzero(inner > INK / 2)) / SCALE**2
        return Reading("", 1.0, flags=("ink",) * (faint > FAINT))
    signs, points, bodies = _sorted(pieces)
    if not bodies or len(bodies) > MOST:
        return Reading("", 0.0, flags=("nodigit",))
    digits, sure, second = _digits(bodies)
    flags = [*["sign"] * (len(signs) > 1), *["point"] * (len(points) != 1)]
    text, other = ("".join("-" * bool(signs) + part) for part in (_pointed(digits, points), _pointed(second, points)))
    return Reading(text, sure, other, -1, tuple(flags))


def _inner(dark: Grey, box: Box, offset: Offset) -> Grey:
    left, top = box.left + offset[0] + INSET, box.top + offset[1] + INSET
    size = box.width - 2 * INSET, box.height - 2 * INSET
    return cut(dark, *(round(length * SCALE) for length in (left, top, *size)))


def _pieces(inner: Grey) -> Iterator[Piece]:
    """From left to right; parts above each other, as of a 5, are one."""
    import cv2

    count, labels, stats, _ = cv2.connectedComponentsWithStats((inner > INK).astype(np.uint8), connectivity=8)
    parts: list[list[int]] = []
    kept = [k for k in range(1, count) if stats[k, cv2.CC_STAT_AREA] >= SPECK * SCALE**2]
    for k in sorted(kept, key=lambda k: int(stats[k, cv2.CC_STAT_LEFT])):
        x, wide = int(stats[k, cv2.CC_STAT_LEFT]), int(stats[k, cv2.CC_STAT_WIDTH])
        for part in parts:
            left = min(int(stats[j, cv2.CC_STAT_LEFT]) for j in part)
            right = max(int(stats[j, cv2.CC_STAT_LEFT] + stats[j, cv2.CC_STAT_WIDTH]) for j in part)
            if min(right, x + wide) - max(left, x) > 0.55 * min(wide, right - left):
                part.append(k)
                break
        else:
            parts.append([k])
    for part in parts:
        mask = np.isin(labels, part)
        rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
        area = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
        yield Piece(np.where(mask[area], inner[area], 0).astype(np.uint8), int(columns[0]), int(rows[0]))


def _sorted(pieces: Sequence[Piece]) -> tuple[list[Piece], list[Piece], list[Piece]]:
    """Signs before the first digit; points and commas, which are smaller and lower than digits; and the rest."""
    tall = max(piece.ink.shape[0] for piece in pieces)
    digits = [piece for piece in pieces if piece.ink.shape[0] > 0.6 * tall]
    high_digit = float(np.median([piece.ink.shape[0] for piece in digits]))
    middle = float(np.median([(piece.top + piece.low) / 2 for piece in digits]))
    signs: list[Piece] = []
    points: list[Piece] = []
    bodies: list[Piece] = []
    for piece in pieces:
        high, wide = piece.ink.shape
        lies = (piece.top + piece.low) / 2
        if max(high, wide) <= DOT * high_digit and lies > middle + 0.15 * high_digit:
            points.append(piece)
        elif high <= 1.5 * SCALE and wide >= 1.1 * SCALE and wide > 1.6 * high and not bodies:
            signs.append(piece)
        elif max(high, wide) > 0.8 * SCALE:
            bodies.append(piece)
    return signs, [point for point in points if bodies and point.left > bodies[0].left], bodies


def _digits(bodies: Sequence[Piece]) -> tuple[list[tuple[str, int]], float, list[tuple[str, int]]]:
    """The digits with the middle of each, how sure the least sure one is, and the next best reading."""
    found: list[tuple[Piece, Floats]] = []
    for body in bodies:
        best = max(_splits(body), key=lambda split: _worth(*split))
        found += zip(best[0], best[1], strict=True)
    shares = np.array([row for _, row in found])
    middles = [(piece.left + piece.right) // 2 for piece, _ in found]
    best_digit, sure = shares[:, DIGIT].argmax(axis=1), shares[:, DIGIT].max(axis=1)
    least = int(sure.argmin())
    second = best_digit.copy()
    rest = shares[least, DIGIT].copy()
    rest[best_digit[least]] = 0
    second[least] = rest.argmax()
    told = [
        [(CLASSES[digit], at) for digit, at in zip(row, middles, strict=True)] for row in (best_digit, second)
    ]  # fmt: skip
    return told[0], float(sure[least]), told[1]


def _worth(pieces: Sequence[Piece], shares: Floats) -> float:
    """Of a split: the posterior of its least sure digit; more digits must be better, and none is wider than high."""
    widest = max(float(piece.ink.shape[1] / piece.ink.shape[0]) for piece in pieces)
    return float(shares[:, DIGIT].max(axis=1).min()) - 0.15 * (len(shares) - 1) - max(widest - 0.95, 0.0)


def _splits(body: Piece) -> Iterator[tuple[list[Piece], Floats]]:
    """The piece as one digit and, if it is wide, as two or three: cut where least ink is."""
    wide = body.ink.shape[1]
    yield [body], posteriors(_shown([body]))
    if wide <= WIDE * SCALE * 0.8:
        return
    ink = (body.ink > INK).sum(axis=0).astype(float)
    for count in (2, 3):
        if wide < count * 1.3 * SCALE:
            return
        cuts = [0]
        for k in range(1, count):
            middle, reach = wide * k / count, wide / count * 0.45
            span = np.arange(max(int(middle - reach), cuts[-1] + 4), int(middle + reach))
            cuts.append(int(span[np.argmin(ink[span] + 0.02 * np.abs(span - middle))]))
        parts = [
            Piece(body.ink[:, left:right], body.left + left, body.top)
            for left, right in pairwise([*cuts, wide])
        ]  # fmt: skip
        if all(part.ink.any() for part in parts):
            parts = [_trimmed(part) for part in parts]
            yield parts, posteriors(_shown(parts))


def _trimmed(piece: Piece) -> Piece:
    rows, columns = np.flatnonzero(piece.ink.any(axis=1)), np.flatnonzero(piece.ink.any(axis=0))
    ink = piece.ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return Piece(ink, piece.left + int(columns[0]), piece.top + int(rows[0]))


def _shown(pieces: Sequence[Piece]) -> NDArray[np.uint8]:
    """The pieces as the net takes them, in the middle of a cell and as tall as digits are there."""
    import cv2

    cells = np.zeros((len(pieces), HEIGHT, WIDTH), np.uint8)
    per_mm = WIDTH / SEEN[0]
    for cell, piece in zip(cells, pieces, strict=True):
        high, wide = piece.ink.shape
        scale = min(TALL * per_mm / high, (WIDTH - 4) / wide, 1.3 * per_mm / SCALE)
        size = max(1, round(wide * scale)), max(1, round(high * scale))
        small = cv2.resize(piece.ink, size, interpolation=cv2.INTER_AREA)
        y, x = (HEIGHT - size[1]) // 2, (WIDTH - size[0]) // 2
        cell[y : y + size[1], x : x + size[0]] = small
    return cells


def _pointed(digits: Sequence[tuple[str, int]], points: Sequence[Piece]) -> str:
    """The digits with a point where the first one is written."""
    if not points:
        return "".join(digit for digit, _ in digits)
    at = (points[0].left + points[0].right) / 2
    whole = "".join(digit for digit, middle in digits if middle < at)
    return f"{whole}.{''.join(digit for digit, middle in digits if middle >= at)}"
