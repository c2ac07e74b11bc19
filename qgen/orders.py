"""The orders in which a student may multiply out a gradient, each rounding at other places.

Marking needs one list of steps; the range of all honest answers needs every sensible order. `with_orders` rewrites a
question's steps so that each dL/dz is the hull of these: the slope last on the sum of paths; on every path before
they are summed; on the weight, before the gradient comes in; and, for a sigmoid, a and then 1 - a one by one.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import reduce

from qgen.functions import Value
from qgen.intervals import interval
from qgen.rules import RULES, Rule
from qgen.steps import Step


def hull(*ways: Value) -> Value:
    """The smallest interval that holds what every way leads to."""
    return reduce(lambda a, b: a.hull(b), (interval(way) for way in ways))


def complement(a: Value) -> Value:
    """1 - a."""
    return 1 - a


ORDER_RULES: Mapping[str, Rule] = {**RULES, "hull": hull, "complement": complement, "times": RULES["product"]}


def with_orders(steps: Sequence[Step]) -> tuple[Step, ...]:
    """The same steps with every dL/dz computed in all orders; solve them on intervals with ORDER_RULES."""
    by_id = {step.id: step for step in steps}
    return tuple(way for step in steps for way in _ways(step, by_id))


def _ways(step: Step, by_id: Mapping[str, Step]) -> Iterator[Step]:
    if step.rule not in ("delta_hidden", "delta_squared"):
        yield step
        return
    back, slope = step.needs
    slope_step = by_id[slope]
    if slope_step.rule in ("slope_relu", "slope_identity"):
        yield step
        return
    main = f"{step.id}~main"
    yield replace(step, id=main)
    ways = [main]
    activation = slope_step.needs[1]
    if slope_step.rule == "slope_sigmoid":
        one_by_one = f"{step.id}~one"
        yield Step(f"{one_by_one}~a", "times", (back, activation))
        yield Step(f"{one_by_one}~1-a", "complement", (activation,), writing="shift")
        yield Step(one_by_one, "times", (f"{one_by_one}~a", f"{one_by_one}~1-a"))
        ways.append(one_by_one)
    if step.rule == "delta_hidden":
        paths = [by_id[path] for path in _paths(by_id[back])]
        for name, factors in (
            ("path", [(path.id, slope) for path in paths]),
            ("weight", [(path.needs[1], slope) for path in paths]),
        ):
            terms = []
            for path, pair in zip(paths, factors, strict=True):
                terms.append(f"{step.id}~{name}~{path.id}")
                if name == "path":
                    yield Step(terms[-1], "times", pair)
                else:
                    yield Step(terms[-1] + "~w", "times", pair)
                    yield Step(terms[-1], "times", (path.needs[0], terms[-1] + "~w"))
            if len(terms) > 1:
                yield Step(f"{step.id}~{name}", "sum_of_paths", tuple(terms))
            ways.append(f"{step.id}~{name}" if len(terms) > 1 else terms[0])
    yield Step(step.id, "hull", tuple(ways), writing="same")


def _paths(back: Step) -> tuple[str, ...]:
    return back.needs if back.rule == "sum_of_paths" else (back.id,)
