"""Rosters in whatever form an LMS or a spreadsheet saved them."""

import pytest

from grader.lms.table import read_table
from qgen.errors import InputError

ROWS = [["id", "näme"], ["001", "Zoë, A"], ["002", "line\nbreak"], ["003", ""]]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_every_separator_and_encoding_reads_the_same(save, delimiter, encoding):
    table = read_table(save("r.csv", ROWS, delimiter, encoding))
    assert [list(table.header), *(list(cells) for _, cells in table.rows)] == ROWS
    assert [line for line, _ in table.rows] == [2, 3, 5]
    assert bool(table.warnings) == (encoding == "cp1252")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_line_end_and_short_or_empty_rows_are_read(save, end):
    table = read_table(save("r.csv", end.join(["a,b", "1", "", ",", "2,3,", ""]).encode()))
    assert [cells for _, cells in table.rows] == [("1", ""), ("2", "3")]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is empty"),
        (b"PK\x03\x04rest", "is an Excel workbook; download the gradebook as CSV"),
        (b"\xd0\xcf\x11\xe0rest", "is an Excel workbook"),
        (b"a,b\n1,2,3\n4,5\n", ":2: has 3 cells where the header has 2"),
        (b"a,b\n\x81\x8d,1\n", "is not text"),
        (b'a,b\n"' + b"x" * 200_000, ":2: cannot be read as CSV"),
        (b"a," + b"x" * 200_000 + b"\n1,2\n", ":1: cannot be read as CSV"),
    ],
)
def test_what_is_no_table_is_said_in_one_line(save, data, message):
    with pytest.raises(InputError) as error:
        read_table(save("r.csv", data))
    assert message in str(error.value)
    assert len(error.value.faults) == 1


def test_a_missing_file_is_said(tmp_path):
    with pytest.raises(InputError, match="cannot be read: No such file"):
        read_table(tmp_path / "no.csv")
