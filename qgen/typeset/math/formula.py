"""LaTeX -> ready PDF operators. Formulas that differ only in their digits share one layout: all digits are as wide."""

import math
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from qgen.errors import InputError
from qgen.typeset.drawing.operators import operators
from qgen.typeset.drawing.shapes import Rectangle, Run
from qgen.typeset.fonts.faces import used_by
from qgen.typeset.fonts.outlines import in_table, width
from qgen.typeset.math.breaking import break_row
from qgen.typeset.math.latex import FormulaError, parse
from qgen.typeset.math.mathbox import Box, Style, row
from qgen.typeset.private import MOST_DIGITS, Open, filled, first_private, is_digit, normalised, numbered, opened

CACHED = 4096
STEP = 12.0  # points: a formula is broken for a width that is a multiple of it
_GROWING = re.compile(r"\\(left|right)(?![A-Za-z])")
_BRACED = re.compile(r"\{([,+.])\}")


class _Template(NamedTuple):
    """A formula's part with its digits left open; runs have their numbers. start, end: its place in the LaTeX."""

    width: float
    ascent: float
    descent: float
    runs: tuple[Run, ...]
    rules: tuple[Rectangle, ...]
    operators: Open
    start: int
    end: int
    used: frozenset[str]

    def filled(self, latex: str, digits: Sequence[str]) -> "Layout":
        part = latex[self.start : self.end].strip()
        sides = _GROWING.findall(part) if "\\left" in part or "\\right" in part else []
        if sides.count("left") != sides.count("right"):  # the other side of a bracket stands on another line
            part = _GROWING.sub("", part)
        return Layout(
            self.width, self.ascent, self.descent, self.operators.filled(digits), part, self.used, self, digits
        )


class Layout(NamedTuple):
    """A set formula: extents in points, operators with the origin at the baseline's left end, the glyphs it uses."""

    width: float
    ascent: float
    descent: float
    operators: str
    latex: str
    used: frozenset[str]
    template: _Template
    digits: Sequence[str]

    @property
    def shapes(self) -> tuple[Run | Rectangle, ...]:
        """Its glyphs and rules."""
        runs = [run._replace(text=filled(run.text, self.digits)) for run in self.template.runs]
        return *runs, *self.template.rules


def layout(latex: str, size: float = 10.5, *, display: bool = False) -> Layout:
    """Set one formula, without dollar signs. InputError quotes the formula and where it leaves the subset."""
    normal, digits = normalised(latex)
    try:
        return _whole(normal, size, display).filled(latex, digits)
    except FormulaError as fault:
        raise _error(latex, fault) from None


def widest(formulas: Iterable[str], size: float = 10.5) -> str:
    """The widest of some formulas, of equal ones the first in order: the same in every process."""
    first = {normalised(latex)[0]: latex for latex in sorted(set(formulas), reverse=True)}  # all digits are as wide
    return max(sorted(first.values()), key=lambda latex: layout(latex, size).width)


def break_formula(latex: str, width: float, size: float = 10.5, *, display: bool = True) -> list[Layout]:
    r"""Set a formula in as many lines as `width` points need, broken before = + - \cdot outside all brackets.

    Continuation lines are aligned after the first relation sign, and their widths include the indentation.
    What would not fit otherwise is broken inside brackets; a part that offers no break may still be wider.
    """
    normal, digits = normalised(latex)
    try:
        whole = _whole(normal, size, display)
        # Widths differ from paper to paper, so that few formulas should depend on them.
        steps = math.floor(width / STEP) * STEP if width > STEP else width
        templates = (whole,) if whole.width <= width else _lines(normal, steps, size, display)
    except FormulaError as fault:
        raise _error(latex, fault) from None
    return [template.filled(latex, digits) for template in templates]


def _error(latex: str, fault: FormulaError) -> InputError:
    place = f"at character {fault.start + 1}"
    quoted = latex[fault.start : fault.start + fault.length]
    where = f'"{quoted}" {place}' if quoted else "its end"
    return InputError(f'formula "{latex}": {where}: {fault.why}')


def _numbered(normal: str) -> str:
    """The normalised formula with its digits told apart by their ordinal numbers."""
    if found := first_private(normal):
        raise FormulaError(found.start(), 1, "this character has no meaning in a formula")
    if normal.count("0") > MOST_DIGITS:
        raise FormulaError(0, 20, "this formula has too many digits")
    return numbered(normal)


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


def _template(box: Box, source: str, start: int, end: int, size: float) -> _Template:
    runs = tuple(Run(x * size, y * size, face, scale * size, text) for x, y, face, scale, text in _runs(box))
    rules = tuple(Rectangle(*(round(edge * size * 100) / 100 for edge in rule)) for rule in box.rules)
    drawn = operators((*runs, *rules))
    part = _BRACED.sub(r"\1", source[start:end].strip())
    if "".join(run.text for run in runs) != part:
        drawn = f"/Span <</ActualText {_actual_text(part)}>> BDC {drawn} EMC"
    used = frozenset().union(*(used_by(run.face, run.text) for run in runs))
    extents = box.width * size, box.ascent * size, box.descent * size
    return _Template(*extents, runs, rules, opened(drawn), start, end, used)


def _runs(box: Box) -> list[tuple[float, float, str, float, str]]:
    """Glyph runs with neighbours of one face, size and line joined, so that a number is one string."""
    runs: list[tuple[float, float, str, float, str]] = []
    end = 0.0
    for x, y, face, scale, text in box.glyphs:
        wide = width(face, text) * scale
        joins = bool(runs) and in_table(face, text) and in_table(face, runs[-1][4])
        if joins and runs[-1][1:4] == (y, face, scale) and abs(x - end) < 1e-6:
            runs[-1] = (*runs[-1][:4], runs[-1][4] + text)
            end += wide
        else:
            runs.append((x, y, face, scale, text))
            end = x + wide
    return runs


def _actual_text(text: str) -> str:
    """A PDF string for a text that may hold numbered digits: literal if ASCII, else UTF-16."""
    if all(char <= "~" or is_digit(char) for char in text):
        return "(" + re.sub(r"([()\\])", r"\\\1", text) + ")"
    codes = ("003" + char if is_digit(char) else char.encode("utf-16-be").hex() for char in text)
    return f"<feff{''.join(codes)}>"
