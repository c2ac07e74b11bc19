"""The plain CSV for any other system."""

import csv
import io
from decimal import Decimal

import pytest

from grader.lms.export import export
from qgen.errors import InputError


def table(path):
    return list(csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8"), newline="")))


def test_ids_of_the_class_list_and_scores_read_back(results, save, people, truth):
    rows = [["Name", "E-Mail", "Student Number"], *([p.name, p.email, p.sid] for p in people)]
    done = export("generic", results, roster=save("class.csv", rows, ";"), title="Midterm", partial=True)
    assert done.files == (results / "generic.csv",)
    read = {row["Student Number"]: row for row in table(done.files[0])}
    assert {n: Decimal(row["Midterm"]) for n, row in read.items()} == {n: v[""] for n, v in truth.items()} | {"S12": 5}
    assert all(read[p.sid]["E-Mail"] == p.email for p in people if p.sid in read)
    assert all(row["Feedback"][0].isdigit() for row in read.values())


def test_a_table_without_ids_is_refused(results, save):
    with pytest.raises(InputError, match='it has "Name", "Grade"; needed: "student_id"'):
        export("generic", results, roster=save("class.csv", [["Name", "Grade"], ["Ann", ""]]))


def test_without_a_roster_it_is_the_student_ids_and_the_scores(results, truth):
    done = export("generic", results, title="Midterm", by_layer=True, feedback=False)
    read = {row.pop("student_id"): row for row in table(done.files[0])}
    for name, parts in truth.items():
        assert read[name] == {f"Midterm {k}": f"{v.normalize():f}" for k, v in parts.items() if k}
