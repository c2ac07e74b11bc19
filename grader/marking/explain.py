"""Which number of the page a misconception takes for which other one, between an item and the answers before it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from grader.reasons import Reason
from qgen.engine.misconceptions import Misconception, Mistake
from qgen.engine.question import Question
from qgen.engine.steps import Role, Step
from qgen.exam.hypotheses import Suspects


@lru_cache(maxsize=4096)
def reason(suspects: Suspects, two: bool, place: int, column: int) -> Reason:
    """Why an item is wrong by a single entry of the catalogue or by a pair."""
    held = (suspects.pairs if two else suspects.single).held[place]
    used = [name for m in held for name in swapped(suspects.question, m, suspects.question.items[column].step)]
    return Reason("two_misconceptions" if two else "misconception", names=(*(m.name for m in held), *used))


def swapped(question: Question, misconception: Misconception, item: str) -> tuple[str, ...]:
    """By ids, in pairs: what was used, and what belongs in its place."""
    pairs = [
        (step.neighbours[neighbour], step.needs[1])
        for step, mistake in _mistaken(question, misconception, item)
        if mistake.instead
        for neighbour in mistake.neighbours
        if neighbour in step.neighbours
    ]
    return tuple(name for pair in dict.fromkeys(pairs) for name in pair)


def _mistaken(question: Question, misconception: Misconception, item: str) -> Iterator[tuple[Step, Mistake]]:
    """The steps between an item and the answers before it at which the mistake is made."""
    by_id = {step.id: step for step in question.steps}
    shown = {step.shows for step in by_id.values() if step.shows}
    steps = [item]
    while steps:
        step = by_id.get(steps.pop(0))
        if step is None:
            continue
        if mistake := misconception.mistake(step):
            yield step, mistake
        for need in step.needs:
            inner = need in by_id and not by_id[need].named
            if inner and not (need in shown and step.role in (Role.PATH, Role.WEIGHT_GRADIENT) and step.id != item):
                steps.append(need)
