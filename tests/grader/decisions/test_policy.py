"""An exam can be marked by another policy, without touching it; whatever is wrong with a policy is told at once."""

import numpy as np
import pytest

from grader.decisions.overrides import decisions_of
from grader.decisions.policy import policy_of, read_policy
from grader.marking.score import score
from grader.rehearsal.simulate import simulate
from qgen.errors import InputError
from qgen.exam.exam import Exam, make_exam


@pytest.fixture(scope="module")
def exam() -> Exam:
    return make_exam({"questions": [{"network": "tanh-heads"}]}, 10, 1)


def marked(exam: Exam, table: dict[str, object]):
    submissions = simulate(exam, 40, np.random.default_rng(1)).submissions
    policy = policy_of(table, exam)
    decisions = decisions_of(policy.given, policy.exam, submissions.students)
    return score(policy.exam, submissions, decisions)


def test_no_policy_changes_nothing(exam: Exam) -> None:
    assert (
        marked(exam, {}).earned() == score(exam, simulate(exam, 40, np.random.default_rng(1)).submissions).earned()
    ).all()


def test_a_policy_leaves_the_items_of_several_iterations_in_their_order() -> None:
    exam = make_exam({"rounding": "5dp", "questions": [{"network": "tanh-heads", "iterations": 2}]}, 2, 1)
    policy = policy_of({"items": {"q1_t2_loss": {"marks": 2}}}, exam)
    assert policy.exam.columns == exam.columns
    assert {item.id for item in policy.exam.items if item.marks != 1} == {"q1_t2_loss"}
    assert marked(exam, {"marking": {"imprecise": 0.5}}).scores.tolist() == marked(exam, {}).scores.tolist()


def test_what_is_worth_as_much_as_before_stands_where_it_stood_on_the_sheet() -> None:
    for question in ({}, {"ask": ["a3", "dw*"]}):
        exam = make_exam({"questions": [{"network": "tanh-heads", **question}]}, 2, 1)
        moved = policy_of({"marking": {"imprecise": 0}, "items": {"q1_dw13": {"widen": 0.001}}}, exam).exam
        assert moved.sheet_columns == exam.sheet_columns
    dropped = policy_of({"items": {"q1_dw13": {"drop": True}}}, exam).exam
    assert (dropped.sheet_columns, dropped.columns) == (exam.sheet_columns, exam.columns)


def test_an_item_is_dropped_given_to_all_weighed_anew_or_accepted_more_widely(exam: Exam) -> None:
    before = marked(exam, {})
    after = marked(exam, {"items": {
        "q1_z1": {"drop": True}, "q1_a1": {"give": True}, "q1_dw13": {"marks": 3}, "q1_loss": {"widen": 1},
    }})  # fmt: skip
    place = {item: i for i, item in enumerate(exam.columns)}
    was, now = before.earned(), after.earned()
    assert not now[:, place["q1_z1"]].any()
    assert (now[:, place["q1_a1"]] == 1).all()
    assert np.allclose(now[:, place["q1_dw13"]], 3 * was[:, place["q1_dw13"]])
    assert after.exam.max_score == before.exam.max_score - 1 + 2
    assert (now[:, place["q1_loss"]] >= was[:, place["q1_loss"]]).all()
    assert (after.exam.high - after.exam.low)[place["q1_loss"]].min() >= 2
    others = [i for item, i in place.items() if item not in ("q1_z1", "q1_a1", "q1_dw13", "q1_loss")]
    assert (after.exam.low == exam.low)[others].all()
    assert (now == was)[:, [i for i in others if exam.items[i].part == "forward"]].all()


def test_the_shares_of_the_spec_can_be_others(exam: Exam) -> None:
    before, after = marked(exam, {}), marked(exam, {"marking": {"follow_through": 0.5, "imprecise": 0}})
    followed = before.verdicts == 1
    assert followed.any()
    assert (after.earned()[followed] == 0.5).all()
    assert not after.earned()[before.verdicts == 2].any()


def test_the_exam_itself_stays_as_it_is(exam: Exam) -> None:
    sealed = exam.checksum
    policy_of({"items": {"q1_z1": {"drop": True}}}, exam)
    assert exam.checksum == sealed
    assert exam.max_score == 21


def test_all_faults_are_told_at_once(exam: Exam, tmp_path) -> None:
    path = tmp_path / "marking.toml"
    path.write_text("""
[mark]
[marking]
imprecise = 2
[items.q1_zz]
drop = true
[items.q1_z1]
drop = true
marks = 1
[items.q1_a1]
widen = -1
wide = 1
""")
    with pytest.raises(InputError) as fault:
        read_policy(path, exam)
    said = str(fault.value)
    for text in (
        "mark: not known",
        "items.q1_zz: no such item",
        "dropped has nothing else",
        "a1.widen: ",
        "a1.wide: not",
    ):
        assert text in said
    assert "marking.imprecise" in said


@pytest.mark.parametrize("text", ["[marking", "items = 3", "[items]\nq1_z1 = 3"])
def test_what_is_no_policy_is_one_line(exam: Exam, tmp_path, text: str) -> None:
    path = tmp_path / "marking.toml"
    path.write_text(text)
    with pytest.raises(InputError, match=r"marking\.toml"):
        read_policy(path, exam)


def test_marks_may_be_a_fraction_here_too(exam: Exam) -> None:
    policy = policy_of({"items": {"q1_z1": {"marks": "1/3"}}}, exam)
    assert policy.exam.items[0].marks == 1 / 3
    assert policy.said == {"q1_z1": "worth 1/3"}
