"""Accepted ranges and marks in the terms of learning-management systems: exact decimals, tolerances, weights."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_CEILING, ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from math import lcm

from qgen.decimals import plain

MOST_DIGITS = 14  # Moodle's PHP reads and prints numbers with so many digits
Range = tuple[Decimal, Decimal]


def exact(number: float) -> Decimal:
    """The decimal that key.csv prints."""
    return Decimal(plain(number))


def text(number: Decimal) -> str:
    """Digits, a point and an ASCII minus: never an exponent, never "-0"."""
    shown = f"{number:f}"
    shown = shown.rstrip("0").rstrip(".") if "." in shown else shown
    return "0" if shown in ("-0", "") else shown


def centred(low: Decimal, high: Decimal) -> Range:
    """The centre and half-width c, h with c - h = low and c + h = high exactly.

    A centre of more than 14 digits is rounded, and the half-width then covers both ends.
    """
    centre = (low + high) / 2
    if len(centre.as_tuple().digits) > MOST_DIGITS:
        centre = Context(prec=MOST_DIGITS, rounding=ROUND_HALF_EVEN).plus(centre)
    half = max(high - centre, centre - low)
    if len(half.as_tuple().digits) > MOST_DIGITS:
        half = Context(prec=MOST_DIGITS, rounding=ROUND_CEILING).plus(half)
    return centre, half


def weights(questions: Sequence[Sequence[float]]) -> list[list[int]]:
    """The marks of each question's items as whole numbers of the same proportions in all of the exam.

    Unchanged where all are whole; all 1 in a question of which all are 0.
    """
    fractions = [[Fraction(plain(mark)) for mark in marks] for marks in questions]
    whole = lcm(*(fraction.denominator for marks in fractions for fraction in marks))
    scaled = [[int(fraction * whole) for fraction in marks] for marks in fractions]
    return [marks if any(marks) else [1] * len(marks) for marks in scaled]


def shift(largest: Decimal, unit: Decimal, finest: Decimal, most: Decimal) -> int:
    """The least power of ten, as an exponent, that makes a last digit of `unit` one of `finest`; `largest` stays below
    `most`."""
    exponent = 0
    while unit.scaleb(exponent) < finest and largest.scaleb(exponent + 1) < most:
        exponent += 1
    return exponent
