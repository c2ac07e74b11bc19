"""What one document can print beyond the fixed tables: people's words in any script there is a typeface for."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby

from qgen.typeset.fonts.bidi import is_rtl, shaped, visual
from qgen.typeset.fonts.clusters import COMBINING, can_shape, cluster_of, clustered, first_letter
from qgen.typeset.fonts.faces import CODES, UnprintableError, encode, escaped, typeface, width
from qgen.typeset.fonts.font import UNPRINTABLE, Cluster, Font
from qgen.typeset.fonts.typefaces import find, remedy
from qgen.typeset.private import is_cluster

_UPRIGHT = "STIXGeneral", "DejaVuSerif", "DejaVuSans"
REPLACED = "\ufffd"  # what stands for a character that no typeface has
# Where words look for a typeface after a face's own table, in this order, and before all others there are.
BEYOND = {
    "R": _UPRIGHT,
    "I": ("STIXGeneralItalic", "DejaVuSerif-Italic", *_UPRIGHT),
    "B": ("STIXGeneralBol", "DejaVuSerif-Bold", *_UPRIGHT),
}


class Glyphs:
    """What one document can print: the fixed tables, and whatever else occurs in `extra` (people's words).

    A word that leaves a face's table is set as a whole in the first typeface that has all of it. Characters without a
    glyph in any are an UnprintableError, which names them all; with `replacing` each is printed as REPLACED.
    """

    def __init__(self, extra: str = "", *, replacing: bool = False) -> None:
        self._codes: dict[Font, dict[str, int]] = {}
        self.unusual = bool(extra)
        self._lacking: dict[str, None] | None = {} if replacing else None
        if not replacing:
            _check(extra)

    @property
    def found(self) -> dict[str, tuple[Font, tuple[Cluster, ...]]]:
        """By resource name, the fonts beyond the fixed tables and what was printed with them, from code 1 on."""
        return {
            _resource(k): (font, tuple(cluster(font, char) for char in codes))
            for k, (font, codes) in enumerate(self._codes.items())
        }

    def width(self, face: str, text: str) -> float:
        """The width of the text in em."""
        if not self.unusual:
            return width(face, text)
        return sum(
            sum(cluster(font, char).width for char in part) / 1000 if font else width(face, part)
            for font, part in _parts(face, _shown(text, self._lacking), self._lacking)
        )

    def joined(self, face: str, text: str) -> str:
        """The text as one word, if one of its words leaves the face's table and one typeface has them all."""
        shown = _shown(text, self._lacking) if self.unusual and " " in text else ""
        if all(_whole(face, word) == (True, None) for word in shown.split(" ")) or is_rtl(text):
            return text
        return text.replace(" ", "\xa0") if _whole(face, shown.replace(" ", "\xa0"))[0] else text

    def runs(self, face: str, text: str) -> list[tuple[str, str]]:
        """The text as pairs of font resource and PDF string, one pair unless it leaves the fixed table."""
        if not self.unusual:
            return [(face, encode(face, text))]
        runs: list[tuple[str, str]] = []
        for font, part in _parts(face, visual(_shown(text, self._lacking), first_letter), self._lacking):
            name, code = self._own(font, part) if font else (face, encode(face, part))
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


def _check(text: str) -> None:
    """UnprintableError with all characters that no typeface has."""
    lacking: dict[str, None] = {}
    for word in text.split():
        shown = _shown(word, lacking)
        for part in (shown, *shown):  # too long a word may be broken anywhere
            for _ in _parts("R", part, lacking):  # the other faces have what the regular one has
                pass
    if lacking:
        raise UnprintableError(*lacking, remedy=remedy("".join(lacking), can_shape()))


def parts(face: str, text: str) -> Iterator[tuple[Font | None, str]]:
    """Any text from left to right, in parts with their typefaces; None is the face's own. Else an UnprintableError."""
    return _parts(face, visual(_shown(text), first_letter))


def _resource(k: int) -> str:
    return f"N{k + 1}"


@lru_cache(maxsize=4096)
def cluster(font: Font, char: str) -> Cluster:
    """What is drawn for a character of a part."""
    return cluster_of(char)[1] if is_cluster(char) else font.cluster(char)


@lru_cache(maxsize=8)
def _fonts(face: str) -> tuple[Font, ...]:
    return tuple(map(typeface, BEYOND[face]))


def _shown(text: str, lacking: dict[str, None] | None = None) -> str:
    """Arabic words in their joined forms, as far as there are glyphs for these; clusters as private characters.

    Letters that cannot be combined are added to `lacking` and replaced, if it is given; else an UnprintableError.
    """
    if text.isascii():
        return text

    def combine(match: re.Match[str]) -> str:
        shown = clustered(match.group())
        return _lack(match.group(), lacking) if shown is None else shown

    text = UNPRINTABLE.sub(lambda match: _lack(match.group(), lacking), text)
    text = COMBINING.sub(combine, text)
    if not is_rtl(text):
        return text
    joined = " ".join(shaped(word) for word in text.split(" "))
    return "".join(
        char if is_cluster(char) or any(font.has(char) for font in _fonts("R")) else unicodedata.normalize("NFKC", char)
        for char in joined
    )


def _lack(text: str, lacking: dict[str, None] | None) -> str:
    if lacking is None:
        raise UnprintableError(*dict.fromkeys(text))
    lacking.update(dict.fromkeys(text))
    return REPLACED * len(text)


@lru_cache(maxsize=4096)
def _whole(face: str, word: str) -> tuple[bool, Font | None]:
    """Whether one typeface has all of the word, and which; None is the face's fixed table."""
    if all(char in CODES[face] or char == "\xa0" for char in word):
        return True, None
    for font in _fonts(face):
        if all(map(font.has, word)):
            return True, font
    if any(_is_fixed(face, char) for char in word):
        return False, None  # letters for which there is a typeface of the papers' keep it
    private = next(filter(is_cluster, word), None)
    found = cluster_of(private)[0] if private else find(word)
    if found and all(cluster_of(char)[0] is found if is_cluster(char) else found.has(char) for char in word):
        return True, found
    return False, None


def _is_fixed(face: str, char: str) -> bool:
    return char in CODES[face] or char == "\xa0" or any(font.has(char) for font in _fonts(face))


def _parts(face: str, text: str, lacking: dict[str, None] | None = None) -> Iterator[tuple[Font | None, str]]:
    """The text in words and spaces with their typefaces, a word that no typeface has as a whole in parts.

    A character that no typeface has is added to `lacking` and replaced, if it is given; else it is an UnprintableError.
    """
    for word in re.split("( )", text):
        known, font = _whole(face, word)
        if known:
            if word:
                yield font, word
            continue
        for fixed, group in groupby(word, lambda char: _is_fixed(face, char)):
            part = "".join(group)
            for piece in [part] if not fixed and _whole(face, part)[0] else part:
                known, font = _whole(face, piece)
                if known:
                    yield font, piece
                else:
                    yield _whole(face, _lack(piece, lacking))[1], REPLACED
