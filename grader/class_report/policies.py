"""How marks would move under another policy, from the verdicts that are there: nothing is marked again.

Without follow-through an answer that was right from own values alone is wrong; repeated mistakes charged once, an
answer that is wrong by nothing but mistakes shown before in the same question earns all its marks. What the examiner
decided stays.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grader.class_report.cohort import Cohort
from grader.marking.shown import shown_before
from grader.marking.verdicts import FOLLOW_THROUGH
from grader.statistics.scores import SAME, mean, pass_rate, standard_deviation
from grader.statistics.undefined import Figure
from qgen.engine.intervals import Array


@dataclass(frozen=True)
class Outcome:
    """The class under a policy: mean and spread of the scores, the share that passes, whose score moves, how far."""

    policy: str
    mean: Figure
    deviation: Figure
    passes: Figure
    moved: int
    furthest: float


def outcomes(cohort: Cohort, mark: float) -> Iterator[Outcome]:
    """As marked, without follow-through, with repeated mistakes charged once. mark: to pass, in per cent."""
    for policy, earned in (
        ("as_marked", cohort.earned),
        ("no_follow_through", without_follow_through(cohort)),
        ("charged_once", charged_once(cohort)),
    ):
        scores = np.asarray(np.round(np.nansum(earned, axis=1), 6))
        moves = scores - cohort.scores
        furthest = float(moves[np.argmax(np.abs(moves))]) if len(moves) else 0.0
        moved = int(np.count_nonzero(np.abs(moves) > SAME))
        passes = pass_rate(cohort.of_most(scores), mark)
        yield Outcome(policy, mean(scores), standard_deviation(scores), passes, moved, furthest)


def without_follow_through(cohort: Cohort) -> Array:
    """(students, items and tasks): what each cell would earn."""
    own = cohort.verdicts == FOLLOW_THROUGH
    for place, reason in cohort.reasons.items():
        own[place] |= reason.kind == "imprecise_of_own"
    return _instead(cohort, own, np.zeros(len(cohort.items)))


def charged_once(cohort: Cohort) -> Array:
    """The same where a mistake costs marks at its first answer in a question only."""
    questions = [item.question for item in cohort.items]
    again = shown_before(cohort.reasons, questions, cohort.verdicts.shape)
    return _instead(cohort, again, cohort.most[: len(cohort.items)])


def _instead(cohort: Cohort, cells: NDArray[np.bool_], marks: Array) -> Array:
    """Other marks for these cells, but those that the examiner decided."""
    free = cells.copy()
    for place in cohort.decisions:
        free[place] = False
    earned = cohort.earned.copy()
    count = len(cohort.items)
    earned[:, :count] = np.where(free, marks, earned[:, :count])
    return earned
