"""A PDF of pictures, one a page, as scanners write them: written page by page, whatever its length."""

from __future__ import annotations

import zlib
from typing import BinaryIO

import numpy as np

from grader.rehearsal.digits import Grey

POINTS = 72


class ScannedPdf:
    """Pages are added to an open file; `close` makes it a PDF."""

    def __init__(self, file: BinaryIO) -> None:
        self.file, self.length, self.offsets = file, 0, [0, 0, 0]  # of objects by number; 1 and 2 come last
        self.pages: list[int] = []
        self._write(b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n")

    def add(self, picture: tuple[bytes, str], size: tuple[int, int], dpi: float) -> None:
        """A page from what `packed` gave; `size` in pixels: width, height."""
        data, coding = picture
        width, height = size
        wide, high = (f"{length * POINTS / dpi:.2f}" for length in size)
        drawing = f"{wide} 0 0 {high} 0 0 cm /I Do".encode()
        image = self._stream(
            f"/Type /XObject /Subtype /Image /Width {width} /Height {height} /ColorSpace /DeviceGray {coding}", data
        )
        drawn = self._stream("", drawing)
        self.pages.append(
            self._object(
                f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {wide} {high}] /Contents {drawn} 0 R "
                f"/Resources << /XObject << /I {image} 0 R >> >> >>".encode()
            )
        )

    def close(self) -> None:
        """Writes what comes after the last page; the file stays open."""
        kids = " ".join(f"{page} 0 R" for page in self.pages)
        self._object(b"<< /Type /Catalog /Pages 2 0 R >>", 1)
        self._object(f"<< /Type /Pages /Count {len(self.pages)} /Kids [{kids}] >>".encode(), 2)
        table, count = self.length, len(self.offsets)
        self._write(f"xref\n0 {count}\n0000000000 65535 f \n".encode())
        self._write("".join(f"{offset:010d} 00000 n \n" for offset in self.offsets[1:]).encode())
        self._write(f"trailer\n<< /Size {count} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n".encode())

    def _stream(self, entries: str, data: bytes) -> int:
        return self._object(f"<< {entries} /Length {len(data)} >>\nstream\n".encode() + data + b"\nendstream")

    def _object(self, body: bytes, number: int = 0) -> int:
        if not number:
            number = len(self.offsets)
            self.offsets.append(0)
        self.offsets[number] = self.length
        self._write(f"{number} 0 obj\n".encode() + body + b"\nendobj\n")
        return number

    def _write(self, data: bytes) -> None:
        self.file.write(data)
        self.length += len(data)


def packed(page: Grey, quality: int, *, bilevel: bool) -> tuple[bytes, str]:
    """A picture's bytes and how they are coded: a JPEG, or a bit for each pixel where there is only black and white."""
    if bilevel:
        return zlib.compress(np.packbits(page > 0, axis=1).tobytes()), "/BitsPerComponent 1 /Filter /FlateDecode"
    import cv2

    jpeg = cv2.imencode(".jpg", page, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return jpeg.tobytes(), "/BitsPerComponent 8 /Filter /DCTDecode"
