"""Ids that a spreadsheet or a hand has changed, and which was meant: zeros lost, .0 gained, E+11, another case."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from difflib import get_close_matches

from qgen.errors import some

_NUMBER = re.compile(r"(\d{1,60})(?:[.,](\d{1,60}))?(?:e\+?(\d{1,2}))?", re.ASCII)
_SCIENTIFIC = re.compile(r"\d([.,]\d+)?E\+\d+", re.ASCII)
_UNSAID = re.compile(r"[\s\u200b-\u200f\ufeff'\"`´‘’“”„#]")
_GROUPED = re.compile(r"\d{1,3}(?:,\d{3})+|\d{1,3}(?:\.\d{3})+", re.ASCII)  # by a spreadsheet's format
_POINT_ZERO = re.compile(r"(\d+)[.,]0+", re.ASCII)
EXACT = 15  # digits that a spreadsheet keeps of a whole number
_FEW, _MANY = 20, 3000  # strangers, known ids: among more of them nobody looks for a similar one


def folded(text: str) -> str:
    """The same for all widths and cases, without spaces, quotation marks and #."""
    return _UNSAID.sub("", unicodedata.normalize("NFKC", text).casefold())


def meant(ids: Iterable[str], known: Collection[str]) -> tuple[dict[str, str], dict[str, str]]:
    """Of the `ids` that are not `known`: which known one each must be, and which one it may be.

    Certain is what only a spreadsheet's harm or another case tells apart from one known id, which has no row of its
    own, and no other row that may be it.
    """
    here = set(ids)
    strangers = [text for text in dict.fromkeys(ids) if text not in known]
    if not strangers or not known:
        return {}, {}
    by_fold, by_number, numbers = _indices(known)
    found = {text: _candidates(text, by_fold, by_number, numbers) for text in strangers}
    one = {text: names[0] for text, names in found.items() if len(names) == 1}
    claims = Counter(one.values())
    sure = {text: name for text, name in one.items() if claims[name] == 1 and name not in here}
    likely = {text: " or ".join(names[:3]) for text, names in found.items() if names and text not in sure}
    left = [text for text in strangers if not found[text]]
    return sure, likely | _similar(left, known, here | set(sure.values()))


def told(pairs: dict[str, str], most: int = 5) -> str:
    """7000 is 0007000, 7001 is 0007001 and 3 more."""
    return some([f"{text} is {name}" for text, name in pairs.items()], most)


def suspects(ids: Iterable[str]) -> dict[str, str]:
    """Ids that look as if a spreadsheet had changed them, or are another one in another case: what they may be."""
    first: dict[str, str] = {}
    found = {}
    for text in ids:
        other = first.setdefault(folded(text), text)
        if other != text:
            found[text] = other
        elif whole := _POINT_ZERO.fullmatch(text):
            found[text] = whole[1]
        elif _SCIENTIFIC.fullmatch(text):
            found[text] = f"a number of {int(text[text.index('+') + 1 :]) + 1} digits"
    return found


def _indices(known: Collection[str]) -> tuple[dict[str, list[str]], list[tuple[int, str]], list[int]]:
    by_fold: dict[str, list[str]] = {}
    by_number = []
    for name in known:
        by_fold.setdefault(folded(name), []).append(name)
        if (span := _span(folded(name))) and span[0] == span[1]:
            by_number.append((span[0], name))
    by_number.sort()
    return by_fold, by_number, [number for number, _ in by_number]


def _candidates(
    text: str, by_fold: dict[str, list[str]], by_number: list[tuple[int, str]], numbers: list[int]
) -> list[str]:
    """The known ids that this text may be: those that differ in case only, else those of the same number."""
    if same := by_fold.get(folded(text)):
        return same
    shown = folded(text)
    spans = [_span(shown, shown=True), _span(re.sub("[.,]", "", shown)) if _GROUPED.fullmatch(shown) else None]
    return [
        name
        for span in filter(None, spans)
        for _, name in by_number[bisect_left(numbers, span[0]) : bisect_right(numbers, span[1])]
    ]


def _span(text: str, *, shown: bool = False) -> tuple[int, int] | None:
    """The whole numbers, from and to, that a spreadsheet would write so; as it is `shown` digits may have been lost."""
    found = _NUMBER.fullmatch(text)
    if not found:
        return None
    whole, decimals, exponent = found[1], found[2] or "", int(found[3] or 0)
    if len(decimals.rstrip("0")) > exponent:
        return None
    decimals = decimals[:exponent] if len(decimals) > exponent else decimals
    lost = 10 ** (exponent - len(decimals))
    value = int(whole + decimals) * lost
    if not shown:
        return value, value
    if not exponent:
        lost = 10 ** max(0, len(str(value)) - EXACT)
        return (value - lost + 1, value + lost - 1) if value % lost == 0 else (value, value)
    return value - lost // 2, value + lost // 2


def _similar(strangers: Sequence[str], known: Collection[str], taken: set[str]) -> dict[str, str]:
    """The known id most like each of a few strangers, if it has no row."""
    if len(strangers) > _FEW or len(known) > _MANY:
        return {}
    free = [name for name in known if name not in taken]
    close = ((text, get_close_matches(text, free, n=1, cutoff=0.8)) for text in strangers)
    return {text: names[0] for text, names in close if names}
