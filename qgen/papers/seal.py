"""The seal in the corners of a page: a small QR code with exam, variant and page, made up by nobody for another page.

    BPE1 1A2B3C4D 017 P2 9F8E7D6C     exam (first 8 digits of its checksum), variant, page, signature

P is a page of a paper, S of a solution, K of a key. A page's form holds the text as well, in a hidden field.
The signature is a keyed checksum (HMAC-SHA256, RFC 2104) of what stands before it; the key is never printed.
"""

import hmac
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, cast

from qgen.errors import InputError
from qgen.exam.exam import Exam
from qgen.typeset.drawing.drawing import Drawing
from qgen.typeset.drawing.shapes import Bitmap

SIGNATURE = 8  # characters
SEAL_FIELD = "seal_"  # and the page's number: the hidden field of a page's form that holds its seal, too
MODULE = 1.25  # points
_USUAL = 30  # characters of a seal, if variants have three or four digits
_FIXED = 14  # characters of a seal that are the same on every page of an exam
_FORM = re.compile(r"BPE1 ([0-9A-F]{8}) (\S{1,9}) ([PSK])([0-9]{1,3}) {1,2}([0-9A-F]{8})", re.ASCII)

Kind = Literal["P", "S", "K"]  # a page of a paper, of its solution, of its key


@dataclass(frozen=True)
class Seal:
    """What a page's seal says."""

    variant: str
    page: int
    kind: Kind = "P"


def seal_text(exam: Exam, seal: Seal) -> str:
    """The text of a page's QR code, in letters and digits that pack densely (QR's alphanumeric mode)."""
    text = f"BPE1 {exam.short_checksum.upper()} {seal.variant} {seal.kind}{seal.page}"
    # An even length, because two characters of a QR code share their bits.
    return f"{text} {_signature(exam, text)}" if len(text) % 2 else f"{text}  {_signature(exam, text)}"


def read_seal(text: str, exam: Exam) -> Seal:
    """What a scanned code says. InputError if it is no seal, of another exam, or not signed with this exam's key."""
    match = _FORM.fullmatch(text.strip())
    quoted = text if len(text) <= 60 else text[:60] + "..."
    if match is None:
        raise InputError(f'code "{quoted}": is no seal of a paper; these start with BPE1')
    number, variant, kind, page, signature = match.groups()
    if number != exam.short_checksum.upper():
        raise InputError(
            f'seal "{quoted}": belongs to another exam ({number}); this one is {exam.short_checksum.upper()}'
        )
    if not hmac.compare_digest(signature, _signature(exam, match.string[: match.end(4)])):
        raise InputError(f'seal "{quoted}": its signature is wrong; it was misread or made up')
    if variant not in exam.variants:
        raise InputError(f'seal "{quoted}": this exam has no variant {variant}')
    return Seal(variant, int(page), cast(Kind, kind))


def _signature(exam: Exam, text: str) -> str:
    return hmac.digest(exam.mark_key, text.encode(), "sha256").hex()[:SIGNATURE].upper()


def qr_code(text: str) -> Drawing:
    """A text of capitals and digits as a QR code, without the white margin around it."""
    size = _side(len(text))
    side = size * MODULE
    return Drawing(side, side, (Bitmap(0.0, 0.0, side, size, _modules(text).to_bytes(4 * size, "big")),))


def code_side(exam: Exam) -> float:
    """The side of an exam's codes, in points."""
    return _side(len(seal_text(exam, Seal(exam.variants[0], 1)))) * MODULE


def learn_seals() -> None:
    """Makes the codes that the seals of all pages are put together from."""
    for place in range(_USUAL - SIGNATURE, _USUAL, 2):
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
    """Which modules one bit of the two characters at a place changes."""
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
