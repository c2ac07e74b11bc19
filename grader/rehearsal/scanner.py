"""What a scanner or a phone makes of a page: a little turned, uneven, noisy, and as poor as the device is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from grader.rehearsal.digits import Grey
from grader.rehearsal.pen import MM_PER_INCH, Sheet

Matrix = NDArray[np.float64]
Range = tuple[float, float]
STEP = 16  # pixels between the nodes of a warp; OpenCV knows 32 places between two
TABLE = 90  # the grey that a phone sees around a page


@dataclass(frozen=True)
class Scanner:
    """How a device sees a page; ranges are drawn from for each page."""

    dpi: Range
    skew: float = 0.3  # standard deviation in degrees, at most three times that
    shift: float = 1.0  # millimetres, at most twice that
    stretch: float = 0.0  # shares of height, as a feeder's rollers do
    perspective: float = 0.0  # shares of the page that a corner is moved
    margin: float = 0.0  # table around the page, in shares of its width
    curl: float = 0.0  # millimetres that the page's bend moves a line
    blur: Range = (0.35, 0.5)  # pixels
    noise: Range = (1.5, 3.0)  # grey values
    uneven: float = 0.0  # light, in shares
    shadow: float = 0.0  # the darkest of a shadow, in shares
    streak: float = 0.0  # probability of a line down the page, from dirt on the glass
    white: Range = (238, 252)
    black: Range = (10, 40)
    jpeg: int = 85  # quality
    bilevel: bool = False  # only 0 and 255


SCANNERS: Mapping[str, Scanner] = {
    "flatbed": Scanner((300, 300), skew=0.25, shift=1.0),
    "feeder": Scanner((200, 200), skew=0.5, shift=1.5, stretch=0.004, noise=(2, 5), streak=0.15, jpeg=80),
    "phone": Scanner(
        (150, 200), skew=1.2, perspective=0.045, margin=0.06, curl=1.2, blur=(0.6, 1.1), noise=(3, 6), uneven=0.12,
        shadow=0.5, white=(215, 245), black=(15, 50), jpeg=75,
    ),
    "poor": Scanner((150, 150), skew=0.5, shift=1.5, stretch=0.003, blur=(0.5, 0.8), noise=(3, 6), jpeg=30),
    "black-white": Scanner((200, 200), skew=0.5, shift=1.5, stretch=0.003, noise=(2, 5), bilevel=True),
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class View:
    """Where the points of a sheet come to lie in a scan: `matrix` (3, 3) in pixels, after a bend that the page has."""

    matrix: Matrix
    size: tuple[int, int]  # of the scan: width, height
    bend: float = 0.0  # pixels of the sheet
    wave: tuple[float, float] = (1.0, 0.0)  # of the bend: length in pixels of the sheet, phase

    @classmethod
    def of(cls, sheet: Sheet, scanner: Scanner, rng: np.random.Generator, *, upside_down: bool = False) -> View:
        """One at random, as a scanner may see a sheet."""
        height, width = sheet.image.shape
        dpi = float(rng.uniform(*scanner.dpi))
        scale, margin = dpi / sheet.dpi, scanner.margin * width
        size = (round((width + 2 * margin) * scale), round((height + 2 * margin) * scale))
        angle = np.radians(np.clip(rng.normal(0, scanner.skew), -3 * scanner.skew, 3 * scanner.skew))
        angle += np.pi * upside_down
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        stretched = turn @ np.diag([scale, scale * (1 + rng.uniform(-1, 1) * scanner.stretch)])
        matrix = np.eye(3)
        matrix[:2, :2] = stretched
        shift = rng.normal(0, scanner.shift, 2).clip(-2 * scanner.shift, 2 * scanner.shift) * dpi / MM_PER_INCH
        matrix[:2, 2] = np.array(size) / 2 + shift - stretched @ [width / 2, height / 2]
        if scanner.perspective:
            matrix = tilted(size, scanner.perspective, rng) @ matrix
        bend = float(rng.uniform(-1, 1)) * scanner.curl * sheet.scale
        return cls(matrix, size, bend, (float(rng.uniform(0.8, 2.0)) * width, float(rng.uniform(0, 6.3))))

    @cached_property
    def back(self) -> Matrix:
        """From the scan to the bent sheet."""
        return np.asarray(np.linalg.inv(self.matrix), np.float64)

    def bent(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """How far down a bend moves what stands at `x` on the sheet."""
        return np.asarray(self.bend * np.sin(2 * np.pi * x / self.wave[0] + self.wave[1]))

    def places(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Points (n, 2) of the sheet, in pixels, where they are in the scan."""
        bent = np.column_stack([points[:, 0], points[:, 1] + self.bent(points[:, 0]), np.ones(len(points))])
        seen = bent @ self.matrix.T
        return np.asarray(seen[:, :2] / seen[:, 2:])

    def maps(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """For each pixel of the scan, where on the sheet it looks; exact every few pixels, straight between."""
        import cv2

        width, height = self.size
        columns, rows = -(-width // STEP) + 1, -(-height // STEP) + 1
        x, y = np.meshgrid(np.arange(columns) * float(STEP), np.arange(rows) * float(STEP))
        seen = self.back @ np.stack([x.ravel(), y.ravel(), np.ones(x.size)])
        across, down = seen[:2] / seen[2]
        down = down - self.bent(across)
        grow = np.array([[STEP, 0, 0], [0, STEP, 0]], np.float64)
        across, down = (
            cv2.warpAffine(
                nodes.reshape(x.shape).astype(np.float32), grow, self.size, flags=cv2.INTER_LINEAR,
                borderMode=cv2.BORDER_REPLICATE,
            )
            for nodes in (across, down)
        )  # fmt: skip
        return across, down


def tilted(size: tuple[int, int], most: float, rng: np.random.Generator) -> Matrix:
    """A homography that moves the corners of a scan inwards, each by at most a share of its width."""
    import cv2

    width, height = size
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    inwards = np.array([[1, 1], [-1, 1], [-1, -1], [1, -1]]) * rng.uniform(0, most, (4, 2)) * width
    return np.asarray(cv2.getPerspectiveTransform(corners, (corners + inwards).astype(np.float32)))


def scan(sheet: Sheet, scanner: Scanner, rng: np.random.Generator, *, upside_down: bool = False) -> Grey:
    """The picture that a scanner gives of a sheet."""
    return seen(sheet, View.of(sheet, scanner, rng, upside_down=upside_down), scanner, rng)


def seen(sheet: Sheet, view: View, scanner: Scanner, rng: np.random.Generator) -> Grey:
    """The same for a view that is known."""
    import cv2

    fine = sheet.image
    shrink = float(np.sqrt(abs(np.linalg.det(view.matrix[:2, :2]))))  # pixels of the scan per pixel of the sheet
    across, down = view.maps()
    sigma = float(np.hypot(rng.uniform(*scanner.blur) / shrink, 0.3 * (1 / shrink - 1)))
    fine = cv2.GaussianBlur(fine, (0, 0), sigma)
    white, black = float(rng.uniform(*scanner.white)), float(rng.uniform(*scanner.black))
    # around the page: a table, or the white lid of a scanner
    around = TABLE if scanner.margin else 255
    scan = cv2.remap(fine, across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=around)
    scan = cv2.LUT(scan, np.rint(black + (white - black) * np.arange(256) / 255).astype(np.uint8))
    if scanner.uneven:
        light = lit(view.size, scanner, rng)
        scan = cv2.multiply(scan, light, dtype=cv2.CV_8U)
    if rng.random() < scanner.streak:
        x = int(rng.integers(view.size[0]))
        scan[:, x : x + 2] = np.minimum(scan[:, x : x + 2], int(rng.integers(120, 210)))
    scan = noisy(np.asarray(scan, np.uint8), float(rng.uniform(*scanner.noise)), rng)
    if scanner.bilevel:
        return np.where(scan > rng.uniform(120, 215), np.uint8(255), np.uint8(0))
    packed = cv2.imencode(".jpg", scan, [cv2.IMWRITE_JPEG_QUALITY, scanner.jpeg])[1]
    return np.asarray(cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE), np.uint8)


def lit(size: tuple[int, int], scanner: Scanner, rng: np.random.Generator) -> NDArray[np.float32]:
    """The light on each pixel: uneven, and a soft shadow at one side."""
    import cv2

    small = 48
    y, x = np.mgrid[0:small, 0:small] / small
    uneven = cv2.resize(rng.normal(0, 1, (3, 3)), (small, small), interpolation=cv2.INTER_CUBIC)
    angle = rng.uniform(0, 2 * np.pi)
    depth = (x - 0.5) * np.cos(angle) + (y - 0.5) * np.sin(angle) - rng.uniform(0.0, 0.4)
    edge = 1 / (1 + np.exp(-depth / rng.uniform(0.03, 0.12)))
    light = (1 - rng.uniform(0, scanner.shadow) * edge) * np.clip(1 + scanner.uneven * uneven, 0.6, 1.05)
    return np.asarray(cv2.resize(light.astype(np.float32), size, interpolation=cv2.INTER_CUBIC))


def noisy(scan: Grey, deviation: float, rng: np.random.Generator) -> Grey:
    """With grain, the same for the same generator."""
    import cv2

    shape = (min(509, scan.shape[0]), min(521, scan.shape[1]))  # primes: repeats are not seen
    tile = np.rint(rng.normal(0, deviation, shape)).astype(np.int16)
    rows, columns = (-(-length // part) for length, part in zip(scan.shape, tile.shape, strict=True))
    grain = np.tile(tile, (rows, columns))[: scan.shape[0], : scan.shape[1]]
    return np.asarray(cv2.add(scan, grain, dtype=cv2.CV_8U), np.uint8)
