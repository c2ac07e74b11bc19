"""A course folder has the files that PrairieLearn asks for, formulas whole, and gives nobody access."""

import json
import re
import uuid
import zipfile
from xml.etree import ElementTree

import pytest

from qgen.exam.exam import make_exam, read_exam, write_exam
from qgen.exam.spec import spec_of
from qgen.export.prairielearn import write_course


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("exam")
    write_exam(
        make_exam(spec_of({"title": 'A <b>&"', "instructions": "No {{phones}}", "language": "de"}), 3, 5), folder
    )
    return folder


@pytest.fixture(scope="module")
def files(folder, tmp_path_factory):
    target = tmp_path_factory.mktemp("course") / "course.zip"
    assert write_course(read_exam(folder), folder, target) == 2
    with zipfile.ZipFile(target) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_every_json_has_what_prairielearn_requires(files):
    required = {
        "infoCourse.json": {"name", "title", "topics"},
        "infoCourseInstance.json": {"uuid", "longName"},
        "infoAssessment.json": {"uuid", "type", "title", "set", "number"},
        "info.json": {"uuid", "title", "topic", "type"},
    }
    found = {name: json.loads(data) for name, data in files.items() if name.rpartition("/")[2] in required}
    assert len(found) == 5
    for name, table in found.items():
        assert required[name.rpartition("/")[2]] <= table.keys()
    uuids = [table["uuid"] for table in found.values() if "uuid" in table]
    assert len({str(uuid.UUID(one)) for one in uuids}) == len(uuids) == 4


def test_the_assessment_asks_all_questions_for_their_marks_and_nobody_has_access_yet(files, folder):
    (table,) = [json.loads(data) for name, data in files.items() if name.endswith("infoAssessment.json")]
    questions = table["zones"][0]["questions"]
    assert sum(one["autoPoints"] for one in questions) == read_exam(folder).max_score
    assert all(f"questions/{one['id']}/info.json" in files for one in questions)
    assert not {"allowAccess", "accessControl"} & table.keys()
    assert (table["type"], table["allowRealTimeGrading"]) == ("Exam", False)


def test_every_item_has_an_input_that_may_stay_blank_and_the_picture_is_there(files, folder):
    exam = read_exam(folder)
    for q in exam.spec.questions:
        (here,) = [name.rpartition("/")[0] for name in files if name.endswith(f"{q.question.id}/question.html")]
        page = files[f"{here}/question.html"].decode()
        inputs = re.findall(r'<pl-string-input answers-name="(\w+)"[^>]*allow-blank="true"', page)
        assert inputs == [item.id for item in q.question.items]
        assert f'file-name="{q.question.id}.svg"' in page
        ElementTree.fromstring(files[f"{here}/clientFilesQuestion/{q.question.id}.svg"])


def test_nothing_but_what_is_meant_looks_like_a_place_to_fill_in(files):
    for name, data in files.items():
        if name.endswith("question.html"):
            tags = re.findall(r"\{\{+[^{}]*\}+", data.decode())
            assert [
                tag
                for tag in tags
                if not re.match(r"\{\{\{?[#/]?(params\.givens|feedback\.\w+|formula|why|marks)", tag)
            ] == []


def test_every_variant_has_its_own_numbers_and_the_program_is_beside_them(files, folder):
    exam = read_exam(folder)
    (prefix,) = {name.split("/")[1] for name in files if name.startswith("questions/")}
    givens = json.loads(files[f"serverFilesCourse/{prefix}/q1.json"])["givens"]
    assert list(givens) == list(exam.variants)
    assert len(set(givens.values())) == 3
    assert files[f"serverFilesCourse/{prefix}/exam.json"] == (folder / "exam.json").read_bytes()
    assert {"serverFilesCourse/qgen/__init__.py", "serverFilesCourse/grader/autograder/prairielearn.py"} <= files.keys()
    assert "serverFilesCourse/qgen/templates/de/reasons.txt" in files
