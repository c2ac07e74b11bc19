"""Markup as plain text: formulas in one line as people type them, every other word as it was written."""

import pytest

from qgen.engine.symbols import latex_name
from qgen.typeset.markup.blocks import escape
from qgen.typeset.markup.plain import formula, plain


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"\frac{\partial L}{\partial z}", "dL/dz"),
        (r"\partial L/\partial w_{11}^{(1)}", "dL/dw_11^(1)"),
        ("1 - a^2", "1 - a^2"),
        (r"a\,(1-a)", "a(1 - a)"),
        ("2(a - y)", "2(a - y)"),
        ("(1-a^2)/(1+a^2)", "(1 - a^2)/(1 + a^2)"),
        (r"\frac{a - b}{c}", "(a - b)/c"),
        (r"w - \alpha\,\partial L / \partial w", "w - alpha dL/dw"),
        (r"\alpha a", "alpha a"),
        (r"-a\cdot\left(-b\right)", "-a * (-b)"),
        (r"\ln a", "ln a"),
        (r"\max\left(0,\; z\right)", "max(0, z)"),
        (r"a \le b", "a ≤ b"),
        ("x^{a+b}", "x^(a + b)"),
        (r"\hat{y}'", "ŷ'"),
        (r"\bar{p} - p", "p̄ - p"),
        (r"\frac{\partial L}{\partial w_{11}^{[1]}}", "dL/dw_11^[1]"),
    ],
)
def test_a_formula_reads_as_it_is_typed(latex: str, text: str) -> None:
    assert formula(latex) == text


@pytest.mark.parametrize(
    ("quantity", "text"),
    [
        ("w12_2", "w_12^(2)"),
        ("new_w12_2", "new w_12^(2)"),
        ("new_b3", "new b_3"),
        ("w10.2_1", "w_10,2^(1)"),
        ("t2_w13", "w_13"),
        ("dw13", "dL/dw_13"),
        ("alpha", "alpha"),
    ],
)
def test_the_name_of_a_quantity_is_one_word_but_for_new(quantity: str, text: str) -> None:
    assert formula(latex_name(quantity)) == text


@pytest.mark.parametrize("text", ["only the sign − is wrong", "-0.3 and −0.3x", "a*b $w_12$ {x} \\ 100% #1 | @", ""])
def test_peoples_words_come_out_as_they_went_in(text: str) -> None:
    assert plain(escape(text)) == text


def test_styles_are_left_out() -> None:
    assert plain(r"**bold** \*star\* and *$a_1$*") == "bold *star* and a_1"


def test_a_private_character_does_no_harm() -> None:
    assert plain("a\ue000b $x$") == "a\ufffdb x"
