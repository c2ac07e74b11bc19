"""The catalogue of known mistakes: each swaps one or a few rules for mistaken ones.

Its first entries are the mistakes that the lecture notes themselves contain. A mistaken rule gets what the right one
gets and, by name, what `neighbours` asks for from the step's neighbours; a step without them is done right.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial, reduce
from operator import mul, or_
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qgen.engine.activations import ACTIVATIONS, Rule
from qgen.engine.functions import Value, bell, log, positive, sigmoid, square, tanh
from qgen.engine.intervals import Interval, interval
from qgen.engine.rules import RULES, total
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
        **{a.rule: lambda z, **constants: z for a in ACTIVATIONS.values() if a.name != "identity"},
    ),
)
_LOSS = (
    _misconception("decimal-logarithm", log=_log10, log_complement=lambda a: _log10(1 - a)),
    _misconception("loss-without-minus", cross_entropy=total),
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
    _misconception("gradient-ascent", update=lambda w, step: w + step),
    _misconception("no-learning-rate", scaled_gradient=lambda alpha, d: d),
    _misconception("learning-rate-twice", scaled_gradient=lambda alpha, d: alpha * alpha * d),
    _misconception("divided-by-learning-rate", scaled_gradient=lambda alpha, d: d / alpha),
    _misconception("learning-rate-times-all", update=Mistake(lambda w, step, alpha: alpha * w - step, ("alpha",))),
    _misconception(
        "parameter-for-gradient", scaled_gradient=Mistake(lambda alpha, d, parameter: alpha * parameter, ("parameter",))
    ),
    _misconception("change-only", update=lambda w, step: -step),
    _misconception("step-only", update=lambda w, step: step * 1.0),
    _misconception("biases-not-updated", update=Mistake(lambda w, step, bias: bias, ("bias",))),
    _misconception("biases-ascend", update=Mistake(lambda w, step, bias: bias + step, ("bias",))),
    _misconception("no-learning-rate-on-biases", scaled_gradient=Mistake(lambda alpha, d, bias: d, ("bias",))),
    _misconception(
        "delta-with-other-sign",
        error_squared=lambda a, y, factor: factor * (y - a),
        error_cross_entropy=lambda a, y: y - a,
        update=lambda w, step: w + step,
    ),
)
_ITERATIONS = (
    _misconception("old-parameters-in-next-iteration", carry=Mistake(lambda new, old: old, ("old",))),
    _misconception(
        "earlier-activations-in-next-iteration",
        weight_gradient=_instead("earlier"),
        error_squared=Mistake(lambda a, y, factor, earlier_a: factor * (earlier_a - y), ("earlier_a",)),
        error_cross_entropy=Mistake(lambda a, y, earlier_a: earlier_a - y, ("earlier_a",)),
        **{
            activation.slope_rule: Mistake(partial(_earlier_slope, activation.slope), ("earlier_z", "earlier_a"))
            for activation in ACTIVATIONS.values()
            if not activation.exact
        },
    ),
)
CATALOGUE = (*_FORWARD, *_LOSS, *_ERROR, *_SLOPES, *_PATHS, *_GRADIENTS, *_UPDATES, *_ITERATIONS)


def misconception_of(name: str) -> Misconception:
    """The entry of that name."""
    return next(m for m in CATALOGUE if m.name == name)


@dataclass(frozen=True, eq=False)
class Rows:
    """A step's value under several hypotheses: `wrong`, (len(rows), n), under those of `rows`, else `right`.

    mask: the rows as the bits of one number.
    """

    right: Any
    mask: int
    wrong: Any

    @property
    def rows(self) -> NDArray[np.intp]:
        """Which hypotheses lead to `wrong`."""
        return _bits(self.mask)

    def written(self, write: Callable[[Step, Value], Value], step: Step) -> Rows:
        """The same, each value as it is written down."""
        return Rows(write(step, self.right), self.mask, write(step, self.wrong))


class Swap:
    """A rule that some hypotheses, by row, are mistaken about; of the others only what a mistake led to is computed."""

    def __init__(self, right: Rule, mistakes: Sequence[tuple[int, Mistake]]) -> None:
        self.right, self.mistakes = right, mistakes
        self.neighbours = tuple(dict.fromkeys(name for _, mistake in mistakes for name in mistake.neighbours))

    def __call__(self, *needs: Value, **named: Value) -> Value:
        """The right result, or `Rows` of it where a hypothesis may lead to another."""
        constants = {name: value for name, value in named.items() if name not in self.neighbours}
        made = [(row, mistake) for row, mistake in self.mistakes if all(name in named for name in mistake.neighbours)]
        right = self.right(*map(_right, needs), **constants)
        here = sum(1 << row for row, _ in made)
        followed = reduce(or_, (need.mask for need in needs if isinstance(need, Rows)), 0) & ~here
        results = [(followed, self.right(*[_of(need, followed) for need in needs], **constants))] if followed else []
        for row, mistake in made:
            beside = {name: _of(named[name], 1 << row) for name in mistake.neighbours}
            wrong = mistake.wrong(*[_of(need, 1 << row) for need in needs], **constants, **beside)
            results.append((1 << row, wrong))
        return Rows(right, here | followed, _put_together(here | followed, results)) if results else right


def mistaken_rules(hypotheses: Sequence[Sequence[Misconception]]) -> dict[str, Rule]:
    """Rules for a batch whose results are right, (n,), or `Rows`: row r is made with the r-th hypothesis.

    A hypothesis is one or more misconceptions held together.
    """
    return {
        name: Swap(right, [(r, m.swaps[name]) for r, held in enumerate(hypotheses) for m in held if name in m.swaps])
        for name, right in RULES.items()
    }


def every_row(value: Any, rows: int, size: int) -> Any:
    """A result of `mistaken_rules` for all of the hypotheses: (rows, size)."""
    full = np.array(np.broadcast_to(_right(value), (rows, size)))
    if isinstance(value, Rows):
        full[value.rows] = value.wrong
    return full


def _right(value: Any) -> Any:
    return value.right if isinstance(value, Rows) else value


@lru_cache(maxsize=4096)
def _bits(mask: int) -> NDArray[np.intp]:
    return np.array([row for row in range(mask.bit_length()) if mask >> row & 1], dtype=np.intp)


@lru_cache(maxsize=4096)
def _places(mask: int, among: int) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """Where the rows of a mask stand among those of another one, and whether they do."""
    rows, all_rows = _bits(mask), _bits(among)
    place = np.minimum(np.searchsorted(all_rows, rows), len(all_rows) - 1)
    return place, all_rows[place] == rows


def _of(value: Any, mask: int) -> Any:
    """A value under the hypotheses of these rows: (rows, n), or (n,) where it is the same under all."""
    if not isinstance(value, Rows) or not value.mask & mask:
        return _right(value)
    return value.wrong if value.mask == mask else _picked(value.right, value.wrong, *_places(mask, value.mask))


def _picked(right: Any, wrong: Any, place: NDArray[np.intp], changed: NDArray[np.bool_]) -> Any:
    if isinstance(wrong, Interval) or isinstance(right, Interval):
        right, wrong = interval(right), interval(wrong)
        return Interval(*(_picked(a, b, place, changed) for a, b in ((right.low, wrong.low), (right.high, wrong.high))))
    return wrong[place] if changed.all() else np.where(changed[:, None], wrong[place], right)


def _put_together(mask: int, results: Sequence[tuple[int, Any]]) -> Any:
    """The results of some rows each, in one: (rows, n)."""
    if any(isinstance(value, Interval) for _, value in results):
        ranges = [(some, interval(value)) for some, value in results]
        return Interval(
            _put_together(mask, [(some, value.low) for some, value in ranges]),
            _put_together(mask, [(some, value.high) for some, value in ranges]),
        )
    if len(results) == 1 and np.ndim(results[0][1]) == 2:
        return results[0][1]
    shape = np.broadcast_shapes((1,), *(np.shape(value)[-1:] for _, value in results))
    together = np.empty((mask.bit_count(), *shape))
    for some, value in results:
        together[_places(some, mask)[0]] = value
    return together
