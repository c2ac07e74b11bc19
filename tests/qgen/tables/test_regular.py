"""The regular part of a CSV file is read as the csv module reads it, wherever it ends."""

import csv
import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import qgen.tables.regular
from qgen.errors import InputError
from qgen.tables.cells import Coded, Codes, Rows
from qgen.tables.regular import Regular
from qgen.tables.table import read_table

CELLS = st.text(st.sampled_from(list("0123456789.-−eé ,;\"'")), max_size=20)
CLEAN = CELLS.map(lambda text: text.replace(",", "").replace('"', ""))
STEADY = settings(deadline=None, derandomize=True)


def spelt(rows: list[list[str]], end: str = "\n") -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator=end).writerows(rows)
    return out.getvalue()


def saved(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "t.csv"
    path.write_text(text, encoding, newline="")
    return path


def expected(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline=""), strict=True, skipinitialspace=True))[1:]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tables")


@STEADY
@given(
    rows=st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=1, max_size=8), end=st.sampled_from(["\n", "\r\n"])
)
def test_rows_columns_and_codes_say_what_the_csv_module_reads(folder: Path, rows: list[list[str]], end: str) -> None:
    text = spelt([["a", "b", "c"], *rows], end)
    blocks = list(read_table(saved(folder, text)).blocks)
    read = [row for block in blocks for row in block.rows]
    assert read == expected(text)
    assert [block.row(at) for block in blocks for at in range(len(block.lines))] == read
    codes = Codes()
    parts = [block.coded([2, 0], codes) for block in blocks]
    assert Coded.by(codes, np.concatenate(parts))[:].tolist() == [[row[2], row[0]] for row in read]
    assert [cell for block in blocks for cell in block.column(1)] == [row[1] for row in read]


@STEADY
@given(
    rows=st.lists(st.lists(CLEAN, min_size=2, max_size=2), min_size=3, max_size=12), size=st.integers(50, 200),
    odd=st.integers(0, 12),
)  # fmt: skip
def test_lines_are_counted_on_where_the_regular_part_ends(
    folder: Path, rows: list[list[str]], size: int, odd: int
) -> None:
    rows.insert(min(odd, len(rows)), ["a cell", "on\ntwo lines"])
    text = spelt([["a", "b"], *rows])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(qgen.tables.regular, "_PART", size)
        blocks = list(read_table(saved(folder, text)).blocks)
    assert [row for block in blocks for row in block.rows] == expected(text)
    lines = [line for block in blocks for line in block.lines]
    heights = [1 + sum(cell.count("\n") for cell in row) for row in expected(text)]
    assert lines == [2 + sum(heights[:at]) for at in range(len(heights))]


def test_a_file_of_an_ordinary_class_is_read_all_at_once(folder: Path) -> None:
    rows = [[f"S{n}", "-0.1234", "", '"0,5"', "1.23456789012e-12"] for n in range(100)]
    text = "id,a,b,c,d\n" + "".join(",".join(row) + "\n" for row in rows)
    (block,) = read_table(saved(folder, text)).blocks
    assert isinstance(block, Regular)
    assert block.row(99) == ["S99", "-0.1234", "", "0,5", "1.23456789012e-12"]


@pytest.mark.parametrize("text", ["a,b\n1,2\n3\n", "a,b\n1,2\n\n3,4\n", "a,b\r1,2\r3,4\r", "a\n1\n2\n"])
def test_what_is_not_regular_is_left_to_the_csv_module(folder: Path, text: str) -> None:
    (block,) = read_table(saved(folder, text)).blocks
    assert isinstance(block, Rows)
    assert block.rows == expected(text)


def test_a_quotation_mark_that_is_not_closed_is_found_on_its_line(folder: Path) -> None:
    with pytest.raises(InputError, match="has a quotation mark that is not closed"):
        list(read_table(saved(folder, 'a,b\n1,2\n3,"4\n')).blocks)


def test_latin_1_is_read_as_declared(folder: Path) -> None:
    (block,) = read_table(saved(folder, "a,b\né,1\n", "latin-1"), "latin-1").blocks
    assert isinstance(block, Regular)
    assert block.rows == [["é", "1"]]
