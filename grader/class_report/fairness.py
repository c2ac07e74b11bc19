"""Whether it was fair: were variants equally hard? Where each student had another one, did what was drawn matter?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from grader.class_report.cohort import Cohort
from grader.reading.students.combined import without_combinations
from grader.statistics.permutation import Test, equal_means, joint_regression, slopes
from grader.statistics.scores import standard_deviation
from grader.statistics.undefined import Figure, Undefined
from qgen.engine.intervals import Array
from qgen.engine.steps import Role
from qgen.exam.certify import Batch
from qgen.exam.check import certificate

UNFAIR, DOUBTFUL = 0.01, 0.05  # at or below which p says so; 1 of 100 fair exams is called unfair
MOST_CERTIFIED = 100  # variants whose certificate is worked out again while one waits
SIGNED = ("weights", "biases", "inputs")  # kinds of givens that may be negative


@dataclass(frozen=True)
class Group:
    """The students of one variant, and how their scores are spread."""

    variant: str
    students: int
    mean: float
    deviation: Figure
    low: float
    high: float


@dataclass(frozen=True)
class Drawn:
    """What was drawn in a question: `what` is counted or measured, from `low` to `high`; marks for one more of it."""

    question: str
    what: str
    low: float
    high: float
    marks: float


@dataclass(frozen=True)
class Fairness:
    """The test, or why there is none; of shared variants the groups, of own ones what was drawn.

    alone: students who had a variant that nobody else had, whom the test of groups leaves out. sharing: those who
    shared one where most did not.
    """

    test: Test | Undefined
    groups: tuple[Group, ...] = ()
    drawn: tuple[Drawn, ...] = ()
    alone: int = 0
    sharing: int = 0

    @property
    def verdict(self) -> str:
        """In a word."""
        if isinstance(self.test, Undefined):
            return "untested"
        return "unfair" if self.test.p <= UNFAIR else "doubtful" if self.test.p <= DOUBTFUL else "fair"


def fairness(cohort: Cohort, rng: np.random.Generator) -> Fairness:
    """Compares variants where most students share theirs, and asks what was drawn where they do not."""
    counts = Counter(cohort.variants.tolist())
    if len(counts) < 2:
        return Fairness(Undefined.ONE_VARIANT if counts else Undefined.NOBODY)
    shared = sorted(variant for variant, count in counts.items() if count > 1)
    if 2 * sum(counts[variant] for variant in shared) >= len(cohort.students):
        return _of_shared(cohort, shared, rng)
    return _of_own(cohort, rng) if cohort.exam else Fairness(Undefined.NO_EXAM)


def _of_shared(cohort: Cohort, shared: list[str], rng: np.random.Generator) -> Fairness:
    place = {variant: k for k, variant in enumerate(shared)}
    rows = np.array([s for s, variant in enumerate(cohort.variants) if variant in place], np.intp)
    which = np.array([place[variant] for variant in cohort.variants[rows]], np.intp)
    scores = cohort.scores[rows]
    groups = []
    for variant, k in place.items():
        own = scores[which == k]
        low, high = float(own.min()), float(own.max())
        groups.append(Group(variant, len(own), float(own.mean()), standard_deviation(own), low, high))
    test = equal_means(scores, which, rng) if len(shared) > 1 else Undefined.FEW_STUDENTS
    return Fairness(test, tuple(groups), alone=len(cohort.students) - len(rows))


def _of_own(cohort: Cohort, rng: np.random.Generator) -> Fairness:
    assert cohort.exam
    place = {variant: v for v, variant in enumerate(cohort.exam.variants)}
    rows = np.array([place[variant] for variant in cohort.variants], np.intp)
    names, columns = [], []
    for batch in cohort.exam.batches:
        for what, values in drawn(batch):
            names.append((batch.question.id, what))
            columns.append(np.broadcast_to(values, batch.size)[rows])
    table = np.array(columns, np.float64).T if columns else np.zeros((len(rows), 0))
    test = joint_regression(cohort.scores, table, rng)
    if not columns or isinstance(test, Undefined):
        return Fairness(test)
    marks = slopes(cohort.scores, table)
    found = (
        Drawn(*name, float(column.min()), float(column.max()), float(slope))
        for name, column, slope in zip(names, table.T, marks, strict=True)
    )
    sharing = sum(count for count in Counter(cohort.variants.tolist()).values() if count > 1)
    return Fairness(test, drawn=tuple(one for one in found if one.marks == one.marks), sharing=sharing)


def drawn(batch: Batch) -> Iterator[tuple[str, Array]]:
    """By name what may make a variant harder: (variants,) counts and mean sizes."""
    by_kind: dict[str, list[Array]] = {}
    for name, given in batch.question.given.items():
        by_kind.setdefault(given.kind, []).append(batch.givens[name])
    signed = [values for kind in SIGNED for values in by_kind.get(kind, [])]
    if signed:
        yield "negative", np.asarray(np.sum([values < 0 for values in signed], axis=0))
    for kind in (*SIGNED, "learning_rate"):
        if kind in by_kind:
            yield kind, np.asarray(np.mean(np.abs(by_kind[kind]), axis=0))
    dying = [
        batch.value(step.needs[0]) > 0
        for step in batch.question.steps
        if step.role == Role.ACTIVATION and step.activation and step.activation.dies and not step.after
    ]
    if dying:
        yield "active", np.asarray(np.sum(dying, axis=0))


def certified(cohort: Cohort) -> dict[str, bool] | None:
    """By condition whether every variant keeps it, worked out again; None where that takes long or nobody can tell."""
    exam = cohort.exam and without_combinations(cohort.exam)
    if not exam or len(exam.variants) > MOST_CERTIFIED:
        return None
    found: dict[str, bool] = {}
    for line in certificate(exam):
        found[line.condition] = found.get(line.condition, True) and line.holds
    return found
