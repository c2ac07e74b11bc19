"""The sentence that tells a student which mistake was made in a cell, and with which numbers."""

from __future__ import annotations

from collections.abc import Mapping

from qgen.misconceptions import Misconception
from qgen.question import Question, iteration_of
from qgen.steps import Step


def sentence(question: Question, held: tuple[Misconception, ...], item: str) -> str:
    """`item`: what was used in place of what, then the misconceptions' own sentences."""
    return " ".join(f"{item}: {_used(question, m, item)}{m.sentence}" for m in held)


def _used(question: Question, misconception: Misconception, item: str) -> str:
    """What was used in place of what, where the mistake takes one number of the page for another."""
    by_id = {step.id: step for step in question.steps}
    phrases = []
    for step in _swapped(by_id, item, misconception):
        if step.rule in ("path", "weight_gradient"):
            places = [step.beside[b] for b in misconception.swaps[step.rule].beside if b in step.beside]
            phrases += [f"{plain_name(place)} where {plain_name(step.needs[1])} belongs" for place in places]
    return f"used {', '.join(dict.fromkeys(phrases))}. " if phrases else ""


def _swapped(by_id: Mapping[str, Step], item: str, misconception: Misconception) -> list[Step]:
    """The steps between an item and the answers before it at which the mistake is made."""
    steps, seen = [item], []
    shown = {step.shows for step in by_id.values() if step.shows}
    while steps:
        step = by_id.get(steps.pop(0))
        if step is None:
            continue
        if step.rule in misconception.swaps:
            seen.append(step)
        for need in step.needs:
            inner = "~" in need or "*" in need
            if inner and not (need in shown and step.rule in ("path", "weight_gradient") and step.id != item):
                steps.append(need)
    return seen


def plain_name(quantity: str) -> str:
    """An id as it is written in a line of text: w12_2 -> w_12^(2)."""
    t = iteration_of(quantity)
    bare = quantity.partition("_")[2] if t > 1 else quantity
    kind = "new " if bare.startswith("new_") else ""
    bare = bare.removeprefix("new_")
    unit, bar, layer = bare[1:].partition("_")
    return f"{kind}{bare[0]}_{unit}" + (f"^({layer})" if bar else "")
