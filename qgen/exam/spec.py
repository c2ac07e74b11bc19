"""exam.toml -> Spec: what to draw, what to ask, how to round, what an instructor may set."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from qgen.engine.losses import LOSSES
from qgen.engine.network import MAX_UNITS, Network, known, named_network, network_of
from qgen.engine.question import PARTS, WHOLE, Question, own_marks
from qgen.engine.rounding import Rounding
from qgen.errors import InputError, nearest, quoted
from qgen.exam.pools import Pool, is_number, pool_of

MAX_ITERATIONS = 9
MOST_MARKS = 1000

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
DEFAULT_QUESTIONS = (
    {"network": "relu-sigmoid", "loss": "squared-error"},
    {"network": "tanh-heads", "loss": "cross-entropy"},
)
TITLES = {"en": "Backpropagation by hand", "de": "Backpropagation von Hand"}
DEFAULTS: Mapping[str, Any] = {
    "language": "en",
    "course": "",
    "instructions": "",
    "paper": "a4",
    "certify": {"tolerance": 0.05, "saturation": 0.05, "kink": 0.05, "copying": 0.1, "misconceptions": True},
    "marking": {"follow_through": 1, "imprecise": 0.5, "no_follow_through": []},
}
# Left out of the table where they are not given: the checksums of exams that know no such keys stay right.
UNFILLED = {"marking": ("repeated_mistake",)}
POOLS = ("weights", "biases", "inputs", "targets", "learning_rate")


@dataclass(frozen=True)
class Certify:
    """What a variant must keep to be printed: see certify.py. `tolerance` is the widest accepted range to a side."""

    tolerance: float
    saturation: float
    kink: float
    copying: float
    misconceptions: bool


@dataclass(frozen=True)
class Marking:
    """The share of an item's marks for follow-through, for too few digits, for a mistake made again in a question.

    And the parts without follow-through.
    """

    follow_through: float
    imprecise: float
    no_follow_through: tuple[str, ...]
    repeated_mistake: float = 0.0


@dataclass(frozen=True)
class QuestionSpec:
    """A question with where its numbers come from: `fixed` givens, and a pool for each kind of the others."""

    question: Question
    pools: Mapping[str, Pool]
    fixed: Mapping[str, float]
    dead_relu: int

    def __repr__(self) -> str:
        return f"<QuestionSpec of {self.question!r}>"


@dataclass(frozen=True)
class Spec:
    """A whole exam.toml, checked. `table` is its content with every default filled in, as exam.json keeps it."""

    title: str
    course: str
    instructions: str
    language: str
    paper: str
    drawing: str
    rounding: Rounding
    certify: Certify
    marking: Marking
    questions: tuple[QuestionSpec, ...]
    table: Mapping[str, object]

    def __repr__(self) -> str:
        asked = "; ".join(repr(q.question)[1:-1] for q in self.questions)
        return f"<Spec {quoted(self.title)}: {self.rounding}; {asked}>"


def read_spec(path: str | Path) -> Spec:
    """The spec in a TOML file. InputError lists every fault with its place."""
    path = Path(path)
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise InputError(f'{path}: no such file; "qgen new {path.name}" writes one to start from') from None
    except (OSError, UnicodeDecodeError) as fault:
        raise InputError(f"{path}: cannot be read: {fault}") from None
    except (tomllib.TOMLDecodeError, RecursionError) as fault:
        raise InputError(f"{path}: not TOML: {fault}") from None
    try:
        return spec_of(table, str(path))
    except RecursionError:
        raise InputError(f"{path}: tables within tables, too deep to read") from None


def spec_of(table: Spec | Mapping[str, object] | None = None, where: str = "spec") -> Spec:
    """The spec in a table as TOML or JSON gives it; without one, the default. InputError lists every fault."""
    if isinstance(table, Spec):
        return table
    if not isinstance(table, Mapping | None):
        raise InputError(f"{where}: {quoted(str(table))} is not a table; a file's spec is read with read_spec")
    return _checked(json.loads(json.dumps(table or {}, default=_native)), where)


def _native(value: object) -> object:
    """NumPy's numbers and arrays as Python's; of anything else its text, which no key accepts."""
    return value.tolist() if isinstance(value, np.generic | np.ndarray) else str(value)


def _checked(given: Mapping[str, Any], where: str) -> Spec:
    faults: list[str] = []
    questions = given.get("questions", list(DEFAULT_QUESTIONS))
    if not isinstance(questions, list) or not questions or not all(isinstance(q, dict) for q in questions):
        raise InputError(f"{where}: questions: write one or more [[questions]] tables")
    several = any(isinstance(q.get("iterations"), int) and q["iterations"] > 1 for q in questions)
    # a second iteration differs from the first in later digits: one more decimal tells them apart
    title = TITLES.get(str(given.get("language", "en")), TITLES["en"])
    defaults = {**DEFAULTS, "title": title, "rounding": "5dp" if several else "4dp"}
    table = _filled(given, defaults, f"{where}: ", faults, ("questions", "drawing"))
    # left out of the table where it is not given: exams of version 0.1 know no such key, and their checksums stay right
    drawing = table.get("drawing", "names")
    table["questions"] = [
        _filled(q, QUESTION_DEFAULTS, f"{where}: questions[{k}].", faults, ()) for k, q in enumerate(questions, start=1)
    ]
    specs = []
    rounding = Rounding("dp", 4)
    with _collecting(faults):
        rounding = Rounding.parse(table["rounding"], f"{where}: rounding")
    for k, q in enumerate(table["questions"], start=1):
        with _collecting(faults):
            specs.append(_question(q, f"q{k}", rounding, f"{where}: questions[{k}]"))
    for key in ("title", "course", "instructions"):
        if not isinstance(table[key], str):
            faults.append(f'{where}: {key}: "{table[key]}" is not text')
    if not isinstance(table["language"], str) or not re.fullmatch("[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", table["language"]):
        faults.append(f'{where}: language: "{table["language"]}" is no language; write "en", "de" or another tag')
    if table["paper"] not in ("a4", "letter"):
        faults.append(f'{where}: paper: "{table["paper"]}" is no paper size; write "a4" or "letter"')
    if drawing not in ("names", "values"):
        faults.append(f'{where}: drawing: "{drawing}" is not accepted; write "names" or "values"')
    certify, marking = table["certify"], table["marking"]
    for name, section, keys in (
        ("certify", certify, ("tolerance", "saturation", "kink", "copying")),
        ("marking", {"repeated_mistake": 0} | marking, ("follow_through", "imprecise", "repeated_mistake")),
    ):
        faults += [
            f'{where}: {name}.{key}: "{section[key]}" is not accepted; write a number from 0 to 1'
            for key in keys
            if not is_number(section[key]) or not 0 <= section[key] <= 1
        ]
    if not isinstance(certify["misconceptions"], bool):
        faults.append(f'{where}: certify.misconceptions: "{certify["misconceptions"]}": write true or false')
    unmarked = marking["no_follow_through"]
    if not isinstance(unmarked, list) or any(part not in PARTS for part in unmarked):
        faults.append(f'{where}: marking.no_follow_through: "{unmarked}": write a list of {", ".join(PARTS)}')
    if faults:
        raise InputError(*faults)
    return Spec(
        table["title"], table["course"], table["instructions"], table["language"], table["paper"],
        drawing, rounding,
        Certify(**certify),
        Marking(
            float(marking["follow_through"]), float(marking["imprecise"]), tuple(unmarked),
            float(marking.get("repeated_mistake", 0)),
        ),
        tuple(specs), table,
    )  # fmt: skip


def _question(q: Mapping[str, Any], name: str, rounding: Rounding, where: str) -> QuestionSpec:
    faults: list[str] = []
    network = None
    with _collecting(faults):
        network = _network(q.get("network"), where)
    loss = known(q["loss"], LOSSES)
    if loss is None:
        faults.append(f'{where}.loss: "{q["loss"]}" is not known; write one of {", ".join(LOSSES)}')
        loss = LOSSES["squared-error"]
    if network is not None and loss.outputs and network.layers[-1].activation.name not in loss.outputs:
        faults.append(
            f'{where}.loss: {loss.name} needs {" or ".join(loss.outputs)} outputs, "{network.name}" ends in '
            f'{network.layers[-1].activation.name}; write loss = "squared-error"'
        )
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
    faults += [
        f'{where}.marks.{key}: "{text}" is not accepted; write a number from 0 to {MOST_MARKS}, or "1/3"'
        for key, text in q["marks"].items()
        if (one := _fraction(text)) is None or not 0 <= one <= MOST_MARKS
    ]
    pools = {}
    for kind in POOLS:
        with _collecting(faults):
            pools[kind] = pool_of(q[kind], rounding, f"{where}.{kind}")
    if "targets" in pools and loss.shares:
        faults += [
            f'{where}.targets: "{y}" is not accepted; with {loss.name} write 0 to 1'
            for y in pools["targets"].values
            if not 0 <= y <= 1
        ]
    if network is None:
        raise InputError(*faults)
    marks = {key: one for key, text in q["marks"].items() if (one := _fraction(text)) is not None}
    question = Question(name, network, loss, iterations, marks)
    faults += _marks(marks, question, f"{where}.marks")
    for key, value in q["givens"].items():
        if key not in question.givens:
            faults.append(f'{where}.givens: "{key}" is not given here; {nearest(key, question.givens)}')
        elif not is_number(value) or abs(value) > 1e6:
            faults.append(f'{where}.givens.{key}: "{value}" is not accepted; write a number of at most a million')
        elif question.given[key].kind == "targets" and loss.shares and not 0 <= value <= 1:
            faults.append(f'{where}.givens.{key}: "{value}" is not accepted; with {loss.name} write 0 to 1')
    if faults:
        raise InputError(*faults)
    fixed = {key: float(value) for key, value in q["givens"].items()}
    return QuestionSpec(question, pools, fixed, q["dead_relu"])


def _marks(given: Mapping[str, Fraction], question: Question, where: str) -> Iterator[str]:
    """What is wrong with the marks of items, layers, parts or the whole."""
    known = (WHOLE, *PARTS, *question.layers, *(item.step for item in question.items))
    unknown = [key for key in given if key not in known]
    yield from (f'{where}: "{key}" is no part, layer or item here; {nearest(key, known)}' for key in unknown)
    if WHOLE in given:
        own = own_marks(question.items, given)
        fixed = sum(one for one in own if one is not None)
        if fixed > given[WHOLE] or (None not in own and fixed != given[WHOLE]):
            yield f"{where}: the items' own marks are {fixed} together, the question's {given[WHOLE]}"


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


def _filled(
    given: Mapping[str, Any], defaults: Mapping[str, Any], where: str, faults: list[str], more: tuple[str, ...]
) -> dict[str, Any]:
    """The given table over the defaults; unknown keys are faults. Sections of fixed keys are filled in as well."""
    known = (*defaults, *more)
    faults += [f"{where}{key}: not known; {nearest(key, known)}" for key in given if key not in known]
    table: dict[str, Any] = {}
    for key in known:
        value, default = given.get(key, defaults.get(key)), defaults.get(key)
        if key == "marks" and is_number(value):
            value = {WHOLE: value}
        if key == "marks" and isinstance(value, Mapping):
            value = dict(value) if WHOLE in value else {**QUESTION_DEFAULTS[key], **value}
        elif key in ("certify", "marking", "marks"):
            if isinstance(value, Mapping):
                value = _filled(value, defaults[key], f"{where}{key}.", faults, UNFILLED.get(key, ()))
            else:
                faults.append(f'{where}{key}: "{value}" is not a table')
                value = dict(defaults[key])
        if key == "givens" and not isinstance(value, Mapping):
            faults.append(f'{where}{key}: "{value}" is not a table')
            value = {}
        if key in given or default is not None:
            table[key] = value
    return table


@contextmanager
def _collecting(faults: list[str]) -> Iterator[None]:
    """Turns an InputError of the block into faults, so that all of a file are listed at once."""
    try:
        yield
    except InputError as fault:
        faults += fault.faults
