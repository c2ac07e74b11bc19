"""Given numbers in tables and matrices: each once, by unit, and matrices that compute what the network does."""

import re

import numpy as np
import pytest

from qgen.exam.exam import make_exam
from qgen.exam.spec import spec_of
from qgen.papers.papers import Papers
from qgen.papers.words import macro
from tests.qgen.cases import ASKING

FIRST = {"network": "relu-sigmoid", "loss": "squared-error"}
WIDE = {
    "loss": "squared-error",
    "network": {"inputs": 8, "layers": [{"units": 7, "activation": "tanh"}, {"units": 2, "activation": "identity"}]},
    "ask": ["a*", "loss"],
}
SPECS = {**ASKING, "wide": WIDE}


def laid_out(question, **spec):
    exam = make_exam(spec_of({"rounding": "6dp", "questions": [question], **spec}), 2, 3)
    return exam.batches[0], Papers(exam).questions[0].givens


@pytest.mark.parametrize("name", SPECS)
def test_every_given_number_stands_there_once(name):
    batch, givens = laid_out(SPECS[name])
    shown = [row["name"] for part in givens.of(1) for table in part["tables"] for row in table["rows"] if row["name"]]
    assert len(shown) == len(batch.question.given) - ("alpha" in batch.question.given)
    assert all(len(table["rows"]) % table["columns"] == 0 for part in givens.of(1) for table in part["tables"])


def test_a_column_holds_what_leads_to_one_unit_and_layers_stand_in_order():
    _, givens = laid_out(FIRST)
    (table,) = givens.of(0)[0]["tables"]
    names = [row["name"] for row in table["rows"]]
    tall = len(names) // table["columns"]
    columns = [[name for name in names[k : k + tall] if name] for k in range(0, len(names), tall)]
    assert columns[0] == ["x_{1}", "x_{2}", "x_{3}", "y"]
    assert columns[1] == ["w_{11}^{(1)}", "w_{21}^{(1)}", "w_{31}^{(1)}", "b_{1}^{(1)}"]
    assert columns[-1] == ["w_{13}", "w_{23}", "b_{3}"]


def numbers(latex):
    name, rows = re.fullmatch(r"(\S+) = \\begin\{bmatrix\} (.*) \\end\{bmatrix\}", latex).groups()
    return name, np.array([[float(cell) for cell in row.split(" & ")] for row in rows.split(r" \\ ")])


@pytest.mark.parametrize("weights", ["source-first", "target-first", "matrix"])
@pytest.mark.parametrize(
    "question", [{"network": "relu-sigmoid", "loss": "squared-error"}, WIDE], ids=["first", "wide"]
)
def test_the_matrices_compute_the_pre_activations(question, weights):
    batch, givens = laid_out(question, notation={"givens": "matrices", "weights": weights})
    found = dict(numbers(latex) for group in givens.of(1)[0]["matrices"] for latex in group)
    assert givens.of(1)[0]["tables"] == []
    a = found["x"]
    for k, layer in enumerate(batch.question.network.layers, start=1):
        w = found[f"W^{{({k})}}"]
        z = (w.T if weights == "source-first" else w) @ a + found[f"b^{{({k})}}"]
        ids = [batch.question.current("z" + unit, 1) for unit in layer.units]
        assert z[:, 0] == pytest.approx([float(batch.values[name][1]) for name in ids])
        a = np.array([[float(batch.values["a" + unit][1])] for unit in layer.units])


def test_matrices_stand_clear_of_each_other():
    groups = {"matrices": [["x"], ["W"], ["V"]], "tables": []}
    lines = macro("givens.txt", "shown", groups, "bare").split()
    assert [line for line in lines if line == "@space" or line[0] == "$"] == ["$x$", "@space", "$W$", "@space", "$V$"]
