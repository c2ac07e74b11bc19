"""Brightspace files: ids first, the exact item name, the end-of-line indicator last."""

import csv
import io
import re
from decimal import Decimal

import pytest

from grader.lms.export import export
from qgen.errors import InputError

MIDTERM = "Midterm Points Grade <Numeric MaxPoints:40 Weight:10 Category:Exams>"


@pytest.fixture
def rows(people):
    head = ["OrgDefinedId", "Username", "Last Name", MIDTERM, "Essay Text Grade", " End-of-Line Indicator"]
    return [head, *([f"#{p.sid}", f"#{p.login}", p.name, p.cell, "", "#"] for p in people)]


def brightspace(data, students):
    """{(student id, item): points}; a `#` before an id is no part of it."""
    header, *rows = csv.reader(io.StringIO(data.decode("utf-8"), newline=""), strict=True)
    assert header[0] in ("OrgDefinedId", "Username")
    assert header[-1] == "End-of-Line Indicator"
    keys = [i for i, cell in enumerate(header) if cell in ("OrgDefinedId", "Username")]
    grades = {}
    for row in rows:
        assert row[-1] == "#"
        who = {header[i]: row[i].removeprefix("#") for i in keys}
        (student,) = [
            s for s in students if who.get("OrgDefinedId", s.sid) == s.sid and who.get("Username", s.login) == s.login
        ]
        for i in range(len(keys), len(header) - 1):
            match = re.fullmatch("(.*) Points Grade", header[i])
            assert match
            assert re.fullmatch(r"\d+(\.\d{1,2})?", row[i])
            grades[student.sid, match[1]] = Decimal(row[i])
    return grades


def test_brightspace_reads_back_the_scores(results, save, rows, people, truth):
    done = export("brightspace", results, roster=save("d2l.csv", rows), title="Midterm")
    assert done.complete
    assert brightspace(done.files[0].read_bytes(), people) == {(n, "Midterm"): v[""] for n, v in truth.items()}
    assert done.files[0].read_text(encoding="utf-8").splitlines()[1] == "#001234,#ann,31.5,#"


def test_one_id_column_that_all_have_is_used_alone(results, save, rows, people, truth):
    rows[1][1] = "#"
    done = export("brightspace", results, roster=save("d2l.csv", rows), title="Midterm")
    assert brightspace(done.files[0].read_bytes(), people) == {(n, "Midterm"): v[""] for n, v in truth.items()}
    assert done.files[0].read_text(encoding="utf-8").startswith("OrgDefinedId,Midterm Points Grade,")


def test_layers_become_items_of_their_own(results, save, rows, people, truth):
    done = export("brightspace", results, roster=save("d2l.csv", rows), title="Midterm", by_layer=True)
    read = brightspace(done.files[0].read_bytes(), people)
    assert read == {(n, f"Midterm {k}"): v for n, parts in truth.items() for k, v in parts.items() if k}
    assert any("Create new grade item when an unrecognized item" in w for w in done.warnings)


def test_points_of_the_item_and_their_cut_are_said(results, save, rows):
    rows[0][3] = MIDTERM.replace("40", "35")
    warnings = export("brightspace", results, roster=save("d2l.csv", rows), title="Midterm").warnings
    assert any('"Midterm" has 35 points; sent are the exam\'s points, of 40' in w for w in warnings)
    assert any("40 is over the 35" in w and "cuts it to the maximum" in w for w in warnings)


def test_a_text_grade_is_no_column(results, save, rows):
    with pytest.raises(InputError, match='no column of the roster is "Essay"'):
        export("brightspace", results, roster=save("d2l.csv", rows), column="Essay")


def test_without_a_roster_ids_get_their_hash(results, people, truth):
    done = export("brightspace", results, title="Midterm")
    read = brightspace(done.files[0].read_bytes(), people)
    assert read == {(n, "Midterm"): v[""] for n, v in truth.items()} | {("S12", "Midterm"): 5}
    assert any("no such column yet: Midterm" in w for w in done.warnings)
