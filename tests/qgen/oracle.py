"""An outside opinion: the networks written a second time, as matrices, and differentiated by the autograd package.

Nothing here comes from qgen but the letters of the ids, which the contract fixes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import autograd.numpy as anp
import numpy as np
from autograd import grad

ACTIVATIONS = {
    "relu": lambda z: anp.maximum(0.0, z),
    "leaky 0.2": lambda z: anp.where(z > 0, z, 0.2 * z),
    "leaky 0.1": lambda z: anp.where(z > 0, z, 0.1 * z),
    "sigmoid": lambda z: 1.0 / (1.0 + anp.exp(-z)),
    "tanh": anp.tanh,
    "identity": lambda z: z,
    "softmax": lambda z: anp.exp(z) / anp.sum(anp.exp(z), axis=-1, keepdims=True),
}


@dataclass(frozen=True)
class Net:
    """Inputs, and for every layer its activation and its units' labels as they stand in ids."""

    inputs: int
    layers: Sequence[tuple[str, Sequence[str]]]

    def weight_names(self, k: int) -> list[list[str]]:
        below = [str(i + 1) for i in range(self.inputs)] if k == 0 else [u.split("_")[0] for u in self.layers[k - 1][1]]
        return [["w" + i + u.split("_")[0] + u[len(u.split("_")[0]) :] for u in self.layers[k][1]] for i in below]

    def bias_names(self, k: int, biases: str) -> list[str]:
        units = self.layers[k][1]
        if biases.startswith("shared") and len(units) > 1:
            return [f"b_{k + 1}"]
        return [] if biases == "none" else ["b" + unit for unit in units]


NETS = {
    "A": Net(3, [("relu", ["1_1", "2_1"]), ("sigmoid", ["1_2", "2_2"]), ("sigmoid", ["3"])]),
    "B": Net(2, [("tanh", ["1"]), ("sigmoid", ["2", "3"])]),
    "third": Net(2, [("tanh", ["1_1", "2_1", "3_1"]), ("relu", ["1_2", "2_2", "3_2"]), ("sigmoid", ["1_3", "2_3"])]),
    "fourth": Net(
        2, [("sigmoid", ["1_1", "2_1", "3_1"]), ("identity", ["1_2", "2_2", "3_2"]), ("tanh", ["1_3", "2_3"])]
    ),
    "leaky": Net(2, [("leaky 0.2", ["1_1", "2_1"]), ("leaky 0.1", ["1_2", "2_2"]), ("sigmoid", ["1_3", "2_3", "3_3"])]),
    "softmax": Net(3, [("sigmoid", ["1_1", "2_1"]), ("softmax", ["1_2", "2_2", "3_2"])]),
}


def opinion(
    net: Net,
    loss: str,
    iterations: int,
    givens: Mapping[str, Any],
    biases: str = "",
    negative: bool = False,
    batch: int = 1,
    summed: bool = False,
    absent: Sequence[str] = (),
) -> dict[str, np.ndarray]:
    """Every number that can be asked, by id, each (variants,). biases: as in a spec; negative: a delta is -dL/dz.

    batch: the examples of each iteration, whose losses are averaged, or `summed`. With a given mu there is momentum.
    absent: weights that are not there.
    """
    found: dict[str, np.ndarray] = {}
    n = len(givens["alpha"])
    givens = {**givens, **dict.fromkeys(absent, np.zeros(n))}
    weights = [np.array([[givens[w] for w in row] for row in net.weight_names(k)]) for k in range(len(net.layers))]
    there = [np.array([[w not in absent for w in row] for row in net.weight_names(k)]) for k in range(len(net.layers))]
    names = [net.bias_names(k, biases) for k in range(len(net.layers))]
    parameters = []
    for w, row in zip(weights, names, strict=True):
        parameters += [w.transpose(2, 0, 1), np.array([givens[b] for b in row]).T if row else np.zeros((n, 1))]
    alpha, mu = np.asarray(givens["alpha"]), np.asarray(givens.get("mu", np.zeros(n)))
    velocity = [0 * w for w in parameters]
    outputs = net.layers[-1][1]
    ys = ["y"] if len(outputs) == 1 else ["y" + unit.split("_")[0] for unit in outputs]
    for t in range(1, iterations + 1):
        p = "" if t == 1 else f"t{t}_"
        slopes = [0 * w for w in parameters]
        examples = []
        for e in [""] + [f"e{e}_" for e in range(2, batch + 1)]:
            x = np.array([givens[f"{p}{e}x{i + 1}"] for i in range(net.inputs)]).T
            y = np.array([givens[p + e + name] for name in ys]).T
            examples.append((e, x, y))
            # variants do not meet, so that the gradient of the sum holds every variant's own
            nothing = [np.zeros((n, len(units))) for _, units in net.layers for _ in "za"]
            own, back, to_x = grad(
                lambda held, y=y: anp.sum(losses(loss, forward(net, held[0], held[2], held[1])[-1], y))
            )([parameters, nothing, x])
            slopes = [a + b / (1 if summed else batch) for a, b in zip(slopes, own, strict=True)]
            for k, (activation, units) in enumerate(net.layers):
                sign = -1 if negative else 1
                found |= {f"{p}{e}dz{unit}": sign * back[2 * k][:, j] for j, unit in enumerate(units)}
                if activation != "softmax":
                    found |= {f"{p}{e}da{unit}": back[2 * k + 1][:, j] for j, unit in enumerate(units)}
            found |= {f"{p}{e}dx{i + 1}": to_x[:, i] for i in range(net.inputs)}
        with np.errstate(all="ignore"):  # far out a sigmoid is 0 or 1
            found |= together(net, loss, parameters, examples, p, summed)
        slopes[::2] = [np.where(held, w, 0.0) for held, w in zip(there, slopes[::2], strict=True)]
        velocity = [(mu * v.T).T - (alpha * d.T).T for v, d in zip(velocity, slopes, strict=True)]
        if biases.endswith(("none", "fixed")):
            velocity[1::2] = [0 * change for change in velocity[1::2]]
        updated = [w + change for w, change in zip(parameters, velocity, strict=True)]
        for form, values in (("d{}", slopes), ("change_{}", velocity), ("new_{}", updated)):
            for k, row in enumerate(names):
                for i, ws in enumerate(net.weight_names(k)):
                    held = [(j, w) for j, w in enumerate(ws) if w not in absent]
                    found |= {p + form.format(w): values[2 * k][:, i, j] for j, w in held}
                for j, b in enumerate(row if not biases.endswith("fixed") else []):
                    found[p + form.format(b)] = values[2 * k + 1][:, j]
        parameters = updated
        with np.errstate(all="ignore"):
            found |= together(net, loss, parameters, examples, p, summed, "after_")
    return found


def together(net: Net, loss: str, parameters: Any, examples: Any, p: str, summed: bool, after: str = "") -> Any:
    """A forward pass of every example by id, and the loss of all."""
    found, total = {}, 0
    for e, x, y in examples:
        found |= passed(net, loss, parameters, x, y, p + e + after)
        total = total + found.pop(f"{p}{e}{after}loss")
    return found | {f"{p}{after}loss": total / (1 if summed else len(examples))}


def passed(net: Net, loss: str, parameters: Sequence[Any], x: Any, y: Any, p: str) -> dict[str, np.ndarray]:
    """A forward pass by id."""
    signals, found = forward(net, parameters, x), {}
    for (_, units), z, a in zip(net.layers, signals[::2], signals[1::2], strict=True):
        found |= {f"{p}z{unit}": z[:, j] for j, unit in enumerate(units)}
        found |= {f"{p}a{unit}": a[:, j] for j, unit in enumerate(units)}
    return found | {f"{p}loss": losses(loss, signals[-1], y)}


def forward(net: Net, parameters: Sequence[Any], x: Any, moved: Sequence[Any] = ()) -> list[Any]:
    """z and a of every layer, each (variants, units), each moved by as much."""
    signals = []
    for k, ((activation, _), w, b) in enumerate(zip(net.layers, parameters[::2], parameters[1::2], strict=True)):
        z = anp.einsum("ni,nij->nj", x, w) + b + (moved[2 * k] if moved else 0)
        x = ACTIVATIONS[activation](z) + (moved[2 * k + 1] if moved else 0)
        signals += [z, x]
    return signals


def losses(loss: str, a: Any, y: Any) -> Any:
    squares = (a - y) ** 2
    if loss == "squared-error":
        return 0.5 * anp.sum(squares, axis=1)
    if loss == "sum-of-squares":
        return anp.sum(squares, axis=1)
    if loss == "mean-squared-error":
        return anp.mean(squares, axis=1)
    if loss == "categorical-cross-entropy":
        return -anp.sum(y * anp.log(a), axis=1)
    return -anp.sum(y * anp.log(a) + (1 - y) * anp.log(1 - a), axis=1)


def disagreements(found: Mapping[str, Any], expected: Mapping[str, Any], tolerance: float = 1e-9) -> list[str]:
    """The ids at which two opinions differ by more than this share of the value."""
    return [
        name
        for name, value in expected.items()
        if not np.allclose(
            np.broadcast_to(found[name], np.shape(value)), value, rtol=tolerance, atol=1e-15, equal_nan=True
        )
    ]
