"""Canvas packages, read by a reader of the test's own that follows Canvas' importer (gems/plugins/qti_exporter)."""

import io
import re
import zipfile
from decimal import Decimal
from xml.etree import ElementTree

import numpy as np
import pytest

from qgen.decimals import plain
from qgen.errors import InputError
from qgen.exam.exam import make_exam
from qgen.exam.spec import spec_of
from qgen.export.canvas_qti import canvas_notes, canvas_qti, scales, write_canvas_qti

Q = "{http://www.imsglobal.org/xsd/ims_qtiasiv1p2}"
CP = "{http://www.imsglobal.org/xsd/imsccv1p1/imscp_v1p1}"
NUMBER = re.compile(r"-?\d+(\.\d+)?")


@pytest.fixture(scope="module")
def exam():
    return make_exam(spec_of({"title": 'Mid"term & <b>', "instructions": "<i>No phones"}), 3, 5)


@pytest.fixture(scope="module")
def fine():
    """Five decimals, more than Canvas keeps, and significant figures of small numbers."""
    spec = {"rounding": "5dp", "questions": [{"network": "tanh-heads", "iterations": 2,
            "marks": {"forward": 0.5, "loss": 1, "gradient": 2, "update": 1}}]}  # fmt: skip
    return make_exam(spec_of(spec), 2, 3)


@pytest.fixture(scope="module", params=["exam", "fine"])
def each(request):
    return request.getfixturevalue(request.param)


def package(exam):
    canvas_qti(exam, file := io.BytesIO())
    return file.getvalue()


def quizzes(data):
    """(quiz id, its parsed assessment), found through the manifest as Canvas does."""
    archive = zipfile.ZipFile(io.BytesIO(data))
    manifest = ElementTree.fromstring(archive.read("imsmanifest.xml"))
    names = set(archive.namelist())
    for file in manifest.iter(f"{CP}file"):
        assert file.get("href") in names
    for resource in manifest.iter(f"{CP}resource"):
        if resource.get("type") == "imsqti_xmlv1p2":
            href = resource.find(f"{CP}file").get("href")
            yield resource.get("identifier"), ElementTree.fromstring(archive.read(href)).find(f"{Q}assessment")


def fields(item):
    return {f.findtext(f"{Q}fieldlabel"): f.findtext(f"{Q}fieldentry") for f in item.iter(f"{Q}qtimetadatafield")}


def numerical(assessment):
    return [item for item in assessment.iter(f"{Q}item") if fields(item)["question_type"] == "numerical_question"]


def body(item):
    return item.findtext(f"{Q}presentation/{Q}material/{Q}mattext")


def test_every_question_accepts_exactly_the_range_of_the_key_in_its_units(each):
    exponents, seen = scales(each), 0
    for _, assessment in quizzes(package(each)):
        for item in numerical(assessment):
            tag = re.match(r"<p>\[(\S+) v(\d+) [0-9a-f]{8}(?: x(10+))?\]", body(item))
            i, v = each.columns.index(tag[1]), each.variants.index(tag[2])
            times = Decimal(tag[3] or 1)
            assert times == Decimal(10) ** exponents[tag[1]]
            condition = [c for c in item.iter(f"{Q}respcondition") if c.get("continue") == "No"]
            assert len(condition) == 1
            low, high = (condition[0].find(f"{Q}conditionvar/{Q}{name}") for name in ("vargte", "varlte"))
            assert low.get("respident") == high.get("respident") == "response1"
            assert NUMBER.fullmatch(low.text)
            assert NUMBER.fullmatch(high.text)
            assert Decimal(low.text) == times * Decimal(plain(each.low[i, v]))
            assert Decimal(high.text) == times * Decimal(plain(each.high[i, v]))
            assert condition[0].findtext(f"{Q}setvar") == "100"
            assert Decimal(fields(item)["points_possible"]) == Decimal(str(each.items[i].marks))
            assert ("times the number" in body(item)) == (times > 1)
            seen += 1
    assert seen == len(each.items) * len(each.variants)


def test_a_multiple_is_asked_for_only_where_four_decimals_are_too_few_and_never_of_a_thousand(exam, fine):
    assert set(scales(exam).values()) == {0}, "4dp need none"
    assert set(scales(fine).values()) == {1}, "5dp need ten times the number"
    for each in (exam, fine):
        for i, (exponent, values) in enumerate(zip(scales(each).values(), each.value, strict=True)):
            assert each.spec.rounding.unit(values).min() * 10.0**exponent >= 0.0001 * (1 - 1e-9)
            assert np.abs(each.high[i]).max() * 10.0**exponent < 1000


def test_the_answer_as_the_paper_asks_for_it_survives_canvas_rounding(each):
    """What a student types is rounded to 4 decimals: the rounded key, in the question's units, must not change."""
    exponents = scales(each)
    for i, item in enumerate(each.items):
        for value in each.value[i]:
            typed = Decimal(each.spec.rounding.text(float(value))).scaleb(exponents[item.id])
            assert round(typed, 4) == typed


def test_there_is_one_quiz_per_variant_with_its_items_in_order(each):
    found = list(quizzes(package(each)))
    assert len(found) == len(each.variants)
    for (_, assessment), variant in zip(found, each.variants, strict=True):
        root = assessment.find(f"{Q}section")
        assert root.get("ident") == "root_section"
        (group,) = root.findall(f"{Q}section")
        assert group.get("title") == f"v{variant}"
        assert group.find(f"{Q}selection_ordering") is None, "Canvas would shuffle"
        tags = [re.match(r"<p>\[(\S+)", body(item))[1] for item in numerical(group)]
        assert tags == list(each.columns)


def test_every_question_is_introduced_by_its_network_and_givens(each):
    archive = zipfile.ZipFile(io.BytesIO(package(each)))
    for _, assessment in quizzes(package(each)):
        texts = [i for i in assessment.iter(f"{Q}item") if fields(i)["question_type"] == "text_only_question"]
        assert len(texts) == len(each.spec.questions)
        for item in texts:
            picture = re.search(r'<img src="%24IMS-CC-FILEBASE%24/([^"]+)"', body(item))[1]
            assert b"<svg" in archive.read(picture)
            assert r"\(\alpha = " in body(item)
            assert item.find(f"{Q}resprocessing") is None


def test_no_ident_is_used_twice_or_by_another_exam_and_none_has_a_colon(exam, fine):
    idents = [
        [element.get("ident") for _, assessment in quizzes(package(each)) for element in assessment.iter(f"{Q}item")]
        for each in (exam, fine)
    ]
    assert len(set(idents[0] + idents[1])) == len(idents[0]) + len(idents[1])
    assert not any(":" in ident for ident in idents[0])


def test_titles_and_instructions_are_text(exam):
    _, assessment = next(quizzes(package(exam)))
    assert assessment.get("title") == 'Mid"term & <b>, variant 001'
    assert "&lt;i&gt;No phones" in body(next(assessment.iter(f"{Q}item")))


def test_feedback_works_the_item_out(exam):
    for _, assessment in quizzes(package(exam)):
        for item in numerical(assessment):
            feedback = item.findtext(f"{Q}itemfeedback/{Q}flow_mat/{Q}material/{Q}mattext")
            assert r"\(" in feedback
            assert "Accepted: " in feedback


def test_the_same_exam_gives_the_same_bytes_without_time_seed_or_names(exam, tmp_path):
    target = tmp_path / "quiz.zip"
    assert write_canvas_qti(exam, target) == 3 * len(exam.items)
    assert target.read_bytes() == package(exam)
    assert {info.date_time for info in zipfile.ZipFile(target).infolist()} == {(1980, 1, 1, 0, 0, 0)}
    with pytest.raises(InputError, match=r"quiz\.zip: exists"):
        write_canvas_qti(exam, target)


def test_notes_say_what_is_multiplied_and_what_canvas_cannot_hold(exam, fine):
    (marks,) = canvas_notes(exam)
    assert "follow-through" in marks
    assert "multiple" in canvas_notes(fine)[0]
    wide = make_exam(spec_of({"rounding": "8sf", "questions": [{"network": "tanh-heads"}]}), 1, 5)
    assert "hold fewer digits" in canvas_notes(wide)[1]


def test_results_stay_hidden_until_they_are_posted(each):
    archive = zipfile.ZipFile(io.BytesIO(package(each)))
    metas = [archive.read(name).decode() for name in archive.namelist() if name.endswith("assessment_meta.xml")]
    assert len(metas) == len(each.variants)
    for text in metas:
        assert "<show_correct_answers>false</show_correct_answers>" in text
        assert "<hide_results>always</hide_results>" in text


def test_every_question_names_the_text_that_it_belongs_to(each):
    for _, assessment in quizzes(package(each)):
        above = ""
        for item in assessment.iter(f"{Q}item"):
            if fields(item)["question_type"] == "text_only_question":
                above = item.get("ident")
            else:
                assert fields(item)["parent_stimulus_item_ident"] == above
