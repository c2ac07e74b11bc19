"""Every rule of forward pass, loss, backward pass and update: a plain function of its inputs, in one table.

A rule runs on whatever numbers it is given (see functions.Value). The formulas are those of the lecture notes:
chain rule over the network's paths, a loss summed over the outputs.
"""

from collections.abc import Mapping
from functools import reduce
from operator import add, neg, truediv
from types import MappingProxyType

from qgen.engine.activations import ACTIVATIONS, Rule
from qgen.engine.functions import Value, log, square


def identity(a: Value) -> Value:
    """A copy."""
    return a


def product(a: Value, b: Value) -> Value:
    """One weight times what it carries."""
    return a * b


def total(*terms: Value) -> Value:
    """A pre-activation: its products and the bias."""
    return reduce(add, terms)


def difference(a: Value, y: Value) -> Value:
    """Output minus target."""
    return a - y


def scaled_sum(*squares: Value, scale: float) -> Value:
    """A squared loss, L = scale * sum (a - y)^2."""
    return scale * total(*squares)


def scaled_difference(a: Value, y: Value, *, factor: float) -> Value:
    """Of a squared loss dL/da = factor (a - y), factor = 2 scale."""
    return factor * (a - y)


def log_complement(a: Value) -> Value:
    """ln(1 - a)."""
    return log(1 - a)


def complement_product(y: Value, ln: Value) -> Value:
    """(1 - y) ln(1 - a)."""
    return (1 - y) * ln


def minus_sum(*terms: Value) -> Value:
    """Cross-entropy, L = -sum [y ln a + (1 - y) ln(1 - a)]."""
    return -total(*terms)


def descend(w: Value, step: Value) -> Value:
    """w_new = w - alpha dL/dw."""
    return w - step


def mean_of(sum_of_examples: Value, *, examples: int) -> Value:
    """Of a batch: what its examples add up to, divided by their number."""
    return sum_of_examples / examples


def ascend(w: Value, change: Value) -> Value:
    """With momentum w_new = w + v."""
    return w + change


RULES: Mapping[str, Rule] = MappingProxyType(
    {
        # forward
        "product": product,
        "preactivation": total,
        **{activation.rule: activation.value for activation in ACTIVATIONS.values()},
        # loss
        "residual": difference,
        "square": square,
        "squared_error": scaled_sum,
        "log": log,
        "log_complement": log_complement,
        "log_term": product,
        "log_complement_term": complement_product,
        "cross_entropy": minus_sum,
        "class_term": product,
        "categorical_cross_entropy": minus_sum,
        # backward
        "error_squared": scaled_difference,
        "error_cross_entropy": difference,
        "error_categorical": difference,
        **{activation.slope_rule: activation.slope for activation in ACTIVATIONS.values()},
        "delta_squared": product,
        "delta_cross_entropy": identity,
        "delta_categorical": identity,
        "path": product,
        "sum_of_paths": total,
        "delta_hidden": product,
        "weight_gradient": product,
        "bias_gradient": identity,
        "shared_bias_gradient": total,
        "unit_delta": identity,
        "minus_delta": neg,
        "activation_gradient": identity,
        "error_over_slope": truediv,
        "input_gradient": total,
        # a batch
        "examples_sum": total,
        "batch_sum": total,
        "batch_mean": mean_of,
        # update
        "scaled_gradient": product,
        "change": neg,
        "update": descend,
        "momentum_term": product,
        "velocity": difference,
        "momentum_update": ascend,
        "carry": identity,
    }
)
