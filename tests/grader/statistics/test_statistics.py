"""Statistics equal examples worked by hand and the same computed another way; where they are undefined they say why."""

from itertools import permutations
from math import sqrt

import numpy as np
import pandas as pd
import pytest

from grader.statistics import items, permutation, reliability, scores
from grader.statistics.undefined import Undefined

# four students of a perfect ladder (Guttman scale), whose statistics can be worked out on a slip of paper
LADDER = np.array([[1.0, 1, 1], [1, 1, 0], [1, 0, 0], [0, 0, 0]])
TOTALS = LADDER.sum(axis=1)


def close(expected: object) -> object:
    return pytest.approx(expected, rel=0, abs=1e-9, nan_ok=True)


@pytest.fixture(scope="module")
def marks() -> np.ndarray:
    """60 students, 12 items of unlike worth, of whom some are better than others."""
    rng = np.random.default_rng(1)
    able = rng.normal(size=(60, 1))
    return np.round(np.clip(rng.normal(able + 1, 1, size=(60, 12)), 0, 2) * 2) / 2 * np.arange(1, 13)


def test_scores_of_a_ladder_are_those_worked_by_hand():
    assert scores.mean(TOTALS) == 1.5
    assert scores.standard_deviation(TOTALS) == close(sqrt(5 / 3))
    assert [scores.quantile(TOTALS, q) for q in (0.25, 0.5, 0.75)] == [0.75, 1.5, 2.25]
    assert scores.pass_rate(np.array([100, 66.7, 50 - 1e-12, 0]), 50) == 0.75
    assert scores.histogram(np.array([0, 9.9, 10 - 1e-12, 99.9, 100, 104])) == [2, 1, *[0] * 7, 3]


def test_reliability_of_a_ladder_is_that_worked_by_hand():
    alpha, deviation = reliability.cronbachs_alpha(LADDER), scores.standard_deviation(TOTALS)
    assert alpha == close(0.75)  # 3/2 (1 - (1/4 + 1/3 + 1/4) / (5/3))
    assert reliability.standard_error(alpha, deviation) == close(sqrt(5 / 12))


def test_items_of_a_ladder_are_those_worked_by_hand():
    most = np.array([1.0, 1, 1])
    assert items.facility(LADDER, most).tolist() == [0.75, 0.5, 0.25]
    assert items.deviations(LADDER) == close([0.5, sqrt(1 / 3), 0.5])
    assert items.discrimination(LADDER) == close([0.75 / sqrt(0.75 * 2.75), 1 / sqrt(2), 0.75 / sqrt(0.75 * 2.75)])
    assert items.discriminative_efficiency(LADDER) == close([1, 1, 1])
    roots = np.sqrt([1 / 2, 2 / 3, 1 / 2])
    assert items.effective_weight(LADDER) == close(roots / roots.sum())
    assert items.by_quarter(LADDER, most).tolist() == LADDER[::-1].tolist()


def test_an_item_that_the_better_ones_miss_has_a_negative_discrimination():
    backwards = np.array([[0.0, 3], [0, 2], [1, 1], [1, 0]])
    assert items.discrimination(backwards)[0] == close(-2 / sqrt(5))
    assert items.discriminative_efficiency(backwards)[0] == close(-1)
    assert items.effective_weight(backwards) == close([np.nan, 1])


def test_statistics_equal_an_independent_computation(marks):
    frame = pd.DataFrame(marks)
    covariances, k = frame.cov().to_numpy(), marks.shape[1]
    alpha = k / (k - 1) * (1 - np.trace(covariances) / covariances.sum())
    assert reliability.cronbachs_alpha(marks) == close(alpha)
    totals = frame.sum(axis=1)
    assert scores.standard_deviation(totals.to_numpy()) == close(totals.std())
    assert [scores.quantile(totals.to_numpy(), q) for q in (0.25, 0.5, 0.75)] == close(
        totals.quantile([0.25, 0.5, 0.75]).tolist()
    )
    rest = [frame.drop(columns=i).sum(axis=1) for i in frame]
    assert items.discrimination(marks) == close([frame[i].corr(rest[i]) for i in frame])
    most = [np.cov(np.sort(frame[i]), np.sort(rest[i]))[0, 1] for i in frame]
    assert items.discriminative_efficiency(marks) == close([frame[i].cov(rest[i]) / most[i] for i in frame])
    roots = np.sqrt([frame[i].cov(totals) for i in frame])
    assert items.effective_weight(marks) == close(roots / roots.sum())
    ranks = totals.rank(method="first") - 1
    for quarter, rows in enumerate(items.by_quarter(marks, np.arange(1, 13) * 2.0)):
        assert rows == close(frame[ranks // 15 == quarter].mean().to_numpy() / (np.arange(1, 13) * 2))


def test_a_task_that_is_not_yet_marked_is_left_out(marks):
    some = marks.copy()
    some[::2, 3] = np.nan
    rows = slice(1, None, 2)
    assert items.means(some)[3] == close(marks[rows, 3].mean())
    rest = (marks.sum(axis=1) - marks[:, 3])[rows]
    assert items.discrimination(some)[3] == close(np.corrcoef(marks[rows, 3], rest)[0, 1])


@pytest.mark.parametrize(
    ("earned", "alpha", "deviation"),
    [
        (np.zeros((0, 3)), Undefined.NOBODY, Undefined.NOBODY),
        (np.ones((1, 3)), Undefined.ONE_STUDENT, Undefined.ONE_STUDENT),
        (np.zeros((9, 3)), Undefined.EQUAL_SCORES, 0.0),
        (np.full((9, 3), 0.1), Undefined.EQUAL_SCORES, 0.0),
        (np.ones((5, 1)), Undefined.ONE_ITEM, 0.0),
    ],
)  # fmt: skip
def test_what_is_undefined_says_why(earned, alpha, deviation):
    with np.errstate(all="raise"):
        totals = earned.sum(axis=1)
        found = reliability.cronbachs_alpha(earned)
        spread = scores.standard_deviation(totals)
        assert found is alpha
        assert spread == (deviation if isinstance(deviation, str) else close(deviation))
        assert reliability.standard_error(found, spread) is alpha
        for statistic in (items.discrimination, items.discriminative_efficiency, items.effective_weight):
            assert np.isnan(statistic(earned)).all()
        assert np.isnan(items.facility(earned, np.zeros(earned.shape[1]))).all()


def test_two_students_are_enough_for_what_needs_two():
    two = np.array([[1.0, 0], [0, 1]])
    assert reliability.cronbachs_alpha(two) is Undefined.EQUAL_SCORES
    assert items.discrimination(two) == close([-1, -1])
    assert items.discrimination(np.array([[1.0, 1], [0, 0]])) == close([1, 1])


def test_p_of_equal_means_is_near_the_exact_one():
    marks, groups = np.array([1.0, 2, 4, 7, 8, 9, 3]), np.array([0, 0, 0, 1, 1, 1, 0])

    def squares(values):
        return sum(
            len(part) * (part.mean() - values.mean()) ** 2 for part in (values[groups == 0], values[groups == 1])
        )

    deals = [squares(np.array(deal)) for deal in permutations(marks)]
    exact = np.mean([one >= squares(marks) - 1e-9 for one in deals])
    found = permutation.equal_means(marks, groups, np.random.default_rng(1))
    assert found.p == pytest.approx(exact, abs=0.02)
    assert found.explained == close(squares(marks) / ((marks - marks.mean()) ** 2).sum())
    assert found.expected == close(1 / 6)


def test_what_a_regression_explains_equals_that_of_least_squares_with_a_constant(marks):
    rng = np.random.default_rng(2)
    columns = rng.normal(size=(60, 3))
    columns = np.column_stack(
        [columns, columns[:, 0] + columns[:, 1], np.full(60, 7.0)]
    )  # one follows, one is constant
    totals = marks.sum(axis=1) + 30 * columns[:, 2]
    design = np.column_stack([np.ones(60), columns[:, :3]])
    fit, residual, *_ = np.linalg.lstsq(design, totals, rcond=None)
    found = permutation.joint_regression(totals, columns, rng)
    assert found.explained == close(1 - residual[0] / ((totals - totals.mean()) ** 2).sum())
    assert found.p <= 0.01
    assert permutation.slopes(totals, columns[:, :3]) == close(fit[1:])
    assert np.isnan(permutation.slopes(totals, columns)[4])


def test_where_nothing_can_be_tested_it_says_why():
    rng, totals = np.random.default_rng(1), np.arange(8.0)
    assert permutation.equal_means(totals, np.zeros(8, int), rng) is Undefined.ONE_VARIANT
    assert permutation.equal_means(totals, np.arange(8), rng) is Undefined.FEW_STUDENTS
    assert permutation.equal_means(np.ones(8), np.arange(8) % 2, rng) is Undefined.EQUAL_SCORES
    assert permutation.joint_regression(totals, np.ones((8, 2)), rng) is Undefined.NOTHING_DRAWN
    assert permutation.joint_regression(totals, np.zeros((8, 0)), rng) is Undefined.NOTHING_DRAWN
    assert permutation.joint_regression(totals, rng.normal(size=(8, 4)), rng) is Undefined.FEW_STUDENTS


def test_equal_groups_are_told_apart_as_often_as_p_says():
    found = []
    for seed in range(200):
        rng = np.random.default_rng(seed)
        found.append(permutation.equal_means(rng.normal(size=40), np.arange(40) % 5, rng).p)
    assert np.mean(np.array(found) <= 0.1) == pytest.approx(0.1, abs=0.05)
