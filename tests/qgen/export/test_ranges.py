from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qgen.export.ranges import centred, exact, shift, text, weights

NUMBERS = st.decimals(min_value=-1000, max_value=1000, places=6)


@given(NUMBERS, NUMBERS)
def test_centre_and_half_width_give_both_ends_back_exactly(one, two):
    low, high = sorted((one, two))
    centre, half = centred(low, high)
    assert (centre - half, centre + half) == (low, high)
    assert len(centre.as_tuple().digits) <= 14


def test_a_centre_of_too_many_digits_is_cut_but_its_range_still_holds_both_ends():
    low, high = Decimal("123456.1234567891"), Decimal("123456.1234567898")
    centre, half = centred(low, high)
    assert len(centre.as_tuple().digits) == 14
    assert centre - half <= low < high <= centre + half
    assert (centre + half) - (centre - half) < Decimal("1e-7")


@pytest.mark.parametrize(
    ("number", "shown"),
    [(5e-05, "0.00005"), (-0.0, "0"), (6.0, "6"), (-0.0468, "-0.0468"), (1e16, "10000000000000000"), (500.0, "500")],
)
def test_numbers_are_written_with_digits_a_point_and_an_ascii_minus_only(number, shown):
    assert text(exact(number)) == shown


def test_weights_are_whole_numbers_in_the_proportions_of_the_marks():
    assert weights([[1.0, 2.0, 0.0]]) == [[1, 2, 0]]
    assert weights([[0.5, 1.25, 2.0]]) == [[2, 5, 8]]
    assert weights([[0.0, 0.0]]) == [[1, 1]]


def test_weights_of_all_questions_have_one_common_multiple():
    assert weights([[0.5, 0.25], [1.0, 3.0], [0.0]]) == [[2, 1], [4, 12], [1]]


@pytest.mark.parametrize(
    ("largest", "unit", "exponent"),
    [
        ("1.5", "0.0001", 0),
        ("1.5", "0.00001", 1),
        ("99.9", "0.00001", 1),
        ("100", "0.00001", 0),  # never a thousand: Canvas would write a mark between the thousands
        ("0.05", "0.00000001", 4),
        ("5", "0.00000001", 2),
        ("2000", "0.01", 0),
    ],
)
def test_a_shift_makes_the_last_digit_large_enough_and_no_number_a_thousand(largest, unit, exponent):
    assert shift(Decimal(largest), Decimal(unit), Decimal("0.0001"), Decimal(1000)) == exponent
