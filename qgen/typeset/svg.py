"""A drawing of the papers as SVG: its PDF operators, translated one by one.

Operators: ISO 32000-1, annex A. Only those that the papers' drawings are made of are known here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import escape

from qgen.typeset.drawing import Drawing
from qgen.typeset.fonts.faces import CODES, width

FAMILY = "STIX Two Text,STIXGeneral,Times New Roman,serif"
SHORT = 3
"""Longer texts are told their width, as a browser's typeface is another than the papers'."""
_TOKEN = re.compile(r"\((?:\\.|[^\\()])*\)|<<|>>|<[0-9A-Fa-f]*>|[^\s()<>]+", re.DOTALL)
_ESCAPE = re.compile(r"\\([0-7]{3}|.)", re.DOTALL)
_CHARS = {face: {code: char for char, code in codes.items()} for face, codes in CODES.items()}

Matrix = tuple[float, float, float]
"""Scale, then where the origin lies: the papers' drawings are never turned."""


@dataclass
class _Pen:
    """The graphics state, the path under way and the elements so far. Points become pixels, y runs down."""

    height: float
    matrix: Matrix = (1.0, 0.0, 0.0)
    kept: list[Matrix] = field(default_factory=list)
    fill: str = "#000"
    stroke: str = "#000"
    line: float = 1.0
    path: list[str] = field(default_factory=list)
    at: tuple[float, float] = (0.0, 0.0)
    face: str = "R"
    size: float = 10.0
    elements: list[str] = field(default_factory=list)

    def point(self, x: float, y: float) -> str:
        scale, dx, dy = self.matrix
        return f"{_short(scale * x + dx)} {_short(self.height - scale * y - dy)}"

    def points(self, command: str, values: list[float]) -> None:
        pairs = zip(values[::2], values[1::2], strict=True)
        self.path.append(command + " ".join(self.point(x, y) for x, y in pairs))

    def paint(self, *, fill: bool, stroke: bool) -> None:
        look = f'fill="{self.fill if fill else "none"}"'
        if stroke:
            look += f' stroke="{self.stroke}" stroke-width="{_short(self.line * self.matrix[0], 2)}"'
        self.elements.append(f'<path d="{"".join(self.path)}" {look}/>')
        self.path.clear()

    def show(self, string: str) -> None:
        text = "".join(_CHARS[self.face][ord(char)] for char in _unescaped(string))
        scale = self.matrix[0]
        x, y = self.point(*self.at).split()
        look = f'x="{x}" y="{y}" font-size="{_short(self.size * scale, 2)}"'
        look += {"I": ' font-style="italic"', "B": ' font-weight="bold"'}.get(self.face, "")
        if len(text) > SHORT:
            look += f' textLength="{_short(width(self.face, text) * self.size * scale)}"'
        self.elements.append(f"<text {look}>{escape(text)}</text>")


def svg(drawing: Drawing) -> str:
    """The drawing as one <svg> element that stands in HTML or in a file of its own."""
    pen = _Pen(drawing.height)
    operands: list[str] = []
    skipping = False
    for token in _TOKEN.findall(drawing.operators):
        if token in ("<<", ">>"):
            skipping = token == "<<"
        elif skipping:
            continue
        elif token in _KNOWN:
            _operate(pen, token, operands)
            operands.clear()
        else:
            operands.append(token)
    size = f"{_short(drawing.width)} {_short(drawing.height)}"
    wide, high = (_short(4 / 3 * side, 0) for side in (drawing.width, drawing.height))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size}" width="{wide}" height="{high}" '
        f'style="max-width:100%" role="img" aria-label="{escape(drawing.alt)}" font-family="{FAMILY}">'
        f"{''.join(pen.elements)}</svg>"
    )


_KNOWN = frozenset(
    ["q", "Q", "cm", "g", "G", "w", "m", "l", "c", "re", "S", "f", "b", "BT", "ET", "Tf", "Td", "Tj", "BDC", "EMC"]
)


def _operate(pen: _Pen, name: str, operands: list[str]) -> None:
    if name == "Tj":
        pen.show(operands[0][1:-1])
        return
    if name == "Tf":
        pen.face, pen.size = operands[0][1:], float(operands[1])
        return
    if name in ("BDC", "EMC", "ET"):
        return
    numbers = [float(text) for text in operands]
    if name == "q":
        pen.kept.append(pen.matrix)
    elif name == "Q":
        pen.matrix = pen.kept.pop()
    elif name == "cm":
        scale, dx, dy = pen.matrix
        a, _, _, _, e, f = numbers
        pen.matrix = scale * a, scale * e + dx, scale * f + dy
    elif name == "g":
        pen.fill = _grey(numbers[0])
    elif name == "G":
        pen.stroke = _grey(numbers[0])
    elif name == "w":
        pen.line = numbers[0]
    elif name in ("m", "l", "c"):
        pen.points(name.upper(), numbers)
    elif name == "re":
        x, y, wide, high = numbers
        pen.points("M", [x, y, x + wide, y, x + wide, y + high, x, y + high])
        pen.path.append("Z")
    elif name == "BT":
        pen.at = 0.0, 0.0
    elif name == "Td":
        pen.at = pen.at[0] + numbers[0], pen.at[1] + numbers[1]
    else:
        if name == "b":
            pen.path.append("Z")
        pen.paint(fill=name in "fb", stroke=name in "Sb")


def _grey(level: float) -> str:
    return "#" + f"{round(255 * level):02x}" * 3


def _short(value: float, places: int = 1) -> str:
    text = f"{value:.{places}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def _unescaped(string: str) -> str:
    return _ESCAPE.sub(lambda found: chr(int(found[1], 8)) if len(found[1]) == 3 else found[1], string)
