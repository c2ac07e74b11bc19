"""A formula in pieces, so that a browser can end a line inside it: MathJax breaks none by itself."""

import re
from functools import lru_cache

# brackets, and what a line may end before or, of a product's thin space, after
_SIGNS = re.compile(r"\\left\(|\\right\)|[{}]|(?<=.) ?(?:=|\\approx|\\cdot|[+-]) |\\,(?=.)")
BREAK = "\u200b"  # a space without width
_FLAT = re.compile(
    r"(?:[^{}\\]|\\cdot|\\left\([^{} ]*\\right\))*"
)  # a line of numbers, which most are: no sign inside another
_FLAT_SIGNS = re.compile(r" (?=(?:=|\\cdot|[+-]) )")


@lru_cache(maxsize=1 << 12)
def wrapping(latex: str) -> str:
    r"""A formula as pieces \(...\), between which a line may end: at relations, sums and products."""
    if _FLAT.fullmatch(latex):
        return _joined(_FLAT_SIGNS.split(latex))
    latex = latex.replace(r"\left[", r"\bigl[").replace(r"\right]", r"\bigr]")
    pieces, depth, start = [], 0, 0
    for found in _SIGNS.finditer(latex):
        sign = found[0].strip()
        depth += (sign in ("{", r"\left(")) - (sign in ("}", r"\right)"))
        if not depth and sign not in ("}", r"\right)"):
            end = found.end() if sign == r"\," else found.start()
            pieces.append(latex[start:end])
            start = end
    pieces.append(latex[start:])
    return _joined([piece.strip() for piece in pieces if piece.strip()])


def _joined(pieces: list[str]) -> str:
    first, *rest = pieces
    return BREAK.join([rf"\({first}\)", *(rf"\({{}}{piece}\)" for piece in rest)])
