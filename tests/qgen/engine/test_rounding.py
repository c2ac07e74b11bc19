"""The rounding rule: how it is read, how students round by it, and how far their roundings may lead."""

from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from qgen.engine.intervals import Interval
from qgen.engine.rounding import Rounding
from qgen.engine.steps import Role, Step
from qgen.errors import InputError

WRITTEN, UNWRITTEN = (
    Step("s", "product", (), Role.PRODUCT, 1, 0),
    Step("s", "carry", (), Role.CARRY, 1, 0, written=False),
)
RULES = [Rounding("dp", 3), Rounding("dp", 4), Rounding("sf", 4), Rounding("sf", 2)]
numbers = st.floats(-1000, 1000, allow_nan=False).filter(lambda v: v == 0 or abs(v) > 1e-9)
ties = st.integers(-(10**6), 10**6).map(lambda k: (10 * k + 5) / 10**5)


def rounded(value, rule, mode, extra=0):
    """What a student writes, in decimals."""
    exact = Decimal(repr(float(value)))
    places = rule.digits + extra - (0 if rule.kind == "dp" or not exact else exact.adjusted() + 1)
    return float(exact.quantize(Decimal(1).scaleb(-places), rounding=mode))


@pytest.mark.parametrize("text", ["4dp", " 4 dp ", "4sf", "2dp", "8sf"])
def test_a_rule_reads_back_as_printed(text):
    rule = Rounding.parse(text)
    assert Rounding.parse(str(rule)) == rule
    assert str(rule) == text.replace(" ", "")


@pytest.mark.parametrize("text", ["", "4", "dp", "4 places", "1dp", "9sf", "44dp", "-4dp", "4.0dp", 4, None, ["4dp"]])
def test_what_is_no_rule_is_refused_in_one_line(text):
    with pytest.raises(InputError, match=r"is no rounding rule; write 2dp to 8dp or 2sf to 8sf") as caught:
        Rounding.parse(text, "exam.toml: rounding")
    assert caught.value.faults == (
        f'exam.toml: rounding: "{text}" is no rounding rule; write 2dp to 8dp or 2sf to 8sf',
    )


@pytest.mark.parametrize("rule", RULES, ids=str)
@given(value=st.one_of(numbers, ties))
@example(value=0.12345)
@example(value=-0.00005)
@example(value=0.99995)
def test_rounding_is_that_of_decimals(rule, value):
    assert float(rule.round(value)) == pytest.approx(rounded(value, rule, ROUND_HALF_UP), rel=1e-14)
    assert float(rule.round(value, half_even=True)) == pytest.approx(rounded(value, rule, ROUND_HALF_EVEN), rel=1e-14)


@pytest.mark.parametrize(
    ("value", "up", "even"), [(0.12345, 0.1235, 0.1234), (0.12335, 0.1234, 0.1234), (-2.00005, -2.0001, -2.0)]
)
def test_a_decimal_tie_is_a_tie_in_binary_too(value, up, even):
    assert Rounding("dp", 4).round(value) == up
    assert Rounding("dp", 4).round(value, half_even=True) == even


def test_rounding_keeps_small_numbers_to_significant_figures():
    assert Rounding("sf", 4).round(1.23456e-13) == 1.235e-13


@pytest.mark.parametrize(("rule", "value", "unit"), [("4dp", 123.4, 1e-4), ("4sf", 123.4, 0.1), ("4sf", 0.0123, 1e-5)])
def test_a_unit_is_one_of_the_last_digit(rule, value, unit):
    assert Rounding.parse(rule).unit(value) == pytest.approx(unit)
    assert Rounding.parse(rule).unit(np.full((2, 3), value)).shape == (2, 3)


@pytest.mark.parametrize("rule", RULES, ids=str)
@given(
    value=st.one_of(numbers, ties),
    digits=st.lists(st.integers(0, 9), max_size=5),
    modes=st.lists(st.sampled_from([ROUND_HALF_UP, ROUND_HALF_EVEN]), min_size=5, max_size=5),
)
@example(value=0.123446, digits=[1, 0], modes=[ROUND_HALF_UP] * 5)
def test_written_holds_every_chain_of_roundings(rule, value, digits, modes):
    written = rule.write(WRITTEN, Interval.point(value))
    noted = value
    for extra, mode in zip(sorted(digits, reverse=True), modes, strict=False):
        noted = rounded(noted, rule, mode, extra)
    slack = 1e-6 * float(rule.unit(value))
    assert written.low - slack <= noted <= written.high + slack


@pytest.mark.parametrize("rule", RULES, ids=str)
@given(value=numbers, width=st.floats(0, 1), share=st.floats(0, 1))
def test_written_holds_what_becomes_of_every_number_between(rule, value, width, share):
    written = rule.write(WRITTEN, Interval(np.array(value), np.array(value + width)))
    inner = min(value + share * width, value + width)
    slack = 1e-6 * float(rule.unit(value + width))
    for number in (inner, rounded(inner, rule, ROUND_HALF_UP), rounded(inner, rule, ROUND_HALF_EVEN)):
        assert written.low - slack <= number <= written.high + slack


@pytest.mark.parametrize("rule", RULES, ids=str)
@given(value=numbers)
def test_writing_adds_at_most_five_ninths_of_a_unit_and_nothing_the_second_time(rule, value):
    once = rule.write(WRITTEN, Interval.point(value))
    unit = float(rule.unit(value))
    assert value - (5 / 9 + 1e-5) * unit <= once.low <= value <= once.high <= value + (5 / 9 + 1e-5) * unit
    twice = rule.write(WRITTEN, once)
    assert twice.high - twice.low <= (once.high - once.low) * (1 + 1e-9) + 2e-5 * unit


def test_a_number_that_fits_the_rule_is_written_as_it_is():
    for value in (5.02, 0.0, -0.25, 0.7):
        written = Rounding("dp", 4).write(WRITTEN, Interval.point(value))
        assert (written.low, written.high) == (value, value)


def test_what_nobody_writes_down_is_not_widened():
    wide = Interval(np.array(0.123456), np.array(0.2))
    assert Rounding("dp", 4).write(UNWRITTEN, wide) is wide
    assert Rounding("dp", 4).write(WRITTEN, 0.123456) == 0.123456


@pytest.mark.parametrize("rule", RULES, ids=str)
@given(value=numbers, width=st.floats(0, 0.01))
def test_a_key_range_goes_outward_by_at_most_a_hundredth_and_reads_back_equal(rule, value, width):
    exact = Interval(np.array(value), np.array(value + width))
    printed = rule.answer(exact)
    unit = max(float(rule.unit(value)), float(rule.unit(value + width)))
    assert exact.low - 0.0101 * unit <= printed.low <= exact.low + 1e-7 * unit
    assert exact.high - 1e-7 * unit <= printed.high <= exact.high + 0.0101 * unit
    for bound in (float(printed.low), float(printed.high)):
        text = f"{Decimal(repr(bound)):f}"
        assert float(text) == bound
        assert len(text.lstrip("-0.").replace(".", "")) <= 17


@pytest.mark.parametrize("rule", RULES, ids=str)
@given(value=st.one_of(numbers, ties, st.floats(-1e-12, 1e-12)))
@example(value=-0.00001)
@example(value=1e-7)
@example(value=99999.99)
@example(value=0.0)
def test_text_has_the_digits_asked_for_no_exponent_and_no_negative_zero(rule, value):
    text = rule.text(value)
    assert "e" not in text.lower()
    assert not (text.startswith("-") and float(text) == 0)
    assert float(text) == pytest.approx(rounded(value, rule, ROUND_HALF_UP), rel=1e-14)
    if rule.kind == "dp":
        assert len(text.partition(".")[2]) == rule.digits
    elif value and abs(value) < 10 ** (rule.digits - 1):
        assert len(text.replace("-", "").replace(".", "").lstrip("0")) == rule.digits


@pytest.mark.parametrize(
    ("rule", "value", "text"),
    [("4dp", -0.04678, "-0.0468"), ("4sf", 0.99996, "1.000"), ("4sf", 9.9996, "10.00"), ("4sf", 0.0467812, "0.04678"),
     ("4dp", 5, "5.0000"), ("4dp", -0.00004, "0.0000"), ("4sf", 12345.6, "12350"), ("3dp", 1e-20, "0.000"),
     ("4sf", 0.0, "0.000"), ("4sf", -0.0, "0.000")],
)  # fmt: skip
def test_text_as_printed(rule, value, text):
    assert Rounding.parse(rule).text(value) == text


def test_what_is_nearer_to_a_tie_than_a_millionth_of_a_digit_is_one():
    rule = Rounding("dp", 4)
    assert rule.round((1234.5 - 2e-7) / 1e4) == 0.1235
    assert rule.round((1234.5 - 2e-6) / 1e4) == 0.1234


def test_a_key_range_is_printed_to_a_hundredth_of_the_last_digit():
    found = Rounding("dp", 4).answer(Interval(np.array(0.12341234), np.array(0.12345678)))
    assert (found.low, found.high) == (0.123412, 0.123457)
    found = Rounding("sf", 2).answer(Interval(np.array(-1234.0), np.array(-0.5)))
    assert (found.low, found.high) == (-1234.0, 0.0)
    exact = Rounding("dp", 4).answer(Interval(np.array(0.1234), np.array(0.1235)))
    assert (exact.low, exact.high) == (0.1234, 0.1235)


@pytest.mark.parametrize(("value", "unit"), [(0.0, 1e-3), (1.0, 1e-3), (9.99, 1e-3), (10.0, 0.01), (0.001, 1e-6)])
def test_a_unit_of_significant_figures_goes_by_the_first_digit(value, unit):
    assert Rounding("sf", 4).unit(value) == pytest.approx(unit, rel=1e-12)
    assert Rounding("sf", 4).unit(-value) == pytest.approx(unit, rel=1e-12)


@pytest.mark.parametrize("text", ["2dp", "8dp", "2sf", "8sf"])
def test_two_to_eight_digits_are_accepted(text):
    assert (Rounding.parse(text).digits, Rounding.parse(text).kind) == (int(text[0]), text[1:])


@given(st.lists(st.one_of(st.floats(-2e6, 2e6), st.floats(-1e-3, 1e-3), st.integers(-400, 400).map(lambda k: k / 800))))
@pytest.mark.parametrize("rule", ["2dp", "4dp", "8dp", "4sf"])
def test_many_numbers_are_written_as_each_alone(rule, numbers):
    rounding = Rounding.parse(rule)
    assert rounding.texts(np.array(numbers, float)) == [rounding.text(number) for number in numbers]


@pytest.mark.parametrize(
    ("low", "high", "shown"),
    [
        (0.12335, 0.12355, ("0.1234", "0.1235")), (0.12338, 0.12342, ("0.1234", "0.1234")),
        (0.1234, 0.1234, ("0.1234", "0.1234")), (0.12341, 0.12349, ("0.12341", "0.12349")),
    ],
)  # fmt: skip
def test_a_range_is_shown_by_its_numbers_of_the_digits_asked_for_and_by_its_ends_where_it_has_none(low, high, shown):
    assert Rounding("dp", 4).first_and_last(low, high) == shown


def test_a_number_of_the_digits_asked_for_is_all_that_its_own_range_has():
    rule = Rounding("dp", 4)
    for text in (f"0.{k:04d}" for k in range(1, 2000)):
        assert rule.first_and_last(float(text), float(text)) == (text, text)
