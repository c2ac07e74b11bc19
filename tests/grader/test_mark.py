"""Marking an answers file: the same results folder on any number of processes."""

from pathlib import Path

import numpy as np
import pytest

import grader.mark
import grader.marking.score
import grader.results.feedback
from grader.mark import mark
from grader.rehearsal.simulate import simulate, write_simulated
from qgen.errors import InputError
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
    monkeypatch.setattr(grader.mark, "WRITTEN", 7)
    monkeypatch.setattr(grader.marking.score, "CHUNK", 11)
    monkeypatch.setattr(grader.mark, "FEWEST", STUDENTS // 2)
    assert results(folder, "parts") == whole
    assert whole["marks.csv"].count(b"\n") > STUDENTS


@pytest.mark.parametrize(
    ("jobs", "fault"), [(1, ValueError("planted")), (1, InputError("planted")), (2, MemoryError("planted"))]
)
def test_a_student_whose_feedback_cannot_be_made_is_listed_and_the_others_have_theirs(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jobs: int, fault: Exception
) -> None:
    pdf = grader.results.feedback.Feedback.pdf

    def planted(self: grader.results.feedback.Feedback, s: int) -> bytes:
        if s == STUDENTS - 1:
            raise fault
        return pdf(self, s)

    monkeypatch.setattr(grader.results.feedback.Feedback, "pdf", planted)
    monkeypatch.setattr(grader.mark, "worthwhile", lambda count, least: jobs)
    marks = mark(folder / "answers.csv", folder / "exam", tmp_path / "results")
    student = marks.submissions.students[-1]
    line = next(line for line in marks.remarks if "no feedback could be made" in line)
    assert line.startswith(f'student "{student}": ')
    assert line.endswith("planted")
    assert line in (tmp_path / "results" / "remarks.txt").read_text("utf-8").splitlines()
    assert len(list((tmp_path / "results" / "feedback").iterdir())) == STUDENTS - 1
    assert (tmp_path / "results" / "scores.csv").read_text("utf-8").count("\n") == STUDENTS + 1


def test_a_template_that_lets_nobody_have_feedback_is_a_fault_and_nothing_is_written(
    folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "words").mkdir()
    (tmp_path / "words" / "feedback.txt").write_text("<< nothing >>\n", "utf-8")
    with pytest.raises(InputError, match=r"feedback\.txt:1: 'nothing' is undefined"):
        mark(folder / "answers.csv", folder / "exam", tmp_path / "results", templates=tmp_path / "words")
    assert not (tmp_path / "results").exists()


def test_columns_that_nobody_knows_are_named_and_a_wrong_name_is_a_fault(folder: Path) -> None:
    text = (folder / "answers.csv").read_text()
    (folder / "mine.csv").write_text(text.replace("student_id,", "Kennzeichen,", 1))
    options = {"feedback": False, "id_column": "Kennzeichen"}
    marks = mark(folder / "mine.csv", folder / "exam", folder / "named", **options)
    assert (
        marks.submissions.students
        == mark(folder / "answers.csv", folder / "exam", folder / "known", feedback=False).submissions.students
    )
    with pytest.raises(InputError, match=r'mine\.csv:1: no column "Nr"; its headings are "Kennzeichen", "variant"'):
        mark(folder / "mine.csv", folder / "exam", folder / "wrong", feedback=False, id_column="Nr")


def test_two_halves_of_a_class_in_two_files_of_a_folder_get_the_marks_of_one_file(folder: Path, tmp_path: Path) -> None:
    heading, *rows = (folder / "answers.csv").read_text().splitlines(keepends=True)
    (tmp_path / "halves").mkdir()
    for name, part in (("a.csv", rows[:20]), ("b.csv", rows[20:])):
        (tmp_path / "halves" / name).write_text("".join([heading, *part]))
    both = mark(tmp_path / "halves", folder / "exam", tmp_path / "both", feedback=False)
    one = mark(folder / "answers.csv", folder / "exam", tmp_path / "one", feedback=False)
    assert np.array_equal(both.verdicts, one.verdicts)
    assert both.submissions.students == one.submissions.students


def test_an_empty_sheet_is_a_fault_that_names_the_one_beside_it(tmp_path: Path) -> None:
    exam = make_exam(spec_of({"questions": [{"network": "tanh-heads"}]}), 2, 1, students={"ann": "Ann", "bob": "Bob"})
    write_exam(exam, tmp_path)
    with pytest.raises(InputError, match=r"answers.csv: nobody has an answer in it; were they typed into .*\.xlsx\?"):
        mark(tmp_path / "answers.csv", tmp_path, tmp_path / "results", feedback=False)


def test_where_next_to_nothing_is_right_it_is_said_how_much_could_not_be_read(folder: Path, tmp_path: Path) -> None:
    heading, *rows = (folder / "answers.csv").read_text().splitlines()
    lines = [",".join([*row.split(",")[:2], *["5 %"] * (heading.count(",") - 1)]) for row in rows[:9]]
    (tmp_path / "answers.csv").write_text("\n".join([heading, *lines]))
    with pytest.raises(InputError, match=r'answers are right \(\d+ are unreadable, such as "5 %"\): are they to this'):
        mark(tmp_path / "answers.csv", folder / "exam", tmp_path / "results", feedback=False)


def test_where_next_to_nothing_is_right_the_remarks_that_may_say_why_are_shown(tmp_path: Path) -> None:
    people = {f"{k}": f"Ann {'abcdefghijklmnop'[k]}" for k in range(9)}
    exam = make_exam(spec_of({"questions": [{"network": "tanh-heads"}]}), 9, 1, students=people)
    write_exam(exam, tmp_path)
    texts = [[exam.spec.rounding.text(x) for x in column] for column in exam.value.T.tolist()]
    rows = [[f"{(k + 1) % 9}", people[f"{k}"], *texts[k]] for k in range(9)]  # the ids have moved up
    table = [["student_id", "name", *exam.columns], *rows]
    (tmp_path / "typed.csv").write_text("\n".join(map(",".join, table)))
    with pytest.raises(InputError) as refused:
        mark(tmp_path / "typed.csv", tmp_path, tmp_path / "results", feedback=False)
    assert "was a column sorted alone?" in refused.value.faults[1]
