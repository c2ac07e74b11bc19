"""A question: a network, a loss, a number of iterations; its steps and the items that a paper asks for."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from fractions import Fraction
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from qgen.engine.backpropagation import steps_of
from qgen.engine.losses import Loss
from qgen.engine.network import Network
from qgen.engine.steps import BACK, Descent, Role, Step, given_instead, needed, with_neighbours
from qgen.engine.symbols import plain_name, prefix
from qgen.errors import InputError, nearest, quoted, several

PARTS = ("forward", "loss", "gradient", "update")
AFTER = "after"  # the part of output and loss with updated parameters, which only some papers ask for
ALL = "all"  # what is asked where nothing says what is
SHOWN = "shown"  # the kind of intermediate values that are given
WHOLE = "question"  # the key of what all items of a question are worth together

# For each way through the network: its parts, what leads a unit, and what follows from that by a single product.
WAYS = (
    (("forward", "loss"), (Role.PREACTIVATION,), (Role.ACTIVATION,)),
    (("gradient", "update", AFTER), (Role.UNIT_DELTA, Role.BIAS_GRADIENT), (Role.WEIGHT_GRADIENT,)),
)


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
    """A given number: which `kind` it is drawn as, and the iteration whose `example` it belongs to (0: to all).

    SHOWN ones are worked out from what is drawn, and rounded as the paper says.
    """

    id: str
    kind: str
    iteration: int
    example: int = 1


def own_marks(items: Sequence[Item], marks: Mapping[str, Fraction]) -> list[Fraction | None]:
    """What each item is worth by its step, else its layer, else its part; None where nothing but the whole says it."""
    return [next((marks[key] for key in (i.step, i.layer, i.part) if key in marks), None) for i in items]


@dataclass(frozen=True)
class Question:
    """Steps and items follow from the network, the loss and the iterations, and from what is asked.

    `marks`: of an item by its step, of each item of a layer or a part, or of the whole question; the narrower wins.
    `ask`: ids, layers, parts or patterns of what is asked, all that earns marks if empty; `show`: the same of values
    that are given. `negative`: a unit's delta is -dL/dz. `batch`: examples in each iteration, whose losses and
    gradients are averaged, or summed if `summed`.
    """

    id: str
    network: Network
    loss: Loss
    iterations: int
    marks: Mapping[str, Fraction]
    ask: tuple[str, ...]
    show: tuple[str, ...]
    negative: bool
    batch: int
    summed: bool
    momentum: bool

    def __repr__(self) -> str:
        counts = f"{several(self.iterations, 'iteration')}, {several(len(self.items), 'item')}"
        return f"<Question {self.id}: {self.network.name} {self.network.shape}, {self.loss.name}, {counts}>"

    @cached_property
    def all_steps(self) -> tuple[Step, ...]:
        """All steps from givens to parameters, asked for or not, fine enough for every number a student may write."""
        return self.steps_from(self.shown)

    def steps_from(self, shown: Collection[str]) -> tuple[Step, ...]:
        """All steps where these are given, whatever the paper shows."""
        return given_instead(self._every, shown)

    @cached_property
    def _every(self) -> tuple[Step, ...]:
        descent = Descent(self.iterations, self.batch, self.summed, self.momentum, self.negative)
        return steps_of(self.network, self.loss, descent)

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """The steps that lead to what is asked, and what stands beside them."""
        return with_neighbours(self.all_steps, self.needed)

    @cached_property
    def needed(self) -> tuple[Step, ...]:
        """The steps that lead to what is asked, and no others."""
        return needed(self.all_steps, [item.step for item in self.items], self.shown)

    @cached_property
    def by_id(self) -> Mapping[str, Step]:
        """All steps by their ids."""
        return {step.id: step for step in self._every}

    @cached_property
    def quantities(self) -> Mapping[str, Item]:
        """All that can be asked, by step: per iteration forward, loss, gradients, updates, the forward pass after."""
        return {item.step: item for t in range(1, self.iterations + 1) for item in self._items(t)}

    @cached_property
    def items(self) -> tuple[Item, ...]:
        """The items that are asked, in the order of the paper."""
        if self.ask:
            asked = [self.quantities[name] for name in selected(self.ask, self._names, "ask", self.shown)]
        else:
            asked = [item for item in self.quantities.values() if self.usual(item) and item.step not in self.shown]
        own = own_marks(asked, self.marks)
        left = self.marks.get(WHOLE, Fraction(0)) - sum(filter(None, own))
        share = left / max(1, own.count(None))
        items = [
            replace(item, marks=float(share if marks is None else marks))
            for item, marks in zip(asked, own, strict=True)
        ]
        return tuple(item for item in items if item.marks or self.ask)

    @cached_property
    def shown(self) -> tuple[str, ...]:
        """The steps whose values are given."""
        return selected(self.show, self._names, "show")

    @cached_property
    def worked(self) -> tuple[Item, ...]:
        """What a worked solution has a line for: all that is asked, and what leads there, by part."""
        ids, asked = {step.id for step in self.needed}, {item.step: item for item in self.items}
        return tuple(asked.get(step, item) for step, item in self.quantities.items() if step in ids)

    @cached_property
    def _names(self) -> Mapping[str, Collection[str]]:
        """By quantity the other names that it is asked or shown by."""
        return {
            step: (item.id, item.layer, item.part, ALL) if self.usual(item) else (item.id,)
            for step, item in self.quantities.items()
        }

    @cached_property
    def asked_by(self) -> Mapping[str, str]:
        """By quantity the first entry of `ask` that means it."""
        pairs = ((step, entry) for entry in self.ask for step in selected([entry], self._names, "ask"))
        return dict(reversed([*pairs]))

    def usual(self, item: Item) -> bool:
        """Whether it is asked where nothing says what is."""
        return item.part != AFTER and self.by_id[item.step].role not in (*BACK, Role.CHANGE)

    @cached_property
    def follows(self) -> NDArray[np.bool_]:
        """(items, items): whether an item is worked out from another with no answer between."""
        place = {item.step: i for i, item in enumerate(self.items)}
        found = np.zeros((len(place), len(place)), dtype=bool)
        near: dict[str, set[int]] = {}
        for step in self.steps:
            near[step.id] = set().union(*(near.get(need, set()) for need in step.needs))
            if step.id in place:
                found[place[step.id], list(near[step.id])] = True
                near[step.id] = {place[step.id]}
                if step.shows:
                    near[step.shows] = {place[step.id]}
        return found

    @cached_property
    def given(self) -> Mapping[str, Given]:
        """The given numbers by their ids: parameters, learning rate, inputs and targets, then shown values."""
        return self.behind([item.step for item in self.items], self.shown)

    def behind(self, steps: Iterable[str], shown: Collection[str]) -> Mapping[str, Given]:
        """The numbers that lead to these steps, where the shown ones are given."""
        ids = {need for step in needed(self.steps_from(shown), set(steps), shown) for need in step.needs}
        found = {name: given for name, given in self.all_given.items() if name in ids}
        return found | {name: Given(name, SHOWN, self.by_id[name].iteration) for name in shown if name in ids}

    @cached_property
    def all_given(self) -> Mapping[str, Given]:
        """All numbers that may be given or drawn, whether what is asked needs them or not."""
        network, layers = self.network, range(len(self.network.layers))
        weights = set(network.weights)
        names = [name for k in layers for name in network.parameters(k)]
        found = [Given(name, "weights" if name in weights else "biases", 0) for name in names]
        found.append(Given("alpha", "learning_rate", 0))
        found += [Given("mu", "momentum", 0)] * self.momentum
        for t in range(1, self.iterations + 1):
            for e in range(1, self.batch + 1):
                found += [Given(prefix(t, e) + x, "inputs", t, e) for x in network.xs]
                found += [Given(prefix(t, e) + y, "targets", t, e) for y in network.ys]
        return {given.id: given for given in found}

    @cached_property
    def givens(self) -> tuple[str, ...]:
        """The ids of the given numbers."""
        return tuple(self.given)

    def stacked(self, values: Mapping[str, float | NDArray[np.float64]], size: int) -> NDArray[np.float64]:
        """(items, size): the items' values, each a number or an array (size,)."""
        stack = np.empty((len(self.items), size))
        for row, item in zip(stack, self.items, strict=True):
            row[:] = values[item.step]
        return stack

    def example(self, iteration: int) -> list[str]:
        """The ids of what is given of an iteration alone: inputs and targets of its examples, shown values."""
        return [given.id for given in self.given.values() if given.iteration == iteration]

    def examples(self, kind: str) -> list[list[str]]:
        """The ids of each example's inputs or targets, whether given or not."""
        found: dict[tuple[int, int], list[str]] = {}
        for given in self.all_given.values():
            if given.kind == kind:
                found.setdefault((given.iteration, given.example), []).append(given.id)
        return list(found.values())

    @property
    def layers(self) -> tuple[str, ...]:
        """The layers' names, first to last."""
        return tuple(layer.name for layer in self.network.layers)

    def gradient_of(self, update: str) -> str:
        """The id of the gradient that an updated parameter is made with."""
        step = self.by_id[update]
        return f"{prefix(step.iteration)}d{step.parameter}"

    def current(self, name: str, iteration: int, example: int = 1) -> str:
        """The id of a parameter or input as an example of an iteration has it; a fixed bias is the same in all."""
        ids = prefix(iteration, example) + name, prefix(iteration) + name
        return next((id for id in ids if id in self._held), name)

    @cached_property
    def _held(self) -> frozenset[str]:
        return frozenset(need for step in self.all_steps for need in step.needs)

    def find(self, role: Role, iteration: int, *, unit: str = "", parameter: str = "", example: int = 1) -> str:
        """The id of the one step of that role, unit or parameter, iteration and example."""
        return self._found[role, iteration, unit, parameter, example]

    @cached_property
    def _found(self) -> Mapping[tuple[Role, int, str, str, int], str]:
        steps = [step for step in self.all_steps if not step.after]
        return {(step.role, step.iteration, step.unit, step.parameter, step.example): step.id for step in steps}

    def _items(self, t: int) -> Iterator[Item]:
        p, layers, examples = prefix(t), self.network.layers, [prefix(1, e) for e in range(1, self.batch + 1)]

        def item(quantity: str, layer: str, part: str) -> Item:
            return Item(f"{self.id}_{p}{quantity}", p + quantity, layer, part, t, 0.0)

        def forward(start: str, part: str) -> Iterator[Item]:
            for layer in layers:
                pairs = [("z" + unit, "a" + unit) for unit in layer.units]
                if layer.suffix:
                    names = [z for z, _ in pairs] + [a for _, a in pairs]
                else:
                    names = [name for pair in pairs for name in pair]
                yield from (item(start + name, layer.name, part) for name in names)

        for e in examples:
            yield from forward(e, "forward")
        yield item("loss", layers[-1].name, "loss")
        for k, layer in enumerate(layers):
            back = [f"{e}{start}{unit}" for e in examples for start in ("da", "dz") for unit in layer.units]
            back = [name for name in back if p + name in self.by_id]
            inputs = [f"{e}d{x}" for e in examples for x in self.network.xs] if k == 0 else []
            gradients = ["d" + name for name in self.network.trained(k)]
            yield from (item(name, layer.name, "gradient") for name in (*back, *gradients, *inputs))
        for start in ("change_", "new_"):
            for k, layer in enumerate(layers):
                yield from (item(start + name, layer.name, "update") for name in self.network.trained(k))
        for e in examples:
            yield from forward(f"{e}after_", AFTER)
        yield item("after_loss", layers[-1].name, AFTER)


def selected(
    patterns: Sequence[str], names: Mapping[str, Collection[str]], where: str, but: Collection[str] = ()
) -> tuple[str, ...]:
    """The quantities that are meant, each once, in the order said; `names`: each with other names it goes by.

    A pattern such as "dw*_1" stands for all that it fits, `but` what is given anyway, and "a*" for no after_a3.
    InputError lists what fits nothing.
    """
    found: dict[str, None] = {}
    faults = []
    for pattern in patterns:
        fits = [quantity for quantity, groups in names.items() if pattern in groups or _fits(quantity, pattern)]
        left = [quantity for quantity in fits if quantity not in but]
        found |= dict.fromkeys(left)
        if not fits:
            known = dict.fromkeys(name for quantity, groups in names.items() for name in (quantity, *groups))
            faults.append(f"{where}: {quoted(pattern)} is nothing that can be asked here; {nearest(pattern, known)}")
        elif not left:
            faults.append(f"{where}: {quoted(pattern)} is given by show; leave it out of one of the two")
    if faults:
        raise InputError(*faults)
    return tuple(found)


def _fits(quantity: str, pattern: str) -> bool:
    return fnmatchcase(quantity, pattern) and ("after_" in pattern or "after_" not in quantity)
