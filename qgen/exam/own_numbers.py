"""Numbers that an author chose, held to the conditions of drawn ones: which breaks which, and what would mend it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from qgen.decimals import plain
from qgen.engine.rounding import MOST_DIGITS, Rounding
from qgen.engine.symbols import plain_name
from qgen.errors import several, some
from qgen.exam.certify import DECIMALS, STAGES, Batch, by_item, by_unit, mistake_gaps
from qgen.exam.spec import Certify

DIGITS = ("tolerance", "zero", "old value", "misconceptions")  # conditions that more digits may keep
OFF = {"tolerance": 1, "saturation": 0, "kink": 0, "copying": 1, "misconceptions": False}


@dataclass(frozen=True)
class Breach:
    """A condition that a question's own numbers do not keep: where, and what would mend it."""

    question: str
    condition: str
    where: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.question}: {self.where}; {self.remedy}"


def kept(batches: Sequence[Batch]) -> Iterator[str]:
    """Of questions whose numbers are all an author's own: which conditions they do not keep, in words."""
    for batch in (batch for batch in batches if batch.spec.all_fixed):
        found = list(breaches(batch))
        keep = "do not keep" if found else "keep"
        yield f"{batch.question.id}: your own numbers {keep} every condition of a fair paper"
        yield from (f"  {breach}" for breach in found)


def guessed(batches: Sequence[Batch]) -> Iterator[str]:
    """Of other questions: how many answers are easily guessed, in words."""
    for batch in batches:
        if zeros := 0 if batch.spec.all_fixed else easily_guessed(batch):
            yield f"{batch.question.id}: {several(zeros, 'answer')} can be 0 because a given is 0: easily guessed"


def breaches(batch: Batch) -> Iterator[Breach]:
    """Of a question whose numbers are all fixed."""
    question, certify = batch.question.id, batch.certify
    margins = {name: float(margin[0]) for stage in STAGES for name, margin in stage(batch).items()}
    broken = {name for name, margin in margins.items() if not margin > 0}
    digits = _enough_digits(batch, broken)
    units, items = by_unit(batch), by_item(batch)
    if "active" in broken:
        near = _named(batch, [name for name, margin in units["active"].items() if not margin[0] > 0])
        yield Breach(
            question, "active", f"{near} within {certify.kink:g} of the kink of its unit"
            if near else f"another number of ReLU units is dead than dead_relu = {batch.spec.dead_relu}",
            "change a weight or an input that leads there" if near else "write how many are meant",
        )  # fmt: skip
    if "saturation" in broken:
        flat = _named(batch, [name for name, margin in units["saturation"].items() if not margin[0] > 0])
        yield Breach(
            question, "saturation", f"{flat}: saturated, and what is multiplied by its slope keeps few digits",
            "smaller weights or inputs would mend it",
        )  # fmt: skip
    told = {
        "tolerance": f"the accepted range is wider than {100 * certify.tolerance:g} % of the value to a side",
        "zero": "the accepted range holds 0",
        "old value": "the accepted range holds the old value, so that copying it is right",
    }
    for name, sentence in told.items():
        if name in broken:
            wide = _named(batch, [step for step, margin in items[name].items() if not margin[0] > 0])
            yield Breach(question, name, f"{wide}: {sentence}", _remedy(name, digits))
    if "misconceptions" in broken:
        found = [f"{m.name} at {plain_name(item.step)}" for m, item, gap in mistake_gaps(batch) if not gap[0] > 0]
        yield Breach(
            question, "misconceptions", f"known mistakes that lead into an accepted range: {some(found)}",
            _remedy("misconceptions", digits),
        )  # fmt: skip


def _named(batch: Batch, steps: list[str]) -> str:
    """Numbers with their names: z_2^(2) is 4.98."""
    values = {step: float(f"{np.round(batch.value(step)[0], DECIMALS) + 0.0:.3g}") for step in steps}
    return some([f"{plain_name(step)} is {plain(value)}" for step, value in values.items()])


def _enough_digits(batch: Batch, broken: set[str]) -> dict[str, Rounding]:
    """By condition the fewest digits with which the same numbers keep it, if any do."""
    found: dict[str, Rounding] = {}
    asked = batch.rounding
    for digits in range(asked.digits + 1, MOST_DIGITS + 1) if broken & set(DIGITS) else ():
        finer = replace(batch, rounding=Rounding(asked.kind, digits))
        for stage in STAGES[2:]:
            for name, margin in stage(finer).items():
                if name in broken and margin[0] > 0:
                    found.setdefault(name, finer.rounding)
        if broken & set(DIGITS) <= found.keys():
            break
    return found


def _remedy(condition: str, digits: dict[str, Rounding]) -> str:
    if condition in digits:
        return f'rounding = "{digits[condition]}" would mend it'
    return "more digits do not mend it: other numbers would, or leave it at that"


def switched_off(certify: Certify) -> list[str]:
    """The keys of [certify] that turn a condition off."""
    return [key for key, value in OFF.items() if getattr(certify, key) == value]


def easily_guessed(batch: Batch) -> int:
    """How many items are 0 on some paper though no unit is dead there: a given is 0, and whoever sees it knows."""
    return 0 if batch.spec.dead_relu else sum(bool(np.any(zero)) for zero in batch.zeroed.values())
