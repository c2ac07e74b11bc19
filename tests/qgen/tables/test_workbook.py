"""Workbooks: every cell in a place of its own, and none takes longer to read than a class of any size needs."""

import io
import re
import time
import zipfile
from pathlib import Path
from types import ModuleType

import openpyxl
import pytest

from qgen.errors import InputError
from qgen.tables import excel, markup, rows
from qgen.tables.table import read_table, read_tables

SHEET = "xl/worksheets/sheet1.xml"
ROWS: list[list[object]] = [["id", "a", "b"], ["S1", 1, "x"], ["S2", 2.5, "y"]]


def saved(folder: Path, change: dict[str, str], content: list[list[object]] = ROWS, part: str = SHEET) -> Path:
    """A workbook with some texts of a part replaced by others."""
    book = openpyxl.Workbook()
    for row in content:
        book.active.append(row)
    book.save(file := io.BytesIO())
    path = folder / "answers.xlsx"
    with zipfile.ZipFile(file) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            text = source.read(name).decode()
            for old, new in change.items() if name == part else ():
                assert old in text
                text = text.replace(old, new)
            target.writestr(name, text)
    return path


def read(path: Path) -> list[list[str]]:
    table = read_table(path)
    return [table.heading, *(row for _, row in table.rows)]


def refused(path: Path) -> str:
    with pytest.raises(InputError) as error:
        read(path)
    (fault,) = error.value.faults
    return fault


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({'r="B3"': 'r="A3"'}, "cell A3"),
        ({'r="B3"': "r = 'a3'"}, "cell A3"),
        ({'r="A2"': 'r="D2"'}, "cell B2"),
        ({'<row r="3"': '<row r="2"'}, "row 2"),
        ({'<row r="3"': '<row r="-1"'}, "row -1"),  # openpyxl would leave it out
        ({'<row r="2"': '<row r="9"'}, "cell A2"),
        ({'r="B3"': 's="0" r="B2"'}, "cell B2"),
        ({'</row><row r="3">': ""}, "cell A3"),  # the row's answers would be the student's above it
    ],
)
def test_a_cell_that_stands_twice_or_out_of_order_is_refused(tmp_path: Path, change: dict[str, str], what: str) -> None:
    assert refused(saved(tmp_path, change)) == (
        f"answers.xlsx: {what} of {SHEET} stands there twice or out of order; look at it, and save it again"
    )


def test_cells_and_rows_may_be_missing_or_say_no_place(tmp_path: Path) -> None:
    gaps: list[list[object]] = [["id", None, "b"], [None], ["S2", 2.5, None]]
    assert read(saved(tmp_path, {}, gaps)) == [["id", "", "b"], ["S2", "2.5", ""]]
    path = saved(tmp_path, {})
    with zipfile.ZipFile(path) as archive:
        text = archive.read(SHEET).decode()
    bare = dict.fromkeys(re.findall(r' r="[A-Z]*\d+"', text), "")
    assert read(saved(tmp_path, bare)) == [["id", "a", "b"], ["S1", "1", "x"], ["S2", "2.5", "y"]]


@pytest.mark.parametrize(
    ("where", "limit", "change"),
    [
        (markup, "MOST_TAGS", {"</row>": "</row>" + "<row/>" * 2000}),
        (
            markup,
            "MOST_OTHERS",
            {"</sheetData>": "</sheetData><mergeCells>" + '<mergeCell ref="A1:B1"/>' * 2000 + "</mergeCells>"},
        ),
        (excel, "MOST_SHARED", {"<v>1</v>": '<f t="shared" si="0">A1</f>' * 2000}),
    ],
)
def test_what_takes_long_to_read_is_refused_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: ModuleType, limit: str, change: dict[str, str]
) -> None:
    read(saved(tmp_path, change))
    monkeypatch.setattr(where, limit, 1000)
    assert re.search("takes? (as|too) long to read; save its sheet as CSV", refused(saved(tmp_path, change)))
    assert read(saved(tmp_path, {}))


@pytest.mark.parametrize("broken", ["<c ", "<f ", "</f> ", "<a:"])
def test_tags_that_never_end_are_looked_through_in_no_time(tmp_path: Path, broken: str) -> None:
    start = time.perf_counter()
    assert "is no readable workbook" in refused(saved(tmp_path, {"<v>1</v>": broken * 200_000}))
    assert time.perf_counter() - start < 5


def test_few_cells_far_to_the_right_in_many_rows_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(excel, "MOST_PLACES", 8_000)
    monkeypatch.setattr(rows, "MOST_PLACES", 8_000)
    far = {'r="C2"': 'r="EZZ2"', 'r="C3"': 'r="EZZ3"'}
    assert refused(saved(tmp_path, far)) == "answers.xlsx:3: has more than 8,000 cells, empty ones included"


def test_formulas_that_have_their_values_are_not_read_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loads = []
    load = openpyxl.load_workbook
    monkeypatch.setattr(openpyxl, "load_workbook", lambda *a, **k: loads.append(k) or load(*a, **k))
    assert read(saved(tmp_path, {"<v>1</v>": "<f>A1*2</f><v>7</v>"}))[1] == ["S1", "7", "x"]
    assert len(loads) == 1
    for unsolved in ("<f>A1*2</f>", "<f>A1*2</f><v/>", "<f>A1*2</f><v></v>", '<f ca="1">A1*2</f>\n<v />\n'):
        assert read(saved(tmp_path, {"<v>1</v>": unsolved}))[1] == ["S1", "=A1*2", "x"]


def test_what_the_spreadsheet_hides_is_read_and_told(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in ROWS:
        book.active.append(row)
    book.active.row_dimensions[3].hidden = True
    book.copy_worksheet(book.active).sheet_state = "veryHidden"
    book.save(path := tmp_path / "a.xlsx")
    first, second = read_tables(path)
    assert first.body == second.body
    assert first.notes == ("a.xlsx (Sheet): rows that are hidden, as by a filter, were read too: 3",)
    assert second.notes == ("a.xlsx (Sheet Copy): is a hidden sheet, and was read too",)


@pytest.mark.parametrize(
    ("part", "told"),
    [
        ("Index/Document.iwa", "a document of Apple Numbers"),
        ("xl/workbook.bin", "a binary workbook (.xlsb); save it as .xlsx"),
        ("word/document.xml", "a text document (.docx)"),
        ("answers.csv", "unpack it"),
    ],
)
def test_another_kind_of_archive_is_called_by_its_name(tmp_path: Path, part: str, told: str) -> None:
    with zipfile.ZipFile(path := tmp_path / "a.xlsx", "w") as archive:
        archive.writestr(part, "x")
    with pytest.raises(InputError, match=re.escape(told)):
        read_table(path)
