"""Scripts whose letters combine: every cluster of letters that HarfBuzz shapes is known by one private character.

The private character stands in for the cluster as a joined form does for an Arabic letter, so that measuring, ordering
and encoding go on character by character; it is drawn as one glyph and read back as the cluster's letters.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from importlib.util import find_spec
from typing import Any

from qgen.typeset.fonts.faces import UnprintableError
from qgen.typeset.fonts.font import Cluster, Font
from qgen.typeset.fonts.typefaces import find, script
from qgen.typeset.private import CLUSTER, MOST_CLUSTERS, is_cluster

_COMBINES = (
    "\u0700-\u074f\u0780-\u089f\u0900-\u109f\u1100-\u11ff\u1700-\u18af\u1900-\u194f\u1980-\u1c4f\u1cc0-\u1cff\ua800-\uaaff"
    "\uabc0-\uabff\U00010a00-\U00010fff\U00011000-\U00011fff\U00016100-\U0001613f\U0001e100-\U0001e95f"
)
_SELECTED = ".[\ufe00-\ufe0f\U000e0100-\U000e01ef]"
# A stretch of letters that combine (Syriac, Thaana, the scripts of India, Thai to Khmer, Mongolian ...), or one with a
# variation selector, or one of Hebrew or Arabic.
COMBINING = re.compile(f"[{_COMBINES}][{_COMBINES}\u200c\u200d\u25cc]*|{_SELECTED}|[\u0590-\u06ff\u200c\u200d]+")
_POINTS = re.compile("[\u0591-\u05bd\u05bf-\u05c7\u0610-\u061a\u064b-\u065f\u0670]")
_INVISIBLE = re.compile("[\u200c\u200d\u25cc]")
_known: dict[str, tuple[Font, Cluster]] = {}
_numbers: dict[tuple[Font, Cluster], str] = {}


def can_shape() -> bool:
    """Whether letters can be combined."""
    return find_spec("uharfbuzz") is not None


def cluster_of(char: str) -> tuple[Font, Cluster]:
    """What a private character stands for."""
    return _known[char]


def first_letter(char: str) -> str:
    """The letter that the character is, or that its cluster starts with."""
    return _known[char][1].text[0] if is_cluster(char) else char


@lru_cache(maxsize=4096)
def clustered(text: str) -> str | None:
    """A stretch that COMBINING finds, as private characters in the order of speech; None if no typeface has it.

    Hebrew and Arabic are left as they are unless vowels have to be put in place.
    """
    if "\u0590" <= text[0] <= "\u06ff" or text[0] in "\u200c\u200d":
        return (_POINTS.search(text) and _clustered(text)) or text
    return _clustered(text)


def _clustered(text: str) -> str | None:
    if re.fullmatch(_SELECTED, text):
        font = find(text[0])
        return text[0] if font is None else _private(font, font.cluster(text))
    shown = ""
    for part in _by_script(text):
        font = find(_INVISIBLE.sub("", part), combining=True) if can_shape() else None
        shaped = _shaped(font, part) if font else None
        if font is None or shaped is None:
            return None
        shown += "".join(_private(font, cluster) for cluster in shaped)
    return shown


def _by_script(text: str) -> Iterator[str]:
    """The parts that HarfBuzz is to shape by themselves."""
    start, last = 0, ""
    for i, char in enumerate(text):
        if unicodedata.category(char)[0] == "L":
            if last and script(char) != last:
                yield text[start:i]
                start = i
            last = script(char)
    yield text[start:]


def _private(font: Font, cluster: Cluster) -> str:
    if (font, cluster) not in _numbers:
        if len(_numbers) == MOST_CLUSTERS:
            raise UnprintableError(cluster.text[0])
        char = _numbers[font, cluster] = chr(CLUSTER + len(_numbers))
        _known[char] = font, cluster
    return _numbers[font, cluster]


@lru_cache(maxsize=64)
def _shaper(font: Font) -> Any:
    import uharfbuzz

    shaper = uharfbuzz.Font(uharfbuzz.Face(font.data, font.number))
    if font.location:
        shaper.set_variations(font.location)
    return shaper


def _shaped(font: Font, text: str) -> list[Cluster] | None:
    """The clusters in the order of speech; None if the font lacks a glyph."""
    import uharfbuzz

    buffer = uharfbuzz.Buffer()
    buffer.add_str(text)
    buffer.flags = uharfbuzz.BufferFlags.DO_NOT_INSERT_DOTTED_CIRCLE
    buffer.language = "en"  # else that of the machine
    buffer.guess_segment_properties()
    uharfbuzz.shape(_shaper(font), buffer)
    starts = sorted({info.cluster for info in buffer.glyph_infos})
    ends = dict(zip(starts, [*starts[1:], len(text)], strict=True))
    drawn: dict[int, list[tuple[str, float, float]]] = {start: [] for start in starts}
    widths = dict.fromkeys(starts, 0.0)
    for info, position in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
        if not info.codepoint:
            return None
        x = widths[info.cluster] + position.x_offset * font.scale
        glyph = font.font.getGlyphName(info.codepoint)
        drawn[info.cluster].append((glyph, round(x, 3), round(position.y_offset * font.scale, 3)))
        widths[info.cluster] += position.x_advance * font.scale
    return [Cluster(text[i : ends[i]], tuple(drawn[i]), round(widths[i], 3)) for i in starts]


def breaks_before(text: str, i: int) -> bool:
    """Whether too long a word may be broken before its i-th character: never within what combines."""
    before, after = text[i - 1], text[i]
    virama = unicodedata.combining(before) == 9 or before in "\u200c\u200d"
    return not virama and after not in "\u200c\u200d" and unicodedata.category(after)[0] != "M"
