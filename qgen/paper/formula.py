"""LaTeX -> ready PDF operators. Formulas that differ only in their digits share one layout: all digits are as wide."""

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import count
from typing import NamedTuple

from qgen.errors import InputError
from qgen.paper.fonts import encode, width
from qgen.paper.latex import Atom, Bracket, Fence, FormulaError, Row, Signs, Space, parse
from qgen.paper.mathbox import MEDIUM, THICK, Box, Style, classes, fence_size, row

CACHED = 4096
_ZEROS = str.maketrans("123456789", "0" * 9)
_DIGITS = re.compile("[0-9]")
_FIRST = 0xE000  # digit number i of a formula is laid out as the private character _FIRST + i
_PRIVATE = re.compile("[\ue000-\uf8ff]")


class Layout(NamedTuple):
    """A set formula: extents in points, operators with the origin at the baseline's left end, the glyphs it uses."""

    width: float
    ascent: float
    descent: float
    operators: str
    latex: str
    used: frozenset[str]


class _Template(NamedTuple):
    """A layout whose operators have a %s for each digit, filled with the digits numbered in `order`."""

    width: float
    ascent: float
    descent: float
    operators: str
    order: tuple[int, ...]
    start: int
    end: int
    used: frozenset[str]

    def filled(self, latex: str, digits: Sequence[str]) -> Layout:
        operators = self.operators % tuple([digits[i] for i in self.order])
        part = latex[self.start : self.end].strip()
        return Layout(self.width, self.ascent, self.descent, operators, part, self.used)


def layout(latex: str, size: float = 10.5, *, display: bool = False) -> Layout:
    """Set one formula, without dollar signs. InputError quotes the formula and the place outside of the subset."""
    try:
        template = _whole(latex.translate(_ZEROS), size, display)
    except FormulaError as fault:
        raise _error(latex, fault) from None
    return template.filled(latex, _DIGITS.findall(latex))


def break_formula(latex: str, width: float, size: float = 10.5, *, display: bool = True) -> list[Layout]:
    r"""Set a formula in as many lines as `width` points need, broken before = + - \cdot outside of all brackets.

    Continuation lines are aligned after the first relation sign, and their widths include the indentation.
    What would not fit otherwise is broken inside of brackets; a part that offers no break may still be wider.
    """
    try:
        templates = _lines(latex.translate(_ZEROS), width, size, display)
    except FormulaError as fault:
        raise _error(latex, fault) from None
    digits = _DIGITS.findall(latex)
    return [template.filled(latex, digits) for template in templates]


def _error(latex: str, fault: FormulaError) -> InputError:
    place = f"at character {fault.start + 1}"
    quoted = latex[fault.start : fault.start + fault.length]
    where = f'"{quoted}" {place}' if quoted else "its end"
    return InputError(f'formula "{latex}": {where}: {fault.why}')


def _numbered(normal: str) -> str:
    """The normalised formula with its digits told apart by their ordinal numbers."""
    if private := _PRIVATE.search(normal):
        raise FormulaError(private.start(), 1, "this character has no meaning in a formula")
    if normal.count("0") > 0xF8FF - _FIRST:
        raise FormulaError(0, 20, "this formula has too many digits")
    ordinals = count(_FIRST)
    return re.sub("0", lambda _: chr(next(ordinals)), normal)


@lru_cache(maxsize=CACHED)
def _whole(normal: str, size: float, display: bool) -> _Template:
    source = _numbered(normal)
    return _template(row(parse(source), Style(0 if display else 1)), source, 0, len(source), size)


@lru_cache(maxsize=CACHED)
def _lines(normal: str, limit: float, size: float, display: bool) -> tuple[_Template, ...]:
    source = _numbered(normal)
    style = Style(0 if display else 1)
    atoms = classes(parse(source))
    whole = row(atoms, style)
    atoms = _flat(atoms, style) if whole.width * size > limit else atoms
    breaks = _breaks(atoms)
    if whole.width * size <= limit or not breaks:
        return (_template(whole, source, 0, len(source), size),)
    limit /= size
    indents = _indents(atoms, style, limit)
    lines = []
    start, begin = 0, 0
    while start < len(atoms):
        indent = indents[breaks[start] != "rel"] if start else 0.0
        end = _line_end(atoms, start, {i: k for i, k in breaks.items() if i > start}, style, limit - indent)
        part: Row = atoms[start:end]
        if start:
            # An empty neighbour keeps a binary sign binary, as TeX's {} does.
            part = part if breaks[start].endswith("rel") else (Atom("ord", (), begin), *part)
        inner = row(part, style)
        box = Box()
        box.add(inner, indent)
        box.width = indent + inner.width
        after = _start(atoms[end], begin) if end < len(atoms) else len(source)
        lines.append(_template(box, source, begin, after, size))
        start, begin = end, after
    return tuple(lines)


def _start(atom: Atom | Space, otherwise: int) -> int:
    return atom.start if isinstance(atom, Atom) else otherwise


def _flat(atoms: Row, style: Style) -> Row:
    """The row with growing brackets as brackets of that size, so that a line can end between them."""
    flat: list[Atom | Space] = []
    for atom in atoms:
        if isinstance(atom, Atom) and isinstance(atom.nucleus, Fence) and (size := fence_size(atom.nucleus, style)) < 5:
            flat.append(Atom("open", Bracket(atom.nucleus.left, size), atom.start))
            flat += classes(atom.nucleus.body)
            right = Bracket(atom.nucleus.right, size)
            flat.append(Atom("close", right, atom.start, atom.sub, atom.sup, primes=atom.primes))
        else:
            flat.append(atom)
    return tuple(flat)


_BREAKS = ("rel", "sum", "product", "inner sum", "inner product", "inner rel")


def _breaks(atoms: Row) -> dict[int, str]:
    """The signs before which a line may end: relations, sums, products, and the same inside of brackets."""
    depth = 0
    breaks = {}
    for i, atom in enumerate(atoms):
        if not isinstance(atom, Atom):
            continue
        depth += (atom.kind == "open") - (atom.kind == "close")
        if i and atom.kind in ("rel", "bin"):
            sign = atom.nucleus.text if isinstance(atom.nucleus, Signs) else ""
            kind = "rel" if atom.kind == "rel" else "sum" if sign in "+−±" else "product"
            breaks[i] = f"inner {kind}" if depth > 0 else kind
    return breaks


def _indents(atoms: Row, style: Style, limit: float) -> tuple[float, float]:
    """The indentation of a line that starts with a relation, and with another sign, in em."""
    for i, atom in enumerate(atoms):
        if isinstance(atom, Atom) and atom.kind == "rel":
            at = row(atoms[:i], style).width + (THICK if i else 0.0)
            if at > 0.3 * limit:
                break
            return at, at + row((atom,), style).width + THICK - MEDIUM
    return 2.0, 3.0


def _line_end(atoms: Row, start: int, breaks: dict[int, str], style: Style, limit: float) -> int:
    """Where the line from `start` ends: at the first kind of break in _BREAKS that fills enough of it."""
    rest = row(atoms[start:], style).width
    if rest <= limit or not breaks:
        return len(atoms)
    widths = {end: row(atoms[start:end], style).width for end in breaks}
    fitting = [end for end in breaks if widths[end] <= limit]
    for kind in _BREAKS:
        ends = [end for end in fitting if breaks[end] == kind and widths[end] >= 0.25 * limit]
        # A last line with next to nothing on it looks forgotten: take more of the formula there.
        even = [end for end in ends if 0.2 * limit <= rest - widths[end] <= 0.95 * limit]
        good = even or [end for end in ends if widths[end] >= 0.4 * limit]
        if good:
            return good[-1]
    return (fitting or list(breaks)[:1])[-1]


def _number(hundredths: int) -> str:
    text = f"{hundredths / 100:.2f}".rstrip("0").rstrip(".")
    return text or "0"


def _template(box: Box, source: str, start: int, end: int, size: float) -> _Template:
    shown: list[str] = []
    font: tuple[str, float] | None = None
    at = (0, 0)
    runs = _runs(box)
    for x, y, face, scale, text in runs:
        if (face, scale) != font:
            shown.append(f"/{face} {_number(round(scale * size * 100))} Tf")
            font = face, scale
        spot = round(x * size * 100), round(y * size * 100)
        if spot != at:
            shown.append(f"{_number(spot[0] - at[0])} {_number(spot[1] - at[1])} Td")
        at = spot
        code = "".join(char if _PRIVATE.match(char) else encode(face, char) for char in text)
        shown.append(f"({code}) Tj")
    operators = f"BT {' '.join(shown)} ET" if shown else ""
    if box.rules:
        drawn = (" ".join(_number(round(v * size * 100)) for v in rule) + " re" for rule in box.rules)
        operators += f" {' '.join(drawn)} f"
    plain = "".join(text for *_, text in runs)
    part = re.sub(r"\{([,+.])\}", r"\1", source[start:end].strip())
    if plain != part:
        operators = f"/Span <</ActualText {_actual_text(part)}>> BDC {operators} EMC"
    order = tuple(ord(char) - _FIRST for char in _PRIVATE.findall(operators))
    operators = _PRIVATE.sub("%s", operators.replace("%", "%%"))
    used = frozenset(
        name
        for _, _, face, _, text in runs
        for name in (face, *(face + char for char in text if char > "~" and not _PRIVATE.match(char)))
    )
    return _Template(box.width * size, box.ascent * size, box.descent * size, operators, order, start, end, used)


def _runs(box: Box) -> list[tuple[float, float, str, float, str]]:
    """Glyph runs with neighbours of one face, size and line joined, so that a number is one string."""
    runs: list[tuple[float, float, str, float, str]] = []
    end = 0.0
    for x, y, face, scale, text in box.glyphs:
        wide = width(face, _PRIVATE.sub("0", text)) * scale
        if runs and runs[-1][1:4] == (y, face, scale) and abs(x - end) < 1e-6:
            runs[-1] = (*runs[-1][:4], runs[-1][4] + text)
            end += wide
        else:
            runs.append((x, y, face, scale, text))
            end = x + wide
    return runs


def _actual_text(text: str) -> str:
    """A PDF string for a text that may hold numbered digits: literal if ASCII, else UTF-16."""
    if all(char <= "~" or _PRIVATE.match(char) for char in text):
        return "(" + re.sub(r"([()\\])", r"\\\1", text) + ")"
    codes = ("003" + char if _PRIVATE.match(char) else char.encode("utf-16-be").hex() for char in text)
    return f"<feff{''.join(codes)}>"
