"""What fairness is measured by: marks lost by honest students, marks gained by mistaken ones, the ranges' width."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from honest import Array, Hand, honest_answers

from qgen.engine.activations import Rule
from qgen.engine.misconceptions import CATALOGUE, Misconception, Mistake
from qgen.engine.rules import RULES
from qgen.engine.solve import solve
from qgen.engine.steps import Step
from qgen.exam.certify import Batch

SAME = 1e-9


def accepted_ranges(batch: Batch) -> dict[str, tuple[Array, Array]]:
    """low and high of every item by its id, each (variants, 1)."""
    return {
        name: (np.broadcast_to(r.low, (batch.size,))[:, None], np.broadcast_to(r.high, (batch.size,))[:, None])
        for name, r in batch.accepted.items()
    }


def outside(batch: Batch, answers: Mapping[str, Array]) -> dict[str, int]:
    """By item: how many of the answers (variants, any) are not accepted; items without are left out."""
    ranges = accepted_ranges(batch)
    counts = {name: int(((a < ranges[name][0]) | (a > ranges[name][1])).sum()) for name, a in answers.items()}
    return {name: count for name, count in counts.items() if count}


def marks_lost(batch: Batch, students: int, rng: np.random.Generator) -> dict[str, int]:
    """By item: answers of honest students that are not accepted."""
    return outside(batch, honest_answers(batch.question, batch.givens, batch.rounding, students, rng))


def tightness(batch: Batch, students: int, rng: np.random.Generator) -> Array:
    """Accepted width over the width that honest answers span: (variants, items), NaN where only one is right."""
    answers = honest_answers(batch.question, batch.givens, batch.rounding, students, rng, more_digits=True)
    ratios = []
    with np.errstate(divide="ignore", invalid="ignore"):
        for name, (low, high) in accepted_ranges(batch).items():
            ratios.append((high - low)[:, 0] / np.ptp(answers[name], axis=1))
    return np.array(ratios).T


def cornered(batch: Batch, tries: int, rng: np.random.Generator) -> dict[str, Array]:
    """Answers that random roundings push, each step to its lowest or its highest: (variants, tries), by item."""
    push = _pusher(batch, (batch.size, tries), rng)

    def write(step: Step, value: Any) -> Any:
        return push(value, rng.choice([-1, 1], size=(batch.size, tries))) if step.written else value

    values = solve(batch.question.steps, _columns(batch.givens), write=write)
    return {item.id: np.broadcast_to(values[item.step], (batch.size, tries)) for item in batch.question.items}


def driven(batch: Batch, rng: np.random.Generator) -> dict[str, Array]:
    """Answers that every rounding drives outward, by the sign of what it does to them: (variants, 2), by item."""
    steps, items = batch.question.steps, batch.question.items
    signs = {}
    for step in steps:
        if step.written and not step.shows:
            small = 1e-7 * (1 + np.abs(batch.values[step.id]))
            moved = solve(steps, batch.givens, claimed={step.id: batch.values[step.id] + small})
            signs[step.id] = [np.sign(moved[item.step] - batch.values[item.step]) for item in items]
    found: dict[str, list[Array]] = {item.id: [] for item in items}
    shape = (batch.size, len(items))
    push = _pusher(batch, shape, rng)
    for way in (-1, 1):

        def write(step: Step, value: Any, way: int = way) -> Any:
            direction = np.ones(shape) * way
            if step.id in signs:
                columns = [np.broadcast_to(sign, (batch.size,)) for sign in signs[step.id]]
                own = np.array([step.id == item.step for item in items])
                direction = np.where(own, way, way * np.array(columns).T)
            return push(value, direction) if step.written else value

        values = solve(steps, _columns(batch.givens), write=write)
        for k, item in enumerate(items):
            found[item.id].append(np.broadcast_to(values[item.step], shape)[:, k])
    return {name: np.array(columns).T for name, columns in found.items()}


def marks_gained(
    batch: Batch, students: int, rng: np.random.Generator, progress: Callable[[str], None] = lambda name: None
) -> tuple[int, dict[tuple[str, str], int]]:
    """How many affected answers were looked at, and of which mistake and item some are accepted, and how many.

    Everyone makes one mistake in one iteration, everything else is right: `students` who round like honest ones.
    Affected is an item of that iteration whose exact value the mistake changes.
    """
    ranges, looked_at = accepted_ranges(batch), 0
    gained: dict[tuple[str, str], int] = {}
    known = _columns({**batch.givens, **batch.values})
    shape = (batch.size, students)
    for misconception in CATALOGUE:
        progress(misconception.name)
        rules = {**RULES, **{rule: _swapped(RULES[rule], m) for rule, m in misconception.swaps.items()}}
        for one in dict.fromkeys((step.iteration, step.after) for step in batch.question.steps):
            steps = [step for step in batch.question.steps if (step.iteration, step.after) == one]
            exact = solve(steps, known, rules=rules)
            items = [item for item in batch.question.items if item.step in exact]
            affected = {i.id: np.abs(exact[i.step] - known[i.step]) > SAME for i in items}
            if not any(a.any() for a in affected.values()):
                continue
            hand = Hand(batch.rounding, shape, rng)
            written = solve(
                steps, known, rules=rules, write=lambda step, v, hand=hand: hand.noted(v) if step.written else v
            )
            for item in items:
                low, high = ranges[item.id]
                answer = hand.answer(np.broadcast_to(written[item.step], shape))
                hits = int((affected[item.id] & (low <= answer) & (answer <= high)).sum())
                looked_at += int(affected[item.id].sum()) * students
                if hits:
                    gained[misconception.name, item.id] = hits
    return looked_at, gained


def applicable(batch: Batch) -> list[Misconception]:
    """The misconceptions that change an item of some variant."""
    known = _columns({**batch.givens, **batch.values})
    found = []
    for misconception in CATALOGUE:
        rules = {**RULES, **{rule: _swapped(RULES[rule], m) for rule, m in misconception.swaps.items()}}
        wrong = solve(batch.question.steps, _columns(batch.givens), rules=rules)
        if any((np.abs(wrong[i.step] - known[i.step]) > SAME).any() for i in batch.question.items):
            found.append(misconception)
    return found


def _swapped(right: Rule, mistake: Mistake) -> Rule:
    def rule(*needs: Any, **named: Any) -> Any:
        constants = {name: value for name, value in named.items() if name not in mistake.neighbours}
        applies = len(named) - len(constants) == len(mistake.neighbours)
        return mistake.wrong(*needs, **named) if applies else right(*needs, **constants)

    rule.neighbours = mistake.neighbours  # type: ignore[attr-defined]
    return rule


def _pusher(batch: Batch, shape: tuple[int, int], rng: np.random.Generator) -> Callable[[Any, Any], Array]:
    """A hand that rounds again and again, to fewer digits each time, whenever that moves the number its way."""
    hand = Hand(batch.rounding, shape, rng)

    def push(value: Any, direction: Any) -> Array:
        for extra in (4, 3, 2, 1, 0):
            value = np.broadcast_to(value, shape)
            rounded = hand.rounded(value, np.full(shape, extra))
            value = np.where((rounded - value) * direction > 0, rounded, value)
        # a calculator's display ends somewhere, and before a double's noise
        return hand.rounded(value, np.full(shape, 6))

    return push


def _columns(givens: Mapping[str, Any]) -> dict[str, Any]:
    return {name: np.asarray(value)[:, None] if np.ndim(value) else value for name, value in givens.items()}
