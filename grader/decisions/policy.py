"""marking.toml: how an exam is marked after all, without touching it.

[marking]                  # the keys of the spec's [marking]
repeated_mistake = 1

[items.q1_dw13]
drop = true                # counts for nobody
give = true                # everybody gets it
marks = 2                  # is worth so much
widen = 0.001              # is accepted so much further, to both sides
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from grader.decisions.overrides import EVERYONE, Override
from grader.marking.verdicts import number
from grader.reasons import Wording
from qgen.errors import InputError, nearest, quoted
from qgen.exam.certify import DECIMALS
from qgen.exam.exam import Exam
from qgen.exam.pools import is_number
from qgen.exam.spec import spec_of
from qgen.exam.stored.formats import spec_table

SECTIONS = ("marking", "items")
KEYS = ("drop", "give", "marks", "widen")


@dataclass(frozen=True, eq=False)
class Policy:
    """The exam as it is marked, what everybody gets, a sentence about each changed item, and which are dropped."""

    exam: Exam
    given: tuple[Override, ...]
    said: Mapping[str, str]
    dropped: frozenset[str] = frozenset()


def read_policy(path: str | Path, exam: Exam) -> Policy:
    """An exam under a marking.toml. InputError lists every fault."""
    path = Path(path)
    try:
        table = tomllib.loads(path.read_text("utf-8-sig"))
    except (OSError, UnicodeDecodeError) as fault:
        raise InputError(f"{path}: cannot be read: {fault}") from None
    except (tomllib.TOMLDecodeError, RecursionError) as fault:
        raise InputError(f"{path}: not TOML: {fault}") from None
    return policy_of(table, exam, str(path))


def policy_of(table: Mapping[str, Any], exam: Exam, where: str = "marking") -> Policy:
    """The same, of a table."""
    faults = [f"{where}: {key}: not known; {nearest(key, SECTIONS)}" for key in table if key not in SECTIONS]
    items, marking = table.get("items", {}), table.get("marking", {})
    for name, section in (("items", items), ("marking", marking)):
        if not isinstance(section, Mapping):
            raise InputError(*faults, f"{where}: {name}: {quoted(str(section))} is not a table")
    for item, rules in items.items():
        faults += _faults(item, rules, exam, where)
    spec = exam.spec
    try:
        spec = spec_of(_respecified(exam, marking, {} if faults else items), where)
    except InputError as fault:
        faults += fault.faults
    if faults:
        raise InputError(*faults)
    batches = tuple(replace(batch, spec=q) for batch, q in zip(exam.batches, spec.questions, strict=True))
    wider = np.array([[items.get(item, {}).get("widen", 0.0)] for item in exam.columns])
    # as decimals, so that what is printed is what is compared
    low = np.where(wider > 0, np.round(exam.low - wider, DECIMALS), exam.low)
    high = np.where(wider > 0, np.round(exam.high + wider, DECIMALS), exam.high)
    moved = replace(exam, spec=spec, batches=batches, low=low, high=high)
    freely = [item for item in moved.items if items.get(item.id, {}).get("give")]
    why = Wording.of(exam.spec.language).given_to_all() if freely else ""
    given = (Override(EVERYONE, item.id, number(item.marks), why) for item in freely)
    dropped = frozenset(item for item, rules in items.items() if rules.get("drop"))
    return Policy(moved, tuple(given), {item: _said(rules) for item, rules in items.items()}, dropped)


def _respecified(exam: Exam, marking: Mapping[str, Any], items: Mapping[str, Any]) -> dict[str, Any]:
    """The spec's table with another [marking] and other marks."""
    old = spec_table({"format": exam.format, "spec": exam.spec.table}, "marking")
    questions = [dict(q) for q in old["questions"]]
    for table, q in zip(questions, exam.spec.questions, strict=True):
        worth = {item.step: items[item.id] for item in q.question.items if item.id in items}
        marks = {
            step: rules.get("marks", 0) for step, rules in worth.items() if {"drop", "marks"} & set(rules)
        }  # what is dropped has none
        if marks:  # the others stay as they are
            table["marks"] = {item.step: item.marks for item in q.question.items} | marks
        if marks and not q.question.ask:
            # whatever it is worth then; "loss" alone would be the part, of every iteration
            table["ask"] = [item.step.replace("loss", "[l]oss") for item in q.question.items]
    return {**old, "questions": questions, "marking": {**old["marking"], **marking}}


def _faults(item: str, rules: object, exam: Exam, where: str) -> list[str]:
    at = f"{where}: items.{item}"
    if item not in exam.columns:
        return [f"{at}: no such item; {nearest(item, exam.columns)}"]
    if not isinstance(rules, Mapping):
        return [f"{at}: {quoted(str(rules))} is not a table"]
    faults = [f"{at}.{key}: not known; {nearest(key, KEYS)}" for key in rules if key not in KEYS]
    faults += [
        f"{at}.{key}: write true, or leave it out" for key in ("drop", "give") if rules.get(key, True) is not True
    ]
    if "widen" in rules and not (is_number(rules["widen"]) and 0 < rules["widen"] <= 1):
        faults.append(f'{at}.widen: "{rules["widen"]}" is not accepted; write a number up to 1, such as 0.001')
    if "drop" in rules and len(rules) > 1:
        faults.append(f"{at}: an item that is dropped has nothing else")
    return faults


def _said(rules: Mapping[str, Any]) -> str:
    words = {"drop": "dropped", "give": "given to all", "marks": "worth {}", "widen": "accepted {} further"}
    return ", ".join(words[key].format(value) for key, value in rules.items())
