"""The one comparison of numbers: bounds are inside, nothing that is no number is."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from grader.marking.tolerance import within

HUNDREDTHS = st.integers(-(10**7), 10**7)


@given(low=HUNDREDTHS, width=st.integers(0, 500))
def test_a_bound_written_out_as_a_decimal_is_inside_and_the_next_digit_outside(low: int, width: int) -> None:
    high = low + width
    inside = [float(f"{n}e-6") for n in (low, high)]
    outside = [float(f"{n}e-6") for n in (low - 1, high + 1)]
    assert within(np.array(inside), *inside).all()
    assert not within(np.array(outside), *inside).any()


def test_nan_is_never_inside() -> None:
    assert not within(np.array([np.nan]), -np.inf, np.inf).any()
