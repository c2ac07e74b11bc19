"""Atoms -> boxes: TeX's rules for setting a formula (The TeXbook, appendix G), over STIX glyphs. Lengths in em."""

from dataclasses import dataclass, field
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple

from qgen.typeset.fonts.faces import metrics, width
from qgen.typeset.fonts.outlines import in_table, outline
from qgen.typeset.math.latex import Accent, Atom, Bracket, Fence, Fraction, Matrix, Row, Signs, Space
from qgen.typeset.private import is_digit

# STIX: the height of the minus sign's middle, the height of x, a pleasing thickness of fraction rules.
AXIS, X_HEIGHT, RULE = 0.253, 0.45, 0.05
# The other parameters are those of TeX's Computer Modern at 10 pt, cmsy10 and cmex10.
SUP_DISPLAY, SUP, SUP_CRAMPED, SUP_DROP = 0.413, 0.363, 0.289, 0.386
SUB, SUB_WITH_SUP, SUB_DROP = 0.15, 0.247, 0.05
NUM_DISPLAY, NUM, DENOM_DISPLAY, DENOM = 0.677, 0.394, 0.686, 0.345
LIMIT_GAPS = (0.111, 0.167, 0.2, 0.6)
SCRIPT_SPACE, FENCE_SPACE = 0.07, 0.12
MATRIX_ROW, MATRIX_COLUMN, MATRIX_SERIF, DIGIT_MIDDLE = 1.25, 0.8, 0.22, 0.33
THIN, MEDIUM, THICK = 3 / 18, 4 / 18, 5 / 18
SCALES = (1.0, 1.0, 0.7, 0.5)

_KINDS = ("ord", "op", "bin", "rel", "open", "close", "punct", "inner")
# Space between neighbours (TeXbook, p. 170): 1 thin, 2 medium, 3 thick; a, b, c the same, but none in scripts.
_AFTER = "01bc000a", "11-c000a", "bb--b--b", "cc-0c00c", "00-00000", "01bc000a", "aa-aaaaa", "a1bca0aa"
_SPACES = dict(zip(_KINDS, _AFTER, strict=True))
_AMOUNT = {"0": 0.0, "-": 0.0, "1": THIN, "2": MEDIUM, "3": THICK, "a": THIN, "b": MEDIUM, "c": THICK}


class Style(NamedTuple):
    """0 display, 1 text, 2 script, 3 script of script; cramped under a rule and in subscripts."""

    level: int
    cramped: bool = False

    @property
    def scale(self) -> float:
        """The size, as a part of the formula's."""
        return SCALES[self.level]

    def script(self, *, cramped: bool) -> "Style":
        """The style of a script."""
        return Style(min(3, max(2, self.level + 1)), cramped or self.cramped)

    def part(self, *, cramped: bool) -> "Style":
        """The style of a numerator or denominator."""
        return Style(min(3, self.level + 1), cramped or self.cramped)


@dataclass(slots=True)
class Box:
    """A set piece: extents, glyph runs (x, y, face, scale, text) and filled rectangles (x, y, width, height)."""

    width: float = 0.0
    ascent: float = 0.0
    descent: float = 0.0
    italic: float = 0.0
    glyphs: list[tuple[float, float, str, float, str]] = field(default_factory=list)
    rules: list[tuple[float, float, float, float]] = field(default_factory=list)

    def add(self, other: "Box", x: float, y: float = 0.0) -> None:
        """Place another box; the extents up and down grow, the width is the caller's."""
        self.glyphs += [(gx + x, gy + y, face, scale, text) for gx, gy, face, scale, text in other.glyphs]
        self.rules += [(rx + x, ry + y, w, h) for rx, ry, w, h in other.rules]
        self.ascent, self.descent = max(self.ascent, other.ascent + y), max(self.descent, other.descent - y)


@lru_cache(maxsize=4096)
def _measure(face: str, text: str) -> tuple[float, float, float, float]:
    if not in_table(face, text):
        words = outline(face, text)
        return words.width, words.ascent, words.descent, 0.0
    glyphs = [metrics(face, char) for char in text if char != " "]
    ascent = max((glyph.ascent for glyph in glyphs), default=0.0)
    descent = max((glyph.descent for glyph in glyphs), default=0.0)
    return width(face, text), ascent, descent, glyphs[-1].italic if glyphs else 0.0


def signs(face: str, text: str, scale: float) -> Box:
    """A row of characters of one face; of words that it lacks, digits stand apart."""
    if not in_table(face, text) and any(map(is_digit, text)):
        result = Box()
        for _, group in groupby(text, is_digit):
            part = signs(face, "".join(group), scale)
            result.add(part, result.width)
            result.width += part.width
        return result
    wide, ascent, descent, italic = _measure(face, text)
    return Box(wide * scale, ascent * scale, descent * scale, italic * scale, [(0.0, 0.0, face, scale, text)])


def classes(row: Row) -> Row:
    """Binary signs with nothing to bind (a leading or unary minus) become ordinary ones."""
    atoms = list(row)
    before: int | None = None
    for i, atom in enumerate(atoms):
        if isinstance(atom, Space):
            continue
        last = atoms[before] if before is not None else None
        kind = last.kind if isinstance(last, Atom) else "open"
        if atom.kind == "bin" and kind in ("bin", "op", "rel", "open", "punct"):
            atoms[i] = atom._replace(kind="ord")
        elif atom.kind in ("rel", "close", "punct") and kind == "bin" and isinstance(last, Atom):
            assert before is not None
            atoms[before] = last._replace(kind="ord")
        before = i
    if before is not None and isinstance(last := atoms[before], Atom) and last.kind == "bin":
        atoms[before] = last._replace(kind="ord")
    return tuple(atoms)


def gap(left: str, right: str, style: Style) -> float:
    """TeX's space between two neighbouring classes, in em."""
    code = _SPACES[left][_KINDS.index(right)]
    return 0.0 if code in "abc" and style.level > 1 else _AMOUNT[code] * style.scale


def spread(atoms: Row, style: Style) -> tuple[list[tuple[float, Box, Atom]], float]:
    """The atoms with their boxes and where each starts, and the width of them all."""
    placed: list[tuple[float, Box, Atom]] = []
    x = 0.0
    kind: str | None = None
    for atom in classes(atoms):
        if isinstance(atom, Space):
            x += atom.width * style.scale
            continue
        # A growing bracket is spaced like a plain one: TeX's own thin spaces around it tear f(x) apart.
        fenced = isinstance(atom.nucleus, Fence)
        if kind is not None:
            x += gap(kind, "open" if fenced else atom.kind, style)
        box = scripted(atom, style)
        placed.append((x, box, atom))
        x += box.width
        kind = "close" if fenced else atom.kind
    return placed, x


def row(atoms: Row, style: Style) -> Box:
    """Atoms side by side."""
    placed, wide = spread(atoms, style)
    result = Box(wide)
    for x, box, _ in placed:
        result.add(box, x)
    return result


def nucleus(atom: Atom, style: Style) -> Box:
    """An atom without its scripts."""
    match atom.nucleus:
        case Signs(face, text):
            if text in "∑∏" and style.level == 0:
                return _centred(signs("S1", text, style.scale), style)
            return signs(face, text, style.scale)
        case Fraction():
            level = atom.nucleus.level
            return fraction(atom.nucleus, style if level is None else Style(level, style.cramped))
        case Fence():
            return fence(atom.nucleus, style)
        case Matrix(rows):
            return matrix(rows, style)
        case Bracket(sign, size):
            return _centred(_bracket(sign, size, style.scale), style)
        case Accent():
            return accent(atom.nucleus, style)
        case inner:
            return row(inner, style)


def scripted(atom: Atom, style: Style) -> Box:
    """Rule 18: an atom with its scripts; rule 13: limits over and under a large operator in a display."""
    box = nucleus(atom, style)
    s = style.scale
    for _ in range(atom.primes):
        # STIX's prime is drawn raised, at its final size.
        prime = signs("R", "′", s)
        box.add(prime, box.width + box.italic)
        box.width, box.italic = box.width + box.italic + prime.width, 0.0
    if atom.sub is None and atom.sup is None:
        box.width, box.italic = box.width + box.italic, 0.0
        return box
    if atom.limits and style.level == 0:
        return limits(atom, box, style)
    single = isinstance(atom.nucleus, Signs)
    small = style.script(cramped=True).scale
    up = 0.0 if single else box.ascent - SUP_DROP * small
    down = 0.0 if single else box.descent + SUB_DROP * small
    result = Box()
    result.add(box, 0.0)
    sub = row(atom.sub, style.script(cramped=True)) if atom.sub is not None else None
    sup = row(atom.sup, style.script(cramped=False)) if atom.sup is not None else None
    if sup is not None:
        lowest = SUP_CRAMPED if style.cramped else SUP_DISPLAY if style.level == 0 else SUP
        up = max(up, lowest * s, sup.descent + X_HEIGHT * s / 4)
    if sub is not None and sup is None:
        down = max(down, SUB * s, sub.ascent - 0.8 * X_HEIGHT * s)
    if sub is not None and sup is not None:
        down = max(down, SUB_WITH_SUP * s)
        space = (up - sup.descent) - (sub.ascent - down)
        if space < 4 * RULE * s:
            down += 4 * RULE * s - space
            lift = 0.8 * X_HEIGHT * s - (up - sup.descent)
            if lift > 0:
                up, down = up + lift, down - lift
    end = box.width
    if sub is not None:
        result.add(sub, box.width, -down)
        end = max(end, box.width + sub.width)
    if sup is not None:
        result.add(sup, box.width + box.italic, up)
        end = max(end, box.width + box.italic + sup.width)
    result.width = end + SCRIPT_SPACE * s
    return result


def limits(atom: Atom, box: Box, style: Style) -> Box:
    """Rule 13a."""
    over = row(atom.sup, style.script(cramped=False)) if atom.sup is not None else Box()
    under = row(atom.sub, style.script(cramped=True)) if atom.sub is not None else Box()
    result = Box(width=max(box.width, over.width, under.width))
    result.add(box, (result.width - box.width) / 2)
    near_up, near_down, far_up, far_down = LIMIT_GAPS
    if atom.sup is not None:
        rise = box.ascent + max(near_up, far_up - over.descent) + over.descent
        result.add(over, (result.width - over.width) / 2, rise)
    if atom.sub is not None:
        drop = box.descent + max(near_down, far_down - under.ascent) + under.ascent
        result.add(under, (result.width - under.width) / 2, -drop)
    return result


def fraction(parts: Fraction, style: Style) -> Box:
    """Rule 15: numerator and denominator over a rule on the axis."""
    s = style.scale
    top, bottom = row(parts.top, style.part(cramped=False)), row(parts.bottom, style.part(cramped=True))
    display = style.level == 0
    up, down = (NUM_DISPLAY * s, DENOM_DISPLAY * s) if display else (NUM * s, DENOM * s)
    clear = (3 if display else 1.6) * RULE * s
    axis, half = AXIS * s, RULE * s / 2
    up = max(up, axis + half + clear + top.descent)
    down = max(down, clear + half - axis + bottom.ascent)
    wide = max(top.width, bottom.width)
    result = Box(width=wide + 2 * FENCE_SPACE * s)
    result.add(top, FENCE_SPACE * s + (wide - top.width) / 2, up)
    result.rules.append((FENCE_SPACE * s, axis - half, wide, 2 * half))
    result.add(bottom, FENCE_SPACE * s + (wide - bottom.width) / 2, -down)
    return result


def _centred(box: Box, style: Style) -> Box:
    """The box moved so that its middle lies on the axis."""
    result = Box(width=box.width, italic=box.italic)
    result.add(box, 0.0, AXIS * style.scale - (box.ascent - box.descent) / 2)
    result.ascent = result.descent = (box.ascent + box.descent) / 2
    result.ascent, result.descent = result.ascent + AXIS * style.scale, result.descent - AXIS * style.scale
    return result


def _bracket(sign: str, size: int, scale: float) -> Box:
    if not sign:
        return Box(width=FENCE_SPACE * scale)
    if sign == "|":
        tall = (0.9, 1.23, 1.85, 2.46, 3.08)[size] * scale
        rule = RULE * scale
        return Box(0.2 * scale, tall / 2, tall / 2, rules=[(0.1 * scale - rule / 2, -tall / 2, rule, tall)])
    return signs(("R", "S1", "S2", "S3", "S4")[size], sign, scale)


def fence(parts: Fence, style: Style) -> Box:
    """Rule 19: brackets as tall as nine tenths of what they hold."""
    body = row(parts.body, style)
    need = _need(body, style)
    result = Box()
    x = 0.0
    for part in (parts.left, body, parts.right):
        box = part if isinstance(part, Box) else _centred(_tall(part, need, style.scale), style)
        result.add(box, x)
        x += box.width
    result.width = x
    return result


def fence_size(parts: Fence, style: Style) -> int:
    """The size of a fence's brackets, 0 to 4; 5 if even the largest has to be stretched."""
    need = _need(row(parts.body, style), style)
    return max(_size(sign, need, style.scale) for sign in (parts.left, parts.right))


def _need(body: Box, style: Style) -> float:
    reach = max(body.ascent - AXIS * style.scale, body.descent + AXIS * style.scale)
    return max(1.802 * reach, 2 * reach - 0.5 * style.scale)


def _size(sign: str, need: float, scale: float) -> int:
    boxes = (_bracket(sign, size, scale) for size in range(5))
    return next((size for size, box in enumerate(boxes) if not sign or box.ascent + box.descent >= need), 5)


def _tall(sign: str, need: float, scale: float) -> Box:
    if (size := _size(sign, need, scale)) < 5:
        return _bracket(sign, size, scale)
    largest = _bracket(sign, 4, scale)
    return _bracket(sign, 4, scale * need / (largest.ascent + largest.descent))


def matrix(rows: tuple[tuple[Row, ...], ...], style: Style) -> Box:
    """Cells aligned at the right of their columns, centred on the axis, in brackets drawn with rules."""
    s = style.scale
    boxes = [[row(cell, style) for cell in cells] for cells in rows]
    widths = [max(box.width for box in column) for column in zip(*boxes, strict=True)]
    pitch, edge, serif = MATRIX_ROW * s, RULE * s, MATRIX_SERIF * s
    wide = sum(widths) + MATRIX_COLUMN * s * (len(widths) - 1) + 2 * serif
    half = pitch * len(rows) / 2
    result = Box(wide, half + AXIS * s, half - AXIS * s)
    for i, line in enumerate(boxes):
        x = serif
        for box, width_of in zip(line, widths, strict=True):
            result.add(box, x + width_of - box.width, half - (i + 0.5) * pitch + (AXIS - DIGIT_MIDDLE) * s)
            x += width_of + MATRIX_COLUMN * s
    for x, inner in ((0.0, 0.0), (wide - edge, wide - serif)):
        result.rules.append((x, AXIS * s - half, edge, 2 * half))
        result.rules += [(inner, y, serif, edge) for y in (AXIS * s - half, AXIS * s + half - edge)]
    return result


def accent(parts: Accent, style: Style) -> Box:
    """Rule 12: the accent over the middle of a slanted letter's top."""
    s = style.scale
    body = row(parts.body, Style(style.level, True))
    sign = signs("R", parts.sign, s)
    lift = max(0.0, body.ascent - X_HEIGHT * s)
    slant = 0.06 * s if any(face == "I" for _, _, face, _, _ in body.glyphs) else 0.0
    result = Box(width=body.width)
    result.add(body, 0.0)
    result.add(sign, (body.width - sign.width) / 2 + slant, lift)
    return result
