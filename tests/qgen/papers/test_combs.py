"""Papers made to be read: combs where numbers are below 10, the same on all papers, and a code in every corner."""

import dataclasses
import io

import numpy as np
import pypdf
import pypdfium2
import pytest
import zxingcpp

from qgen.exam.exam import make_exam
from qgen.exam.spec import spec_of
from qgen.papers.combs import combs_of, without_comb
from qgen.papers.papers import Papers
from qgen.papers.seal import MODULE, Seal, read_seal, seal_text
from qgen.typeset.page.combs import HEIGHT, MM, Comb
from qgen.typeset.page.corners import corners
from qgen.typeset.page.sheets import SHEETS

STUDENTS = {"s1": "Ada", "s2": "Bo"}
LINEAR = {
    "network": {"inputs": 2, "layers": [{"units": 2, "activation": "linear"}, {"units": 1, "activation": "linear"}]},
    "loss": "squared-error",
    "weights": {"low": -3, "high": 3, "step": 0.1, "smallest": 0.5},
    "inputs": {"low": 1, "high": 4, "step": 0.1},
    "learning_rate": [0.05],
}


def combed(n=2, students=None, **spec):
    return make_exam(spec_of({"boxes": "combs", **spec}), n, 5, students=students)


@pytest.fixture(scope="module")
def linear():
    """An exam with numbers of 10 and more."""
    return combed(8, questions=[LINEAR])


def fields(pdf):
    """Of every field that can be seen its name and its rectangle, by page."""
    for page in pypdf.PdfReader(io.BytesIO(pdf)).pages:
        yield {f["/T"]: [float(at) for at in f["/Rect"]] for f in (a.get_object() for a in page["/Annots"])
               if f["/F"] == 4}  # fmt: skip


def text_of(pdf):
    return " ".join(" ".join(page.extract_text().split()) for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)


def test_free_boxes_are_the_default():
    exam = make_exam(spec_of({}), 1, 1)
    assert (combs_of(exam), without_comb(exam)) == ({}, [])


def test_every_number_below_ten_has_a_comb_of_as_many_decimals_as_are_asked_for():
    exam = combed(students=STUDENTS, rounding="5dp")
    assert combs_of(exam) == dict.fromkeys(exam.columns, Comb(5))


def test_without_a_roster_the_students_id_has_a_comb():
    assert combs_of(combed())["student_id"] == Comb(10, signed=False)
    assert "student_id" not in combs_of(combed(students=STUDENTS))


def test_what_rounds_to_ten_or_more_in_any_variant_has_a_free_box_in_all(linear):
    wide = {item for k, item in enumerate(linear.columns) if np.abs(np.round(linear.value[k], 4)).max() >= 10}
    assert 0 < len(wide) < len(linear.columns)
    assert set(without_comb(linear)) == wide
    assert set(combs_of(linear)) == {"student_id", *linear.columns} - wide
    row = next(k for k, item in enumerate(linear.columns) if item not in wide)
    value = linear.value.copy()
    for number, free in ((9.99994, False), (9.99995, True), (-9.99996, True), (-10, True)):
        value[row, -1] = number
        changed = dataclasses.replace(linear, value=value)
        assert (linear.columns[row] in without_comb(changed)) == free


@pytest.mark.parametrize("font_size", [10.5, 16])
def test_the_field_of_a_comb_is_its_outline_and_at_one_place_on_all_papers(linear, font_size):
    exam = dataclasses.replace(linear, spec=dataclasses.replace(linear.spec, font_size=float(font_size)))
    papers = Papers(exam)
    places = [list(fields(papers.question_paper(v))) for v in range(8)]
    assert all(other == places[0] for other in places)
    scale, combs = font_size / 10.5, combs_of(exam)
    found = {name: box for page in places[0] for name, box in page.items()}
    assert set(found) == {"name", "student_id", *exam.columns}
    for name, comb in combs.items():
        left, low, right, high = found[name]
        assert (right - left, high - low) == pytest.approx((scale * comb.width * MM, scale * HEIGHT * MM), abs=0.02)
    assert "student_id" in places[0][0]


@pytest.mark.parametrize("students", [None, STUDENTS])
@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("paper", ["a4", "letter"])
def test_the_default_exam_has_four_pages(students, language, paper):
    exam = combed(students=students, language=language, paper=paper)
    assert len(list(fields(Papers(exam).question_paper(0)))) == 4


def test_page_one_says_how_to_write_into_the_boxes_that_there_are(linear):
    free = text_of(Papers(make_exam(spec_of({}), 1, 1)).question_paper(0))
    cells = text_of(Papers(combed()).question_paper(0))
    mixed = text_of(Papers(linear).question_paper(0))
    german = text_of(Papers(combed(language="de")).question_paper(0))
    assert ["one number into each box" in text for text in (free, cells, mixed)] == [True, False, False]
    assert ["one digit into each cell" in text for text in (free, cells, mixed)] == [False, True, True]
    assert ["box without cells" in text for text in (free, cells, mixed)] == [False, False, True]
    assert "in jedes Kästchen eine Ziffer" in german
    assert "Dezimalkomma" not in german


def test_keys_have_ordinary_boxes(linear):
    papers = Papers(linear)
    free = Papers(dataclasses.replace(linear, spec=dataclasses.replace(linear.spec, boxes="free")))
    assert papers.markup(0, kind="K") == free.markup(0, kind="K")
    assert papers.markup(0, kind="S") == free.markup(0, kind="S")


def grey(pdf, number, dpi):
    """A page as an array of greys."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return document[number].render(scale=dpi / 72, grayscale=True).to_numpy().squeeze().copy()
    finally:
        document.close()


@pytest.mark.parametrize("boxes", ["free", "combs"])
@pytest.mark.parametrize(("paper", "font_size"), [("a4", 10.5), ("letter", 10.5), ("a3", 10.5), ("a4", 16)])
def test_each_corner_of_each_page_says_which_page_it_is(boxes, paper, font_size):
    questions = [{"network": "tanh-heads"}]
    spec = {"boxes": boxes, "paper": paper, "font_size": font_size, "questions": questions}
    exam = make_exam(spec_of(spec), 1, 5)
    papers = Papers(exam)
    for kind, pdf in (("P", papers.question_paper(0)), ("S", papers.solution(0)), ("K", papers.key(0))):
        for number in range(len(pypdf.PdfReader(io.BytesIO(pdf)).pages)):
            codes = zxingcpp.read_barcodes(grey(pdf, number, 150), formats=zxingcpp.BarcodeFormat.QRCode)
            told = Seal("001", number + 1, kind)
            assert [code.text for code in codes] == [seal_text(exam, told)] * 4, (kind, number)
            assert read_seal(codes[0].text, exam) == told
            middles = {(code.position.top_left.x > 300, code.position.top_left.y > 500) for code in codes}
            assert len(middles) == 4


@pytest.mark.parametrize("paper", SHEETS)
@pytest.mark.parametrize("boxes", ["free", "combs"])
def test_around_each_code_the_page_is_white(paper, boxes):
    questions = [{"network": "relu-sigmoid", "working": "rest", "squared": True}]
    exam = make_exam(spec_of({"paper": paper, "boxes": boxes, "questions": questions}), 1, 5)
    papers = Papers(exam)
    width, height = SHEETS[paper]
    side, quiet = 25 * MODULE, 4 * MODULE
    margin, scale = int(2 * quiet) - 1, 144 / 72
    for pdf in (papers.question_paper(0), papers.solution(0), papers.key(0)):
        for number in range(len(pypdf.PdfReader(io.BytesIO(pdf)).pages)):
            page = grey(pdf, number, 144)
            for left, low in corners(width, height, side):
                across, down = ((at - quiet, at + side + quiet) for at in (left, height - low - side))
                rows, columns = (slice(*(int(scale * at) for at in ends)) for ends in (down, across))
                around = page[rows, columns].copy()
                assert around[margin:-margin, margin:-margin].min() < 50
                around[margin:-margin, margin:-margin] = 255
                assert around.min() > 250
