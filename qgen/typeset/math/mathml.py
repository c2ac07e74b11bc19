r"""LaTeX -> MathML Core, for pages: \frac{a}{b} becomes <mfrac><mi>a</mi><mi>b</mi></mfrac>."""

from collections.abc import Iterator
from functools import lru_cache
from html import escape

from qgen.typeset.math.latex import Accent, Atom, Bracket, Fence, Fraction, Matrix, Row, Signs, Space, is_number, parse

_BOLD = {
    **{chr(ord("0") + i): chr(0x1D7CE + i) for i in range(10)},
    **{chr(ord("A") + i): chr(0x1D400 + i) for i in range(26)},
    **{chr(ord("a") + i): chr(0x1D41A + i) for i in range(26)},
}
_PREFIX, _SPACE = ' form="prefix"', "\xa0"
_BEFORE_SIGN = ("rel", "bin", "open", "op", "punct")  # a minus that follows is a sign


@lru_cache(maxsize=4096)
def mathml(latex: str) -> str:
    """A formula as one <math> element. FormulaError for anything outside the subset of LaTeX."""
    return f"<math>{_row(parse(latex))}</math>"


def _row(row: Row) -> str:
    """The elements of a row, without one around them."""
    return "".join(_elements(row))


def _group(row: Row) -> str:
    """The same as exactly one element."""
    alone = len(row) == 1 and isinstance(row[0], Atom) and row[0].kind != "op"
    return _row(row) if alone else f"<mrow>{_row(row)}</mrow>"


def _elements(row: Row) -> Iterator[str]:
    before = "open"
    for atom in row:
        if isinstance(atom, Space):
            yield f'<mspace width="{atom.width:.3f}em"></mspace>'
            continue
        sign = atom.kind == "bin" and before in _BEFORE_SIGN
        yield _scripts(atom, _nucleus(atom, sign))
        if atom.kind == "op" and atom.sub is None:
            yield "<mo>&#x2061;</mo>"  # function application
        before = atom.kind


def _scripts(atom: Atom, nucleus: str) -> str:
    if atom.primes:
        nucleus = f"<msup>{nucleus}<mo>{'′' * atom.primes}</mo></msup>"
    below, above = ("munder", "mover") if atom.limits else ("msub", "msup")
    both = "munderover" if atom.limits else "msubsup"
    if atom.sub is not None and atom.sup is not None:
        return f"<{both}>{nucleus}{_group(atom.sub)}{_group(atom.sup)}</{both}>"
    if atom.sub is not None:
        return f"<{below}>{nucleus}{_group(atom.sub)}</{below}>"
    return f"<{above}>{nucleus}{_group(atom.sup)}</{above}>" if atom.sup is not None else nucleus


def _nucleus(atom: Atom, sign: bool) -> str:
    match atom.nucleus:
        case Signs(face, text):
            return _signs(atom, face, text, sign)
        case Fraction(top, bottom, level):
            fraction = f"<mfrac>{_group(top)}{_group(bottom)}</mfrac>"
            if level is None:
                return fraction
            return f'<mstyle displaystyle="{"false" if level else "true"}">{fraction}</mstyle>'
        case Fence(left, body, right):
            return f"<mrow>{_fence(left)}<mrow>{_row(body)}</mrow>{_fence(right)}</mrow>"
        case Matrix(rows):
            cells = ("".join(f"<mtd>{_row(cell)}</mtd>" for cell in row) for row in rows)
            table = "".join(f"<mtr>{row}</mtr>" for row in cells)
            return f"<mrow>{_fence('[')}<mtable>{table}</mtable>{_fence(']')}</mrow>"
        case Bracket(bracket, size):
            height = f'minsize="{0.6 + 0.6 * size:.1f}em"'
            return f"<mo {height}>{escape(bracket)}</mo>"
        case Accent(accent, body):
            return f'<mover accent="true">{_group(body)}<mo>{accent}</mo></mover>'
        case body:
            return f"<mrow>{_row(body)}</mrow>"


def _signs(atom: Atom, face: str, text: str, sign: bool) -> str:
    if face == "B":
        return f"<mi>{escape(''.join(_BOLD.get(char, char) for char in text))}</mi>"
    if is_number(text):
        return f"<mn>{text}</mn>"
    if atom.kind in ("ord", "inner", "op"):
        if atom.kind == "op" and not text.isalpha():
            return f"<mo>{text}</mo>"
        if face == "R" and len(text) > 1 and atom.kind != "op":
            return f"<mtext>{escape(text.replace(' ', _SPACE))}</mtext>"
        upright = ' mathvariant="normal"' if face == "R" and len(text) == 1 and text.isalpha() else ""
        return f"<mi{upright}>{escape(text)}</mi>" if text.isalpha() else f"<mo>{escape(text)}</mo>"
    return f"<mo{_PREFIX * sign}>{escape(text)}</mo>"


def _fence(sign: str) -> str:
    return f'<mo fence="true" stretchy="true">{escape(sign)}</mo>' if sign else ""
