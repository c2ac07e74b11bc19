import random
import re

import pytest

from qgen.errors import InputError
from qgen.typeset.fonts.faces import width
from qgen.typeset.math import formula
from qgen.typeset.math.formula import break_formula, layout

CHAIN = (
    r"\frac{\partial L}{\partial w_{11}^{(1)}} = \frac{\partial L}{\partial a_3}\,\frac{\partial a_3}{\partial z_3}"
    r" = (-0.2656) \cdot 0.7344 \cdot (1 - 0.7344) + 0.61 \cdot \left(0.17 - 0.4\right) \cdot 5.02 = -0.0137"
)


def shown(operators):
    """The strings a formula prints, from left to right and top to bottom as they are drawn."""
    return re.findall(r"\(((?:\\.|[^()\\])*)\) Tj", operators)


def test_other_digits_give_what_a_fresh_layout_of_them_gives():
    draw = random.Random(1)
    for _ in range(30):
        latex = re.sub("[0-9]", lambda _: draw.choice("0123456789"), CHAIN + r" + w^{(1)}_{23}")
        cached = layout(latex, display=True)
        formula._whole.cache_clear()
        assert layout(latex, display=True) == cached


def test_digits_go_where_they_belong_when_the_source_has_the_superscript_first():
    layout("w^{(4)}_{56}")
    strings = shown(layout("w^{(1)}_{23}").operators)
    assert strings == ["w", "23", r"\(1\)"]
    assert strings == shown(layout("w_{23}^{(1)}").operators)


def test_a_leading_minus_is_unary_and_one_between_terms_is_spaced():
    minus = width("R", "−") * 10
    assert layout("-1", 10).width == pytest.approx(minus + 5)
    assert layout("(-1)", 10).width == pytest.approx(minus + 5 + 2 * 3.33)
    assert layout("1-1", 10).width == pytest.approx(minus + 10 + 2 * 10 * 4 / 18)
    assert layout("2=-1", 10).width == pytest.approx(minus + 10 + width("R", "=") * 10 + 2 * 10 * 5 / 18)


def test_spaces_around_signs_vanish_in_scripts_but_not_around_operators_names():
    assert layout("e^{1-1}", 10).width - layout("e^{1}", 10).width == pytest.approx(7 * (width("R", "−") + 0.5))
    assert layout(r"y \ln a", 10).width > layout(r"y \mathrm{ln} a", 10).width


def test_scripts_are_smaller_and_brackets_grow_with_what_they_hold():
    tall = layout(r"\left(\frac{a}{b}\right)", display=True)
    assert tall.ascent + tall.descent > 1.8 * (layout("(a)").ascent + layout("(a)").descent)
    assert "S" in "".join(tall.used)
    assert layout("x_2", 10).width < layout("x2", 10).width


def test_limits_stand_over_and_under_a_sum_in_a_display_only():
    display, text = layout(r"\sum_{k=1}^{2}", display=True), layout(r"\sum_{k=1}^{2}")
    assert display.ascent > text.ascent
    assert display.width < text.width + 10


def test_a_formula_carries_its_latex_as_text_and_a_plain_number_carries_itself():
    assert r"/ActualText (\\frac{1}{2})" in layout(r"\frac{1}{2}").operators
    assert "/ActualText (-0.25)" in layout("-0.25").operators
    assert layout("0.25").operators == "BT /R 10.5 Tf (0.25) Tj ET"
    assert "/ActualText <feff00" in layout(r"\text{für 7}").operators
    assert "0037" in layout(r"\text{für 7}").operators


def test_a_decimal_comma_in_braces_reads_as_a_comma():
    assert layout("0{,}25").operators == "BT /R 10.5 Tf (0,25) Tj ET"


@pytest.mark.parametrize(
    ("latex", "where"),
    [
        (r"\foo{x}", r'"\foo" at character 1'),
        (r"a + \sqrt{2}", r'"\sqrt" at character 5'),
        ("x^{2", '"{" at character 3'),
        ("x}", '"}" at character 2'),
        ("x^2^3", '"^" at character 4'),
        ("x_1_2", '"_" at character 4'),
        ("x_", "its end"),
        (r"\frac{1}", "its end"),
        (r"\left( x", r'"\left" at character 1'),
        (r"x \right)", r'"\right" at character 3'),
        (r"\left x \right)", '"x" at character 7'),
        (r"\text x", '"x" at character 7'),
        (r"\text{a", "its end"),
        (r"\text{a$b}", '"$" at character 8'),
        ("x & y", '"&" at character 3'),
        (r"x \\ y", r'"\\" at character 3'),
        ("中", '"中" at character 1'),
        ("\ue000", "at character 1"),
        ("\\", '"\\" at character 1'),
    ],
)
def test_what_is_outside_of_the_subset_is_an_error_that_quotes_the_formula_and_the_place(latex, where):
    with pytest.raises(InputError) as error:
        layout(latex)
    assert latex in str(error.value)
    assert where in str(error.value)
    assert "\n" not in str(error.value)
    with pytest.raises(InputError):
        break_formula(latex, 100)


def test_a_long_formula_is_broken_into_lines_that_fit_and_that_together_are_the_formula():
    for limit in (150, 200, 300, 400, 1000):
        lines = break_formula(CHAIN, limit)
        assert all(line.width <= limit for line in lines)
        assert "".join(line.latex.replace(" ", "") for line in lines) == CHAIN.replace(" ", "")
        for line in lines:
            for pair in ("()", "{}"):
                assert line.latex.count(pair[0]) == line.latex.count(pair[1])
            assert line.latex[:1] in "=+-" or line.latex.startswith((r"\cdot", r"\frac"))
    assert len(break_formula(CHAIN, 1000)) == 1 < len(break_formula(CHAIN, 200))


def test_a_sign_that_starts_a_continuation_line_is_still_spaced_as_a_binary_one():
    _, second = break_formula("x = 1111 - 2222", 60, 10)
    indent = layout("x = {}", 10).width
    assert second.latex == "- 2222"
    assert second.width == pytest.approx(indent + 10 * (width("R", "−") + 4 / 18 + 4 * 0.5))


def test_a_percent_sign_is_printed_once():
    assert shown(layout(r"5\%").operators) == ["5%"]


def test_a_sum_in_brackets_that_is_wider_than_the_line_is_broken_inside_of_them():
    terms = " + ".join(r"0.1234 \cdot (1 - 0.1234)" for _ in range(9))
    for latex in (rf"d = \left[{terms}\right]^2 x", f"d = [{terms}] x"):
        lines = break_formula(latex, 250)
        assert len(lines) > 3
        assert all(line.width <= 250 for line in lines)
        assert all(line.latex.startswith("+") for line in lines[1:])


def test_lines_of_a_broken_formula_carry_their_own_digits():
    other = CHAIN.translate(str.maketrans("0123456789", "1234567890"))
    break_formula(CHAIN, 200)
    again = break_formula(other, 200)
    formula._lines.cache_clear()
    assert break_formula(other, 200) == again


def test_the_caches_are_bounded():
    assert formula._whole.cache_info().maxsize
    assert formula._lines.cache_info().maxsize


def test_of_numbers_that_differ_only_in_their_digits_one_is_set_to_find_the_widest(monkeypatch):
    asked = []
    monkeypatch.setattr(formula, "layout", lambda latex, size: asked.append(latex) or layout(latex, size))
    assert formula.widest([f"{sign}{k / 100:.2f}" for k in range(200) for sign in ("", "-")]) == "-0.00"
    assert len(asked) == 2
