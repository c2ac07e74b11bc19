"""Every order in which a student may compute an answer, each rounding at other places.

Marking needs one list of steps; the range of all honest answers needs every order. `with_orders` rewrites a
question's steps so that what is a product of several factors is the hull of all ways to multiply them two by two. The
factors of dL/dz are, for every path, the gradient that comes in, the weight and the slope, or, the slope last, the
sum of paths and the slope; a slope may have factors of its own, and so may the error of a scaled loss. A weight's
gradient is dL/dz times what the weight carries, or the sum over paths with this as one more factor. An activation is
what a calculator shows, or is put together from exponentials that are written down.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from itertools import combinations

from qgen.engine.activations import Activation, Rule, Working
from qgen.engine.functions import Value, exp
from qgen.engine.intervals import interval
from qgen.engine.rules import RULES
from qgen.engine.steps import Role, Step


def hull(*ways: Value) -> Value:
    """The smallest interval that holds what every way leads to."""
    return reduce(lambda a, b: a.hull(b), (interval(way) for way in ways))


def any_product(*factors: Value) -> Value:
    """The hull of products: the first factor times the second, the third times the fourth, ..."""
    return hull(*(interval(a) * b for a, b in zip(factors[::2], factors[1::2], strict=True)))


def complement(a: Value) -> Value:
    """1 - a."""
    return 1 - a


ORDER_RULES: Mapping[str, Rule] = {
    **RULES,
    "hull": hull,
    "any_product": any_product,
    "complement": complement,
    "exp": lambda z: exp(interval(z)),
    "exp_minus": lambda z: exp(-interval(z)),
    "one_plus": lambda e: 1 + e,
    "one_over": lambda n: 1 / n,
    "quotient": lambda a, b: a / b,
    "constant": lambda *, value: interval(value),
}


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
        if step.role == Role.ACTIVATION and step.activation and step.activation.value_working:
            *lines, last = self.value_by_hand(step, step.activation)
            direct, by_hand = replace(step, id=f"{step.id}~direct"), replace(last, id=f"{step.id}~by_hand")
            yield from (*lines, by_hand, direct)
            yield _hull(step, (direct.id, by_hand.id))
        elif step.role == Role.SLOPE and step.activation and step.activation.slope_working:
            z, a = step.needs
            yield from _worked_by_hand(step, step.activation.slope_working, {"z": z, "a": a})
        elif step.role == Role.LOSS_TERM and step.loss and step.rule in step.loss.by_hand:
            yield from _worked_by_hand(step, step.loss.by_hand[step.rule], {"a": step.needs[0]})
        elif step.role == Role.ERROR and _scaled(step):
            factor, difference = self.error(step)
            constants = {"value": step.constants["factor"]}
            yield replace(step, id=factor, rule="constant", needs=(), constants=constants)
            yield replace(step, id=difference, rule="residual", constants={})
            yield replace(step, rule="product", needs=(factor, difference), constants={})
        elif self.has_slope(step):
            paths, whole = self.paths(step), [(*self.error(self.by_id[step.needs[0]]), *self.slope(step))]
            yield from self.hull(step, step, [paths, whole] if len(paths) > 1 else [paths])
        elif step.rule == "weight_gradient" and self.by_path and self.has_slope(self.by_id[step.needs[0]]):
            delta, source = self.by_id[step.needs[0]], step.needs[1]
            paths, whole = [(*path, source) for path in self.paths(delta)], [step.needs]
            yield from self.hull(step, delta, [paths, whole])
        elif step.role == Role.UPDATE and self.by_path and self.by_id[step.needs[1]].role == Role.CHANGE:
            yield from self.one_after_the_other(step)
        elif step.rule == "batch_mean":
            yield from self.divided_first(step)
        else:
            yield step

    def one_after_the_other(self, update: Step) -> Iterator[Step]:
        """An update with momentum, or its two parts added to the parameter in either order."""
        w, change = update.needs
        term, scaled = self.by_id[change].needs
        with_term, with_scaled, ways = (
            f"{update.id}~term",
            f"{update.id}~scaled",
            [f"{update.id}~{n}" for n in (1, 2, 3)],
        )
        yield replace(update, id=with_term, needs=(w, term))
        yield replace(update, id=with_scaled, rule="update", needs=(w, scaled))
        yield replace(update, id=ways[0])
        yield replace(update, id=ways[1], rule="update", needs=(with_term, scaled))
        yield replace(update, id=ways[2], needs=(with_scaled, term))
        yield _hull(update, ways)

    def divided_first(self, mean: Step) -> Iterator[Step]:
        """The mean of a batch, or the sum of its examples' shares of it."""
        whole, ways = self.by_id[mean.needs[0]], [f"{mean.id}~{n}" for n in (1, 2)]
        shares = tuple(f"{need}~share" for need in whole.needs)
        for need, share in zip(whole.needs, shares, strict=True):
            yield replace(mean, id=share, needs=(need,))
        yield replace(whole, id=ways[0], needs=shares)
        yield replace(mean, id=ways[1])
        yield _hull(mean, ways)

    def value_by_hand(self, step: Step, activation: Activation) -> Iterator[Step]:
        """The lines of an activation; in a layer worked out as a whole, each is written down once for every unit."""
        z, *layer = step.needs
        if not activation.whole_layer:
            yield from _worked_by_hand(step, activation.value_working, {"z": z})
            return
        first, total, last = activation.value_working
        ids = {z: f"{z}~{first.name}" for z in layer}
        whole = f"{layer[0]}~{total.name}"
        for need, line in ids.items():
            if line not in self.known:
                self.known.add(line)
                yield replace(step, id=line, rule=first.rule, needs=(need,), constants={})
        if whole not in self.known:
            self.known.add(whole)
            yield replace(step, id=whole, rule=total.rule, needs=tuple(ids.values()), constants={})
        yield replace(step, rule=last.rule, needs=(ids[z], whole), constants={})

    def has_slope(self, step: Step) -> bool:
        """Whether this is a dL/dz that is a product with the unit's slope."""
        return step.role == Role.DELTA and len(step.needs) == 2

    def paths(self, delta: Step) -> list[tuple[str, ...]]:
        """For every path that ends in this dL/dz its factors, but for a slope of 1 or 0."""
        back = self.by_id[delta.needs[0]]
        if back.role == Role.ERROR:
            return [(*self.error(back), *self.slope(delta))]
        summed = back.role == Role.SUM_OF_PATHS and back.needs[0] in self.by_id  # else dL/da is given
        paths = [self.by_id[path] for path in back.needs] if summed else [back]
        return [(*path.needs, *self.slope(delta)) for path in paths]

    def error(self, back: Step) -> tuple[str, ...]:
        """The factors of what comes back to a unit: of a scaled error two."""
        return (f"{back.id}~factor", f"{back.id}~difference") if _scaled(back) else (back.id,)

    def slope(self, delta: Step) -> tuple[str, ...]:
        """The factors of the slope; none where it is 1 or 0."""
        slope = self.by_id[delta.needs[1]]
        if slope.activation is None:
            return (slope.id,)
        ids = {"z": slope.needs[0], "a": slope.needs[1], "slope": slope.id}
        return tuple(ids.get(name, f"{slope.id}~{name}") for name in slope.activation.slope_factors)

    def hull(self, step: Step, delta: Step, ways: Sequence[Sequence[tuple[str, ...]]]) -> Iterator[Step]:
        """The step as the hull of ways, each a sum of products; times a slope of 1 or 0, which changes no digit."""
        names = []
        for k, terms in enumerate(ways):
            names.append(_name(terms[0]) if len(terms) == 1 else f"{step.id}~way{k}")
            for factors in terms:
                yield from self.products(step, factors)
            if len(terms) > 1:
                yield replace(
                    step, id=names[-1], rule="sum_of_paths", needs=tuple(_name(factors) for factors in terms), shows=""
                )
        slope = self.by_id[delta.needs[1]]
        if slope.activation and slope.activation.switch:
            yield _hull(replace(step, id=f"{step.id}~hull", shows=""), names)
            yield replace(step, rule="product", needs=(f"{step.id}~hull", slope.id), written=False)
        else:
            yield _hull(step, names)

    def products(self, step: Step, factors: tuple[str, ...]) -> Iterator[Step]:
        """The product of every two or more of the factors, made from all pairs of smaller products."""
        for size in range(2, len(factors) + 1):
            for subset in combinations(factors, size):
                if _name(subset) not in self.known:
                    self.known.add(_name(subset))
                    parts = [part for n in range(1, size) for part in combinations(subset, n) if subset[0] in part]
                    pairs = [(part, tuple(f for f in subset if f not in part)) for part in parts]
                    needs = tuple(_name(half) for pair in pairs for half in pair)
                    yield replace(step, id=_name(subset), rule="any_product", needs=needs, shows="")


def _worked_by_hand(step: Step, lines: Sequence[Working], ids: dict[str, str]) -> Iterator[Step]:
    """The lines as steps, the last one under the step's own id."""
    for line in lines[:-1]:
        ids = {**ids, line.name: f"{step.id}~{line.name}"}
        yield replace(step, id=ids[line.name], rule=line.rule, needs=tuple(ids[n] for n in line.needs), constants={})
    last = lines[-1]
    yield replace(step, rule=last.rule, needs=tuple(ids[n] for n in last.needs), constants={})


def _hull(step: Step, ways: Sequence[str]) -> Step:
    return replace(step, rule="hull", needs=tuple(ways), constants={}, written=False)


def _scaled(error: Step) -> bool:
    """Whether an error is multiplied by a factor, which may be done sooner or later."""
    return error.role == Role.ERROR and error.constants.get("factor", 1.0) != 1.0


def _name(factors: Sequence[str]) -> str:
    return factors[0] if len(factors) == 1 else f"~{'*'.join(factors)}"
