"""Students at work, simulated: every step computed from the numbers written before it, and rounded by habit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qgen.engine.activations import Rule
from qgen.engine.functions import Value
from qgen.engine.intervals import Array
from qgen.engine.misconceptions import CATALOGUE, Misconception
from qgen.engine.multiplication_orders import ORDER_RULES, with_orders
from qgen.engine.rounding import Rounding
from qgen.engine.solve import Places, rules_by_row, solve
from qgen.engine.steps import Step
from qgen.exam.certify import Batch

UNROUNDED = 9  # as many digits more than asked stand for a calculator's memory: nothing is rounded between the answers

FAR = 1e9  # nobody writes numbers as large as this

# Rules of ORDER_RULES that run on intervals only.
FLOATS: Mapping[str, Rule] = {"exp": np.exp, "exp_minus": lambda z: np.exp(-z), "constant": lambda *, value: value}


@dataclass(frozen=True)
class Habits:
    """How each student writes numbers down: arrays (students,).

    extra: digits between the answers beyond those asked for; from_paper: goes on with the answer as it was written,
    not with those digits; order: which of the orders to multiply out a gradient, from 0.
    """

    extra: NDArray[np.int_]
    from_paper: NDArray[np.bool_]
    order: NDArray[np.int_]

    def take(self, rows: Places) -> Habits:
        """The chosen students'."""
        return Habits(self.extra[rows], self.from_paper[rows], self.order[rows])


def habits_of(n: int, rng: np.random.Generator) -> Habits:
    """Half of the students round every step as the paper says; the others keep more digits."""
    extra = np.array([0, 0, 0, 1, 2, UNROUNDED])[rng.integers(6, size=n)]
    return Habits(extra, rng.integers(2, size=n) == 0, rng.integers(60, size=n))


def work(
    batch: Batch,
    variants: NDArray[np.intp],
    habits: Habits,
    *,
    held: Sequence[tuple[Misconception, Places]] = (),
    slips: Mapping[str, Array] | None = None,
) -> Array:
    """What students of one question write: (students, items), inf where nothing can be computed, NaN where nothing is
    written, for it is too large.

    `held`: which rows hold a misconception. `slips`: by step the wrong numbers written there, (students,), NaN where
    there is none; everything after them is computed from them.
    """
    givens = {name: values[variants] for name, values in batch.givens.items()}
    rounding, items = batch.rounding, {item.step for item in batch.question.items}
    by_head = roundings(rounding, habits.extra)
    on_paper = roundings(rounding, np.where(habits.from_paper, 0, habits.extra))

    def write(step: Step, value: Value) -> Value:
        if np.ndim(value) == 0 or not step.written:
            return value
        return rounded(value, on_paper if step.id in items else by_head)

    def toss(*ways: Value) -> Value:
        return np.choose(habits.order % len(ways), np.broadcast_arrays(*ways, habits.order)[:-1])

    def toss_product(*factors: Value) -> Value:
        return toss(*(a * b for a, b in zip(factors[::2], factors[1::2], strict=True)))

    # the mistakes of the catalogue are made in the steps of the one order in which it is written
    steps = batch.question.steps if held else with_orders(batch.question.steps)
    rules: Mapping[str, Rule] = (
        rules_by_row(held) if held else {**ORDER_RULES, **FLOATS, "hull": toss, "any_product": toss_product}
    )
    with np.errstate(all="ignore"):
        made = solve(steps, givens, rules=rules, claimed=slips or {}, write=write)
        answers = batch.question.stacked(made, len(variants)).T
        answers = rounding.round(answers)
    for column, item in enumerate(batch.question.items):
        if slips and item.step in slips:
            answers[:, column] = np.where(np.isnan(slips[item.step]), answers[:, column], slips[item.step])
    return np.where(np.abs(answers) < FAR, answers, np.where(np.isfinite(answers), np.nan, np.inf))


def roundings(rounding: Rounding, extra: NDArray[np.int_]) -> list[tuple[Rounding, Places]]:
    """To how many digits students round who keep `extra` of them, (students,), and which ones do."""
    kept = [digits for digits in np.unique(extra).tolist() if digits != UNROUNDED]
    return [(Rounding(rounding.kind, rounding.digits + digits), np.flatnonzero(extra == digits)) for digits in kept]


def rounded(value: Array, roundings: Sequence[tuple[Rounding, Places]]) -> Array:
    """Each student's number, half up, as far as that student rounds."""
    result = np.array(value, dtype=np.float64)
    for rounding, rows in roundings:
        result[rows] = rounding.round(result[rows])
    return result


def changing(batch: Batch) -> NDArray[np.bool_]:
    """(catalogue, variants): whether a misconception changes an answer by more than the accepted range."""
    variants = np.arange(batch.size)
    exact = Habits(*(np.full(batch.size, fill) for fill in (UNROUNDED, False, 0)))
    right = work(batch, variants, exact)
    _, low, high = batch.key
    width = (high - low).T
    rows = []
    for misconception in CATALOGUE:
        made = work(batch, variants, exact, held=[(misconception, variants)])
        rows.append(~(np.abs(made - right) <= width).all(axis=1))
    return np.array(rows)
