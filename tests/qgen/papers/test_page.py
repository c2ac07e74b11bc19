"""The page as an exam: pages counted, boxes large enough, and at the same place on every paper."""

import io
from collections import Counter

import pypdf
import pytest

from qgen.exam.exam import make_exam
from qgen.exam.spec import spec_of
from qgen.papers.papers import Papers
from qgen.typeset.page.frame import SHEETS, frame

MM = 72 / 25.4
LONG = "Wolfeschlegelsteinhausenbergerdorff "
NAMES = [
    "Li",
    "Nguyễn Thị Minh Khai",
    "Łukasz Ştefănescu",
    "",
    *(("Anna Maria " * 9)[:n] for n in range(2, 61)),
    LONG * 4,
]


def pages(pdf):
    return pypdf.PdfReader(io.BytesIO(pdf)).pages


def text_of(pdf):
    return [page.extract_text() for page in pages(pdf)]


def fields(pdf):
    """Of every field that can be seen its name, page and rectangle."""
    for number, page in enumerate(pages(pdf), 1):
        for annotation in page["/Annots"]:
            field = annotation.get_object()
            if field.get("/F") == 4:
                name = f"{field['/Parent']['/T']}.{field['/T']}" if "/Parent" in field else field["/T"]
                yield name, number, tuple(map(float, field["/Rect"]))


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("paper", ["a4", "letter"])
def test_the_default_paper_has_three_pages_and_its_solution_seven(paper, language):
    papers = Papers(make_exam(spec_of({"paper": paper, "language": language}), 2, 7))
    for variant in range(2):
        assert len(pages(papers.question_paper(variant))) == 3
        assert len(pages(papers.solution(variant))) == 7


@pytest.mark.parametrize("paper", ["a4", "letter"])
def test_eight_items_are_one_page_with_room_to_work(paper):
    ask = ["a3", "loss", "dw13", "dw23", "db3", "new_w13", "new_w23", "new_b3"]
    question = {"network": "relu-sigmoid", "loss": "squared-error", "ask": ask, "working": "rest", "squared": True}
    pdf = Papers(make_exam(spec_of({"paper": paper, "questions": [question]}), 1, 1)).question_paper(0)
    assert len(pages(pdf)) == 1
    assert "Workings" in text_of(pdf)[0]
    lowest = min(rectangle[1] for _, _, rectangle in fields(pdf))
    assert lowest > 100 if paper == "a4" else lowest > 66


def test_boxes_are_eight_millimetres_high_and_at_the_same_place_on_every_paper():
    students = {f"s{k}": name for k, name in enumerate(NAMES)}
    exam = make_exam(spec_of({}), len(students), 3, students=students)
    papers = Papers(exam)
    places = set()
    for student, variant in exam.students.items():
        paper = papers.question_paper(exam.variants.index(variant), student)
        boxes = [field for field in fields(paper) if field[0].startswith("q")]
        assert min(high - low for _, _, (_, low, _, high) in boxes) >= 8 * MM
        assert min(right - left for _, _, (left, _, right, _) in boxes) >= 25 * MM
        places.add(tuple((name, page, *(round(at, 2) for at in rectangle)) for name, page, rectangle in boxes))
    assert len(exam.students) == len(NAMES)
    assert len(places) == 1


@pytest.mark.parametrize("paper", SHEETS)
@pytest.mark.parametrize("font_size", [8, 10.5, 18, 24])
def test_at_any_size_of_type_every_box_lies_within_the_margins_and_over_no_other(paper, font_size):
    questions = [{"network": "tanh-heads"}]
    spec = spec_of({"paper": paper, "font_size": font_size, "questions": questions})
    pdf = Papers(make_exam(spec, 1, 1)).question_paper(0)
    width, height = SHEETS[paper]
    assert len(pages(pdf)) <= 10
    boxes = list(fields(pdf))
    for name, page, (left, low, right, high) in boxes:
        assert 50 < left < right < width - 50, name
        assert 60 < low < high < height - 50, name
        for other, there, (l2, low2, r2, high2) in boxes:
            apart = page != there or right <= l2 or r2 <= left or high <= low2 or high2 <= low
            assert other == name or apart, (name, other)


def test_large_print_makes_letters_and_boxes_larger():
    def height(size):
        spec = spec_of({"font_size": size, "questions": [{"network": "tanh-heads"}]})
        _, _, (_, low, _, high) = next(
            f for f in fields(Papers(make_exam(spec, 1, 1)).question_paper(0)) if f[0][0] == "q"
        )
        return high - low

    assert height(21) == pytest.approx(2 * height(10.5), abs=0.02)


def test_the_solution_of_a_batch_says_what_its_deltas_are_and_which_example_is_which():
    network = {"inputs": 1, "layers": [{"units": 1, "activation": "tanh"}, {"units": 1, "activation": "identity"}]}
    table = {"network": network, "loss": "squared-error", "batch": 2, "delta": "-dz"}
    papers = Papers(make_exam(spec_of({"questions": [table]}), 1, 1))
    (solution, *_), paper = text_of(papers.solution(0)), text_of(papers.question_paper(0))
    assert "belongs to the second" in solution
    assert "Delta of a unit: δ =" in solution
    assert not any("Delta of a unit" in page for page in paper)


def test_layers_that_would_come_again_and_again_are_no_headings_and_each_kind_of_answer_has_a_row():
    layers = [{"units": 1, "activation": "sigmoid"}] * 3
    table = {"network": {"inputs": 1, "layers": layers}, "loss": "squared-error", "inputs": [0.5, 0.6, 0.7]}
    table["ask"] = ["z*", "a*", "da*", "dz*", "dw*", "change_w*", "new_w*"]
    paper = Papers(make_exam(spec_of({"rounding": "5dp", "questions": [table]}), 1, 1)).question_paper(0)
    assert "Hidden layer 1\n" not in text_of(paper)[0]
    lines = Counter(low for name, _, (_, low, *_) in fields(paper) if name[0] == "q")
    assert list(lines.values()) == [3] * 7


def test_an_entry_of_ask_that_means_several_gradients_asks_from_the_last_layer_on_and_what_is_named_as_named():
    def asked(*entries):
        table = {"network": "tanh-heads", "ask": entries}
        return [name[3:] for name in make_exam(spec_of({"questions": [table]}), 1, 1).sheet_columns]

    assert asked("dz*", "gradient", "new_w*")[:10] == [
        "dz2", "dz3", "dz1", "dw12", "db2", "dw13", "db3", "dw11", "dw21", "db1",
    ]  # fmt: skip
    assert asked("dz*", "new_w*")[3:] == ["new_w11", "new_w21", "new_w12", "new_w13"]
    assert asked("dw*") == ["dw12", "dw13", "dw11", "dw21"]
    assert asked("dw11", "dw*") == ["dw11", "dw12", "dw13", "dw21"]


@pytest.mark.parametrize(
    "table",
    [
        {},
        {"notation": {"weights": "target-first"}, "questions": [{"loss": "squared-error", "iterations": 2}]},
        {"questions": [{"network": "tanh-heads", "ask": ["forward", "dw*", "loss"]}]},
        {"questions": [{"network": "tanh-heads", "ask": ["dz*", "update"]}]},
        {"rounding": "6dp", "questions": [{"network": "tanh-heads", "ask": ["z*", "a*", "dz*", "e2_*"], "batch": 2}]},
    ],
)
def test_whoever_types_from_box_to_box_goes_from_column_to_column(table):
    exam = make_exam(spec_of(table), 1, 1)
    boxes = [(page, -low, left, name) for name, page, (left, low, *_) in fields(Papers(exam).question_paper(0))]
    assert [name for *_, name in sorted(boxes) if name[0] == "q"] == list(exam.sheet_columns)


def test_large_print_has_room_for_the_id_and_says_the_variant_on_every_page():
    spec = spec_of({"font_size": 18, "language": "de", "questions": [{"network": "tanh-heads"}]})
    paper = Papers(make_exam(spec, 1, 1)).question_paper(0)
    (left, _, right, _) = next(box for name, _, box in fields(paper) if name == "student_id")
    assert right - left > 30 * MM
    for text in text_of(paper):
        assert "Matrikelnummer" in text or "Name" not in text
        assert "Variante 001" in text


def test_the_fields_of_an_exam_are_printed_where_they_are_set():
    said = {
        "institution": "University of X", "course": "ML 1", "examiner": "A. Example", "date": "27 May",
        "time": "90 minutes", "room": "A 101", "aids": "a calculator", "marks_table": True, "signature": True,
    }  # fmt: skip
    head, bare = ("".join(text_of(Papers(make_exam(spec_of(s), 1, 1)).question_paper(0))) for s in (said, {}))
    labels = ["Examiner", "Date", "Time allowed", "Room", "Aids allowed", "Signature", "Total (66)"]
    for words in (*labels, *(value for value in said.values() if isinstance(value, str))):
        assert words in head.replace("\xa0", " ")
        assert words not in bare


def test_the_line_to_sign_on_stands_clear_of_the_boxes_for_marks():
    spec = spec_of({"signature": True, "marks_table": True, "questions": [{"network": "tanh-heads"}]})
    at = {}
    first = pages(Papers(make_exam(spec, 1, 1)).question_paper(0))[0]
    first.extract_text(visitor_text=lambda text, matrix, *_: at.setdefault(text.strip(), matrix[5]))
    assert at["Signature"] - at["Total (21)"] > 24


@pytest.mark.parametrize("working", ["third", "half", "page"])
def test_so_much_of_a_page_is_left_for_workings(working):
    question = {"network": "tanh-heads", "ask": ["a2", "a3"], "working": working}
    spec = spec_of({"questions": [question, question]})
    room = Papers(make_exam(spec, 1, 1)).questions[0].fixed["working"]
    share = {"third": 1 / 3, "half": 1 / 2, "page": 1}[working]
    assert float(room) == pytest.approx(share * frame().text_height, abs=25)
