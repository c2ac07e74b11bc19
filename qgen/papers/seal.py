"""The mark on every page: a small QR code that tells exam, variant and page, and cannot be made up for another page.

    BPE1 1A2B3C4D 017 P2 9F8E7D6C     exam (first 8 digits of its checksum), variant, page (S2 in a solution), seal

The seal is a keyed checksum (HMAC-SHA256, RFC 2104) of what stands before it; the key is the exam's and never printed.
"""

import hmac
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

from qgen.errors import InputError

SEAL = 8
MODULE, QUIET = 1.25, 4  # points to a module, modules around the code that stay white (ISO/IEC 18004)
_USUAL = 30  # characters of a mark, if variants have three or four digits
_FIXED = 14  # characters of a mark that are the same on every page of an exam
_FORM = re.compile(r"BPE1 ([0-9A-F]{8}) (\S{1,9}) ([PS])([0-9]{1,3}) {1,2}([0-9A-F]{8})", re.ASCII)


class Marked(Protocol):
    """What a mark needs to know of an exam."""

    @property
    def checksum(self) -> str:
        """Identifies the exam, in hexadecimal."""
        ...

    @property
    def mark_key(self) -> bytes:
        """The secret that seals its marks."""
        ...

    @property
    def variants(self) -> tuple[str, ...]:
        """The ids of the variants."""
        ...


@dataclass(frozen=True)
class Mark:
    """What a page's mark says."""

    variant: str
    page: int
    solution: bool


def mark_text(exam: Marked, mark: Mark) -> str:
    """The text of a page's QR code; letters and digits that pack densely (QR's alphanumeric mode)."""
    text = f"BPE1 {exam.checksum[:8].upper()} {mark.variant} {'S' if mark.solution else 'P'}{mark.page}"
    # An even length, because two characters of a QR code share their bits.
    return f"{text} {_seal(exam, text)}" if len(text) % 2 else f"{text}  {_seal(exam, text)}"


def read_mark(text: str, exam: Marked) -> Mark:
    """What a scanned code says. InputError if it is no mark, of another exam, or was not made with this exam's key."""
    match = _FORM.fullmatch(text.strip())
    quoted = text if len(text) <= 60 else text[:60] + "..."
    if match is None:
        raise InputError(f'mark "{quoted}": is no mark of a paper; it starts with BPE1')
    number, variant, kind, page, seal = match.groups()
    if number != exam.checksum[:8].upper():
        raise InputError(
            f'mark "{quoted}": belongs to another exam ({number}); this one is {exam.checksum[:8].upper()}'
        )
    if not hmac.compare_digest(seal, _seal(exam, match.string[: match.end(4)])):
        raise InputError(f'mark "{quoted}": its seal is wrong; it was misread or made up')
    if variant not in exam.variants:
        raise InputError(f'mark "{quoted}": this exam has no variant {variant}')
    return Mark(variant, int(page), kind == "S")


def _seal(exam: Marked, text: str) -> str:
    return hmac.digest(exam.mark_key, text.encode(), "sha256").hex()[:SEAL].upper()


def qr_code(text: str) -> tuple[float, str]:
    """A QR code's side in points, and the operators that draw it with its lower left corner at the origin."""
    size = _side(len(text))
    # An image of one bit per module, rows padded to 32 bits; a path would leave hairlines between its rows.
    data = _modules(text).to_bytes(4 * size, "big").hex()
    side = size * MODULE
    return side, f"{side} 0 0 {side} 0 0 cm BI /W {size} /H {size} /IM true /D[1 0] /F/AHx ID {data}> EI"


def learn_seals() -> None:
    """Makes now the codes that the seals of all pages are put together from."""
    for place in range(_USUAL - SEAL, _USUAL, 2):
        for bit in range(10):  # two hexadecimal digits make less than 2 to the 10
            _difference(_USUAL, place, 1 << bit)


_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"  # ISO/IEC 18004, table 5: two characters make 11 bits


def _modules(text: str) -> int:
    """The code's modules as the bits of one number.

    A QR code of a given size is a linear function of its bits (Reed-Solomon codes are linear, and the mask is fixed):
    the library makes one code for each bit, and a page's code is put together from those in a tenth of the time.
    """
    head, tail = text[:_FIXED], text[_FIXED:]
    modules = _zero(head, len(tail))
    for pair in range(0, len(tail), 2):
        value = _ALPHABET.index(tail[pair]) * 45 + _ALPHABET.index(tail[pair + 1])
        while value:
            bit = value & -value
            modules ^= _difference(len(text), _FIXED + pair, bit)
            value ^= bit
    return modules


@lru_cache(maxsize=16)
def _zero(head: str, length: int) -> int:
    return _encoded(head + "0" * length)


@lru_cache(maxsize=1024)
def _difference(length: int, place: int, bit: int) -> int:
    """What one bit of the two characters at a place changes."""
    pair = _ALPHABET[bit // 45] + _ALPHABET[bit % 45]
    return _zero("", length) ^ _encoded("0" * place + pair + "0" * (length - place - 2))


@lru_cache(maxsize=8)
def _side(length: int) -> int:
    return len(_made("0" * length).matrix)


def _encoded(text: str) -> int:
    rows = ("".join(map(str, row)).ljust(32, "0") for row in _made(text).matrix)
    return int("".join(rows), 2)


def _made(text: str) -> Any:
    import segno

    return segno.make_qr(text, mode="alphanumeric", error="m", mask=3, boost_error=False)
