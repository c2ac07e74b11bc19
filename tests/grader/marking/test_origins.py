"""Who read an answer: what a form, a scan or a person left, as long as nobody edits the cell."""

import pytest

from grader.marking.origins import FORM, SCAN, Origins, _by, forms_of, origins_of
from grader.reading.answers import read_answers
from grader.reading.collect import Paper, write_answers
from grader.reading.scan.decided import Standing
from grader.reading.students.identity import Listed
from qgen import files
from qgen.errors import InputError
from qgen.exam.exam import make_exam


@pytest.mark.parametrize("student", ["007", "7"])
def test_what_a_form_said_is_told_from_what_was_typed_over_it(tmp_path, student):
    """Whether the id was changed after the form or in it."""
    exam = make_exam({}, 1, 1)
    first, second, third = exam.columns[:3]
    papers = [Paper("a.pdf", student, "001", {first: "0.5", second: "?drawn", third: "0,25"})]
    answers = tmp_path / "answers.csv"
    write_answers(papers, exam, answers, copy=forms_of(answers))
    answers.write_text(answers.read_text().replace("?drawn", "0.75").replace("007", "7"))
    listed = Listed.of({"007": "001"}, {})
    submissions = read_answers(answers, exam, listed=listed)
    found = origins_of(answers, submissions, listed).read_by
    assert submissions.students == ("007",)
    assert (0, 1) not in found
    assert found[0, 0] == found[0, 2] == FORM


def test_the_copy_of_what_forms_said_is_there_before_the_answers_and_stays_where_they_are_not_replaced(
    tmp_path, monkeypatch
):
    exam = make_exam({}, 1, 1)
    answers = tmp_path / "answers.csv"
    there = []
    named = files._named
    monkeypatch.setattr(files, "_named", lambda new, old: there.append(forms_of(answers).exists()) or named(new, old))
    write_answers([Paper("a", "x", "001", {})], exam, answers, copy=forms_of(answers))
    assert there == [False, True]
    before = forms_of(answers).read_bytes()
    with pytest.raises(InputError, match="exists"):
        write_answers([Paper("a", "y", "001", {})], exam, answers, copy=forms_of(answers))
    assert forms_of(answers).read_bytes() == before == answers.read_bytes()


def test_of_a_typed_table_nothing_is_known_but_that(tmp_path):
    exam = make_exam({}, 1, 1)
    answers = tmp_path / "answers.csv"
    write_answers([Paper("a", "x", "001", {exam.columns[0]: "1"})], exam, answers)
    submissions = read_answers(answers, exam)
    assert origins_of(answers, submissions, Listed()) == Origins(folder=tmp_path / "answers-scans")


def test_what_a_scan_left_unread_stays_the_scan_s_whatever_its_mark_says_but_not_a_mere_question_mark():
    left = Standing("?digits", f"{SCAN} by Ann")
    assert [_by(text, left) for text in ("?digits", " ?x ", "?", "x", "0.5")] == [left.by, SCAN, "", "", ""]
    assert _by("?x", Standing("0.5", FORM)) == ""
