"""exam.toml -> Spec: what to draw, what to ask, how to round, what an instructor may set."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from qgen.engine.question import PARTS, WHOLE
from qgen.engine.rounding import Rounding
from qgen.errors import InputError, brief, collecting, nearest, quoted
from qgen.exam.notation import Notation, notation_of
from qgen.exam.pools import is_number
from qgen.exam.question_spec import MORE, QUESTION_DEFAULTS, QuestionSpec, question_of
from qgen.typeset.page.sheets import SHEETS, SIZE
from qgen.version import shipped

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
SAMPLES = shipped("samples", "samples/exams")
_NO_OTHER = "the update is w - alpha dL/dw, without any other term"
# Keys that people try, and what they mean here.
MEANT: Mapping[str, str] = {
    "bias": 'write biases: a range, "none", "shared" or "fixed"',
    "items": 'write ask, such as ask = ["a3", "loss", "dw*"]',
    "quantities": 'write ask, such as ask = ["a3", "loss", "dw*"]',
    "fixed": "write givens = { x1 = 6 }",
    "values": "write givens = { x1 = 6 }",
    "lr": "write learning_rate",
    "eta": "write learning_rate",
    "alpha": "write learning_rate, or givens = { alpha = 0.5 }",
    "rate": "write learning_rate",
    "epochs": "write iterations",
    "steps": "write iterations",
    "activation": "write it into a layer of [questions.network]",
    "layers": "write it into [questions.network]",
    "points": "write marks",
    "score": "write marks",
    "decimals": 'write rounding = "4dp"',
    "digits": 'write rounding = "4sf"',
    "precision": 'write rounding = "4dp"',
    "tolerance": "write it into [certify]",
    "name": "write title",
    "lang": "write language",
    "seed": "it is an option: qgen make --seed",
    "n": "it is an option: qgen make --n",
    "variants": "it is an option: qgen make --variants",
    "duration": 'write time = "90 minutes"',
    "time_allowed": 'write time = "90 minutes"',
    "lecturer": "write examiner",
    "instructor": "write examiner",
    "teacher": "write examiner",
    "university": "write institution",
    "school": "write institution",
    "materials": 'write aids = "a calculator"',
    "space": "write working, in [[questions]]",
    "paper_size": "write paper",
    "comb": 'write boxes = "combs"',
    "combs": 'write boxes = "combs"',
    "cells": 'write boxes = "combs"',
    "box": 'write boxes = "combs", or "free"',
    "answer_boxes": 'write boxes = "combs", or "free"',
    "scan": 'write boxes = "combs"',
    "fontsize": "write font_size",
    "symbols": "write [notation]",
    "weight_decay": _NO_OTHER,
    "l2": _NO_OTHER,
    "regularization": _NO_OTHER,
    "dropout": _NO_OTHER,
}
# What a paper says of the exam in the head of page 1, where it is set.
FIELDS = ("institution", "course", "examiner", "date", "time", "room", "aids")
# Keys without a default.
MORE_KEYS = (
    "boxes",
    "drawing",
    "font_size",
    *(key for key in FIELDS if key != "course"),
    "marks_table",
    "signature",
    "notation",
)
FREE, COMBS = "free", "combs"  # boxes to write a number in, or with a cell for each of its digits
BOXES = FREE, COMBS
SMALLEST_TYPE, LARGEST_TYPE = 8, 24  # points
# Left out of the table where they are not given: the checksums of exams that know no such keys stay right.
UNFILLED = {"marking": ("repeated_mistake",)}


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
class Spec:
    """A whole exam.toml, checked. `table` is its content with every default filled in, as exam.json keeps it."""

    title: str
    course: str
    instructions: str
    language: str
    paper: str
    font_size: float
    drawing: str
    boxes: str
    fields: Mapping[str, str]
    marks_table: bool
    signature: bool
    notation: Notation
    rounding: Rounding
    certify: Certify
    marking: Marking
    questions: tuple[QuestionSpec, ...]
    table: Mapping[str, object]

    def __repr__(self) -> str:
        asked = "; ".join(repr(q.question)[1:-1] for q in self.questions)
        return f"<Spec {quoted(self.title)}: {self.rounding}; {asked}>"


def sample_spec(name: str) -> bytes:
    """A sample's file: a question of a real exam. InputError lists the names of all."""
    known = {path.stem: path for path in sorted(SAMPLES.glob("*.toml"))}
    if name not in known:
        raise InputError(f"--like: no sample {quoted(name)}; known: {', '.join(known)}")
    return known[name].read_bytes()


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
    table = _filled(given, defaults, f"{where}: ", faults, ("questions", *MORE_KEYS))
    table["questions"] = [
        _filled(q, QUESTION_DEFAULTS, f"{where}: questions[{k}].", faults, MORE)
        for k, q in enumerate(questions, start=1)
    ]
    specs = []
    rounding = Rounding("dp", 4)
    with collecting(faults):
        rounding = Rounding.parse(table["rounding"], f"{where}: rounding")
    for k, q in enumerate(table["questions"], start=1):
        with collecting(faults):
            specs.append(question_of(q, f"q{k}", rounding, f"{where}: questions[{k}]"))
    faults += _wrong_looks(table, where)
    if table.get("boxes") == COMBS and rounding.kind != "dp":
        faults.append(f'{where}: boxes: combs need decimal places; write rounding = "4dp", or boxes = "{FREE}"')
    notation = notation_of(table.get("notation", {}), f"{where}: notation", faults)
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
        raise InputError(*map(brief, faults))
    return Spec(
        table["title"], table["course"], table["instructions"], table["language"], table["paper"],
        float(table.get("font_size", SIZE)), table.get("drawing", "names"), table.get("boxes", FREE),
        {key: table[key].strip() for key in FIELDS if table.get(key, "").strip()},
        table.get("marks_table", False), table.get("signature", False), notation, rounding,
        Certify(**certify),
        Marking(
            float(marking["follow_through"]), float(marking["imprecise"]), tuple(unmarked),
            float(marking.get("repeated_mistake", 0)),
        ),
        tuple(specs), table,
    )  # fmt: skip


def _wrong_looks(table: Mapping[str, Any], where: str) -> Iterator[str]:
    """What is wrong with what papers say and how they look."""
    for key in ("title", "instructions", *FIELDS):
        if not isinstance(table.get(key, ""), str):
            yield f'{where}: {key}: "{table[key]}" is not text; write it in quotes'
    if not isinstance(table["language"], str) or not re.fullmatch("[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", table["language"]):
        yield f'{where}: language: "{table["language"]}" is no language; write "en", "de" or another tag'
    if table["paper"] not in tuple(SHEETS):  # whatever it is, a list too
        yield f'{where}: paper: "{table["paper"]}" is no paper size; write "a4", "letter" or "a3"'
    size = table.get("font_size", SIZE)
    if not is_number(size) or not SMALLEST_TYPE <= size <= LARGEST_TYPE:
        yield f'{where}: font_size: "{size}" is not accepted; write {SMALLEST_TYPE} to {LARGEST_TYPE}, in points'
    for key in ("marks_table", "signature"):
        if not isinstance(table.get(key, False), bool):
            yield f'{where}: {key}: "{table[key]}" is not accepted; write true or false'
    if table.get("drawing", "names") not in ("names", "values"):
        yield f'{where}: drawing: "{table["drawing"]}" is not accepted; write "names" or "values"'
    boxes = table.get("boxes", FREE)
    if boxes not in BOXES:  # whatever it is, a list too
        yield f'{where}: boxes: "{boxes}" is not accepted; {nearest(str(boxes), BOXES)}'


def _filled(
    given: Mapping[str, Any], defaults: Mapping[str, Any], where: str, faults: list[str], more: tuple[str, ...]
) -> dict[str, Any]:
    """The given table over the defaults; unknown keys are faults. Sections of fixed keys are filled in as well."""
    known = (*defaults, *more)
    faults += [f"{where}{key}: not known; {MEANT.get(key) or nearest(key, known)}" for key in given if key not in known]
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
