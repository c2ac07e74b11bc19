"""The rounding rule that is printed on the paper: 4dp (every result to 4 decimal places), 3dp, 4sf, ..."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from typing import Any

import numpy as np

from qgen.errors import InputError
from qgen.functions import Value
from qgen.intervals import Array, Interval
from qgen.steps import Step

SLACK = 1 + 1e-9
"""Makes up for the doubles' own rounding when a range is widened."""


@dataclass(frozen=True)
class Rounding:
    """To `digits` decimal places (`kind` "dp") or significant figures ("sf")."""

    kind: str
    digits: int

    @classmethod
    def parse(cls, text: object, where: str = "rounding") -> Rounding:
        """From "4dp" or "4sf"; 2 to 8 digits."""
        match = re.fullmatch(r"([2-8])\s?(dp|sf)", text.strip()) if isinstance(text, str) else None
        if match is None:
            raise InputError(f'{where}: "{text}" is no rounding rule; write 2dp to 8dp or 2sf to 8sf')
        return cls(match[2], int(match[1]))

    def __str__(self) -> str:
        return f"{self.digits}{self.kind}"

    def unit(self, value: Any) -> Array:
        """One unit of the last digit asked for, at each value (0 counts as 1 for significant figures)."""
        size = np.abs(np.asarray(value, dtype=np.float64))
        if self.kind == "dp":
            return np.full(size.shape, 10.0**-self.digits)
        exponent = np.floor(np.log10(np.where(size > 0, size, 1.0)))
        return np.asarray(10.0 ** (exponent + 1 - self.digits))

    def round(self, value: Any, *, half_even: bool = False) -> Array:
        """As a student rounds: the decimal number, half up (away from zero) or half to even."""
        value = np.asarray(value, dtype=np.float64)
        unit = self.unit(value)
        # twelve digits first: a decimal tie such as 0.12345 must look like one in binary, too
        scaled = np.round(value / unit, 6)
        if half_even:
            return np.asarray(np.round(np.rint(scaled) * unit, 12))
        return np.asarray(np.round(np.copysign(np.floor(np.abs(scaled) + 0.5), scaled) * unit, 12))

    def write(self, step: Step, value: Value) -> Value:
        """An interval widened to all that a student may write for this step."""
        if step.writing == "same" or not isinstance(value, Interval):
            return value
        # where one written number is copied or shifted by a given one, a student who rounded that number has
        # nothing to round; one who kept more digits had at most a tenth of the error
        shares = {"copy": 0.1, "shift": 0.1 if self.kind == "dp" else 1.0}
        half = 0.5 * self.unit(np.maximum(np.abs(value.low), np.abs(value.high)))
        half = half * shares.get(step.writing, 1.0) * SLACK
        # a single number that already fits the rule is written as it is
        exact = (value.low == value.high) & (np.abs(self.round(value.low) - value.low) < 1e-9 * half)
        return value.widened(np.where(exact, 0.0, half))

    def answer(self, value: Interval) -> Interval:
        """The range printed in the key: outward to a hundredth of the last digit asked for.

        The bounds are the doubles nearest to those decimals, so that printing and reading them changes nothing.
        """
        size = np.maximum(np.abs(value.low), np.abs(value.high))
        if self.kind == "dp":
            places = np.full(size.shape, self.digits + 2.0)
        else:
            places = self.digits + 1 - np.floor(np.log10(np.where(size > 0, size, 1.0)))
        scale = 10.0 ** np.clip(places, 0, 22)
        return Interval(np.floor(value.low * scale + 1e-6) / scale, np.ceil(value.high * scale - 1e-6) / scale)

    def text(self, value: float) -> str:
        """A number as the paper asks for it, half up: "-0.0468", never an exponent, never "-0.0000"."""
        exact = Decimal(repr(float(value)))
        leading = exact.adjusted() if exact else 0
        places = self.digits if self.kind == "dp" else self.digits - 1 - leading
        quantum = Decimal(1).scaleb(-places)
        rounded = exact.quantize(quantum, rounding=ROUND_HALF_UP)
        if self.kind == "sf" and rounded and rounded.adjusted() > exact.adjusted():
            rounded = rounded.quantize(Decimal(1).scaleb(-(places - 1)), rounding=ROUND_HALF_EVEN)
        return f"{rounded if rounded else abs(rounded):f}"
