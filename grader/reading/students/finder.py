"""Which variant a text means, as people and spreadsheets write its number."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence


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
        return exact[text] if text in exact else bare.get(text.lstrip("0"))

    return find
