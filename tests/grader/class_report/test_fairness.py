"""Fair exams are seldom suspected, unfair ones are found, and where nothing can be tested the report says why."""

from dataclasses import replace

import numpy as np
import pytest

from grader.class_report.cohort import Cohort
from grader.class_report.fairness import UNFAIR, certified, drawn, fairness
from grader.marking.score import score
from grader.rehearsal.simulate import simulate
from grader.statistics.undefined import Undefined
from qgen.exam.certify import CONDITIONS
from qgen.exam.exam import Exam, make_exam

CLASSES, SIZE = 20, 120


def classes(exam: Exam) -> list[Cohort]:
    """Classes of 120, marked together: nothing but chance is between them."""
    whole = Cohort.of(score(exam, simulate(exam, CLASSES * SIZE, np.random.default_rng(1)).submissions))
    cuts = [slice(first, first + SIZE) for first in range(0, CLASSES * SIZE, SIZE)]
    return [
        replace(whole, students=whole.students[cut], variants=whole.variants[cut], verdicts=whole.verdicts[cut],
                earned=whole.earned[cut], reasons={}, decisions={})
        for cut in cuts
    ]  # fmt: skip


@pytest.fixture(scope="module")
def spread() -> list[Cohort]:
    """With 12 variants each."""
    return classes(make_exam({}, 12, 1))


@pytest.fixture(scope="module")
def own() -> list[Cohort]:
    """With a variant for every student."""
    return classes(make_exam({}, SIZE, 1))


def test_equal_variants_are_called_unfair_at_most_once_in_20_classes(spread, own):
    for cohorts in (spread, own):
        found = [fairness(cohort, np.random.default_rng(1)) for cohort in cohorts]
        assert sum(one.verdict == "unfair" for one in found) <= 1
        assert sum(one.verdict != "fair" for one in found) <= 4
    assert all(one.groups == () and len(one.drawn) > 5 for one in found)


def harder(cohort: Cohort, rows: np.ndarray, items: int) -> Cohort:
    """The same where these students lose all of the first items."""
    earned = cohort.earned.copy()
    earned[np.ix_(rows, np.arange(items))] = 0
    return replace(cohort, earned=earned)


def test_one_unfair_variant_of_twelve_is_found(spread):
    for cohort in spread[:5]:
        planted = harder(cohort, np.flatnonzero(cohort.variants == "003"), 20)
        found = fairness(planted, np.random.default_rng(1))
        assert found.verdict == "unfair"
        assert found.test.p <= UNFAIR
        assert min(found.groups, key=lambda group: group.mean).variant == "003"


def test_it_is_found_if_negative_numbers_make_a_variant_harder(own):
    exam = own[0].exam
    negative = dict(drawn(exam.batches[0]))["negative"]
    most = np.flatnonzero(negative == negative.max())
    found = [fairness(harder(cohort, most, 15), np.random.default_rng(1)) for cohort in own[:10]]
    assert sum(one.verdict == "unfair" for one in found) >= 8
    for unfair in (one for one in found if one.verdict == "unfair"):
        marks = {(one.question, one.what): one.marks for one in unfair.drawn}
        assert marks["q1", "negative"] < -3


def test_a_variant_handed_in_twice_by_mistake_is_no_shared_one(own):
    cohort = own[0]
    variants = cohort.variants.copy()
    variants[1] = variants[0]
    found = fairness(replace(cohort, variants=variants), np.random.default_rng(1))
    assert (found.groups, found.sharing) == ((), 2)


def test_where_nothing_can_be_tested_it_says_why(exam, own):
    def verdict(cohort):
        found = fairness(cohort, np.random.default_rng(1))
        assert found.verdict == "untested"
        return found.test

    submissions = simulate(exam, 30, np.random.default_rng(1)).submissions
    assert verdict(Cohort.of(score(exam, submissions.take(range(0))))) is Undefined.NOBODY
    assert verdict(Cohort.of(score(exam, submissions.take(range(1))))) is Undefined.ONE_VARIANT
    assert verdict(Cohort.of(score(exam, submissions.take(range(6))))) is Undefined.FEW_STUDENTS
    assert verdict(replace(own[0], exam=None)) is Undefined.NO_EXAM
    all_but_one = np.array(["001", *["002"] * (SIZE - 1)], object)
    assert verdict(replace(own[0], variants=all_but_one)) is Undefined.FEW_STUDENTS
    assert verdict(replace(own[0], earned=own[0].earned * 0)) is Undefined.EQUAL_SCORES


def test_the_certificate_is_worked_out_again(exam: Exam, marks):
    assert certified(Cohort.of(marks)) == dict.fromkeys(CONDITIONS, True)
    broken = replace(exam.batches[0], givens={**exam.batches[0].givens, "x1": exam.batches[0].givens["x2"]})
    cohort = replace(Cohort.of(marks), exam=replace(exam, batches=(broken, exam.batches[1])))
    assert certified(cohort)["inputs"] is False
    assert certified(replace(cohort, exam=None)) is None
