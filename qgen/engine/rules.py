"""Every rule of forward pass, loss, backward pass and update: a plain function of its inputs, in one table.

A rule runs on whatever numbers it is given (see functions.Value). The formulas are those of the lecture notes:
chain rule over the network's paths, half squared error or cross-entropy summed over the outputs.
"""

from collections.abc import Callable, Mapping
from functools import reduce
from operator import add
from types import MappingProxyType

from qgen.engine.functions import Value, bell, log, positive, relu, sigmoid, square, tanh

Rule = Callable[..., Value]


def identity(z: Value) -> Value:
    """The activation that changes nothing, and every copy."""
    return z


def product(a: Value, b: Value) -> Value:
    """One weight times what it carries."""
    return a * b


def total(*terms: Value) -> Value:
    """A pre-activation: its products and the bias."""
    return reduce(add, terms)


def difference(a: Value, y: Value) -> Value:
    """Output minus target."""
    return a - y


def half_sum(*squares: Value) -> Value:
    """Half squared error, L = 1/2 sum (a - y)^2."""
    return 0.5 * total(*squares)


def log_complement(a: Value) -> Value:
    """ln(1 - a)."""
    return log(1 - a)


def complement_product(y: Value, ln: Value) -> Value:
    """(1 - y) ln(1 - a)."""
    return (1 - y) * ln


def minus_sum(*terms: Value) -> Value:
    """Cross-entropy, L = -sum [y ln a + (1 - y) ln(1 - a)]."""
    return -total(*terms)


def slope_relu(z: Value, a: Value) -> Value:
    """1 where z > 0, else 0."""
    return positive(z)


def slope_sigmoid(z: Value, a: Value) -> Value:
    """a (1 - a)."""
    return bell(a)


def slope_tanh(z: Value, a: Value) -> Value:
    """1 - a^2."""
    return 1 - square(a)


def slope_identity(z: Value, a: Value) -> Value:
    """1."""
    return 1.0


def descend(w: Value, step: Value) -> Value:
    """w_new = w - alpha dL/dw."""
    return w - step


RULES: Mapping[str, Rule] = MappingProxyType(
    {
        # forward
        "product": product,
        "preactivation": total,
        "relu": relu,
        "sigmoid": sigmoid,
        "tanh": tanh,
        "identity": identity,
        # loss
        "residual": difference,
        "square": square,
        "squared_error": half_sum,
        "log": log,
        "log_complement": log_complement,
        "log_term": product,
        "log_complement_term": complement_product,
        "cross_entropy": minus_sum,
        # backward
        "error_squared": difference,
        "error_cross_entropy": difference,
        "slope_relu": slope_relu,
        "slope_sigmoid": slope_sigmoid,
        "slope_tanh": slope_tanh,
        "slope_identity": slope_identity,
        "delta_squared": product,
        "delta_cross_entropy": identity,
        "path": product,
        "sum_of_paths": total,
        "delta_hidden": product,
        "weight_gradient": product,
        "bias_gradient": identity,
        # update
        "scaled_gradient": product,
        "update": descend,
        "carry": identity,
    }
)
