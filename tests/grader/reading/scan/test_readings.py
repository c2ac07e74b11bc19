"""Posteriors of cells become the text that was written, or a doubt."""

import numpy as np
import pytest

from grader.reading.scan.digits import CLASSES
from grader.reading.scan.readings import comb_reading


def likely(text: str, sure: float = 0.99) -> np.ndarray:
    rows = np.full((len(text), len(CLASSES)), (1 - sure) / (len(CLASSES) - 1), np.float32)
    for row, character in zip(rows, text, strict=True):
        row[CLASSES.index(character)] = sure
    return rows


@pytest.mark.parametrize(
    ("cells", "text"),
    [
        ("-00468", "-0.0468"),
        (" 00468", "0.0468"),
        ("+12345", "1.2345"),
        (" 0468 ", "0.468"),
        (" 5    ", "5"),
        ("- 0468", "-.0468"),
        ("      ", ""),
    ],
)
def test_cells_are_read_as_the_number_in_them(cells, text):
    found = comb_reading(likely(cells), signed=True, ink=0.0 if not text else 5.0)
    assert (found.text, found.flags) == (text, ())
    assert found.posterior == pytest.approx(0.99, abs=0.02)


@pytest.mark.parametrize(
    ("cells", "flag"), [(" 00 68", "gap"), (" 0046?", "nodigit"), ("?00468", "nodigit"), ("-     ", "gap")]
)
def test_what_is_no_number_is_in_doubt(cells, flag):
    assert flag in comb_reading(likely(cells), signed=True, ink=5.0).flags


def test_a_minus_is_no_digit_and_a_digit_no_sign():
    assert "nodigit" in comb_reading(likely(" 004-8"), signed=True, ink=5.0).flags
    assert "nodigit" in comb_reading(likely("100468"), signed=True, ink=5.0).flags


def test_the_least_sure_cell_is_named_with_what_it_may_be_instead():
    rows = likely("-00468")
    rows[4] = 0
    rows[4, 6], rows[4, 0] = 0.6, 0.4
    found = comb_reading(rows, signed=True, ink=5.0)
    assert (found.text, found.second, found.doubtful) == ("-0.0468", "-0.0408", 4)
    assert found.posterior == pytest.approx(0.6)


def test_a_comb_with_ink_is_never_empty():
    assert comb_reading(likely("      "), signed=True, ink=0.1).flags == ()
    assert comb_reading(likely("      "), signed=True, ink=1.0).flags == ("ink",)
    assert comb_reading(likely("      ", 0.6), signed=True, ink=0.1).flags == ("ink",)


def test_an_id_is_its_digits():
    assert comb_reading(likely("4031872   "), signed=False, ink=9.0).text == "4031872"
    assert comb_reading(likely("40 1872   "), signed=False, ink=9.0).flags == ("gap",)
