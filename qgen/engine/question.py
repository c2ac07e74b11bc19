"""A question: a network, a loss, a number of iterations; its steps and the items that a paper asks for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from qgen.engine.network import Network
from qgen.engine.steps import Step, prefix, steps_of

PARTS = ("forward", "loss", "gradient", "update")


@dataclass(frozen=True)
class Item:
    """One answer box. `id` is <question>_<quantity>; `step` is the quantity; a loss belongs to the output layer."""

    id: str
    step: str
    layer: str
    part: str
    iteration: int
    marks: float


@dataclass(frozen=True)
class Question:
    """`marks` per item of each part. Steps and items follow from the network, the loss and the iterations."""

    id: str
    network: Network
    loss: str
    iterations: int
    marks: Mapping[str, float]

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """All steps, fine enough for every number that a student may write."""
        return steps_of(self.network, self.loss, self.iterations)

    @cached_property
    def items(self) -> tuple[Item, ...]:
        """All items in the order of the paper: per iteration forward, loss, gradients, updates."""
        return tuple(item for t in range(1, self.iterations + 1) for item in self._items(t))

    @cached_property
    def givens(self) -> tuple[str, ...]:
        """The ids of the given numbers: parameters, learning rate, then inputs and targets of each iteration."""
        network = self.network
        examples = [prefix(t) + name for t in range(1, self.iterations + 1) for name in network.xs + network.ys]
        parameters = [p for k in range(len(network.layers)) for p in network.parameters(k)]
        return (*parameters, "alpha", *examples)

    @property
    def layers(self) -> tuple[str, ...]:
        """The layers' names, first to last."""
        return tuple(layer.name for layer in self.network.layers)

    def _items(self, t: int) -> Iterator[Item]:
        p, layers = prefix(t), self.network.layers

        def item(quantity: str, layer: str, part: str) -> Item:
            return Item(f"{self.id}_{p}{quantity}", p + quantity, layer, part, t, self.marks[part])

        for layer in layers:
            pairs = [("z" + unit, "a" + unit) for unit in layer.units]
            if layer.suffix:
                names = [z for z, _ in pairs] + [a for _, a in pairs]
            else:
                names = [name for pair in pairs for name in pair]
            yield from (item(name, layer.name, "forward") for name in names)
        yield item("loss", layers[-1].name, "loss")
        for part, form in (("gradient", "d{}"), ("update", "new_{}")):
            for k, layer in enumerate(layers):
                for name in self.network.parameters(k):
                    yield item(form.format(name), layer.name, part)


def iteration_of(step: str) -> int:
    """The iteration that a step's id belongs to, from 1."""
    head, bar, _ = step.partition("_")
    return int(head[1:]) if bar and head[:1] == "t" and head[1:].isdigit() else 1
