"""The catalogue of known mistakes: each swaps one or a few rules for mistaken ones.

Its first entries are the mistakes that the lecture notes themselves contain. A mistaken rule gets what the right one
gets and, by name, what `beside` asks for from the step's neighbours; a step without them is done right.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import Any

import numpy as np

from qgen.engine.functions import Value, bell, log, square
from qgen.engine.intervals import Interval
from qgen.engine.rules import RULES, Rule


@dataclass(frozen=True)
class Mistake:
    """A mistaken rule: `wrong(*needs, **beside)`."""

    wrong: Callable[..., Value]
    beside: tuple[str, ...] = ()


@dataclass(frozen=True)
class Misconception:
    """`sentence` tells the student; `swaps` holds the mistaken rule for each rule it replaces."""

    name: str
    sentence: str
    swaps: Mapping[str, Mistake]


def _misconception(name: str, sentence: str, **swaps: Mistake | Callable[..., Value]) -> Misconception:
    return Misconception(
        name, sentence, {rule: m if isinstance(m, Mistake) else Mistake(m) for rule, m in swaps.items()}
    )


def _log10(a: Value) -> Value:
    return log(a) * (1 / np.log(10))


CATALOGUE: tuple[Misconception, ...] = (
    _misconception(
        "target-minus-output",
        "The error is output minus target, a - y, not y - a.",
        error_squared=lambda a, y: y - a,
        error_cross_entropy=lambda a, y: y - a,
    ),
    _misconception(
        "factor-two",
        "With the loss's factor 1/2 the error is a - y, not 2(a - y).",
        error_squared=lambda a, y: 2 * (a - y),
    ),
    _misconception(
        "slope-missing-after-squared-error",
        "After squared error the output's slope a(1-a) belongs in dL/dz; it was left out.",
        delta_squared=lambda e, s: e,
    ),
    _misconception(
        "slope-extra-after-cross-entropy",
        "With cross-entropy dL/dz of a sigmoid output is a - y; the extra a(1-a) is wrong.",
        delta_cross_entropy=Mistake(lambda e, slope: e * slope, ("slope",)),
    ),
    _misconception(
        "sigmoid-slope-plus",
        "The slope of a sigmoid is a(1-a), not a(1+a).",
        slope_sigmoid=lambda z, a: a * (1 + a),
    ),
    _misconception(
        "sigmoid-slope-is-sigmoid",
        "The slope of a sigmoid is a(1-a), not the sigmoid itself.",
        slope_sigmoid=lambda z, a: a,
    ),
    _misconception(
        "sigmoid-slope-left-out",
        "The slope a(1-a) of the sigmoids was left out.",
        slope_sigmoid=lambda z, a: a * 0 + 1,
    ),
    _misconception(
        "sigmoid-slope-on-relu",
        "The slope of a ReLU is 1 or 0; a(1-a) belongs to a sigmoid.",
        slope_relu=lambda z, a: bell(a),
    ),
    _misconception(
        "value-as-relu-slope",
        "The slope of a ReLU is 1 or 0, not its value a.",
        slope_relu=lambda z, a: a,
    ),
    _misconception(
        "relu-slope-left-out",
        "The slope of a ReLU is 0 where z is not positive: no gradient passes.",
        slope_relu=lambda z, a: a * 0 + 1,
    ),
    _misconception(
        "tanh-slope-of-z",
        "The slope of tanh is 1 - a^2 with the activation a, not 1 - z^2.",
        slope_tanh=lambda z, a: 1 - square(z),
    ),
    _misconception(
        "tanh-slope-not-squared",
        "The slope of tanh is 1 - a^2, not 1 - a.",
        slope_tanh=lambda z, a: 1 - a,
    ),
    _misconception(
        "tanh-slope-of-sigmoid",
        "The slope of tanh is 1 - a^2; a(1-a) belongs to a sigmoid.",
        slope_tanh=lambda z, a: bell(a),
    ),
    _misconception(
        "tanh-slope-divided",
        "The slope of tanh is 1 - a^2, not (1-a^2)/(1+a^2).",
        slope_tanh=lambda z, a: (1 - square(a)) / (1 + square(a)),
    ),
    _misconception(
        "transposed-weight",
        "On the way back the weight's indices were swapped: w_ij leads from unit i to unit j in both directions.",
        path=Mistake(lambda d, w, transposed: d * transposed, ("transposed",)),
    ),
    _misconception(
        "path-weight-forgotten",
        "On the way back the gradient is multiplied by the weight of its path; the weight was forgotten.",
        path=lambda d, w: d,
    ),
    _misconception(
        "activation-for-path-weight",
        "On the way back an activation was used where the weight of the path belongs.",
        path=Mistake(lambda d, w, activation: d * activation, ("activation",)),
    ),
    _misconception(
        "first-path-only",
        "The unit reaches the loss by several paths; only the first one was counted.",
        sum_of_paths=lambda *paths: paths[0],
    ),
    _misconception(
        "last-path-only",
        "The unit reaches the loss by several paths; only the last one was counted.",
        sum_of_paths=lambda *paths: paths[-1],
    ),
    _misconception(
        "updated-weights-in-backward-pass",
        "The backward pass uses the weights of the forward pass, not the updated ones.",
        path=Mistake(lambda d, w, new: d * new, ("new",)),
    ),
    _misconception(
        "bias-gradient-times-input",
        "The gradient of a bias is dL/dz itself; nothing is multiplied.",
        bias_gradient=Mistake(lambda d, source: d * source, ("source",)),
    ),
    _misconception(
        "preactivation-in-weight-gradient",
        "A weight's gradient takes the activation below, not the pre-activation.",
        weight_gradient=Mistake(lambda d, a, z: d * z, ("z",)),
    ),
    _misconception(
        "input-for-activation",
        "A weight's gradient takes the activation of the layer below, not the network's input.",
        weight_gradient=Mistake(lambda d, a, x: d * x, ("x",)),
    ),
    _misconception(
        "gradient-ascent",
        "The update goes against the gradient: w - alpha dL/dw, not plus.",
        update=lambda w, step: w + step,
    ),
    _misconception(
        "no-learning-rate",
        "The update takes the learning rate times the gradient; the learning rate was left out.",
        scaled_gradient=lambda alpha, d: d,
    ),
    _misconception(
        "decimal-logarithm",
        "The loss takes the natural logarithm, not the decimal one.",
        log=_log10,
        log_complement=lambda a: _log10(1 - a),
    ),
    _misconception(
        "loss-without-minus",
        "The cross-entropy has a minus in front.",
        cross_entropy=lambda *terms: reduce(add, terms),
    ),
    _misconception(
        "loss-without-half",
        "The squared error has a factor 1/2.",
        squared_error=lambda *squares: reduce(add, squares),
    ),
    _misconception(
        "old-parameters-in-next-iteration",
        "The next iteration starts from the updated parameters, not from the old ones.",
        carry=Mistake(lambda new, old: old, ("old",)),
    ),
    _misconception(
        "earlier-activations-in-next-iteration",
        "The next iteration's gradients take its own activations, not those of the iteration before.",
        weight_gradient=Mistake(lambda d, a, earlier: d * earlier, ("earlier",)),
        error_squared=Mistake(lambda a, y, earlier_a: earlier_a - y, ("earlier_a",)),
        error_cross_entropy=Mistake(lambda a, y, earlier_a: earlier_a - y, ("earlier_a",)),
        slope_sigmoid=Mistake(lambda z, a, earlier_a: bell(earlier_a), ("earlier_a",)),
        slope_tanh=Mistake(lambda z, a, earlier_a: 1 - square(earlier_a), ("earlier_a",)),
    ),
)


class Swap:
    """A rule that is mistaken in some rows: row r of the results follows hypothesis r, the others are right."""

    def __init__(self, right: Rule, rows: int, mistakes: Sequence[tuple[int, Mistake]]) -> None:
        self.right, self.rows, self.mistakes = right, rows, mistakes
        self.beside = tuple(dict.fromkeys(name for _, mistake in mistakes for name in mistake.beside))

    def __call__(self, *needs: Value, **beside: Value) -> Value:
        """The right result, with the rows of the mistaken hypotheses put in their places."""
        wrong = {}
        for row, mistake in self.mistakes:
            if all(name in beside for name in mistake.beside):
                neighbours = {name: _row(beside[name], row) for name in mistake.beside}
                wrong[row] = mistake.wrong(*[_row(value, row) for value in needs], **neighbours)
        right = self.right(*needs)
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
            _with_rows(getattr(right, "low", right), rows, low),
            _with_rows(getattr(right, "high", right), rows, high),
        )
    shape = np.broadcast_shapes(np.shape(right)[-1:], *(np.shape(value) for value in wrong.values()))
    result = np.array(np.broadcast_to(right, (rows, *shape)), dtype=np.float64)
    for row, value in wrong.items():
        result[row] = value
    return result
