import re
from xml.etree import ElementTree

import pytest

from qgen.exam.exam import make_exam
from qgen.exam.spec import spec_of
from qgen.papers.papers import Papers
from qgen.typeset.drawing.svg import svg

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def drawn():
    """The parsed drawing of the notes' network A, and the drawing it was made from."""
    exam = make_exam(spec_of({}), 1, 3)
    drawing = Papers(exam).drawings["q1"]
    return ElementTree.fromstring(svg(drawing)), drawing


def test_every_unit_and_every_arrow_of_the_paper_is_in_the_svg(drawn):
    root, drawing = drawn
    paths = [path.get("d") for path in root.iter(f"{SVG}path")]
    assert sum("C" in path for path in paths) == 8  # 3 inputs, 2, 2 and 1 units
    strokes = [p for p in root.iter(f"{SVG}path") if p.get("fill") == "none"]
    assert len(strokes) == 12 + 5  # weights and biases
    assert len(paths) == len(re.findall(r"(?<= )(?:S|f|b)(?= )", drawing.operators))


def test_its_names_are_those_of_the_network(drawn):
    root, _ = drawn
    texts = [element.text for element in root.iter(f"{SVG}text")]
    assert texts.count("w") == 12
    assert texts.count("x") == 3
    assert "hidden layer 1: ReLU" in texts


def test_everything_lies_within_the_picture_and_inputs_stand_left(drawn):
    root, drawing = drawn
    xs = [float(element.get("x")) for element in root.iter(f"{SVG}text")]
    ys = [float(element.get("y")) for element in root.iter(f"{SVG}text")]
    assert 0 <= min(xs) <= max(xs) <= drawing.width
    assert 0 <= min(ys) <= max(ys) <= drawing.height
    places = {element.text: float(element.get("x")) for element in root.iter(f"{SVG}text")}
    assert places["input"] < places["hidden layer 1: ReLU"] < places["output layer: sigmoid"]


def test_it_carries_no_style_sheet_no_script_and_no_ids_that_could_meet_those_of_the_page(drawn):
    root, drawing = drawn
    assert {element.tag.removeprefix(SVG) for element in root.iter()} == {"svg", "path", "text"}
    assert not any(element.get("id") or element.get("class") for element in root.iter())
    assert root.get("aria-label") == drawing.alt
