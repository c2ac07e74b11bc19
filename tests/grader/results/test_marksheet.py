"""scores.csv and marks.csv come back as they were meant, and hold nothing that a spreadsheet runs."""

import csv
import io
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.lms.cells import runs
from grader.lms.results import read_results
from grader.marking.origins import Origins
from grader.marking.score import score
from grader.marking.verdicts import CORRECT, IS_UNREADABLE, VERDICTS, Marks
from grader.reading.submissions import Submissions
from grader.reasons import Decision, Reason, Wording
from grader.rehearsal.simulate import simulate
from grader.results.marksheet import MARKS_HEADER, asked_csv, lost_rows, marks_rows, scores_csv
from qgen.exam.exam import Exam, make_exam
from qgen.exam.spec import spec_of
from qgen.tables.spreadsheet import cell, cells, guarded, unguarded

NASTY = st.text(
    st.sampled_from(list("=+-@|\t\r\n\"',; ;a0.5−＝＋\u00a0\u200b\ufeff"))
    | st.characters(codec="utf-8", exclude_characters="\0")
)
"""Without NUL, which no answers file gets past the reader."""
STEADY = settings(deadline=None, derandomize=True)


@pytest.fixture(scope="module")
def exam() -> Exam:
    return make_exam(spec_of({"questions": [{"network": "tanh-heads"}]}), 3, 1)


def marked(exam: Exam, students: list[str], text: str | None = None) -> Marks:
    """These students, who wrote `text` everywhere, or the key."""
    n, width = len(students), len(exam.items)
    key = [exam.spec.rounding.text(float(v)) for v in exam.value[:, 0]]
    written = np.array([key if text is None else [text] * width] * n, dtype=object).reshape(n, width)
    variants = np.zeros(n, dtype=np.intp)
    return score(exam, Submissions.of(tuple(students), variants, exam.columns, written))


def marks_csv(marks):
    return MARKS_HEADER + "\n" + "".join(marks_rows(marks, range(len(marks.verdicts))))


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


@pytest.fixture(scope="module")
def plain_marks(exam: Exam) -> Marks:
    return marked(exam, ["ann"], "0.5")


def test_no_character_before_a_formula_hides_it_from_the_guard() -> None:
    planes = (
        range(0xD800),
        range(0xE000, 0x20000),
        range(0xE0000, 0xE0200),
    )  # what is left are ideographs and no one's
    chars = (chr(code) for plane in planes for code in plane)
    assert not [char for char in chars if runs(guarded(f"{char}=1"))]


@STEADY
@given(student=NASTY, answer=NASTY)
def test_hostile_text_comes_back_from_a_csv_reader_and_runs_in_no_spreadsheet(
    plain_marks: Marks, student: str, answer: str
) -> None:
    width = len(plain_marks.exam.items)
    written = np.full((1, width), answer, dtype=object)
    submissions = Submissions.of((student,), plain_marks.submissions.variants, plain_marks.submissions.items, written)
    verdicts = np.full((1, width), IS_UNREADABLE, np.int8)
    reasons = dict.fromkeys([(0, 0), (0, 1)], Reason("note", names=(f"not a number: {answer}",)))
    decisions = dict.fromkeys([(0, 1), (0, 2)], Decision("0.5", answer))
    marks = replace(plain_marks, submissions=submissions, verdicts=verdicts, reasons=reasons, decisions=decisions)
    rows = rows_of(marks_csv(marks))
    assert len(rows) == width
    for row in rows:
        assert row["student_id"] == guarded(student)
        assert row["answer"] == guarded(answer)
        assert not any(runs(text) for text in row.values() if not is_number(text)), row
    (total,) = rows_of(scores_csv(marks))
    assert total["student_id"] == guarded(student)


def is_number(text: str) -> bool:
    return not text.strip("0123456789.,+-eE")


@STEADY
@given(NASTY)
def test_a_guarded_text_is_the_text_but_for_apostrophes_and_a_number_is_itself(text: str) -> None:
    assert guarded(text).replace("'", "") == text.replace("'", "")
    assert guarded(guarded(text)) == guarded(text)
    if "'" not in text:
        assert unguarded(guarded(text)) == text


@pytest.mark.parametrize("text", ["-0.0468", "+1", "1e-5", "-4.68E-2", "0012", "-.5", "S-01", "a=b", "1,2", ""])
def test_what_is_harmless_is_left_as_it_is(text: str) -> None:
    assert guarded(text) == text


@pytest.mark.parametrize(
    "text", ["=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "\t=1", " =1", "＝1", "-1+2", "a;=1", "1\n=2", "\ufeff=1", "|x"]
)
def test_what_a_spreadsheet_would_run_gets_an_apostrophe(text: str) -> None:
    assert runs(text)
    assert not runs(guarded(text))
    assert unguarded(guarded(text)) == text


@STEADY
@given(NASTY)
def test_a_cell_reads_back_as_one_cell(text: str) -> None:
    assert next(csv.reader(io.StringIO(f"{cell(text)},end\n", newline=""))) == [guarded(text), "end"]


@STEADY
@given(st.lists(st.sampled_from(["", "0.5", "-0.0468", "12", "-", "--1", "-1-2", "1e-5", "1,5", "\u0663"]) | NASTY))
def test_many_cells_are_each_what_one_is(texts: list[str]) -> None:
    assert cells(texts) == list(map(cell, texts))


def test_ids_with_leading_zeros_and_formulas_come_back_to_the_gradebook(exam: Exam, tmp_path: Path) -> None:
    students = ["0012", "007", "=1+1", "-x", "@ann", "Zoë, Ünal"]
    marks = marked(exam, students, "0.5")
    (tmp_path / "scores.csv").write_text(scores_csv(marks), "utf-8", newline="")
    (tmp_path / "marks.csv").write_text(marks_csv(marks), "utf-8", newline="")
    results = read_results(tmp_path, marks=True)
    assert [score.student_id for score in results.scores] == students
    assert list(results.lost) == students
    assert not results.ungraded


def test_every_cell_has_a_row_that_says_what_was_written_expected_and_earned(exam: Exam) -> None:
    marks = score(exam, simulate(exam, 60, np.random.default_rng(1)).submissions)
    earned, text = marks.earned(), marks_csv(marks)
    assert text.startswith(MARKS_HEADER + "\n")
    rows = iter(rows_of(text))
    for s, student in enumerate(marks.submissions.students):
        v = int(marks.submissions.variants[s])
        for i, item in enumerate(exam.items):
            row = next(rows)
            assert (row["student_id"], row["variant"], row["item"]) == (student, exam.variants[v], item.id)
            assert (row["layer"], row["part"]) == (item.layer, item.part)
            assert row["answer"] == guarded(marks.submissions.written[s, i])
            assert row["expected"] == exam.spec.rounding.text(float(exam.value[i, v]))
            assert (float(row["low"]), float(row["high"])) == (exam.low[i, v], exam.high[i, v])
            assert row["verdict"] == VERDICTS[marks.verdicts[s, i]]
            assert (float(row["marks"]), float(row["max_marks"])) == (earned[s, i], item.marks)
            cell = marks.cell((s, i))
            assert row["misconception"] == " + ".join(cell.reason.misconceptions if cell.reason else ())
            assert (row["from_own"], row["reason"], row["decision"]) == (cell.from_own, str(cell.reason or ""), "")
            assert row["note"].endswith(Wording().plain(cell.reason, cell.answer) if cell.reason else "")
    assert next(rows, None) is None


def test_rows_are_left_out_only_of_typed_answers_that_are_simply_right(exam: Exam) -> None:
    marks = score(exam, simulate(exam, 60, np.random.default_rng(1)).submissions)
    right = [tuple(place) for place in np.argwhere(marks.verdicts == CORRECT).tolist()]
    decided, collected = {right[0]: Decision("0.5", "why not")}, {right[1]: "form"}
    marks = replace(marks, decisions=decided, origins=Origins(read_by=collected))
    columns, items = MARKS_HEADER.split(","), len(exam.items)
    lines = list(csv.reader(io.StringIO("".join(marks_rows(marks, range(20, 60)))), strict=True))
    kept = list(csv.reader(io.StringIO("".join(lost_rows(marks, range(20, 60)))), strict=True))
    assert kept == [row for row in lines if dict(zip(columns, row, strict=True))["verdict"] != "correct"]
    first = list(csv.reader(io.StringIO("".join(lost_rows(marks, range(0, 20)))), strict=True))
    said = [(row[0], row[2]) for row in first if row[columns.index("verdict")] == "correct"]
    assert said == [(marks.submissions.students[s], exam.items[i].id) for s, i in right[:2]]
    assert len(rows_of(asked_csv(exam))) == items


def test_scores_add_up_over_the_layers(exam: Exam) -> None:
    marks = score(exam, simulate(exam, 60, np.random.default_rng(1)).submissions)
    for row, total in zip(rows_of(scores_csv(marks)), marks.scores.tolist(), strict=True):
        assert Decimal(row["score"]) == Decimal(str(total))
        assert Decimal(row["q1_hidden"]) + Decimal(row["q1_output"]) == Decimal(row["score"])
        assert abs(float(row["percent"]) - 100 * total / exam.max_score) <= 0.005


def test_a_changed_mark_stands_in_the_row(exam: Exam) -> None:
    marks = marked(exam, ["ann"])
    assert (marks.verdicts == CORRECT).all()
    after = replace(marks, decisions={(0, 1): Decision("0.75", "so"), (0, 2): Decision("0.25", "see; before: =1")})
    first, second = rows_of(marks_csv(after))[1:3]
    assert (first["verdict"], first["marks"], first["decision"]) == ("correct", "0.75", "1 -> 0.75: so")
    assert (second["verdict"], second["marks"], second["note"]) == ("correct", "0.25", "")
    assert second["decision"] == "1 -> 0.25: see; before: =1"


def test_a_reason_with_a_decimal_comma_leaves_the_row_its_cells(exam: Exam) -> None:
    marks = replace(marked(exam, ["ann"]), reasons={(0, 0): Reason("letter", ("0,5",))})
    first = rows_of(marks_csv(marks))[0]
    assert (first["reason"], first["decision"], first["read_by"]) == ("letter 0,5", "", "typed")
    assert None not in first


def test_a_note_is_in_the_exam_s_notation() -> None:
    """Numbered weights have other numbers in every network."""
    table = {"questions": [{}, {"network": "tanh-heads"}], "notation": {"weights": "numbered", "target": "t"}}
    marks = marked(make_exam(spec_of(table), 1, 1), ["S1"])
    why = {
        "q1_dw11_1": Reason("misconception", names=("transposed-weight", "w21_2", "w12_2")),
        "q2_db2": Reason("misconception", names=("target-minus-output",)),
    }
    marks = replace(marks, reasons={(0, marks.exam.columns.index(item)): reason for item, reason in why.items()})
    notes = [row["note"] for row in rows_of(marks_csv(marks)) if row["item"] in why]
    assert notes[0].startswith("dw11_1: used w_8 where w_9 belongs.")
    assert notes[1] == "db2: The error is output minus target, a - t, not t - a."
