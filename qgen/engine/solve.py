"""One function evaluates a list of steps, on any kind of number."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np

from qgen.engine.activations import Rule
from qgen.engine.functions import Value
from qgen.engine.intervals import Interval, interval
from qgen.engine.rules import RULES
from qgen.engine.steps import Step

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
    claims nothing); what is returned for the step itself is still computed. `write` is applied to every result:
    rounding it, or widening it to what rounding may do.
    """
    values: dict[str, Value] = dict(givens)
    results: dict[str, Value] = {}
    # far out a sigmoid is 0 and its logarithm -inf: numbers that certify.py rejects, no cause for a warning
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        for step in steps:
            rule = rules[step.rule]
            result = rule(*[values[name] for name in step.needs], **step.constants, **_neighbours(rule, step, values))
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


def _neighbours(rule: Rule, step: Step, values: Mapping[str, Value]) -> dict[str, Value]:
    wanted = getattr(rule, "neighbours", ())
    return {name: values[step.neighbours[name]] for name in wanted if name in step.neighbours}


def _either(claim: Value, computed: Value) -> Value:
    if isinstance(claim, Interval):
        computed = interval(computed)
        return Interval(_either(claim.low, computed.low), _either(claim.high, computed.high))
    if isinstance(claim, float | np.ndarray):
        nothing = np.isnan(claim)
        return np.where(nothing, computed, claim) if nothing.any() else claim
    return claim
