"""Activations: all that key, enclosure, certificate, worked solution and drawing need to know of each, in one entry.

To add one, add an entry to ACTIVATIONS and its name to `activation` in templates/words.txt, in every language.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

from qgen.engine.functions import Value, bell, maximum, positive, sigmoid, softmax, square, tanh

Rule = Callable[..., Value]


class Working(NamedTuple):
    """One line of a computation by hand: `name` = `rule`(`needs`)."""

    name: str
    rule: str
    needs: tuple[str, ...]


@dataclass(frozen=True)
class Activation:
    """a = value(z), with the slope da/dz = slope(z, a); both are handed the constants, too, by name.

    whole_layer: its value takes z, then all z of the layer and by name the unit's `place` among them; such a layer is
    the last one and goes with a loss that says so, and its slope, of z itself, stands beside for mistakes alone.
    value_working: another way to compute it, from "z", its last line the value; a line that needs "layer" sums those
    before it over all units. slope_working: how the slope is
    written down, from "z" and "a", its last line the slope; slope_factors: what of that, or "slope" itself, stands as
    factors in a product. A slope that takes one of a few known values is `exact`: nobody rounds it. A `switch` is 1 or
    0 and changes no digit of what it is multiplied by.
    kink: its slope jumps at z = 0. dies: it passes no gradient where z <= 0. headroom: how far a is from where the
    activation is saturated, if it ever is. definition: in LaTeX, of a function that papers write by a letter.
    """

    name: str
    value: Rule
    slope: Rule
    aliases: tuple[str, ...] = ()
    constants: Mapping[str, float] = field(default_factory=dict)
    value_working: tuple[Working, ...] = ()
    slope_working: tuple[Working, ...] = ()
    slope_factors: tuple[str, ...] = ("slope",)
    exact: bool = False
    switch: bool = False
    kink: bool = False
    dies: bool = False
    headroom: Rule | None = None
    definition: str = ""
    whole_layer: bool = False

    def __repr__(self) -> str:
        return f"<Activation {self.name}>"

    @property
    def rule(self) -> str:
        """What its rule is called in RULES."""
        return self.name.replace("-", "_")

    @property
    def slope_rule(self) -> str:
        """What the rule of its slope is called in RULES."""
        return f"slope_{self.rule}"

    def with_constants(self, constants: Mapping[str, float]) -> Activation:
        """The same with other constants."""
        return replace(self, constants={**self.constants, **constants})

    def __reduce__(self) -> tuple[Any, ...]:
        return activation_of, (self.name, dict(self.constants))  # functions do not travel between processes


_ENTRIES = (
    Activation(
        "relu",
        value=lambda z: maximum(0.0, z),
        slope=lambda z, a: positive(z),
        aliases=("rectifier",),
        slope_factors=(),
        exact=True,
        switch=True,
        kink=True,
        dies=True,
    ),
    Activation(
        "leaky-relu",
        value=lambda z, *, slope: maximum(slope * z, z),
        slope=lambda z, a, *, slope: positive(z, slope),
        aliases=("leaky", "lrelu"),
        constants={"slope": 0.01},
        exact=True,
        kink=True,
    ),
    Activation(
        "sigmoid",
        definition=r"\sigma(z) = \frac{1}{1 + e^{-z}}",
        value=sigmoid,
        slope=lambda z, a: bell(a),
        aliases=("logistic", "sigma"),
        value_working=(
            Working("exp", "exp_minus", ("z",)),
            Working("1+exp", "one_plus", ("exp",)),
            Working("1/", "one_over", ("1+exp",)),
        ),
        slope_working=(Working("rest", "complement", ("a",)), Working("slope", "product", ("a", "rest"))),
        slope_factors=("a", "rest"),
        headroom=lambda a: np.minimum(a, 1 - a),
    ),
    Activation(
        "tanh",
        value=tanh,
        slope=lambda z, a: 1 - square(a),
        value_working=(
            Working("exp", "exp", ("z",)),
            Working("exp-", "exp_minus", ("z",)),
            Working("over", "residual", ("exp", "exp-")),
            Working("under", "sum_of_paths", ("exp", "exp-")),
            Working("/", "quotient", ("over", "under")),
        ),
        slope_working=(Working("square", "square", ("a",)), Working("slope", "complement", ("square",))),
        headroom=lambda a: 1 - abs(a),
    ),
    Activation(
        "softmax",
        value=softmax,
        slope=lambda z, a: bell(a),
        value_working=(
            Working("exp", "exp", ("z",)),
            Working("sum", "sum_of_paths", ("layer",)),
            Working("/", "quotient", ("exp", "sum")),
        ),
        headroom=lambda a: np.minimum(a, 1 - a),
        whole_layer=True,
    ),
    Activation(
        "identity",
        value=lambda z: z,
        slope=lambda z, a: 1.0,
        aliases=("linear",),
        slope_factors=(),
        exact=True,
        switch=True,
    ),
)
ACTIVATIONS: Mapping[str, Activation] = MappingProxyType({entry.name: entry for entry in _ENTRIES})  # by name


def activation_of(name: str, constants: Mapping[str, float]) -> Activation:
    """The entry of that name, with these constants."""
    return ACTIVATIONS[name].with_constants(constants)
