"""Blackboard files: only Username and |id count, every cell quoted, every grade a number."""

import csv
import io
import re
from decimal import Decimal

import pytest

from grader.lms.export import export
from qgen.errors import InputError

HEAD = ["Last Name", "First Name", "Username", "Student ID", "Last Access", "Availability"]
MIDTERM = "Midterm, lab [Total Pts: 40 Score] |4711"


@pytest.fixture
def rows(people):
    head = [*HEAD, MIDTERM, "Quiz [Total Pts: 10 Percentage] |4712", "Total [Total Pts: up to 50 Score] |4713"]
    return [head, *([p.name, "x", p.login, p.sid, "", "Yes", p.cell, "", ""] for p in people)]


def blackboard(data, students):
    """{(student id, column id): points}; unknown users are ignored, columns without an id are a fault."""
    text = data.decode("utf-8")
    assert all(re.fullmatch(r'"([^"]|"")*"(,"([^"]|"")*")*', line) for line in text.split("\r\n") if line)
    header, *rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    columns = {}
    for i, cell in enumerate(header):
        match = re.fullmatch(r".* \[Total Pts: [\d.,]+ [^\]]+\] \|(\d+)", cell)
        assert match or cell == "Username"
        if match:
            columns[i] = match[1]
    grades = {}
    for row in rows:
        (student,) = [s for s in students if s.login == row[header.index("Username")]]
        for i, column in columns.items():
            assert re.fullmatch(r"-?\d+(\.\d{1,2})?", row[i])
            grades[student.sid, column] = Decimal(row[i])
    return grades


@pytest.mark.parametrize(("delimiter", "encoding"), [("\t", "utf-16"), (",", "utf-8-sig")])
def test_blackboard_reads_back_the_scores_from_either_kind_of_export(
    results, save, rows, people, truth, delimiter, encoding
):
    roster = save("gc.xls", rows, delimiter, encoding)
    done = export("blackboard", results, roster=roster, title="Midterm, lab")
    assert done.complete
    assert blackboard(done.files[0].read_bytes(), people) == {(n, "4711"): v[""] for n, v in truth.items()}


@pytest.mark.parametrize("column", ["4711", "midterm, LAB", MIDTERM])
def test_the_column_is_found_by_id_title_or_header(results, save, rows, column):
    (file,) = export("blackboard", results, roster=save("gc.csv", rows), column=column).files
    assert f'"Username","{MIDTERM}"' in file.read_text(encoding="utf-8")


def test_a_calculated_column_is_refused(results, save, rows):
    with pytest.raises(InputError, match='"Total" cannot be imported: it is calculated by Blackboard'):
        export("blackboard", results, roster=save("gc.csv", rows), column="Total")
    with pytest.raises(InputError, match='"Total" cannot be imported: it is calculated by Blackboard'):
        export("blackboard", results, column=rows[0][-1])


def test_no_new_column_is_ever_made(results, save, rows):
    with pytest.raises(InputError, match='no column id for "Exam"'):
        export("blackboard", results, title="Exam")
    with pytest.raises(InputError) as error:
        export("blackboard", results, roster=save("gc.csv", rows), title="Midterm, lab", by_layer=True)
    assert len(error.value.faults) == 3
    assert not (results / "blackboard.csv").exists()


@pytest.mark.parametrize("column", ["4711", "|4711", MIDTERM])
def test_without_a_roster_a_column_id_is_enough(results, column):
    done = export("blackboard", results, title="Midterm", column=column)
    assert re.match(r'"Username","Midterm.* \[Total Pts: 40 Score\] \|4711"', done.files[0].read_text())
    assert any(w.startswith("no --roster: student_id is written as Username") for w in done.warnings)


def test_a_column_that_shows_percent_is_said(results, save, rows):
    warnings = export("blackboard", results, roster=save("gc.csv", rows), column="Quiz").warnings
    assert any("shows Percentage where Score is expected" in w for w in warnings)
