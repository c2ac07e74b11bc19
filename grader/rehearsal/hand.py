"""How somebody writes: a hand, and the signs that it draws one by one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from grader.rehearsal.digits import Digits, Grey
from grader.rehearsal.pen import Pen, Point, Sheet, breadth

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


@dataclass(frozen=True)
class Writer:
    """A hand with a sheet before it."""

    sheet: Sheet
    hand: Hand
    digits: Digits
    rng: np.random.Generator

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
        elif char == "7" and hand.barred:
            self.seven(middle, size)
        elif char.isdigit():
            angle, slant = float(rng.normal(0, 0.05)), hand.slant + float(rng.normal(0, 0.03))
            high = size * float(rng.normal(1, 0.06))
            wide = high * hand.breadth * float(rng.normal(1, 0.05))
            turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
            picture = self.digits.draw(int(char), rng) if picture is None else picture
            hand.pen.digit(self.sheet, picture, middle, turn @ [[wide, -slant * high], [0, high]])

    def one(self, middle: Point, size: float) -> None:
        """A 1 with an upstroke, as it is taught in much of Europe."""
        rng, (x, y) = self.rng, middle
        half, lean = size / 2 * float(rng.normal(1, 0.06)), self.hand.slant * size / 2
        flag, fall = size * float(rng.uniform(0.22, 0.45)), size * float(rng.uniform(0.25, 0.5))
        top = (x + lean + 0.35, y - half)
        bend = (x + float(rng.normal(0.2, 0.15)), y)
        self.hand.pen.line(self.sheet, [(top[0] - flag, top[1] + fall), top])
        self.hand.pen.curve(self.sheet, [top, bend, (x - lean + 0.3, y + half)])

    def seven(self, middle: Point, size: float) -> None:
        """A 7 with a bar."""
        rng, (x, y) = self.rng, middle
        half = size / 2 * float(rng.normal(1, 0.06))
        wide = half * self.hand.breadth * float(rng.uniform(0.5, 0.75))
        lean = self.hand.slant * half
        corner = (x + wide + lean, y - half + float(rng.normal(0, 0.1)))
        foot = (x - wide * float(rng.uniform(0.0, 0.6)) - lean, y + half)
        sag = (x + wide * float(rng.uniform(0.1, 0.4)), y)
        rise = half * float(rng.normal(0.02, 0.06))
        self.hand.pen.line(self.sheet, [(x - wide + lean, y - half + rise), corner])
        self.hand.pen.curve(self.sheet, [corner, sag, foot])
        bar, at = wide * float(rng.uniform(0.6, 0.9)), y + half * float(rng.uniform(-0.05, 0.25))
        across = (sag[0] + foot[0]) / 2 * 0.3 + sag[0] * 0.7
        self.hand.pen.line(self.sheet, [(across - bar, at + 0.1), (across + bar, at - 0.1)])

    def point(self, place: Point) -> None:
        """A point, or the comma of whoever writes commas."""
        x, y = place
        pen = replace(self.hand.pen, width=self.hand.pen.width * 1.5)
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

    def picture(self, char: str) -> Grey | None:
        """One of a digit; of no other character there is any."""
        return self.digits.draw(int(char), self.rng) if char.isdigit() else None

    def over(self, char: str, middle: Point, size: float) -> None:
        """A digit on top of a wrong one, with more pressure."""
        self.sign(self.other_digit(char), middle, size)
        pen = replace(self.hand.pen, width=self.hand.pen.width * 1.3)
        replace(self, hand=replace(self.hand, pen=pen)).sign(char, middle, size)

    def width(self, char: str, picture: Grey | None, size: float) -> float:
        """Of a character's ink, in millimetres."""
        if picture is None:
            return 1.0 if char in ".," else self.hand.minus
        if char == "1" and self.hand.flagged:
            return size * 0.45
        return breadth(picture) * size * self.hand.breadth

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
