"""What qgen make says of what it made."""

import re

import pytest

from qgen.day.summary import summary
from qgen.exam.exam import make_exam
from qgen.exam.spec import spec_of
from qgen.papers.combs import without_comb

LINEAR = {
    "network": {"inputs": 2, "layers": [{"units": 2, "activation": "linear"}, {"units": 1, "activation": "linear"}]},
    "loss": "squared-error",
    "weights": {"low": -3, "high": 3, "step": 0.1, "smallest": 0.5},
    "inputs": {"low": 1, "high": 4, "step": 0.1},
    "learning_rate": [0.05],
}


@pytest.mark.parametrize("boxes", ["free", "combs"])
def test_which_answers_have_no_cells_is_said_in_one_line(boxes, tmp_path):
    exam = make_exam(spec_of({"boxes": boxes, "questions": [LINEAR]}), 8, 5)
    said = [line for line in summary(exam, (), tmp_path, 8, 1.0, None, False) if "without cells" in line]
    free = without_comb(exam)
    assert len(said) == (boxes == "combs")
    if said:
        assert f"{len(free)} items ({', '.join(free[:12])}" in said[0]


def test_nothing_is_said_where_every_answer_has_cells(tmp_path):
    exam = make_exam(spec_of({"boxes": "combs"}), 1, 5)
    assert not any("cells" in line for line in summary(exam, (), tmp_path, 1, 1.0, None, False))


@pytest.mark.parametrize(
    ("weights", "told"), [("target-first", 1), ("matrix", 1), ("source-first", 0), ("numbered", 0)]
)
def test_whoever_types_is_told_where_headings_have_other_indices_than_the_paper(weights, told, tmp_path):
    exam = make_exam(spec_of({"notation": {"weights": weights, "layers": "[l]"}}), 1, 5)
    said = [line for line in summary(exam, (), tmp_path, 1, 1.0, None, False) if "in the order of the boxes" in line]
    assert len(said) == told
    assert all(re.search(r"on the paper q1_dw(\d)(\d)\S* is \S*_\2\1\b", line) for line in said)


def test_a_paper_of_one_mark_has_one_mark(tmp_path):
    exam = make_exam(spec_of({"questions": [{"network": "tanh-heads", "ask": ["loss"]}]}), 1, 5)
    assert "(1 item, 1 mark each, " in next(iter(summary(exam, (), tmp_path, 1, 1.0, None, False)))
