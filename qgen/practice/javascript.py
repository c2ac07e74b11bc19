"""JavaScript that runs through the rules: the practice page's engine is printed by the rules, never written by hand.

A `Number` is the code of a number, a `Range` that of an interval; what their code calls stands in
templates/numbers.js.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any, Self

from qgen.engine.activations import Rule
from qgen.engine.functions import Value, maximum
from qgen.engine.misconceptions import Misconception, Mistake
from qgen.engine.multiplication_orders import ORDER_RULES, with_orders
from qgen.engine.question import Question
from qgen.engine.rules import RULES
from qgen.engine.solve import solve
from qgen.engine.steps import Step
from qgen.exam.hypotheses import unshown
from qgen.solution.worked import Derivation


@dataclass(frozen=True, eq=False)
class Number:
    """The code of a number: an expression that may stand anywhere."""

    text: str

    # or NumPy would take one for an object and quietly build arrays of them
    __array_ufunc__ = None

    @classmethod
    def of(cls, value: Any) -> Self:
        """A constant as code, if it is none yet."""
        return value if isinstance(value, cls) else cls(_constant(float(value)))

    def call(self, name: str, *others: Any) -> Self:
        """What a function makes of it."""
        return type(self)(f"{name}({','.join(number.text for number in (self, *map(self.of, others)))})")

    def _infix(self, sign: str, name: str, other: Any) -> Self:
        """With another number behind: two numbers joined by the sign."""
        return type(self)(f"({self.text}{sign}{self.of(other).text})")

    def __add__(self, other: Any) -> Self:
        return self._infix("+", "add", other)

    def __radd__(self, other: Any) -> Self:
        return self.of(other) + self

    def __sub__(self, other: Any) -> Self:
        return self._infix("-", "subtract", other)

    def __rsub__(self, other: Any) -> Self:
        return self.of(other) - self

    def __mul__(self, other: Any) -> Self:
        return self._infix("*", "multiply", other)

    def __rmul__(self, other: Any) -> Self:
        return self.of(other) * self

    def __truediv__(self, other: Any) -> Self:
        return self._infix("/", "divide", other)

    def __rtruediv__(self, other: Any) -> Self:
        return self.of(other) / self

    def __neg__(self) -> Self:
        return type(self)(f"(-{self.text})")

    def __abs__(self) -> Self:
        return self.call("abs")

    def sigmoid(self) -> Self:
        """As it is computed on numbers."""
        return 1 / (1 + (-self).exp())

    def tanh(self) -> Self:
        """The hyperbolic tangent."""
        return self.call("tanh")

    def exp(self) -> Self:
        """e^z."""
        return self.call("exp")

    def log(self) -> Self:
        """The natural logarithm."""
        return self.call("log")

    def maximum(self, floor: Any) -> Self:
        """The larger of two."""
        return self.call("maximum", floor)

    def positive(self, otherwise: float) -> Self:
        """1 where it is positive."""
        return self.call("positive", otherwise)

    def otherwise(self, computed: Any) -> Self:
        """A student's number, and what is computed where there is none."""
        return self.call("otherwise", computed)


class Range(Number):
    """The code of an interval: every operation is a call."""

    @classmethod
    def of(cls, value: Any) -> Self:
        """A constant as the code of an interval that holds nothing else."""
        return value if isinstance(value, cls) else cls(f"R.point({_constant(float(value))})")

    def _infix(self, sign: str, name: str, other: Any) -> Self:
        return self.call(f"R.{name}", other)

    def __neg__(self) -> Self:
        return self.call("R.negate")

    def sigmoid(self) -> Self:
        """Of every number between."""
        return self.call("R.sigmoid")

    def square(self) -> Self:
        """Never below 0."""
        return self.call("R.square")

    def bell(self) -> Self:
        """a (1 - a), at most 1/4."""
        return self.call("R.bell")

    def hull(self, other: Any) -> Self:
        """The smallest interval that holds both."""
        return self.call("R.hull", other)

    def tanh(self) -> Self:
        """Of every number between."""
        return self.call("R.tanh")

    def exp(self) -> Self:
        """Of every number between."""
        return self.call("R.exp")

    def log(self) -> Self:
        """Of every positive number between."""
        return self.call("R.log")

    def maximum(self, floor: Any) -> Self:
        """Of every two numbers between."""
        return self.call("R.maximum", floor)

    def positive(self, otherwise: float) -> Self:
        """1, `otherwise`, or both."""
        return self.call("R.positive", otherwise)

    def otherwise(self, computed: Any) -> Self:
        """A student's number, and what is computed where there is none."""
        return self.call("R.otherwise", computed)


def _constant(value: float) -> str:
    text = repr(value).removesuffix(".0")
    return f"({text})" if text.startswith("-") else text


class Swapped:
    """A rule that mistakes are mistaken about, by number: the code takes the first that `m` holds."""

    def __init__(self, right: Rule, mistakes: Sequence[tuple[int, Mistake]]) -> None:
        self.right, self.mistakes = right, mistakes
        self.neighbours = tuple(dict.fromkeys(name for _, mistake in mistakes for name in mistake.neighbours))

    def __call__(self, *needs: Value, **named: Value) -> Value:
        """The right result, and each mistaken one where its number is asked for."""
        constants = {name: value for name, value in named.items() if name not in self.neighbours}
        result = Number.of(self.right(*needs, **constants))
        choices = ""
        for number, mistake in self.mistakes:
            if all(name in named for name in mistake.neighbours):
                wrong = mistake.wrong(*needs, **constants, **{name: named[name] for name in mistake.neighbours})
                choices += f"m[{number}]?{Number.of(wrong).text}:"
        return Number(f"({choices}{result.text})") if choices else result


def swapped(mistakes: Sequence[Misconception]) -> dict[str, Rule]:
    """The rules, mistaken where `m`, by the numbers of mistakes, is not 0."""
    return {
        name: Swapped(right, [(k, m.swaps[name]) for k, m in enumerate(mistakes) if name in m.swaps])
        for name, right in RULES.items()
    }


def engine(question: Question, mistakes: Sequence[Misconception] = (), slips: Sequence[Misconception] = ()) -> str:
    """An object of functions that compute every step of a question, each an array in the order of its steps.

    values(g, c, m): from givens, a student's own answers (NaN for none) and, by place, which mistakes and slips are
    made; silent: the same where a bias's gradient shows no dL/dz. ranges(g, c, write): intervals, in any order of
    multiplication, of items alone. depends(g, c): above 0 what depends on answers that are 1. worked(g, round): as
    the worked solution is rounded.
    """
    steps, shown = question.steps, Derivation(question).shown
    largest = dict.fromkeys(RULES, lambda *needs, **constants: reduce(maximum, map(abs, needs)))
    ordered = {**ORDER_RULES, "constant": lambda *, value: Range.of(value)}

    def written(step: Step, value: Value) -> Value:
        return value.call("write") if step.written else value

    def rounded(step: Step, value: Value) -> Value:
        return value.call("round") if step.id in shown else value

    functions = {
        "values(g,c,m)": _body(question, steps, Number, swapped([*mistakes, *slips])),
        "silent(g,c,m)": _body(question, unshown(steps), Number, swapped(mistakes)),
        "ranges(g,c,write)": _body(question, with_orders(steps), Range, ordered, written, items=True),
        "depends(g,c)": _body(question, steps, Number, largest),
        "worked(g,round)": _body(question, steps, Number, RULES, rounded, claims=False),
    }
    return "{" + ",\n".join(f"{name}{{{body}}}" for name, body in functions.items()) + "}"


def _body(
    question: Question, steps: Sequence[Step], kind: type[Number], rules: Mapping[str, Rule],
    write: Callable[[Step, Value], Value] = lambda step, value: value, *, claims: bool = True, items: bool = False,
) -> str:  # fmt: skip
    """The statements that solve makes: one for each step, its result under a short name."""
    lines: list[str] = []
    names: dict[str, Number] = {}

    def named(step: Step, value: Value) -> Value:
        names[step.id] = kind(f"s{len(names)}")
        lines.append(f"const {names[step.id].text}={_bare(write(step, kind.of(value)).text)};")
        return names[step.id]

    givens = {name: kind(f"g[{k}]") for k, name in enumerate(question.givens)}
    claimed = {item.step: kind(f"c[{k}]") for k, item in enumerate(question.items)} if claims else {}
    results = solve(steps, givens, rules=rules, claimed=claimed, write=named)
    asked = [item.step for item in question.items] if items else [step.id for step in steps]
    return "".join(lines) + f"return[{','.join(results[name].text for name in asked)}];"


def _bare(text: str) -> str:
    """Without parentheses around the whole."""
    depth = 0
    for place, char in enumerate(text):
        depth += (char == "(") - (char == ")")
        if depth == 0:
            return text[1:-1] if char == ")" and text[0] == "(" and place == len(text) - 1 else text
    return text
