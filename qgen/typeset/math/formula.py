"""LaTeX -> ready PDF operators. Formulas that differ only in their digits share one layout: all digits are as wide."""

import math
import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import count
from typing import NamedTuple

from qgen.errors import InputError
from qgen.typeset.fonts.faces import encode, width
from qgen.typeset.math.breaking import break_row
from qgen.typeset.math.latex import FormulaError, parse
from qgen.typeset.math.mathbox import Box, Style, row

CACHED = 4096
STEP = 12.0  # points: a formula is broken for a width that is a multiple of it
_ZEROS = str.maketrans("123456789", "0" * 9)
_DIGITS = re.compile("[0-9]")
_FIRST = 0xE000  # digit number i of a formula is laid out as the private character _FIRST + i
_PRIVATE = re.compile("[\ue000-\uf8ff]")
_BRACED = re.compile(r"\{([,+.])\}")


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
        normal = latex.translate(_ZEROS)
        whole = _whole(normal, size, display)
        # Widths differ from paper to paper, so that few formulas should depend on them.
        steps = math.floor(width / STEP) * STEP if width > STEP else width
        templates = (whole,) if whole.width <= width else _lines(normal, steps, size, display)
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
    lines = break_row(parse(source), Style(0 if display else 1), limit / size)
    ends = [start for _, start in lines[1:]] + [len(source)]
    return tuple(_template(box, source, start, end, size) for (box, start), end in zip(lines, ends, strict=True))


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
    part = _BRACED.sub(r"\1", source[start:end].strip())
    if plain != part:
        operators = f"/Span <</ActualText {_actual_text(part)}>> BDC {operators} EMC"
    order = tuple(ord(char) - _FIRST for char in _PRIVATE.findall(operators))
    operators = _PRIVATE.sub("%s", operators.replace("%", "%%"))
    used = frozenset(
        name
        for _, _, face, _, text in runs
        for name in (face, *(face + char for char in _PRIVATE.sub("0123456789", text) if char > "~" or face != "R"))
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
