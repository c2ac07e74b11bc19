"""Running text without formulas and styles, for tables and gradebooks: $w_{12}^{(2)}$ becomes w_12^(2)."""

from __future__ import annotations

import re
from unicodedata import normalize

from qgen.typeset.markup.inline import Protected
from qgen.typeset.math.latex import (
    CAPITALS,
    GREEK,
    Accent,
    Atom,
    Bracket,
    Fence,
    Fraction,
    Matrix,
    Row,
    Signs,
    Space,
    parse,
)
from qgen.typeset.private import ANY

_PRIVATE = re.compile(f"[{ANY}]")
_MARKED = re.compile(rf"[\\$*{ANY}]")
_NAMES = {char: name for name, char in (GREEK | CAPITALS).items()} | {"∑": "sum", "∏": "prod", "∞": "infinity"}
_SIGNS = _NAMES | {"−": "-", "⋅": "*", "×": "*", "∂": "d"}
_ACCENTS = {"ˆ": "\u0302", "¯": "\u0304", "˜": "\u0303"}  # over the letter before
_SIMPLE = re.compile(r"[\w\u0300-\u036f.,^()]*(\[\d\])*|\([^()]*\)")  # what needs no brackets of its own


def plain(markup: str) -> str:
    """The words as they are written, and what the formulas say. MarkupError for what is no markup."""
    if not _MARKED.search(markup):
        return markup
    line = Protected(_PRIVATE.sub("\ufffd", markup))
    return line.plain(line.text.replace("*", ""), formula)


def formula(latex: str) -> str:
    r"""In one line: \frac{\partial L}{\partial z} is dL/dz, w_{13}^{\,\text{new}} is new w_13."""
    return _row(parse(latex)).strip()


def _row(row: Row) -> str:
    text, last, before = "", "", ""
    for part in row:
        if isinstance(part, Space):
            text = f"{text.rstrip()} " if part.width > 0 else text
            continue
        piece = _atom(part)
        if part.kind == "rel" or (part.kind == "bin" and before in ("ord", "close", "inner")):
            text = f"{text.rstrip()} {piece} "
        elif piece[:1] in ("(", "[") and before in ("ord", "close", "inner", "op"):
            text = text.rstrip() + piece  # a thin space before a bracket is not seen
        else:
            words = any(len(word) > 1 and word.isalpha() for word in (last, piece))
            text += " " * (words and text[-1:].isalnum() and piece[:1].isalnum()) + piece
            text += " " * (part.kind == "punct")
        last, before = piece, part.kind
    return text.rstrip()


def _atom(atom: Atom) -> str:
    words, raised = _superscript(atom.sup or ())
    text = _nucleus(atom) + "'" * atom.primes + _script("_", _row(atom.sub or ())) + _script("^", raised)
    return f"{words} {text}" if words else text


def _nucleus(atom: Atom) -> str:
    match atom.nucleus:
        case Signs(_, text):
            return _SIGNS.get(text, text)
        case Fraction(top, bottom):
            return f"{_grouped(_row(top))}/{_grouped(_row(bottom))}"
        case Fence(left, body, right):
            return f"{left}{_row(body)}{right}"
        case Matrix(rows):
            return "[" + "; ".join(" ".join(map(_row, cells)) for cells in rows) + "]"
        case Bracket(sign, _):
            return sign
        case Accent(sign, body):  # y-hat - y must not read y - y
            return normalize("NFC", _row(body) + _ACCENTS[sign])
        case inner:
            return _row(inner)


def _superscript(row: Row) -> tuple[str, str]:
    r"""The words after a space, as in (2)\,\text{new}, which are said first; and what stands before."""
    at = next((k for k, part in enumerate(row) if isinstance(part, Space)), len(row))
    return _row(row[at:]).strip(), _row(row[:at])


def _script(sign: str, text: str) -> str:
    text = text.replace(", ", ",")
    return text and sign + (text if _SIMPLE.fullmatch(text) else f"({text})")


def _grouped(text: str) -> str:
    return text if _SIMPLE.fullmatch(text) else f"({text})"
