"""Cells that no importer trips over and no spreadsheet runs."""

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.lms.cells import id_fault, name_cell, number, one_line, plain, runs, worth


@given(st.decimals(min_value=0, max_value=10**9, allow_nan=False, places=4))
def test_every_number_is_what_importers_accept_and_within_half_a_cent(value):
    text = number(value)
    assert re.fullmatch(r"\d+(\.\d{1,2})?", text, re.ASCII)
    assert abs(Decimal(text) - value) <= Decimal("0.005")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("0", "0"),
        ("0.004", "0"),
        ("0.005", "0.01"),
        ("31.50", "31.5"),
        ("100", "100"),
        ("1E+2", "100"),
        ("-0.001", "0"),
    ],
)
def test_numbers_are_plain_and_short(value, text):
    assert number(Decimal(value)) == text


@given(st.text())
def test_plain_text_has_one_line_no_tag_and_no_escape(text):
    cell = plain(text)
    assert not re.search(r'[\x00-\x1f\x7f]|\\("|$)|<[A-Za-z/!?]', cell)
    assert plain(cell) == cell or cell.endswith("\\ ")


@pytest.mark.parametrize(
    "text", ["=1", " =1", "\t=1", "＝1", "\u200b+1", "-1", "@x", "|x", "Able;=cmd", "Able, +1", "\ufeff=1"]
)
def test_what_a_spreadsheet_would_run_is_seen_and_blanked(text):
    assert runs(text)
    assert name_cell(text) == ""


@pytest.mark.parametrize("text", ["Able, Ann", "O'Neil", "Anne-Marie", "x=1", "Zoë", "", "李雷"])
def test_names_that_are_names_stay(text):
    assert not runs(text)
    assert name_cell(text) == text


def test_canvas_own_guard_is_undone_first():
    assert name_cell('="Able, Ann"') == "Able, Ann"
    assert name_cell('="=cmd"') == ""


def test_direction_marks_and_controls_vanish():
    assert one_line("a\u202eb\x00c\r\nd  e") == "ab c d e"


@pytest.mark.parametrize(
    ("value", "fine"), [("001", True), ("D\\u", True), ("D\\", False), ('a\\"b', False), ("a\nb", False)]
)
def test_ids_that_importers_would_change_are_named(value, fine):
    assert (id_fault(value) == "") is fine


@pytest.mark.parametrize(
    ("text", "points"),
    [("40", "40"), (" 40.0 ", "40"), ("7,5", "7.5"), *((bad, None) for bad in ("", "9" * 10, "1e9", "-1", "٤", "nan"))],
)
def test_a_columns_points_are_a_plain_number_or_none(text, points):
    assert worth(text) == (points and Decimal(points))
