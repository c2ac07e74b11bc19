"""A question is a list of steps: what to compute from what, fine enough for every number a student may write.

Ids: answers carry the ids of the contract (z1_1, dw13, new_b3, t2_loss ...); what lies between them is named after
what it multiplies or sums and never collides with an answer (it holds a "*" or "~").
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from qgen.engine.network import Network, number

LOSSES = ("squared-error", "cross-entropy")


@dataclass(frozen=True)
class Step:
    """`id` = `rule`(`needs`). `beside` names what stands next to it on the page, which only mistakes use.

    `written` is False where nobody writes the result down: a parameter carried over, a ReLU's slope of 1 or 0.
    `shows` is the step whose value a student shows by answering this one.
    """

    id: str
    rule: str
    needs: tuple[str, ...]
    beside: Mapping[str, str] = field(default_factory=dict)
    written: bool = True
    shows: str = ""


def prefix(iteration: int) -> str:
    """What the ids of an iteration (from 1) begin with: nothing, then t2_, t3_, ..."""
    return "" if iteration == 1 else f"t{iteration}_"


def delta(unit: str) -> str:
    """The id of dL/dz of a unit, which a student shows as the bias's gradient."""
    return f"delta~{unit}"


def steps_of(network: Network, loss: str, iterations: int = 1) -> tuple[Step, ...]:
    """All steps of a question in an order in which they can be computed, later iterations last."""
    return tuple(step for t in range(1, iterations + 1) for step in _iteration(network, loss, t))


def _iteration(network: Network, loss: str, t: int) -> Iterator[Step]:
    if t > 1:
        for name in network.weights + network.biases:
            old = prefix(t - 1) + name
            new = prefix(t - 1) + "new_" + name
            yield Step(prefix(t) + name, "carry", (new,), {"old": old}, written=False)
    yield from _forward(network, t)
    yield from _loss(network, loss, t)
    for layer in reversed(range(len(network.layers))):
        yield from _backward(network, loss, t, layer)
        yield from _updates(network, t, layer)


def _forward(network: Network, t: int) -> Iterator[Step]:
    p = prefix(t)
    for k, layer in enumerate(network.layers):
        sources = network.feeding(k)
        for j, unit in enumerate(layer.units):
            products = []
            for i, source in enumerate(sources):
                w = network.weight(k, i, j)
                products.append(f"{p}{w}*{source}")
                yield Step(products[-1], "product", (p + w, p + source))
            yield Step(f"{p}z{unit}", "preactivation", (*products, p + network.bias(k, j)))
        for unit in layer.units:
            yield Step(f"{p}a{unit}", layer.activation, (f"{p}z{unit}",))


def _loss(network: Network, loss: str, t: int) -> Iterator[Step]:
    p, terms = prefix(t), []
    for unit, y in zip(network.layers[-1].units, network.ys, strict=True):
        a, y = f"{p}a{unit}", p + y
        if loss == "squared-error":
            yield Step(f"{p}residual~{unit}", "residual", (a, y))
            yield Step(f"{p}square~{unit}", "square", (f"{p}residual~{unit}",))
            terms.append(f"{p}square~{unit}")
        else:
            yield Step(f"{p}log~{unit}", "log", (a,))
            yield Step(f"{p}log~1-{unit}", "log_complement", (a,))
            yield Step(f"{p}term~{unit}", "log_term", (y, f"{p}log~{unit}"))
            yield Step(f"{p}term~1-{unit}", "log_complement_term", (y, f"{p}log~1-{unit}"))
            terms += [f"{p}term~{unit}", f"{p}term~1-{unit}"]
    yield Step(f"{p}loss", loss.replace("-", "_"), tuple(terms))


def _backward(network: Network, loss: str, t: int, k: int) -> Iterator[Step]:
    """Gradients of one layer: the slopes, dL/dz over every path, then weights and biases."""
    p, layer, last = prefix(t), network.layers[k], k == len(network.layers) - 1
    before = prefix(t - 1) if t > 1 else None
    for unit in layer.units:
        z, a = f"{p}z{unit}", f"{p}a{unit}"
        earlier = {"earlier_z": f"{before}z{unit}", "earlier_a": f"{before}a{unit}"} if before is not None else {}
        written = layer.activation not in ("relu", "identity")
        yield Step(f"{p}slope~{unit}", f"slope_{layer.activation}", (z, a), earlier, written)
    for j, unit in enumerate(layer.units):
        if last:
            yield from _output_delta(network, loss, t, j)
        else:
            yield from _hidden_delta(network, t, k, j)
        source_ids = network.feeding(k)
        # the bias's gradient first: what a student writes there stands for dL/dz in the weights' gradients
        first = {"source": p + source_ids[0]}
        bias = p + "d" + network.bias(k, j)
        yield Step(bias, "bias_gradient", (p + delta(unit),), first, shows=p + delta(unit))
        for i, source in enumerate(source_ids):
            beside = {}
            if k:
                beside["z"] = p + "z" + source.removeprefix("a")
                if i < network.inputs:
                    beside["x"] = p + network.xs[i]
            if before is not None:
                beside["earlier"] = before + source
            w = network.weight(k, i, j)
            yield Step(f"{p}d{w}", "weight_gradient", (p + delta(unit), p + source), beside)


def _output_delta(network: Network, loss: str, t: int, j: int) -> Iterator[Step]:
    p, unit = prefix(t), network.layers[-1].units[j]
    kind = "squared" if loss == "squared-error" else "cross_entropy"
    earlier = {"earlier_a": f"{prefix(t - 1)}a{unit}"} if t > 1 else {}
    error, slope = f"{p}error~{unit}", f"{p}slope~{unit}"
    yield Step(error, f"error_{kind}", (f"{p}a{unit}", p + network.ys[j]), earlier)
    if kind == "squared":
        yield Step(p + delta(unit), "delta_squared", (error, slope))
    else:
        yield Step(p + delta(unit), "delta_cross_entropy", (error,), {"slope": slope})


def _hidden_delta(network: Network, t: int, k: int, j: int) -> Iterator[Step]:
    p, unit, above = prefix(t), network.layers[k].units[j], network.layers[k + 1].units
    paths = []
    for m, target in enumerate(above):
        w = network.weight(k + 1, j, m)
        beside = {"new": f"{p}new_{w}", "activation": f"{p}a{target}"}
        if m < len(network.layers[k].units) and j < len(above) and m != j:
            beside["transposed"] = p + network.weight(k + 1, m, j)
        paths.append(f"{p}path~{unit}~{number(target)}")
        yield Step(paths[-1], "path", (p + delta(target), p + w), beside)
    back = paths[0]
    if len(paths) > 1:
        back = f"{p}back~{unit}"
        yield Step(back, "sum_of_paths", tuple(paths))
    yield Step(p + delta(unit), "delta_hidden", (back, f"{p}slope~{unit}"))


def _updates(network: Network, t: int, k: int) -> Iterator[Step]:
    p = prefix(t)
    for name in network.parameters(k):
        scaled = f"{p}alpha*d{name}"
        yield Step(scaled, "scaled_gradient", ("alpha", f"{p}d{name}"))
        yield Step(f"{p}new_{name}", "update", (p + name, scaled))
