"""The catalogue of known mistakes: each swaps one or a few rules for mistaken ones.

Its first entries are the mistakes that the lecture notes themselves contain. A mistaken rule gets what the right one
gets and, by name, what `neighbours` asks for from the step's neighbours; a step without them is done right.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from qgen.engine.activations import ACTIVATIONS, Rule
from qgen.engine.functions import Value, bell, log, positive, square
from qgen.engine.intervals import Interval
from qgen.engine.rules import RULES, total
from qgen.engine.steps import Step


@dataclass(frozen=True)
class Mistake:
    """A mistaken rule: `wrong(*needs, **constants, **neighbours)`."""

    wrong: Callable[..., Value]
    neighbours: tuple[str, ...] = ()


@dataclass(frozen=True)
class Misconception:
    """`swaps` holds the mistaken rule for each rule it replaces; templates/misconceptions.txt has its words."""

    name: str
    swaps: Mapping[str, Mistake]

    def mistake(self, step: Step) -> Mistake | None:
        """What is made wrong at a step."""
        return self.swaps.get(step.rule)


def _misconception(name: str, **swaps: Mistake | Callable[..., Value]) -> Misconception:
    return Misconception(name, {rule: m if isinstance(m, Mistake) else Mistake(m) for rule, m in swaps.items()})


def _log10(a: Value) -> Value:
    return log(a) * (1 / np.log(10))


def _earlier_slope(slope: Rule, z: Value, a: Value, *, earlier_z: Value, earlier_a: Value, **constants: float) -> Value:
    return slope(earlier_z, earlier_a, **constants)


CATALOGUE: tuple[Misconception, ...] = (
    _misconception(
        "target-minus-output",
        error_squared=lambda a, y, factor: factor * (y - a),
        error_cross_entropy=lambda a, y: y - a,
    ),
    _misconception("factor-two", error_squared=lambda a, y, factor: (2.0 if factor == 1 else factor) * (a - y)),
    _misconception("slope-missing-after-squared-error", delta_squared=lambda e, s: e),
    _misconception(
        "slope-extra-after-cross-entropy", delta_cross_entropy=Mistake(lambda e, slope: e * slope, ("slope",))
    ),
    _misconception("sigmoid-slope-plus", slope_sigmoid=lambda z, a: a * (1 + a)),
    _misconception("sigmoid-slope-is-sigmoid", slope_sigmoid=lambda z, a: a),
    _misconception("sigmoid-slope-left-out", slope_sigmoid=lambda z, a: a * 0 + 1),
    _misconception("sigmoid-slope-on-relu", slope_relu=lambda z, a: bell(a)),
    _misconception("value-as-relu-slope", slope_relu=lambda z, a: a),
    _misconception("relu-slope-left-out", slope_relu=lambda z, a: a * 0 + 1),
    _misconception("tanh-slope-of-z", slope_tanh=lambda z, a: 1 - square(z)),
    _misconception("tanh-slope-not-squared", slope_tanh=lambda z, a: 1 - a),
    _misconception("tanh-slope-of-sigmoid", slope_tanh=lambda z, a: bell(a)),
    _misconception("tanh-slope-divided", slope_tanh=lambda z, a: (1 - square(a)) / (1 + square(a))),
    _misconception("transposed-weight", path=Mistake(lambda d, w, transposed: d * transposed, ("transposed",))),
    _misconception("path-weight-forgotten", path=lambda d, w: d),
    _misconception(
        "activation-for-path-weight", path=Mistake(lambda d, w, activation: d * activation, ("activation",))
    ),
    _misconception("first-path-only", sum_of_paths=lambda *paths: paths[0]),
    _misconception("last-path-only", sum_of_paths=lambda *paths: paths[-1]),
    _misconception("updated-weights-in-backward-pass", path=Mistake(lambda d, w, new: d * new, ("new",))),
    _misconception("bias-gradient-times-input", bias_gradient=Mistake(lambda d, source: d * source, ("source",))),
    _misconception("preactivation-in-weight-gradient", weight_gradient=Mistake(lambda d, a, z: d * z, ("z",))),
    _misconception("input-for-activation", weight_gradient=Mistake(lambda d, a, x: d * x, ("x",))),
    _misconception("gradient-ascent", update=lambda w, step: w + step),
    _misconception("no-learning-rate", scaled_gradient=lambda alpha, d: d),
    _misconception("decimal-logarithm", log=_log10, log_complement=lambda a: _log10(1 - a)),
    _misconception("loss-without-minus", cross_entropy=total),
    _misconception(
        "loss-without-half", squared_error=lambda *squares, scale: (1.0 if scale == 0.5 else scale) * total(*squares)
    ),
    _misconception("old-parameters-in-next-iteration", carry=Mistake(lambda new, old: old, ("old",))),
    _misconception(
        "earlier-activations-in-next-iteration",
        weight_gradient=Mistake(lambda d, a, earlier: d * earlier, ("earlier",)),
        error_squared=Mistake(lambda a, y, factor, earlier_a: factor * (earlier_a - y), ("earlier_a",)),
        error_cross_entropy=Mistake(lambda a, y, earlier_a: earlier_a - y, ("earlier_a",)),
        **{
            activation.slope_rule: Mistake(partial(_earlier_slope, activation.slope), ("earlier_z", "earlier_a"))
            for activation in ACTIVATIONS.values()
            if not activation.exact
        },
    ),
    _misconception(
        "loss-factor-left-out-of-error", error_squared=lambda a, y, factor: (1.0 if factor == 2 else factor) * (a - y)
    ),
    _misconception(
        "mean-left-out-of-error", error_squared=lambda a, y, factor: (2.0 if factor < 1 else factor) * (a - y)
    ),
    _misconception(
        "sum-for-mean", squared_error=lambda *squares, scale: (1.0 if scale != 0.5 else scale) * total(*squares)
    ),
    _misconception("leaky-slope-as-relu", slope_leaky_relu=lambda z, a, slope: positive(z)),
    _misconception("leaky-slope-left-out", slope_leaky_relu=lambda z, a, slope: a * 0 + 1),
    _misconception("value-as-leaky-slope", slope_leaky_relu=lambda z, a, slope: a),
)


class Swap:
    """A rule that is mistaken in some rows: row r of the results follows hypothesis r, the others are right."""

    def __init__(self, right: Rule, rows: int, mistakes: Sequence[tuple[int, Mistake]]) -> None:
        self.right, self.rows, self.mistakes = right, rows, mistakes
        self.neighbours = tuple(dict.fromkeys(name for _, mistake in mistakes for name in mistake.neighbours))

    def __call__(self, *needs: Value, **named: Value) -> Value:
        """The right result, with the rows of the mistaken hypotheses put in their places."""
        wrong = {}
        constants = {name: value for name, value in named.items() if name not in self.neighbours}
        for row, mistake in self.mistakes:
            if all(name in named for name in mistake.neighbours):
                neighbours = {name: _row(named[name], row) for name in mistake.neighbours}
                wrong[row] = mistake.wrong(*[_row(value, row) for value in needs], **constants, **neighbours)
        right = self.right(*needs, **constants)
        return _with_rows(right, self.rows, wrong) if wrong else right


def mistaken_rules(hypotheses: Sequence[Sequence[Misconception]], rules: Mapping[str, Rule] = RULES) -> dict[str, Rule]:
    """Rules for a batch: row r of every result, shape (hypotheses, batch), is made with the r-th hypothesis.

    A hypothesis is one or more misconceptions held together. What none of them touches keeps its shape (batch,).
    """
    table = dict(rules)
    for name in dict.fromkeys(rule for held in hypotheses for m in held for rule in m.swaps):
        mistakes = [(r, m.swaps[name]) for r, held in enumerate(hypotheses) for m in held if name in m.swaps]
        table[name] = Swap(rules[name], len(hypotheses), mistakes)
    return table


def _row(value: Any, row: int) -> Any:
    if isinstance(value, Interval):
        return Interval(_row(value.low, row), _row(value.high, row))
    return value[row] if np.ndim(value) == 2 else value


def _with_rows(right: Any, rows: int, wrong: Mapping[int, Any]) -> Any:
    if isinstance(right, Interval) or any(isinstance(value, Interval) for value in wrong.values()):
        low = {row: getattr(value, "low", value) for row, value in wrong.items()}
        high = {row: getattr(value, "high", value) for row, value in wrong.items()}
        return Interval(
            _with_rows(getattr(right, "low", right), rows, low), _with_rows(getattr(right, "high", right), rows, high)
        )
    shape = np.broadcast_shapes(np.shape(right)[-1:], *(np.shape(value) for value in wrong.values()))
    result = np.array(np.broadcast_to(right, (rows, *shape)), dtype=np.float64)
    for row, value in wrong.items():
        result[row] = value
    return result
