"""A web page that is called an Excel file: its tables are read, what is no table is told, and none takes long."""

import time

import pytest

from qgen.errors import InputError
from qgen.tables.table import read_table, read_tables
from qgen.tables.webpage import read_page

PAGE = """<html xmlns:x="urn:schemas-microsoft-com:office:excel"><head><style>td {color: red}</style></head><body>
<!-- <table><tr><td>not</td></tr></table> --><table border=1><tr><th>student_id</th><th>name</th><th>points</th></tr>
<TR><TD title="1">001<TD>J&ouml;rg<br>Able</TD><td><b>0.5</b>&nbsp;</td></TR>
<tr><td colspan="2">002</td><td>&minus;1</td></tr></table></body></html>"""


def test_the_tables_of_a_web_page_are_rows(tmp_path):
    (path := tmp_path / "grades.xls").write_text(PAGE, "utf-8")
    table = read_table(path)
    assert table.heading == ["student_id", "name", "points"]
    assert list(table.rows) == [(2, ["001", "Jörg Able", "0.5"]), (3, ["002", "", "−1"])]
    path.write_text(PAGE.replace("<head>", '<head><meta charset="cp1252">').replace("&ouml;", "ö"), "cp1252")
    assert read_tables(path)[0].body[0][1][1] == "Jörg Able"


@pytest.mark.parametrize(
    ("page", "told"),
    [
        ("<!DOCTYPE html><body>Log in</body>", "is a web page without a table"),
        ("<table><tr><td rowspan=2>a</td></tr></table>", "cells over several rows"),
    ],
)
def test_a_page_that_cannot_be_read_is_told(tmp_path, page, told):
    (path := tmp_path / "a.xls").write_text(page)
    with pytest.raises(InputError, match=told):
        read_table(path)


@pytest.mark.parametrize("part", [b"<a ", b"<!--", b"</", b"<td>", b"<table>", b"<script>", b"&#", b"<td a='"])
def test_a_broken_page_takes_no_time(part):
    start = time.process_time()
    with pytest.raises(InputError):
        read_page("a", b"<table>" + part * 20_000)
    assert time.process_time() - start < 1
