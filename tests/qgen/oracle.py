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
}


@dataclass(frozen=True)
class Net:
    """Inputs, and for every layer its activation and its units' labels as they stand in ids."""

    inputs: int
    layers: Sequence[tuple[str, Sequence[str]]]

    def weight_names(self, k: int) -> list[list[str]]:
        below = [str(i + 1) for i in range(self.inputs)] if k == 0 else [u.split("_")[0] for u in self.layers[k - 1][1]]
        return [["w" + i + u.split("_")[0] + u[len(u.split("_")[0]) :] for u in self.layers[k][1]] for i in below]


NETS = {
    "A": Net(3, [("relu", ["1_1", "2_1"]), ("sigmoid", ["1_2", "2_2"]), ("sigmoid", ["3"])]),
    "B": Net(2, [("tanh", ["1"]), ("sigmoid", ["2", "3"])]),
    "third": Net(2, [("tanh", ["1_1", "2_1", "3_1"]), ("relu", ["1_2", "2_2", "3_2"]), ("sigmoid", ["1_3", "2_3"])]),
    "fourth": Net(
        2, [("sigmoid", ["1_1", "2_1", "3_1"]), ("identity", ["1_2", "2_2", "3_2"]), ("tanh", ["1_3", "2_3"])]
    ),
    "leaky": Net(2, [("leaky 0.2", ["1_1", "2_1"]), ("leaky 0.1", ["1_2", "2_2"]), ("sigmoid", ["1_3", "2_3", "3_3"])]),
}


def opinion(net: Net, loss: str, iterations: int, givens: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """Pre-activations, activations, loss, gradients and updated parameters by id, each (variants,)."""
    found: dict[str, np.ndarray] = {}
    parameters = []
    for k, (_, units) in enumerate(net.layers):
        weights = np.array([[givens[name] for name in row] for row in net.weight_names(k)])
        parameters += [weights.transpose(2, 0, 1), np.array([givens["b" + unit] for unit in units]).T]
    for t in range(1, iterations + 1):
        p = "" if t == 1 else f"t{t}_"
        outputs = net.layers[-1][1]
        x = np.array([givens[f"{p}x{i + 1}"] for i in range(net.inputs)]).T
        names = ["y"] if len(outputs) == 1 else ["y" + unit.split("_")[0] for unit in outputs]
        y = np.array([givens[p + name] for name in names]).T
        signals = forward(net, parameters, x)
        for (_, units), z, a in zip(net.layers, signals[::2], signals[1::2], strict=True):
            found |= {f"{p}z{unit}": z[:, j] for j, unit in enumerate(units)}
            found |= {f"{p}a{unit}": a[:, j] for j, unit in enumerate(units)}
        found[f"{p}loss"] = losses(loss, signals[-1], y)
        # variants do not meet, so that the gradient of the sum holds every variant's own
        slopes = grad(lambda ps, x=x, y=y: anp.sum(losses(loss, forward(net, ps, x)[-1], y)))(parameters)
        alpha = np.asarray(givens["alpha"])
        updated = [w - (alpha * d.T).T for w, d in zip(parameters, slopes, strict=True)]
        for form, values in (("d{}", slopes), ("new_{}", updated)):
            for k, (_, units) in enumerate(net.layers):
                for i, row in enumerate(net.weight_names(k)):
                    found |= {p + form.format(name): values[2 * k][:, i, j] for j, name in enumerate(row)}
                found |= {p + form.format("b" + unit): values[2 * k + 1][:, j] for j, unit in enumerate(units)}
        parameters = updated
    return found


def forward(net: Net, parameters: Sequence[Any], x: Any) -> list[Any]:
    """z and a of every layer, each (variants, units)."""
    signals = []
    for (activation, _), w, b in zip(net.layers, parameters[::2], parameters[1::2], strict=True):
        z = anp.einsum("ni,nij->nj", x, w) + b
        x = ACTIVATIONS[activation](z)
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
    return -anp.sum(y * anp.log(a) + (1 - y) * anp.log(1 - a), axis=1)


def disagreements(found: Mapping[str, Any], expected: Mapping[str, Any], tolerance: float = 1e-9) -> list[str]:
    """The ids at which two opinions differ by more than this share of the value."""
    return [
        name
        for name, value in expected.items()
        if not np.allclose(np.broadcast_to(found[name], np.shape(value)), value, rtol=tolerance, atol=1e-15)
    ]
