"""What one document can print beyond the fixed tables: people's names in any script there is a typeface for."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from qgen.paper.bidi import forms, is_rtl, shaped, visual
from qgen.paper.fonts import CODES, UnprintableError, codes_of, encode, escaped, typeface, width


@dataclass(frozen=True, slots=True)
class Collection:
    """A typeface for Chinese, Japanese or Korean that viewers bring along; `codec` tells what it can print."""

    name: str
    encoding: str
    ordering: str
    supplement: int
    codec: str

    def has(self, char: str) -> bool:
        """Whether it prints this character, one em wide."""
        if unicodedata.east_asian_width(char) not in "WF" or ord(char) > 0xFFFF:
            return False
        try:
            return bool(char.encode(self.codec))
        except UnicodeEncodeError:
            return False

    def width(self, char: str) -> float:
        """In em."""
        return 1.0

    def encode(self, text: str) -> str:
        """The text as the inside of a PDF string."""
        return "".join(map(escaped, text.encode("utf-16-be")))


@dataclass(frozen=True, slots=True)
class Outlines:
    """A TrueType file that is embedded."""

    file: str

    def has(self, char: str) -> bool:
        """Whether it has a glyph for this character."""
        return ord(char) in typeface(self.file).charToGlyph

    def width(self, char: str) -> float:
        """In em."""
        return float(typeface(self.file).charWidths[ord(char)]) / 1000


Source = Outlines | Collection
_JAPANESE = Collection("HeiseiMin-W3", "UniJIS-UCS2-H", "Japan1", 2, "cp932")
_COLLECTIONS = (
    Collection("STSong-Light", "UniGB-UCS2-H", "GB1", 4, "gbk"),
    Collection("MSung-Light", "UniCNS-UCS2-H", "CNS1", 3, "big5"),
    _JAPANESE,
    Collection("HYSMyeongJo-Medium", "UniKS-UCS2-H", "Korea1", 1, "cp949"),
)
BEYOND: dict[str, tuple[Source, ...]] = {
    "R": (Outlines("STIXGeneral"), Outlines("DejaVuSerif"), Outlines("DejaVuSans"), *_COLLECTIONS),
    "I": (Outlines("STIXGeneralItalic"), Outlines("DejaVuSerif-Italic"), Outlines("DejaVuSans"), *_COLLECTIONS),
    "B": (Outlines("STIXGeneralBol"), Outlines("DejaVuSerif-Bold"), Outlines("DejaVuSans"), *_COLLECTIONS),
}
"""Where words look for a typeface after a face's own table, in this order."""
KANA = re.compile("[\u3041-\u30ff]")


class Glyphs:
    """What one document can print: the fixed tables, and whatever else occurs in `extra` (people's names).

    A word that leaves a face's table is set as a whole in the first typeface that has all of it; a character without a
    glyph in any of them is an UnprintableError. What this adds, by resource name: `subsets`, font files with the
    codes of characters, and `collections`.
    """

    def __init__(self, extra: str = "") -> None:
        self.subsets: dict[str, tuple[str, dict[str, int]]] = {}
        self.collections: dict[str, Collection] = {}
        words = [_shown(word) for word in extra.split()]
        crowd = sorted({form for word in words for char in word for form in (char, *forms(char))})
        for face, sources in BEYOND.items():
            # A long word may be broken anywhere, and its parts have to be printable by themselves.
            ranks = {rank for word in words for part in (word, *word) for rank, _ in _parts(face, part)}
            for rank in sorted(ranks - {0}):
                source = sources[rank - 1]
                if isinstance(source, Collection):
                    self.collections[f"{face}{rank}"] = source
                else:
                    self.subsets[f"{face}{rank}"] = source.file, codes_of("".join(filter(source.has, crowd)))

    def width(self, face: str, text: str) -> float:
        """The width of the text in em."""
        if not (self.subsets or self.collections):
            return width(face, text)
        return sum(
            sum(map(BEYOND[face][rank - 1].width, part)) if rank else width(face, part)
            for rank, part in _parts(face, _shown(text))
        )

    def runs(self, face: str, text: str) -> list[tuple[str, str]]:
        """The text as pairs of font resource and PDF string, one pair unless it leaves the fixed table."""
        if not (self.subsets or self.collections):
            return [(face, encode(face, text))]
        runs: list[tuple[str, str]] = []
        for rank, part in _parts(face, visual(_shown(text))):
            name = f"{face}{rank}" if rank else face
            if name in self.collections:
                code = self.collections[name].encode(part)
            else:
                code = "".join(escaped(self.subsets[name][1][char]) for char in part) if rank else encode(face, part)
            if runs and runs[-1][0] == name:
                code = runs.pop()[1] + code
            runs.append((name, code))
        return runs


def _shown(text: str) -> str:
    """Arabic words in their joined forms, as far as there are glyphs for these."""
    if not is_rtl(text):
        return text
    joined = " ".join(shaped(word) for word in text.split(" "))
    return "".join(
        char if any(source.has(char) for source in BEYOND["R"]) else unicodedata.normalize("NFKC", char)
        for char in joined
    )


@lru_cache(maxsize=4096)
def _rank(face: str, word: str) -> int:
    """The typeface for a word: 0 the fixed table, else a number into BEYOND, from 1; -1 if none has all of it."""
    if all(char in CODES[face] or char == "\xa0" for char in word):
        return 0
    sources = BEYOND[face]
    if KANA.search(word) and all(map(_JAPANESE.has, word)):
        return sources.index(_JAPANESE) + 1
    for rank, source in enumerate(sources, 1):
        if all(map(source.has, word)):
            return rank
    if len(word) == 1:
        raise UnprintableError(word)
    return -1


def _parts(face: str, text: str) -> Iterator[tuple[int, str]]:
    """The text in words and spaces with their typefaces, a word that no typeface has as a whole letter by letter."""
    for word in re.split("( )", text):
        rank = _rank(face, word)
        if rank < 0:
            yield from ((_rank(face, char), char) for char in word)
        elif word:
            yield rank, word
