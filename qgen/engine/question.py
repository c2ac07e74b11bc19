"""A question: a network, a loss, a number of iterations; its steps and the items that a paper asks for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from qgen.engine.ids import prefix
from qgen.engine.losses import Loss
from qgen.engine.network import Network
from qgen.engine.steps import Role, Step, steps_of
from qgen.engine.symbols import plain_name
from qgen.errors import several

PARTS = ("forward", "loss", "gradient", "update")
WHOLE = "question"  # the key of what all items of a question are worth together


@dataclass(frozen=True)
class Item:
    """One answer box. `id` is <question>_<quantity>; `step` is the quantity; a loss belongs to the output layer."""

    id: str
    step: str
    layer: str
    part: str
    iteration: int
    marks: float

    @property
    def name(self) -> str:
        """The step's name as papers write it, in plain text: dL/dw_13."""
        return plain_name(self.step)


@dataclass(frozen=True)
class Given:
    """A given number: which `kind` it is drawn as, and the iteration whose example it belongs to (0: to all)."""

    id: str
    kind: str
    iteration: int


def own_marks(items: Sequence[Item], marks: Mapping[str, Fraction]) -> list[Fraction | None]:
    """What each item is worth by its step, else its layer, else its part; None where nothing but the whole says it."""
    return [next((marks[key] for key in (i.step, i.layer, i.part) if key in marks), None) for i in items]


@dataclass(frozen=True)
class Question:
    """Steps and items follow from the network, the loss and the iterations.

    `marks`: of an item by its step, of each item of a layer or a part, or of the whole question; the narrower wins.
    """

    id: str
    network: Network
    loss: Loss
    iterations: int
    marks: Mapping[str, Fraction]

    def __repr__(self) -> str:
        counts = f"{several(self.iterations, 'iteration')}, {several(len(self.items), 'item')}"
        return f"<Question {self.id}: {self.network.name} {self.network.shape}, {self.loss.name}, {counts}>"

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """All steps, fine enough for every number that a student may write."""
        return steps_of(self.network, self.loss, self.iterations)

    @cached_property
    def by_id(self) -> Mapping[str, Step]:
        """The steps by their ids."""
        return {step.id: step for step in self.steps}

    @cached_property
    def items(self) -> tuple[Item, ...]:
        """All items in the order of the paper: per iteration forward, loss, gradients, updates."""
        asked = [item for t in range(1, self.iterations + 1) for item in self._items(t)]
        own = own_marks(asked, self.marks)
        left = self.marks.get(WHOLE, Fraction(0)) - sum(filter(None, own))
        share = left / max(1, own.count(None))
        return tuple(
            replace(item, marks=float(share if marks is None else marks))
            for item, marks in zip(asked, own, strict=True)
        )

    @cached_property
    def given(self) -> Mapping[str, Given]:
        """The given numbers by their ids: parameters, learning rate, then inputs and targets of each iteration."""
        network, layers = self.network, range(len(self.network.layers))
        weights = set(network.weights)
        names = [name for k in layers for name in network.parameters(k)]
        found = [Given(name, "weights" if name in weights else "biases", 0) for name in names]
        found.append(Given("alpha", "learning_rate", 0))
        for t in range(1, self.iterations + 1):
            found += [Given(prefix(t) + x, "inputs", t) for x in network.xs]
            found += [Given(prefix(t) + y, "targets", t) for y in network.ys]
        return {given.id: given for given in found}

    @cached_property
    def givens(self) -> tuple[str, ...]:
        """The ids of the given numbers."""
        return tuple(self.given)

    def stacked(self, values: Mapping[str, float | NDArray[np.float64]], size: int) -> NDArray[np.float64]:
        """(items, size): the items' values, each a number or an array (size,)."""
        return np.array([np.broadcast_to(values[item.step], size) for item in self.items])

    def example(self, iteration: int, *kinds: str) -> list[str]:
        """The ids of an iteration's inputs and targets, or of these kinds only."""
        wanted = kinds or ("inputs", "targets")
        return [given.id for given in self.given.values() if given.iteration == iteration and given.kind in wanted]

    @property
    def layers(self) -> tuple[str, ...]:
        """The layers' names, first to last."""
        return tuple(layer.name for layer in self.network.layers)

    def gradient_of(self, update: str) -> str:
        """The id of the gradient that an updated parameter is made with."""
        _, scaled = self.by_id[update].needs
        return self.by_id[scaled].needs[1]

    def current(self, parameter: str, iteration: int) -> str:
        """The id of a parameter as an iteration has it: given, then carried over."""
        return prefix(iteration) + parameter

    def find(self, role: Role, iteration: int, *, unit: str = "", parameter: str = "") -> str:
        """The id of the one step of that role, unit or parameter, and iteration."""
        return self._found[role, iteration, unit, parameter]

    @cached_property
    def _found(self) -> Mapping[tuple[Role, int, str, str], str]:
        return {(step.role, step.iteration, step.unit, step.parameter): step.id for step in self.steps}

    def _items(self, t: int) -> Iterator[Item]:
        p, layers = prefix(t), self.network.layers

        def item(quantity: str, layer: str, part: str) -> Item:
            return Item(f"{self.id}_{p}{quantity}", p + quantity, layer, part, t, 0.0)

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
