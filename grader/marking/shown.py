"""Which misconceptions a class shows: by whom, in which answers, and what they cost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grader.reasons import Reason
from qgen.engine.intervals import Array

Places = tuple[tuple[int, int], ...]  # students and items, from 0


@dataclass(frozen=True)
class Shown:
    """A misconception: the `cells` (student, item) that show it, and the `marks` lost there.

    A cell that shows two counts for both, with half of its lost marks.
    """

    name: str
    cells: Places
    marks: float

    @property
    def students(self) -> tuple[int, ...]:
        """Who show it, each once."""
        return tuple(sorted({s for s, _ in self.cells}))


def shown(reasons: Mapping[tuple[int, int], Reason], lost: Array) -> tuple[Shown, ...]:
    """Every misconception of a class, the dearest first. lost: (students, items), the marks that a cell lost."""
    cells: dict[str, list[tuple[int, int]]] = {}
    cost: dict[str, float] = {}
    for place, reason in reasons.items():
        names = reason.misconceptions
        for name in names:
            cells.setdefault(name, []).append(place)
            cost[name] = cost.get(name, 0.0) + max(0.0, float(lost[place])) / len(names)
    found = [Shown(name, tuple(sorted(places)), round(cost[name], 6)) for name, places in cells.items()]
    return tuple(sorted(found, key=lambda one: (-one.marks, -len(one.students), one.name)))


def commonest(reasons: Mapping[tuple[int, int], Reason], items: int) -> list[str]:
    """The misconception, or two at once, that most students show at each of so many items; "" where nobody does."""
    found = [Counter[str]() for _ in range(items)]
    for (_, i), reason in reasons.items():
        found[i].update([" + ".join(reason.misconceptions)] if reason.misconceptions else [])
    return [min(counts, key=lambda name: (-counts[name], name), default="") for counts in found]


def shown_before(
    reasons: Mapping[tuple[int, int], Reason], questions: Sequence[object], shape: tuple[int, int]
) -> NDArray[np.bool_]:
    """(students, items): wrong by mistakes alone that an earlier answer to the same question shows as well.

    questions: which one each item belongs to.
    """
    found = np.zeros(shape, dtype=bool)
    charged: dict[tuple[int, object], set[str]] = {}
    for s, i in sorted(place for place, reason in reasons.items() if reason.misconceptions):
        before = charged.setdefault((s, questions[i]), set())
        names = set(reasons[s, i].misconceptions)
        found[s, i] = names <= before
        before |= names
    return found
