"""Marking an answers file: the same results folder on any number of processes."""

from pathlib import Path

import numpy as np
import pytest

import grader.mark
import grader.marking.score
from grader.mark import mark
from grader.rehearsal.simulate import simulate, write_simulated
from qgen.exam.exam import make_exam, write_exam
from qgen.exam.spec import spec_of

STUDENTS = 60


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("marked")
    exam = make_exam(spec_of({"questions": [{"network": "tanh-heads"}]}), 4, 1)
    (folder / "exam").mkdir()
    write_exam(exam, folder / "exam")
    simulated = simulate(exam, STUDENTS, np.random.default_rng(1))
    write_simulated(simulated, folder / "answers.csv", folder / "truth.csv")
    return folder


def results(folder: Path, name: str) -> dict[str, bytes]:
    mark(folder / "answers.csv", folder / "exam", folder / name, feedback=False)
    return {path.name: path.read_bytes() for path in sorted((folder / name).iterdir())}


def test_a_class_gets_the_same_marks_in_parts_on_two_processes(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = results(folder, "whole")
    monkeypatch.setattr(grader.mark, "CHUNK", 7)
    monkeypatch.setattr(grader.marking.score, "CHUNK", 11)
    monkeypatch.setattr(grader.mark, "FEWEST", STUDENTS // 2)
    assert results(folder, "parts") == whole
    assert whole["marks.csv"].count(b"\n") > STUDENTS
