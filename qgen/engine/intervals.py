"""Intervals over NumPy batches: the range of every number that honest rounding can reach.

Every operation encloses (interval arithmetic; Moore, Interval Analysis, 1966). Bounds are computed in doubles, whose
own error, some 1e-16, is far below the millionths of a last digit that the rounding rule takes for ties.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qgen.engine import functions

Array = NDArray[np.float64]
SMALLEST, TINY = 5e-324, 1e-300


@dataclass(frozen=True, eq=False)
class Interval:
    """All numbers from `low` to `high`, both floats or arrays of one shape."""

    low: Array
    high: Array

    # or NumPy would take an interval for an object and quietly build arrays of them
    __array_ufunc__ = None

    @classmethod
    def point(cls, value: Any) -> Interval:
        """The interval that holds one number, or one for each of an array."""
        array = np.asarray(value, dtype=np.float64)
        return cls(array, array)

    def __add__(self, other: Any) -> Interval:
        other = interval(other)
        return Interval(self.low + other.low, self.high + other.high)

    __radd__ = __add__

    def __neg__(self) -> Interval:
        return Interval(-self.high, -self.low)

    def __sub__(self, other: Any) -> Interval:
        return self + -interval(other)

    def __rsub__(self, other: Any) -> Interval:
        return Interval.__sub__(interval(other), self)

    def __mul__(self, other: Any) -> Interval:
        other = interval(other)
        a, b = self.low * other.low, self.low * other.high
        c, d = self.high * other.low, self.high * other.high
        return Interval(np.minimum(np.minimum(a, b), np.minimum(c, d)), np.maximum(np.maximum(a, b), np.maximum(c, d)))

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Interval:
        other = interval(other)
        crosses = (other.low < TINY) & (other.high > -TINY)
        with np.errstate(all="ignore"):
            found = self * Interval(1 / other.high, 1 / other.low)
        return Interval(np.where(crosses, -np.inf, found.low), np.where(crosses, np.inf, found.high))

    def __rtruediv__(self, other: Any) -> Interval:
        return Interval.__truediv__(interval(other), self)

    def _rising(self, function: Callable[[Any], Any]) -> Interval:
        return Interval(function(self.low), function(self.high))

    def sigmoid(self) -> Interval:
        """Of every number between."""
        return self._rising(functions.sigmoid)

    def exp(self) -> Interval:
        """Of every number between."""
        return self._rising(np.exp)

    def tanh(self) -> Interval:
        """Of every number between."""
        return self._rising(functions.tanh)

    def maximum(self, floor: Any) -> Interval:
        """Of every two numbers between."""
        floor = interval(floor)
        return Interval(np.maximum(floor.low, self.low), np.maximum(floor.high, self.high))

    def positive(self, otherwise: float) -> Interval:
        """1, `otherwise` (at most 1), or both where the kink lies between."""
        return self._rising(lambda z: functions.positive(z, otherwise))

    def log(self) -> Interval:
        """Of every positive number between, down to the smallest double, so that 0 times it is still a number."""
        return self._rising(lambda a: np.log(np.maximum(a, SMALLEST)))

    def square(self) -> Interval:
        """Never below 0."""
        a, b = self.low * self.low, self.high * self.high
        return Interval(np.where(self.holds(0), 0.0, np.minimum(a, b)), np.maximum(a, b))

    def bell(self) -> Interval:
        """a (1 - a): at most 1/4, where a = 1/2."""
        a, b = functions.bell(self.low), functions.bell(self.high)
        return Interval(np.minimum(a, b), np.where(self.holds(0.5), 0.25, np.maximum(a, b)))

    def widened(self, by: Any) -> Interval:
        """`by` to either side."""
        return Interval(self.low - by, self.high + by)

    def hull(self, other: Interval) -> Interval:
        """The smallest interval that holds both."""
        return Interval(np.minimum(self.low, other.low), np.maximum(self.high, other.high))

    def holds(self, value: Any) -> NDArray[np.bool_]:
        """Whether the number lies between, bounds included."""
        return np.asarray((self.low <= value) & (value <= self.high))


def interval(value: Any) -> Interval:
    """The value as an interval, if it is not one or the code of one."""
    return value if hasattr(value, "hull") else Interval.point(value)
