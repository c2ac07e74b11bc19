"""Mistaken rules by student: one batch in which every student may hold other misconceptions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qgen.engine.activations import Rule
from qgen.engine.functions import Value
from qgen.engine.misconceptions import Misconception, Mistake
from qgen.engine.rules import RULES

Rows = NDArray[np.intp]


class _ByRow:
    """A rule that is mistaken for the students in some rows of a batch."""

    def __init__(self, right: Rule, mistakes: Sequence[tuple[Mistake, Rows]]) -> None:
        self.right, self.mistakes = right, mistakes
        self.neighbours = tuple(dict.fromkeys(name for mistake, _ in mistakes for name in mistake.neighbours))

    def __call__(self, *needs: Value, **named: Value) -> Value:
        constants = {name: value for name, value in named.items() if name not in self.neighbours}
        result = self.right(*needs, **constants)
        copied = False
        for mistake, rows in self.mistakes:
            if all(name in named for name in mistake.neighbours):
                if not copied:
                    shape = np.broadcast_shapes(*(np.shape(value) for value in (result, *needs)))
                    result, copied = np.array(np.broadcast_to(result, shape), dtype=np.float64), True
                neighbours = {name: _of(named[name], rows) for name in mistake.neighbours}
                result[rows] = mistake.wrong(*[_of(value, rows) for value in needs], **constants, **neighbours)
        return result


def rules_by_row(held: Sequence[tuple[Misconception, Rows]], rules: Mapping[str, Rule] = RULES) -> dict[str, Rule]:
    """Rules for a batch of students (n,): in the rows given, mistaken by that misconception."""
    table = dict(rules)
    held = [(m, rows) for m, rows in held if len(rows)]
    for name in dict.fromkeys(rule for misconception, _ in held for rule in misconception.swaps):
        table[name] = _ByRow(rules[name], [(m.swaps[name], rows) for m, rows in held if name in m.swaps])
    return table


def _of(value: Any, rows: Rows) -> Any:
    return value[rows] if np.ndim(value) else value
