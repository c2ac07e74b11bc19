"""The sentence that tells a student which mistake was made in a cell, and with which numbers."""

from __future__ import annotations

import re
from collections.abc import Mapping

from qgen.engine.ids import iteration_of
from qgen.engine.misconceptions import Misconception
from qgen.engine.question import Question
from qgen.engine.steps import Role, Step
from qgen.engine.symbols import latex_name
from qgen.papers.words import macro

_FORMULA = re.compile(
    r"(?P<new>new )?\b(?P<kind>[abwxyz])_(?P<unit>\d+(?:\.\d+)?)(?:\^\((?P<layer>\d+)\))?"
    r"|\(1\\-a\^2\)/\(1\+a\^2\)"
    r"|\b(?:w \\- alpha dL/dw|dL/d[wz]|1 \\- [az](?:\^2)?|2\(a \\- y\)|[ay] \\- [ay]|a\(1(?:\\-|\+)a\)|w_ij)"
)


def sentence(question: Question, held: tuple[Misconception, ...], item: str) -> str:
    """`item`: what was used in place of what, then the misconceptions' own sentences."""
    return " ".join(f"{item}: {_used(question, m, item)}{_sentence(m.name)}" for m in held)


def _sentence(name: str) -> str:
    return macro("misconceptions.txt", "sentence", name)


def _used(question: Question, misconception: Misconception, item: str) -> str:
    """What was used in place of what, where the mistake takes one number of the page for another."""
    by_id = {step.id: step for step in question.steps}
    phrases = []
    for step in _swapped(by_id, item, misconception):
        if step.role in (Role.PATH, Role.WEIGHT_GRADIENT):
            wanted = misconception.swaps[step.rule].neighbours
            places = [step.neighbours[name] for name in wanted if name in step.neighbours]
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
            inner = need in by_id and not by_id[need].named
            if inner and not (need in shown and step.role in (Role.PATH, Role.WEIGHT_GRADIENT) and step.id != item):
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


def typeset(note: str) -> str:
    """An escaped note, in which names as `plain_name` writes them and the catalogue's formulas become formulas."""
    return _FORMULA.sub(lambda found: f"${_latex(found)}$", note)


def _latex(found: re.Match[str]) -> str:
    if found["kind"]:
        layer = f"_{found['layer']}" if found["layer"] else ""
        return latex_name(f"{'new_' if found['new'] else ''}{found['kind']}{found['unit']}{layer}")
    formula = found[0].replace("\\", "").replace("alpha ", r"\alpha\,").replace("_ij", "_{ij}")
    return re.sub("d(?=[Lwz])", r"\\partial ", formula)
