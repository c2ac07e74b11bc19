"""A submission that fits another paper is reported, and so are improbable wrong answers in common."""

import csv
import io
from pathlib import Path

import pytest

from grader.marking.score import score
from grader.marking.verdicts import WRONG, Marks
from grader.reading.answers import read_sheet
from grader.results.collusion import collusion, collusion_csv
from qgen.exam.exam import Exam, make_exam
from qgen.exam.spec import spec_of


@pytest.fixture(scope="module")
def exam() -> Exam:
    return make_exam(spec_of({"questions": [{"network": "tanh-heads"}]}), 4, 1)


def marked(exam: Exam, tmp_path: Path, rows: list[tuple[str, str, list[str]]]) -> Marks:
    path = tmp_path / "answers.csv"
    lines = [",".join(("student_id", "variant", *exam.columns))]
    path.write_text("\n".join([*lines, *(",".join((s, v, *cells)) for s, v, cells in rows)]) + "\n")
    return score(exam, read_sheet(path, items=exam.columns, variants=exam.variants))


def right(exam: Exam, variant: int) -> list[str]:
    return [exam.spec.rounding.text(value) for value in exam.value[:, variant]]


def test_answers_to_another_variant_are_reported_with_that_variant(exam: Exam, tmp_path: Path) -> None:
    marks = marked(exam, tmp_path, [("ann", "001", right(exam, 2)), ("bob", "002", right(exam, 1))])
    (found,) = collusion(marks)
    assert found.remark.startswith("ann: 21 of 21 answers are right for variant 003, ")
    assert "for 001, as which the paper was marked" in found.remark
    assert marks.scores[1] == exam.max_score
    assert marks.scores[0] < 0.1 * exam.max_score


def test_honest_papers_raise_no_suspicion(exam: Exam, tmp_path: Path) -> None:
    assert collusion(marked(exam, tmp_path, [(f"s{v}", f"00{v + 1}", right(exam, v)) for v in range(4)])) == ()


def test_two_students_with_the_same_improbable_wrong_answers_are_named(exam: Exam, tmp_path: Path) -> None:
    odd = ["7.1234", "3.4567", "9.8765"]
    rows = [(s, f"00{v + 1}", odd + right(exam, v)[3:]) for v, s in enumerate(("ann", "bob"))]
    rows.append(("cyd", "003", ["9", *right(exam, 2)[1:]]))
    (found,) = collusion(marked(exam, tmp_path, rows))
    assert found.remark == "ann and bob have 3 wrong answers in common, on different variants"


@pytest.mark.parametrize(("students", "named"), [(1000, 1), (1001, 0)])
def test_in_a_large_class_some_pair_has_three_wrong_answers_in_common(
    exam: Exam, tmp_path: Path, students: int, named: int
) -> None:
    odd = ["7.1234", "3.4567", "9.8765"]
    rows = [
        (f"s{k}", f"00{k % 4 + 1}", (odd if k < 2 else right(exam, k % 4)[:3]) + [""] * 18) for k in range(students)
    ]
    assert len(collusion(marked(exam, tmp_path, rows))) == named


def test_the_same_wrong_answers_on_one_variant_or_by_many_are_not_named(exam: Exam, tmp_path: Path) -> None:
    odd = ["7.1234", "3.4567", "9.8765"]
    same = [(s, "001", odd + right(exam, 0)[3:]) for s in ("ann", "bob")]
    assert {found.kind for found in collusion(marked(exam, tmp_path, same))} == {"same_variant"}
    many = [(f"s{k}", f"00{k % 4 + 1}", odd + right(exam, k % 4)[3:]) for k in range(8)]
    assert collusion(marked(exam, tmp_path, many)) == ()


def test_two_hand_ins_with_one_variant_are_reported_with_the_wrong_answers_that_both_have(
    exam: Exam, tmp_path: Path
) -> None:
    odd = ["7.1234", "3.4567"]
    same = [(s, "002", [*odd, one, *right(exam, 1)[3:]]) for s, one in (("ann", "9.8765"), ("bob", "8.7654"))]
    marks = marked(exam, tmp_path, [*same, ("cyd", "001", right(exam, 0))])
    found = collusion(marks)
    assert {one.remark for one in found} == {"one student's variant handed in by several: 002 by ann, bob"}
    rows = list(csv.DictReader(io.StringIO(collusion_csv(marks, found))))
    assert [(row["student_id"], row["evidence"], row["other_variant"], row["other_students"]) for row in rows] == [
        ("ann", "same_variant", "002", "bob"),
        ("bob", "same_variant", "002", "ann"),
    ]
    assert rows[0]["answers"] == " ".join(f"{exam.columns[i]}={odd[i]}" for i in range(2))
    assert (rows[0]["count"], rows[0]["of"]) == ("2", str((marks.verdicts[0] == WRONG).sum()))
    more = [(f"s{k}", f"00{k % 4 + 1}", right(exam, k % 4)) for k in range(5)]
    assert collusion(marked(exam, tmp_path, more)) == ()  # there are more students than variants


def test_what_was_copied_is_told_with_whose_paper_it_is_and_can_be_looked_up(exam: Exam, tmp_path: Path) -> None:
    mixed = [*right(exam, 2)[:6], *right(exam, 0)[6:]]
    marks = marked(
        exam, tmp_path, [("=ann", "001", mixed), ("bob", "002", right(exam, 1)), ("cyd", "003", right(exam, 2))]
    )
    (found,) = collusion(marks)
    assert found.remark.startswith("=ann: 6 of ")
    assert found.remark.endswith(" wrong answers are right for variant 003 (6 in q1); copied? (003: cyd)")
    (row,) = csv.DictReader(io.StringIO(collusion_csv(marks, [found])))
    assert row["student_id"] == "'=ann"  # no spreadsheet runs it
    assert (row["variant"], row["evidence"], row["other_variant"]) == ("001", "other_variant", "003")
    assert row["other_students"] == "cyd"
    assert row["count"] == "6"
    assert row["answers"].split() == [f"{exam.columns[i]}={mixed[i]}" for i in range(6)]
