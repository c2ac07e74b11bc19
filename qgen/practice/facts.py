"""What mark.js must know of a question besides its engine: places of items, and which mistakes change which answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from json import dumps
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qgen.engine.misconceptions import Misconception, near_mistakes
from qgen.engine.question import AFTER, Question
from qgen.engine.solve import every_row, mistaken_rules, solve
from qgen.engine.steps import Role
from qgen.exam.certify import DECIMALS, SAME, Batch
from qgen.practice.javascript import engine, is_silent

EXAMPLES, FEW = 20, 4  # variants on which is tried which answers a mistake changes, and whether two are the same

# For each way through the network: its parts, what leads a unit, and what follows from that by a single product.
WAYS = (
    (("forward", "loss"), (Role.PREACTIVATION,), (Role.ACTIVATION,)),
    (("gradient", "update", AFTER), (Role.UNIT_DELTA, Role.BIAS_GRADIENT), (Role.WEIGHT_GRADIENT,)),
)


@dataclass(frozen=True, eq=False)
class Suspect:
    """A known mistake, and which items (items,) it changes: of one whose every answer is gone on with; of anyone."""

    mistake: Misconception
    touched: NDArray[np.bool_]
    reached: NDArray[np.bool_]


def suspects(batch: Batch) -> list[Suspect]:
    """The entries of the catalogue that change anything in a question, tried on some of its variants.

    Of those that always lead to the same numbers only the first: nobody can tell which of them a student holds.
    """
    few, items = batch.take(np.arange(min(EXAMPLES, batch.size))), batch.question.items
    answers = {item.step: np.broadcast_to(few.values[item.step], few.size) for item in items}
    right = np.array(list(answers.values()))
    changes = []
    for claims in (answers, {}):
        made = np.empty((len(batch.catalogue), *right.shape))
        for silent in (False, True):
            rows = [h for h, m in enumerate(batch.catalogue) if is_silent(m) == silent]
            held = [(batch.catalogue[h],) for h in rows]
            with np.errstate(all="ignore"):
                steps = [
                    replace(step, shows="") if silent and step.role == Role.BIAS_GRADIENT else step
                    for step in batch.question.steps
                ]
                solved = solve(steps, few.givens, rules=mistaken_rules(held), claimed=claims)
                for i, item in enumerate(items):
                    made[rows, i] = every_row(solved[item.step], len(rows), few.size)
        with np.errstate(over="ignore", invalid="ignore"):
            changes.append(np.round(np.nan_to_num(made - right, nan=np.inf), DECIMALS))
    found, seen = [], set()
    for h, mistake in enumerate(batch.catalogue):
        led_to = np.array([change[h, :, :FEW] for change in changes]).tobytes()
        if led_to not in seen and (np.abs(changes[1][h]) > SAME).any():
            seen.add(led_to)
            found.append(Suspect(mistake, *((np.abs(change[h]) > SAME).any(axis=1) for change in changes)))
    return found


def question_code(batch: Batch) -> str:
    """JavaScript of all that marking needs to know of a question: an object."""
    question, held = batch.question, suspects(batch)
    near = list(near_mistakes(question.steps))
    facts = {
        "items": _items(question),
        "mistakes": [
            {
                "name": s.mistake.name, "silent": is_silent(s.mistake),
                "touched": s.touched.astype(int).tolist(), "reached": s.reached.astype(int).tolist(),
            }
            for s in held
        ],
        "near": len(near),
        "ways": list(_ways(question)),
    }  # fmt: skip
    code = engine(question, [*(s.mistake for s in held), *near])
    return f"{{...{dumps(facts, separators=(',', ':'))},engine:{code}}}"


def _items(question: Question) -> list[dict[str, Any]]:
    """By item: where it stands among the steps, and by places what its verdict looks at."""
    place = {item.step: i for i, item in enumerate(question.items)}
    steps, givens = {step.id: k for k, step in enumerate(question.steps)}, {g: k for k, g in enumerate(question.givens)}

    def before(name: str) -> tuple[str, int]:
        """Where the number stands that a parameter was updated from, among givens or answers."""
        if question.by_id[name].role != Role.UPDATE:
            return "", -1
        old = question.by_id[name].needs[0]
        if old in givens:
            return "g", givens[old]
        old = old if old in place else question.by_id[old].needs[0]
        return ("c", place[old]) if old in place else ("", -1)

    def dies(name: str) -> int:
        step = question.by_id[name]
        dead = step.role == Role.ACTIVATION and step.activation and step.activation.dies
        return place.get(step.needs[0], -1) if dead else -1

    def gradient(name: str) -> int:
        return place.get(question.gradient_of(name), -1) if question.by_id[name].role == Role.UPDATE else -1

    return [
        {
            "id": item.id, "part": item.part, "layer": item.layer, "marks": item.marks, "place": steps[item.step],
            "before": before(item.step), "dies": dies(item.step), "gradient": gradient(item.step),
            "follows": np.flatnonzero(question.follows[place[item.step]]).tolist(),
        }
        for item in question.items
    ]  # fmt: skip


def _ways(question: Question) -> Iterator[dict[str, Any]]:
    """Forward and back through every iteration: its items, and for each unit which lead and which follow."""
    steps = [question.by_id[item.step] for item in question.items]
    for t in range(1, question.iterations + 1):
        for parts, lead, other in WAYS:
            here = [i for i, item in enumerate(question.items) if item.part in parts and item.iteration == t]
            units: dict[tuple[int, str], list[int]] = {}
            for i in here:
                units.setdefault((steps[i].layer, steps[i].unit), []).append(i)
            led = [[[i for i in unit if steps[i].role in roles] for roles in (lead, other)] for unit in units.values()]
            if here:
                yield {"items": here, "units": led}
