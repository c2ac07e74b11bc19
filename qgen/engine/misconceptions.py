"""The catalogue of known mistakes: each swaps one or a few rules for mistaken ones.

Its first entries are the mistakes that the lecture notes themselves contain. A mistaken rule gets what the right one
gets and, by name, what `neighbours` asks for from the step's neighbours; a step without them is done right.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial, reduce
from operator import mul, neg
from typing import Any

import numpy as np

from qgen.engine.activations import ACTIVATIONS, Rule
from qgen.engine.functions import Value, bell, exp, log, positive, sigmoid, softmax, square, tanh
from qgen.engine.rules import total
from qgen.engine.steps import Step


@dataclass(frozen=True)
class Mistake:
    """A mistaken rule: `wrong(*needs, **constants, **neighbours)`.

    instead: its neighbour is used where the second thing needed belongs, and nothing else is wrong.
    """

    wrong: Callable[..., Value]
    neighbours: tuple[str, ...] = ()
    instead: bool = False


@dataclass(frozen=True)
class Misconception:
    """`swaps` holds the mistaken rule for each rule it replaces; templates/misconceptions.txt has its words."""

    name: str
    swaps: Mapping[str, Mistake]

    def __reduce__(self) -> tuple[Any, ...]:
        return misconception_of, (self.name,)  # functions do not travel between processes

    def mistake(self, step: Step) -> Mistake | None:
        """What is made wrong at a step."""
        return self.swaps.get(step.rule)


def _misconception(name: str, **swaps: Mistake | Callable[..., Value]) -> Misconception:
    return Misconception(name, {rule: m if isinstance(m, Mistake) else Mistake(m) for rule, m in swaps.items()})


def _instead(neighbour: str) -> Mistake:
    """Of a product: the neighbour in the place of the second factor."""
    return Mistake(lambda first, second, **named: first * named[neighbour], (neighbour,), instead=True)


def _log10(a: Value) -> Value:
    return log(a) * (1 / np.log(10))


def _others(layer: Sequence[Value], place: int) -> Value:
    return total(*(exp(z) for k, z in enumerate(layer) if k != place))


def _earlier_slope(slope: Rule, z: Value, a: Value, *, earlier_z: Value, earlier_a: Value, **constants: float) -> Value:
    return slope(earlier_z, earlier_a, **constants)


_TRANSPOSED_GRADIENT = Mistake(
    lambda d, a, transposed_delta, transposed_source: transposed_delta * transposed_source,
    ("transposed_delta", "transposed_source"),
)

_FORWARD = (
    _misconception("bias-forgotten", preactivation=Mistake(lambda *terms, bias: total(*terms[:-1]), ("bias",))),
    _misconception("weights-read-backwards", product=Mistake(lambda w, a, transposed: transposed * a, ("transposed",))),
    _misconception("sigmoid-exponent-sign", sigmoid=lambda z: sigmoid(-z)),
    _misconception("sigmoid-brackets-missing", sigmoid=lambda z: 1 / sigmoid(z)),
    _misconception("tanh-for-sigmoid", sigmoid=tanh),
    _misconception("sigmoid-for-tanh", tanh=sigmoid),
    _misconception("sigmoid-for-relu", relu=sigmoid),
    _misconception(
        "activation-left-out",
        **{a.rule: lambda z, *layer, **constants: z for a in ACTIVATIONS.values() if a.name != "identity"},
    ),
)
_SOFTMAX = (
    _misconception("softmax-not-divided", softmax=lambda z, *layer, place: exp(z)),
    _misconception("softmax-without-exponentials", softmax=lambda z, *layer, place: z / total(*layer)),
    _misconception("softmax-own-term-left-out", softmax=lambda z, *layer, place: exp(z) / _others(layer, place)),
    _misconception(
        "softmax-exponent-sign", softmax=lambda z, *layer, place: softmax(-z, *map(neg, layer), place=place)
    ),
    _misconception("sigmoid-for-softmax", softmax=lambda z, *layer, place: sigmoid(z)),
    _misconception("other-classes-in-loss", class_term=lambda y, ln: y * ln + (1 - y) * log(1 - exp(ln))),
    _misconception("error-of-right-class-only", error_categorical=lambda a, y: y * (a - y)),
    _misconception("slope-extra-after-softmax", delta_categorical=Mistake(lambda e, slope: e * slope, ("slope",))),
    _misconception("slope-for-softmax-error", delta_categorical=Mistake(lambda e, slope: slope, ("slope",))),
)
_BATCH = (
    _misconception("batch-not-averaged", batch_mean=lambda whole, examples: whole),
    _misconception("batch-averaged", batch_sum=lambda *parts: total(*parts) / len(parts)),
    _misconception("first-example-only", examples_sum=lambda *parts: parts[0], batch_sum=lambda *parts: parts[0]),
)
_MOMENTUM = (
    _misconception("momentum-forgotten", velocity=lambda term, step: -step),
    _misconception("momentum-subtracted", velocity=lambda term, step: -term - step),
    _misconception("momentum-coefficient-left-out", momentum_term=lambda mu, v: v),
    _misconception(
        "momentum-times-learning-rate", momentum_term=Mistake(lambda mu, v, alpha: alpha * mu * v, ("alpha",))
    ),
    _misconception(
        "momentum-and-learning-rate-swapped",
        momentum_term=Mistake(lambda mu, v, alpha: alpha * v, ("alpha",)),
        scaled_gradient=Mistake(lambda alpha, d, mu: mu * d, ("mu",)),
    ),
    _misconception(
        "momentum-of-parameter", momentum_term=Mistake(lambda mu, v, parameter: mu * parameter, ("parameter",))
    ),
)
_LOSS = (
    _misconception("decimal-logarithm", log=_log10, log_complement=lambda a: _log10(1 - a)),
    _misconception("loss-without-minus", cross_entropy=total, categorical_cross_entropy=total),
    _misconception(
        "loss-without-half", squared_error=lambda *squares, scale: (1.0 if scale == 0.5 else scale) * total(*squares)
    ),
    _misconception(
        "sum-for-mean", squared_error=lambda *squares, scale: (1.0 if scale != 0.5 else scale) * total(*squares)
    ),
    _misconception("loss-one-term", cross_entropy=lambda *terms: -total(*terms[::2])),
    _misconception(
        "loss-averaged",
        cross_entropy=lambda *terms: -total(*terms) / (len(terms) / 2),
        squared_error=lambda *squares, scale: scale * total(*squares) / (len(squares) if scale >= 0.5 else 1),
    ),
    _misconception(
        "loss-of-first-output",
        cross_entropy=lambda *terms: -total(*terms[:2]),
        squared_error=lambda *squares, scale: scale * squares[0],
    ),
)
_ERROR = (
    _misconception(
        "target-minus-output",
        error_squared=lambda a, y, factor: factor * (y - a),
        error_cross_entropy=lambda a, y: y - a,
        error_categorical=lambda a, y: y - a,
    ),
    _misconception("factor-two", error_squared=lambda a, y, factor: (2.0 if factor == 1 else factor) * (a - y)),
    _misconception("error-halved", error_squared=lambda a, y, factor: (0.5 if factor == 1 else factor) * (a - y)),
    _misconception(
        "loss-factor-left-out-of-error", error_squared=lambda a, y, factor: (1.0 if factor == 2 else factor) * (a - y)
    ),
    _misconception(
        "mean-left-out-of-error", error_squared=lambda a, y, factor: (2.0 if factor < 1 else factor) * (a - y)
    ),
    _misconception("error-squared-not-differentiated", error_squared=lambda a, y, factor: square(a - y)),
    _misconception(
        "loss-for-error",
        error_squared=Mistake(lambda a, y, factor, loss: loss, ("loss",)),
        error_cross_entropy=Mistake(lambda a, y, loss: loss, ("loss",)),
        error_categorical=Mistake(lambda a, y, loss: loss, ("loss",)),
    ),
    _misconception("slope-missing-after-squared-error", delta_squared=lambda e, s: e),
    _misconception(
        "slope-extra-after-cross-entropy", delta_cross_entropy=Mistake(lambda e, slope: e * slope, ("slope",))
    ),
    _misconception("loss-derivative-for-delta", delta_cross_entropy=Mistake(lambda e, slope: e / slope, ("slope",))),
)
_SLOPES = (
    _misconception("sigmoid-slope-plus", slope_sigmoid=lambda z, a: a * (1 + a)),
    _misconception("sigmoid-slope-is-sigmoid", slope_sigmoid=lambda z, a: a),
    _misconception("sigmoid-slope-one-minus-a", slope_sigmoid=lambda z, a: 1 - a),
    _misconception("sigmoid-slope-reversed", slope_sigmoid=lambda z, a: -bell(a)),
    _misconception("sigmoid-slope-of-z", slope_sigmoid=lambda z, a: bell(z)),
    _misconception("sigmoid-slope-of-a", slope_sigmoid=lambda z, a: bell(sigmoid(a))),
    _misconception("sigmoid-slope-of-tanh", slope_sigmoid=lambda z, a: 1 - square(a)),
    _misconception("sigmoid-slope-left-out", slope_sigmoid=lambda z, a: a * 0 + 1),
    _misconception("sigmoid-slope-on-relu", slope_relu=lambda z, a: bell(a)),
    _misconception("value-as-relu-slope", slope_relu=lambda z, a: a),
    _misconception("relu-slope-left-out", slope_relu=lambda z, a: a * 0 + 1),
    _misconception("leaky-slope-as-relu", slope_leaky_relu=lambda z, a, slope: positive(z)),
    _misconception("leaky-slope-left-out", slope_leaky_relu=lambda z, a, slope: a * 0 + 1),
    _misconception("value-as-leaky-slope", slope_leaky_relu=lambda z, a, slope: a),
    _misconception("tanh-slope-of-z", slope_tanh=lambda z, a: 1 - square(z)),
    _misconception("tanh-slope-not-squared", slope_tanh=lambda z, a: 1 - a),
    _misconception("tanh-slope-of-sigmoid", slope_tanh=lambda z, a: bell(a)),
    _misconception("tanh-slope-divided", slope_tanh=lambda z, a: (1 - square(a)) / (1 + square(a))),
    _misconception("tanh-slope-left-out", slope_tanh=lambda z, a: a * 0 + 1),
    _misconception("slope-of-layer-above", delta_hidden=Mistake(lambda back, s, above: back * above, ("above",))),
)
_PATHS = (
    _misconception("transposed-weight", path=_instead("transposed")),
    _misconception("path-weight-forgotten", path=lambda d, w: d),
    _misconception("activation-for-path-weight", path=_instead("activation")),
    _misconception("updated-weights-in-backward-pass", path=_instead("new")),
    _misconception("weight-into-unit", path=_instead("into")),
    _misconception("slope-not-passed-on", path=Mistake(lambda d, w, before_slope: before_slope * w, ("before_slope",))),
    _misconception("output-delta-on-every-path", path=Mistake(lambda d, w, output: output * w, ("output",))),
    _misconception("weight-gradients-added", path=Mistake(lambda d, w, gradient: gradient, ("gradient",))),
    _misconception("first-path-only", sum_of_paths=lambda *paths: paths[0]),
    _misconception("last-path-only", sum_of_paths=lambda *paths: paths[-1]),
    _misconception("paths-averaged", sum_of_paths=lambda *paths: total(*paths) / len(paths)),
    _misconception("paths-multiplied", sum_of_paths=lambda *paths: reduce(mul, paths)),
)
_GRADIENTS = (
    _misconception("bias-gradient-times-input", bias_gradient=Mistake(lambda d, source: d * source, ("source",))),
    _misconception("bias-gradient-times-bias", bias_gradient=Mistake(lambda d, bias: d * bias, ("bias",))),
    _misconception("bias-gradient-one", bias_gradient=lambda d: d * 0 + 1),
    _misconception("preactivation-in-weight-gradient", weight_gradient=_instead("z")),
    _misconception("input-for-activation", weight_gradient=_instead("x")),
    _misconception("own-activation", weight_gradient=_instead("own")),
    _misconception("weight-for-activation", weight_gradient=_instead("weight")),
    _misconception("activation-forgotten", weight_gradient=lambda d, a: d),
    _misconception("slope-twice", weight_gradient=Mistake(lambda d, a, slope: d * slope * a, ("slope",))),
    _misconception("transposed-gradient", weight_gradient=_TRANSPOSED_GRADIENT),
    _misconception(
        "index-convention",
        product=Mistake(lambda w, a, transposed: transposed * a, ("transposed",)),
        path=_instead("transposed"),
        weight_gradient=_TRANSPOSED_GRADIENT,
    ),
)
_UPDATES = (
    _misconception("gradient-ascent", update=lambda w, step: w + step, momentum_update=lambda w, v: w - v),
    _misconception("no-learning-rate", scaled_gradient=lambda alpha, d: d),
    _misconception("learning-rate-twice", scaled_gradient=lambda alpha, d: alpha * alpha * d),
    _misconception("divided-by-learning-rate", scaled_gradient=lambda alpha, d: d / alpha),
    _misconception("learning-rate-times-all", update=Mistake(lambda w, step, alpha: alpha * w - step, ("alpha",))),
    _misconception(
        "parameter-for-gradient", scaled_gradient=Mistake(lambda alpha, d, parameter: alpha * parameter, ("parameter",))
    ),
    _misconception("change-only", update=lambda w, step: -step, momentum_update=lambda w, v: v),
    _misconception("step-only", update=lambda w, step: step),
    _misconception(
        "biases-not-updated",
        update=Mistake(lambda w, step, bias: bias, ("bias",)),
        momentum_update=Mistake(lambda w, v, bias: bias, ("bias",)),
    ),
    _misconception("biases-ascend", update=Mistake(lambda w, step, bias: bias + step, ("bias",))),
    _misconception("no-learning-rate-on-biases", scaled_gradient=Mistake(lambda alpha, d, bias: d, ("bias",))),
    _misconception(
        "delta-with-other-sign",
        error_squared=lambda a, y, factor: factor * (y - a),
        error_cross_entropy=lambda a, y: y - a,
        error_categorical=lambda a, y: y - a,
        update=lambda w, step: w + step,
        velocity=lambda term, step: term + step,
    ),
)
_ITERATIONS = (
    _misconception("old-parameters-in-next-iteration", carry=Mistake(lambda new, old: old, ("old",))),
    _misconception(
        "earlier-activations-in-next-iteration",
        weight_gradient=_instead("earlier"),
        error_squared=Mistake(lambda a, y, factor, earlier_a: factor * (earlier_a - y), ("earlier_a",)),
        error_cross_entropy=Mistake(lambda a, y, earlier_a: earlier_a - y, ("earlier_a",)),
        error_categorical=Mistake(lambda a, y, earlier_a: earlier_a - y, ("earlier_a",)),
        **{
            activation.slope_rule: Mistake(partial(_earlier_slope, activation.slope), ("earlier_z", "earlier_a"))
            for activation in ACTIVATIONS.values()
            if not activation.exact
        },
    ),
)
CATALOGUE = (
    *_FORWARD,
    *_LOSS,
    *_ERROR,
    *_SLOPES,
    *_PATHS,
    *_GRADIENTS,
    *_UPDATES,
    *_ITERATIONS,
    *_SOFTMAX,
    *_BATCH,
    *_MOMENTUM,
)


def misconception_of(name: str) -> Misconception:
    """The entry of that name."""
    return next(m for m in CATALOGUE if m.name == name)


# Rules of two factors, and of several terms, in which one is left out by a slip.
_PRODUCTS = ("product", "path", "delta_hidden", "weight_gradient")
_SUMS = ("preactivation", "sum_of_paths")


def near_mistakes(steps: Sequence[Step]) -> Iterator[Misconception]:
    """No entries of the catalogue: every factor or term of a rule left out; it, or a product as a whole, replaced by
    what stands beside it."""
    beside: dict[str, dict[str, None]] = {}
    for step in steps:
        beside.setdefault(step.rule, {}).update(dict.fromkeys(step.neighbours))
    for rule in _PRODUCTS:
        for factor in (0, 1):
            for wrong in (_left_out(factor), *(_replaced(factor, name) for name in beside.get(rule, ()))):
                yield Misconception("", {rule: wrong})
        for name in beside.get(rule, ()):
            yield Misconception("", {rule: Mistake(partial(_beside, name), (name,))})
    for rule in _SUMS:
        for place in (0, -1):
            yield Misconception("", {rule: Mistake(partial(_without, place))})


def _left_out(factor: int) -> Mistake:
    return Mistake(lambda *factors: factors[1 - factor])


def _replaced(factor: int, name: str) -> Mistake:
    return Mistake(lambda *factors, **beside: factors[1 - factor] * beside[name], (name,))


def _beside(name: str, *factors: Value, **beside: Value) -> Value:
    return beside[name]


def _without(place: int, *terms: Value) -> Value:
    kept = [term for i, term in enumerate(terms) if i != place % len(terms)]
    return total(*kept) if kept else terms[0] * 0
