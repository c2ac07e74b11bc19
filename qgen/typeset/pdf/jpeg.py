"""JPEG pictures as a PDF takes them, whole (ISO 32000-1, 7.4.8); what they are is read from their markers.

The markers: ISO/IEC 10918-1, annex B.
"""

from dataclasses import dataclass
from hashlib import sha256

MOST_SIDE, MOST_BYTES = 4096, 1 << 20
BASELINE, PROGRESSIVE = (0xC0, 0xC1), (0xC2,)  # kinds of frames that a viewer of PDFs can decode
_START, _END, _SCAN = 0xD8, 0xD9, 0xDA
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_SPACES = {1: "DeviceGray", 3: "DeviceRGB"}  # by the number of components


@dataclass(frozen=True)
class Jpeg:
    """A picture: its width and height in pixels, its components, 1 if grey, and all its bytes."""

    width: int
    height: int
    components: int
    data: bytes

    @property
    def name(self) -> str:
        """Of the resource: the same for the same picture."""
        return f"J{sha256(self.data).hexdigest()[:16]}"

    @property
    def entries(self) -> str:
        """Of the stream's dictionary."""
        return (
            f"/Type/XObject/Subtype/Image/Width {self.width}/Height {self.height}"
            f"/ColorSpace/{_SPACES[self.components]}/BitsPerComponent 8/Filter/DCTDecode"
        )


def read_jpeg(data: bytes) -> Jpeg:
    """A grey or RGB picture, baseline or progressive. ValueError says what is wrong with any other."""
    if len(data) > MOST_BYTES:
        raise ValueError(f"is larger than {MOST_BYTES >> 20} MB")
    if not data.startswith(b"\xff\xd8\xff"):
        raise ValueError("is no JPEG")
    frame = b""
    tables = set()
    at = 2
    while True:
        at += next((k for k in range(len(data) - at) if data[at + k : at + k + 2] != b"\xff\xff"), 0)  # fill bytes
        head = data[at : at + 4]
        if len(head) < 4 or head[0] != 0xFF or head[1] in (0, _START, _END):
            raise ValueError("is damaged")
        kind, length = head[1], int.from_bytes(head[2:])
        segment = data[at + 4 : at + 2 + length]
        if length < 2 or len(segment) != length - 2:
            raise ValueError("is damaged")
        if kind in _FRAMES:
            if frame or kind not in (*BASELINE, *PROGRESSIVE):
                raise ValueError("is of a kind that no PDF can show")
            frame = segment
        tables.add(kind)
        at += 2 + length
        if kind == _SCAN:
            break
    if not frame or not {0xC4, 0xDB} <= tables or not data.endswith(b"\xff\xd9") or len(data) - at < 3:
        raise ValueError("is damaged")
    return _framed(frame, data)


def _framed(frame: bytes, data: bytes) -> Jpeg:
    """By the frame's header: the precision, the height and width, then three bytes for each component."""
    components = frame[5] if len(frame) > 5 else 0
    if len(frame) != 6 + 3 * components or frame[0] != 8 or components not in _SPACES:
        raise ValueError("is neither grey nor RGB with 8 bits")
    height, width = int.from_bytes(frame[1:3]), int.from_bytes(frame[3:5])
    if not (0 < width <= MOST_SIDE and 0 < height <= MOST_SIDE):
        raise ValueError(f"is {width:,} x {height:,} pixels; at most {MOST_SIDE:,} either way are shown")
    return Jpeg(width, height, components, data)
