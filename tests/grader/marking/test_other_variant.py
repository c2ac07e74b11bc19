"""Whose wrong answers fit another paper: how many it takes, that honest students' do not, and what is not followed."""

from dataclasses import replace

import numpy as np
import pytest

from grader.marking.other_variant import Fit, Ranges, _improbable, _lying_in, other_variant, unfollowed
from grader.marking.score import score
from grader.marking.tolerance import within
from grader.marking.verdicts import CORRECT, WRONG
from grader.reading.submissions import Submissions
from grader.reasons import OTHER_VARIANT, Reason
from grader.rehearsal.simulate import numerals_of, simulate
from qgen.exam.exam import Exam, make_exam

VARIANTS = 40


@pytest.fixture(scope="module")
def exam() -> Exam:
    return make_exam({}, VARIANTS, 1)


def fits(exam: Exam, submissions: Submissions, first: int = 0) -> tuple[Fit, ...]:
    own = within(submissions.values, exam.low.T[submissions.variants], exam.high.T[submissions.variants])
    ranges = [Ranges.of(low, high) for low, high in zip(exam.low, exam.high, strict=True)]
    return other_variant(ranges, submissions, own, first)


def with_copied(exam: Exam, cells: np.ndarray) -> tuple[Submissions, np.ndarray]:
    """A class that writes its own right numbers but for these cells (students, items), which another's paper has."""
    own = np.arange(len(cells)) % VARIANTS
    other = (own + 7) % VARIANTS
    values = np.where(cells, exam.value.T[other], exam.value.T[own])
    students = [f"S{s}" for s in range(len(cells))]
    return Submissions.of(students, own, exam.columns, numerals_of(values, exam.spec.rounding)), other


@pytest.mark.parametrize(("copied", "at_least"), [(5, 0.95), (8, 1.0), (40, 1.0)])
def test_five_copied_answers_show_and_from_whom(exam: Exam, copied: int, at_least: float) -> None:
    rng = np.random.default_rng(1)
    cells = np.zeros((VARIANTS, len(exam.items)), dtype=bool)
    for row in cells:
        row[rng.permutation(len(row))[:copied]] = True
    submissions, other = with_copied(exam, cells)
    found = fits(exam, submissions)
    assert len(found) >= at_least * VARIANTS
    for fit in found:
        assert fit.variant == other[fit.student]
        assert cells[fit.student, list(fit.items)].all()
        assert fit.whole == (len(fit.items) >= 33 and len(fit.items) >= 2 * fit.correct)


def test_four_copied_answers_may_be_chance(exam: Exam) -> None:
    cells = np.zeros((VARIANTS, len(exam.items)), dtype=bool)
    cells[:, [0, 20, 40, 60]] = True
    assert fits(exam, with_copied(exam, cells)[0]) == ()


def test_no_student_of_an_honest_class_is_named(exam: Exam) -> None:
    assert fits(exam, simulate(exam, 2000, np.random.default_rng(2)).submissions) == ()


def test_zeros_of_dead_units_are_not_copied() -> None:
    exam = make_exam({"questions": [{"dead_relu": 2}]}, 6, 1)
    zero = (exam.value == 0).all(axis=1)
    assert zero.sum() >= 8
    alive = replace(exam, low=exam.low.copy(), high=exam.high.copy())
    alive.low[zero] = alive.high[zero] = np.arange(6) != 1  # so that zeros are right for the second variant only
    written = np.where(zero, "0", "")[None].astype(object)
    assert fits(alive, Submissions.of(["S1"], np.array([0]), exam.columns, written)) == ()


def test_students_are_counted_from_the_first_of_the_class(exam: Exam) -> None:
    cells = np.zeros((3, len(exam.items)), dtype=bool)
    cells[1] = True
    assert [fit.student for fit in fits(exam, with_copied(exam, cells)[0], first=7)] == [8]


@pytest.mark.parametrize("question", [0, 1])
def test_a_copied_question_earns_nothing_by_following_from_itself(exam: Exam, question: int) -> None:
    cells = np.zeros((VARIANTS, len(exam.items)), dtype=bool)
    columns = slice(0, 45) if question == 0 else slice(45, 66)
    cells[:, columns] = True
    marks = score(exam, with_copied(exam, cells)[0])
    assert len(marks.fits) == VARIANTS
    worth = np.array([item.marks for item in exam.items])[columns]
    by_key = (marks.verdicts[:, columns] == CORRECT) * worth
    assert (marks.earned()[:, columns] == by_key).all()
    why = {
        marks.cell((s, columns.start + i)).reason for s, i in np.argwhere(marks.verdicts[:, columns] == WRONG).tolist()
    }
    assert why == {Reason(OTHER_VARIANT)}, "not that it follows from nothing, for it may"
    others = np.delete(marks.earned(), np.r_[columns], axis=1)
    assert (others.sum(axis=1) == exam.max_score - worth.sum()).all()


def test_only_questions_that_are_copied_by_half_go_without_following() -> None:
    fit = Fit(5, 1, tuple(range(8)), 20, 0, 30)
    wrong = np.zeros((1, 30), dtype=bool)
    wrong[0, :16] = wrong[0, 20:24] = True
    assert unfollowed((fit,), wrong, [0, 20], first=5).tolist() == [[True, False]]
    wrong[0, 16] = True
    assert unfollowed((fit,), wrong, [0, 20], first=5).tolist() == [[False, False]]
    assert not unfollowed((replace(fit, items=tuple(range(7))),), wrong, [0, 20], first=5).any()


@pytest.mark.parametrize("rounding", ["2dp", "4dp", "3sf"])
def test_ranges_are_found_as_by_looking_at_every_variant(rounding: str) -> None:
    loose = {"tolerance": 1, "saturation": 0, "kink": 0, "copying": 1, "misconceptions": False}
    exam = make_exam({"rounding": rounding, "certify": loose}, 60, 1)
    rng = np.random.default_rng(1)
    values = np.where(rng.random((50, len(exam.items))) < 0.8, exam.value.T[rng.integers(60, size=50)], 0.5).round(3)
    wrong = rng.random(values.shape) < 0.7
    ranges = [Ranges.of(low, high) for low, high in zip(exam.low, exam.high, strict=True)]
    students, items, variants, rarity = _lying_in(ranges, values, wrong)
    lies = (values[:, None] >= exam.low.T) & (values[:, None] <= exam.high.T) & wrong[:, None]  # student, variant, item
    assert {*zip(students.tolist(), variants.tolist(), items.tolist(), strict=True)} == {
        *map(tuple, np.argwhere(lies).tolist())
    }
    assert len(students) == lies.sum()
    others = lies.sum(axis=1)[students, items]
    np.testing.assert_allclose(rarity, np.log((others - 0.9).clip(0.1) / 60))


def test_an_answer_in_no_range_is_found_in_none() -> None:
    ranges = [Ranges.of(np.array([3.0, 1.0, 5.0]), np.array([4.0, 9.0, 5.0]))]
    found = _lying_in(ranges, np.array([[0.5], [9.5], [4.0], [5.0]]), np.ones((4, 1), dtype=bool))
    assert [*zip(found[0].tolist(), found[2].tolist(), strict=True)] == [(2, 1), (2, 0), (3, 1), (3, 2)]


@pytest.mark.parametrize(("wrong", "named"), [(6, True), (7, False)])
def test_a_variant_is_named_if_one_in_a_hundred_thousand_is_expected_to_fit_by_chance(wrong: int, named: bool) -> None:
    """The other of two holds five, each with a chance of 1 in 20: 6 ways of six, 21 of seven, 16 at most."""
    ranges = [Ranges.of(np.array([0.0, 10.0]), np.array([1.0, 11.0]))] * wrong
    values = np.array([[10.5] * 5 + [5.0] * (wrong - 5)])
    found = list(_improbable(ranges, values, np.ones(values.shape, dtype=bool)))
    assert found == [(0, 1, (0, 1, 2, 3, 4))] * named


def test_of_several_variants_the_one_that_most_answers_fit_is_named_and_of_as_good_ones_the_first() -> None:
    """Answers to eight items, each of which lies in the range of these variants of 50."""

    def named(*holding: tuple[int, ...]) -> list[tuple[int, int, tuple[int, ...]]]:
        spans = np.full((8, 50), 20.0)
        for i, variants in enumerate(holding):
            spans[i, list(variants)] = 0.0
        ranges = [Ranges.of(low, low + 1) for low in spans]
        return list(_improbable(ranges, np.full((1, 8), 0.5), np.ones((1, 8), dtype=bool)))

    assert named(*[(3,)] * 8) == [(0, 3, tuple(range(8)))]
    assert named(*[(3, 4)] * 7, (4,)) == [(0, 4, tuple(range(8)))]
    assert named(*[(3, 4)] * 7, (3,)) == [(0, 3, tuple(range(8)))]
    assert named(*[(3, 4)] * 8) == [(0, 3, tuple(range(8)))]


@pytest.mark.parametrize(
    ("fitting", "correct", "answered", "whole"),
    [
        (8, 4, 16, True), (7, 0, 7, False), (8, 5, 16, False), (8, 0, 17, False),
        (20, 10, 40, True), (20, 11, 40, False), (20, 10, 41, False),
    ],
)  # fmt: skip
def test_most_of_a_paper_is_eight_answers_twice_the_right_ones_and_half_of_all(
    fitting: int, correct: int, answered: int, whole: bool
) -> None:
    assert Fit(0, 1, tuple(range(fitting)), answered - correct, correct, answered).whole is whole
