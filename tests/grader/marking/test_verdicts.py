"""What a verdict is worth."""

import numpy as np

from grader.marking.verdicts import CORRECT, FOLLOW_THROUGH, IMPRECISE, WRONG, worth
from qgen.exam.exam import make_exam


def test_an_answer_is_worth_its_verdict_s_share_of_its_item_s_marks() -> None:
    question = {"network": "tanh-heads", "marks": {"forward": 2, "loss": 4, "gradient": 1, "update": 0}}
    exam = make_exam({"questions": [question], "marking": {"follow_through": 0.5, "imprecise": 0.25}}, 1, 1)
    found = worth(exam, np.array([[CORRECT], [FOLLOW_THROUGH], [IMPRECISE], [WRONG]]))
    assert found[:, exam.columns.index("q1_z1")].tolist() == [2, 1, 0.5, 0]
    assert found[:, exam.columns.index("q1_loss")].tolist() == [4, 2, 1, 0]
