"""What one document can print beyond the fixed tables: people's names in any script there is a typeface for."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

from qgen.paper.bidi import forms, is_rtl, shaped, visual
from qgen.paper.clusters import COMBINING, can_shape, cluster_of, clustered, is_private
from qgen.paper.fonts import CODES, UnprintableError, codes_of, encode, escaped, typeface, width
from qgen.paper.outlines import Cluster, Font
from qgen.paper.typefaces import find, remedy


@dataclass(frozen=True, slots=True)
class Outlines:
    """A TrueType file that comes with matplotlib."""

    file: str

    def has(self, char: str) -> bool:
        """Whether it has a glyph for this character."""
        return ord(char) in typeface(self.file).charToGlyph

    def width(self, char: str) -> float:
        """In em."""
        return float(typeface(self.file).charWidths[ord(char)]) / 1000


Source = Outlines | Font | None
"""None: the face's fixed table."""
BEYOND: dict[str, tuple[Outlines, ...]] = {
    "R": (Outlines("STIXGeneral"), Outlines("DejaVuSerif"), Outlines("DejaVuSans")),
    "I": (Outlines("STIXGeneralItalic"), Outlines("DejaVuSerif-Italic"), Outlines("DejaVuSans")),
    "B": (Outlines("STIXGeneralBol"), Outlines("DejaVuSerif-Bold"), Outlines("DejaVuSans")),
}
"""Where words look for a typeface after a face's own table, in this order, and before all others there are."""


class Glyphs:
    """What one document can print: the fixed tables, and whatever else occurs in `extra` (people's names).

    A word that leaves a face's table is set as a whole in the first typeface that has all of it. UnprintableError names
    all characters without a glyph in any. What this adds, by resource name: `subsets`, files of matplotlib with the
    codes of characters, and `found`, other fonts with the clusters that were asked for, in the order of their codes.
    """

    def __init__(self, extra: str = "") -> None:
        self.subsets: dict[str, tuple[str, dict[str, int]]] = {}
        self._codes: dict[Font, dict[str, int]] = {}
        self.unusual = False
        lacking: dict[str, None] = {}
        words = [_shown(word, lacking) for word in extra.split()]
        crowd = sorted({form for word in words for char in word for form in (char, *forms(char))})
        for face, sources in BEYOND.items():
            # A long word may be broken anywhere, and its parts have to be printable by themselves.
            parts = [part for word in words for whole in (word, *word) for part in _parts(face, whole, lacking)]
            self.unusual |= any(source for source, _ in parts)
            for source in sorted({sources.index(source) for source, _ in parts if isinstance(source, Outlines)}):
                codes = codes_of("".join(filter(sources[source].has, crowd)))
                self.subsets[f"{face}{source + 1}"] = sources[source].file, codes
        if lacking:
            raise UnprintableError(*lacking, remedy=remedy("".join(lacking), can_shape()))

    @property
    def found(self) -> dict[str, tuple[Font, tuple[Cluster, ...]]]:
        """Fonts beyond those of matplotlib by resource name, with what was encoded, from code 1 on."""
        return {
            _resource(k): (font, tuple(_cluster(font, char) for char in codes))
            for k, (font, codes) in enumerate(self._codes.items())
        }

    def width(self, face: str, text: str) -> float:
        """The width of the text in em."""
        if not self.unusual:
            return width(face, text)
        return sum(
            width(face, part) if source is None else sum(_width(source, char) for char in part)
            for source, part in _parts(face, _shown(text))
        )

    def runs(self, face: str, text: str) -> list[tuple[str, str]]:
        """The text as pairs of font resource and PDF string, one pair unless it leaves the fixed table."""
        if not self.unusual:
            return [(face, encode(face, text))]
        runs: list[tuple[str, str]] = []
        for source, part in _parts(face, visual(_shown(text))):
            if isinstance(source, Font):
                name, code = self._own(source, part)
            elif source:
                name = f"{face}{BEYOND[face].index(source) + 1}"
                code = "".join(escaped(self.subsets[name][1][char]) for char in part)
            else:
                name, code = face, encode(face, part)
            if runs and runs[-1][0] == name:
                code = runs.pop()[1] + code
            runs.append((name, code))
        return runs

    def _own(self, font: Font, part: str) -> tuple[str, str]:
        """Resource and string in codes of two bytes, given in the order in which the document needs them."""
        codes = self._codes.setdefault(font, {})
        numbers = [codes.setdefault(char, len(codes) + 1) for char in part]
        name = _resource(list(self._codes).index(font))
        return name, "".join(escaped(byte) for number in numbers for byte in number.to_bytes(2, "big"))


def _resource(k: int) -> str:
    return f"N{k + 1}"


@lru_cache(maxsize=4096)
def _cluster(font: Font, char: str) -> Cluster:
    return cluster_of(char)[1] if is_private(char) else font.cluster(char)


def _width(source: Outlines | Font, char: str) -> float:
    return source.width(char) if isinstance(source, Outlines) else _cluster(source, char).width / 1000


def _shown(text: str, lacking: dict[str, None] | None = None) -> str:
    """Arabic words in their joined forms, as far as there are glyphs for these; clusters as private characters.

    Letters that cannot be combined are added to `lacking` and left out, if it is given; else an UnprintableError.
    """
    if text.isascii():
        return text

    def combine(match: re.Match[str]) -> str:
        shown = clustered(match.group())
        return _lack(match.group(), lacking) if shown is None else shown

    strange = "".join(filter(is_private, text))
    if strange:
        _lack(strange, lacking)
        text = "".join(char for char in text if not is_private(char))
    text = COMBINING.sub(combine, text)
    if not is_rtl(text):
        return text
    joined = " ".join(shaped(word) for word in text.split(" "))
    return "".join(
        char
        if is_private(char) or any(source.has(char) for source in BEYOND["R"])
        else unicodedata.normalize("NFKC", char)
        for char in joined
    )


def _lack(text: str, lacking: dict[str, None] | None) -> str:
    if lacking is None:
        raise UnprintableError(*dict.fromkeys(text))
    lacking.update(dict.fromkeys(text))
    return ""


@lru_cache(maxsize=4096)
def _whole(face: str, word: str) -> tuple[bool, Source]:
    """Whether one typeface has all of the word, and which."""
    if all(char in CODES[face] or char == "\xa0" for char in word):
        return True, None
    for source in BEYOND[face]:
        if all(map(source.has, word)):
            return True, source
    if any(_is_fixed(face, char) for char in word):
        return False, None  # letters for which there is a typeface of the papers' keep it
    private = next((char for char in word if is_private(char)), None)
    font = cluster_of(private)[0] if private else find(word)
    if font is None or not all(cluster_of(char)[0] is font if is_private(char) else font.has(char) for char in word):
        return False, None
    return True, font


def _is_fixed(face: str, char: str) -> bool:
    return char in CODES[face] or char == "\xa0" or any(source.has(char) for source in BEYOND[face])


def _parts(face: str, text: str, lacking: dict[str, None] | None = None) -> Iterator[tuple[Source, str]]:
    """The text in words and spaces with their typefaces, a word that no typeface has as a whole in parts.

    A character that no typeface has is added to `lacking`, if it is given; else it is an UnprintableError.
    """
    for word in re.split("( )", text):
        known, source = _whole(face, word)
        if known:
            if word:
                yield source, word
            continue
        for fixed, group in groupby(word, lambda char: _is_fixed(face, char)):
            part = "".join(group)
            for piece in [part] if not fixed and _whole(face, part)[0] else part:
                known, source = _whole(face, piece)
                if known:
                    yield source, piece
                else:
                    _lack(piece, lacking)
