"""Scanned files -> pages as grey pictures, within limits: a file may be anything at all.

PDFs are drawn by PDFium, pictures decoded by OpenCV; the size of a picture is read before it is decoded.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.reading.faults import FormError

Grey = NDArray[np.uint8]
Source = Path | bytes
"""A file, or what a ZIP holds."""

PDF, PICTURES = ".pdf", (".png", ".jpg", ".jpeg", ".tif", ".tiff")
SUFFIXES = (PDF, *PICTURES)
DPI = 200.0  # that pages of a PDF are drawn at
MOST_PIXELS = 120_000_000  # of a picture: A3 at 600 dpi has 70 million
MOST_INCHES = 40.0  # of a side of a PDF's page
MOST_PAGES = 5_000
MOST_BYTES = 300_000_000  # of a picture, and of a file in a ZIP
LEAST_SIDE = 300  # pixels: less is no page


@dataclass(frozen=True)
class Picture:
    """A page as a scanner gave it. `black_white`: it has no grey."""

    grey: Grey
    black_white: bool


def page_count(source: Source, suffix: str) -> int:
    """Of a file. FormError where it is no file of its kind, or damaged."""
    if suffix == PDF:
        return _counted(len(_pdf(source)))
    data = _content(source)
    _check_size(data)
    if suffix in (".tif", ".tiff"):
        return _counted(len(_tiff_sizes(data)))
    return 1


def _counted(pages: int) -> int:
    if not 0 < pages <= MOST_PAGES:
        raise FormError(f"has {pages:,} pages; 1 to {MOST_PAGES:,} are read")
    return pages


def page(source: Source, suffix: str, number: int) -> Picture:
    """One page, counted from 0. FormError where it cannot be read."""
    grey = _drawn(source, number) if suffix == PDF else _decoded(_content(source), number)
    if min(grey.shape) < LEAST_SIDE:
        raise FormError(f"is {grey.shape[1]} x {grey.shape[0]} pixels, too small to be a page")
    return Picture(grey, is_black_white(grey))


def is_black_white(grey: Grey) -> bool:
    """Whether next to nothing lies between paper and ink, as where a scanner knows black and white only."""
    sample = grey[::3, ::3]
    return float(np.mean((sample > 8) & (sample < 247))) < 0.002


def _content(source: Source) -> bytes:
    if isinstance(source, Path):
        if source.stat().st_size > MOST_BYTES:
            raise FormError(f"is larger than {MOST_BYTES // 1_000_000} MB, far more than a page")
        source = source.read_bytes()
    if not source:
        raise FormError("is empty")
    return source


@lru_cache(maxsize=1)
def _pdf(source: Source) -> Any:
    """The open document; a large file is not read as a whole."""
    import pypdfium2

    with source.open("rb") if isinstance(source, Path) else BytesIO(source) as file:
        start = file.read(1024)
    if not start:
        raise FormError("is empty")
    if b"%PDF-" not in start:
        raise FormError("is no PDF")
    try:
        return pypdfium2.PdfDocument(source)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise FormError("is encrypted; save a copy without a password") from None
        raise FormError("is a damaged PDF, or breaks off before its end (an unfinished copy?)") from None


def _drawn(source: Source, number: int) -> Grey:
    import pypdfium2

    try:
        sheet = _pdf(source)[number]
        width, height = sheet.get_size()
        if max(width, height) > 72 * MOST_INCHES:
            raise FormError(f"has a page of {width / 72:.0f} x {height / 72:.0f} inches; a sheet is far smaller")
        bits = _one_bit(sheet)
        scale = (300.0 if bits else DPI) / 72
        grey = np.array(sheet.render(scale=scale, grayscale=True).to_numpy())
        grey = grey.reshape(*grey.shape[:2])
        sheet.close()
    except pypdfium2.PdfiumError:
        raise FormError("has a damaged page") from None
    return np.where(grey < 128, 0, 255).astype(np.uint8) if bits else grey


def _one_bit(sheet: Any) -> bool:
    """Whether the page is one picture in black and white."""
    import pypdfium2.raw as raw

    pictures = list(sheet.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=2))
    return len(pictures) == 1 and pictures[0].get_metadata().bits_per_pixel == 1


def _decoded(data: bytes, number: int) -> Grey:
    import cv2

    _check_size(data)
    kind = cv2.IMREAD_GRAYSCALE  # turned as the camera says (EXIF)
    found, pages = cv2.imdecodemulti(np.frombuffer(data, np.uint8), kind, range=(number, number + 1))
    if not found or not pages:
        raise FormError("is a damaged picture, or of a kind that is not read")
    return np.asarray(pages[0], np.uint8)


def _check_size(data: bytes) -> None:
    sizes = list(_sizes(data))
    if not sizes:
        raise FormError("is no picture that is read; PDF, TIFF, JPEG and PNG are")
    for width, height in sizes:
        if width * height > MOST_PIXELS:
            raise FormError(f"is {width:,} x {height:,} pixels; scan at 200 to 300 dpi")


def _sizes(data: bytes) -> Iterator[tuple[int, int]]:
    """Width and height of each picture in a file, as its header says them."""
    if data.startswith(b"\x89PNG\r\n\x1a\n") and len(data) >= 24:
        yield struct.unpack(">II", data[16:24])
    elif data.startswith(b"\xff\xd8"):
        yield from _jpeg_size(data)
    elif data[:4] in (b"II*\0", b"MM\0*"):
        yield from _tiff_sizes(data)


def _jpeg_size(data: bytes) -> Iterator[tuple[int, int]]:
    """From the start-of-frame segment (ISO/IEC 10918-1, B.2.2)."""
    at = 2
    while at + 9 < len(data) and data[at] == 0xFF:
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4])
        if marker in range(0xC0, 0xD0) and marker not in (0xC4, 0xC8, 0xCC):
            yield int.from_bytes(data[at + 7 : at + 9]), int.from_bytes(data[at + 5 : at + 7])
            return
        at += 1 if marker == 0xFF else 2 + length


def _tiff_sizes(data: bytes) -> list[tuple[int, int]]:
    """From the tags ImageWidth and ImageLength of each directory (TIFF 6.0, section 2)."""
    order = "<" if data[:2] == b"II" else ">"
    sizes: list[tuple[int, int]] = []
    seen: set[int] = set()
    try:
        (at,) = struct.unpack_from(order + "I", data, 4)
        while at and at not in seen and len(sizes) <= MOST_PAGES:
            seen.add(at)
            (count,) = struct.unpack_from(order + "H", data, at)
            tags = {}
            for k in range(count):
                tag, kind, _, raw = struct.unpack_from(order + "HHI4s", data, at + 2 + 12 * k)
                if tag in (256, 257):
                    tags[tag] = struct.unpack(order + ("H" if kind == 3 else "I"), raw[: 2 if kind == 3 else 4])[0]
            sizes.append((tags.get(256, 0), tags.get(257, 0)))
            (at,) = struct.unpack_from(order + "I", data, at + 2 + 12 * count)
    except struct.error:
        raise FormError("is a damaged TIFF, or breaks off before its end") from None
    return sizes
