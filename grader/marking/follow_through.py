"""Wrong answers to a question: what follows from own earlier ones, what is right but short, whose mistake is known."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from grader.marking.carried_forward import (
    before_update,
    follow,
    gradient_of_update,
    led_astray,
    own_values,
    shows_work,
    tells,
)
from grader.marking.diagnosis import Answers, diagnose
from grader.marking.hypotheses import Suspects
from grader.marking.named import Named
from grader.marking.tolerance import Bools, within
from grader.marking.verdicts import CORRECT, FOLLOW_THROUGH, IMPRECISE, WRONG, Verdicts, few_digits
from grader.reading.answers import Submissions
from grader.reading.numerals import read
from qgen.engine.intervals import Array
from qgen.engine.question import PARTS
from qgen.engine.rounding import Rounding
from qgen.exam.certify import Batch
from qgen.exam.exam import Exam

FEWEST_SIGNIFICANT = 2
SLIP = 3.0
"""An answer as many times further off than honest rounding goes may be a rounding slip; no mistake is named for it."""


class OnQuestion:
    """Some students with wrong cells, on one question; arrays are (students, items of the question)."""

    def __init__(
        self, exam: Exam, batch: Batch, submissions: Submissions, rows: NDArray[np.intp], columns: slice,
        verdicts: Verdicts,
    ) -> None:  # fmt: skip
        variants = submissions.variants[rows]
        self.exam, self.verdicts = exam, verdicts
        self.values = submissions.values[rows, columns]
        self.written = submissions.written[rows, columns]
        self.low, self.high = exam.low[columns].T[variants], exam.high[columns].T[variants]
        key = exam.value[columns].T[variants]
        self.own = own_values(batch, variants, self.values, verdicts == CORRECT, key)
        self.before = before_update(self.own, self.values)
        self.led_to = np.full(verdicts.shape, np.nan)
        self.coarse = np.zeros(verdicts.shape)
        self.local = np.full(verdicts.shape, np.nan)
        self.short = np.zeros(verdicts.shape, dtype=bool)

    def settle(self) -> None:
        """Finds follow-through and too few digits among the wrong cells."""
        marking, items = self.exam.spec.marking, self.own.question.items
        excluded = marking.no_follow_through if marking.follow_through > 0 else PARTS
        allowed = np.array([item.part not in excluded for item in items])
        earned = shows_work(self.own, self.values)
        bounds = [(self.low, self.high, self.low, np.ones(self.verdicts.shape, dtype=bool))]
        loose = np.full(self.verdicts.shape, np.nan)
        for own in (self.own, self.own.forward()):
            usable = allowed & led_astray(own)
            open_to = (self.verdicts == WRONG) & usable & (earned | (self.values == 0))
            rows = np.flatnonzero(open_to.any(axis=1))
            lowest, highest, due = np.full((3, *self.verdicts.shape), np.nan)
            lowest[rows], highest[rows], due[rows] = follow(own.take(rows))
            usable &= np.isfinite(highest - lowest)
            sharp = usable & tells(lowest, highest, self.before)
            bounds.append((lowest, highest, due, sharp))
            hit = open_to & usable & within(self.values, lowest, highest)
            loose[hit] = due[hit]
            hit &= sharp & earned
            self.verdicts[hit] = FOLLOW_THROUGH
            self.led_to[hit] = self.exam.spec.rounding.round(loose[hit])
        self._settle_loose(loose, allowed)
        self.local = (bounds[1][1] - bounds[1][0]) / 2
        self.coarse = half_units(self.values, self.written, self.verdicts == WRONG, self.exam.spec.rounding)
        for lowest, highest, due, usable in bounds:
            near = usable & within(self.values, lowest - self.coarse, highest + self.coarse)
            near &= (self.verdicts == WRONG) & earned & (self.coarse > 0)
            self.verdicts[near] = IMPRECISE
            if lowest is not self.low:
                self.short |= near
                self.led_to[near] = self.exam.spec.rounding.round(due[near])
        if marking.follow_through < marking.imprecise:  # too few digits are worth no more than all of them
            self.verdicts[self.short] = FOLLOW_THROUGH

    def _settle_loose(self, loose: Array, allowed: Bools) -> None:
        """What may follow, from the numbers that own values lead to, but is easily made up.

        Own numbers as small as rounding lead to ranges that hold nearly anything: their answers count for those who
        show at least as much other work. They lead to 0s, too, and these to parameters that stay as they were, which
        are written in no time: as many count as there is other work on the way back.
        """
        done = np.isin(self.verdicts, (CORRECT, FOLLOW_THROUGH))
        back = np.array([item.part in ("gradient", "update") for item in self.own.question.items])
        hit = (self.verdicts == WRONG) & ~np.isnan(loose)
        gradient = gradient_of_update(self.own.question)
        none = hit & (self.values == 0)
        still = allowed & (gradient >= 0) & none[:, gradient] & (self.verdicts == WRONG) & (self.values == self.before)
        loose[still] = self.before[still]
        small = hit & ~none
        none |= still
        small &= (small.sum(axis=1) <= done.sum(axis=1))[:, None]
        none &= (none.sum(axis=1) <= done[:, back].sum(axis=1))[:, None]
        self.verdicts[small | none] = FOLLOW_THROUGH
        self.led_to[small | none] = self.exam.spec.rounding.round(loose[small | none])

    def repeats(self) -> NDArray[np.intp]:
        """The wrong updated parameters (n, 2) that are the old ones."""
        return np.argwhere((self.verdicts == WRONG) & (self.values == self.before))

    def short_of_own(self) -> Iterator[tuple[int, int, str]]:
        """The answers with too few digits that are right from own earlier values only, with a note."""
        for student, item in np.argwhere(self.short).tolist():
            yield student, item, few_digits(self.exam.spec.rounding, float(self.led_to[student, item]))

    def misconceptions(self, known: Suspects) -> Named:
        """What is behind the cells that are still wrong."""
        settled = np.isin(self.verdicts, (CORRECT, FOLLOW_THROUGH, IMPRECISE))
        key = (self.high - self.low) / 2
        half = np.where(np.isfinite(self.local), self.local, key)
        slip = SLIP * np.maximum(half, key)
        wrong = (self.verdicts == WRONG) & ~within(self.values, self.low - slip, self.high + slip)
        return diagnose(Answers(self.own, self.values, wrong, settled, self.coarse, half, slip), known)


def half_units(values: Array, written: NDArray[np.object_], cells: Bools, asked: Rounding) -> Array:
    """For the given cells: half a unit of the last digit written where that is fewer than asked, else 0."""
    halves = np.zeros(cells.shape)
    tens = 10 * asked.unit(np.nan_to_num(values))
    # only a number that fits on fewer digits can have been written with fewer
    few = cells & (np.abs(values - np.round(values / tens) * tens) < 1e-3 * tens)
    halves[few] = [_half_unit(text, asked) for text in written[few].tolist()]
    return halves


@lru_cache(maxsize=1 << 16)
def _half_unit(text: str, asked: Rounding) -> float:
    numeral = read(text, comma="," in text)
    digits = numeral.decimals if asked.kind == "dp" else numeral.significant
    short = digits < asked.digits and numeral.significant >= FEWEST_SIGNIFICANT
    return 0.5 * 10.0**-numeral.decimals * (1 + 1e-9) if short else 0.0
