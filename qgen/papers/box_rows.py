"""Where answer boxes stand: gradients from the last layer to the first, as they are worked out; a unit's in a row."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from qgen.engine.question import Item, Question
from qgen.engine.steps import Role

FEW = 4  # boxes that stand in one row


def in_order(question: Question, items: Sequence[Item]) -> list[Item]:
    """The items in the order of the paper: as asked; where nothing says how, with gradients from the last layer on."""
    if question.ask:
        return list(items)
    place = {layer: k for k, layer in enumerate(question.layers)}
    parts = [list(part) for _, part in groupby(items, lambda item: item.part)]
    return [
        item
        for part in parts
        for item in sorted(part, key=lambda item: -place[item.layer] if item.part == "gradient" else 0)
    ]


def rows(question: Question, items: Sequence[Item]) -> list[list[Item]]:
    """The items of one part and layer in rows: z and a apart, gradients and updated parameters by unit."""
    steps = [question.by_id[item.step] for item in items]
    if items[0].part == "forward" and len(items) > FEW:
        sums = [item for item, step in zip(items, steps, strict=True) if step.role == Role.PREACTIVATION]
        return [row for row in (sums, [item for item in items if item not in sums]) if row]
    if question.ask or items[0].part not in ("gradient", "update"):
        return [list(items)]
    by_unit: dict[str, list[Item]] = {}
    for item, step in zip(items, steps, strict=True):
        gradient = question.by_id[question.gradient_of(step.id)] if step.role == Role.UPDATE else step
        by_unit.setdefault(gradient.unit, []).append(item)
    joined: list[list[Item]] = []
    for row in by_unit.values():
        if joined and len(joined[-1]) + len(row) <= FEW:
            joined[-1] += row
        else:
            joined.append(row)
    return joined
