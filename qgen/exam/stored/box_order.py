"""Where answer boxes stand: gradients from the last layer to the first, as they are worked out; a unit's in a row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain, groupby

from qgen.engine.question import Item, Question
from qgen.engine.steps import Role

FEW = 4  # boxes that stand in one row
FEW_ANSWERS = 12  # items that are asked for by name, worth the same, stand together: their names say what they are
ANSWERS = "answers"  # the part that they are


def box_order(question: Question) -> list[str]:
    """The ids of all items in the order of their boxes."""
    items = printed(question)
    parts = (part for t in range(1, question.iterations + 1) for part in parts_of(question, items, t))
    return [item.id for part in parts for _, layer in layers_of(question, part) for row in layer for item in row]


def printed(question: Question) -> list[Item]:
    """The items, as papers group them: without layers where these would come again and again."""
    items = _backwards(question) if question.ask else list(question.items)
    alike = question.ask and question.iterations == 1 and len({item.marks for item in items}) == 1
    if alike and len(items) <= FEW_ANSWERS:
        return [replace(item, part=ANSWERS, layer="") for item in items]
    parts = [part for t in range(1, question.iterations + 1) for part in parts_of(question, items, t)]
    return [item for part in parts for item in _joined(question, part)]


def _backwards(question: Question) -> list[Item]:
    """The items as asked, of an entry that means several gradients those of the last layer first."""
    place = {layer: k for k, layer in enumerate(question.layers)}
    runs = groupby(question.items, lambda item: (question.asked_by[item.step], item.iteration, item.part))
    back = (
        sorted(run, key=lambda item: -place[item.layer]) if part == "gradient" else run for (_, _, part), run in runs
    )
    return list(chain.from_iterable(back))


def _joined(question: Question, part: list[Item]) -> list[Item]:
    places = [place for place, _ in groupby(part, lambda item: _place(question, item))]
    again = len(places) > len(set(places))
    return [replace(item, layer="") for item in part] if again else part


def _place(question: Question, item: Item) -> tuple[str, int]:
    """The layer below which an item is printed, and which example of a batch a forward pass is of, else 0."""
    step = question.by_id[item.step]
    forward = item.layer and question.batch > 1 and step.role in (Role.PREACTIVATION, Role.ACTIVATION)
    return item.layer, step.example if forward else 0


def parts_of(question: Question, items: Sequence[Item], t: int) -> Iterator[list[Item]]:
    """The items of iteration t by part, in the order of the paper."""
    ordered = in_order(question, [item for item in items if item.iteration == t])
    yield from (list(part) for _, part in groupby(ordered, lambda item: item.part))


def layers_of(question: Question, part: Sequence[Item]) -> Iterator[tuple[tuple[str, int], list[list[Item]]]]:
    """The rows of a part, by layer and example."""
    for place, here in groupby(part, lambda item: _place(question, item)):
        yield place, rows(question, list(here))


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
    if not items[0].layer and items[0].part != ANSWERS:  # one kind after the other
        kinds = groupby(zip(items, steps, strict=True), lambda pair: pair[1].role)
        return [[item for item, _ in row] for _, row in kinds]
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
