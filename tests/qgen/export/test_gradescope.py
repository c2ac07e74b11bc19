"""The autograder's zip has what Gradescope asks for; it is only written where students can be told apart."""

import json
import zipfile

import pytest
from typer.testing import CliRunner

from grader.reading.layouts import arrange
from qgen.cli import app
from qgen.errors import InputError
from qgen.exam.exam import make_exam, read_exam, write_exam
from qgen.exam.spec import spec_of
from qgen.export.gradescope import answer_sheet, submitters
from qgen.tables.table import Faults, read_tables

STUDENTS = {"S1": "Ann", "S2": "Bob"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("exam")
    write_exam(make_exam(spec_of({}), 2, 5, students=STUDENTS), folder)
    return folder


def roster(tmp_path, *rows, heading="student_id,email"):
    (tmp_path / "class.csv").write_text("\n".join((heading, *rows)) + "\n")
    return tmp_path / "class.csv"


def test_the_zip_has_both_scripts_at_its_root_as_programs_and_no_paper(folder, tmp_path):
    listed = roster(tmp_path, "S1,Ann@uni.example", "S2,bob@uni.example")
    words = ["export", "gradescope", "--exam", str(folder), "--roster", str(listed), "--by", "layer", "--attempts", "3"]
    done = CliRunner().invoke(app, [*words, "--out", str(tmp_path / "a.zip")], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        names = archive.namelist()
        for script in ("setup.sh", "run_autograder"):
            assert archive.getinfo(script).external_attr >> 16 == 0o100755
            assert archive.read(script).startswith(b"#!/usr/bin/env bash\n")
            assert b"\r" not in archive.read(script)
        said = json.loads(archive.read("autograder.json"))
        assert archive.read("exam/exam.json") == (folder / "exam.json").read_bytes()
    assert [name for name in names if name.endswith(".pdf")] == []
    assert len([name for name in names if name.endswith(".whl")]) == 1
    assert said == {
        "by": "layer", "visibility": "after_published", "show_expected": False, "attempts": 3,
        "students": {"ann@uni.example": ["S1", "001"], "bob@uni.example": ["S2", "002"]},
    }  # fmt: skip
    assert "ublish" in done.output


def test_an_exam_with_a_roster_needs_the_e_mail_addresses(folder, tmp_path):
    exam = read_exam(folder)
    with pytest.raises(InputError, match="the exam's own roster: has no e-mail addresses, by which Gradescope"):
        submitters(exam, None)
    with pytest.raises(InputError, match="has no e-mail addresses"):
        submitters(exam, roster(tmp_path, "S1,Ann", "S2,Bob", heading="student_id,name"))
    with pytest.raises(InputError, match="two students have the e-mail address a@b"):
        submitters(exam, roster(tmp_path, "S1,a@b", "S2,A@B"))
    with pytest.raises(InputError, match='student T9: there is no variant "7"'):
        submitters(exam, roster(tmp_path, "T9,a@b,7", heading="student_id,email,variant"))


def test_ids_that_are_e_mail_addresses_need_no_roster():
    exam = make_exam(spec_of({}), 2, 5, students={"Ann@uni.example": "", "bob@uni.example": ""})
    assert submitters(exam, None) == (
        {"ann@uni.example": ("Ann@uni.example", "001"), "bob@uni.example": ("bob@uni.example", "002")}, ()
    )  # fmt: skip
    mixed = make_exam(spec_of({}), 2, 5, students={"Ann@uni.example": "", "S2": ""})
    assert "cannot hand in: S2" in submitters(mixed, None)[1][0]


def test_who_cannot_hand_in_is_named_and_a_roster_s_own_variants_count(folder, tmp_path):
    exam = read_exam(folder)
    listed = roster(tmp_path, "S1,a@b,", "T9,tester@b,2", heading="student_id,email,variant")
    found, notes = submitters(exam, listed)
    assert found == {"a@b": ("S1", "001"), "tester@b": ("T9", "2")}
    assert "cannot hand in: S2" in notes[-1]


def test_the_key_is_not_shown_to_whoever_may_still_hand_in(folder, tmp_path):
    listed = roster(tmp_path, "S1,a@b", "S2,c@d")
    words = ["export", "gradescope", "--exam", str(folder), "--roster", str(listed), "--out", str(tmp_path / "a.zip")]
    done = CliRunner().invoke(app, [*words, "--show-expected", "--visibility", "visible"])
    assert done.exit_code == 1
    assert "can hand in again" in done.output
    assert not (tmp_path / "a.zip").exists()


def test_an_option_of_another_system_is_refused(folder):
    done = CliRunner().invoke(app, ["export", "prairielearn", "--exam", str(folder), "--show-expected"])
    assert done.exit_code == 2
    assert "--show-expected" in done.output
    assert "is for gradescope" in done.output


def test_the_sheet_for_students_names_every_item_and_is_read_as_answers(folder, tmp_path):
    exam = read_exam(folder)
    (tmp_path / "sheet.xlsx").write_bytes(answer_sheet(exam))
    (table,) = read_tables(tmp_path / "sheet.xlsx")
    assert table.heading == ["item", "answer", "name"]
    assert table.body[0][1] == ["q1_z1_1", "", "Question 1, forward pass, hidden layer 1: z_1^(1)"]
    assert [cells[0] for _, cells in table.body] == list(exam.sheet_columns)
    table.heading[2] = "student_id"
    assert arrange(table, exam.columns, Faults("sheet"), roster=True).written.shape[1] == len(exam.columns)
