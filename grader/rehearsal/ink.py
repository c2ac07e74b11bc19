"""A writer, and how a number gets into a comb or into a box: one character a cell, or a running hand.

What goes wrong on paper is called a mishap; whatever it is, a person can still read the number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from grader.rehearsal.digits import Digits, Grey
from grader.rehearsal.pen import Pen, Point, Sheet
from qgen.typeset.page.combs import CELL, POINT, Comb

MISHAPS: Mapping[str, float] = {
    "touching": 0.04,  # digits so wide that they touch their neighbours
    "crossed": 0.02,  # a wrong digit, crossed out, and the right one above it
    "shifted": 0.01,  # every character a cell too far to the left or to the right
    "overwritten": 0.007,  # a wrong digit, and the right one on top of it
    "struck": 0.004,  # a wrong number, struck out, and the right one above it
    "no zero": 0.01,  # the cell before the point left empty
    "fewer": 0.05,  # noughts at the end left out
}
Rect = tuple[float, float, float, float]  # left, top, right, bottom in millimetres


@dataclass(frozen=True)
class Hand:
    """How somebody writes; lengths in millimetres."""

    size: float  # of a digit
    slant: float  # sideways per height
    breadth: float  # of a digit, 1 as in its picture
    spacing: float  # between digits of a running hand
    jitter: float  # of a digit around its place
    drift: float  # of the baseline per millimetre
    pen: Pen
    flagged: bool  # 1 with an upstroke
    barred: bool  # 7 with a bar
    plus: bool  # before positive numbers
    minus: float  # the length of the sign
    comma: bool  # where others write a point
    points: bool  # over the printed point, too

    @classmethod
    def draw(cls, rng: np.random.Generator) -> Hand:
        """A writer at random."""
        return cls(
            size=float(np.clip(rng.normal(4.4, 0.5), 3.2, 5.8)),
            slant=float(np.clip(rng.normal(0.05, 0.12), -0.2, 0.4)),
            breadth=float(rng.uniform(0.72, 1.0)),
            spacing=float(rng.uniform(0.15, 0.9)),
            jitter=float(rng.uniform(0.1, 0.35)),
            drift=float(rng.normal(0, 0.008)),
            pen=Pen(float(rng.uniform(0.3, 0.6)), int(rng.integers(15, 110))),
            flagged=bool(rng.random() < 0.4),
            barred=bool(rng.random() < 0.35),
            plus=bool(rng.random() < 0.06),
            minus=float(rng.uniform(1.8, 3.6)),
            comma=bool(rng.random() < 0.25),
            points=bool(rng.random() < 0.2),
        )


def mishap_of(rng: np.random.Generator, rates: Mapping[str, float] = MISHAPS) -> str:
    """What goes wrong with a number, mostly nothing: ""."""
    return str(rng.choice(["", *rates], p=[1 - sum(rates.values()), *rates.values()]))


def write(
    sheet: Sheet, rect: Rect, text: str, comb: Comb | None, hand: Hand, digits: Digits, rng: np.random.Generator,
    mishap: str = "",
) -> dict[int, str]:  # fmt: skip
    """Writes a plain decimal such as -0.0468, or nothing, into a comb or a free box of a sheet.

    What does not fit its comb goes beside it. With nothing to write, "struck" leaves a number struck out. Returns which
    character each cell of a comb now holds: "?" where it is crossed out or written over.
    """
    writer = Writer(sheet, hand, digits, rng)
    if comb is None:
        writer.free(rect, text, mishap)
    elif text or mishap == "struck":
        return writer.comb(rect, text, comb, mishap)
    return {}


@dataclass(frozen=True)
class Writer:
    """A hand with a sheet before it."""

    sheet: Sheet
    hand: Hand
    digits: Digits
    rng: np.random.Generator

    def running(self, rect: Rect, text: str, mishap: str = "", size: float = 0.0) -> None:
        """From the left edge of a box on, as narrow as it must be; digits are smaller where the box is low."""
        left, top, right, bottom = rect
        hand, rng = self.hand, self.rng
        size = min(size or hand.size, (bottom - top) * 0.8)
        text = "+" + text if hand.plus and text[:1].isdigit() else text
        spoilt = self.digit_of(dict(enumerate(text))) if mishap in ("crossed", "overwritten") else None
        chars = [(char, self.other_digit(char) if k == spoilt else "") for k, char in enumerate(text)]
        if mishap == "crossed":  # the right one follows it
            chars = [part for char, wrong in chars for part in ([("", wrong)] * bool(wrong) + [(char, "")])]
        pictures = [self.digits.draw(int(char or wrong), rng) if (char or wrong).isdigit() else None
                    for char, wrong in chars]  # fmt: skip
        widths = [
            self.width(char or wrong, picture, size) for (char, wrong), picture in zip(chars, pictures, strict=True)
        ]
        gaps = rng.normal(hand.spacing, 0.2, len(chars)).clip(-0.1)
        narrow = min(1.0, (right - left - 1.2) / max(1.0, float(np.sum(widths) + np.sum(gaps))))
        free = right - left - 1.2 - narrow * float(np.sum(widths) + np.sum(gaps))
        x = left + 0.6 + float(rng.uniform(0, min(free, 4.0) + 1e-9))
        middle = (top + bottom) / 2 + float(rng.normal(0, 0.3))
        for (char, wrong), picture, width, gap in zip(chars, pictures, widths, gaps, strict=True):
            y = middle + hand.drift * (x - left) + float(rng.normal(0, hand.jitter * 0.6))
            place = (x + narrow * width / 2, y)
            if char and char in ".,":
                self.point((x + narrow * width / 2, middle + hand.drift * (x - left) + size * 0.42))
            else:
                if wrong:
                    self.sign(wrong, place, size)
                if wrong and not char:
                    self.cross(place)
                if char:
                    self.sign(char, place, size, picture)
            x += narrow * (width + gap)
        if mishap == "struck":
            self.strike((left, middle - 1, x - 0.5, middle + 1))

    def width(self, char: str, picture: Grey | None, size: float) -> float:
        """Of a character's ink, in millimetres."""
        if picture is None:
            return 0.5 if char in ".," else self.hand.minus
        if char == "1" and self.hand.flagged:
            return size * 0.45
        columns = np.flatnonzero(picture.max(axis=0) > 60)
        return float(columns[-1] - columns[0] + 1) / 20 * size * self.hand.breadth

    def free(self, rect: Rect, text: str, mishap: str) -> None:
        """Into a free box."""
        if mishap == "struck":
            self.running(rect, self.other(text), mishap)
            return self.running((rect[0], rect[1] - 4.6, rect[2], rect[1]), text, size=self.hand.size * 0.8)
        if mishap == "no zero":
            text = text.replace("0.", ".", 1) if text.removeprefix("-").startswith("0.") else text
        if mishap == "fewer" and "." in text:
            text = text.rstrip("0") if not text.endswith(".") else text
        return self.running(rect, text, mishap)

    def comb(self, rect: Rect, text: str, comb: Comb, mishap: str = "") -> dict[int, str]:
        """Into cells, or beside them; `rect` is the comb's outline, which large print makes larger."""
        text = "+" + text if self.hand.plus and comb.signed and text and text[0] != "-" else text
        cells = placed(text, comb)
        wrong = mishap == "struck"
        if cells is None:
            size = self.hand.size * 0.9
            width = len(text) * (size * 0.62 + self.hand.spacing) + 2
            self.running((rect[2] + 0.5, rect[1], rect[2] + width, rect[3]), text)
            return {}
        if wrong:
            self.cells(rect, comb, placed(self.other(text or f"0.{'0' * comb.digits}"), comb) or {}, mishap)
            self.strike(rect)
            self.running((rect[0], rect[1] - 4.6, rect[2], rect[1]), text, size=self.hand.size * 0.8)
            return dict.fromkeys(range(len(comb.cells)), "?")
        if mishap == "no zero" and cells.get(1) == "0":
            del cells[1]
        if mishap == "fewer":
            while len(cells) > 3 and cells[max(cells)] == "0":
                del cells[max(cells)]
        if mishap == "shifted":
            step = 1 if 0 in cells or self.rng.random() < 0.5 else -1
            cells = {cell + step: char for cell, char in cells.items()}
        return self.cells(rect, comb, cells, mishap)

    def cells(self, rect: Rect, comb: Comb, chars: Mapping[int, str], mishap: str = "") -> dict[int, str]:
        """Characters by cell; -1 and one more than there are lie beside the comb. Returns what is to be seen."""
        hand, rng = self.hand, self.rng
        scale = (rect[2] - rect[0]) / comb.width
        hand = replace(hand, breadth=hand.breadth * 1.35) if mishap == "touching" else hand
        lefts = [comb.cells[0] - CELL, *comb.cells, comb.cells[-1] + CELL]
        middle = (rect[1] + rect[3]) / 2 + float(rng.normal(0, 0.25))
        at = self.digit_of(chars) if mishap in ("crossed", "overwritten") else None
        for cell, char in chars.items():
            x = rect[0] + (lefts[cell + 1] + CELL / 2) * scale + float(rng.normal(0, hand.jitter))
            y = middle + hand.drift * (x - rect[0]) + float(rng.normal(0, hand.jitter))
            writer = replace(self, hand=hand)
            if cell == at:
                writer.sign(self.other_digit(char), (x, y), hand.size)
                if mishap == "crossed":
                    self.cross((x, y))
                    y = rect[1] - float(rng.uniform(1.9, 2.8))
                    writer.sign(char, (x, y), hand.size * 0.75)
                    continue
                writer = replace(writer, hand=replace(hand, pen=replace(hand.pen, width=hand.pen.width * 1.3)))
            writer.sign(char, (x, y), hand.size)
        if hand.points and comb.signed and len(chars) > 1:
            self.point((rect[0] + comb.point * scale, rect[3] - POINT + float(rng.normal(0, 0.3))))
        return {cell: "?" if cell == at else char for cell, char in chars.items()}

    def digit_of(self, chars: Mapping[int, str]) -> int | None:
        """One of the cells that hold a digit."""
        places = [cell for cell, char in chars.items() if char.isdigit()]
        return places[int(self.rng.integers(len(places)))] if places else None

    def other_digit(self, char: str) -> str:
        """Any but this one."""
        return str((int(char) + int(self.rng.integers(1, 10))) % 10)

    def other(self, text: str) -> str:
        """Another number of the same look."""
        return "".join(str(self.rng.integers(10)) if c.isdigit() and k > 2 else c for k, c in enumerate(text))

    def sign(self, char: str, middle: Point, size: float, picture: Grey | None = None) -> None:
        """A digit, a minus or a plus around a place; a digit from a picture, or from any."""
        hand, rng = self.hand, self.rng
        x, y = middle
        if char in "-+":
            half, tilt = hand.minus / 2 * float(rng.uniform(0.85, 1.15)), float(rng.normal(0, 0.06))
            bend = float(rng.normal(0, 0.15))
            hand.pen.curve(self.sheet, [(x - half, y + half * tilt), (x, y + bend), (x + half, y - half * tilt)])
            if char == "+":
                hand.pen.line(self.sheet, [(x + 0.1, y - half), (x - 0.1, y + half)])
        elif char == "1" and hand.flagged:
            self.one(middle, size)
        elif char.isdigit():
            angle, slant = float(rng.normal(0, 0.05)), hand.slant + float(rng.normal(0, 0.03))
            high = size * float(rng.normal(1, 0.06))
            wide = high * hand.breadth * float(rng.normal(1, 0.05))
            turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
            picture = self.digits.draw(int(char), rng) if picture is None else picture
            hand.pen.digit(self.sheet, picture, middle, turn @ [[wide, -slant * high], [0, high]])
            if char == "7" and hand.barred:
                half = size * float(rng.uniform(0.2, 0.32))
                y += float(rng.normal(0.05, 0.05)) * size
                hand.pen.line(self.sheet, [(x - half, y + 0.1), (x + half, y - 0.1)])

    def one(self, middle: Point, size: float) -> None:
        """A 1 with an upstroke, as it is taught in much of Europe."""
        rng, (x, y) = self.rng, middle
        half, lean = size / 2 * float(rng.normal(1, 0.06)), self.hand.slant * size / 2
        flag, fall = size * float(rng.uniform(0.22, 0.45)), size * float(rng.uniform(0.25, 0.5))
        top = (x + lean + 0.35, y - half)
        bend = (x + float(rng.normal(0.2, 0.15)), y)
        self.hand.pen.line(self.sheet, [(top[0] - flag, top[1] + fall), top])
        self.hand.pen.curve(self.sheet, [top, bend, (x - lean + 0.3, y + half)])

    def point(self, place: Point) -> None:
        """A point, or the comma of whoever writes commas."""
        x, y = place
        pen = replace(self.hand.pen, width=self.hand.pen.width * 1.35)
        end = (x - 0.45, y + 1.1) if self.hand.comma else (x + 0.12, y + 0.08)
        pen.line(self.sheet, [(x, y), end])

    def cross(self, middle: Point) -> None:
        """Strokes over a digit: two crossing ones, or a scribble."""
        rng, (x, y) = self.rng, middle
        half, high = float(rng.uniform(1.2, 2.0)), float(rng.uniform(1.0, 2.2))
        if rng.random() < 0.5:
            self.hand.pen.line(self.sheet, [(x - half, y + high), (x + half, y - high)])
            if rng.random() < 0.6:
                self.hand.pen.line(self.sheet, [(x - half, y - high), (x + half, y + high)])
            return
        steps = np.linspace(-1, 1, int(rng.integers(5, 10)))
        path = [(x + half * s, y + high * float(rng.uniform(0.4, 1)) * (-1) ** k) for k, s in enumerate(steps)]
        self.hand.pen.line(self.sheet, path)

    def strike(self, rect: Rect) -> None:
        """A stroke through all of a comb."""
        rng, middle = self.rng, (rect[1] + rect[3]) / 2
        ends = rng.normal(0, 0.8, size=3)
        points = [(rect[0] - 0.5, middle + ends[0]), ((rect[0] + rect[2]) / 2, middle + ends[1] / 2)]
        self.hand.pen.curve(self.sheet, [*points, (rect[2] + 0.5, middle + ends[2])])


def placed(text: str, comb: Comb) -> dict[int, str] | None:
    """The character of each cell, or None where a number does not fit: 10 and more, more places than there are."""
    if not comb.signed:
        return dict(enumerate(text)) if len(text) <= comb.digits else None
    sign, bare = (text[0], text[1:]) if text[:1] in ("-", "+") else ("", text)
    whole, _, decimals = bare.partition(".")
    if len(whole) > 1 or len(decimals) > comb.digits:
        return None
    cells = {0: sign} if sign else {}
    return cells | ({1: whole} if whole else {}) | {2 + k: digit for k, digit in enumerate(decimals)}
