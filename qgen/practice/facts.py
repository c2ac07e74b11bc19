"""What mark.js must know of a question besides its engine: places of items, and which mistakes change which answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from json import dumps
from typing import Any

import numpy as np

from qgen.engine.misconceptions import near_mistakes
from qgen.engine.question import WAYS, Question
from qgen.engine.steps import Role
from qgen.exam.certify import Batch
from qgen.exam.hypotheses import Suspects, is_silent, suspects
from qgen.practice.javascript import engine


def question_code(batch: Batch) -> str:
    """JavaScript of all that marking needs to know of a question: an object."""
    question, held, near = batch.question, suspects(batch), list(near_mistakes(batch.question.steps))
    single = [m for (m,) in held.single.held]
    flags = zip(single, held.single.touched.tolist(), held.single.reached.tolist(), strict=True)
    facts = {
        "items": _items(question),
        "mistakes": [
            {"name": m.name, "silent": is_silent(m), "touched": _places(touched), "reached": _places(reached)}
            for m, touched, reached in flags
        ],
        "pairs": list(_pairs(held)),
        "near": len(near),
        "exact": [n for n, step in enumerate(question.steps) if not step.written],
        "ways": list(_ways(question)),
    }
    return f"{{...{dumps(facts, separators=(',', ':'))},engine:{engine(question, single, near)}}}"


def _places(flags: Sequence[bool]) -> list[int]:
    return [int(flag) for flag in flags]


def _pairs(held: Suspects) -> Iterator[tuple[int, int, list[int], list[int]]]:
    """Which two mistakes can be held at once, and the items that only both together change."""
    for k, (a, b) in enumerate(held.places.tolist()):
        yield (
            a,
            b,
            *(
                np.flatnonzero(both[k] & ~alone[a] & ~alone[b]).tolist()
                for both, alone in (
                    (held.pairs.touched, held.single.touched),
                    (held.pairs.reached, held.single.reached),
                )
            ),
        )


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
