"""A spec that asks a few items goes the whole way: exports, simulation, marking, feedback, collection."""

import csv

import numpy as np
import pytest
from cases import SMALL
from measures import marks_lost
from typer.testing import CliRunner

from grader.cli import app as grader
from qgen import make_exam
from qgen.cli import app as qgen
from qgen.engine.symbols import latex_name
from qgen.export.exporters import EXPORTERS
from qgen.papers.papers import Papers

FEW = """
[[questions]]
loss = "squared-error"
ask = ["a3", "loss", "dz3", "dw11_1", "new_w13"]
"""
GIVEN = """
[[questions]]
network = "tanh-heads"
show = "forward"
ask = ["gradient", "change_w11", "dx1"]
"""
NO_BIASES = """
[[questions]]
loss = "squared-error"
biases = "none"
inputs = [0, 1]
network = { inputs = 2, layers = [{ units = 2, activation = "sigmoid" }, { units = 1, activation = "sigmoid" }] }
"""
SOFTMAX_BATCH = """
[[questions]]
network = { inputs = 2, layers = [{ units = 2, activation = "relu" }, { units = 3, activation = "softmax" }] }
batch = 2
ask = ["a*_2", "e2_a1_2", "loss", "dw11_1", "new_w11_2"]
"""


def run(app, *arguments):
    result = CliRunner().invoke(app, [*map(str, arguments)])
    assert result.exit_code == 0, result.output
    return result.output


@pytest.mark.parametrize("spec", [FEW + GIVEN, NO_BIASES, SOFTMAX_BATCH], ids=["few items", "no biases", "softmax"])
def test_every_command_takes_it(spec, tmp_path):
    exam, answers, results = (tmp_path / name for name in ("exam", "answers.csv", "results"))
    (tmp_path / "exam.toml").write_text(spec)
    run(qgen, "make", "-n", 6, "--spec", tmp_path / "exam.toml", "--out", exam)
    run(qgen, "check", exam)
    for system in EXPORTERS:
        run(qgen, "export", system, "--exam", exam)
    run(grader, "simulate", "--students", 12, "--mix", "perfect=1", "--exam", exam, "--out", answers)
    run(grader, "score", answers, "--exam", exam, "--out", results)
    rows = list(csv.DictReader((results / "scores.csv").read_text("utf-8").splitlines()))
    assert [row["percent"] for row in rows] == ["100.00"] * 12
    assert len(list((results / "feedback").glob("*.pdf"))) == 12
    for system in ("moodle", "canvas", "generic"):
        run(grader, "export", system, "--results", results)
    run(grader, "collect", exam / "papers", "--exam", exam, "--out", tmp_path / "back.csv")


def test_groups_share_papers_and_everyone_is_named_on_one(tmp_path):
    (tmp_path / "class.csv").write_text("student_id,name\n" + "".join(f"s{i},Name {i}\n" for i in range(5)))
    exam = tmp_path / "exam"
    run(qgen, "make", "--roster", tmp_path / "class.csv", "--variants", 2, "--out", exam)
    names = sorted(path.name for path in (exam / "papers").glob("*.pdf"))
    assert names == [*(f"s{i}.pdf" for i in range(5)), "spare-001.pdf", "spare-002.pdf"]
    rows = list(csv.DictReader((exam / "answers.csv").read_text("utf-8").splitlines()))
    assert [(row["student_id"], row["variant"]) for row in rows] == [
        ("s0", "001"), ("s1", "002"), ("s2", "001"), ("s3", "002"), ("s4", "001"), ("", "001"), ("", "002")
    ]  # fmt: skip
    back = tmp_path / "back.csv"
    assert "handed in by" not in run(grader, "collect", exam / "papers", "--exam", exam, "--out", back)


@pytest.mark.parametrize(
    "show",
    [["dz*"], ["da*"], ["db*", "dz*"], ["change_*"], ["change_*", "new_*"], ["dw*"], ["da1_1", "after_*"]],
    ids=str,
)
def test_whatever_is_shown_is_given_on_paper_and_honest_students_go_on_with_it(show):
    question = {"network": SMALL, "loss": "squared-error", "iterations": 2, "show": show, "ask": ["t2_z*", "t2_dw*"]}
    exam = make_exam({"rounding": "6dp", "questions": [question]}, 3, 1)
    batch = exam.batches[0]
    papers = Papers(exam)
    texts = papers.markup(0), papers.markup(0, kind="S")
    for name, given in batch.question.given.items():
        line = f"${latex_name(name)}$ | "
        assert given.kind == "learning_rate" or all(line in text for text in texts), name
    assert not marks_lost(batch, 200, np.random.default_rng(1))


def test_a_question_of_several_iterations_prints_as_many_examples_as_it_has():
    question = {"network": SMALL, "loss": "squared-error", "iterations": 2, "batch": 4, "ask": ["t2_loss"]}
    for ask in (["t2_loss"], ["dw11_1"]):  # 12 numbers in each iteration; none in the second
        papers = Papers(make_exam({"questions": [question | {"ask": ask}], "rounding": "6dp"}, 1, 1))
        assert papers.question_paper(0).startswith(b"%PDF")
        assert papers.solution(0).startswith(b"%PDF")
