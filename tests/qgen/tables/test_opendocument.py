"""OpenDocument sheets: texts, numbers and dates in their places, and no tag that stands for a million cells."""

import random
import zipfile
from pathlib import Path

import pytest

from qgen.errors import InputError
from qgen.tables import opendocument
from qgen.tables.table import Table, read_table

SPACES = " ".join(
    f'xmlns:{space}="urn:oasis:names:tc:opendocument:xmlns:{space}:1.0"' for space in ("office", "table", "text")
)
TEXT = '<table:table-cell office:value-type="string"{}><text:p>{}</text:p></table:table-cell>'


def saved(folder: Path, *sheets: str) -> Path:
    tables = "".join(f'<table:table table:name="T{k}">{rows}</table:table>' for k, rows in enumerate(sheets, 1))
    body = f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body>"
    path = folder / "answers.ods"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", f"<office:document-content {SPACES}>{body}</office:document-content>")
    return path


def row(*cells: str, repeats: str = "") -> str:
    repeated = f' table:number-rows-repeated="{repeats}"' if repeats else ""
    return f"<table:table-row{repeated}>{''.join(cells)}</table:table-row>"


def text(content: str, repeats: str = "") -> str:
    return TEXT.format(f' table:number-columns-repeated="{repeats}"' if repeats else "", content)


def read(path: Path) -> Table:
    return read_table(path)


HEADING = row(text("id"), text("a"), text("b"))
EMPTY = '<table:table-cell table:number-columns-repeated="16000"/>'


def test_cells_are_what_is_stored_in_their_true_places(tmp_path):
    number = '<table:table-cell office:value-type="float" office:value="{}"><text:p>shown</text:p></table:table-cell>'
    date = '<table:table-cell office:date-value="2026-03-01"><text:p>1.3.26</text:p></table:table-cell>'
    gap = '<table:table-cell table:number-columns-repeated="2"/>'
    note = "<office:annotation><text:p>a note</text:p></office:annotation>"
    rows = [
        HEADING,
        row(EMPTY, repeats="3"),
        row(text("007"), number.format("0.6950"), number.format("7"), EMPTY),
        row(gap, text("<text:span>a</text:span>b"), repeats="2"),
        row(f"<table:table-cell>{note}<text:p>S2</text:p></table:table-cell>", date, text("#N/A")),
        row(EMPTY, repeats="1048000"),
    ]
    table = read(saved(tmp_path, "".join(rows), row(text("of the second sheet"))))
    assert table.heading == ["id", "a", "b"]
    assert table.body == [
        (5, ["007", "0.695", "7"]),
        (6, ["", "", "ab"]),
        (7, ["", "", "ab"]),
        (8, ["S2", "2026-03-01", "#N/A"]),
    ]
    assert table.notes == ('answers.ods: read the sheet "T1", one of 2 with any text',)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (row(text("x", repeats="1000000000")), "answers.ods:2: has more than 10,000 columns or 1,048,576 rows"),
        (row(EMPTY, text("x")), "answers.ods:2: has more than 10,000 columns"),
        (row(text("x"), repeats="2000000"), "answers.ods:2: has more than 10,000 columns"),
        (row(text("x", repeats="9000"), repeats="9000"), "answers.ods:2: has more than 2,000,000 cells"),
        (row(text("x" * 10_000, repeats="9000"), repeats="10"), "answers.ods:2: has more than 33,554,432 characters"),
        (row(text("x"), repeats="1000000"), "answers.ods:2: has more than 2,000,000 cells"),
        (row(text("x" * 200_000)), "answers.ods: has a cell or a tag of more than 131,072 characters"),
        ("<a/>" * 300_000, "answers.ods: has a million cells, or what takes as long to read"),
        (row(text("x"), "<table:cell/>", text("x")), "answers.ods:2: has something else between its cells"),
        ("<table:table-row>", "is no readable workbook (ParseError)"),
        (row(text("x"), repeats="many"), "is no readable workbook (ValueError)"),
    ],
)
def test_what_stands_for_more_than_any_class_is_refused_at_once(tmp_path, rows, message):
    with pytest.raises(InputError) as error:
        read(saved(tmp_path, HEADING + rows))
    assert error.value.faults[0].startswith(message) or message in error.value.faults[0]


def test_an_empty_sheet_is_one_line(tmp_path):
    with pytest.raises(InputError, match=r"answers\.ods: its sheets are empty"):
        read(saved(tmp_path, row(EMPTY, repeats="1048576")))


def test_a_damaged_file_never_crashes_or_hangs(tmp_path):
    path = saved(tmp_path, HEADING + row(text("S1"), text("1"), text("2")))
    with zipfile.ZipFile(path) as archive:
        whole = archive.read("content.xml")
    pick = random.Random(1)
    for _ in range(200):
        damaged = bytearray(whole)
        for _ in range(pick.randrange(1, 5)):
            damaged[pick.randrange(len(whole))] = pick.randrange(256)
        try:
            opendocument.read_ods("x.ods", b"", {"content.xml": bytes(damaged)})
        except Exception as error:  # which read_workbook words
            assert type(error).__name__ in ("ParseError", "ValueError", "InputError", "LookupError")  # noqa: PT017


def test_rows_that_a_filter_hides_are_read_and_told(tmp_path: Path) -> None:
    hidden = row(text("S1"), text("1")).replace("<table:table-row", '<table:table-row table:visibility="filter"')
    table = read_table(saved(tmp_path, row(text("id"), text("a")) + hidden + row(text("S2"), text("2"))))
    assert [line for line, _ in table.rows] == [2, 3]
    assert table.notes == ("answers.ods: rows that are hidden, as by a filter, were read too: 2",)
