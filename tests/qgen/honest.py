"""Honest students, simulated: what a class writes when everyone works correctly and rounds as the paper says.

Written from the lecture notes, not from qgen's steps: the formulas, the rounding and the orders are this file's own,
so that the accepted ranges have something outside of themselves to be held against. Only the names of numbers come
from the network. Arrays have the shape (variants, students).
"""

from collections.abc import Mapping, Sequence
from functools import reduce
from operator import add

import numpy as np
from numpy.typing import NDArray

from qgen.engine.question import Question
from qgen.engine.rounding import Rounding

Array = NDArray[np.float64]
Signals = list[list[Array]]
POWERS = 10.0 ** np.arange(-12, 30)
UNROUNDED = 99


class Hand:
    """How a class writes numbers down. Everyone has a habit, and rounds halves up or to even.

    Habits: only the paper's digits; always the same 1 to 4 more; nothing between the answers; or another choice for
    every number. Some go on with the answer as written on the paper, others with what they had before. `more_digits`
    gives some of them a habit of writing answers, too, with more digits than asked.
    """

    def __init__(
        self, rounding: Rounding, shape: tuple[int, int], rng: np.random.Generator, *, more_digits: bool = False
    ) -> None:
        self.kind, self.digits, self.shape, self.rng = rounding.kind, rounding.digits, shape, rng
        self.to_even = rng.random((1, shape[1])) < 0.5
        self.habit = rng.integers(4, size=(1, shape[1]))
        self.usual = rng.integers(1, 5, size=(1, shape[1]))
        self.goes_on_with_answer = rng.random((1, shape[1])) < 0.5
        self.answer_digits = np.where(more_digits & (rng.random((1, shape[1])) < 0.5), self.usual, 0)

    def noted(self, value: Array) -> Array:
        """A number between the answers, with as many digits as it happens to get."""
        choice = self.rng.choice([0, 0, 1, 2, 3, 4, UNROUNDED], size=self.shape)
        extra = np.choose(self.habit, [np.zeros_like(choice), self.usual, np.full_like(choice, UNROUNDED), choice])
        return np.where(extra == UNROUNDED, value, self.rounded(value, np.where(extra == UNROUNDED, 0, extra)))

    def answer(self, value: Array) -> Array:
        """A number in an answer box, rounded as the paper says."""
        return self.rounded(value, self.answer_digits)

    def rounded(self, value: Array, extra: NDArray[np.int_]) -> Array:
        """To the paper's digits and `extra` more; a tie is one in decimals, not in the computer's fractions."""
        places = self.digits + extra
        if self.kind == "sf":
            with np.errstate(divide="ignore"):
                leading = np.floor(np.log10(np.abs(value)) + 1e-12)
            places = places - 1 - np.where(np.isfinite(leading), leading, 0).astype(int)
        power = POWERS[np.clip(places, -12, 17) + 12]
        scaled = np.abs(value * power)
        tie = np.abs(scaled - np.floor(scaled) - 0.5) < 1e-6
        up = np.floor(scaled + np.where(tie, 0.75, 0.5))
        even = np.where(tie, 2 * np.rint(scaled / 2), up)
        return np.copysign(np.where(self.to_even, even, up), value) / power

    def toss(self, ways: Sequence[Array]) -> Array:
        """One of several ways, for everyone and every time anew."""
        shape = np.broadcast_shapes(self.shape, *(np.shape(way) for way in ways))
        return np.choose(self.rng.integers(len(ways), size=self.shape), [np.broadcast_to(way, shape) for way in ways])

    def product(self, *factors: Array) -> Array:
        """Factors multiplied two by two, each product noted: from left to right, or in one of two other orders."""
        return self.toss([self._in_some_order(list(factors), mixed=k > 0) for k in range(min(3, len(factors)))])

    def _in_some_order(self, factors: list[Array], mixed: bool) -> Array:
        while len(factors) > 1:
            i, j = self.rng.permutation(len(factors))[:2] if mixed else (0, 1)
            both = self.noted(factors[i] * factors[j])
            factors = [both, *(factor for k, factor in enumerate(factors) if k not in (i, j))]
        return factors[0]


class Student:
    """One class at work on one question; `answers` fills up by step: z1_1, dw13, t2_loss, ..."""

    def __init__(self, question: Question, givens: Mapping[str, Array], hand: Hand) -> None:
        self.question, self.hand = question, hand
        nothing = dict.fromkeys(question.all_given, np.array(np.nan))  # not given, for nothing asked needs it
        self.known = nothing | {name: np.asarray(value)[:, None] for name, value in givens.items()}
        self.answers: dict[str, Array] = {}
        self.asked = {item.step for item in question.items}
        self.changes: dict[str, Array] = {}
        for t in range(1, question.iterations + 1):
            self._iteration("" if t == 1 else f"t{t}_")

    def _box(self, name: str, value: Array) -> Array:
        """Notes a result, writes the answer, and goes on with one of the two; with what is given, where it is."""
        if name in self.question.shown:
            return self.known.get(name, np.array(np.nan))  # shown, and not given, for nothing asked needs it
        noted = self.hand.noted(value)
        self.answers[name] = self.hand.answer(noted)
        return np.where(self.hand.goes_on_with_answer & (self.hand.answer_digits == 0), self.answers[name], noted)

    def _is_given(self, name: str) -> bool:
        return name in self.question.shown and name in self.known

    def _forward(
        self, p: str, xs: list[Array], held: Mapping[str, Array]
    ) -> tuple[list[list[Array]], list[list[Array]]]:
        """z and a of every layer, the inputs before them, with the parameters held."""
        network, zs, signals = self.question.network, [], [xs]
        for k, layer in enumerate(network.layers):
            zs.append([])
            for j, unit in enumerate(layer.units):
                terms = [self.hand.noted(held[network.weight(k, i, j)] * signals[-1][i]) for i in network.sources(k, j)]
                terms += [held[name] for name in (network.bias(k, j),) if name]
                zs[-1].append(self._box(f"{p}z{unit}", reduce(add, terms)))
            found = self._activations(layer.activation.name, layer.activation.constants, zs[-1])
            signals.append([self._box(f"{p}a{unit}", a) for unit, a in zip(layer.units, found, strict=True)])
        return zs, signals

    def _iteration(self, p: str) -> None:
        network, gradients = self.question.network, dict[str, list[Array]]()
        examples = [p, *(f"{p}e{e}_" for e in range(2, self.question.batch + 1))]
        self._box(f"{p}loss", self._together([self._example(example, gradients) for example in examples]))
        new: dict[str, Array] = {}
        for name, parts in gradients.items():
            self._update(p, name, self._together(parts), new)
        self.known |= new
        losses = []
        with np.errstate(all="ignore"):  # far out a sigmoid is 0 or 1
            for e in examples:
                _, signals = self._forward(f"{e}after_", [self.known[e + x] for x in network.xs], self.known)
                losses.append(self._loss(signals[-1], [self.known[e + y] for y in network.ys]))
            self._box(f"{p}after_loss", self._together(losses))

    def _together(self, parts: Sequence[Array]) -> Array:
        """One number of a batch: the sum, or the mean, each divided or the sum."""
        if len(parts) == 1:
            return parts[0]
        noted = self.hand.noted
        parts = [noted(part) for part in parts]
        if self.question.summed:
            return reduce(add, parts)
        whole = noted(reduce(add, parts)) / len(parts)
        return self.hand.toss([whole, reduce(add, [noted(part / len(parts)) for part in parts])])

    def _example(self, p: str, gradients: dict[str, list[Array]]) -> Array:
        """Forward and back with one example; its loss."""
        network, noted = self.question.network, self.hand.noted
        sizes = [len(layer.units) for layer in network.layers]
        xs = [self.known[p + x] for x in network.xs]
        zs, signals = self._forward(p, xs, self.known)
        targets = [self.known[p + y] for y in network.ys]
        loss = self._loss(signals[-1], targets)
        above: list[Array] = []
        for k in reversed(range(len(network.layers))):
            layer, here, biases = network.layers[k], [], {}
            for j, unit in enumerate(layer.units):
                slopes = self._slopes(layer.activation.name, layer.activation.constants, zs[k][j], signals[k + 1][j])
                if k == len(sizes) - 1:
                    back = [self._error(noted(signals[-1][j] - targets[j]), len(targets))]
                    if self.question.loss.name == "categorical-cross-entropy":
                        slopes = [()]
                    elif self.question.loss.name == "cross-entropy":
                        self._box(f"{p}da{unit}", back[0][0] / noted(signals[-1][j] * noted(1 - signals[-1][j])))
                        slopes = [()]
                else:
                    back = [(above[m], self.known[network.weight(k + 1, j, m)]) for m in network.targets(k + 1, j)]
                if self._is_given(f"{p}da{unit}"):
                    back = [(self.known[f"{p}da{unit}"],)]
                here.append(self._delta(f"{p}%s{unit}", back, slopes))
                paths = [] if self._is_given(f"{p}dz{unit}") else back
                self._gradients(k, j, here[-1], paths, slopes, signals[k], gradients)
                biases.setdefault(network.bias(k, j), []).append(here[-1])
            for name, deltas in biases.items():
                if name in network.trained(k):
                    gradients.setdefault(name, []).append(reduce(add, deltas))
            above = here
        for i, x in enumerate(network.xs):
            paths = [noted(above[j] * self.known[network.weight(0, i, j)]) for j in network.targets(0, i)]
            self._box(f"{p}d{x}", reduce(add, paths))
        return loss

    def _activations(self, kind: str, constants: Mapping[str, float], zs: Sequence[Array]) -> list[Array]:
        """Of a layer."""
        if kind != "softmax":
            return [self._activation(kind, constants, z) for z in zs]
        exponentials = [self.hand.noted(np.exp(z)) for z in zs]
        whole, exact = self.hand.noted(reduce(add, exponentials)), reduce(add, [np.exp(z) for z in zs])
        return [self.hand.toss([np.exp(z) / exact, e / whole]) for z, e in zip(zs, exponentials, strict=True)]

    def _activation(self, kind: str, constants: Mapping[str, float], z: Array) -> Array:
        """As the calculator shows it, or from exponentials that are noted."""
        noted, toss = self.hand.noted, self.hand.toss
        if kind == "sigmoid":
            return toss([np.exp(z) / (np.exp(z) + 1), 1 / noted(1 + noted(np.exp(-z)))])
        if kind == "tanh":
            up, down = noted(np.exp(z)), noted(np.exp(-z))
            return toss([np.tanh(z), noted(up - down) / noted(up + down)])
        if kind == "leaky-relu":
            return np.where(z > 0, z, constants["slope"] * z)
        return np.maximum(z, 0) if kind == "relu" else z

    def _loss(self, outputs: Sequence[Array], targets: Sequence[Array]) -> Array:
        noted, terms = self.hand.noted, []
        for a, y in zip(outputs, targets, strict=True):
            if self.question.loss.name == "categorical-cross-entropy":
                terms.append(noted(y * noted(np.log(a))))
            elif self.question.loss.name != "cross-entropy":
                e = noted(a - y)
                terms.append(noted(e * e))
            else:
                terms.append(noted(y * noted(np.log(a))))
                terms.append(noted((1 - y) * noted(np.log(noted(1 - a)))))
        total = reduce(add, terms)
        scale = {"squared-error": 1 / 2, "sum-of-squares": 1, "mean-squared-error": 1 / len(targets)}
        return np.asarray(scale.get(self.question.loss.name, -1) * total)

    def _error(self, difference: Array, outputs: int) -> tuple[Array, ...]:
        """dL/da as factors: the difference, and with the sum or the mean of squares 2, or 2 over their number."""
        if self.question.loss.name == "sum-of-squares":
            return (np.full(self.hand.shape, 2.0), difference)
        if self.question.loss.name == "mean-squared-error" and outputs != 2:
            return (self.hand.noted(np.full(self.hand.shape, 2 / outputs)), difference)
        return (difference,)

    def _slopes(self, kind: str, constants: Mapping[str, float], z: Array, a: Array) -> list[tuple[Array, ...]]:
        """The slope as one number, or for a sigmoid as the factors a and 1 - a."""
        noted = self.hand.noted
        if kind == "sigmoid":
            rest = noted(1 - a)
            return [(noted(a * rest),), (a, rest)]
        if kind == "tanh":
            return [(noted(1 - noted(a * a)),)]
        if kind == "leaky-relu":
            return [(np.where(z > 0, 1.0, constants["slope"]),)]
        return [(np.where(z > 0, 1.0, 0.0),)] if kind == "relu" else [()]

    def _delta(self, name: str, back: Sequence[tuple[Array, ...]], slopes: Sequence[tuple[Array, ...]]) -> Array:
        """dL/dz: the slope as factor of every path, or of their sum, dL/da."""
        product = self.hand.product
        whole = self.hand.noted(reduce(add, [product(*path) for path in back]))
        if name % "da" not in self.answers:
            whole = self._box(name % "da", whole)
        ways = [product(whole, *slope) for slope in slopes]
        ways += [reduce(add, [product(*path, *slope) for path in back]) for slope in slopes]
        sign = -1 if self.question.negative else 1
        return sign * self._box(name % "dz", sign * self.hand.toss(ways))

    def _gradients(
        self, k: int, j: int, delta: Array, back: Sequence[tuple[Array, ...]],
        slopes: Sequence[tuple[Array, ...]], below: Sequence[Array],
        gradients: dict[str, list[Array]],
    ) -> None:  # fmt: skip
        """Gradients of one unit: a weight's from dL/dz, or path by path."""
        network, product = self.question.network, self.hand.product
        for i in network.sources(k, j):
            a = below[i]
            ways = [reduce(add, [product(*path, *slope, a) for path in back]) for slope in slopes if back]
            gradients.setdefault(network.weight(k, i, j), []).append(self.hand.toss([delta * a, *ways]))

    def _update(self, p: str, name: str, gradient: Array, new: dict[str, Array]) -> None:
        gradient = self._box(f"{p}d{name}", gradient)
        noted, w = self.hand.noted, self.known[name]
        change = -noted(self.known["alpha"] * gradient)
        term = noted(self.known["mu"] * self.changes[name]) if name in self.changes and self.question.momentum else None
        ways = [] if term is None else [noted(w + change) + term, noted(w + term) + change]
        self.changes[name] = self._box(f"{p}change_{name}", change if term is None else change + term)
        asked = f"{p}change_{name}" in self.asked
        new[name] = self._box(f"{p}new_{name}", self.hand.toss([w + self.changes[name], *([] if asked else ways)]))


def honest_answers(
    question: Question,
    givens: Mapping[str, Array],
    rounding: Rounding,
    students: int,
    rng: np.random.Generator,
    *,
    more_digits: bool = False,
) -> dict[str, Array]:
    """Every item's answers, shape (variants, students), by item id; `givens` hold arrays (variants,)."""
    shape = (len(next(iter(givens.values()))), students)
    answers = Student(question, givens, Hand(rounding, shape, rng, more_digits=more_digits)).answers
    return {item.id: np.broadcast_to(answers[item.step], shape) for item in question.items}
