"""An interval's every operation encloses what the operation makes of each number in it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qgen.engine import functions
from qgen.engine.intervals import TINY, Interval, interval

ends = st.floats(-50, 50, allow_nan=False).map(lambda v: round(v, 3))
shares = st.floats(0, 1)


@st.composite
def inside(draw, low=-50.0, high=50.0):
    """An interval and a number in it."""
    number = st.floats(low, high, allow_nan=False)
    a, b = sorted([draw(number), draw(number)])
    return Interval(np.array(a), np.array(b)), float(np.clip(a + draw(shares) * (b - a), a, b))


def encloses(found, value):
    assert found.low <= found.high
    slack = 1e-12 * max(1.0, abs(value))
    assert found.low - slack <= value <= found.high + slack


@pytest.mark.parametrize("operation", [lambda a, b: a + b, lambda a, b: a - b, lambda a, b: a * b])
@given(first=inside(), second=inside())
def test_arithmetic_encloses(operation, first, second):
    (a, x), (b, y) = first, second
    encloses(operation(a, b), operation(x, y))
    encloses(operation(a, y), operation(x, y))
    encloses(operation(x, b), operation(x, y))


@given(first=inside(), second=inside())
def test_division_encloses(first, second):
    (a, x), (b, y) = first, second
    if abs(y) > 1e-6:
        encloses(a / b, x / y)
        encloses(x / b, x / y)


@pytest.mark.parametrize("name", ["sigmoid", "tanh", "positive", "square", "bell"])
@given(point=inside())
def test_functions_enclose(name, point):
    a, x = point
    function = getattr(functions, name)
    encloses(function(a), float(function(x)))
    encloses(-a, -x)


@given(point=inside(), floor=st.floats(-50, 50))
def test_the_larger_of_two_encloses(point, floor):
    a, x = point
    encloses(functions.maximum(floor, a), max(floor, x))
    encloses(functions.maximum(0.1 * a, a), max(0.1 * x, x))
    encloses(functions.positive(a, 0.1), 1.0 if x > 0 else 0.1)


@given(point=inside(low=1e-9))
def test_the_logarithm_encloses(point):
    a, x = point
    encloses(functions.log(a), float(np.log(x)))


def test_the_logarithm_of_what_may_be_zero_goes_far_down_and_stays_a_number():
    lowest = Interval(np.array(-0.1), np.array(1.0)).log()
    assert lowest.low < -700
    assert (lowest * 0).low == 0


def test_square_and_bell_are_tight_where_the_product_is_not():
    wide = Interval(np.array(-1.0), np.array(2.0))
    assert (wide.square().low, wide.square().high) == (0.0, 4.0)
    half = Interval(np.array(0.4), np.array(0.7))
    assert (half.bell().low, half.bell().high) == (pytest.approx(0.21), 0.25)


@given(first=inside(), second=inside())
def test_a_hull_holds_both(first, second):
    (a, x), (b, y) = first, second
    hull = a.hull(b)
    assert hull.holds(x)
    assert hull.holds(y)


@pytest.mark.parametrize(
    "operation", [lambda n, i: n + i, lambda n, i: n - i, lambda n, i: n * i, lambda n, i: n / i], ids="+-*/"
)
@pytest.mark.parametrize(
    "left", [np.array([1.0, 2.0]), np.float64(2.0), 2, 2.0], ids=["array", "scalar", "int", "float"]
)
def test_numpy_on_the_left_makes_no_array_of_objects(operation, left):
    found = operation(left, Interval(np.array([1.0, 2.0]), np.array([3.0, 4.0])))
    assert isinstance(found, Interval)
    assert found.low.dtype == found.high.dtype == np.float64
    assert found.low.shape == (2,)


def test_a_number_is_the_interval_that_holds_only_it():
    point = interval(0.25)
    assert (point.low, point.high) == (0.25, 0.25)
    assert interval(point) is point
    wide = point.widened(0.25)
    assert (wide.low, wide.high) == (0.0, 0.5)


def test_intervals_that_touch_hold_the_number_they_share():
    left, right = Interval(np.array(1.0), np.array(2.0)), Interval(np.array(2.0), np.array(3.0))
    assert left.holds(2.0)
    assert right.holds(2.0)


@pytest.mark.parametrize(("low", "high"), [(-1.0, 1.0), (0.0, 1.0), (-1.0, 0.0), (0.0, 0.0)])
def test_divided_by_what_may_be_0_anything_may_come_out(low, high):
    found = Interval(np.array(1.0), np.array(2.0)) / Interval(np.array(low), np.array(high))
    assert (found.low, found.high) == (-np.inf, np.inf)


def test_arithmetic_is_no_wider_than_it_must_be():
    a, b = Interval(np.array(-1.0), np.array(2.0)), Interval(np.array(3.0), np.array(5.0))
    for found, low, high in (
        (a + b, 2, 7), (a - b, -6, -1), (b - a, 1, 6), (a * b, -5, 10), (-a * b, -10, 5), (a / b, -1 / 3, 2 / 3),
        (1 / b, 1 / 5, 1 / 3), (1 - a, -1, 2), (a.hull(b), -1, 5), (a.maximum(0.5), 0.5, 2), (a.positive(0.1), 0.1, 1),
        (b.square(), 9, 25), (b.bell(), -20, -6), (a.bell(), -2, 0.25), (Interval(a.low, a.low).bell(), -2, -2),
    ):  # fmt: skip
        assert (float(found.low), float(found.high)) == pytest.approx((low, high))


def test_the_kink_belongs_to_the_left_side():
    zero = Interval.point(0.0)
    assert (zero.positive(0.1).low, zero.positive(0.1).high) == (0.1, 0.1)
    assert functions.positive(np.array([-1e-9, 0.0, 1e-9]), 0.1).tolist() == [0.1, 0.1, 1.0]


@pytest.mark.parametrize("sign", [1, -1])
def test_divided_by_no_less_than_the_smallest_number_that_counts_the_result_is_finite(sign):
    ends = sorted((sign * TINY, sign * 1.0))
    found = Interval(np.array(1.0), np.array(1.0)) / Interval(*map(np.array, ends))
    assert np.isfinite([found.low, found.high]).all()
