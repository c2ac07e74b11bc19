"""Open edX files, checked row by row as edx-bulk-grades does."""

import csv
import io
from decimal import Decimal

import pytest

from grader.lms.export import export
from qgen.errors import InputError

BLOCK = "block-v1:X+ML+2026+type@staffgradedxblock+block@0123456789abcdef"
COURSE = "course-v1:X+ML+2026"


@pytest.fixture
def points_rows(people):
    head = (
        "user_id,username,full_name,student_uid,enrolled,track,cohort,block_id,title,date_last_graded,"
        "who_last_graded,Previous Points,New Points"
    )
    return [head.split(",")] + [
        [p.uid, p.login, p.name, p.sid, "True", "audit", "", BLOCK, "Paper exam", "", "", "3", p.cell] for p in people
    ]


@pytest.fixture
def override_rows(people):
    parts = ["name", "grade", "original_grade", "previous_override", "new_override"]
    head = ["user_id", "username", "student_key", "course_id", "track", "cohort", *(f"{p}-0a1b2c3d" for p in parts)]
    return [head, *([p.uid, p.login, p.sid, COURSE, "", "", "Midterm", "0", "0", "", p.cell] for p in people)]


def read(data, required):
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8"), newline="")))
    assert required <= set(rows[0])
    assert len({row["user_id"] for row in rows}) == len(rows)
    return rows


def staff_points(data, students, most):
    grades = {}
    for row in read(data, {"user_id", "New Points", "block_id", "Previous Points"}):
        assert row["block_id"] == BLOCK, "The CSV does not match this problem."
        assert 0 <= float(row["New Points"]) <= most
        (student,) = [s for s in students if int(s.uid) == int(row["user_id"])]
        grades[student.sid] = Decimal(row["New Points"])
    return grades


def test_staff_graded_points_read_back(results, save, points_rows, people, truth):
    done = export("openedx", results, roster=save("sgp.csv", points_rows), title="Midterm")
    assert done.complete
    assert staff_points(done.files[0].read_bytes(), people, 40) == {n: v[""] for n, v in truth.items()}
    assert {row["Previous Points"] for row in read(done.files[0].read_bytes(), set())} == {"3"}
    assert any('the column "Paper exam" must have 40 points' in w for w in done.warnings)


def test_overrides_of_a_subsection_read_back(results, save, override_rows, people, truth):
    done = export("openedx", results, roster=save("bulk.csv", override_rows), title="Midterm")
    grades = {}
    for row in read(done.files[0].read_bytes(), {"user_id", "course_id"}):
        assert row["course_id"] == COURSE
        (student,) = [s for s in people if s.uid == row["user_id"]]
        grades[student.sid] = Decimal(row["new_override-0a1b2c3d"])
    assert grades == {n: v[""] for n, v in truth.items()}


def test_a_subsection_called_by_a_human_is_found_by_its_title(results, save, override_rows):
    rows = [[cell.replace("0a1b2c3d", "homework") for cell in override_rows[0]], *override_rows[1:]]
    done = export("openedx", results, roster=save("bulk.csv", rows), column="Midterm")
    assert b"new_override-homework" in done.files[0].read_bytes()


def test_points_over_the_maximum_and_columns_per_layer_are_refused(results, save, points_rows):
    roster = save("sgp.csv", points_rows)
    with pytest.raises(InputError, match="cannot take one per layer"):
        export("openedx", results, roster=roster, by_layer=True)
    scores = results / "scores.csv"
    scores.write_text(scores.read_text().replace(",40,40,", ",40.5,40,"))
    with pytest.raises(InputError, match="Open edX takes no grade over the maximum"):
        export("openedx", results, roster=roster)


def test_a_file_of_two_problems_is_refused(results, save, points_rows):
    points_rows[1][7] = "block-v1:other"
    with pytest.raises(InputError, match="one block_id in all rows"):
        export("openedx", results, roster=save("sgp.csv", points_rows))


def test_without_a_roster_only_a_block_id_helps(results):
    with pytest.raises(InputError, match='no block_id for "Exam"'):
        export("openedx", results)
    done = export("openedx", results, column=BLOCK)
    assert done.files[0].read_text().splitlines()[:2] == [
        "user_id,block_id,Previous Points,New Points", f"001234,{BLOCK},,31.5"
    ]  # fmt: skip
    assert any("a number that only Open edX knows" in w for w in done.warnings)
