"""Numbers as people read them."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qgen.decimals import plain, plains


@given(st.floats(-1e12, 1e12, allow_nan=False))
def test_plain_text_reads_back_as_the_number_and_has_no_exponent(number):
    text = plain(number)
    assert float(text) == number
    assert re.fullmatch(r"-?\d+(\.\d*[1-9])?", text)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (6, "6"),
        (6.0, "6"),
        (0.1, "0.1"),
        (5e-5, "0.00005"),
        (-0.25, "-0.25"),
        (1e16, "10000000000000000"),
        (100.0, "100"),
    ],
)
def test_plain_text_is_the_shortest(number, text):
    assert plain(number) == text


@given(st.lists(st.one_of(st.floats(-1e12, 1e12), st.integers(-99, 99).map(float), st.floats())))
def test_many_are_written_as_each_alone(numbers):
    assert plains(np.array(numbers, float)) == [plain(number) for number in numbers]
