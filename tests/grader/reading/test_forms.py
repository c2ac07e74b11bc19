"""What stands in the fields of a form, whichever way it is written there."""

import pytest
from pikepdf import Array, Dictionary, Name, Pdf, String

from grader.reading.forms import _number, _strokes, _text


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"0.5", "0.5"),
        (b"\xfe\xff\x000\x00.\x005", "0.5"),
        (b"\xfe\xff\x000\x005\xd8\x00", "05"),  # half a character at its end
        (b"\xef\xbb\xbf0.5", "0.5"),
        (b"\xef\xbb\xbf0.5\xe9", "ï»¿0.5é"),  # marked as UTF-8, which it is not
    ],
)
def test_a_text_is_read_in_any_encoding_and_never_an_error(data: bytes, text: str) -> None:
    assert _text(String(data)) == text


def test_what_is_no_text_is_told_by_what_it_is() -> None:
    with Pdf.new() as pdf:
        values = None, Name("/Off"), pdf.make_stream(b"0.\xe9")
        assert [_text(value) for value in values] == ["", "/Off", "0.\xe9"]
    assert _text(Dictionary()) == "(Object)"


@pytest.mark.parametrize(("value", "number"), [(6, 6), (0, 0), (None, 0), (String("2"), 0), (Name("/Two"), 0)])
def test_flags_that_are_no_number_are_none_set(value: object, number: int) -> None:
    assert _number(value) == number


def test_a_drawn_line_covers_each_of_its_points() -> None:
    lines = Array([Array([1, 2, 3, 4, 5, 6, 7]), Array([8, 9])])
    assert [(x, y) for x, y, *_ in _strokes("/Ink", Dictionary(InkList=lines))] == [(1, 2), (3, 4), (5, 6), (8, 9)]
