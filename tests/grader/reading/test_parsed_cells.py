"""What cells say: each different text read once, and again where its writer means it otherwise."""

import numpy as np

from grader.reading.numerals import BLANK, UNREADABLE, VALUE, Numeral
from grader.reading.parsed_cells import Readings
from qgen.tables.cells import Coded

TEXTS = np.array([["0.5", "", "x"], ["1,234", "0.5", "-"]], dtype=object)


def test_every_cell_says_what_its_text_says() -> None:
    readings = Readings.of(Coded.of(TEXTS))
    np.testing.assert_array_equal(readings.values(), [[0.5, np.nan, np.nan], [np.nan, 0.5, np.nan]])
    assert readings.kinds().tolist() == [[VALUE, BLANK, UNREADABLE], [UNREADABLE, VALUE, BLANK]]
    assert set(readings.reasons()) == {(0, 2), (1, 0)}
    assert set(readings.take(slice(1, 2)).reasons()) == {(0, 0)}


def test_a_cell_that_is_read_otherwise_leaves_the_same_text_elsewhere_alone() -> None:
    before = Readings.of(Coded.of(TEXTS))
    after = before.otherwise({(1, 1): Numeral("unreadable", reason="why"), (1, 0): Numeral("value", 1.234)})
    assert after.written[:].tolist() == TEXTS.tolist()
    assert after.values()[0, 0] == 0.5
    assert after.values()[1, 0] == 1.234
    assert after.kinds().tolist() == [[VALUE, BLANK, UNREADABLE], [VALUE, UNREADABLE, BLANK]]
    assert after.reasons()[1, 1] == "why"
    assert before.otherwise({}) is before
