"""The rounding rule that is printed on the paper: 4dp (every result to 4 decimal places), 3dp, 4sf, ..."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from math import ceil, floor
from typing import Any

import numpy as np

from qgen.decimals import plain
from qgen.engine.functions import Value
from qgen.engine.intervals import Array, Interval
from qgen.engine.steps import Step
from qgen.errors import InputError

# A student may carry any number of digits more than asked; from the sixth on they are below what a key shows.
MOST_EXTRA_DIGITS = 5
MOST_DIGITS = 8  # that a paper asks for
# What is this near to a tie may be one, and go either way: half up or half to even, and doubles are not decimals.
TIE = 0.5 + 1e-6


CLEAR = 1e-3  # of a unit: what is further from a tie than this is rounded alike in binary and in decimals


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
        return np.full(np.shape(value), 1 / self._scale(value))

    def round(self, value: Any, *, half_even: bool = False) -> Array:
        """As a student rounds: the decimal number, half up (away from zero) or half to even."""
        value = np.asarray(value, dtype=np.float64)
        scale = self._scale(value)
        # a decimal tie such as 0.12345 must look like one in binary, too
        scaled = np.round(value * scale, 6)
        whole = np.rint(scaled) if half_even else np.copysign(np.floor(np.abs(scaled) + 0.5), scaled)
        return np.asarray(whole / scale)

    def write(self, step: Step, value: Value) -> Value:
        """An interval with all that a student may write for its numbers.

        A number may be kept as it is or rounded, to as many digits as asked or more, once or again and again. Each
        rounding keeps order, so that the lowest number written comes from the lower end, the highest from the upper.
        """
        if not step.written or not isinstance(value, Interval):
            return value
        # both ends as lower ends, of the numbers and of their negatives
        ends = np.array(np.broadcast_arrays(value.low, -value.high))
        scale = self._scale(ends)
        rounded = np.empty_like(ends)
        for extra in range(MOST_EXTRA_DIGITS, -1, -1):
            finer = scale * 10.0**extra
            np.multiply(ends, finer, out=rounded)
            np.subtract(rounded, TIE, out=rounded)
            np.ceil(rounded, out=rounded)
            np.divide(rounded, finer, out=rounded)
            np.minimum(ends, rounded, out=ends)
        return Interval(ends[0], -ends[1])

    def _scale(self, value: Any) -> Array:
        """What makes the last digit asked for the one before the point (0 counts as 1 for significant figures)."""
        if self.kind == "dp":
            return np.asarray(10.0**self.digits)
        size = np.abs(np.asarray(value, dtype=np.float64))
        usable = (size > 1e-99) & (size < 1e99)
        return np.asarray(10.0 ** (self.digits - 1 - np.floor(np.log10(np.where(usable, size, 1.0)))))

    def answer(self, value: Interval) -> Interval:
        """The range printed in the key: outward to a hundredth of the last digit asked for.

        The bounds are the doubles nearest to those decimals, so that printing and reading them changes nothing.
        """
        scale = np.clip(100 * self._scale(np.maximum(np.abs(value.low), np.abs(value.high))), 1, 1e22)
        return Interval(np.floor(value.low * scale + 1e-6) / scale, np.ceil(value.high * scale - 1e-6) / scale)

    def first_and_last(self, low: float, high: float) -> tuple[str, str]:
        """The least and the largest number of an accepted range that has the digits asked for."""
        unit = 1 / float(self._scale(max(abs(low), abs(high))))
        first, last = ceil(low / unit - 1e-6) * unit, floor(high / unit + 1e-6) * unit
        return (self.text(first), self.text(last)) if first <= last else (plain(low), plain(high))

    def text(self, value: float) -> str:
        """A number as the paper asks for it, half up: "-0.0468", never an exponent, never "-0.0000"."""
        if self.kind == "dp" and abs(value) < 1e6 and abs(abs(value) * 10.0**self.digits % 1 - 0.5) > CLEAR:
            text = f"{value:.{self.digits}f}"  # of most numbers, in a tenth of the time
            return text if text.strip("-0.") else text.lstrip("-")
        exact = Decimal(repr(float(value)))
        leading = exact.adjusted() if exact else 0
        places = self.digits if self.kind == "dp" else self.digits - 1 - leading
        quantum = Decimal(1).scaleb(-places)
        rounded = exact.quantize(quantum, rounding=ROUND_HALF_UP)
        if self.kind == "sf" and rounded and rounded.adjusted() > exact.adjusted():
            rounded = rounded.quantize(Decimal(1).scaleb(-(places - 1)), rounding=ROUND_HALF_EVEN)
        return f"{rounded if rounded else abs(rounded):f}"

    def texts(self, values: Array) -> list[str]:
        """The same of each of many, (n,), in a fraction of the time."""
        scaled = np.abs(values) * 10.0**self.digits
        with np.errstate(invalid="ignore"):
            usual = (self.kind == "dp") & (np.abs(values) < 1e6) & (np.abs(scaled % 1 - 0.5) > CLEAR) & (scaled > 0.5)
        texts = (f"%.{self.digits}f " * len(values) % tuple(values.tolist())).split()
        for at in np.flatnonzero(~usual).tolist():
            texts[at] = self.text(float(values[at]))
        return texts
