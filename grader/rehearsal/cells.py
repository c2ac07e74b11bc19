"""Cells of combs as they are cut from scans, with what was written: to train and to test a reader of digits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from grader.rehearsal.digits import Digits, Grey
from grader.rehearsal.hand import Hand, Rect
from grader.rehearsal.ink import MISHAPS, write
from grader.rehearsal.pen import Pen, Sheet
from grader.rehearsal.scanner import SCANNERS, Scanner, View, seen
from qgen.typeset.page.combs import CELL, GREY, HEIGHT, POINT, RULE, Comb

BLANK, OTHER, MINUS, PLUS = 10, 11, 12, 13  # labels after 0 to 9; OTHER: no digit that a machine may read
LABELS = {"": BLANK, "?": OTHER, "-": MINUS, "+": PLUS} | {str(digit): digit for digit in range(10)}
CUT = (6.5, 9.0)  # millimetres around a cell's middle
SIZE = (26, 36)  # pixels of a cut cell: width, height
DPI = 300
RATES = {**MISHAPS} | {"touching": 0.12, "crossed": 0.06, "shifted": 0.03, "overwritten": 0.02, "struck": 0.02}


def labelled_cells(
    n: int, rng: np.random.Generator, digits: Digits, scanners: Sequence[str] = tuple(SCANNERS)
) -> tuple[Grey, NDArray[np.uint8]]:
    """`n` cells (n, 36, 26), as grey as a scanner gave them, and the label of each: a digit, BLANK, OTHER, a sign."""
    images, labels = np.empty((n, SIZE[1], SIZE[0]), np.uint8), np.empty(n, np.uint8)
    cells = comb_cells(rng, digits, scanners)
    for k in range(n):
        images[k], labels[k] = next(cells)
    return images, labels


def comb_cells(
    rng: np.random.Generator, digits: Digits, scanners: Sequence[str] = tuple(SCANNERS)
) -> Iterator[tuple[Grey, int]]:
    """Cells without end, comb by comb."""
    names = list(scanners)
    while True:
        scanner = SCANNERS[names[int(rng.integers(len(names)))]]
        comb = Comb(int(rng.integers(8, 11)), signed=False) if rng.random() < 0.1 else Comb(int(rng.integers(3, 6)))
        rect = (9.0, 12.0, 9.0 + comb.width, 12.0 + HEIGHT)
        sheet = Sheet(np.full([round(length * DPI / 25.4) for length in (31, comb.width + 18)], 255, np.uint8), DPI)
        printed(sheet, rect, comb)
        mishap = str(rng.choice(["", *RATES], p=[1 - sum(RATES.values()), *RATES.values()]))
        text = number(comb, rng)
        truth = labels_of(write(sheet, rect, text, comb, Hand.draw(rng), digits, rng, mishap), comb)
        yield from zip(cut(sheet, rect, comb, scanner, rng), truth, strict=True)


def number(comb: Comb, rng: np.random.Generator) -> str:
    """Something to write into a comb: at times nothing, at times with too few digits."""
    if rng.random() < 0.06:
        return ""
    tail = "".join(map(str, rng.integers(10, size=comb.digits)))
    if not comb.signed:
        return tail[: int(rng.integers(5, comb.digits + 1))]
    tail = tail[: int(rng.integers(1, comb.digits))] if rng.random() < 0.06 else tail
    whole = str(rng.integers(1, 10)) if rng.random() < 0.3 else "0"
    return f"{'-' if rng.random() < 0.45 else ''}{whole}.{tail}"


def printed(sheet: Sheet, rect: Rect, comb: Comb, scale: float = 1.0) -> None:
    """Draws an empty comb, as papers have it."""
    rule = Pen(RULE * scale, round(255 * GREY))
    left, top, _, bottom = rect
    for cell in comb.cells:
        x, end = left + cell * scale, left + (cell + CELL) * scale
        rule.line(sheet, [(x, top), (end, top), (end, bottom), (x, bottom), (x, top)])
    if comb.signed:
        x, y = left + comb.point * scale, bottom - POINT * scale
        Pen(POINT * scale, 0).line(sheet, [(x, y), (x + 0.01, y)])


def labels_of(seen: Mapping[int, str], comb: Comb) -> list[int]:
    """By cell, from what `write` says is to be seen in them."""
    return [LABELS[seen.get(k, "")] for k in range(len(comb.cells))]


def cut(sheet: Sheet, rect: Rect, comb: Comb, scanner: Scanner, rng: np.random.Generator) -> list[Grey]:
    """The comb's cells out of a scan of a sheet, a little beside their places, as registering leaves them."""
    import cv2

    off = 0.3 if scanner.curl else 0.12
    # what spoils a page from edge to edge is no more than a shade on a comb
    white = (scanner.white[0] * (1 - scanner.shadow), scanner.white[1])
    near = replace(scanner, margin=0.0, shift=0.0, curl=0.0, uneven=0.0, white=white)
    view = View.of(sheet, near, rng)
    image = seen(sheet, view, near, rng)
    fine = 3
    across, down = ((np.arange(n * fine) + 0.5) / n / fine - 0.5 for n in SIZE)
    grid = np.stack(np.meshgrid(across * CUT[0], down * CUT[1]), axis=-1).reshape(-1, 2)
    grid = grid * rng.normal(1, 0.012, 2) @ turned(float(rng.normal(0, 0.008)))
    shift = rng.normal(0, off, 2)
    cells = []
    for cell in comb.cells:
        middle = np.array([rect[0] + cell + CELL / 2, rect[1] + HEIGHT / 2]) + shift + rng.normal(0, 0.04, 2)
        places = view.places((grid + middle) * sheet.scale).astype(np.float32).reshape(len(down), len(across), 2)
        sampled = cv2.remap(image, places, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        cells.append(np.asarray(cv2.resize(sampled, SIZE, interpolation=cv2.INTER_AREA), np.uint8))
    return cells


def turned(angle: float) -> NDArray[np.float64]:
    """The matrix of a small rotation."""
    return np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
