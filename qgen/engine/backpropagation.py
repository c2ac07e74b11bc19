"""Forward pass, loss, backward pass and update as steps: of every iteration, and of every example of a batch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from qgen.engine.losses import Loss
from qgen.engine.network import Network, number
from qgen.engine.steps import Descent, Role, Step
from qgen.engine.symbols import prefix


def steps_of(network: Network, loss: Loss, descent: Descent) -> tuple[Step, ...]:
    """All steps of a question in an order in which they can be computed, later iterations last."""
    iterations = range(1, descent.iterations + 1)
    return tuple(step for t in iterations for step in _Iteration(network, loss, descent, t).steps())


@dataclass(frozen=True)
class _Iteration:
    """The steps of iteration `t`, of one example or of the batch as a whole.

    `p` is what an example's ids begin with, `whole` those of the batch, `before` the example's in the iteration before.
    """

    network: Network
    loss: Loss
    descent: Descent
    t: int
    example: int = 1
    after: bool = False  # whether these are the steps with updated parameters

    @property
    def p(self) -> str:
        return prefix(self.t, self.example) + "after_" * self.after

    @property
    def whole(self) -> str:
        return prefix(self.t) + "after_" * self.after

    @property
    def before(self) -> str:
        return prefix(self.t - 1, self.example)

    @cached_property
    def examples(self) -> list[_Iteration]:
        """The same for each example of a batch."""
        return [replace(self, example=e) for e in range(1, self.descent.batch + 1)]

    def steps(self) -> Iterator[Step]:
        layers = range(len(self.network.layers))
        if self.t > 1:
            for k in layers:
                yield from self.carried(k)
        yield from self.forward_and_loss()
        for k in reversed(layers):
            for one in self.examples:
                yield from one.numbered(one.deltas(k))
            yield from self.gradients(k)
            yield from self.updates(k)
        for one in self.examples:
            for i in range(self.network.inputs):
                yield from one.numbered(one.input_gradient(i))
        yield from replace(self, after=True).forward_and_loss()

    def numbered(self, steps: Iterator[Step]) -> Iterator[Step]:
        """The steps of an example, which say of which."""
        return steps if self.example == 1 else (replace(step, example=self.example) for step in steps)

    def forward_and_loss(self) -> Iterator[Step]:
        for one in self.examples:
            for k in range(len(self.network.layers)):
                yield from one.numbered(one.forward(k))
        for one in self.examples:
            yield from one.numbered(one.loss_steps())
        if self.descent.batch > 1:
            losses = tuple(one.own_loss for one in self.examples)
            like = Step(
                f"{self.whole}loss", "", losses, Role.LOSS, self.t, len(self.network.layers) - 1, loss=self.loss
            )
            yield from self.of_batch(replace(like, after=self.after))

    def of_batch(self, step: Step) -> Iterator[Step]:
        """The sum or the mean of what the step needs, one number for each example."""
        if self.descent.summed:
            yield replace(step, rule="batch_sum")
            return
        whole = f"{step.id}~sum"
        yield replace(step, id=whole, rule="examples_sum", role=Role.SUM_OF_EXAMPLES)
        yield replace(step, rule="batch_mean", needs=(whole,), constants={"examples": self.descent.batch})

    def deltas(self, k: int) -> Iterator[Step]:
        yield from self.slopes(k)
        for j in range(len(self.network.layers[k].units)):
            yield from self.output_delta(k, j) if k == len(self.network.layers) - 1 else self.hidden_delta(k, j)
            yield self.unit_delta(k, j)

    def gradients(self, k: int) -> Iterator[Step]:
        """Of the parameters of a layer; of a batch each example's, then all."""
        if self.descent.batch == 1:
            yield from self.own_gradients(k)
            return
        by_parameter: dict[str, list[Step]] = {}
        for one in self.examples:
            for step in one.numbered(one.own_gradients(k)):
                by_parameter.setdefault(step.parameter, []).append(step)
                yield replace(step, id=f"{step.id}~", role=Role.EXAMPLE_GRADIENT, shows="")
        for name, steps in by_parameter.items():
            needs = tuple(f"{step.id}~" for step in steps)
            yield from self.of_batch(replace(steps[0], id=f"{self.whole}d{name}", needs=needs, shows="", neighbours={}))

    def own_gradients(self, k: int) -> Iterator[Step]:
        yield from self.bias_gradients(k)
        for j in range(len(self.network.layers[k].units)):
            yield from self.weight_gradients(k, j)

    def parameter(self, name: str) -> str:
        """The id of a parameter in a forward pass: carried over, fixed, or updated."""
        if name in self.fixed:
            return name
        return f"{prefix(self.t)}new_{name}" if self.after else self.whole + name

    @cached_property
    def fixed(self) -> frozenset[str]:
        layers = range(len(self.network.layers))
        return frozenset(name for k in layers for name in self.network.parameters(k)).difference(
            name for k in layers for name in self.network.trained(k)
        )

    def earlier(self, **names: str) -> dict[str, str]:
        """Neighbours in the iteration before, if there is one."""
        return {key: self.before + name for key, name in names.items()} if self.t > 1 else {}

    def transposed(self, k: int, i: int, j: int) -> dict[str, str]:
        """The weight with its indices swapped as a neighbour, if there is one and it is another."""
        other = i != j and i < len(self.network.layers[k].units) and j < len(self.network.feeding(k))
        other = other and self.network.connected(k, j, i)
        return {"transposed": self.parameter(self.network.weight(k, j, i))} if other else {}

    def carried(self, k: int) -> Iterator[Step]:
        for name in self.network.trained(k):
            old, new = self.before + name, f"{self.before}new_{name}"
            yield Step(
                self.whole + name, "carry", (new,), Role.CARRY, self.t, k, parameter=name,
                neighbours={"old": old}, written=False,
            )  # fmt: skip

    def forward(self, k: int) -> Iterator[Step]:
        p, layer, sources = self.p, self.network.layers[k], self.network.feeding(k)
        flowing = prefix(self.t, self.example) if k == 0 else p
        for j, unit in enumerate(layer.units):
            products = []
            for i in self.network.sources(k, j):
                w, source = self.network.weight(k, i, j), sources[i]
                products.append(f"{p}{w}*{source}")
                needs, neighbours = (self.parameter(w), flowing + source), self.transposed(k, i, j)
                yield Step(
                    products[-1], "product", needs, Role.PRODUCT, self.t, k, unit, w, neighbours, after=self.after
                )
            bias = [self.parameter(name) for name in (self.network.bias(k, j),) if name]
            yield Step(
                f"{p}z{unit}", "preactivation", (*products, *bias), Role.PREACTIVATION, self.t, k, unit,
                neighbours=dict(zip(("bias",), bias, strict=False)), after=self.after,
            )  # fmt: skip
        zs = tuple(f"{p}z{unit}" for unit in layer.units) if layer.activation.whole_layer else ()
        for place, unit in enumerate(layer.units):
            constants = {**layer.activation.constants, **({"place": place} if zs else {})}
            yield Step(
                f"{p}a{unit}", layer.activation.rule, (f"{p}z{unit}", *zs), Role.ACTIVATION, self.t, k, unit,
                constants=constants, activation=layer.activation, after=self.after,
            )  # fmt: skip

    @property
    def own_loss(self) -> str:
        """The id of an example's loss."""
        return f"{self.p}loss" + "~" * (self.descent.batch > 1)

    def loss_steps(self) -> Iterator[Step]:
        p, loss, last = self.p, self.loss, len(self.network.layers) - 1
        summed = []
        for unit, y in zip(self.network.layers[last].units, self.network.ys, strict=True):
            ids = {"a": f"{p}a{unit}", "y": prefix(self.t, self.example) + y}
            for name, rule, needs in loss.terms:
                ids[name] = f"{p}{name}~{unit}"
                found = tuple(ids[need] for need in needs)
                yield Step(ids[name], rule, found, Role.LOSS_TERM, self.t, last, unit, loss=loss, after=self.after)
            summed += [ids[name] for name in loss.summed]
        role = Role.LOSS_TERM if self.descent.batch > 1 else Role.LOSS
        constants = loss.total_constants(len(self.network.ys))
        yield Step(
            self.own_loss, loss.total, tuple(summed), role, self.t, last, constants=constants, loss=loss,
            after=self.after,
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
        """The id of dL/dz of a unit, which a student shows as its delta or the bias's gradient."""
        return f"{self.p}delta~{self.network.layers[k].units[j]}"

    def output_delta(self, k: int, j: int) -> Iterator[Step]:
        p, loss, unit = self.p, self.loss, self.network.layers[k].units[j]
        error, slope = f"{p}error~{unit}", f"{p}slope~{unit}"
        yield Step(
            error, loss.error, (f"{p}a{unit}", p + self.network.ys[j]), Role.ERROR, self.t, k, unit,
            neighbours={"loss": self.own_loss, **self.earlier(earlier_a=f"a{unit}")},
            constants=loss.error_constants(len(self.network.ys)), loss=loss,
        )  # fmt: skip
        if loss.with_slope:
            yield self.activation_gradient(k, unit, "activation_gradient", (error,), error)
        elif not self.network.layers[k].activation.whole_layer:
            yield self.activation_gradient(k, unit, "error_over_slope", (error, slope))
        needs, neighbours = ((error, slope), {}) if loss.with_slope else ((error,), {"slope": slope})
        yield Step(
            self.delta(k, j), loss.delta, needs, Role.DELTA, self.t, k, unit, neighbours=neighbours, loss=loss,
        )  # fmt: skip

    def activation_gradient(self, k: int, unit: str, rule: str, needs: tuple[str, ...], shows: str = "") -> Step:
        return Step(f"{self.p}da{unit}", rule, needs, Role.ACTIVATION_GRADIENT, self.t, k, unit, shows=shows)

    def before_slope(self, k: int, j: int) -> str:
        """The id of what a unit's delta is the slope's product with: the error, or what came back by its paths."""
        unit = self.network.layers[k].units[j]
        if k == len(self.network.layers) - 1:
            return f"{self.p}error~{unit}"
        above = [self.network.layers[k + 1].units[m] for m in self.network.targets(k + 1, j)]
        return f"{self.p}back~{unit}" if len(above) > 1 else f"{self.p}path~{unit}~{number(above[0])}"

    def hidden_delta(self, k: int, j: int) -> Iterator[Step]:
        p, unit, above = self.p, self.network.layers[k].units[j], self.network.layers[k + 1].units
        paths = []
        for m in self.network.targets(k + 1, j):
            w = self.network.weight(k + 1, j, m)
            paths.append(f"{p}path~{unit}~{number(above[m])}")
            needs, neighbours = (self.delta(k + 1, m), self.whole + w), self.beside_path(k, j, m)
            yield Step(paths[-1], "path", needs, Role.PATH, self.t, k, unit, w, neighbours)
        back = self.before_slope(k, j)
        if len(paths) > 1:
            yield Step(back, "sum_of_paths", tuple(paths), Role.SUM_OF_PATHS, self.t, k, unit)
        yield self.activation_gradient(k, unit, "activation_gradient", (back,), back)
        yield Step(
            self.delta(k, j), "delta_hidden", (back, f"{p}slope~{unit}"), Role.DELTA, self.t, k, unit,
            neighbours={"above": f"{p}slope~{above[min(j, len(above) - 1)]}"},
        )  # fmt: skip

    def beside_path(self, k: int, j: int, m: int) -> dict[str, str]:
        """What a path from unit `j` to unit `m` of the layer above may be mistaken with."""
        p, above, last = self.p, self.network.layers[k + 1], len(self.network.layers) - 1
        w = self.network.weight(k + 1, j, m)
        found = {"new": f"{self.whole}new_{w}", "gradient": f"{self.whole}d{w}", "activation": f"{p}a{above.units[m]}"}
        found |= self.transposed(k + 1, j, m)
        if k + 1 < last:
            found["output"] = self.delta(last, 0)
        if k + 1 < last or self.loss.with_slope:
            found["before_slope"] = self.before_slope(k + 1, m)
        if m < len(self.network.feeding(k)) and self.network.connected(k, m, j):
            found["into"] = self.whole + self.network.weight(k, m, j)
        return found

    def unit_delta(self, k: int, j: int) -> Step:
        unit, delta = self.network.layers[k].units[j], self.delta(k, j)
        rule = "minus_delta" if self.descent.negative else "unit_delta"
        return Step(
            f"{self.p}dz{unit}", rule, (delta,), Role.UNIT_DELTA, self.t, k, unit, shows=delta,
            negative=self.descent.negative,
        )  # fmt: skip

    def bias_gradients(self, k: int) -> Iterator[Step]:
        """What a student writes there stands for dL/dz in the weights' gradients, which come after it."""
        units = self.network.layers[k].units
        biases = [self.network.bias(k, j) for j in range(len(units))]
        for bias in self.network.trained(k):
            of = [j for j, name in enumerate(biases) if name == bias]
            if of:
                deltas = tuple(self.delta(k, j) for j in of)
                one = len(of) == 1
                yield Step(
                    f"{self.p}d{bias}", "bias_gradient" if one else "shared_bias_gradient", deltas, Role.BIAS_GRADIENT,
                    self.t, k, units[of[0]] if one else "", bias, shows=deltas[0] if one else "",
                    neighbours={"source": self.p + self.network.feeding(k)[0], "bias": self.whole + bias},
                )  # fmt: skip

    def input_gradient(self, i: int) -> Iterator[Step]:
        x, units, paths = self.network.xs[i], self.network.layers[0].units, []
        for j in self.network.targets(0, i):
            w = self.network.weight(0, i, j)
            paths.append(f"{self.p}path~{x}~{number(units[j])}")
            needs, neighbours = (self.delta(0, j), self.parameter(w)), self.transposed(0, i, j)
            yield Step(paths[-1], "path", needs, Role.PATH, self.t, 0, x, w, neighbours)
        yield Step(f"{self.p}d{x}", "input_gradient", tuple(paths), Role.INPUT_GRADIENT, self.t, 0, x)

    def weight_gradients(self, k: int, j: int) -> Iterator[Step]:
        p, unit, sources = self.p, self.network.layers[k].units[j], self.network.feeding(k)
        below = self.network.layers[k - 1].units if k else ()
        for i in self.network.sources(k, j):
            w, source = self.network.weight(k, i, j), sources[i]
            neighbours = {"own": f"{p}a{unit}", "weight": self.whole + w, "slope": f"{p}slope~{unit}"}
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
        p = self.whole
        momentum = self.descent.momentum and self.t > 1
        for name in self.network.trained(k):
            scaled, gradient, change = f"{p}alpha*d{name}", ("alpha", f"{p}d{name}"), f"{p}change_{name}"
            neighbours = {"parameter": p + name, "alpha": "alpha"}
            if name in self.network.biases:
                neighbours["bias"] = p + name
            if momentum:
                neighbours["mu"] = "mu"
            yield Step(scaled, "scaled_gradient", gradient, Role.SCALED_GRADIENT, self.t, k, "", name, neighbours)
            if momentum:
                yield from self.with_momentum(k, name, scaled, neighbours)
                continue
            yield Step(change, "change", (scaled,), Role.CHANGE, self.t, k, "", name, shows=scaled, negative=True)
            yield Step(f"{p}new_{name}", "update", (p + name, scaled), Role.UPDATE, self.t, k, "", name, neighbours)

    def with_momentum(self, k: int, name: str, scaled: str, neighbours: dict[str, str]) -> Iterator[Step]:
        """v = mu times the change before - alpha dL/dw, and w + v."""
        p, change = self.whole, f"{self.whole}change_{name}"
        term, needs = f"{p}mu*v{name}", ("mu", f"{prefix(self.t - 1)}change_{name}")
        yield Step(term, "momentum_term", needs, Role.MOMENTUM, self.t, k, "", name, neighbours)
        yield Step(change, "velocity", (term, scaled), Role.CHANGE, self.t, k, "", name, neighbours)
        yield Step(
            f"{p}new_{name}", "momentum_update", (p + name, change), Role.UPDATE, self.t, k, "", name, neighbours
        )
