"""The typefaces of a paper: STIX, as it comes with matplotlib, with one fixed table of characters per face.

Codes never depend on what a document happens to print, so that content-stream fragments can be cached and
used in any document. ASCII keeps its codes; every other character of a table has a code of its own.
Characters beyond the tables (in people's names) are added for one document: see glyphs.py.
"""

from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple
from unicodedata import name as unicode_name

from qgen.errors import InputError
from qgen.typeset.fonts.font import Font, opened
from qgen.typeset.private import every_digit, is_digit

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
MOST_NAMED = 3  # characters that an error names
_FREE_CODES = [*range(127, 256), *range(1, 32)]


class Metrics(NamedTuple):
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
    """A table in which a missing character is the user's fault, never a wrong glyph; `digit` is for private digits."""

    def __init__(self, known: Mapping[Any, Any], digit: Callable[[str], Any]) -> None:
        super().__init__(known)
        self.digit = digit

    def __missing__(self, key: Any) -> Any:
        char = key if isinstance(key, str) else chr(key)
        if is_digit(char):
            return self.digit(char)
        raise UnprintableError(char)


def folder() -> Path:
    """Where matplotlib keeps its fonts."""
    spec = find_spec("matplotlib")
    if spec is None or not spec.submodule_search_locations:
        raise InputError("the STIX fonts come with matplotlib, which is not installed: pip install matplotlib")
    return Path(spec.submodule_search_locations[0]) / "mpl-data" / "fonts" / "ttf"


def typeface(file: str) -> Font:
    """One of matplotlib's typefaces, by its file's name without .ttf."""
    font = opened(folder() / f"{file}.ttf", 0)
    if font is None:
        raise InputError(f"{folder() / file}.ttf: is missing or broken; install matplotlib again")
    return font


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
    face: _Table({ord(char): escaped(code) for char, code in codes.items()} | {0xA0: " "}, digit=str)
    for face, codes in CODES.items()
}


@cache
def _widths(face: str) -> _Table:
    font = typeface(FACES[face][0])
    widths = {char: font.width(char) for char in (*CODES[face], " ")}
    return _Table(widths | {"\xa0": widths[" "]}, digit=lambda _: widths["0"])


def width(face: str, text: str) -> float:
    """The width of the text in em. UnprintableError for a character that is not in the face's table."""
    total: float = sum(map(_widths(face).__getitem__, text))
    return total


def used_by(face: str, text: str) -> set[str]:
    """What to embed for a text: the face, and the face followed by each character that it does not always have."""
    return {face, *(face + char for char in every_digit(text) if char > "~" or face != "R")}


def encode(face: str, text: str) -> str:
    """The text as the inside of a PDF string: one Latin-1 character per code, parentheses escaped."""
    return text.translate(_ESCAPES[face])


@lru_cache(maxsize=4096)
def metrics(face: str, char: str) -> Metrics:
    """The measures of one glyph, read from the font's outlines; all digits share those of the tallest."""
    advance, font = _widths(face)[char], typeface(FACES[face][0])
    reach = [font.extents(digit) for digit in ("0123456789" if char.isdigit() or is_digit(char) else char)]
    low, right, high = (max(edges) for edges in zip(*((-low, right, high) for low, right, high in reach), strict=True))
    return Metrics(advance, high, low, max(0.0, right - advance))
