"""Right-to-left words in a line: their order on the page, and the forms that Arabic letters take."""

import re
import unicodedata
from collections.abc import Callable
from functools import cache

_RTL = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]")
# A letter and the signs on it.
_CLUSTER = re.compile("(.)([\u0300-\u036f\u0591-\u05bd\u05bf-\u05c7\u0610-\u061a\u064b-\u065f\u0670]*)")
_TAGS = "".join(map(chr, range(0xE0020, 0xE0080)))  # characters that the algorithm does not see (class BN, rule X9)


@cache
def _forms() -> dict[str, dict[str, str]]:
    """Arabic letters (and lam-alef) with their isolated, initial, medial and final forms."""
    forms: dict[str, dict[str, str]] = {}
    for code in (*range(0xFB50, 0xFBB2), *range(0xFBD3, 0xFC00), *range(0xFE80, 0xFEFD)):
        form, _, letters = unicodedata.decomposition(chr(code)).partition(" ")
        if form:
            forms.setdefault("".join(chr(int(part, 16)) for part in letters.split()), {})[form.strip("<>")] = chr(code)
    return forms


def is_rtl(text: str) -> bool:
    """Whether there is anything to put in order."""
    return not text.isascii() and _RTL.search(text) is not None


def shaped(word: str) -> str:
    """The word with every Arabic letter in the form that its neighbours ask for, still in the order of speech."""
    if not is_rtl(word):
        return word
    known = _forms()
    letters: list[str] = []
    for char in word:
        if letters and letters[-1] + char in known and char != "ـ":
            letters[-1] += char
        else:
            letters.append(char)
    shown = []
    for i, letter in enumerate(letters):
        before = _nearest(letters, range(i - 1, -1, -1))
        after = _nearest(letters, range(i + 1, len(letters)))
        own = known.get(letter, {})
        joins = _joins_on(before) and "final" in own, _joins_on(letter) and _joins_back(after)
        form = {(True, True): "medial", (True, False): "final", (False, True): "initial"}.get(joins, "isolated")
        shown.append(own.get(form, letter))
    return "".join(shown)


def _nearest(letters: list[str], places: range) -> str:
    """The first letter there, vowel signs skipped."""
    return next((letters[at] for at in places if unicodedata.category(letters[at][0]) != "Mn"), "")


def _joins_on(letter: str) -> bool:
    return letter == "ـ" or "initial" in _forms().get(letter, {})


def _joins_back(letter: str) -> bool:
    return letter == "ـ" or "final" in _forms().get(letter, {})


def visual(line: str, letter: Callable[[str], str] = str) -> str:
    """The characters of one line from left to right (UAX #9); `letter` is what a private character starts with.

    python-bidi neither mirrors nor says where a character went. So each is followed by its number in two or four tags,
    which come first, and the wrong way round, where the character is written to the left. A letter at the end, written
    in the direction of the line, keeps the last tags where they are.
    """
    spoken = "".join(map(letter, line))
    if not is_rtl(spoken):
        return line
    from bidi import get_base_level, get_display
    from bidi.mirror import MIRRORED

    clusters = _CLUSTER.findall(line)
    places = 2 if len(clusters) <= len(_TAGS) ** 2 else 4
    tagged = "".join(letter(char) + _tags(i, places) for i, (char, _) in enumerate(clusters))
    shown = get_display(tagged + "א")[1:] if get_base_level(spoken) else get_display(tagged + "a")[:-1]
    ordered = ""
    for i in range(0, len(shown), places + 1):
        leftward = shown[i] in _TAGS
        tags = shown[i : i + places][::-1] if leftward else shown[i + 1 : i + 1 + places]
        char, signs = clusters[_number(tags)]
        ordered += (MIRRORED.get(char, char) if leftward and unicodedata.mirrored(char) else char) + signs
    return ordered


def _tags(number: int, places: int) -> str:
    return "".join(_TAGS[number // len(_TAGS) ** place % len(_TAGS)] for place in reversed(range(places)))


def _number(tags: str) -> int:
    number = 0
    for tag in tags:
        number = number * len(_TAGS) + _TAGS.index(tag)
    return number
