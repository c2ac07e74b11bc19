"""Who shows which misconception, where, and what it cost; worked by hand."""

import numpy as np

from grader.marking.score import score
from grader.marking.shown import commonest, shown, shown_before
from grader.reasons import Reason
from grader.rehearsal.simulate import simulate
from qgen.exam.exam import make_exam


def one(name: str) -> Reason:
    return Reason("misconception", names=(name,))


REASONS = {
    (0, 0): one("a"),
    (0, 1): one("a"),
    (0, 2): Reason("two_misconceptions", names=("a", "b")),
    (1, 2): one("b"),
    (1, 1): Reason("imprecise", ("4",), ("dp",)),
}
LOST = np.array([[1.0, 1, 3], [0, 0.5, 1]])


def test_a_cell_with_two_counts_for_both_with_half_of_its_marks():
    found = {m.name: (m.students, m.cells, m.marks) for m in shown(REASONS, LOST)}
    assert found == {"a": ((0,), ((0, 0), (0, 1), (0, 2)), 3.5), "b": ((0, 1), ((0, 2), (1, 2)), 2.5)}
    assert [m.name for m in shown(REASONS, LOST)] == ["a", "b"]  # the dearest first
    assert shown({}, LOST) == ()


def test_a_bonus_is_no_gain_from_a_mistake():
    assert shown({(0, 0): one("a")}, np.array([[-1.0]]))[0].marks == 0


def test_the_commonest_of_each_item_is_told():
    assert commonest(REASONS, 4) == ["a", "a", "a + b", ""]


def test_what_was_shown_before_in_the_same_question_is_told():
    questions = ["q1", "q1", "q1"]
    assert shown_before(REASONS, questions, (2, 3)).tolist() == [[False, True, False], [False, False, False]]
    assert not shown_before(REASONS, ["q1", "q2", "q3"], (2, 3)).any()


def test_the_table_of_a_class_is_what_its_cells_say():
    exam = make_exam({"questions": [{"network": "tanh-heads"}]}, 20, 1)
    marks = score(exam, simulate(exam, 60, np.random.default_rng(1), {"misconception": 1, "two": 1}).submissions)
    table, cells = marks.misconceptions(), marks.table()
    cells["lost"] = cells["max_marks"] - cells["marks"]
    assert len(table) > 10
    for name, row in table.iterrows():
        names = cells["misconception"].str.split(" + ", regex=False)
        here = cells[[name in some for some in names]]
        assert row["cells"] == len(here)
        assert row["students"] == here.index.get_level_values("student_id").nunique()
    assert np.isclose(table["marks"].sum(), cells.loc[cells["misconception"] != "", "lost"].sum())
    assert table["marks"].is_monotonic_decreasing
