"""A question is a list of steps: what to compute from what, fine enough for every number a student may write.

Ids: answers carry the ids of the contract (z1_1, dw13, new_b3, t2_loss ...); what lies between them is named after
what it multiplies or sums and never collides with an answer (it holds a "*" or "~").
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from qgen.engine.activations import Activation
from qgen.engine.ids import prefix
from qgen.engine.losses import Loss
from qgen.engine.network import Network, number


class Role(StrEnum):
    """What a step is for; those that a student is asked for are the named ones."""

    CARRY = "carry"
    PRODUCT = "product"
    PREACTIVATION = "preactivation"
    ACTIVATION = "activation"
    LOSS_TERM = "loss term"
    LOSS = "loss"
    SLOPE = "slope"
    ERROR = "error"
    DELTA = "delta"
    PATH = "path"
    SUM_OF_PATHS = "sum of paths"
    WEIGHT_GRADIENT = "weight gradient"
    BIAS_GRADIENT = "bias gradient"
    SCALED_GRADIENT = "scaled gradient"
    UPDATE = "update"


GRADIENTS = (Role.WEIGHT_GRADIENT, Role.BIAS_GRADIENT)
NAMED = (Role.CARRY, Role.PREACTIVATION, Role.ACTIVATION, Role.LOSS, *GRADIENTS, Role.UPDATE)


@dataclass(frozen=True)
class Step:
    """`id` = `rule`(`needs`), for its `role`; of a `layer` (from 0), a `unit` or a `parameter`, in an `iteration`.

    `constants` are handed to the rule by name. `neighbours` names what stands next to it on the page, which only
    mistakes use. `written` is False where nobody writes the result down: a parameter carried over, a slope that is one
    of a few known numbers. `shows` is the step whose value a student shows by answering this one. `activation` of an
    activation and a slope, `loss` of all that belongs to it, up to the output's delta.
    """

    id: str
    rule: str
    needs: tuple[str, ...]
    role: Role
    iteration: int
    layer: int
    unit: str = ""
    parameter: str = ""
    neighbours: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, float] = field(default_factory=dict)
    activation: Activation | None = None
    loss: Loss | None = None
    written: bool = True
    shows: str = ""

    def __repr__(self) -> str:
        return f"<Step {self.id} = {self.rule}({', '.join(self.needs)})>"

    @property
    def named(self) -> bool:
        """Whether it has a name of its own on the page, as what lies between has not."""
        return self.role in NAMED


def steps_of(network: Network, loss: Loss, iterations: int = 1) -> tuple[Step, ...]:
    """All steps of a question in an order in which they can be computed, later iterations last."""
    return tuple(step for t in range(1, iterations + 1) for step in _Iteration(network, loss, t).steps())


@dataclass(frozen=True)
class _Iteration:
    """The steps of iteration `t`: `p` is what its ids begin with, `before` those of the one before it."""

    network: Network
    loss: Loss
    t: int

    @property
    def p(self) -> str:
        return prefix(self.t)

    @property
    def before(self) -> str:
        return prefix(self.t - 1)

    def steps(self) -> Iterator[Step]:
        layers = range(len(self.network.layers))
        if self.t > 1:
            for k in layers:
                yield from self.carried(k)
        for k in layers:
            yield from self.forward(k)
        yield from self.loss_steps()
        for k in reversed(layers):
            yield from self.slopes(k)
            units = range(len(self.network.layers[k].units))
            for j in units:
                yield from self.output_delta(k, j) if k == layers[-1] else self.hidden_delta(k, j)
            for j in units:
                yield self.bias_gradient(k, j)
            for j in units:
                yield from self.weight_gradients(k, j)
            yield from self.updates(k)

    def earlier(self, **names: str) -> dict[str, str]:
        """Neighbours in the iteration before, if there is one."""
        return {key: self.before + name for key, name in names.items()} if self.t > 1 else {}

    def transposed(self, k: int, i: int, j: int) -> dict[str, str]:
        """The weight with its indices swapped as a neighbour, if there is one and it is another."""
        other = i != j and i < len(self.network.layers[k].units) and j < len(self.network.feeding(k))
        return {"transposed": self.p + self.network.weight(k, j, i)} if other else {}

    def carried(self, k: int) -> Iterator[Step]:
        for name in self.network.parameters(k):
            old, new = self.before + name, f"{self.before}new_{name}"
            yield Step(
                self.p + name, "carry", (new,), Role.CARRY, self.t, k, parameter=name,
                neighbours={"old": old}, written=False,
            )  # fmt: skip

    def forward(self, k: int) -> Iterator[Step]:
        p, layer, sources = self.p, self.network.layers[k], self.network.feeding(k)
        for j, unit in enumerate(layer.units):
            products = []
            for i, source in enumerate(sources):
                w = self.network.weight(k, i, j)
                products.append(f"{p}{w}*{source}")
                needs, neighbours = (p + w, p + source), self.transposed(k, i, j)
                yield Step(products[-1], "product", needs, Role.PRODUCT, self.t, k, unit, w, neighbours)
            summed = (*products, p + self.network.bias(k, j))
            yield Step(f"{p}z{unit}", "preactivation", summed, Role.PREACTIVATION, self.t, k, unit)
        for unit in layer.units:
            yield Step(
                f"{p}a{unit}", layer.activation.rule, (f"{p}z{unit}",), Role.ACTIVATION, self.t, k, unit,
                constants=layer.activation.constants, activation=layer.activation,
            )  # fmt: skip

    def loss_steps(self) -> Iterator[Step]:
        p, loss, last = self.p, self.loss, len(self.network.layers) - 1
        summed = []
        for unit, y in zip(self.network.layers[last].units, self.network.ys, strict=True):
            ids = {"a": f"{p}a{unit}", "y": p + y}
            for name, rule, needs in loss.terms:
                ids[name] = f"{p}{name}~{unit}"
                found = tuple(ids[need] for need in needs)
                yield Step(ids[name], rule, found, Role.LOSS_TERM, self.t, last, unit, loss=loss)
            summed += [ids[name] for name in loss.summed]
        constants = loss.total_constants(len(self.network.ys))
        yield Step(
            f"{p}loss", loss.total, tuple(summed), Role.LOSS, self.t, last, constants=constants, loss=loss,
        )  # fmt: skip

    def slopes(self, k: int) -> Iterator[Step]:
        p, activation = self.p, self.network.layers[k].activation
        for unit in self.network.layers[k].units:
            yield Step(
                f"{p}slope~{unit}", activation.slope_rule, (f"{p}z{unit}", f"{p}a{unit}"), Role.SLOPE, self.t, k, unit,
                neighbours=self.earlier(earlier_z=f"z{unit}", earlier_a=f"a{unit}"),
                constants=activation.constants, activation=activation, written=not activation.exact,
            )  # fmt: skip

    def delta(self, k: int, j: int) -> str:
        """The id of dL/dz of a unit, which a student shows as the bias's gradient."""
        return f"{self.p}delta~{self.network.layers[k].units[j]}"

    def output_delta(self, k: int, j: int) -> Iterator[Step]:
        p, loss, unit = self.p, self.loss, self.network.layers[k].units[j]
        error, slope = f"{p}error~{unit}", f"{p}slope~{unit}"
        yield Step(
            error, loss.error, (f"{p}a{unit}", p + self.network.ys[j]), Role.ERROR, self.t, k, unit,
            neighbours={"loss": f"{p}loss", **self.earlier(earlier_a=f"a{unit}")},
            constants=loss.error_constants(len(self.network.ys)), loss=loss,
        )  # fmt: skip
        needs, neighbours = ((error, slope), {}) if loss.with_slope else ((error,), {"slope": slope})
        yield Step(
            self.delta(k, j), loss.delta, needs, Role.DELTA, self.t, k, unit, neighbours=neighbours, loss=loss,
        )  # fmt: skip

    def before_slope(self, k: int, j: int) -> str:
        """The id of what a unit's delta is the slope's product with: the error, or what came back by its paths."""
        unit = self.network.layers[k].units[j]
        if k == len(self.network.layers) - 1:
            return f"{self.p}error~{unit}"
        above = self.network.layers[k + 1].units
        return f"{self.p}back~{unit}" if len(above) > 1 else f"{self.p}path~{unit}~{number(above[0])}"

    def hidden_delta(self, k: int, j: int) -> Iterator[Step]:
        p, unit, above = self.p, self.network.layers[k].units[j], self.network.layers[k + 1].units
        paths = []
        for m, target in enumerate(above):
            w = self.network.weight(k + 1, j, m)
            paths.append(f"{p}path~{unit}~{number(target)}")
            needs, neighbours = (self.delta(k + 1, m), p + w), self.beside_path(k, j, m)
            yield Step(paths[-1], "path", needs, Role.PATH, self.t, k, unit, w, neighbours)
        back = self.before_slope(k, j)
        if len(paths) > 1:
            yield Step(back, "sum_of_paths", tuple(paths), Role.SUM_OF_PATHS, self.t, k, unit)
        yield Step(
            self.delta(k, j), "delta_hidden", (back, f"{p}slope~{unit}"), Role.DELTA, self.t, k, unit,
            neighbours={"above": f"{p}slope~{above[min(j, len(above) - 1)]}"},
        )  # fmt: skip

    def beside_path(self, k: int, j: int, m: int) -> dict[str, str]:
        """What a path from unit `j` to unit `m` of the layer above may be mistaken with."""
        p, above, last = self.p, self.network.layers[k + 1], len(self.network.layers) - 1
        w = self.network.weight(k + 1, j, m)
        found = {"new": f"{p}new_{w}", "gradient": f"{p}d{w}", "activation": f"{p}a{above.units[m]}"}
        found |= self.transposed(k + 1, j, m)
        if k + 1 < last:
            found["output"] = self.delta(last, 0)
        if k + 1 < last or self.loss.with_slope:
            found["before_slope"] = self.before_slope(k + 1, m)
        if m < len(self.network.feeding(k)):
            found["into"] = p + self.network.weight(k, m, j)
        return found

    def bias_gradient(self, k: int, j: int) -> Step:
        """What a student writes there stands for dL/dz in the weights' gradients, which come after it."""
        p, bias, delta = self.p, self.network.bias(k, j), self.delta(k, j)
        return Step(
            f"{p}d{bias}", "bias_gradient", (delta,), Role.BIAS_GRADIENT, self.t, k, self.network.layers[k].units[j],
            bias, neighbours={"source": p + self.network.feeding(k)[0], "bias": p + bias}, shows=delta,
        )  # fmt: skip

    def weight_gradients(self, k: int, j: int) -> Iterator[Step]:
        p, unit, sources = self.p, self.network.layers[k].units[j], self.network.feeding(k)
        below = self.network.layers[k - 1].units if k else ()
        for i, source in enumerate(sources):
            w = self.network.weight(k, i, j)
            neighbours = {"own": f"{p}a{unit}", "weight": p + w, "slope": f"{p}slope~{unit}"}
            neighbours |= self.earlier(earlier=source)
            if self.transposed(k, i, j):
                neighbours |= {"transposed_delta": self.delta(k, i), "transposed_source": p + sources[j]}
            if k:
                neighbours["z"] = f"{p}z{below[i]}"
                if i < self.network.inputs:
                    neighbours["x"] = p + self.network.xs[i]
            needs = self.delta(k, j), p + source
            yield Step(f"{p}d{w}", "weight_gradient", needs, Role.WEIGHT_GRADIENT, self.t, k, unit, w, neighbours)

    def updates(self, k: int) -> Iterator[Step]:
        p = self.p
        for name in self.network.parameters(k):
            scaled, gradient = f"{p}alpha*d{name}", ("alpha", f"{p}d{name}")
            neighbours = {"parameter": p + name, "alpha": "alpha"}
            if name in self.network.biases:
                neighbours["bias"] = p + name
            yield Step(scaled, "scaled_gradient", gradient, Role.SCALED_GRADIENT, self.t, k, "", name, neighbours)
            yield Step(f"{p}new_{name}", "update", (p + name, scaled), Role.UPDATE, self.t, k, "", name, neighbours)
