"""What is written by who holds misconceptions: entries of the catalogue, alone or two together, on one question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from qgen.engine.intervals import Array
from qgen.engine.misconceptions import CATALOGUE, Misconception
from qgen.engine.question import Question
from qgen.engine.solve import rules_by_row, solve
from qgen.engine.steps import Role, Step
from qgen.exam.certify import DECIMALS, SAME, Batch

EXAMPLES = 20  # variants on which is tried which answers a mistake changes
FEW = 4  # the same for two mistakes at once

Bools = NDArray[np.bool_]
Hypothesis = tuple[Misconception, ...]


@dataclass(frozen=True, eq=False)
class Hypotheses:
    """Some hypotheses, and which answers each changes: (hypotheses, items).

    `touched` of a student whose every answer stands for its step in the steps after it; `reached` of anyone.
    """

    held: Sequence[Hypothesis]
    touched: Bools
    reached: Bools


@dataclass(frozen=True, eq=False)
class Suspects:
    """The catalogue's entries that change anything in a question, and `pairs` of them that can be held at once.

    places: (pairs, 2), where a pair's entries stand among the single ones. follows: (items, items), whether one is
    worked out from the other with no answer between.
    """

    question: Question
    single: Hypotheses
    pairs: Hypotheses
    places: NDArray[np.intp]
    follows: Bools


def suspects(batch: Batch) -> Suspects:
    """What may have gone wrong in a question, tried on some of its variants.

    Of hypotheses that always lead to the same numbers only the first is kept, in the catalogue's order, single ones
    before pairs: nobody can tell which of them a student holds.
    """
    seen: set[bytes] = set()
    single, _ = _tried(batch, [(m,) for m in CATALOGUE], EXAMPLES, seen)
    couples = [
        (a, b)
        for a, b in combinations(range(len(single.held)), 2)
        if not set(single.held[a][0].swaps) & set(single.held[b][0].swaps)
    ]
    pairs, kept = _tried(batch, [single.held[a] + single.held[b] for a, b in couples], FEW, seen)
    places = np.array(couples, dtype=np.intp).reshape(-1, 2)[kept]
    a, b = places.T
    pairs = Hypotheses(
        pairs.held, pairs.touched | single.touched[a] | single.touched[b],
        pairs.reached | single.reached[a] | single.reached[b],
    )  # fmt: skip
    return Suspects(batch.question, single, pairs, places, batch.question.follows)


def _tried(
    batch: Batch, held: Sequence[Hypothesis], examples: int, seen: set[bytes]
) -> tuple[Hypotheses, NDArray[np.intp]]:
    """Those that change something and lead to numbers not `seen` before; which these are."""
    few = batch.take(np.arange(min(examples, batch.size)))
    students = np.tile(np.arange(few.size), len(held))
    which = np.repeat(np.arange(len(held)), few.size)
    answers = {item.step: np.broadcast_to(few.values[item.step], few.size) for item in batch.question.items}
    right = np.array(list(answers.values())).T[students]
    shape = len(held), few.size, len(answers)
    changes = []
    for claims in (answers, {}):
        change = predicted(batch.question, held, which, students, few.givens, claims) - right
        changes.append(np.nan_to_num(change, nan=np.inf).reshape(shape))
    kept = []
    with np.errstate(over="ignore"):
        changes = [np.round(change, DECIMALS) for change in changes]
    for h in range(len(held)):
        made = np.array([change[h, :FEW] for change in changes]).tobytes()
        if made not in seen and (np.abs(changes[1][h]) > SAME).any():
            seen.add(made)
            kept.append(h)
    touched, reached = ((np.abs(change[kept]) > SAME).any(axis=1) for change in changes)
    return Hypotheses([held[h] for h in kept], touched, reached), np.array(kept, dtype=np.intp)


def is_silent(mistake: Misconception) -> bool:
    """Whether under this mistake a bias's gradient, mistaken itself, shows no dL/dz."""
    return "bias_gradient" in mistake.swaps


def unshown(steps: Sequence[Step]) -> list[Step]:
    """The steps of someone under such a mistake."""
    return [replace(step, shows="") if step.role == Role.BIAS_GRADIENT else step for step in steps]


def predicted(
    question: Question, held: Sequence[Hypothesis], which: NDArray[np.intp], students: NDArray[np.intp],
    givens: Mapping[str, Array], claims: Mapping[str, Array],
) -> Array:  # fmt: skip
    """(rows, items): what student students[r] writes under the hypothesis held[which[r]], from own claims."""
    holding: dict[str, tuple[Misconception, list[int]]] = {}
    for h, hypothesis in enumerate(held):
        for m in hypothesis:
            holding.setdefault(m.name, (m, []))[1].append(h)
    silent = np.array([any(map(is_silent, hypothesis)) for hypothesis in held], dtype=bool)[which]
    made = np.empty((len(which), len(question.items)))
    for rows, steps in ((~silent, question.steps), (silent, unshown(question.steps))):
        if rows.any():
            mine, kind = students[rows], which[rows]
            mistaken = [(m, np.flatnonzero(_among(places, len(held))[kind])) for m, places in holding.values()]
            with np.errstate(all="ignore"):
                solved = solve(
                    steps, {name: given[mine] for name, given in givens.items()}, rules=rules_by_row(mistaken),
                    claimed={step: claim[mine] for step, claim in claims.items()},
                )  # fmt: skip
            made[rows] = question.stacked(solved, len(mine)).T
    return made


def _among(places: Sequence[int], count: int) -> Bools:
    among = np.zeros(count, dtype=bool)
    among[list(places)] = True
    return among
