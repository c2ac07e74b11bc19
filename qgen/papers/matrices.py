r"""Given numbers as matrices and vectors: x = [..], y = [..], W^{(1)} = [..], b^{(1)} = [..], ..."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from qgen.engine.network import Network
from qgen.engine.question import Question
from qgen.engine.symbols import example_of
from qgen.exam.notation import SOURCE

NONE = "0"  # where no weight leads
Cells = Sequence[Sequence[str]]  # ids of given numbers, row by row


@dataclass(frozen=True)
class Matrix:
    """`name` in LaTeX, and the ids of its entries; an empty one is an entry that is not there."""

    name: str
    cells: Cells

    def latex(self, numbers: Mapping[str, str]) -> str:
        """With the numbers of one variant."""
        rows = r" \\ ".join(" & ".join(numbers[id] if id else NONE for id in row) for row in self.cells)
        return rf"{self.name} = \begin{{bmatrix}} {rows} \end{{bmatrix}}"

    @property
    def ids(self) -> list[str]:
        """Of the numbers in it."""
        return [id for row in self.cells for id in row if id]


def matrices(question: Question, names: Sequence[str], weights: str) -> list[list[Matrix]]:
    """Those that these given numbers fill: of each example x and y, of each layer W and b; two in a group.

    `weights` as in a notation: the row of a weight is that of its first index.
    """
    network, found = question.network, []
    for k in range(len(network.layers)):
        found.append(list(_of_layer(network, k, weights)))
    examples: dict[tuple[int, int], dict[str, list[str]]] = {}
    for given in question.given.values():
        if given.id in names and given.kind in ("inputs", "targets"):
            examples.setdefault((given.iteration, given.example), {}).setdefault(given.kind, []).append(given.id)
    vectors = [
        [Matrix(_letter(kind, ids[0]), [[id] for id in ids]) for kind, ids in kinds.items()]
        for kinds in examples.values()
    ]
    groups = [[one for one in group if set(one.ids) <= set(names)] for group in (*vectors, *found)]
    return [group for group in groups if group]


def _letter(kind: str, first: str) -> str:
    example, _ = example_of(first)
    above = f"^{{[{example}]}}" if example > 1 else ""
    return ("x" if kind == "inputs" else "y") + above


def _of_layer(network: Network, k: int, weights: str) -> Iterator[Matrix]:
    units = range(len(network.layers[k].units))
    table = [
        [network.weight(k, i, j) if network.connected(k, i, j) else "" for j in units]
        for i in range(len(network.feeding(k)))
    ]
    yield Matrix(f"W^{{({k + 1})}}", table if weights == SOURCE else list(zip(*table, strict=True)))
    biases = list(dict.fromkeys(filter(None, (network.bias(k, j) for j in units))))
    if biases:
        yield Matrix(f"b^{{({k + 1})}}", [[bias] for bias in biases])
