import math
import re
import struct
import time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spellings import BLANKS, UNDEFINED, UNREADABLE, VALUES, spellings

from grader.reading.numerals import LONGEST, decimal_mark, read
from grader.reasons import Reason, Wording
from qgen.errors import quoted

ODD = st.one_of(
    st.text(max_size=12),
    st.text("0123456789.,+-eE", max_size=20),
    st.text("019.,-e \n\0_xX^·/%\u2212\u00a0²'", max_size=10),
    st.from_regex(r"\A[+-]?[0-9]{0,17}[.,]?[0-9]{0,17}\Z"),
    st.sampled_from(
        ["1\n2", *VALUES, *BLANKS, *UNREADABLE, "infinity", "1_0", " 1", "1 ", "0" * 15 + "1", "9" * 16, "-0"]
    ),
)
FLOATS = st.floats(allow_nan=False, allow_infinity=False)


def bits(value: float) -> bytes:
    return struct.pack("<d", value)


@pytest.mark.parametrize("text", VALUES)
def test_a_number_as_people_write_it_is_read_with_the_digits_they_wrote(text):
    numeral = read(text)
    assert (numeral.kind, numeral.value, numeral.decimals, numeral.significant) == ("value", *VALUES[text])


@pytest.mark.parametrize("text", BLANKS)
def test_a_dash_or_a_word_for_nothing_is_blank_and_has_no_digits(text):
    numeral = read(text)
    assert (numeral.kind, numeral.decimals, numeral.significant) == ("blank", 0, 0)
    assert math.isnan(numeral.value)


@pytest.mark.parametrize("text", UNREADABLE)
def test_what_is_no_number_or_two_is_unreadable_and_the_reason_quotes_it(text):
    numeral = read(text)
    assert numeral.kind == "unreadable"
    assert math.isnan(numeral.value)
    sentence = Wording().plain(numeral.reason, text)
    assert sentence.startswith(" ".join(quoted(text.strip()).split()))
    assert re.search(UNREADABLE[text], sentence)


@pytest.mark.parametrize("text", UNDEFINED)
def test_a_word_for_what_cannot_be_computed_is_no_number_and_has_a_reason_of_its_own(text):
    numeral = read(text)
    assert (numeral.kind, math.isnan(numeral.value), numeral.reason) == ("unreadable", True, Reason("undefined"))
    for language, said in (("en", "says that it cannot be computed"), ("de", "besagt, dass sich das nicht berechnen")):
        assert said in Wording(language).plain(numeral.reason, text)


@pytest.mark.parametrize("text", [*BLANKS, *UNREADABLE])
def test_nothing_that_a_program_writes_into_an_empty_cell_says_that_it_cannot_be_computed(text):
    assert read(text).reason != Reason("undefined")


@pytest.mark.parametrize(("text", "value"), [("1,234", 1.234), ("1,5", 1.5), ("0.5", 0.5), ("0.123", 0.123)])
def test_who_writes_a_decimal_comma_is_read_as_such(text, value):
    assert read(text, comma=True).value == value


def test_who_writes_a_decimal_comma_may_mean_thousands_by_a_dot():
    assert read("1.234", comma=True).reason == Reason("two_readings", ("1.234", "1234", "1.2340"))
    assert read("1.234,5", comma=True).kind == "unreadable"


@pytest.mark.parametrize(
    ("text", "mark"), [("0,5", ","), ("0.5", "."), ("1,234", ""), ("1.234", ""), ("5", ""), ("a.b", ""), ("1.2,3", "")]
)
def test_the_decimal_mark_is_told_only_where_it_is_beyond_doubt(text, mark):
    assert decimal_mark(text) == mark


@given(FLOATS | st.decimals(-50, 50, places=4).map(float))
def test_any_float_in_any_accepted_spelling_reads_back_the_same(value):
    for text in spellings(value):
        numeral = read(text)
        assert numeral.kind == "value", (text, numeral.reason)
        assert bits(numeral.value) == bits(value), text
        known_comma = read(text.replace(".", ","), comma=True)
        assert bits(known_comma.value) == bits(value), text


@given(st.integers(0, 10**8), st.integers(0, 12), st.integers(-40, 40))
def test_decimals_and_significant_digits_say_what_one_more_digit_would_change(digits, decimals, exponent):
    text = f"{Decimal(digits).scaleb(-decimals):f}e{exponent}"
    numeral = read(text)
    assert numeral.decimals == decimals - exponent
    assert numeral.significant == (len(str(digits)) if digits else 0)


@given(ODD)
def test_no_text_crashes_and_no_value_is_invented(text):
    numeral = read(text)
    assert (numeral.kind == "value") == math.isfinite(numeral.value)
    assert (numeral.kind == "unreadable") == (numeral.reason is not None)
    if numeral.kind == "value":
        assert any(c.isdecimal() for c in text)
    if numeral.kind == "value" and re.fullmatch(r"[+-]?[0-9]*\.?[0-9]*", text):
        assert bits(numeral.value) == bits(float(text))


@pytest.mark.parametrize(
    "text", ["9" * 10_000, "1, " * 3_333, "1e" * 5_000, " " * 10_000 + "x", "-" * 10_000, "٣" * 10_000]
)
def test_a_cell_of_ten_thousand_characters_costs_nothing_and_is_unreadable(text):
    start = time.process_time()
    assert read(text).kind == "unreadable"
    assert len(Wording().plain(read(text).reason, text)) < 300
    assert time.process_time() - start < 0.1


@given(
    st.lists(
        st.sampled_from(["1", "1, ", ".1", "1e", "x10^", "(", "/", "-", " ", "; ", "O", "10"]), min_size=1, max_size=4
    )
)
def test_no_repetition_makes_reading_slow(parts):
    text = ("".join(parts) * 100)[:LONGEST]
    start = time.process_time()
    for end in ("", "!", "%"):
        read(text[: LONGEST - 1] + end)
    assert time.process_time() - start < 0.1


def test_a_text_is_quoted_short_and_without_what_does_not_print():
    assert quoted("a\x1b[31m\u202eb") == '"a\\x1b[31m\\u202eb"'
    assert quoted("x" * 41) == '"' + "x" * 40 + '…"'


@pytest.mark.parametrize("text", UNREADABLE)
def test_every_reason_is_worded_in_german_too(text):
    sentence = Wording("de").plain(read(text).reason, text)
    assert sentence.startswith("„")
    assert sentence != Wording().plain(read(text).reason, text)


@pytest.mark.parametrize("text", [*UNREADABLE, ",3O", ",5x10 2"])
def test_a_reason_reads_back_from_marks_csv(text):
    reason = read(text).reason
    assert Reason.parse(str(reason)) == reason


@pytest.mark.parametrize(
    ("text", "value"), [("0e400", 0.0), ("0e-400", 0.0), ("0.1e-322", 1e-323), ("10e307", 1e308), ("7/9", 7 / 9)]
)
def test_exponents_up_to_400_are_calculated_with(text, value):
    assert read(text).value == value
    assert read("0e401").reason == read("0e-401").reason == Reason("exponent_out_of_range")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (".", "not_a_number"), (",", "not_a_number"), ("-.", "not_a_number"), (".e5", "not_a_number"),
        ("1.2.3", "several_marks"), ("1,2,3", "several_marks"), ("1,234,567", "several_marks"),
        ("1.2,3", "dot_and_comma"), ("1..2", "several_marks"), ("5 %", "percentage"),
    ],
)  # fmt: skip
def test_each_kind_of_what_is_no_number_has_its_own_reason(text, kind):
    assert read(text).reason.kind == kind


@pytest.mark.parametrize(("text", "comma", "mark"), [
    ("0,5", False, ","), ("0.5", False, "."), ("1,234", False, ""), ("1.234", False, ""), ("1.2345", False, "."),
    ("5", False, ""), ("1.2.3", False, ""), ("x,5", False, ""),
])  # fmt: skip
def test_the_mark_that_can_only_be_decimal(text, comma, mark):
    assert decimal_mark(text) == mark


def test_a_comma_before_three_digits_is_decimal_for_who_writes_commas_and_a_dot_is_not():
    assert read("1,234", comma=True).value == 1.234
    assert read("1.234", comma=True).reason == Reason("two_readings", ("1.234", "1234", "1.2340"))
    assert read("1,234").reason == Reason("two_readings", ("1.234", "1234", "1.2340"))
    assert read("-1,234e2").reason == Reason("two_readings", ("-1.234e2", "-1234e2", "-1.2340e2"))
    for text in ("0,123", "1234,567", "1,2345", "1,23"):
        assert read(text).kind == read(text, comma=True).kind == "value"
