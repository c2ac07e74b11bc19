"""A table is the same from every dialect, with the lines that an editor shows."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import qgen.tables.delimited
from qgen.errors import InputError
from qgen.tables.delimited import csv_text
from qgen.tables.table import read_table, rectangular

ROWS = [["id", "näme"], ["001", "Zoë, A"], ["002", "line\nbreak"], ["003", ""]]
CELLS = st.text(st.sampled_from(list("0123456789.-−eé ,;\"'")), max_size=20)


@pytest.fixture
def save(tmp_path):
    def write(data: bytes, name: str = "t.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(data)
        return path

    return write


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"])
def test_every_separator_and_encoding_reads_the_same(save, delimiter, encoding):
    table = read_table(save(csv_text(ROWS, delimiter=delimiter).encode(encoding)))
    assert [table.heading, *(cells for _, cells in table.rows)] == ROWS
    assert [line for line, _ in table.rows] == [2, 3, 5]
    assert table.delimiter == delimiter
    assert bool(table.notes) == (encoding == "cp1252")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_line_end_and_short_or_blank_rows_are_read(save, end):
    table = rectangular(read_table(save(end.join(["", "a,b", "1", "", ",", "2,3,", ""]).encode())))
    assert (table.line, table.body) == (2, [(3, ["1", ""]), (6, ["2", "3"])])


def test_a_class_of_any_size_is_read_as_the_csv_module_reads_it(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tables")

    @settings(deadline=None, derandomize=True)
    @given(
        rows=st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=1, max_size=8),
        end=st.sampled_from(["\n", "\r\n"]),
    )
    def reads(rows: list[list[str]], end: str) -> None:
        text = csv_text([["a", "b", "c"], *rows], end=end)
        path = folder / "t.csv"
        path.write_bytes(text.encode())
        expected = list(csv.reader(io.StringIO(text, newline=""), strict=True, skipinitialspace=True))[1:]
        table = read_table(path)
        assert table.body == [(line, row) for line, row in enumerate(expected, 2) if "".join(row).strip()]

    reads()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is empty"),
        (b"PK\x03\x04rest", "is no readable workbook"),
        (b"\xd0\xcf\x11\xe0rest", "is an old (.xls) or encrypted workbook"),
        (b'<?xml version="1.0"?><Workbook>', "is XML, such as Excel 2003 writes; open it"),
        (b"a,b\n1,2,3\n4,5\n", ':2: "3" stands under no heading'),
        (b'a,b\n"' + b"x" * 200_000, ":2: has a cell that is too long"),
        (b"a," + b"x" * 200_000 + b"\n1,2\n", ":1: has a cell that is too long"),
        (b'a,b\n1,2\n3,"4\n', ":3: has a quotation mark that is not closed"),
    ],
)
def test_what_is_no_table_is_one_line(save, data, message):
    with pytest.raises(InputError) as error:
        rectangular(read_table(save(data)))
    assert message in str(error.value)
    assert len(error.value.faults) == 1


def test_rows_before_the_place_where_a_file_breaks_off_are_given_first(save):
    rows = read_table(save(b'a,b\n1,2\n3,"4\n')).rows
    assert next(rows) == (2, ["1", "2"])
    with pytest.raises(InputError, match="the rest of the file was not read"):
        next(rows)


def test_more_cells_than_any_class_has_are_refused(save, monkeypatch):
    monkeypatch.setattr(qgen.tables.delimited, "MOST_PLACES", 12)
    read_table(save(b"a,b\n1,2\n3,4\n"))
    with pytest.raises(InputError, match=r"t\.csv: has 4 lines with 4 separators, more than any class needs"):
        read_table(save(b"a,b\n1,2\n3,4\n5,6\n"))


def test_the_heading_repeated_in_another_case_is_no_row(save):
    table = read_table(save(b"id,name\n1,a\nID, Name\n2,b\n"))
    assert [line for line, _ in table.rows] == [2, 4]
    assert table.notes == ("t.csv: lines that repeat the heading were left out: 3",)


def test_a_missing_file_is_one_line(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        read_table(tmp_path / "no.csv")


def test_excel_s_note_of_an_open_workbook_is_called_so(tmp_path):
    (tmp_path / "~$answers.xlsx").write_bytes(b"\x05Ann" + bytes(150))
    with pytest.raises(InputError, match="is Excel's note that somebody has the workbook open"):
        read_table(tmp_path / "~$answers.xlsx")


def test_rows_sorted_to_above_the_heading_are_told_titles_are_not(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("Exam of November,\nS3,0.5\nstudent_id,z\nS1,0.1\n", "utf-8")
    table = read_table(path, is_heading=lambda row: row[0] == "student_id")
    assert table.notes == ('a.csv: lines above the heading, line 3, were left out: 2 ("S3, 0.5")',)
