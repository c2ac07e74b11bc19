"""Whose answers fit another paper: how many it takes, and how many right ones for the own paper speak against it."""

from dataclasses import replace

import numpy as np
import pytest

from grader.marking.other_variant import Fit, other_variant
from grader.reading.answers import Submissions
from grader.reading.numerals import VALUE
from qgen.exam.exam import Exam, make_exam
from qgen.exam.spec import spec_of


@pytest.fixture(scope="module")
def exam() -> Exam:
    """Variant v, from 0, takes v + 1 and 50 for every answer."""
    made = make_exam(spec_of({"questions": [{"network": "tanh-heads"}]}), 3, 1)
    value = np.broadcast_to(np.arange(1.0, 4.0), made.value.shape).copy()
    return replace(made, value=value, low=value, high=value)


def fits(exam: Exam, *classes: dict[float, int], both: int = 0, first: int = 0) -> tuple[Fit, ...]:
    """Of students with the first variant who write each number so often; `both`: items that take anything."""
    written = np.full((len(classes), len(exam.items)), "", object)
    for s, counts in enumerate(classes):
        texts = [f"{value:g}" for value, count in counts.items() for _ in range(count)]
        written[s, : len(texts)] = texts
    exam = replace(exam, low=exam.low.copy(), high=exam.high.copy())
    exam.low[:both], exam.high[:both] = 0, 100
    submissions = Submissions.of(
        [f"S{s}" for s in range(len(classes))], np.zeros(len(classes), int), exam.columns, written
    )
    values = submissions.values
    correct = ((exam.low[:, 0] <= values) & (values <= exam.high[:, 0]) & (submissions.kinds == VALUE)).sum(axis=1)
    return other_variant(exam, submissions, correct, first)


@pytest.mark.parametrize(
    ("counts", "found"),
    [
        ({2: 8}, True),
        ({2: 7}, False),  # may be chance
        ({2: 7, 9: 1}, False),
        ({2: 8, 9: 8}, True),
        ({2: 8, 9: 9}, False),  # less than half of the answers
        ({1: 4, 2: 8}, True),
        ({1: 5, 2: 9}, False),  # less than twice as many as for the own variant
    ],
)
def test_half_of_the_answers_eight_at_least_and_twice_the_own_right_ones_make_a_fit(exam, counts, found) -> None:
    own, other, answered = counts.get(1, 0), counts.get(2, 0), sum(counts.values())
    assert fits(exam, counts) == ((Fit(0, 1, other, own, answered),) if found else ())


def test_half_of_the_answers_right_for_the_own_variant_are_no_fit_though_all_are_for_another(exam) -> None:
    assert fits(exam, {2: 12}, both=5) == (Fit(0, 1, 12, 5, 12),)
    assert fits(exam, {2: 12}, both=6) == ()


def test_of_variants_that_fit_as_well_the_first_is_told(exam) -> None:
    assert [fit.variant for fit in fits(exam, {2: 8, 3: 8})] == [1]
    assert [fit.variant for fit in fits(exam, {2: 8, 3: 9})] == [2]


def test_students_are_counted_from_the_first_of_the_class(exam) -> None:
    assert [fit.student for fit in fits(exam, {1: 21}, {3: 21}, first=7)] == [8]
