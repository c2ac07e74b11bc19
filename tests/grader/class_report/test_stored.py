"""A results folder gives the same class as the marks that it was written from; what is wrong with it is said."""

import csv
from pathlib import Path

import numpy as np
import pytest

from grader.class_report.cohort import Cohort
from grader.class_report.fairness import certified
from grader.class_report.items_csv import items_csv
from grader.class_report.report import report_of
from grader.class_report.stored import read_cohort
from grader.mark import mark
from grader.reading.students.combined import with_combinations
from grader.reading.submissions import Submissions
from grader.reasons import Wording
from grader.results.collusion import collusion
from grader.results.marksheet import MARKS_HEADER, marks_rows, scores_csv
from qgen.errors import InputError
from qgen.exam.exam import make_exam, write_exam
from qgen.exam.spec import spec_of

DECISIONS = 'student_id,item,marks,reason\nS003,q1_z1,0.5,"smudged, but legible"\n'
TASKS = [{"name": "why", "text": "Why?", "marks": 3}]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A folder with an exam with a task, and results with decisions, an absent student and unreadable cells."""
    from grader import simulate

    folder = tmp_path_factory.mktemp("made")
    spec = spec_of({"questions": [{"network": "tanh-heads", "tasks": TASKS}]})
    students = {f"S{k:03}": f"Name {k}" for k in range(1, 25)}
    exam = make_exam(spec, 24, 3, students=students)
    (folder / "exam").mkdir()
    write_exam(exam, folder / "exam")
    sheet = [line.split(",") for line in simulate(exam, 24, np.random.default_rng(2)).answers_csv().splitlines()]
    sheet[1][2:] = [""] * len(sheet[1][2:])
    sheet[2][4], sheet[3][-1] = "?0.3", ""
    (folder / "answers.csv").write_text("\n".join(map(",".join, sheet)) + "\n")
    (folder / "decided.csv").write_text(DECISIONS)
    marks = mark(folder / "answers.csv", folder / "exam", folder / "results", overrides=folder / "decided.csv")
    return folder, marks


def test_a_folder_is_the_class_that_it_was_written_from(made):
    folder, marks = made
    found, right = read_cohort(folder / "results"), Cohort.of(marks, collusion(marks))
    for name in ("students", "items", "tasks", "max_score", "absent", "suspicions", "shown", "questions"):
        assert getattr(found, name) == getattr(right, name), name
    for name in ("verdicts", "variants"):
        assert (getattr(found, name) == getattr(right, name)).all(), name
    np.testing.assert_array_equal(found.earned, right.earned)
    assert (found.scores == marks.scores).all()
    assert found.decisions == right.decisions
    assert found.absent == ("S001",)
    assert np.isnan(found.earned).sum() == 1
    assert found.answer((0, 2)) == "?0.3"
    assert found.expected((0, 2)) == right.expected((0, 2))
    assert items_csv(found) == items_csv(right) == (folder / "results/items.csv").read_text("utf-8")


def test_the_report_of_a_folder_is_the_one_that_was_written_with_it(made):
    folder, _ = made
    found, remark = report_of(folder / "results", folder / "exam")
    assert (found.html, remark) == ((folder / "results/report.html").read_text("utf-8"), "")


def test_what_marks_csv_left_out_as_simply_right_is_no_less_known(made, tmp_path):
    folder, marks = made
    kept = folder / "results"
    mark(folder / "answers.csv", folder / "exam", tmp_path / "r", overrides=folder / "decided.csv", only_lost=True)
    assert (tmp_path / "r/marks.csv").stat().st_size < (kept / "marks.csv").stat().st_size / 2
    for name in ("report.html", "items.csv", "scores.csv"):
        assert (tmp_path / "r" / name).read_bytes() == (kept / name).read_bytes(), name
    found, right = read_cohort(tmp_path / "r"), read_cohort(kept)
    np.testing.assert_array_equal(found.earned, right.earned)
    np.testing.assert_array_equal(found.verdicts, right.verdicts)
    assert items_csv(found) == items_csv(right)
    assert report_of(tmp_path / "r", folder / "exam")[0].html == (kept / "report.html").read_text("utf-8")
    other = make_exam(marks.exam.spec, 24, 4)
    (tmp_path / "other").mkdir()
    write_exam(other, tmp_path / "other")
    with pytest.raises(InputError, match="in the exam"):
        read_cohort(tmp_path / "r", other)


def rewritten(source: Path, folder: Path, change) -> Path:
    """The results with other rows of marks.csv: change(rows) of dicts."""
    folder.mkdir()
    (folder / "scores.csv").write_bytes((source / "scores.csv").read_bytes())
    with (source / "marks.csv").open(encoding="utf-8", newline="") as file:
        rows = change(list(csv.DictReader(file)))
    with (folder / "marks.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return folder


def test_a_folder_from_before_there_were_reasons_is_read(made, tmp_path):
    folder, marks = made
    new = ("reason", "decision", "from_own")
    old = rewritten(
        folder / "results", tmp_path / "old", lambda rows: [{k: v for k, v in r.items() if k not in new} for r in rows]
    )
    found = read_cohort(old)
    assert [(one.name, one.cells, one.marks) for one in found.shown] == [
        (one.name, one.cells, one.marks) for one in Cohort.of(marks).shown
    ]
    report, _ = report_of(old, folder / "exam")
    assert "</html>" in report.html


def test_a_mistake_that_this_version_does_not_know_is_shown_by_its_name(made, tmp_path):
    def renamed(rows):
        shown = next(row for row in rows if row["misconception"])
        shown |= {"misconception": "of-old", "reason": "misconception of-old"}
        return rows

    report, _ = report_of(rewritten(made[0] / "results", tmp_path / "old", renamed), made[0] / "exam")
    assert "<code>of-old</code>" in report.html


def test_columns_and_rows_may_stand_in_any_order(made, tmp_path):
    folder, marks = made
    turned = rewritten(
        folder / "results", tmp_path / "turned", lambda rows: [dict(reversed(row.items())) for row in reversed(rows)]
    )
    found = read_cohort(turned)
    assert found.students == marks.submissions.students[::-1]
    place = {item.id: i for i, item in enumerate(found.items)}
    order = [place[item] for item in marks.exam.columns]
    np.testing.assert_array_equal(found.earned[::-1, order], marks.earned())


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda rows: [{k: v for k, v in r.items() if k != "verdict"} for r in rows], 'has no column "verdict"'),
        (lambda rows: [*rows, rows[0]], "student S002, q1_z1: is there 2 times"),
        (lambda rows: rows[1:], "student S002, q1_z1: is there not"),
        (lambda rows: [{**rows[0], "marks": "one"}, *rows[1:]], 'row 2: marks: "one" is not a number'),
        (lambda rows: [{**rows[0], "verdict": "rihgt"}, *rows[1:]], '"rihgt" is no verdict'),
    ],
)
def test_what_is_wrong_with_a_folder_is_said(made, tmp_path, change, fault):
    with pytest.raises(InputError) as caught:
        read_cohort(rewritten(made[0] / "results", tmp_path / "bad", change))
    assert fault in str(caught.value)


def test_what_marks_csv_left_out_is_not_made_up_where_its_rows_are_of_nobody_and_nothing(made, tmp_path):
    folder, _ = made
    results = tmp_path / "r"
    options = {"overrides": folder / "decided.csv", "only_lost": True, "feedback": False}
    mark(folder / "answers.csv", folder / "exam", results, **options)
    kept = {name: (results / name).read_text("utf-8") for name in ("scores.csv", "asked.csv", "marks.csv")}
    for name, old, new, said in (
        ("scores.csv", "\nS003,", "\n3,", r"student S003, q1_z1: .* is not in scores\.csv and asked\.csv"),
        ("asked.csv", "\nq1_z1,", "\nq1_z9,", r"student S003, q1_z1: .* is not in scores\.csv and asked\.csv"),
        ("asked.csv", ",1\n", ",0.5\n", r"ask for 14.5 marks, scores\.csv for 24: .* is asked\.csv there\?"),
        ("marks.csv", "\nS003,", "\nS003,003,q1_z1,hidden,forward,,,,,blank,0,1,,,,,,typed\nS003,", "is there twice"),
    ):
        (results / name).write_text(kept[name].replace(old, new), "utf-8")
        with pytest.raises(InputError, match=said):
            read_cohort(results)
        (results / name).write_text(kept[name], "utf-8")


def test_missing_and_broken_files_are_said(made, tmp_path):
    with pytest.raises(InputError, match=r"scores\.csv: is not there; grader score writes it"):
        read_cohort(tmp_path)
    (tmp_path / "scores.csv").write_text("student_id,score,max_score\n")
    with pytest.raises(InputError, match=r"marks\.csv: is not there; grader score writes it"):
        read_cohort(tmp_path)
    (tmp_path / "marks.csv").write_bytes(b"student_id\n\xff\n")
    with pytest.raises(InputError, match="cannot be read as CSV in UTF-8"):
        read_cohort(tmp_path)
    (tmp_path / "marks.csv").write_text("student_id,variant,item,layer,part,verdict,marks,max_marks\nS1,001\n")
    with pytest.raises(InputError, match="row 2: has 2 cells, the header 8"):
        read_cohort(tmp_path)


def test_marks_of_another_exam_are_refused_or_shown_without_it(made, tmp_path, monkeypatch):
    folder, _ = made
    other = make_exam(spec_of({"questions": [{"network": "tanh-heads", "tasks": TASKS}]}), 24, 4)
    (tmp_path / "exam").mkdir()
    write_exam(other, tmp_path / "exam")
    with pytest.raises(InputError, match=r"in the exam -?0\.\d+; name the exam that was marked"):
        report_of(folder / "results", tmp_path / "exam")
    monkeypatch.chdir(tmp_path)
    report, remark = report_of(folder / "results", None)
    assert remark.startswith("./exam is left out: ")
    assert "The exam is not at hand" in report.html


def test_a_quiz_that_drew_every_question_at_random_is_reported_and_only_its_own_variants_certified(tmp_path):
    """Combinations such as 001+002 share whole questions: that is no fault of the exam's."""
    from grader.marking.score import score

    exam = make_exam(spec_of({"questions": [{"network": "tanh-heads"}] * 2}), 3, 3)
    sat = with_combinations(exam, [(0, 1), (1, 2), (2, 0)])
    written = np.array([[exam.spec.rounding.text(x) for x in sat.value[:, v].tolist()] for v in (3, 4, 5)], object)
    marks = score(sat, Submissions.of(("a", "b", "c"), np.arange(3, 6), exam.columns, written))
    assert (marks.scores == exam.max_score).all()
    assert all(certified(Cohort.of(marks)).values())
    (tmp_path / "scores.csv").write_text(scores_csv(marks), "utf-8")
    rows = "".join(marks_rows(marks, range(3), Wording()))
    (tmp_path / "marks.csv").write_text(f"{MARKS_HEADER}\n{rows}", "utf-8")
    found = read_cohort(tmp_path, exam)
    assert found.variants.tolist() == ["001+002", "002+003", "003+001"]
    assert found.exam.variants == sat.variants
    assert (found.exam.value == sat.value).all()


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        (",1,1,", ",nan,1,", "marks: .* is not a number"),
        (",1,1,", ",inf,1,", "marks: .* is not a number"),
        (",q1_z1,", ",<img src=x>,", '"<img src=x>" is no item'),
    ],
)
def test_a_damaged_table_of_marks_is_a_fault_and_no_traceback(made, tmp_path, before, after, fault):
    for name in ("scores.csv", "marks.csv"):
        text = (made[0] / "results" / name).read_text("utf-8")
        (tmp_path / name).write_text(text.replace(before, after) if name == "marks.csv" else text, "utf-8")
    with pytest.raises(InputError, match=fault):
        read_cohort(tmp_path)


def test_a_pass_mark_that_is_no_number_is_refused(made):
    with pytest.raises(InputError, match="nan is no pass mark"):
        report_of(made[0] / "results", made[0] / "exam", pass_mark=float("nan"))
