import re
from xml.etree import ElementTree

from qgen.typeset.drawing.drawing import Drawing
from qgen.typeset.drawing.operators import operators
from qgen.typeset.drawing.shapes import Inset, Rectangle, Run, arrow, circle
from qgen.typeset.drawing.svg import svg
from qgen.typeset.math.formula import layout

FORMULA = layout(r"\frac{1.5}{w_{12}}", 10)


def test_runs_side_by_side_are_one_text_and_name_their_font_once():
    runs = [Run(0, 0, "R", 10, "a(b)"), Run(20.5, 0, "R", 10, "c"), Run(20.5, -3, "I", 7, "x")]
    assert operators(runs) == r"BT /R 10 Tf (a\(b\)) Tj 20.5 0 Td (c) Tj /I 7 Tf 0 -3 Td (x) Tj ET"


def test_what_is_drawn_in_grey_leaves_black_behind():
    for shapes in ([circle(0, 0, 5)], arrow((0, 0), (9, 0), 1, 1), [Rectangle(0, 0, 1, 1, 1.0)]):
        drawn = operators(shapes)
        for name in "gG":
            greys = re.findall(rf"(\S+) {name}\b", drawn)
            assert not greys or float(greys[-1]) == 0


def test_an_inset_is_drawn_at_its_place_and_restores_the_graphics_state():
    assert operators([Inset(1, 2.255, FORMULA, 0.5)]) == f"q 0.5000 0 0 0.5000 1 {2.255:.2f} cm {FORMULA.operators} Q"
    assert Drawing(9, 9, (Inset(0, 0, FORMULA),)).used == FORMULA.used


def test_pdf_and_svg_show_the_same_glyphs_and_rules_of_a_formula():
    drawing = Drawing(50, 50, (Inset(5, 20, FORMULA),))
    root = ElementTree.fromstring(svg(drawing))
    texts = [element.text for element in root if element.tag.endswith("text")]
    assert texts == re.findall(r"\((\S+)\) Tj", drawing.operators) == ["1.5", "w", "12"]
    assert sum(element.tag.endswith("path") for element in root) == drawing.operators.count(" re") == 1


def test_a_formula_keeps_its_own_digits_in_its_shapes():
    first, second = layout("x_{12} = 3.4"), layout("x_{56} = 7.8")
    assert "".join(run.text for run in first.shapes) == "x12=3.4"
    assert "".join(run.text for run in second.shapes) == "x56=7.8"
