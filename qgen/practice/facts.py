"""What mark.js must know of a question besides its engine: places of items, and which mistakes change which answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from json import dumps
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from qgen.engine.misconceptions import CATALOGUE, Misconception, near_mistakes
from qgen.engine.question import AFTER, Question
from qgen.engine.solve import every_row, mistaken_rules, solve
from qgen.engine.steps import Role
from qgen.exam.certify import DECIMALS, SAME, Batch
from qgen.practice.javascript import engine, is_silent, unshown

Bools = NDArray[np.bool_]
EXAMPLES, FEW = 20, 4  # variants on which is tried which answers a mistake changes, and whether two are the same

# For each way through the network: its parts, what leads a unit, and what follows from that by a single product.
WAYS = (
    (("forward", "loss"), (Role.PREACTIVATION,), (Role.ACTIVATION,)),
    (("gradient", "update", AFTER), (Role.UNIT_DELTA, Role.BIAS_GRADIENT), (Role.WEIGHT_GRADIENT,)),
)


Held = tuple[Misconception, ...]


class Suspects(NamedTuple):
    """Entries of the catalogue that change anything in a question, and pairs of their places that can be held at once.

    touched, reached: (suspects, items), which items each changes, of one whose every answer is gone on with, and of
    anyone; of pairs those that neither changes alone, by places.
    """

    single: list[Misconception]
    touched: Bools
    reached: Bools
    pairs: list[tuple[int, int, list[int], list[int]]]


def suspects(batch: Batch) -> Suspects:
    """What may have gone wrong in a question, tried on some of its variants.

    Of hypotheses that always lead to the same numbers only the first: nobody can tell which a student holds.
    """
    seen: set[bytes] = set()
    kept, touched, reached = _tried(batch.take(np.arange(min(EXAMPLES, batch.size))), [(m,) for m in CATALOGUE], seen)
    single = [CATALOGUE[h] for h in kept]
    couples = [
        (a, b) for a, b in combinations(range(len(single)), 2) if not set(single[a].swaps) & set(single[b].swaps)
    ]
    few = batch.take(np.arange(min(FEW, batch.size)))
    some, both_touched, both_reached = _tried(few, [(single[a], single[b]) for a, b in couples], seen)
    pairs: list[tuple[int, int, list[int], list[int]]] = []
    for row, place in enumerate(some):
        a, b = couples[place]
        more_touched = np.flatnonzero(both_touched[row] & ~touched[a] & ~touched[b]).tolist()
        pairs.append((a, b, more_touched, np.flatnonzero(both_reached[row] & ~reached[a] & ~reached[b]).tolist()))
    return Suspects(single, touched, reached, pairs)


def _tried(batch: Batch, held: Sequence[Held], seen: set[bytes]) -> tuple[list[int], Bools, Bools]:
    """Which hypotheses change something and lead to numbers not `seen` before; which items these change."""
    items = batch.question.items
    answers = {item.step: np.broadcast_to(batch.values[item.step], batch.size) for item in items}
    right = np.array(list(answers.values()))
    changes = []
    for claims in (answers, {}):
        made = np.empty((len(held), *right.shape))
        for silent in (False, True):
            rows = [h for h, hypothesis in enumerate(held) if any(map(is_silent, hypothesis)) == silent]
            steps = unshown(batch.question.steps) if silent else batch.question.steps
            with np.errstate(all="ignore"):
                solved = solve(steps, batch.givens, rules=mistaken_rules([held[h] for h in rows]), claimed=claims)
            for i, item in enumerate(items):
                made[rows, i] = every_row(solved[item.step], len(rows), batch.size)
        with np.errstate(over="ignore", invalid="ignore"):
            changes.append(np.round(np.nan_to_num(made - right, nan=np.inf), DECIMALS))
    kept = []
    for h in range(len(held)):
        led_to = np.array([change[h, :, :FEW] for change in changes]).tobytes()
        if led_to not in seen and (np.abs(changes[1][h]) > SAME).any():
            seen.add(led_to)
            kept.append(h)
    touched, reached = ((np.abs(change[kept]) > SAME).any(axis=2) for change in changes)
    return kept, touched, reached


def question_code(batch: Batch) -> str:
    """JavaScript of all that marking needs to know of a question: an object."""
    question, held, near = batch.question, suspects(batch), list(near_mistakes(batch.question.steps))
    flags = zip(held.single, held.touched.astype(int).tolist(), held.reached.astype(int).tolist(), strict=True)
    facts = {
        "items": _items(question),
        "mistakes": [
            {"name": m.name, "silent": is_silent(m), "touched": touched, "reached": reached}
            for m, touched, reached in flags
        ],
        "pairs": held.pairs,
        "near": len(near),
        "exact": [n for n, step in enumerate(question.steps) if not step.written],
        "ways": list(_ways(question)),
    }
    return f"{{...{dumps(facts, separators=(',', ':'))},engine:{engine(question, held.single, near)}}}"


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
