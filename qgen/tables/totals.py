"""Rows of a table of people that are nobody's: totals, an example, and what says that there is no id."""

from __future__ import annotations

import re
from collections.abc import Collection

from qgen.headings import loose

_NO_ID = re.compile(r"[\W_]*|#?n/?a|#\w+[!?]", re.IGNORECASE)  # a dash; what a spreadsheet's lookup did not find
_DIGIT, _FRACTION = re.compile(r"\d"), re.compile(r"\d+[.,]\d+")
_NO_ID_EXCEPT = {"na"}  # may be somebody's login
# What a row of totals is called; one that shows how to fill in the others may have a variant as well.
_TOTALS = frozenset(
    map(
        loose,
        (
            "average", "averages", "mean", "median", "total", "totals", "sum", "count", "points", "max points",
            "points possible", "maximum", "minimum", "std dev", "std", "stdev", "standard deviation", "class average",
            "durchschnitt", "mittelwert", "mittel", "summe", "gesamt", "anzahl", "punkte", "max. punkte",
            "standardabweichung", "moyenne", "médiane", "somme", "promedio", "suma", "totale", "gemiddelde", "solution",
        ),
    )
)  # fmt: skip
MAYBE_NAMES = {"max", "min", "avg", "key", "media"}
_EXAMPLES = frozenset(
    map(loose, ("example", "beispiel", "exemple", "ejemplo", "esempio", "voorbeeld", "answer key", "musterlösung"))
)


def no_id(text: str) -> bool:
    """Whether what stands in the place of an id says that there is none."""
    return text.casefold() not in _NO_ID_EXCEPT and _NO_ID.fullmatch(text) is not None


def is_summary(student: str, variant: str, name: str, known: Collection[str]) -> bool:
    """Whether a row is a total or an example, and not somebody's who is called so."""
    if student in known:
        return False
    first, *others = (loose(text).strip(":") for text in (student, variant, name))
    if _DIGIT.search(student):  # a spreadsheet also takes the average of a column of ids
        return _FRACTION.fullmatch(student) is not None and others[1] in _TOTALS
    if first in _EXAMPLES or (first in _TOTALS | MAYBE_NAMES and not _DIGIT.search(variant)):
        return True
    return no_id(student) and not _TOTALS.isdisjoint(others)
