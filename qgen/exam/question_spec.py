"""A [[questions]] table -> QuestionSpec: the question, and where its numbers come from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import Any

from qgen.engine.losses import LOSSES, Loss
from qgen.engine.network import BIASES, MAX_UNITS, Network, all_known, named_network, network_of
from qgen.engine.question import AFTER, PARTS, SHOWN, WHOLE, Given, Question, own_marks
from qgen.engine.rounding import Rounding
from qgen.errors import InputError, collecting, nearest
from qgen.exam.pools import Pool, is_number, pool_of
from qgen.exam.tasks import MOST_MARKS, WORKING, Task, clashes, tasks_of

MAX_ITERATIONS = 9

QUESTION_DEFAULTS: Mapping[str, Any] = {
    "network": "relu-sigmoid",
    "loss": "cross-entropy",
    "iterations": 1,
    "weights": {"low": -0.99, "high": 0.99, "step": 0.01, "smallest": 0.1},
    "biases": {"low": -0.99, "high": 0.99, "step": 0.01, "smallest": 0.1},
    "inputs": {"low": 0.5, "high": 3.0, "step": 0.1},
    "targets": [0, 1],
    "learning_rate": [0.5, 0.6, 0.7, 0.8],
    "dead_relu": 0,
    "marks": dict.fromkeys(PARTS, 1),
    "givens": {},
}
# Keys without a default.
MORE = ("ask", "show", "delta", "loss_scale", "batch", "batch_loss", "momentum", "working", "squared", "tasks")
POOLS = ("weights", "biases", "inputs", "targets", "learning_rate")
SCALES: Mapping[str, str] = {"half": "squared-error", "sum": "sum-of-squares", "mean": "mean-squared-error"}
DELTAS = ("dz", "-dz")
RATES = ("learning_rate", "momentum")  # one number of which is fixed as in givens
MOST_EXAMPLES = 4  # of a batch
BATCH_LOSSES = ("mean", "sum")


@dataclass(frozen=True)
class QuestionSpec:
    """A question with where its numbers come from: `fixed` givens, a pool for each kind of the others; its tasks.

    `working`: the share of a page that is left for workings after it, on `squared` paper or blank.
    """

    question: Question
    pools: Mapping[str, Pool]
    fixed: Mapping[str, float]
    dead_relu: int
    working: str = "none"
    squared: bool = False
    tasks: tuple[Task, ...] = ()

    def __repr__(self) -> str:
        return f"<QuestionSpec of {self.question!r}>"

    @cached_property
    def drawn(self) -> Mapping[str, Given]:
        """The numbers that are drawn or fixed: those given, and those that lead to shown values that are not fixed."""
        given = {name: one for name, one in self.question.given.items() if one.kind != SHOWN}
        fixed = [name for name in self.question.shown if name in self.fixed]
        behind = self.question.behind(self.worked_out, fixed)
        return given | {name: one for name, one in behind.items() if one.kind != SHOWN}

    @property
    def all_fixed(self) -> bool:
        """Whether the author chose every number."""
        return set(self.fixed) >= set(self.drawn)

    @property
    def worked_out(self) -> list[str]:
        """The shown values that are not fixed."""
        return [name for name in self.question.shown if name not in self.fixed]


def question_of(q: Mapping[str, Any], name: str, rounding: Rounding, where: str) -> QuestionSpec:
    """The question in a table whose defaults are filled in. InputError lists every fault with its place."""
    faults: list[str] = []
    network = None
    biased, biases = _biases(q["biases"], f"{where}.biases", faults)
    with collecting(faults):
        network = _network(q.get("network"), where).with_biases(biased)
    loss = _loss(q, network, where, faults)
    for layer in network.layers if network else ():
        faults += [
            f'{where}.network: {key} "{value:g}" has more decimals than the rounding rule {rounding} asks for'
            for key, value in layer.activation.constants.items()
            if rounding.kind == "dp" and round(value, rounding.digits) != value
        ]
    iterations = q["iterations"]
    if type(iterations) is not int or not 1 <= iterations <= MAX_ITERATIONS:
        faults.append(f'{where}.iterations: "{iterations}" is not accepted; write 1 to {MAX_ITERATIONS}')
        iterations = 1
    relus = sum(len(layer.units) for layer in network.layers if layer.activation.dies) if network else MAX_UNITS
    if type(q["dead_relu"]) is not int or not 0 <= q["dead_relu"] <= relus:
        faults.append(f'{where}.dead_relu: "{q["dead_relu"]}" is not accepted; write 0 to {relus}')
    if q.get("delta", "dz") not in DELTAS:
        faults.append(f'{where}.delta: "{q["delta"]}" is not accepted; write "dz", or "-dz" for the other sign')
    marks = _marks(q["marks"], f"{where}.marks", faults)
    pools = {}
    for kind in (*POOLS, *(["momentum"] if "momentum" in q else [])):
        with collecting(faults):
            pools[kind] = pool_of(biases if kind == "biases" else q[kind], rounding, f"{where}.{kind}")
    if "targets" in pools and loss.shares:
        faults += [
            f'{where}.targets: "{y}" is not accepted; with {loss.name} write 0 to 1'
            for y in pools["targets"].values
            if not 0 <= y <= 1
        ]
    faults += _wrong_working(q, where)
    faults += (wrong := list(_wrong_batch(q, where)))
    tasks = tasks_of(q.get("tasks", []), name, f"{where}.tasks", faults)
    ask, show = (_names(q[key], name, f"{where}.{key}", faults) if key in q else () for key in ("ask", "show"))
    if network is None:
        raise InputError(*faults)
    question = Question(
        name, network, loss, iterations, marks, ask, show, q.get("delta") == "-dz",
        1 if wrong else q.get("batch", 1), q.get("batch_loss") == "sum", "momentum" in q,
    )  # fmt: skip
    known = _known(question, where, faults)
    said = marks if known is question else {key: one for key, one in marks.items() if key != WHOLE}
    faults += [*_wrong_marks(said, known, f"{where}.marks"), *_wrong_givens(q["givens"], known, where)]
    faults += clashes(tasks, known, f"{where}.tasks")
    if faults:
        raise InputError(*faults)
    rates = {given.id: pools[given.kind].values for given in question.all_given.values() if given.kind in RATES}
    alone = {name: float(values[0]) for name, values in rates.items() if len(values) == 1}
    fixed = {key: float(value) for key, value in q["givens"].items()}
    look = q.get("working", "none"), q.get("squared", False)
    return QuestionSpec(question, pools, alone | fixed, q["dead_relu"], *look, tasks)


def _known(question: Question, where: str, faults: list[str]) -> Question:
    """The question; where what it asks for or shows is wrong, without that: what else is wrong does not hang on it."""
    try:
        if not question.items:
            faults.append(f"{where}: nothing is asked that earns marks; write marks, or ask = [...]")
    except InputError as fault:
        faults += [f"{where}.{line}" for line in fault.faults]
        return replace(question, ask=(), show=())
    return question


def _wrong_working(q: Mapping[str, Any], where: str) -> Iterator[str]:
    """What is wrong with the room for workings."""
    working = q.get("working", "none")
    if not isinstance(working, str) or working not in WORKING:
        yield f'{where}.working: "{working}" is not known; write one of {", ".join(WORKING)}'
    if not isinstance(q.get("squared", False), bool):
        yield f'{where}.squared: "{q["squared"]}" is not accepted; write true or false'


def _wrong_batch(q: Mapping[str, Any], where: str) -> Iterator[str]:
    """What is wrong with the keys of a batch and of momentum."""
    batch, loss = q.get("batch", 1), q.get("batch_loss", "mean")
    if type(batch) is not int or not 1 <= batch <= MOST_EXAMPLES:
        yield f'{where}.batch: "{batch}" is not accepted; write 2 to {MOST_EXAMPLES} examples'
    if loss not in BATCH_LOSSES:
        yield f'{where}.batch_loss: "{loss}" is not known; write one of {", ".join(BATCH_LOSSES)}'
    elif "batch_loss" in q and batch == 1:
        yield f"{where}.batch_loss: there is one example; write batch = 2, or leave this line out"
    if "momentum" in q and q["iterations"] == 1:
        yield f"{where}.momentum: the first of all iterations has none; write iterations = 2, or leave this line out"


def _loss(q: Mapping[str, Any], network: Network | None, where: str, faults: list[str]) -> Loss:
    scale = q.get("loss_scale", "half")
    outputs = network.layers[-1].activation.name if network else ""
    named = all_known(q["loss"], LOSSES)
    if not named:
        faults.append(f'{where}.loss: "{q["loss"]}" is not known; write one of {", ".join(LOSSES)}')
        named = [LOSSES["squared-error"]]
    loss = next((one for one in named if outputs in one.outputs), named[0])
    if not isinstance(scale, str) or scale not in SCALES:
        faults.append(f'{where}.loss_scale: "{scale}" is not known; write one of {", ".join(SCALES)}')
    elif "loss_scale" in q and loss.name not in (SCALES["half"], SCALES[scale]):
        faults.append(f'{where}.loss_scale: "{scale}" goes with loss = "squared-error"; leave one of the two out')
    elif "loss_scale" in q:
        loss = LOSSES[SCALES[scale]]
    if network is not None:
        faults += _misfits(network, loss, where)
    return loss


def _misfits(network: Network, loss: Loss, where: str) -> Iterator[str]:
    """A loss that does not go with the outputs, and layers worked out as a whole where they cannot be."""
    *hidden, outputs = network.layers
    together = outputs.activation.whole_layer
    fits = [one.name for one in LOSSES.values() if outputs.activation.name in one.outputs or not one.outputs]
    if together:
        fits = [name for name in fits if LOSSES[name].outputs]
    if loss.name not in fits:
        needs = f"{loss.name} needs {' or '.join(loss.outputs)} outputs, " if loss.outputs else f"{loss.name}: "
        yield (f'{where}.loss: {needs}"{network.name}" ends in {outputs.activation.name}; write loss = "{fits[0]}"')
    if together and len(outputs.units) < 2:
        yield f"{where}.network: {outputs.activation.name} needs two or more outputs"
    for layer in hidden:
        if layer.activation.whole_layer:
            yield f"{where}.network: {layer.activation.name} is for the last layer only; {layer.name} has it"


def _biases(value: object, where: str, faults: list[str]) -> tuple[str, object]:
    """What biases there are, "" for one to each unit, and the pool that their numbers come from."""
    default: object = QUESTION_DEFAULTS["biases"]
    kind = value if isinstance(value, str) else ""
    pool = default if kind else value
    if isinstance(value, Mapping) and "kind" in value:
        said, rest = value["kind"], {key: one for key, one in value.items() if key != "kind"}
        pool = rest.get("values", rest or default)
        kind = "-".join(map(str, said)) if isinstance(said, list) else str(said)
    kind = {"fixed-shared": "shared-fixed"}.get(kind, kind)
    if kind and kind not in BIASES:
        faults.append(f'{where}: "{kind}" is not known; write one of {", ".join(BIASES)}, or numbers to draw from')
    if value in (0, [0]):  # false, too
        faults.append(f'{where}: "{value}" is a bias that is trained; write biases = "none" for a network without any')
    return (kind if kind in BIASES else ""), pool


def _names(value: object, name: str, where: str, faults: list[str]) -> tuple[str, ...]:
    """Ids, layers, parts or patterns, in a list or one alone."""
    rows = [value] if isinstance(value, str) else value
    if not isinstance(rows, list) or not rows or not all(isinstance(row, str) for row in rows):
        faults.append(f'{where}: "{value}" is no list of names; write ["a3", "loss", "dw*"]')
        return ()
    return tuple(row.strip().removeprefix(f"{name}_") for row in rows)


def _marks(given: Mapping[str, Any], where: str, faults: list[str]) -> dict[str, Fraction]:
    faults += [
        f'{where}.{key}: "{text}" is not accepted; write a number from 0 to {MOST_MARKS}, or "1/3"'
        for key, text in given.items()
        if (one := _fraction(text)) is None or not 0 <= one <= MOST_MARKS
    ]
    marks = {key: one for key, text in given.items() if (one := _fraction(text)) is not None}
    return marks if WHOLE in marks else {AFTER: Fraction(1), **marks}


def _wrong_marks(given: Mapping[str, Fraction], question: Question, where: str) -> Iterator[str]:
    """What is wrong with the marks of items, layers, parts or the whole."""
    known = (WHOLE, *PARTS, AFTER, *question.layers, *(item.step for item in question.items))
    unknown = [key for key in given if key not in known and key not in question.quantities]
    yield from (f'{where}: "{key}" is no part, layer or item here; {nearest(key, known)}' for key in unknown)
    if WHOLE in given:
        own = own_marks(question.items, given)
        fixed = sum(one for one in own if one is not None)
        if fixed > given[WHOLE] or (None not in own and fixed != given[WHOLE]):
            yield f"{where}: the items' own marks are {fixed} together, the question's {given[WHOLE]}"


def _wrong_givens(given: Mapping[str, Any], question: Question, where: str) -> Iterator[str]:
    """What is wrong with fixed numbers."""
    known = {**question.all_given, **question.given}
    for key, value in given.items():
        if key not in known:
            yield f'{where}.givens: "{key}" is not given here; {nearest(key, known)}'
        elif not is_number(value) or abs(value) > 1e6:
            yield f'{where}.givens.{key}: "{value}" is not accepted; write a number of at most a million'
        elif known[key].kind == "targets" and question.loss.shares and not 0 <= value <= 1:
            yield f'{where}.givens.{key}: "{value}" is not accepted; with {question.loss.name} write 0 to 1'
    for targets in question.examples("targets") if question.loss.one_hot else ():
        fixed = [given[name] for name in targets if is_number(given.get(name))]
        if fixed and (len(fixed) < len(targets) or abs(sum(fixed) - 1) > 1e-9):
            text = ", ".join(f"{name} = {given.get(name, '?')}" for name in targets)
            yield f"{where}.givens: {text}: with {question.loss.name} all are given and add up to 1, or none is"


def _fraction(value: object) -> Fraction | None:
    """A number as it is written, or "1/3"; None for anything else."""
    if isinstance(value, str) and re.fullmatch(r"\d{1,4}/[1-9]\d{0,3}", value, re.ASCII):
        return Fraction(value)
    return Fraction(str(value)) if is_number(value) else None


def _network(value: object, where: str) -> Network:
    if isinstance(value, str):
        return named_network(value, f"{where}.network")
    if isinstance(value, Mapping):
        return network_of(value, "network", f"{where}.network")
    raise InputError(f'{where}.network: write a name such as "relu-sigmoid", or a table of inputs and layers')
