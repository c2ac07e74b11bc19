"""A question runs through PrairieLearn's documented phases to the marks of grader score; the key stays there."""

import copy
import csv
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

from grader.marking.score import score
from grader.reading.answers import read_answers
from grader.rehearsal.simulate import simulate, write_simulated
from qgen.exam.exam import make_exam, read_exam, write_exam
from qgen.exam.spec import spec_of
from qgen.export.prairielearn import write_course

MAY_CHANGE = {
    "generate": {"params", "correct_answers"},
    "parse": {"params", "correct_answers", "submitted_answers", "format_errors", "feedback"},
    "grade": {"params", "correct_answers", "submitted_answers", "format_errors", "partial_scores", "score", "feedback"},
    "test": {"raw_submitted_answers", "format_errors", "partial_scores", "score", "feedback"},
}
"""What docs.prairielearn.com says that each function of server.py may change in `data`."""


class Course:
    """A stand-in for PrairieLearn: what its elements do with answers that may be blank, then what server.py does."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (self.exam,) = (path.name for path in (root / "questions").iterdir())
        self.servers = {path.name: self.server(path) for path in (root / "questions" / self.exam).iterdir()}

    def server(self, folder: Path) -> dict:  # type: ignore[type-arg]
        names: dict = {}  # type: ignore[type-arg]
        exec(compile((folder / "server.py").read_text(), folder / "server.py", "exec"), names)
        return names

    def phase(self, name: str, question: str, data: dict) -> None:  # type: ignore[type-arg]
        before = copy.deepcopy(data)
        self.servers[question][name](data)
        json.dumps(data, allow_nan=False)
        assert {key for key in data if data[key] != before.get(key)} <= MAY_CHANGE[name]
        assert data.keys() == before.keys()

    def variant(self, question: str, seed: int) -> dict:  # type: ignore[type-arg]
        options = {"server_files_course_path": str(self.root / "serverFilesCourse")}
        data = {"params": {}, "correct_answers": {}, "variant_seed": seed, "options": options}
        self.phase("generate", question, data)
        return data

    def submitted(self, question: str, variant: dict, answers: dict[str, str]) -> dict:  # type: ignore[type-arg]
        data = {**copy.deepcopy(variant), "submitted_answers": dict(answers), "raw_submitted_answers": dict(answers),
                "format_errors": {}, "feedback": {}, "gradable": True}  # fmt: skip
        data["submitted_answers"] = {name: text.strip() for name, text in answers.items()}
        self.phase("parse", question, data)
        assert data["format_errors"] == {}
        return data

    def graded(self, question: str, variant: dict, answers: dict[str, str]) -> dict:  # type: ignore[type-arg]
        data = {**self.submitted(question, variant, answers), "partial_scores": {}, "score": 0.0}
        self.phase("grade", question, data)
        return data


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("exam")
    write_exam(make_exam(spec_of({"title": "Backprop"}), 30, 5), folder)
    return folder


def unpacked(folder, root):
    write_course(read_exam(folder), folder, root / "course.zip")
    with zipfile.ZipFile(root / "course.zip") as archive:
        archive.extractall(root / "course")
    return Course(root / "course")


@pytest.fixture(scope="module")
def course(made, tmp_path_factory):
    return unpacked(made, tmp_path_factory.mktemp("course"))


@pytest.fixture(scope="module")
def drawn(course):
    """By question and variant what PrairieLearn has once it is generated."""
    found: dict = {"q1": {}, "q2": {}}
    for seed in range(200):
        for question, variants in found.items():
            data = course.variant(question, seed)
            variants.setdefault(data["params"]["variant"], data)
    return found


def test_all_variants_are_drawn_and_the_same_seed_draws_the_same(course, drawn):
    assert {question: len(variants) for question, variants in drawn.items()} == {"q1": 30, "q2": 30}
    assert course.variant("q1", 7) == course.variant("q1", 7)


def test_70_simulated_students_get_the_marks_of_grader_score_item_by_item(course, drawn, made, tmp_path):
    exam = read_exam(made)
    write_simulated(simulate(exam, 70, np.random.default_rng(3)), tmp_path / "answers.csv", tmp_path / "truth.csv")
    marks = score(exam, read_answers(tmp_path / "answers.csv", exam))
    with (tmp_path / "answers.csv").open(newline="") as file:
        rows = {row["student_id"]: row for row in csv.DictReader(file)}
    worth, different = {item.id: item.marks for item in exam.items}, []
    for student, earned in zip(marks.submissions.students, marks.earned().tolist(), strict=True):
        row, expected = rows[student], dict(zip(exam.columns, earned, strict=True))
        for question in drawn:
            mine = {item: text for item, text in row.items() if item.startswith(f"{question}_")}
            data = course.graded(question, drawn[question][row["variant"]], mine)
            got = {item: one["score"] * worth[item] for item, one in data["partial_scores"].items()}
            total = sum(expected[item] for item in mine) / sum(worth[item] for item in mine)
            if got != {item: expected[item] for item in mine} or abs(data["score"] - total) > 1e-9:
                different.append((student, question))
    assert different == []


def test_the_key_is_in_correct_answers_and_nowhere_else(course, drawn):
    for question, variants in drawn.items():
        page = (course.root / "questions" / course.exam / question / "question.html").read_text()
        for data in variants.values():
            # what is given, too, may happen to be a value of the key
            shown = re.sub(r"= (-?[\d.]+)|-0.0123", "", page + json.dumps(data["params"]))
            assert [value for value in data["correct_answers"].values() if value in shown] == []


def test_what_cannot_be_read_is_told_before_marking_and_costs_nothing_else(course, drawn):
    variant = drawn["q1"]["007"]
    answers = {
        **variant["correct_answers"],
        "q1_a3": "<b>1.2.3</b>",
        "q1_loss": "",
        "q1_z3": "−0,5 ",
        "q1_z1_2": "error",
    }
    saved = course.submitted("q1", variant, answers)
    ((unread),) = saved["feedback"]["unread"]
    assert (unread["formula"], "1.2.3" in unread["why"]) == (r"\(a_{3}\)", True)
    data = course.graded("q1", variant, answers)
    assert data["feedback"]["unread"] == []
    lost = {one["formula"]: one for one in data["feedback"]["lost"]}
    assert lost[r"\(L\)"] == {"formula": r"\(L\)", "marks": "0/1", "why": "left blank"}
    assert data["partial_scores"]["q1_z1_1"] == {"score": 1.0, "weight": 1}
    assert 0.9 < data["score"] < 1


def test_an_answer_that_did_not_come_in_is_blank(course, drawn):
    assert course.graded("q2", drawn["q2"]["001"], {"q2_z1": "1"})["score"] < 0.2


def test_no_share_is_more_than_whole_where_marks_are_no_round_numbers(tmp_path):
    (folder := tmp_path / "exam").mkdir()
    asked = {"network": "tanh-heads", "ask": ["z1", "z2", "z3"], "marks": 10}
    write_exam(make_exam(spec_of({"questions": [asked]}), 1, 5), folder)
    course = unpacked(folder, tmp_path)
    variant = course.variant("q1", 1)
    data = course.graded("q1", variant, variant["correct_answers"])
    assert [one["score"] for one in data["partial_scores"].values()] == [1.0] * 3
    assert (data["score"], data["feedback"]["lost"]) == (1.0, [])


@pytest.mark.parametrize("kind", ["correct", "incorrect", "invalid"])
def test_prairielearns_own_test_finds_what_it_expects(course, drawn, kind):
    for question in drawn:
        variant = drawn[question]["003"]
        data = {**copy.deepcopy(variant), "test_type": kind, "raw_submitted_answers": {}, "format_errors": {"x": "y"},
                "partial_scores": {"x": {"score": 1}}, "score": 0.5, "feedback": {}, "gradable": True}  # fmt: skip
        course.phase("test", question, data)
        got = course.graded(question, variant, data["raw_submitted_answers"])
        assert (data["score"], data["partial_scores"]) == (got["score"], got["partial_scores"])
        assert data["format_errors"] == {}
        assert data["score"] == (1.0 if kind == "correct" else 0.0)


def test_marking_needs_no_package_that_prairielearn_does_not_promise(made):
    code = (
        "import sys; from grader.autograder import prairielearn; import grader.marking.score\n"
        "print(*sorted({name.partition('.')[0] for name in sys.modules} - sys.stdlib_module_names))"
    )
    found = subprocess.run([sys.executable, "-S", "-c", code], capture_output=True, text=True, check=False,
                           env={"PYTHONPATH": ":".join(sys.path)}).stdout.split()  # fmt: skip
    assert {name for name in found if not name.startswith("_")} == {"grader", "qgen", "numpy", "jinja2", "markupsafe"}
