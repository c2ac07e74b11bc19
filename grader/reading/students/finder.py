"""Which variant a text means, as people and spreadsheets write its number."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence

# Variant 3, V3, no. 3, #3, in quotes, with a full stop.
_CALLED = re.compile(
    r"[^\w-]*(?:(?:variante?|version|var|ver|v|number|no|nr|n)[^\w-]*){0,2}([0-9]+)[.\s'\"”’“]*", re.IGNORECASE
)


def finder(variants: Sequence[str]) -> Callable[[str], int | None]:
    """From a text to a variant's index; leading zeros may be missing or added where that leaves one variant."""
    exact = {variant: index for index, variant in enumerate(variants)}
    bare: dict[str, int | None] = {}
    for variant, index in exact.items():
        bare[variant.lstrip("0")] = None if variant.lstrip("0") in bare else index

    def find(text: str) -> int | None:
        if not text.isascii():  # full-width, Arabic-Indic and other digits
            text = "".join(str(unicodedata.decimal(char, char)) for char in unicodedata.normalize("NFKC", text))
        text = text.removesuffix(".0").removesuffix(",0")  # a spreadsheet's number
        if text not in exact and (found := _CALLED.fullmatch(text)):
            text = found[1]
        return exact[text] if text in exact else bare.get(text.lstrip("0"))

    return find
