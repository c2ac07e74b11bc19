"""The worked solution of a variant: for every item its lines in LaTeX, all derived from the steps.

The numbers are those of a student who rounds every result that is shown, as the paper says, and calculates on with
what is written: each line can be checked with a calculator.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from math import prod
from typing import NamedTuple

from qgen.decimals import plain
from qgen.engine.functions import Value
from qgen.engine.question import SHOWN, Item, Question
from qgen.engine.rounding import Rounding
from qgen.engine.solve import solve
from qgen.engine.steps import GRADIENTS, Role, Step
from qgen.engine.symbols import Symbol, earlier_change, latex_name, name_symbol, number_symbol

_FORWARD = (Role.PREACTIVATION, Role.ACTIVATION)
# A network with more paths than these is solved layer by layer, through the bias gradients of the layer above.
MOST_PATHS = 4
MOST_LAYERS = 1000  # quantities on a path: all of them


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
        """Whether lines go through what comes back to the layer above: units' deltas, or where paths are too many."""
        asked = any(self.steps[item.step].role == Role.UNIT_DELTA for item in self.question.worked)
        return (
            asked
            or self.question.batch > 1
            or prod(len(layer.units) for layer in self.question.network.layers[1:]) > MOST_PATHS
        )

    def through_above(self, delta: str) -> bool:
        """Whether a unit's dL/dz is worked out from those of the layer above."""
        return self.layered and self.steps[self.steps[delta].needs[0]].role != Role.ERROR

    @cached_property
    def shown(self) -> frozenset[str]:
        """The steps whose numbers stand on the sheet: named ones, errors and slopes; every dL/dz if layered."""
        lines = {item.step for item in self.question.worked}
        roles = (Role.ERROR, Role.SLOPE, Role.DELTA) if self.layered else (Role.ERROR, Role.SLOPE)
        return frozenset(lines | {s.id for s in self.question.needed if s.role in roles and not self.as_delta(s)})

    def as_delta(self, step: Step) -> bool:
        """Whether this error of a batch's example is its delta, which has a line of its own."""
        is_delta = step.role == Role.ERROR and step.loss is not None and not step.loss.with_slope
        return is_delta and self.question.batch > 1

    @cached_property
    def steps(self) -> Mapping[str, Step]:
        """By id."""
        return self.question.by_id

    @cached_property
    def symbols(self) -> dict[str, Symbol]:
        """Each step's right-hand side in the names of forward quantities, parameters and targets."""
        question = self.question
        lines = {item.step for item in question.worked if self.steps[item.step].role != Role.CHANGE}
        lines |= {step for step, item in question.quantities.items() if question.usual(item)}
        names = {step: name_symbol(step) for step in lines}
        names |= {step.id: name_symbol(step.id) for step in question.all_steps if step.role == Role.CARRY}
        for step in question.all_steps:
            if step.role == Role.MOMENTUM:  # the change of this iteration, and mu times that of the one before
                change = question.find(Role.CHANGE, step.iteration, parameter=step.parameter)
                names |= {
                    change: name_symbol(change),
                    step.id: name_symbol(step.needs[0]) * earlier_change(step.needs[1]),
                }
        for delta, shows in self.deltas.items() if self.layered else ():
            names[delta] = -name_symbol(shows) if self.steps[shows].negative else name_symbol(shows)
        expanded = {k: v for k, v in names.items() if self.steps[k].role not in GRADIENTS}
        givens = {name: names.get(name, name_symbol(name)) for name in (*question.all_given, *question.shown)}
        return self.inserted(question.all_steps, givens, expanded, names)

    @cached_property
    def deltas(self) -> dict[str, str]:
        """For every dL/dz what shows it: the unit's delta, or its bias's gradient; of a layered sheet the delta."""
        lines = {item.step for item in self.question.worked}
        found: dict[str, str] = {}
        for step in self.question.all_steps:
            if step.shows and step.role in (Role.UNIT_DELTA, Role.BIAS_GRADIENT) and step.id in lines:
                found.setdefault(step.needs[0], step.id)
        for step in self.question.all_steps if self.layered else ():
            if step.role == Role.UNIT_DELTA:
                found.setdefault(step.needs[0], step.id)
        return found

    def inserted(
        self, steps: Sequence[Step], givens: Mapping[str, Symbol], claimed: Mapping[str, Symbol],
        names: Mapping[str, Symbol],
    ) -> dict[str, Symbol]:  # fmt: skip
        """Right-hand sides with `claimed` put in; those of updates with `names`, gradients among them."""
        lines = solve(steps, givens, claimed=claimed)
        apart = [replace(step, shows="") if step.role == Role.CHANGE else step for step in steps]
        short = solve(apart, givens, claimed=names)
        for step in steps:
            if step.role in (Role.CHANGE, Role.UPDATE):
                lines[step.id] = short[step.id]
            elif self.deltas.get(step.needs[0] if step.needs else "") == step.id:
                line = lines[step.needs[0]]
                lines[step.id] = -line if step.negative else line
        return lines

    def numbers(self, values: Mapping[str, float], rounding: Rounding) -> dict[str, str]:
        """The shown steps' numbers as the paper asks for them; a slope that is 1 or 0 plainly so."""
        return {
            name: rounding.text(values[name]) if self.steps[name].written else f"{values[name]:g}"
            for name in self.shown
        }

    def given_numbers(self, givens: Mapping[str, float], rounding: Rounding) -> dict[str, str]:
        """The given numbers as they are printed."""
        return {name: given_text(self.question, name, value, rounding) for name, value in givens.items()}

    @cached_property
    def chains(self) -> dict[str, str]:
        """For every gradient: the chain of partial derivatives, summed over every path."""
        return {item.step: _chain(self, item.step) for item in self.question.worked if item.part == "gradient"}

    @cached_property
    def factors(self) -> tuple[Factor, ...]:
        """Errors, slopes and deltas worth a line of their own, in the order of the backward pass."""
        steps, lines = self.question.needed, {item.step for item in self.question.worked}
        used = {need for step in steps for need in step.needs}
        said = {self.steps[name].shows for name in lines}  # an error that is asked as dL/da has its own line
        rows = []
        for step in steps:
            if step.id in said and step.role == Role.ERROR:
                continue
            is_error = step.role == Role.ERROR
            given = set(step.needs) <= set(self.question.shown)
            if step.role == Role.DELTA and self.layered and self.deltas[step.id] not in lines and not given:
                left = latex_name(self.deltas[step.id])
                rows.append(Factor(step.id, self.question.layers[step.layer], step.iteration, left))
            if step.id not in used or not (is_error or step.role == Role.SLOPE):
                continue
            if not isinstance(self.symbols[step.id], Symbol):  # the slope 1 of the identity
                continue
            z, a = (latex_name(self.question.find(r, 1, unit=step.unit, example=step.example)) for r in _FORWARD)
            if is_error and self.question.batch > 1:  # of its own example's loss
                if self.as_delta(step):
                    continue
                loss = f"L^{{[{step.example}]}}"
            else:
                loss = "L"
            top, below = (loss if is_error else a), (a if step.loss and step.loss.with_slope else z)
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
    if values is None:
        values = {k: float(v) for k, v in worked_values(derivation, givens, rounding).items()}
    written = {name: number_symbol(text) for name, text in derivation.numbers(values, rounding).items()}
    numbers = {name: number_symbol(text) for name, text in derivation.given_numbers(givens, rounding).items()}
    return worked_with(derivation, written, numbers)


def worked_with(derivation: Derivation, written: Mapping[str, Symbol], givens: Mapping[str, Symbol]) -> Sheet:
    """Every line, with these symbols as the numbers of shown steps and of givens."""
    question, claimed = derivation.question, dict(written)
    claimed |= {s.id: ({**givens, **claimed})[s.needs[0]] for s in question.needed if s.role == Role.CARRY}
    stand = {k: v for k, v in claimed.items() if _stands(derivation, k)}
    inserted = derivation.inserted(question.needed, givens, stand, claimed)
    factors = {
        factor.step: f"{factor.latex} = {derivation.symbols[factor.step].latex}"
        f" = {inserted[factor.step].latex} = {written[factor.step].latex}"
        for factor in derivation.factors
    }
    items = []
    for item in question.worked:
        left, result = latex_name(item.step), written[item.step].latex
        right, symbols = inserted[item.step].latex, derivation.symbols[item.step].latex
        if item.part == "update":  # a line of text
            symbols = symbols.replace(r"\frac", r"\tfrac")
        if item.part == "gradient" and derivation.chains[item.step] != left:
            lines = [f"{left} = {derivation.chains[item.step]}", f"= {symbols}"]
        else:
            lines = [f"{left} = {symbols}"]
        lines.append(f"= {result}" if right == result else f"= {right} = {result}")
        items.append(Worked(item, tuple(lines), result))
    return Sheet(factors, tuple(items))


def _stands(derivation: Derivation, name: str) -> bool:
    """Whether later lines use this number as written: forward results, factors and, if layered, every dL/dz."""
    return derivation.steps[name].role not in (*GRADIENTS, Role.CHANGE)


def given_text(question: Question, name: str, value: float, rounding: Rounding) -> str:
    """A given number as it is printed: a shown value to the digits that the paper asks for."""
    text = rounding.text(value) if question.given[name].kind == SHOWN else plain(value)
    return text if float(text) == value else plain(value)


def _chain(derivation: Derivation, gradient: str) -> str:
    terms = [r"\,".join(_partial(a, b) for a, b in pairwise(path)) for path in paths(derivation, gradient)]
    return " + ".join(terms)


def paths(derivation: Derivation, gradient: str) -> list[tuple[str, ...]]:
    """The quantities from the loss to what a gradient is with respect to, for every path that its line counts."""
    question, step = derivation.question, derivation.steps[gradient]
    loss = question.find(Role.LOSS, step.iteration)
    whole, tail = list(_paths(derivation, loss, _with_respect_to(question, step))), _tail(derivation, step)
    return list(dict.fromkeys(path if len(path) <= tail else (loss, *path[-tail:]) for path in whole))


def shortened(derivation: Derivation, gradient: str) -> bool:
    """Whether a gradient's line leaves out what lies between the loss and the layer that it starts from."""
    step = derivation.steps[gradient]
    last = len(derivation.question.network.layers) - 1
    return derivation.layered and _tail(derivation, step) < MOST_LAYERS and step.layer < last


def _tail(derivation: Derivation, step: Step) -> int:
    """How many of a path's last quantities a line shows: on a layered sheet from the one whose dL/dz it uses."""
    delta = step.needs[0]
    if not derivation.layered:
        return MOST_LAYERS
    if step.role == Role.UNIT_DELTA:
        return 3  # z above, a, z
    if step.role == Role.BIAS_GRADIENT and derivation.deltas.get(delta) == step.id:
        return 4 if derivation.through_above(delta) else MOST_LAYERS
    unit_delta = derivation.steps[derivation.deltas.get(delta, delta)].role == Role.UNIT_DELTA
    if step.role == Role.WEIGHT_GRADIENT and not unit_delta and not derivation.through_above(delta):
        return MOST_LAYERS
    return 2  # z and what it is worked out from


def _with_respect_to(question: Question, step: Step) -> str:
    """What a gradient is with respect to: a parameter, an input, or the z or a of a unit."""
    of = {Role.UNIT_DELTA: Role.PREACTIVATION, Role.ACTIVATION_GRADIENT: Role.ACTIVATION}
    if step.role in of:
        return question.find(of[step.role], step.iteration, unit=step.unit, example=step.example)
    return question.current(step.parameter or step.unit, step.iteration, step.example)


def _paths(derivation: Derivation, top: str, parameter: str) -> Iterator[tuple[str, ...]]:
    """Every path from the loss to a parameter through the named quantities of the forward pass."""
    if top == parameter:
        yield (top,)
        return
    for below in _named_needs(derivation, top):
        for rest in _paths(derivation, below, parameter):
            yield (top, *rest)


def _passed_by(step: Step) -> bool:
    """Whether chains go past a quantity: it has no name, or all z of its layer lead to it, as dL/dz counts them."""
    return not step.named or bool(step.activation and step.activation.whole_layer)


def _named_needs(derivation: Derivation, name: str) -> Iterator[str]:
    """What a quantity is computed from, seen through products and the like, each once."""
    seen = []
    step = derivation.steps.get(name)
    for need in step.needs if step is not None and step.role != Role.CARRY else ():
        inner = need in derivation.steps and _passed_by(derivation.steps[need])
        below = _named_needs(derivation, need) if inner else (need,)
        seen += [n for n in below if n not in seen]
    yield from seen


def _partial(top: str, below: str) -> str:
    return rf"\frac{{\partial {latex_name(top)}}}{{\partial {latex_name(below)}}}"
