"""A formula in pieces, so that a browser can end a line inside it: MathJax breaks none by itself."""

import re

_SIGNS = re.compile(r"\\left\(|\\right\)|[{}]|(?<=.) ?(?:=|\\approx|[+-]) ")  # brackets, and what a line may end before


def wrapping(latex: str) -> str:
    r"""A formula as pieces \(...\), between which a browser may end a line: before relations and sums."""
    latex = latex.replace(r"\left[", r"\bigl[").replace(r"\right]", r"\bigr]")
    pieces, depth, start = [], 0, 0
    for found in _SIGNS.finditer(latex):
        sign = found[0]
        if sign.strip() in ("{", r"\left("):
            depth += 1
        elif sign.strip() in ("}", r"\right)"):
            depth -= 1
        elif not depth:
            pieces.append(latex[start : found.start()])
            start = found.start()
    pieces.append(latex[start:])
    first, *rest = (piece.strip() for piece in pieces if piece.strip())
    return " ".join([rf"\({first}\)", *(rf"\({{}}{piece}\)" for piece in rest)])
