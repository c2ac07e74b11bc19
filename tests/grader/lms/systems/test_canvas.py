"""Canvas files, read the way canvas-lms' gradebook_importer.rb reads them."""

import csv
import io
import re
from decimal import Decimal

import pytest

from grader.lms.export import export
from qgen.errors import InputError

COLUMNS = r"Student,ID(,SIS Login ID|,SIS User ID,SIS Login ID(,Integration ID)?(,Root Account)?)?,Section"
TOTALS = re.compile(
    "Current Score|Current Points|Current Grade|Final Score|Final Points|Final Grade|Override Score|"
    "Override Grade|Override Status"
)


def field_count(lines, mark):
    try:
        counts = {len(next(csv.reader([line], delimiter=mark, strict=True), [])) for line in lines}
    except csv.Error:
        return 0
    return counts.pop() if len(counts) == 1 else 0


def as_number(cell):
    """The importer's converter: digits, dots and commas keep their last separator only."""
    if not re.fullmatch(r"-?[0-9.,]+%?", cell):
        return cell
    *head, last = re.split("[.,]", cell)
    return f"{''.join(head)}.{last}" if head else last


def canvas(data, students, assignments):
    """{(user id, assignment): points}; assignments may be new ones, named by title. None = grade erased."""
    assert not data.startswith(b"\xef\xbb\xbf")
    text = data.decode("utf-8")
    assert len(set(re.findall(r"\r\n|\n|\r", text))) == 1
    first = text.splitlines()[:3]
    assert field_count(first, ",") >= field_count(first, ";")
    rows = [[as_number(c) for c in row] for row in csv.reader(io.StringIO(text, newline=""), strict=True)]
    assert len({len(row) for row in rows}) == 1
    header = rows[0]
    width = header.index("Section") + 1
    assert re.fullmatch(COLUMNS, ",".join(header[:width]))
    places = {}
    for i, cell in list(enumerate(header))[width:]:
        if TOTALS.search(cell):
            continue
        match = re.fullmatch(r"(.*)\s\((\d+)\)", cell)
        known = match and int(match[2]) in assignments
        places[i] = int(match[2]) if known else assignments.get(cell, cell)
    grades = {}
    for row in rows[1:]:
        if "Points Possible" in row[0]:
            continue
        ids = [s for s in students if row[1] and int(row[1]) == int(s.uid)]
        if "SIS User ID" in header:
            ids = ids or [s for s in students if s.sid == row[2]] or [s for s in students if s.login == row[3]]
        (student,) = ids or [s for s in students if s.name == row[0]]
        for i, place in places.items():
            cell = row[i].strip()
            assert re.fullmatch(r"EX|[+-]?\d*\.?\d+", cell), cell
            grades[student.sid, place] = None if cell in ("", "-") else Decimal(cell)
    return grades


def totals(truth, place):
    return {(sid, place): parts[""] for sid, parts in truth.items()}


def test_canvas_reads_back_the_scores(results, canvas_roster, people, truth):
    done = export("canvas", results, roster=canvas_roster, title="Midterm")
    assert done.complete
    assert done.files == (results / "canvas.csv",)
    assert canvas(done.files[0].read_bytes(), people, {77: "Midterm"}) == totals(truth, 77)


def test_the_importer_of_this_test_notices_a_changed_grade(results, canvas_roster, people, truth):
    (file,) = export("canvas", results, roster=canvas_roster, title="Midterm").files
    wrong = file.read_bytes().replace(b"12.25", b"12.26")
    assert canvas(wrong, people, {77: "Midterm"}) != totals(truth, 77)


def test_ids_are_the_rosters_and_names_that_run_are_blank(results, canvas_roster, people):
    (file,) = export("canvas", results, roster=canvas_roster, title="Midterm").files
    rows = list(csv.reader(io.StringIO(file.read_text(encoding="utf-8"))))
    ids = {row[1]: row for row in rows[2:]}
    for p in people:
        if p.uid in ids:
            assert ids[p.uid][1:5] == [p.uid, p.sid, p.login, "Sec 1"]
    assert [ids[uid][0] for uid in ("101", "103", "104", "105", "111", "112")] == [
        "Able, Ann", "Zoë Ångström", "", "Back Slash\\ ", "", ""
    ]  # fmt: skip


def test_ungraded_and_excused_students_get_no_row(results, canvas_roster):
    done = export("canvas", results, roster=canvas_roster, title="Midterm")
    text = done.files[0].read_text(encoding="utf-8")
    assert ",away," not in text
    assert ",exc," not in text
    assert {one.who: one.why for one in done.left_out} == {"S12": "is excused", "S11": "has no score"}
    assert any(w.startswith("S12 is excused in the roster, but has a score") for w in done.warnings)


def test_a_student_not_assigned_gets_no_row(results, save, canvas_rows):
    canvas_rows[2][5] = "N/A"
    done = export("canvas", results, roster=save("g.csv", canvas_rows), title="Midterm")
    assert ("001234", "is not assigned this") in [(one.who, one.why) for one in done.left_out]
    assert ",ann," not in done.files[0].read_text(encoding="utf-8")


@pytest.mark.parametrize("column", ["78", "Homework 1", "homework 1", "Homework 1 (78)"])
def test_column_is_found_by_id_or_name(results, canvas_roster, people, truth, column):
    done = export("canvas", results, roster=canvas_roster, column=column, title="Midterm")
    assert canvas(done.files[0].read_bytes(), people, {77: "", 78: ""}) == totals(truth, 78) | {("S12", 78): 5}
    assert any('"Homework 1" has 10 points; sent are the exam\'s points, of 40' in w for w in done.warnings)


def test_points_possible_of_a_known_assignment_are_copied(results, canvas_roster):
    (file,) = export("canvas", results, roster=canvas_roster, title="Midterm").files
    assert file.read_text(encoding="utf-8").splitlines()[1] == "    Points Possible,,,,,40.0"


def test_unknown_column_is_an_error_with_the_nearest_name(results, canvas_roster):
    with pytest.raises(InputError, match='no column of the roster is "Mitderm"; did you mean "Midterm"'):
        export("canvas", results, roster=canvas_roster, column="Mitderm")
    with pytest.raises(InputError, match='no column of the roster is "Mitderm"'):
        export("canvas", results, roster=canvas_roster, column="Mitderm", by_layer=True)


def test_two_columns_of_one_title_must_be_told_apart_by_id(results, save, canvas_rows, people, truth):
    canvas_rows[0][6] = "Midterm (78)"
    canvas_rows[9][6] = "ex"
    roster = save("g.csv", canvas_rows)
    with pytest.raises(InputError, match='"Midterm" is 2 columns of the roster; say which: --column "77", "78"'):
        export("canvas", results, roster=roster, title="Midterm")
    (file,) = export("canvas", results, roster=roster, title="Midterm", column="78").files
    assert canvas(file.read_bytes(), people, {77: "", 78: ""}) == totals(truth, 78)


def test_ids_that_canvas_mangles_and_leading_zeros_are_warned_about(results, canvas_roster):
    warnings = export("canvas", results, roster=canvas_roster, title="Midterm").warnings
    assert any("(12.345.678, 1,234): the ID column still finds the student" in w for w in warnings)
    assert any("a spreadsheet would run or change some ids (001234" in w for w in warnings)
    assert not any("takes no comments" in w for w in warnings)
    asked = export("canvas", results, roster=canvas_roster, title="Midterm", feedback=True, force=True).warnings
    assert any("takes no comments" in w for w in asked)


def test_without_a_roster_sis_ids_still_find_most(results, people, truth):
    done = export("canvas", results, title="Midterm", column="Midterm (77)")
    kept = {sid: v for sid, v in truth.items() if sid not in ("12.345.678", "1,234")}
    text = done.files[0].read_text(encoding="utf-8")
    rows = [line for line in text.splitlines(keepends=True) if "12.345.678" not in line and "1,234" not in line]
    kept["S12"] = {"": Decimal(5)}
    assert canvas("".join(rows).encode(), people, {77: "Midterm"}) == totals(kept, 77)
    assert any(w.startswith("no --roster: student_id is written as SIS User ID") for w in done.warnings)
    assert any("give --roster to match by ID" in w for w in done.warnings)


def test_without_a_column_id_the_new_assignment_is_announced(results):
    done = export("canvas", results, title="Midterm")
    assert any("no such column yet: Midterm: Canvas gives the grades" in w for w in done.warnings)
    assert done.files[0].read_text(encoding="utf-8").splitlines()[1] == "    Points Possible,,,,,40"


def test_by_layer_makes_one_column_per_question_and_layer(results, canvas_roster, people, truth):
    (file,) = export("canvas", results, roster=canvas_roster, title="Midterm", by_layer=True).files
    expected = {(sid, f"Midterm {k}"): v for sid, parts in truth.items() for k, v in parts.items() if k}
    assert canvas(file.read_bytes(), people, {77: "Midterm"}) == expected
    assert file.read_text(encoding="utf-8").splitlines()[1] == "    Points Possible,,,,,15,5,20"


def test_titles_that_canvas_drops_are_changed(results, save, canvas_rows, people, truth):
    canvas_rows[0][5] = "Final Score of the lab (77)"
    done = export("canvas", results, roster=save("g.csv", canvas_rows), column="77")
    assert canvas(done.files[0].read_bytes(), people, {77: ""}) == totals(truth, 77)
    assert any('"Final Score of the lab (77)" becomes "Final-Score of the lab (77)"' in w for w in done.warnings)


def test_a_read_only_column_is_refused(results, save, canvas_rows):
    canvas_rows[1][5] = "(read only)"
    with pytest.raises(InputError, match='column "Midterm" cannot be imported: it is read-only in Canvas'):
        export("canvas", results, roster=save("g.csv", canvas_rows), title="Midterm")


def test_over_the_maximum_is_said(results, save, canvas_rows):
    canvas_rows[1][5] = "35"
    done = export("canvas", results, roster=save("g.csv", canvas_rows), title="Midterm")
    assert any('12.345.678: 40 is over the 35 of "Midterm": Canvas takes it' in w for w in done.warnings)


def test_percent_in_a_column_of_other_points_is_said(results, canvas_roster):
    done = export("canvas", results, roster=canvas_roster, title="Midterm", scale="percent")
    assert any('"Midterm" has 40 points; sent are percent, of 100' in w for w in done.warnings)
    assert b",78.75\r\n" in done.files[0].read_bytes()


def test_carriage_return_and_semicolon_exports_are_read(results, save, canvas_rows, people, truth):
    old = "\r".join(save("g.csv", canvas_rows).read_text(encoding="utf-8").splitlines()).encode()
    for roster in (save("mac.csv", old), save("semi.csv", canvas_rows, ";")):
        (file,) = export("canvas", results, roster=roster, title="Midterm", force=True).files
        assert canvas(file.read_bytes(), people, {77: ""}) == totals(truth, 77)


def test_canvas_test_student_is_nobody_s_missing_partner_in_any_language(results, save, canvas_rows, people, truth):
    width = len(canvas_rows[0])
    at = canvas_rows[0].index("SIS Login ID")
    tester = ["Studierende, Test", "999", *[""] * (width - 2)]
    tester[at] = "0123456789abcdef0123456789abcdef"
    done = export("canvas", results, roster=save("r.csv", [*canvas_rows, tester]), title="Midterm")
    assert done.complete


def test_a_roster_of_another_system_is_refused(results, save, moodle_rows):
    with pytest.raises(InputError, match=r'no gradebook export of Canvas: it has "First name"'):
        export("canvas", results, roster=save("m.csv", moodle_rows))
