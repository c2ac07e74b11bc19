"""Who typed a student's answers one column too far, or without signs, is told; who made a mistake is not."""

import numpy as np
import pytest

from grader.marking.score import score
from grader.reading.submissions import Submissions
from grader.rehearsal.simulate import PROPORTIONS, simulate
from grader.results.slips import slips, strange_columns, without_a_number
from qgen.exam.exam import Exam, make_exam
from qgen.exam.spec import spec_of


@pytest.fixture(scope="module")
def exam() -> Exam:
    return make_exam(spec_of({}), 6, 1)


def told(exam: Exam, rows: list[list[str]]) -> tuple[list[str], np.ndarray]:
    """The lines, and each student's score; students in the order of the variants, answers in that of the sheet."""
    students = tuple(f"S{s}" for s in range(len(rows)))
    items = [exam.sheet_columns.index(item) for item in exam.columns]
    submissions = Submissions.of(students, np.arange(len(rows)), exam.columns, np.array(rows, object)[:, items])
    marks = score(exam, submissions)
    return list(slips(marks)), marks.scores


def key(exam: Exam) -> list[list[str]]:
    sheet = [exam.rows[item] for item in exam.sheet_columns]
    return [[exam.spec.rounding.text(value) for value in row] for row in exam.value[sheet].T.tolist()]


def test_cells_that_stand_in_a_neighbour_s_column_are_told_with_how_far(exam: Exam) -> None:
    rows = key(exam)
    rows[1] = [*rows[1][:20], *rows[1][21:], ""]
    rows[2] = [*rows[2][:20], "", "", *rows[2][20:-2]]
    lines, _ = told(exam, rows)
    assert [line.split(":")[0] for line in lines] == ["S1", "S2"]
    assert "wrong answers are right one column further right" in lines[0]
    assert "wrong answers are right two columns further left" in lines[1]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (lambda text: text.removeprefix("-"), "right with the other sign"),
        (lambda text: text.replace(".", ""), "10,000 times too large"),
        (lambda text: text.rstrip("0").replace(".", ""), "right with the decimal mark that they lack"),
        (lambda text: f"{float(text) / 1000:.7f}", "1,000 times too small"),
    ],
)
def test_a_slip_in_every_answer_is_one_line_and_changes_no_mark(exam: Exam, typed, said) -> None:
    rows = key(exam)
    rows[3] = list(map(typed, rows[3]))
    lines, scores = told(exam, rows)
    (line,) = lines
    assert line.startswith("S3: ")
    assert f"wrong answers are {said}; mistyped?" in line
    assert (np.delete(scores, 3) == exam.max_score).all()
    assert scores[3] < exam.max_score


@pytest.mark.parametrize("kind", PROPORTIONS)
def test_whoever_makes_mistakes_of_any_other_kind_is_not_called_mistyped(exam: Exam, kind: str) -> None:
    marks = score(exam, simulate(exam, 60, np.random.default_rng(1), {kind: 1}).submissions)
    assert [*slips(marks), *strange_columns(marks)] == []


def test_columns_that_most_of_a_class_has_swapped_are_told_once_and_cost_what_they_cost(exam: Exam) -> None:
    a, b = (exam.columns.index(item) for item in ("q1_dw21_1", "q1_dw12_1"))
    rows = [[exam.spec.rounding.text(value) for value in row] for row in exam.value.T.tolist()]
    for row in rows[1:]:
        row[a], row[b] = row[b], row[a]
    submissions = Submissions.of([*"ABCDEF"], np.arange(6), exam.columns, np.array(rows, object))
    (line,) = strange_columns(score(exam, submissions))
    assert line == (
        "of half of the class and more q1_dw21_1 (dL/dw_21^(1)) has what is right for q1_dw12_1 (dL/dw_12^(1)), "
        "q1_dw12_1 (dL/dw_12^(1)) has what is right for q1_dw21_1 (dL/dw_21^(1)): "
        "were the columns mistaken when they were typed?"
    )


def test_whoever_has_words_alone_is_told_as_perhaps_absent(exam: Exam) -> None:
    rows = key(exam)
    rows[1], rows[2], rows[3][5] = ["", " ill"] + [""] * 64, ["?0.5"] + [""] * 65, "ill"
    submissions = Submissions.of([*"ABCDEF"], np.arange(6), exam.columns, np.array(rows, object))
    (line,) = without_a_number(score(exam, submissions))
    assert line == 'no answer is a number: B ("ill"); who was not there? Write "absent" into the row'
