"""Canvas' answer form: one quiz for the class, without a key, whose report leads back to everybody's own paper."""

import csv
import re
import zipfile
from xml.etree import ElementTree

import numpy as np
import pytest

from grader.marking.score import score
from grader.reading.responses import read_responses
from qgen.errors import InputError
from qgen.exam.exam import make_exam
from qgen.exam.spec import spec_of
from qgen.export.canvas_form import write_canvas_form

Q = "{http://www.imsglobal.org/xsd/ims_qtiasiv1p2}"
HEAD = ["name", "id", "sis_id", "section", "section_id", "section_sis_id", "submitted"]


@pytest.fixture(scope="module")
def exam():
    return make_exam(spec_of({"title": "Midterm"}), 30, 5)


def questions(exam, folder):
    """The texts of the questions that have a box, in their order."""
    write_canvas_form(exam, folder / "form.zip", force=True)
    archive = zipfile.ZipFile(folder / "form.zip")
    (name,) = (name for name in archive.namelist() if "form/" in name and "meta" not in name)
    items = ElementTree.fromstring(archive.read(name)).iter(f"{Q}item")
    return [
        item.findtext(f"{Q}presentation/{Q}material/{Q}mattext")
        for item in items
        if item.find(f"{Q}presentation/{Q}response_str") is not None
    ]


def test_a_form_asks_every_item_once_and_for_the_variant_where_no_roster_knows_it(exam, tmp_path):
    asked = questions(exam, tmp_path)
    prefix = exam.checksum[:8]
    assert [re.match(r"<p>\[(\S+) ", text)[1] for text in asked] == ["variant", *exam.columns]
    assert all(f" {prefix}]" in text for text in asked)
    listed = make_exam(spec_of({}), 1, 5, students={"S1": "Ada"})
    assert len(questions(listed, tmp_path)) == len(listed.columns)


def test_a_form_holds_no_number_of_any_variant(exam, tmp_path):
    write_canvas_form(exam, tmp_path / "form.zip")
    archive = zipfile.ZipFile(tmp_path / "form.zip")
    text = b"".join(map(archive.read, archive.namelist())).decode()
    assert "respcondition" not in text
    assert not re.search(r"\d\.\d{2}", re.sub(r"<(schemaversion|points_possible)>.*?<", "", text))
    with pytest.raises(InputError, match=r"form\.zip: exists"):
        write_canvas_form(exam, tmp_path / "form.zip")


def test_one_report_of_the_form_marks_the_whole_class_with_no_cell_lost(exam, tmp_path):
    asked = questions(exam, tmp_path)
    head = [*HEAD]
    for k, text in enumerate(asked):
        head += [f"{100 + k}: {re.sub('<[^>]+>', '', text)}", "1.0"]
    rows = []
    for v, variant in enumerate(exam.variants):
        # half of the class writes a decimal comma; whoever types their number leaves its zeros out
        texts = [exam.spec.rounding.text(value).replace(".", ",."[v % 2]) for value in exam.value[:, v].tolist()]
        cells = [cell for text in (variant.lstrip("0"), *texts) for cell in (text, "0.0")]
        rows.append(["Able, Ann", str(900 + v), f"s{v:02}", "S", "1", "", "now", *cells, "0", "66", "0.0"])
    path = tmp_path / "report.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([[*head, "n correct", "n incorrect", "score"], *rows])
    sat, submissions = read_responses(path, exam)
    assert submissions.variants.tolist() == list(range(30))
    assert submissions.written[0, 0].count(",") == 1
    assert np.all(score(sat, submissions).scores == exam.max_score)
    rows[3][7] = "99"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([[*head, "n correct", "n incorrect", "score"], *rows])
    with pytest.raises(InputError, match=r"student s03: no variant \"99\" in this exam \(001 to 030\)"):
        read_responses(path, exam)
