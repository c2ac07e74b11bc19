"""Symbols: what is written means what was computed, brackets and names included."""

import math
from operator import add, mul, sub

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading import value_of

from qgen.engine import functions
from qgen.engine.symbols import Symbol, earlier_change, latex_name, name_symbol, number_symbol, plain_name, symbol

FUNCTIONS = [
    functions.square,
    functions.bell,
    functions.tanh,
    functions.positive,
    lambda z: functions.positive(z, 0.2),
    lambda z: functions.maximum(0.0, z),
    lambda z: functions.maximum(0.2 * z, z),
]
numbers = st.sampled_from(["0.25", "-0.5", "1.75", "-2", "0", "1", "0.5"])
leaves = numbers.map(lambda text: (number_symbol(text), float(text)))


def grown(children):
    pairs = st.tuples(st.sampled_from([add, sub, mul]), children, children)
    both = pairs.map(lambda t: (t[0](t[1][0], t[2][0]), t[0](t[1][1], t[2][1])))
    one = st.tuples(st.sampled_from(FUNCTIONS), children).map(lambda t: (t[0](t[1][0]), float(t[0](t[1][1]))))
    constants = st.tuples(st.sampled_from([0.5, 1, 2]), children).map(lambda t: (t[0] - t[1][0], t[0] - t[1][1]))
    return both | one | constants | children.map(lambda c: (-c[0], -c[1]))


@given(st.recursive(leaves, grown, max_leaves=6))
def test_what_is_written_is_what_was_computed(expression):
    written, computed = expression
    assert value_of(written.latex) == pytest.approx(computed, rel=1e-9, abs=1e-9)


@given(st.floats(0.01, 0.99).map(lambda a: f"{a:.4f}"))
def test_logarithms_and_sigmoids_mean_what_was_computed(text):
    a = number_symbol(text)
    assert value_of(functions.log(a).latex) == pytest.approx(math.log(float(text)))
    assert value_of(functions.log(1 - a).latex) == pytest.approx(math.log(1 - float(text)))
    assert value_of((number_symbol("0.5") * functions.log(a)).latex) == pytest.approx(0.5 * math.log(float(text)))
    assert value_of(functions.sigmoid(-a).latex) == pytest.approx(1 / (1 + math.exp(float(text))))


@pytest.mark.parametrize(
    ("name", "latex"),
    [
        ("w11_1", "w_{11}^{(1)}"),
        ("w13", "w_{13}"),
        ("w10.2_1", r"w_{10,\,2}^{(1)}"),
        ("b3", "b_{3}"),
        ("z2_2", "z_{2}^{(2)}"),
        ("a3", "a_{3}"),
        ("x1", "x_{1}"),
        ("y", "y"),
        ("y2", "y_{2}"),
        ("alpha", r"\alpha"),
        ("loss", "L"),
        ("dw13", r"\frac{\partial L}{\partial w_{13}}"),
        ("db1_2", r"\frac{\partial L}{\partial b_{1}^{(2)}}"),
        ("new_w11_1", r"w_{11}^{(1)\,\text{new}}"),
        ("new_b3", r"b_{3}^{\,\text{new}}"),
        ("t2_dw11_1", r"\frac{\partial L}{\partial w_{11}^{(1)}}"),
        ("t3_x2", "x_{2}"),
        ("t2_loss", "L"),
    ],
)
def test_a_quantity_is_named_as_in_the_notes(name, latex):
    assert latex_name(name) == latex
    assert name_symbol(name).latex == latex


@pytest.mark.parametrize(
    ("change", "latex"), [("change_w11_1", r"\Delta w_{11}^{(1)\,t-1}"), ("t2_change_b3", r"\Delta b_{3}^{\,t-1}")]
)
def test_a_change_of_the_iteration_before_is_named_as_such(change, latex):
    assert earlier_change(change).latex == latex


def test_a_factor_one_is_not_written_but_a_number_that_came_out_as_one_is():
    w = name_symbol("w13")
    assert (w * 1).latex == (1 * w).latex == "w_{13}"
    assert (number_symbol("1") * w).latex == r"1 \cdot w_{13}"


def test_numbers_are_multiplied_by_a_dot_and_names_side_by_side():
    assert (name_symbol("w13") * name_symbol("a3")).latex == r"w_{13}\,a_{3}"
    assert (number_symbol("0.5") * number_symbol("-2")).latex == r"0.5 \cdot \left(-2\right)"


def test_a_constant_of_a_rule_is_written_as_in_the_notes():
    assert symbol(0.5).latex == r"\tfrac{1}{2}"
    assert symbol(2).latex == "2"
    already = Symbol("x")
    assert symbol(already) is already


def test_only_sums_and_negatives_get_brackets_in_a_product():
    a, b, c = map(name_symbol, ("a1", "a2", "a3"))
    assert (a * b * c).latex == r"a_{1}\,a_{2}\,a_{3}"
    assert (a * (b * c)).latex == r"a_{1}\,a_{2}\,a_{3}"
    assert ((a + b) * c).latex == r"\left(a_{1} + a_{2}\right)\,a_{3}"
    assert (-a * b).latex == r"\left(-a_{1}\right)\,a_{2}"


@pytest.mark.parametrize(
    ("value", "latex"),
    [
        (2.0, "2"), (0.01, "0.01"), (0.1, "0.1"), (0.5, r"\tfrac{1}{2}"), (2 / 3, r"\tfrac{2}{3}"),
        (1 / 9, r"\tfrac{1}{9}"), (1 / 11, r"\tfrac{1}{11}"), (2 / 99, r"\tfrac{2}{99}"),
    ],
)  # fmt: skip
def test_a_constant_is_written_as_people_write_it(value, latex):
    assert symbol(value).latex == latex


def test_a_square_and_a_logarithm_of_more_than_a_name_or_a_number_get_brackets():
    a, w = name_symbol("a3"), name_symbol("w11_1")
    assert functions.square(a).latex == "a_{3}^2"
    assert functions.square(w).latex == r"\left(w_{11}^{(1)}\right)^2"
    assert functions.square(a * w).latex == r"\left(a_{3}\,w_{11}^{(1)}\right)^2"
    assert functions.square(a - w).latex == r"\left(a_{3} - w_{11}^{(1)}\right)^2"
    assert functions.log(a).latex == r"\ln a_{3}"
    assert functions.log(a * w).latex == r"\ln \left(a_{3}\,w_{11}^{(1)}\right)"
    assert functions.log(1 - a).latex == r"\ln \left(1 - a_{3}\right)"


def test_a_number_within_a_product_asks_for_dots_in_all_of_it():
    a, w, two = name_symbol("a3"), name_symbol("w13"), number_symbol("2")
    assert (a * w * two).latex == r"a_{3}\,w_{13} \cdot 2"
    assert (two * a * w).latex == r"2 \cdot a_{3} \cdot w_{13}"


def test_of_what_is_added_or_taken_away_only_sums_and_negatives_get_brackets():
    a, b, c = map(name_symbol, ("a1", "a2", "a3"))
    assert (a + b * c).latex == r"a_{1} + a_{2}\,a_{3}"
    assert (a - b * c).latex == r"a_{1} - a_{2}\,a_{3}"
    assert (a - (b + c)).latex == r"a_{1} - \left(a_{2} + a_{3}\right)"
    assert (a + -b).latex == r"a_{1} + \left(-a_{2}\right)"
    assert (-(a * b)).latex == r"-a_{1}\,a_{2}"
    assert (-(a + b)).latex == r"-\left[a_{1} + a_{2}\right]"


@pytest.mark.parametrize(
    ("quantity", "name"),
    [
        ("z1_2", "z_1^(2)"),
        ("dw11_1", "dL/dw_11^(1)"),
        ("new_b3", "new b_3"),
        ("t2_new_w13", "new w_13"),
        ("w10.2_1", "w_10,2^(1)"),
        ("alpha", "alpha"),
        ("loss", "L"),
    ],
)
def test_a_name_in_plain_text_is_what_papers_write(quantity, name):
    assert plain_name(quantity) == name
