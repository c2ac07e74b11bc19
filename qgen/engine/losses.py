"""Losses: the steps to each and the error that it sends back, in one entry.

To add one, add an entry to LOSSES and its name to `loss` in templates/words.txt, in every language.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from qgen.engine.activations import Working


@dataclass(frozen=True)
class Loss:
    """`terms` of one output, from its "a" and its target "y"; those `summed`, of all outputs, make the `total`.

    `error`, a rule of a and y, is dL/da, or dL/dz where the slope has no part in it: `delta` makes dL/dz of the error
    and, if `with_slope`, the slope. scale: by how many outputs, what a squared loss is multiplied by. by_hand: how a
    rule of the terms is written down in smaller lines, from "a". outputs: the activations that it goes with (all if
    empty); shares: targets lie from 0 to 1; one_hot: they are those of one class, 1 for it and 0 for the others.
    """

    name: str
    terms: tuple[Working, ...]
    summed: tuple[str, ...]
    total: str
    error: str
    delta: str
    with_slope: bool
    aliases: tuple[str, ...] = ()
    scale: Callable[[int], float] | None = None
    by_hand: Mapping[str, tuple[Working, ...]] = field(default_factory=dict)
    outputs: tuple[str, ...] = ()
    shares: bool = False
    one_hot: bool = False

    def __repr__(self) -> str:
        return f"<Loss {self.name}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return loss_of, (self.name,)  # functions do not travel between processes

    def total_constants(self, outputs: int) -> dict[str, float]:
        """What the total's rule is handed besides the terms."""
        return {} if self.scale is None else {"scale": self.scale(outputs)}

    def error_constants(self, outputs: int) -> dict[str, float]:
        """What the error's rule is handed besides a and y: the factor that is left of the scale times 2."""
        return {} if self.scale is None else {"factor": 2 * self.scale(outputs)}


def _squared(name: str, aliases: tuple[str, ...], scale: Callable[[int], float]) -> Loss:
    """scale times the sum of (a - y)^2 over the outputs."""
    return Loss(
        name,
        terms=(Working("residual", "residual", ("a", "y")), Working("square", "square", ("residual",))),
        summed=("square",),
        total="squared_error",
        error="error_squared",
        delta="delta_squared",
        with_slope=True,
        aliases=aliases,
        scale=scale,
    )


_ENTRIES = (
    _squared("squared-error", ("half-squared-error", "squared"), lambda outputs: 0.5),
    _squared("sum-of-squares", ("sse", "sum-of-squared-errors", "sum-squared-error"), lambda outputs: 1.0),
    _squared("mean-squared-error", ("mse",), lambda outputs: 1 / outputs),
    Loss(
        "cross-entropy",
        terms=(
            Working("log", "log", ("a",)),
            Working("log_rest", "log_complement", ("a",)),
            Working("term", "log_term", ("y", "log")),
            Working("term_rest", "log_complement_term", ("y", "log_rest")),
        ),
        summed=("term", "term_rest"),
        total="cross_entropy",
        error="error_cross_entropy",
        delta="delta_cross_entropy",
        with_slope=False,
        aliases=("bce", "binary-cross-entropy", "log-loss"),
        by_hand={"log_complement": (Working("rest", "complement", ("a",)), Working("log", "log", ("rest",)))},
        outputs=("sigmoid",),
        shares=True,
    ),
    Loss(
        "categorical-cross-entropy",
        terms=(Working("log", "log", ("a",)), Working("term", "class_term", ("y", "log"))),
        summed=("term",),
        total="categorical_cross_entropy",
        error="error_categorical",
        delta="delta_categorical",
        with_slope=False,
        aliases=("cross-entropy", "log-loss", "cce", "softmax-cross-entropy", "softmax"),
        outputs=("softmax",),
        shares=True,
        one_hot=True,
    ),
)
LOSSES: Mapping[str, Loss] = MappingProxyType({entry.name: entry for entry in _ENTRIES})  # by name


def loss_of(name: str) -> Loss:
    """The entry of that name."""
    return LOSSES[name]
