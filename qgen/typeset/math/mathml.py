"""Formulas -> MathML, which browsers set, screen readers read and people can copy; for pages in HTML."""

from __future__ import annotations

from html import escape

from qgen.typeset.math.latex import Accent, Atom, Bracket, Fence, Fraction, Matrix, Row, Signs, Space, parse

_OPERATORS = ("bin", "rel", "open", "close", "punct")
_BOLD = {ord("0"): 0x1D7CE, ord("A"): 0x1D400, ord("a"): 0x1D41A}  # where a run of bold letters begins
_RUNS = ((ord("0"), 10), (ord("A"), 26), (ord("a"), 26))


def mathml(latex: str, *, display: bool = False) -> str:
    """One <math> element; display: as large as on a line of its own. FormulaError as `parse` says."""
    large = ' displaystyle="true"' if display else ""
    return f"<math{large}>{_row(parse(latex))}</math>"


def _row(row: Row) -> str:
    parts, before = [], ""
    for part in row:
        if isinstance(part, Space):
            parts.append(f'<mspace width="{part.width:.3g}em"/>')
            continue
        if before == "op" and part.kind == "ord":
            parts.append('<mspace width="0.167em"/>')  # as TeX sets ln a
        sign = part.kind == "bin" and before not in ("ord", "close", "inner")  # of a number, with no space after it
        parts.append(_atom(part).replace("<mo ", '<mo form="prefix" ', 1) if sign else _atom(part))
        before = part.kind
    return "".join(parts)


def _atom(atom: Atom) -> str:
    base = _nucleus(atom)
    sub, sup = _row(atom.sub or ()), "<mo>′</mo>" * atom.primes + _row(atom.sup or ())
    if sub and sup:
        return f"<msubsup>{base}{_one(sub)}{_one(sup)}</msubsup>"
    if sub:
        return f"<msub>{base}{_one(sub)}</msub>"
    return f"<msup>{base}{_one(sup)}</msup>" if sup else base


def _one(content: str) -> str:
    """As one element, whatever is in it."""
    return f"<mrow>{content}</mrow>"


def _nucleus(atom: Atom) -> str:
    match atom.nucleus:
        case Signs(face, text):
            return _signs(atom.kind, face, text)
        case Fraction(top, bottom, level):
            fraction = f"<mfrac>{_one(_row(top))}{_one(_row(bottom))}</mfrac>"
            return fraction if level is None else f'<mstyle displaystyle="{str(not level).lower()}">{fraction}</mstyle>'
        case Fence(left, body, right):
            signs = [f'<mo fence="true" stretchy="true">{escape(sign)}</mo>' if sign else "" for sign in (left, right)]
            return _one(signs[0] + _row(body) + signs[1])
        case Matrix(rows):
            table = "".join(f"<mtr>{''.join(f'<mtd>{_row(cell)}</mtd>' for cell in row)}</mtr>" for row in rows)
            return _one(f"<mo>[</mo><mtable>{table}</mtable><mo>]</mo>")
        case Bracket(sign, _):
            return f'<mo stretchy="false">{escape(sign)}</mo>'
        case Accent(sign, body):
            return f'<mover accent="true">{_one(_row(body))}<mo stretchy="false">{sign}</mo></mover>'
        case (Atom(kind="punct", nucleus=Signs(_, mark)),):  # a decimal comma, which has no space after it
            return f"<mtext>{mark}</mtext>"
        case inner:
            return _one(_row(inner))


def _signs(kind: str, face: str, text: str) -> str:
    if face == "B":
        return f"<mi>{''.join(map(_bold, text))}</mi>"
    if kind in _OPERATORS:
        return f'<mo stretchy="false">{escape(text)}</mo>'
    if text.replace(".", "").isdigit():
        return f"<mn>{text}</mn>"
    if face == "I" or kind == "op":
        return f"<mi>{escape(text)}</mi>"
    upright = ' mathvariant="normal"' if len(text) == 1 else ""
    return f"<mi{upright}>{escape(text)}</mi>" if len(text) == 1 else f"<mtext>{escape(text)}</mtext>"


def _bold(char: str) -> str:
    """The letter among Unicode's bold ones, as MathML has no face."""
    found = (chr(_BOLD[first] + ord(char) - first) for first, count in _RUNS if first <= ord(char) < first + count)
    return next(found, escape(char))
