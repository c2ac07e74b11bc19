"""A network as data: layers of units, and the names of everything that belongs to them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeGuard, TypeVar

from qgen.engine.activations import ACTIVATIONS, Activation
from qgen.engine.losses import Loss
from qgen.errors import InputError, nearest

NOTES = Path(__file__).parent / "networks"
MAX_UNITS = 99
BIASES = ("each", "none", "shared", "fixed", "shared-fixed")  # what biases a layer has


Entry = TypeVar("Entry", bound=Activation | Loss)


@dataclass(frozen=True)
class Layer:
    """One layer: `units` are labels as in ids, "1_2" (unit 1 of layer 2) or "3" (unit 3, no layer shown).

    Its `biases`, one of BIASES, or "" for each: one for each unit, none, one that all units share; fixed ones are
    never updated. `connections`: for each source and each unit 1 if a weight leads there; all if empty.
    """

    name: str
    activation: Activation
    units: tuple[str, ...]
    biases: str = ""
    connections: tuple[tuple[int, ...], ...] = ()

    @property
    def suffix(self) -> str:
        """What the ids of this layer end in: "_2", or nothing where units are numbered through."""
        _, bar, layer = self.units[0].partition("_")
        return bar + layer


@dataclass(frozen=True)
class Network:
    """Layers from first hidden to output. Ids run w<from><to><_layer>, b<unit><_layer>, as in the notes."""

    name: str
    inputs: int
    layers: tuple[Layer, ...]

    def __repr__(self) -> str:
        return f"<Network {self.name}: {self.shape}, {', '.join(layer.activation.name for layer in self.layers)}>"

    @property
    def xs(self) -> tuple[str, ...]:
        """The inputs' ids: x1, x2, ..."""
        return tuple(f"x{i + 1}" for i in range(self.inputs))

    @property
    def ys(self) -> tuple[str, ...]:
        """The targets' ids: y for one output, else y<unit> for each."""
        outputs = self.layers[-1].units
        return ("y",) if len(outputs) == 1 else tuple("y" + number(unit) for unit in outputs)

    def feeding(self, layer: int) -> tuple[str, ...]:
        """The ids of what flows into layer number `layer` (0 is the first hidden one)."""
        return self.xs if layer == 0 else tuple("a" + unit for unit in self.layers[layer - 1].units)

    def connected(self, layer: int, source: int, target: int) -> bool:
        """Whether a weight leads from unit `source` of the layer below to unit `target`, both from 0."""
        table = self.layers[layer].connections
        return not table or bool(table[source][target])

    def sources(self, layer: int, target: int) -> list[int]:
        """The units of the layer below that lead to unit `target`."""
        return [i for i in range(len(self.feeding(layer))) if self.connected(layer, i, target)]

    def targets(self, layer: int, source: int) -> list[int]:
        """The units of the layer that unit `source` of the layer below leads to."""
        return [j for j in range(len(self.layers[layer].units)) if self.connected(layer, source, j)]

    def weight(self, layer: int, source: int, target: int) -> str:
        """The id of the weight from unit `source` of the layer below to unit `target`, both from 0."""
        below = str(source + 1) if layer == 0 else number(self.layers[layer - 1].units[source])
        above = number(self.layers[layer].units[target])
        dot = "." if len(below) > 1 or len(above) > 1 else ""
        return f"w{below}{dot}{above}{self.layers[layer].suffix}"

    def bias(self, layer: int, target: int) -> str:
        """The id of a unit's bias, of one that all units share b_<layer>; "" where there is none."""
        units, biases = self.layers[layer].units, self.layers[layer].biases
        if biases == "none":
            return ""
        shared = biases.startswith("shared") and len(units) > 1
        return f"b_{layer + 1}" if shared else "b" + units[target]

    def parameters(self, layer: int) -> tuple[str, ...]:
        """A layer's weights and biases in the order of the notes: unit by unit where units carry no layer."""
        units = range(len(self.layers[layer].units))
        weights = [[self.weight(layer, i, j) for i in self.sources(layer, j)] for j in units]
        biases = [self.bias(layer, j) for j in units]
        rows = [[*row, bias] for row, bias in zip(weights, biases, strict=True)]
        if self.layers[layer].suffix or len(set(biases)) < len(biases):
            rows = [*weights, biases]
        return tuple(dict.fromkeys(name for row in rows for name in row if name))

    def trained(self, layer: int) -> tuple[str, ...]:
        """The parameters of a layer that are updated: all but fixed biases."""
        fixed = self.layers[layer].biases.endswith("fixed")
        return tuple(name for name in self.parameters(layer) if not (fixed and name in self.biases))

    @property
    def weights(self) -> tuple[str, ...]:
        """All weights, first layer first."""
        return tuple(name for name in self._parameters if name not in self.biases)

    @property
    def biases(self) -> tuple[str, ...]:
        """All biases, first layer first, each once."""
        units = [(k, j) for k, layer in enumerate(self.layers) for j in range(len(layer.units))]
        return tuple(dict.fromkeys(name for k, j in units if (name := self.bias(k, j))))

    def with_biases(self, kind: str) -> Network:
        """The same with such biases in every layer that does not say which it has."""
        return replace(self, layers=tuple(replace(x, biases=x.biases or kind) for x in self.layers))

    @property
    def _parameters(self) -> tuple[str, ...]:
        return tuple(name for k in range(len(self.layers)) for name in self.parameters(k))

    @property
    def shape(self) -> str:
        """Units per layer, the inputs first: "3-2-2-1"."""
        return "-".join(str(n) for n in (self.inputs, *(len(layer.units) for layer in self.layers)))


def number(unit: str) -> str:
    """The number of a unit's label: "1" of "1_2"."""
    return unit.partition("_")[0]


def layer_names(count: int) -> tuple[str, ...]:
    """hidden1, hidden2, ..., output; plain hidden where there is only one."""
    hidden = ("hidden",) if count == 2 else tuple(f"hidden{k}" for k in range(1, count))
    return (*hidden, "output")


def network_of(table: Mapping[str, Any], name: str, where: str) -> Network:
    """A network from its TOML table: inputs, and layers of {activation, units}. InputError lists every fault.

    `units` is a count, which names the units 1_l, 2_l, ..., or a list of labels.
    """
    faults = [
        f'{where}: "{key}" is not known; {nearest(key, ("inputs", "layers"))}'
        for key in table
        if key not in ("inputs", "layers")
    ]
    inputs, rows = table.get("inputs"), table.get("layers")
    if not _count(inputs):
        faults.append(f'{where}.inputs: "{inputs}" is not a number of inputs; write 1 to {MAX_UNITS}')
    if not isinstance(rows, Sequence) or isinstance(rows, str) or not rows:
        faults.append(f'{where}.layers: write a list such as [{{units = 3, activation = "relu"}}, ...]')
        raise InputError(*faults)
    layers: list[Layer] = []
    for k, (row, layer_name) in enumerate(zip(rows, layer_names(len(rows)), strict=True), start=1):
        here = f"{where}.layers[{k}]"
        if not isinstance(row, Mapping):
            faults.append(f'{here}: "{row}" is not a table; write {{units = 3, activation = "relu"}}')
            continue
        activation = _activation(row, here, faults)
        units, biases = row.get("units"), row.get("biases", "")
        if biases not in ("", *BIASES):
            faults.append(f'{here}.biases: "{biases}" is not known; write one of {", ".join(BIASES)}')
        if _count(units):
            labels = tuple(f"{j}_{k}" for j in range(1, units + 1))
        elif _labels(units):
            labels = tuple(units)
        else:
            faults.append(f'{here}.units: "{units}" is not a number of units; write 1 to {MAX_UNITS}')
            continue
        below = len(layers[-1].units) if layers else inputs
        connections = _connections(row, below, len(labels), here, faults)
        layers.append(Layer(layer_name, activation, labels, biases, connections))
    if faults:
        raise InputError(*faults)
    network = Network(name, int(inputs or 0), tuple(layers))
    units = [unit for layer in layers for unit in layer.units]
    names = network.weights + network.biases
    if len(set(units)) < len(units) or len(set(names)) < len(names):
        raise InputError(f'{where}.layers: two units share a name in "{" ".join(units)}"; write other labels')
    return network


def named_network(name: str, where: str) -> Network:
    """One of the networks that come with the program, by name."""
    known = sorted(path.stem for path in NOTES.glob("*.toml"))
    if name not in known:
        raise InputError(f'{where}: no network "{name}"; {nearest(name, known)}')
    return network_of(tomllib.loads((NOTES / f"{name}.toml").read_text("utf-8")), name, f"{name}.toml")


def _connections(
    row: Mapping[str, Any], sources: object, units: int, where: str, faults: list[str]
) -> tuple[tuple[int, ...], ...]:
    """A row of 0s and 1s for each source, a column for each unit; something in every row and every column."""
    table = row.get("connections", [])
    rows = table if isinstance(table, list) and all(isinstance(one, list) for one in table) else [[]]
    fits = all(len(one) == units and all(cell in (0, 1) for cell in one) and any(one) for one in rows)
    if table and not (fits and len(rows) == sources and all(map(any, zip(*rows, strict=True)))):
        faults.append(
            f'{where}.connections: "{table}" is not accepted; write a row for each of the {sources} sources, in it a 0 '
            f"or 1 for each of the {units} units, a 1 in each row and column"
        )
        return ()
    return tuple(tuple(map(int, one)) for one in table)


def _activation(row: Mapping[str, Any], where: str, faults: list[str]) -> Activation:
    """What a layer's table says of its activation: the name, and its constants if it has any."""
    named = row.get("activation")
    activation = known(named, ACTIVATIONS)
    if activation is None:
        faults.append(f'{where}.activation: "{named}" is not known; write one of {", ".join(ACTIVATIONS)}')
        activation = next(iter(ACTIVATIONS.values()))
    keys = ("units", "activation", "biases", "connections", *activation.constants)
    faults += [f'{where}: "{key}" is not known; {nearest(key, keys)}' for key in row if key not in keys]
    constants = {key: row[key] for key in activation.constants if key in row}
    for key, value in constants.items():
        if not isinstance(value, float) or not 0 < value < 1:
            faults.append(f'{where}.{key}: "{value}" is not accepted; write a number between 0 and 1')
    return activation.with_constants(constants) if constants else activation


def known(name: object, entries: Mapping[str, Entry]) -> Entry | None:
    """The activation or loss of that name, or of another one it goes by, in any case; None if there is none."""
    return next(iter(all_known(name, entries)), None)


def all_known(name: object, entries: Mapping[str, Entry]) -> list[Entry]:
    """All of them that go by that name."""
    said = re.sub(r"[\s_]+", "-", str(name).strip().lower())
    return [entry for entry in entries.values() if said in (entry.name, *entry.aliases)]


def _count(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= MAX_UNITS


def _labels(units: object) -> TypeGuard[list[str]]:
    """Whether these are labels of one layer: digits, or digits_layer with the same layer throughout."""
    if not isinstance(units, list) or not units or not all(isinstance(unit, str) for unit in units):
        return False
    parts = [unit.partition("_") for unit in units]
    return (
        all(
            n.isascii() and n.isdigit() and (not bar or (layer.isascii() and layer.isdigit()))
            for n, bar, layer in parts
        )
        and len({(bar, layer) for _, bar, layer in parts}) == 1
        and len(set(units)) == len(units)
    )
