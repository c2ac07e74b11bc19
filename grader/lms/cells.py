"""The rules of a safe cell and a safe file, the same for every importer."""

import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal
from functools import partial

import qgen.roster
import qgen.tables.delimited
from qgen.tables.spreadsheet import runs

csv_text = partial(qgen.tables.delimited.csv_text, end="\r\n")  # rows as CSV with the line ends that RFC 4180 asks for
POINTS = re.compile(r"\d{1,9}(?:[.,]\d{1,9})?", re.ASCII)
BIDI = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


def number(value: Decimal) -> str:
    """A grade as every importer reads it: ASCII, a point, at most 2 decimals (half up), no exponent."""
    text = f"{value.quantize(Decimal('0.01'), ROUND_HALF_UP):f}"
    text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def worth(text: str) -> Decimal | None:
    """The points that an LMS says a column has, by a point or a comma; None where it says no such number."""
    return Decimal(text.strip().replace(",", ".")) if POINTS.fullmatch(text.strip()) else None


def one_line(text: str) -> str:
    """NFC, no control or direction characters nor halves of any, single spaces."""
    return qgen.roster.one_line(BIDI.sub("", text))


def plain(text: str) -> str:
    r"""Text that no importer trips over: one line, no tag, no `\` before a quote or at the end of the cell.

    Moodle's and Sakai's CSV readers take `\"` for an escaped quote and swallow the next student's row.
    """
    text = re.sub(r"<(?=[A-Za-z/!?])", "< ", one_line(text))
    return re.sub(r'\\(?="|$)', r"\\ ", text)


def name_cell(text: str) -> str:
    """A name beside an id that identifies the student: blank where a spreadsheet would run it."""
    name = plain(text)
    return "" if runs(name) else name


def id_fault(value: str) -> str:
    """Why an id cannot be written as it is into any of these files; "" if it can."""
    if any(unicodedata.category(c) == "Cc" for c in value):
        return f"{value!r} holds a control character"
    if re.search(r'\\("|$)', value):
        return f'"{value}" has a backslash before a quote or at its end, which importers take for an escape'
    return ""
