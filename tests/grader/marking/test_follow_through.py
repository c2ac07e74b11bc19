"""Too few digits: which answers are written with fewer than asked, and how far they may be off."""

import numpy as np
import pytest

from grader.marking.follow_through import half_units
from qgen.engine.rounding import Rounding


def half(text: str, rule: str = "4dp") -> float:
    """Of one answer, in units of 1e-9."""
    written = np.array([[text]], dtype=object)
    value = np.array([[float(text.replace(",", "."))]])
    return float(half_units(value, written, np.ones((1, 1), dtype=bool), Rounding.parse(rule))[0, 0])


@pytest.mark.parametrize(
    ("text", "rule", "found"),
    [
        ("0.12", "4dp", 0.005),
        ("0.123", "4dp", 0.0005),
        ("0,123", "4dp", 0.0005),
        ("-12", "4dp", 0.5),
        ("0.1234", "4dp", 0),  # as many as asked
        ("0.1230", "4dp", 0),
        ("0.12345", "4dp", 0),
        ("0.1", "4dp", 0),  # one significant digit says nothing
        ("0.05", "4dp", 0),
        ("0.050", "4dp", 0.0005),
        ("12.3", "4sf", 0.05),
        ("0.0123", "4sf", 0.00005),
        ("12.34", "4sf", 0),
        ("12.30", "4sf", 0),
    ],
)
def test_half_a_unit_of_the_last_digit_written_where_that_is_fewer_than_asked(text, rule, found) -> None:
    assert half(text, rule) == pytest.approx(found, rel=1e-6)
    if found:
        assert half(text, rule) > found  # so that a tie is near, whatever its double


def test_only_the_cells_asked_about_are_looked_at() -> None:
    values, written = np.array([[0.12, 0.12]]), np.array([["0.12", "0.12"]], dtype=object)
    found = half_units(values, written, np.array([[True, False]]), Rounding("dp", 4))
    assert found.tolist() == [[pytest.approx(0.005), 0.0]]
