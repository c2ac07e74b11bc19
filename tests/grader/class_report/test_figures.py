"""Numbers as people of a language write them, and a dash where there is none."""

import numpy as np
import pytest

from grader.class_report.figures import Figures
from grader.statistics.undefined import Undefined

ENGLISH, GERMAN = Figures(), Figures(",")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (ENGLISH.marks(62.149), "62.1"),
        (GERMAN.marks(-0.25, 2), "−0,25"),
        (ENGLISH.marks(-0.01), "0.0"),
        (ENGLISH.marks(np.nan), "–"),
        (ENGLISH.marks(Undefined.NOBODY), "–"),
        (ENGLISH.short(66.0), "66"),
        (GERMAN.short(0.5), "0,5"),
        (ENGLISH.share(0.954), "95 %"),
        (GERMAN.share(0.0123, 1), "1,2 %"),
        (ENGLISH.p(0.43), "0.43"),
        (ENGLISH.p(0.012), "0.012"),
        (ENGLISH.p(0.0001), "< 0.001"),
    ],
)
def test_a_number_is_written_so(text, expected):
    assert text == expected


def test_a_cell_is_sorted_by_its_number():
    cell = GERMAN.heat(0.725)
    assert (cell.text, cell.value, cell.shade) == ("72 %", "0.725", "f2")
    assert ENGLISH.cell(Undefined.NOBODY).value == ""
