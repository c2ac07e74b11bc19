"""One function evaluates a list of steps, on any kind of number; with mistaken rules, under many hypotheses at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, reduce
from operator import or_
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qgen.engine.activations import Rule
from qgen.engine.functions import Value
from qgen.engine.intervals import Interval, interval
from qgen.engine.misconceptions import Misconception, Mistake
from qgen.engine.rules import RULES
from qgen.engine.steps import Step

Places = NDArray[np.intp]
NO_CLAIMS: Mapping[str, Value] = MappingProxyType({})


def solve(
    steps: Sequence[Step],
    givens: Mapping[str, Value],
    *,
    rules: Mapping[str, Rule] = RULES,
    claimed: Mapping[str, Value] = NO_CLAIMS,
    write: Callable[[Step, Value], Value] | None = None,
) -> dict[str, Any]:
    """Every step's value, from the givens.

    `rules` may hold mistaken rules; one with an attribute `neighbours` is handed those of the step, too, and applies
    only where the step has them. `claimed` values, a student's own, stand in for a step in the steps after it (NaN
    claims nothing; one that is code says what it does `otherwise`); what is returned for the step itself is still
    computed. `write` is applied to every result: rounding it, or widening it to what rounding may do.
    """
    values: dict[str, Value] = dict(givens)
    results: dict[str, Value] = {}
    # far out a sigmoid is 0 and its logarithm -inf: numbers that certify.py rejects, no cause for a warning
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        for step in steps:
            rule = rules[step.rule]
            named = _neighbours(rule, step, values) if hasattr(rule, "neighbours") else step.constants
            result = rule(*[values[name] for name in step.needs], **named)
            if write is not None:
                result = write(step, result)
            results[step.id] = result
            values[step.id] = result
            if step.id in claimed:
                claim = claimed[step.id]
                values[step.id] = _either(claim, result)
                if step.shows:
                    values[step.shows] = _either(-claim if step.negative else claim, values[step.shows])
    return results


def _neighbours(rule: Any, step: Step, values: Mapping[str, Value]) -> dict[str, Value]:
    """The step's constants, and the neighbours that the rule asks for."""
    beside = {name: values[step.neighbours[name]] for name in rule.neighbours if name in step.neighbours}
    return {**step.constants, **beside}


def _either(claim: Value, computed: Value) -> Value:
    if isinstance(claim, Interval):
        computed = interval(computed)
        return Interval(_either(claim.low, computed.low), _either(claim.high, computed.high))
    if isinstance(claim, float | np.ndarray):
        nothing = np.isnan(claim)
        return np.where(nothing, computed, claim) if nothing.any() else claim
    return claim.otherwise(computed) if hasattr(claim, "otherwise") else claim


@dataclass(frozen=True, eq=False)
class Rows:
    """A step's value under several hypotheses: `wrong`, (len(rows), n), under those of `rows`, else `right`.

    mask: the rows as the bits of one number.
    """

    right: Any
    mask: int
    wrong: Any

    @property
    def rows(self) -> NDArray[np.intp]:
        """Which hypotheses lead to `wrong`."""
        return _bits(self.mask)

    def written(self, write: Callable[[Step, Value], Value], step: Step) -> Rows:
        """The same, each value as it is written down."""
        return Rows(write(step, self.right), self.mask, write(step, self.wrong))


class Swap:
    """A rule that some hypotheses, by row, are mistaken about; of the others only what a mistake led to is computed."""

    def __init__(self, right: Rule, mistakes: Sequence[tuple[int, Mistake]]) -> None:
        self.right, self.mistakes = right, mistakes
        self.neighbours = tuple(dict.fromkeys(name for _, mistake in mistakes for name in mistake.neighbours))

    def __call__(self, *needs: Value, **named: Value) -> Value:
        """The right result, or `Rows` of it where a hypothesis may lead to another."""
        constants = {name: value for name, value in named.items() if name not in self.neighbours}
        made = [(row, mistake) for row, mistake in self.mistakes if all(name in named for name in mistake.neighbours)]
        right = self.right(*map(_right, needs), **constants)
        here = sum(1 << row for row, _ in made)
        followed = reduce(or_, (need.mask for need in needs if isinstance(need, Rows)), 0) & ~here
        results = [(followed, self.right(*[_of(need, followed) for need in needs], **constants))] if followed else []
        for row, mistake in made:
            beside = {name: _of(named[name], 1 << row) for name in mistake.neighbours}
            wrong = mistake.wrong(*[_of(need, 1 << row) for need in needs], **constants, **beside)
            results.append((1 << row, wrong))
        return Rows(right, here | followed, _put_together(here | followed, results)) if results else right


def mistaken_rules(hypotheses: Sequence[Sequence[Misconception]]) -> dict[str, Rule]:
    """Rules for a batch whose results are right, (n,), or `Rows`: row r is made with the r-th hypothesis.

    A hypothesis is one or more misconceptions held together.
    """
    return {
        name: Swap(right, [(r, m.swaps[name]) for r, held in enumerate(hypotheses) for m in held if name in m.swaps])
        for name, right in RULES.items()
    }


def every_row(value: Any, rows: int, size: int) -> Any:
    """A result of `mistaken_rules` for all of the hypotheses: (rows, size)."""
    full = np.array(np.broadcast_to(_right(value), (rows, size)))
    if isinstance(value, Rows):
        full[value.rows] = value.wrong
    return full


def _right(value: Any) -> Any:
    return value.right if isinstance(value, Rows) else value


@lru_cache(maxsize=4096)
def _bits(mask: int) -> NDArray[np.intp]:
    return np.array([row for row in range(mask.bit_length()) if mask >> row & 1], dtype=np.intp)


@lru_cache(maxsize=4096)
def _places(mask: int, among: int) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """Where the rows of a mask stand among those of another one, and whether they do."""
    rows, all_rows = _bits(mask), _bits(among)
    place = np.minimum(np.searchsorted(all_rows, rows), len(all_rows) - 1)
    return place, all_rows[place] == rows


def _of(value: Any, mask: int) -> Any:
    """A value under the hypotheses of these rows: (rows, n), or (n,) where it is the same under all."""
    if not isinstance(value, Rows) or not value.mask & mask:
        return _right(value)
    return value.wrong if value.mask == mask else _picked(value.right, value.wrong, *_places(mask, value.mask))


def _picked(right: Any, wrong: Any, place: NDArray[np.intp], changed: NDArray[np.bool_]) -> Any:
    if isinstance(wrong, Interval) or isinstance(right, Interval):
        right, wrong = interval(right), interval(wrong)
        return Interval(*(_picked(a, b, place, changed) for a, b in ((right.low, wrong.low), (right.high, wrong.high))))
    return wrong[place] if changed.all() else np.where(changed[:, None], wrong[place], right)


def _put_together(mask: int, results: Sequence[tuple[int, Any]]) -> Any:
    """The results of some rows each, in one: (rows, n)."""
    if any(isinstance(value, Interval) for _, value in results):
        ranges = [(some, interval(value)) for some, value in results]
        return Interval(
            _put_together(mask, [(some, value.low) for some, value in ranges]),
            _put_together(mask, [(some, value.high) for some, value in ranges]),
        )
    if len(results) == 1 and np.ndim(results[0][1]) == 2:
        return results[0][1]
    shape = np.broadcast_shapes((1,), *(np.shape(value)[-1:] for _, value in results))
    together = np.empty((mask.bit_count(), *shape))
    for some, value in results:
        together[_places(some, mask)[0]] = value
    return together


class _ByRow:
    """A rule that is mistaken for the students in some rows of a batch."""

    def __init__(self, right: Rule, mistakes: Sequence[tuple[Mistake, Places]]) -> None:
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
                neighbours = {name: _at(named[name], rows) for name in mistake.neighbours}
                result[rows] = mistake.wrong(*[_at(value, rows) for value in needs], **constants, **neighbours)
        return result


def rules_by_row(held: Sequence[tuple[Misconception, Places]], rules: Mapping[str, Rule] = RULES) -> dict[str, Rule]:
    """Rules for a batch of students (n,): in the rows given, mistaken by that misconception."""
    table = dict(rules)
    held = [(m, rows) for m, rows in held if len(rows)]
    for name in dict.fromkeys(rule for misconception, _ in held for rule in misconception.swaps):
        table[name] = _ByRow(rules[name], [(m.swaps[name], rows) for m, rows in held if name in m.swaps])
    return table


def _at(value: Any, rows: Places) -> Any:
    return value[rows] if np.ndim(value) else value
