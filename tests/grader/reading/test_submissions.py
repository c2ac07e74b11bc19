"""What cells say: each different text read once, and again where its writer means it otherwise."""

import numpy as np

from grader.reading.numerals import BLANK, UNREADABLE, VALUE
from grader.reading.submissions import Submissions
from grader.reasons import Reason

TEXTS = np.array([["0.5", "", "x"], ["1,234", "0.5", "-"]], dtype=object)


def parse(written, doubts=None):
    students, items = written.shape
    return Submissions.of(["a", "b"][:students], np.arange(students), ["x", "y", "z"][:items], written, doubts=doubts)


def test_every_cell_says_what_its_text_says() -> None:
    cells = parse(TEXTS)
    np.testing.assert_array_equal(cells.values, [[0.5, np.nan, np.nan], [np.nan, 0.5, np.nan]])
    assert cells.kinds.tolist() == [[VALUE, BLANK, UNREADABLE], [UNREADABLE, VALUE, BLANK]]
    assert set(cells.reasons) == {(0, 2), (1, 0)}
    assert cells.notes == ()


def test_some_of_the_students_are_numbered_from_0() -> None:
    cells = parse(TEXTS).take(range(1, 2))
    assert cells.written.tolist() == [["1,234", "0.5", "-"]]
    assert set(cells.reasons) == {(0, 0)}
    assert parse(TEXTS).take(range(1)).reasons == {(0, 2): Reason("not_a_number")}


def test_a_cell_in_doubt_is_unreadable_and_leaves_the_same_text_elsewhere_alone() -> None:
    cells = parse(TEXTS, {(1, 1): Reason("typed_label")})
    assert cells.values[0, 0] == 0.5
    assert cells.kinds.tolist() == [[VALUE, BLANK, UNREADABLE], [UNREADABLE, UNREADABLE, BLANK]]
    assert cells.reasons[1, 1] == Reason("typed_label")
    assert np.isnan(cells.values[1, 1])


def test_who_writes_a_decimal_comma_means_one_by_every_comma() -> None:
    cells = parse(np.array([["1,234", "0,5", "1.234"], ["1,234", "2", "0.5"]], dtype=object))
    np.testing.assert_array_equal(cells.values, [[1.234, 0.5, np.nan], [np.nan, 2, 0.5]])
    assert set(cells.reasons) == {(0, 2), (1, 0)}
    assert cells.notes == ("1 cell such as 1,234 read as a decimal comma, like its writer's others",)


def test_no_students_are_no_cells() -> None:
    assert parse(np.empty((0, 3), dtype=object)).values.shape == (0, 3)


def test_in_a_file_of_commas_a_lone_dot_is_in_doubt_unless_anyone_s_dot_is_clear() -> None:
    def kinds(*rows: list[str]) -> list[list[int]]:
        return parse(np.array(rows, dtype=object)).kinds.tolist()

    assert kinds(["0,5", "1.234"], ["1,234", "1.234"]) == [[VALUE, UNREADABLE], [VALUE, UNREADABLE]]
    assert kinds(["0,5", "1.234"], ["1,234", "1.5"]) == [[VALUE, UNREADABLE], [UNREADABLE, VALUE]]
    assert kinds(["0,5", "1.5"], ["1,234", "1.234"]) == [[VALUE, VALUE], [UNREADABLE, VALUE]]
    assert kinds(["2", "1.5"], ["1,234", "1.234"]) == [[VALUE, VALUE], [UNREADABLE, VALUE]]


def test_the_remark_counts_the_cells_that_were_read_with_a_comma() -> None:
    remarks = parse(np.array([["0,5", "1,234"], ["1,234", "2,345"]], dtype=object)).notes
    assert remarks == ("3 cells such as 1,234 read as a decimal comma, like its writer's others",)
