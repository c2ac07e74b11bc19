"""The functions that rules need beyond + - *: on a float or NumPy array here, else the value's own method.

An Interval and a Symbol carry methods of these names, so that one rule runs on every kind of number.
"""

from typing import Any

import numpy as np

Value = Any  # a float, a NumPy array over variants or students, an Interval or a Symbol: whatever solve is given


def sigmoid(z: Value) -> Value:
    """1 / (1 + exp(-z))."""
    return z.sigmoid() if hasattr(z, "sigmoid") else 1 / (1 + np.exp(-z))


def tanh(z: Value) -> Value:
    """The hyperbolic tangent."""
    return z.tanh() if hasattr(z, "tanh") else np.tanh(z)


def maximum(floor: Value, z: Value) -> Value:
    """The larger of two; ReLU is maximum(0, z)."""
    return z.maximum(floor) if hasattr(z, "maximum") else np.maximum(floor, z)


def positive(z: Value, otherwise: float = 0.0) -> Value:
    """1 where z > 0, else `otherwise`: the derivative of ReLU, at the kink that of the left side."""
    return z.positive(otherwise) if hasattr(z, "positive") else np.where(z > 0, 1.0, otherwise)


def log(a: Value) -> Value:
    """The natural logarithm."""
    return a.log() if hasattr(a, "log") else np.log(a)


def exp(z: Value) -> Value:
    """e^z."""
    return z.exp() if hasattr(z, "exp") else np.exp(z)


def softmax(z: Value, *layer: Value, place: int) -> Value:
    """exp(z) over the sum of exp of all z of the layer, where z is number `place`: one that rises or falls in each."""
    if hasattr(z, "softmax"):
        return z.softmax(layer)
    return 1 / (1 + sum(exp(other - z) for i, other in enumerate(layer) if i != place))


def square(e: Value) -> Value:
    """e times e, as one thing: on an interval tighter than the product."""
    return e.square() if hasattr(e, "square") else e * e


def bell(a: Value) -> Value:
    """a (1 - a), the sigmoid's derivative in terms of its value, as one thing: tighter on an interval."""
    return a.bell() if hasattr(a, "bell") else a * (1 - a)
