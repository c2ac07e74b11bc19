"""The typefaces of a paper: STIX, as it comes with matplotlib, with one fixed table of characters per face.

Codes never depend on what a document happens to print, so that content-stream fragments can be cached and
used in any document. ASCII keeps its codes; every other character of a table has a code of its own.
Characters beyond the tables (in people's names) are added for one document: see glyphs.py.
"""

from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from unicodedata import name as unicode_name

from qgen.errors import InputError

_ASCII = "".join(map(chr, range(32, 127)))
_LATIN = "".join(map(chr, [*range(0xA1, 0xAD), *range(0xAE, 0x100)]))
_GREEK = "αβγδεζηθικλμνξοπρςστυφχψωϕϵϑ∂"
_SIGNS = "−≤≥≠≈→←↔⇒′∑∏∞∈∇≡∝‖–—‘’“”„…•⋯ˆ˜∘⋅ŒœŠšŽžŸ√ΓΔΘΛΞΠΣΦΨΩ"
_FENCES = "()[]{}"

FACES = {
    "R": ("STIXGeneral", _ASCII + _LATIN + _SIGNS),
    "I": ("STIXGeneralItalic", _ASCII + _LATIN + _GREEK + "–—‘’“”„…−"),
    "B": ("STIXGeneralBol", _ASCII + _LATIN + "−–—‘’“”„…→≤≥"),
    "S1": ("STIXSizOneSymReg", "∑∏" + _FENCES),
    "S2": ("STIXSizTwoSymReg", _FENCES),
    "S3": ("STIXSizThreeSymReg", _FENCES),
    "S4": ("STIXSizFourSymReg", _FENCES),
}
_ROMAN = {bytes([code]).decode("mac_roman"): code for code in range(128, 256)}
MOST_NAMED = 3
"""Characters that an error names."""
_FREE_CODES = [*range(127, 256), *range(1, 32)]


@dataclass(frozen=True, slots=True)
class Metrics:
    """A glyph's advance width, height above and depth below the baseline, and italic correction, in em."""

    width: float
    ascent: float
    descent: float
    italic: float


class UnprintableError(InputError):
    """Characters that no typeface has, the first of them named. `remedy`: what to do about it."""

    def __init__(self, *chars: str, remedy: str = "") -> None:
        shown = [f'"{char if char.isprintable() else "?"}" ({_described(char)})' for char in chars[:MOST_NAMED]]
        more = f" and {len(chars) - MOST_NAMED} more" if len(chars) > MOST_NAMED else ""
        self.fault = f"{', '.join(shown)}{more} cannot be printed"
        self.remedy = remedy or "the papers' typefaces have no such character"
        super().__init__(f"{self.fault}; {self.remedy}")


def _described(char: str) -> str:
    return f"U+{ord(char):04X} {unicode_name(char, 'unnamed')}"


class _Table(dict[Any, Any]):
    """A table in which a missing character is the user's fault, never a wrong glyph."""

    def __missing__(self, key: Any) -> Any:
        raise UnprintableError(key if isinstance(key, str) else chr(key))


def folder() -> Path:
    """Where matplotlib keeps its fonts."""
    spec = find_spec("matplotlib")
    if spec is None or not spec.submodule_search_locations:
        raise InputError("the STIX fonts come with matplotlib, which is not installed: pip install matplotlib")
    return Path(spec.submodule_search_locations[0]) / "mpl-data" / "fonts" / "ttf"


@lru_cache(maxsize=32)
def typeface(file: str) -> Any:
    """The parsed TrueType file, with reportlab's parser and subsetter."""
    from reportlab.pdfbase.ttfonts import TTFontFace

    class Face(TTFontFace):  # type: ignore[misc]
        def get_table(self, tag: str) -> bytes:
            # The name table is 10 kB of licence text per face, which a PDF viewer never reads.
            return b"\0\0\0\0\0\6" if tag == "name" else super().get_table(tag)

    return Face(str(folder() / f"{file}.ttf"))


def escaped(code: int) -> str:
    """One code inside of a PDF string."""
    if code in b"()\\":
        return "\\" + chr(code)
    return chr(code) if 32 <= code != 127 else f"\\{code:03o}"


def _codes_of(chars: str) -> dict[str, int]:
    """A table of codes: those of Mac OS Roman; of all else in order."""
    others = [char for char in dict.fromkeys(chars) if char not in _ASCII]
    known = {char: _ROMAN[char] for char in others if char in _ROMAN}
    free = (code for code in _FREE_CODES if code not in known.values())
    codes = {char: known[char] if char in known else next(free) for char in others}
    return {char: ord(char) for char in chars if char in _ASCII} | codes


CODES: dict[str, dict[str, int]] = {face: _codes_of(chars) for face, (_, chars) in FACES.items()}
_ESCAPES = {
    face: _Table({ord(char): escaped(code) for char, code in codes.items()} | {0xA0: " "})
    for face, codes in CODES.items()
}


@cache
def _widths(face: str) -> _Table:
    widths = typeface(FACES[face][0]).charWidths
    return _Table({char: widths[ord(char)] / 1000 for char in CODES[face]} | {"\xa0": widths[32] / 1000})


def width(face: str, text: str) -> float:
    """The width of the text in em. UnprintableError for a character that is not in the face's table."""
    total: float = sum(map(_widths(face).__getitem__, text))
    return total


def encode(face: str, text: str) -> str:
    """The text as the inside of a PDF string: one Latin-1 character per code, parentheses escaped."""
    return text.translate(_ESCAPES[face])


@lru_cache(maxsize=4096)
def metrics(face: str, char: str) -> Metrics:
    """The measures of one glyph, read from the font's outlines; all digits share those of the tallest."""
    if char.isdigit():
        advance, low, high, right = map(max, zip(*(_outline(face, digit) for digit in "0123456789"), strict=True))
    else:
        advance, low, high, right = _outline(face, char)
    return Metrics(advance, high, low, max(0.0, right - advance))


def _outline(face: str, char: str) -> tuple[float, float, float, float]:
    advance = _widths(face)[char]
    font = typeface(FACES[face][0])
    glyph = font.charToGlyph[ord(char)]
    if font.glyphPos[glyph] == font.glyphPos[glyph + 1]:
        return advance, 0.0, 0.0, 0.0
    font.seek(font.get_table_pos("glyf")[0] + font.glyphPos[glyph] + 2)
    _, low, right, high = (font.read_short() / font.unitsPerEm for _ in range(4))
    return advance, -low, high, right
