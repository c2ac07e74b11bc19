"""The worked solution of a variant: for every item its lines in LaTeX, all derived from the steps.

The numbers are those of a student who rounds every result that is shown, as the paper says, and calculates on with
what is written: each line can be checked with a calculator.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from math import prod
from typing import NamedTuple

from qgen.decimals import plain
from qgen.engine.functions import Value
from qgen.engine.question import Item, Question
from qgen.engine.rounding import Rounding
from qgen.engine.solve import solve
from qgen.engine.steps import GRADIENTS, Role, Step
from qgen.engine.symbols import Symbol, latex_name, name_symbol, number_symbol

_FORWARD = (Role.PREACTIVATION, Role.ACTIVATION)
# A network with more paths than these is solved layer by layer, through the bias gradients of the layer above.
MOST_PATHS = 4


class Worked(NamedTuple):
    """One item: `lines` of LaTeX, the last ending in the number; `accepted` as printed."""

    item: Item
    lines: tuple[str, ...]
    value: str


class Factor(NamedTuple):
    """An intermediate result that several gradients share: the error or a unit's slope."""

    step: str
    layer: str
    iteration: int
    latex: str


@dataclass(frozen=True)
class Derivation:
    """What a question's worked lines are before numbers go in; the same for every variant."""

    question: Question

    @cached_property
    def layered(self) -> bool:
        """Whether lines go through the gradients of the layer above, where whole paths would be too many."""
        return prod(len(layer.units) for layer in self.question.network.layers[1:]) > MOST_PATHS

    def through_above(self, delta: str) -> bool:
        """Whether a unit's dL/dz is worked out from those of the layer above."""
        return self.layered and self.steps[self.steps[delta].needs[0]].role != Role.ERROR

    @cached_property
    def shown(self) -> frozenset[str]:
        """The steps whose numbers stand on the sheet: items, errors and slopes; every dL/dz if layered."""
        items = {item.step for item in self.question.items}
        roles = (Role.ERROR, Role.SLOPE, Role.DELTA) if self.layered else (Role.ERROR, Role.SLOPE)
        return frozenset(items | {s.id for s in self.question.steps if s.role in roles})

    @cached_property
    def steps(self) -> Mapping[str, Step]:
        """By id."""
        return self.question.by_id

    @cached_property
    def symbols(self) -> dict[str, Symbol]:
        """Each step's right-hand side in the names of forward quantities, parameters and targets."""
        names = {item.step: name_symbol(item.step) for item in self.question.items}
        names |= {step.id: name_symbol(step.id) for step in self.question.steps if step.role == Role.CARRY}
        names |= {delta: name_symbol(db) for delta, db in self.bias_gradients.items() if self.layered}
        expanded = {k: v for k, v in names.items() if self.steps[k].role not in GRADIENTS}
        return self.inserted(expanded, names)

    @cached_property
    def bias_gradients(self) -> dict[str, str]:
        """For every dL/dz the item that shows it: the gradient of the unit's bias."""
        return {step.needs[0]: step.id for step in self.question.steps if step.role == Role.BIAS_GRADIENT}

    def inserted(self, claimed: Mapping[str, Symbol], names: Mapping[str, Symbol]) -> dict[str, Symbol]:
        """Right-hand sides with `claimed` put in; those of updates with `names`, gradients among them."""
        givens = {name: names.get(name, name_symbol(name)) for name in self.question.givens}
        lines = solve(self.question.steps, givens, claimed=claimed)
        short = solve(self.question.steps, givens, claimed=names)
        for step in self.question.steps:
            if step.role == Role.UPDATE:
                lines[step.id] = short[step.id]
            elif step.role == Role.BIAS_GRADIENT:
                lines[step.id] = lines[step.needs[0]]
        return lines

    def numbers(self, values: Mapping[str, float], rounding: Rounding) -> dict[str, str]:
        """The shown steps' numbers as the paper asks for them; a slope that is 1 or 0 plainly so."""
        return {
            name: rounding.text(values[name]) if self.steps[name].written else f"{values[name]:g}"
            for name in self.shown
        }

    @cached_property
    def chains(self) -> dict[str, str]:
        """For every gradient: the chain of partial derivatives, summed over every path."""
        return {item.step: _chain(self, item.step) for item in self.question.items if item.part == "gradient"}

    @cached_property
    def factors(self) -> tuple[Factor, ...]:
        """Errors and slopes worth a line of their own, in the order of the backward pass."""
        used = {need for step in self.question.steps for need in step.needs}
        rows = []
        for step in self.question.steps:
            is_error = step.role == Role.ERROR
            if step.id not in used or not (is_error or step.role == Role.SLOPE):
                continue
            if not isinstance(self.symbols[step.id], Symbol):  # the slope 1 of the identity
                continue
            z, a = (latex_name(self.question.find(role, 1, unit=step.unit)) for role in _FORWARD)
            top, below = ("L" if is_error else a), (a if step.loss and step.loss.with_slope else z)
            left = rf"\frac{{\partial {top}}}{{\partial {below}}}"
            rows.append(Factor(step.id, self.question.layers[step.layer], step.iteration, left))
        return tuple(rows)


def worked_values(derivation: Derivation, givens: Mapping[str, Value], rounding: Rounding) -> dict[str, Value]:
    """The numbers of a student who rounds what the sheet shows, and calculates on with what is written.

    givens: numbers, or arrays with one for each variant.
    """

    def write(step: Step, value: Value) -> Value:
        return rounding.round(value) if step.id in derivation.shown else value

    return solve(derivation.question.steps, givens, write=write)


class Sheet(NamedTuple):
    """A variant's worked solution: a line for every shared factor, by step, and the items in order."""

    factors: Mapping[str, str]
    items: tuple[Worked, ...]


def worked(
    derivation: Derivation, givens: Mapping[str, float], rounding: Rounding, values: Mapping[str, float] | None = None
) -> Sheet:
    """Every line for one variant: symbols, numbers inserted, the number. `values`: those of worked_values, if known."""
    question = derivation.question
    if values is None:
        values = {k: float(v) for k, v in worked_values(derivation, givens, rounding).items()}
    texts = derivation.numbers(values, rounding)
    claimed = {name: number_symbol(text) for name, text in texts.items()}
    claimed |= {s.id: claimed[s.needs[0]] for s in question.steps if s.role == Role.CARRY}
    names = dict(claimed) | {name: number_symbol(plain(value)) for name, value in givens.items()}
    inserted = derivation.inserted({k: v for k, v in claimed.items() if _stands(derivation, k)}, names)
    factors = {
        factor.step: f"{factor.latex} = {derivation.symbols[factor.step].latex}"
        f" = {inserted[factor.step].latex} = {texts[factor.step]}"
        for factor in derivation.factors
    }
    items = []
    for item in question.items:
        left, result = latex_name(item.step), texts[item.step]
        right, symbols = inserted[item.step].latex, derivation.symbols[item.step].latex
        if item.part == "gradient":
            lines = [f"{left} = {derivation.chains[item.step]}", f"= {symbols}"]
        else:
            lines = [f"{left} = {symbols}"]
        lines.append(f"= {result}" if right == result else f"= {right} = {result}")
        items.append(Worked(item, tuple(lines), result))
    return Sheet(factors, tuple(items))


def _stands(derivation: Derivation, name: str) -> bool:
    """Whether later lines use this number as written: forward results, factors and, if layered, every dL/dz."""
    return derivation.steps[name].role not in GRADIENTS


def _chain(derivation: Derivation, gradient: str) -> str:
    terms = [r"\,".join(_partial(a, b) for a, b in pairwise(path)) for path in paths(derivation, gradient)]
    return " + ".join(terms)


def paths(derivation: Derivation, gradient: str) -> list[tuple[str, ...]]:
    """The quantities from the loss to a gradient's parameter, for every path that its line counts."""
    question, step = derivation.question, derivation.steps[gradient]
    t, delta = step.iteration, step.needs[0]
    loss, z = question.find(Role.LOSS, t), question.find(Role.PREACTIVATION, t, unit=step.unit)
    parameter = question.current(step.parameter, t)
    if not derivation.through_above(delta):
        return list(_paths(derivation, loss, parameter))
    if step.role == Role.WEIGHT_GRADIENT:
        return [(loss, z, parameter)]
    above = dict.fromkeys(path[path.index(z) - 2] for path in _paths(derivation, loss, z))
    a = question.find(Role.ACTIVATION, t, unit=step.unit)
    return [(loss, k, a, z, parameter) for k in above]


def _paths(derivation: Derivation, top: str, parameter: str) -> Iterator[tuple[str, ...]]:
    """Every path from the loss to a parameter through the named quantities of the forward pass."""
    if top == parameter:
        yield (top,)
        return
    for below in _named_needs(derivation, top):
        for rest in _paths(derivation, below, parameter):
            yield (top, *rest)


def _named_needs(derivation: Derivation, name: str) -> Iterator[str]:
    """What a quantity is computed from, seen through products and the like, each once."""
    seen = []
    step = derivation.steps.get(name)
    for need in step.needs if step is not None and step.role != Role.CARRY else ():
        inner = need in derivation.steps and not derivation.steps[need].named
        below = _named_needs(derivation, need) if inner else (need,)
        seen += [n for n in below if n not in seen]
    yield from seen


def _partial(top: str, below: str) -> str:
    return rf"\frac{{\partial {latex_name(top)}}}{{\partial {latex_name(below)}}}"
