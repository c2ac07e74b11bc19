"""The examiner's decisions are applied last, shown, and refused when they name nobody or nothing."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from grader.decisions.overrides import Override, added, decisions_of, overrides_csv, read_overrides
from grader.marking.score import score
from grader.marking.verdicts import Marks
from grader.reading.answers import read_sheet
from grader.reasons import Decision
from qgen.errors import InputError
from qgen.exam.exam import make_exam
from qgen.exam.spec import spec_of

LIBERTIES = ("0_1", "١", "1e-1", "1/2", "+1", "-0", "0x1", "0.5.", "1e999999999")
HEADER = "student_id,item,marks,reason\n"


@pytest.fixture(scope="module")
def marks(tmp_path_factory: pytest.TempPathFactory) -> Marks:
    exam = make_exam(spec_of({"questions": [{"network": "tanh-heads"}]}), 2, 1)
    path = tmp_path_factory.mktemp("answers") / "answers.csv"
    path.write_text("student_id,variant,q1_a1\nann,001,12\nbob,002,\n")
    return score(exam, read_sheet(path, items=exam.columns, variants=exam.variants))


def decided(marks: Marks, tmp_path: Path, text: str) -> Marks:
    path = tmp_path / "overrides.csv"
    path.write_text(text)
    rows = read_overrides(path, marks.exam, marks.submissions.students)
    return replace(marks, decisions=decisions_of(rows, marks.exam, marks.submissions.students))


def test_a_decision_changes_one_mark_and_says_so(marks: Marks, tmp_path: Path) -> None:
    after = decided(marks, tmp_path, HEADER + 'bob,q1_a1,0.5,"smudged, but legible"\n')
    row, column = 1, marks.exam.columns.index("q1_a1")
    assert after.earned()[row, column] == 0.5
    cell = after.cell((row, column))
    assert (cell.marks, cell.verdict, cell.reason) == (0.5, "blank", None)
    assert cell.decision == Decision("0.5", "smudged, but legible", instead_of="0")
    changed = after.earned() != marks.earned()
    assert changed.sum() == 1
    assert np.array_equal(after.verdicts, marks.verdicts)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("bop,q1_a1,1,x", 'no answers of student "bop"; did you mean "bob"?'),
        ("bob,q1_a9,1,x", 'no item "q1_a9"; did you mean'),
        ("bob,q1_a1,1000.1,x", '"1000.1" is not a mark from 0 to 1000'),
        ("bob,q1_a1,nan,x", '"nan" is not a mark from 0 to 1000'),
        ("bob,q1_a1,one,x", '"one" is not a mark from 0 to 1000'),
        *((f"bob,q1_a1,{mark},x", f'"{mark}" is not a mark from 0 to 1000') for mark in LIBERTIES),
        ("bob,q1_a1,1,", "a decision needs a reason"),
        ("bob,q1_a1,1", "has 3 cells, not 4"),
        ("bob", "has 1 cells, not 4; write student_id,item,marks,reason"),
        ("bob,q1_a1,1,x,and more", "has 5 cells, not 4; put a reason with commas in quotes"),
        ("bob,q1_a1,1001,x", '"1001" is not a mark from 0 to 1000'),
        ("bob,q1_a1,-0.001,x", '"-0.001" is not a mark from 0 to 1000'),
        ("bob,q1_a1,1,x\nbob,q1_a1,0,y", "decided twice"),
    ],
)
def test_a_decision_that_cannot_be_carried_out_is_refused_with_its_line(
    marks: Marks, tmp_path: Path, row: str, message: str
) -> None:
    with pytest.raises(InputError) as error:
        decided(marks, tmp_path, HEADER + row + "\n")
    assert message in str(error.value)
    assert "overrides.csv:" in str(error.value)


@pytest.mark.parametrize("mark", ["0.5", ".5", '"0,5"', '"0,500"'])
def test_a_mark_is_a_plain_decimal_by_a_point_or_a_comma(marks: Marks, tmp_path: Path, mark: str) -> None:
    after = decided(marks, tmp_path, HEADER + f"bob,q1_a1,{mark},x\n")
    assert after.earned()[1, marks.exam.columns.index("q1_a1")] == 0.5


def test_a_quotation_mark_that_is_not_closed_is_told_and_swallows_no_decision(marks: Marks, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"overrides\.csv:2: has a quotation mark that is not closed"):
        decided(marks, tmp_path, HEADER + 'bob,q1_a1,0,"see mail\nann,q1_a1,0,cheated\n')


def test_decisions_come_as_a_spreadsheet_saves_them(marks: Marks, tmp_path: Path) -> None:
    padded = HEADER.strip() + ",,\nbob,q1_a1,0.5,x,,\n,,,,,\n"
    for text in ((HEADER + "bob,q1_a1,0.5,x\n").replace(",", ";"), HEADER + "bob,q1_a1,0.5,x\n,,,\n", padded):
        assert decided(marks, tmp_path, text).earned()[1, marks.exam.columns.index("q1_a1")] == 0.5


def test_all_faults_are_listed_at_once(marks: Marks, tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        decided(marks, tmp_path, HEADER + "eve,q1_a1,1,x\nbob,q7,1,x\n")
    assert len(error.value.faults) == 2


def test_a_wrong_header_is_named(marks: Marks, tmp_path: Path) -> None:
    with pytest.raises(InputError, match='the header is "student,item,marks"; write student_id,item,marks,reason'):
        decided(marks, tmp_path, "student,item,marks\n")
    with pytest.raises(InputError, match='write student_id,item,marks,reason, without "Name"'):
        decided(marks, tmp_path, "student_id,Name,item,marks,reason\n")


@pytest.mark.parametrize("mark", ["0", "1", "0.001"])
def test_a_mark_may_be_anything_from_nothing_to_all(marks: Marks, tmp_path: Path, mark: str) -> None:
    after = decided(marks, tmp_path, HEADER + f" bob ,q1_a1,{mark},x\n")
    assert after.earned()[1, marks.exam.columns.index("q1_a1")] == float(mark)


def test_a_star_decides_for_everyone_who_has_no_decision_of_their_own(marks, tmp_path):
    after = decided(marks, tmp_path, "Student ID,Item,Marks,Reason\n*,q1_a1,1,misprint\nbob,q1_a1,0.5,half\n")
    column = marks.exam.columns.index("q1_a1")
    bob = marks.submissions.students.index("bob")
    assert {s: d.marks for (s, i), d in after.decisions.items() if i == column} == {
        s: "0.5" if s == bob else "1" for s in range(len(marks.submissions.students))
    }
    with pytest.raises(InputError, match=r"student \*, q1_a1: decided twice"):
        decided(marks, tmp_path, HEADER + "*,q1_a1,1,x\n*,q1_a1,0,y\n")


def test_who_decided_and_when_may_stand_in_two_more_columns_in_any_order(marks: Marks, tmp_path: Path) -> None:
    path = tmp_path / "overrides.csv"
    path.write_text("when,student_id,item,reason,marks,By\n2026-11-27,bob,q1_a1,smudged,0.5,AT\n")
    (row,) = read_overrides(path, marks.exam, marks.submissions.students)
    assert row == Override("bob", "q1_a1", "0.5", "smudged", "AT", "2026-11-27")
    path.write_text(overrides_csv([row]))
    assert read_overrides(path, marks.exam) == [row]


def test_a_later_decision_on_an_answer_takes_the_place_of_the_one_before_and_the_others_stay() -> None:
    first, other, second = (
        Override(*row) for row in (("a", "i", "1", "x"), ("b", "i", "0", "y"), ("a", "i", "0.5", "z"))
    )
    assert added([first, other], [second]) == [second, other]


def test_more_than_an_answer_is_worth_is_a_bonus(marks: Marks, tmp_path: Path) -> None:
    after = decided(marks, tmp_path, HEADER + "bob,q1_a1,3,elegant\n")
    assert after.scores[1] == marks.scores[1] + 3


def test_the_day_may_stand_without_the_name(marks: Marks, tmp_path: Path) -> None:
    path = tmp_path / "overrides.csv"
    path.write_text(HEADER.strip() + ",when\nbob,q1_a1,1,x,2026-11-27\n")
    (row,) = read_overrides(path, marks.exam)
    assert (row.by, row.when) == ("", "2026-11-27")


@pytest.mark.parametrize("row", ["7,Q1 a1,1,x", "7.0,q1_a1,1,x", "0007,q1-a1,1,x"])
@pytest.mark.parametrize("above", ["", "Decisions of the board\n\n"])
def test_ids_and_items_are_read_as_in_an_answers_file(marks: Marks, tmp_path: Path, row: str, above: str) -> None:
    (path := tmp_path / "overrides.csv").write_text(above + HEADER + row + "\n")
    (found,) = read_overrides(path, marks.exam, ["0007", "bob"])
    assert (found.student, found.item) == ("0007", "q1_a1")
