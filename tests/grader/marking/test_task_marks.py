"""The marks of tasks are the examiner's: read from the table typed in, counted, and never made up or lost."""

import csv
import io
from pathlib import Path

import numpy as np
import pypdf
import pytest

from grader.decisions.overrides import read_overrides
from grader.lms.export import export
from grader.lms.results import read_results
from grader.mark import mark
from grader.marking.score import score
from grader.marking.task_marks import TASK_VERDICTS
from grader.reading.answers import read_answers
from grader.reading.collect import Paper, write_answers
from grader.reading.responses import read_responses
from grader.rehearsal.simulate import simulate
from grader.results.feedback import Feedback
from qgen.errors import InputError
from qgen.exam.exam import make_exam, write_exam
from qgen.exam.spec import spec_of

TASKS = [{"name": "t1", "text": "Derive.", "marks": 2.5}, {"name": "t2", "text": "Draw.", "marks": 1}]
QUESTIONS = [{"network": "tanh-heads", "tasks": TASKS}, {"network": "tanh-heads", "loss": "squared-error"}]
EXAM = make_exam(spec_of({"questions": QUESTIONS}), 2, 1)
ITEMS = len(EXAM.items)


def sheet(path: Path, *marks: tuple[str, str], answers: bool = True) -> Path:
    """Students S1, S2, ... of variant 001 with the key's numbers, and these marks."""
    rows = [["student_id", "variant", *EXAM.sheet_columns]]
    for k, given in enumerate(marks, start=1):
        cells = {item: EXAM.spec.rounding.text(float(EXAM.value[i, 0])) for i, item in enumerate(EXAM.columns)}
        cells = (cells if answers else {}) | dict(zip(("q1_t1", "q1_t2"), given, strict=True))
        rows.append([f"S{k}", "001", *(cells.get(name, "") for name in EXAM.sheet_columns)])
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    path.write_text(out.getvalue())
    return path


def rows_of(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text("utf-8-sig").splitlines()))


def folder_of(tmp_path: Path) -> Path:
    (tmp_path / "exam").mkdir()
    write_exam(EXAM, tmp_path / "exam")
    return tmp_path / "exam"


@pytest.mark.parametrize(
    ("text", "verdict", "marks"),
    [
        ("2.5", "marked", 2.5), ("2,5", "marked", 2.5), ("0", "marked", 0), (" 1 ", "marked", 1), (".5", "marked", 0.5),
        ("1.", "marked", 1), ("", "unmarked", None), (" ", "unmarked", None), ("-", "unmarked", None),
        ("?", "unmarked", None), ("2.6", "unreadable", None), ("-1", "unreadable", None), ("1/2", "unreadable", None),
        ("?1", "unreadable", None), ("two", "unreadable", None), ("1e0", "unreadable", None),
        ("nan", "unreadable", None), ("inf", "unreadable", None), ("1 1", "unreadable", None),
        ("١", "unreadable", None),
    ],
)  # fmt: skip
def test_a_cell_is_a_mark_is_not_yet_marked_or_is_unreadable(tmp_path, text, verdict, marks):
    given = score(EXAM, read_answers(sheet(tmp_path / "a.csv", (text, "1"), ("2", "1")), EXAM)).tasks
    assert TASK_VERDICTS[given.verdicts[0, 0]] == verdict
    assert [None if mark != mark else mark for mark in given.marks[:, 0].tolist()] == [marks, 2]
    assert (given.reason(0, 0) is None) is (verdict != "unreadable")


def test_scores_count_what_is_marked_and_an_unmarked_task_is_an_empty_subtotal(tmp_path):
    answers = sheet(tmp_path / "answers.csv", ("2", "0.5"), ("", "1"), ("9", ""))
    marks = mark(answers, folder_of(tmp_path), tmp_path / "results", feedback=False)
    whole = sum(item.marks for item in EXAM.items)
    assert marks.scores.tolist() == [whole + 2.5, whole + 1, whole]
    rows = rows_of(tmp_path / "results/scores.csv")
    assert list(rows[0])[5:] == ["q1_hidden", "q1_output", "q1_t1", "q1_t2", "q2_hidden", "q2_output"]
    assert [(row["q1_t1"], row["q1_t2"]) for row in rows] == [("2", "0.5"), ("", "1"), ("", "")]
    assert {row["max_score"] for row in rows} == {f"{whole + 3.5:g}"}
    assert list(marks.remarks) == [
        "2 students with 2 tasks not yet marked: their scores count only what is marked",
        "not yet marked, q1_t1: S2",
        "not yet marked, q1_t2: S3",
    ]
    cells = [row for row in rows_of(tmp_path / "results/marks.csv") if row["part"] == "task"]
    shown = [(row["item"], row["answer"], row["verdict"], row["marks"], row["max_marks"]) for row in cells[2:]]
    assert shown == [
        ("q1_t1", "", "unmarked", "", "2.5"), ("q1_t2", "1", "marked", "1", "1"),
        ("q1_t1", "9", "unreadable", "", "2.5"), ("q1_t2", "", "unmarked", "", "1"),
    ]  # fmt: skip
    assert cells[4]["note"].startswith('"9" is no mark from 0 to 2.5')
    assert {row[name] for row in cells for name in ("layer", "expected", "low", "high")} == {""}


def test_a_table_without_the_columns_leaves_all_tasks_unmarked(tmp_path):
    path = tmp_path / "answers.csv"
    path.write_text("student_id,variant,q1_loss\nS1,001,1\n")
    read = read_answers(path, EXAM)
    assert not any("q1_t1" in note for note in read.notes), "a lost column is told of items"
    assert (score(EXAM, read).tasks.verdicts == TASK_VERDICTS.index("unmarked")).all()


def test_long_tables_hold_marks_too(tmp_path):
    path = tmp_path / "answers.csv"
    path.write_text('student_id,variant,item,answer\nS1,001,q1_t2,"0,5"\nS1,001,q1_loss,1\n')
    assert score(EXAM, read_answers(path, EXAM)).tasks.marks[0, 1] == 0.5


def test_how_the_examiner_writes_a_mark_says_nothing_of_how_the_student_writes_numbers(tmp_path):
    read = read_answers(sheet(tmp_path / "a.csv", ("1,5", "1"), ("1.5", "1")), EXAM)
    assert not any("decimal comma" in note for note in read.notes)
    assert read.written.shape == read.values.shape == (2, ITEMS)


def test_whose_tasks_alone_are_marked_was_there(tmp_path):
    exam = make_exam(spec_of({"questions": QUESTIONS}), 2, 1, students={"S1": "Ann", "S2": "Bob"})
    read = read_answers(sheet(tmp_path / "a.csv", ("1", ""), ("", ""), answers=False), exam)
    assert read.students == ("S1",)
    assert [absent.student for absent in read.absent] == ["S2"]


def quiz(path: Path, *more: str) -> Path:
    """What Canvas exports, with one more question asked, or column."""
    head = ["name", "id", "section", "section_id", "submitted", "10: [q1_z1 v001] z = ?", "1.0"]
    row = ["Ann", "901", "S", "12", "2026-11-27", "0.5", "0.0", *("1" for _ in more), "0", "1", "0.0"]
    path.write_text(",".join([*head, *more, "n correct", "n incorrect", "score"]) + "\n" + ",".join(row) + "\n")
    return path


def test_no_quiz_gives_marks_for_tasks(tmp_path):
    exam, read = read_responses(quiz(tmp_path / "quiz.csv", "q1_t1"), EXAM)
    assert read.tasks is None
    assert np.isnan(score(exam, read).tasks.marks).all()
    with pytest.raises(InputError, match='no item "q1_t1" in this exam'):
        read_responses(quiz(tmp_path / "tagged.csv", "11: [q1_t1 v001] t = ?", "1.0"), EXAM)


def test_students_cannot_give_themselves_marks_in_a_pdf(tmp_path):
    paper = Paper("a.pdf", "S1", "001", {"q1_z1": "0.5", "q1_t1": ""})
    write_answers([paper], EXAM, tmp_path / "answers.csv")
    (row,) = rows_of(tmp_path / "answers.csv")
    assert list(row)[2:] == list(EXAM.sheet_columns)
    assert row["q1_t1"] == ""


def test_a_gradebook_gets_the_sum_and_is_told_of_what_is_not_marked(tmp_path):
    answers = sheet(tmp_path / "answers.csv", ("2", "0.5"), ("", "1"))
    mark(answers, folder_of(tmp_path), tmp_path / "results", feedback=False)
    first, second = read_results(tmp_path / "results", marks=True).scores
    assert (first.unmarked, second.unmarked) == ((), ("q1_t1",))
    done = export("generic", tmp_path / "results", by_layer=True)
    assert "1 student with tasks not yet marked, which count 0 in what is sent" in done.warnings
    assert rows_of(done.files[0])[0]["Exam q1_t1"] == "2"
    (comments,) = export("moodle", tmp_path / "results").files
    told = comments.read_text("utf-8-sig").splitlines()
    assert "Question 1, task 2: marked, 0.5/1" in told[1]
    assert "Not yet marked: Question 1, task 1." in told[2]
    assert "Question 1 task 1" not in told[2]


def test_feedback_shows_the_marks_and_says_what_is_not_marked(tmp_path):
    marks = score(EXAM, read_answers(sheet(tmp_path / "a.csv", ("2.5", "1"), ("", "0.5"), ("2", "1")), EXAM))
    full, waiting, lost = (
        "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(Feedback(marks).pdf(s))).pages)
        for s in range(3)
    )
    assert "Every answer earned its full marks." in full
    assert "2.5 of 2.5" in full
    assert "not yet marked" in waiting
    assert "One task is not yet marked; the score counts what is." in waiting
    assert "2 of 2.5" in lost
    for text in (waiting, lost):
        assert "Every answer" not in text
        assert "Where marks were lost" not in text, "no box lost any"


def test_feedback_speaks_the_exams_language(tmp_path):
    exam = make_exam(spec_of({"questions": QUESTIONS, "language": "de"}), 1, 1)
    marks = score(exam, read_answers(sheet(tmp_path / "a.csv", ("2.5", "")), exam))
    text = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(Feedback(marks).pdf(0))).pages)
    assert "2,5 von 2,5" in text
    assert "noch nicht bewertet" in text
    assert "Ein Teil ist noch nicht bewertet" in text


def test_a_mark_that_was_changed_is_told_when_marked_again(tmp_path):
    exam, out = folder_of(tmp_path), tmp_path / "results"
    mark(sheet(tmp_path / "answers.csv", ("", "1")), exam, out, feedback=False)
    mark(sheet(tmp_path / "answers.csv", ("2", "1")), exam, out, feedback=False, force=True)
    (row,) = rows_of(out / "changes.csv")
    assert (row["item"], row["marks_before"], row["marks"]) == ("q1_t1", "", "2")
    assert row["why"] == 'the mark was "", is "2"'


def test_an_override_of_a_task_is_told_where_its_mark_belongs(tmp_path):
    (tmp_path / "overrides.csv").write_text("student_id,item,marks,reason\nS1,q1_t1,2,because\n")
    with pytest.raises(InputError, match="q1_t1 is a task: its mark stands in the answers, in the column q1_t1"):
        read_overrides(tmp_path / "overrides.csv", EXAM)


def test_a_simulated_class_has_marks_and_what_is_written_is_what_is_read(tmp_path):
    simulated = simulate(EXAM, 20, np.random.default_rng(1))
    (tmp_path / "answers.csv").write_text(simulated.answers_csv())
    read = score(EXAM, read_answers(tmp_path / "answers.csv", EXAM)).tasks
    assert (read.verdicts == TASK_VERDICTS.index("marked")).all()
    assert np.array_equal(read.marks, score(EXAM, simulated.submissions).tasks.marks)
    perfect = [truth.did == "perfect" for truth in simulated.truth]
    assert read.marks[perfect].tolist() == [[2.5, 1]] * sum(perfect)
