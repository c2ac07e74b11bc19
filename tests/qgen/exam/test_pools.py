"""The numbers that givens are drawn from: the ends of ranges, and what is too many, too large or too long."""

from decimal import Decimal

import pytest

from qgen.engine.rounding import Rounding
from qgen.errors import InputError
from qgen.exam.pools import is_number, pool_of

RULE = Rounding("dp", 4)


def values(given, rule=RULE):
    return [float(v) for v in pool_of(given, rule, "here").values]


def refused(given, rule=RULE):
    with pytest.raises(InputError) as caught:
        pool_of(given, rule, "here")
    return str(caught.value)


@pytest.mark.parametrize(
    ("low", "high", "step", "expected"),
    [
        (-0.15, 0.15, 0.05, [-0.15, -0.05, 0.05, 0.15]),  # 0 and what ends in a 0 are left out
        (-0.29, 0.3, 0.1, [-0.2, -0.1, 0.1, 0.2, 0.3]),
        (0.8, 1.2, 0.1, [0.8, 0.9, 1.1, 1.2]),
        (8, 12, 2, None),
        (2, 8, 3, [3, 6]),
        (5, 5, 1, [5]),
    ],
)
def test_a_range_is_its_steps_but_0_and_1_and_those_that_end_in_0(low, high, step, expected):
    given = {"low": low, "high": high, "step": step}
    if expected is None:
        assert "takes more digits to write" in refused(given)
    else:
        assert values(given) == expected


def test_the_smallest_is_of_the_range_and_what_is_nearer_to_0_is_not():
    assert values({"low": -0.3, "high": 0.3, "step": 0.1, "smallest": 0.2}) == [-0.3, -0.2, 0.2, 0.3]


@pytest.mark.parametrize("extra", [{"smalest": 0.1}, {"smallest": 0.1, "more": 1}])
def test_a_range_knows_no_other_words(extra):
    assert "is no range" in refused({"low": 0, "high": 1, "step": 0.1, **extra})


@pytest.mark.parametrize("missing", ["low", "high", "step"])
def test_a_range_needs_its_ends_and_its_step(missing):
    assert "is no range" in refused({k: 2 for k in ("low", "high", "step") if k != missing})


def test_a_million_is_the_largest_number():
    assert values([-1_000_000, 1_000_000]) == [-1e6, 1e6]
    for large in (1_000_001, -1_000_001, [1_000_001, 2_000_000], [1_000_001, 1_000_000]):
        assert "above a million" in refused(large)
    assert values({"low": 999_999, "high": 1_000_000, "step": 0.5}, Rounding("sf", 4)) == [999_999.5]
    assert values({"low": -1_000_000, "high": -999_999, "step": 0.5}, Rounding("sf", 4)) == [-999_999.5]
    assert "above a million" in refused({"low": -1_000_001, "high": 3, "step": 100_000})
    assert "above a million" in refused({"low": 3, "high": 1_000_001, "step": 100_000})


def test_a_step_goes_down_to_a_thousand_millionth_and_a_range_to_so_many_parts():
    fine = Rounding("sf", 4)
    assert values({"low": 1.1e-8, "high": 1.2e-8, "step": 1e-9}, fine) == [1.1e-8, 1.2e-8]
    assert "steps below 1e-9" in refused({"low": 1.1e-8, "high": 1.2e-8, "step": 0.9e-9}, fine)
    assert len(values({"low": 1_000_01, "high": 2_000_01, "step": 1})) == 100_001
    assert "impossible range" in refused({"low": 1_000_01, "high": 2_000_02, "step": 1})


def test_numbers_have_at_most_the_decimals_that_the_paper_asks_for():
    assert values([0.1234]) == [0.1234]
    assert "more decimals" in refused([0.1234, 0.12345])
    assert values([0.12345], Rounding("sf", 4)) == [0.12345]


def test_numbers_of_unequal_length_are_told_by_an_example_of_each():
    assert refused([0.25, 0.5, 0.75]).startswith('here: "0.75" takes more digits to write than "0.5"')
    assert values([0.5, -0.7]) == [0.5, -0.7]


@pytest.mark.parametrize("value", [True, "1", None, [1], float("inf"), -float("inf"), 1e300, 10**400, float("nan")])
def test_what_cannot_be_calculated_with_is_no_number(value):
    assert not is_number(value)
    assert is_number(1) and is_number(-9.9e299) and is_number(0)  # noqa: PT018
    assert "is no range" in refused([1, value])
    assert "not a number" in refused({"low": 1, "high": value, "step": 1})


def test_decimals_stay_decimals():
    assert pool_of([0.1], RULE, "here").values == (Decimal("0.1"),)
