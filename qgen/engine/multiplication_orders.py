"""Every order in which a student may compute an answer, each rounding at other places.

Marking needs one list of steps; the range of all honest answers needs every order. `with_orders` rewrites a
question's steps so that what is a product of several factors is the hull of all ways to multiply them two by two. The
factors of dL/dz are, for every path, the gradient that comes in, the weight and the slope, or, the slope last, the
sum of paths and the slope; a sigmoid's slope is one number or a and 1 - a one by one. A weight's gradient is dL/dz
times what the weight carries, or the sum over paths with this as one more factor. A sigmoid or tanh is what a
calculator shows, or is put together from exponentials that are written down.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from itertools import combinations

from qgen.engine.functions import Value
from qgen.engine.intervals import interval
from qgen.engine.rules import RULES, Rule
from qgen.engine.steps import Step


def hull(*ways: Value) -> Value:
    """The smallest interval that holds what every way leads to."""
    return reduce(lambda a, b: a.hull(b), (interval(way) for way in ways))


def any_product(*factors: Value) -> Value:
    """The hull of products: the first factor times the second, the third times the fourth, ..."""
    return hull(*(interval(a) * b for a, b in zip(factors[::2], factors[1::2], strict=True)))


def complement(a: Value) -> Value:
    """1 - a."""
    return 1 - a


def exponential(z: Value) -> Value:
    """e^z."""
    return interval(z).exp()


ORDER_RULES: Mapping[str, Rule] = {
    **RULES,
    "hull": hull,
    "any_product": any_product,
    "complement": complement,
    "exp": exponential,
    "exp_minus": lambda z: exponential(-z),
    "one_plus": lambda e: 1 + e,
    "one_over": lambda n: 1 / n,
    "quotient": lambda a, b: a / b,
}
DELTAS = ("delta_squared", "delta_hidden")


def with_orders(steps: Sequence[Step], *, by_path: bool = False) -> tuple[Step, ...]:
    """The same steps in every order; solve them on intervals with ORDER_RULES.

    `by_path`: weights' gradients also path by path, which passes by dL/dz: not where that is a student's own number.
    """
    orders = _Orders({step.id: step for step in steps}, by_path)
    return tuple(way for step in steps for way in orders.of(step))


@dataclass
class _Orders:
    by_id: Mapping[str, Step]
    by_path: bool
    known: set[str] = field(default_factory=set)

    def of(self, step: Step) -> Iterator[Step]:
        """What stands in for one step, itself included under its own id."""
        if step.rule == "slope_sigmoid":
            a = step.needs[1]
            yield Step(_rest(a), "complement", (a,))
            yield replace(step, rule="product", needs=(a, _rest(a)))
        elif step.rule == "slope_tanh":
            square = f"{step.id}~square"
            yield Step(square, "square", step.needs[1:])
            yield replace(step, rule="complement", needs=(square,))
        elif step.rule == "sigmoid":
            e, n, a = (f"{step.id}~{name}" for name in ("exp", "1+exp", "1/"))
            yield from (Step(e, "exp_minus", step.needs), Step(n, "one_plus", (e,)), Step(a, "one_over", (n,)))
            yield from _either(step, a)
        elif step.rule == "tanh":
            e, f, n, d, a = (f"{step.id}~{name}" for name in ("exp", "exp-", "over", "under", "/"))
            yield from (Step(e, "exp", step.needs), Step(f, "exp_minus", step.needs))
            yield from (Step(n, "residual", (e, f)), Step(d, "sum_of_paths", (e, f)), Step(a, "quotient", (n, d)))
            yield from _either(step, a)
        elif step.rule == "log_complement":
            rest = f"{step.id}~rest"
            yield Step(rest, "complement", step.needs)
            yield replace(step, rule="log", needs=(rest,))
        elif step.rule in DELTAS:
            paths, whole = self.paths(step), [(step.needs[0], *self.slope(step))]
            yield from self.hull(step, step, [paths, whole] if len(paths) > 1 else [paths])
        elif step.rule == "weight_gradient" and self.by_path and self.by_id[step.needs[0]].rule in DELTAS:
            delta, source = self.by_id[step.needs[0]], step.needs[1]
            paths, whole = [(*path, source) for path in self.paths(delta)], [step.needs]
            yield from self.hull(step, delta, [paths, whole])
        else:
            yield step

    def paths(self, delta: Step) -> list[tuple[str, ...]]:
        """For every path that ends in this dL/dz its factors, but for a ReLU's slope."""
        back = self.by_id[delta.needs[0]]
        if delta.rule == "delta_squared":
            return [(back.id, *self.slope(delta))]
        paths = [self.by_id[path] for path in back.needs] if back.rule == "sum_of_paths" else [back]
        return [(*path.needs, *self.slope(delta)) for path in paths]

    def slope(self, delta: Step) -> tuple[str, ...]:
        """The factors of the slope; none where it is 1 or 0."""
        slope = self.by_id[delta.needs[1]]
        if slope.rule == "slope_sigmoid":
            return slope.needs[1], _rest(slope.needs[1])
        return (slope.id,) if slope.written else ()

    def hull(self, step: Step, delta: Step, ways: Sequence[Sequence[tuple[str, ...]]]) -> Iterator[Step]:
        """The step as the hull of ways, each a sum of products; times a slope of 1 or 0, which changes no digit."""
        names = []
        for k, terms in enumerate(ways):
            names.append(_name(terms[0]) if len(terms) == 1 else f"{step.id}~way{k}")
            for factors in terms:
                yield from self.products(factors)
            if len(terms) > 1:
                yield Step(names[-1], "sum_of_paths", tuple(_name(factors) for factors in terms))
        slope = self.by_id[delta.needs[1]]
        if slope.written:
            yield replace(step, rule="hull", needs=tuple(names), written=False)
        else:
            yield Step(f"{step.id}~hull", "hull", tuple(names), written=False)
            yield replace(step, rule="product", needs=(f"{step.id}~hull", slope.id), written=False)

    def products(self, factors: tuple[str, ...]) -> Iterator[Step]:
        """The product of every two or more of the factors, made from all pairs of smaller products."""
        for size in range(2, len(factors) + 1):
            for subset in combinations(factors, size):
                if _name(subset) not in self.known:
                    self.known.add(_name(subset))
                    parts = [part for n in range(1, size) for part in combinations(subset, n) if subset[0] in part]
                    pairs = [(part, tuple(f for f in subset if f not in part)) for part in parts]
                    yield Step(_name(subset), "any_product", tuple(_name(half) for pair in pairs for half in pair))


def _either(step: Step, way: str) -> Iterator[Step]:
    direct = replace(step, id=f"{step.id}~direct")
    yield from (direct, replace(step, rule="hull", needs=(direct.id, way), written=False))


def _rest(a: str) -> str:
    return f"{a}~rest"


def _name(factors: Sequence[str]) -> str:
    return factors[0] if len(factors) == 1 else f"~{'*'.join(factors)}"
