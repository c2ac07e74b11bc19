"""Right-to-left words in a line: Arabic letters in the forms they take beside each other, and the order on the page.

A reduced form of the Unicode bidirectional algorithm (UAX #9), enough for people's names: no explicit marks.
"""

import unicodedata
from functools import cache
from itertools import groupby
from operator import itemgetter

LEFTWARD = "\U00100000"
"""Private characters from here on stand for letters that are written to the left."""
_MIRRORED = str.maketrans("()[]{}<>«»", ")(][}{><»«")


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
    return not text.isascii() and any(
        "\u0590" <= char <= "\u08ff" or "\ufb1d" <= char <= "\ufefc" or char >= LEFTWARD for char in text
    )


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
        before = _neighbour(letters[i - 1 :: -1]) if i else ""
        after = _neighbour(letters[i + 1 :])
        own = known.get(letter, {})
        joins = _joins_on(before) and "final" in own, _joins_on(letter) and _joins_back(after)
        form = {(True, True): "medial", (True, False): "final", (False, True): "initial"}.get(joins, "isolated")
        shown.append(own.get(form, letter))
    return "".join(shown)


def _neighbour(letters: list[str]) -> str:
    """The nearest letter, vowel signs skipped."""
    return next((letter for letter in letters if unicodedata.category(letter[0]) != "Mn"), "")


def _joins_on(letter: str) -> bool:
    return letter == "ـ" or "initial" in _forms().get(letter, {})


def _joins_back(letter: str) -> bool:
    return letter == "ـ" or "final" in _forms().get(letter, {})


def visual(line: str) -> str:
    """The characters of one line from left to right."""
    if not is_rtl(line):
        return line
    kinds = [_kind(char) for char in line]
    base = int(next((kind for kind in kinds if kind in "LR"), "L") == "R")
    levels = _levels(kinds, base)
    # A vowel sign stays with its letter; levels are reversed from the highest down (UAX #9, L2).
    clusters: list[tuple[str, int]] = []
    for char, level in zip(line, levels, strict=True):
        if clusters and unicodedata.category(char) == "Mn":
            clusters[-1] = clusters[-1][0] + char, clusters[-1][1]
        else:
            clusters.append((char.translate(_MIRRORED) if level % 2 else char, level))
    for level in range(max(levels), 0, -1):
        high = [own >= level for _, own in clusters]
        turned: list[tuple[str, int]] = []
        for inside, part in groupby(zip(high, clusters, strict=True), key=itemgetter(0)):
            run = [cluster for _, cluster in part]
            turned += reversed(run) if inside else run
        clusters = turned
    return "".join(char for char, _ in clusters)


def _kind(char: str) -> str:
    """L, R, a number, a mark that goes with what it follows, or neutral."""
    name = "R" if char >= LEFTWARD else unicodedata.bidirectional(char)
    return {"L": "L", "R": "R", "AL": "R", "EN": "N", "AN": "N", "NSM": "M"}.get(name, " ")


def _levels(kinds: list[str], base: int) -> list[int]:
    """Embedding levels: neutrals between words of one direction go with them, else with the line (N1, N2)."""
    strong = []
    last = "LR"[base]
    for kind in kinds:
        if kind in "LR":
            last = kind
        # A number is part of the text before it; a sign takes the direction of its letter.
        strong.append(last if kind in "LRMN" else " ")
    for i, kind in enumerate(strong):
        if kind == " ":
            before = strong[i - 1] if i else "LR"[base]
            after = next((k for k in strong[i:] if k != " "), "LR"[base])
            strong[i] = before if before == after else "LR"[base]
    return [
        base + (base if direction == "L" else 1 - base) + (1 if kind == "N" and direction == "R" else 0)
        for kind, direction in zip(kinds, strong, strict=True)
    ]
