"""What holds for every system: who is listed, what is written, and when nothing is."""

import hashlib
import re
import subprocess
import sys
from contextlib import suppress

import pytest

from grader.lms.export import SYSTEMS, export
from qgen.errors import InputError

WITHOUT_ROSTER = {"blackboard": "4711", "openedx": "block-v1:X+Y+Z"}


def swap(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_a_student_of_the_results_without_a_row_stops_the_export(results, save, canvas_rows):
    gone = canvas_rows.pop(2)
    done = export("canvas", results, roster=save("g.csv", canvas_rows), title="Midterm")
    assert gone[2] == "001234"
    assert not done.complete
    assert done.files == ()
    assert not (results / "canvas.csv").exists()
    assert [u.who for u in done.unmatched_results] == ["001234"]
    assert '"001234" is no id, login or e-mail address of the roster' in done.unmatched_results[0].why


def test_a_row_without_a_result_stops_the_export_too(results, save, canvas_rows):
    extra = ["New, Ann", "500", "S99", "new", "Sec 1", "", "", "", ""]
    done = export("canvas", results, roster=save("g.csv", [*canvas_rows, extra]), title="Midterm")
    assert done.files == ()
    assert [(u.who, u.why) for u in done.unmatched_roster] == [("S99", "has no score in the results")]


def test_partial_writes_those_who_match_and_still_lists_the_others(results, save, canvas_rows, truth):
    canvas_rows[2] = ["New, Ann", "500", "S99", "new", "Sec 1", "", "", "", ""]
    done = export("canvas", results, roster=save("g.csv", canvas_rows), title="Midterm", partial=True)
    assert not done.complete
    assert set(done.matched) == set(truth) - {"001234"}
    text = done.files[0].read_text(encoding="utf-8")
    assert "001234" not in text
    assert "S99" not in text


def test_nobody_matched_writes_nothing_even_partially(results, save, canvas_rows):
    rows = [*canvas_rows[:2], ["New, Ann", "500", "S99", "new", "Sec 1", "", "", "", ""]]
    done = export("canvas", results, roster=save("g.csv", rows), title="Midterm", partial=True)
    assert done.files == ()
    assert "nobody is left to grade: nothing is written" in done.warnings


def test_an_existing_file_is_kept_without_force(results, canvas_roster):
    target = results / "canvas.csv"
    target.write_text("mine")
    with pytest.raises(InputError, match=r"canvas\.csv: exists; choose another name"):
        export("canvas", results, roster=canvas_roster, title="Midterm")
    assert target.read_text() == "mine"
    export("canvas", results, roster=canvas_roster, title="Midterm", force=True)
    assert target.read_text(encoding="utf-8").startswith("Student,ID,")
    assert sorted(p.name for p in results.iterdir()) == ["canvas.csv", "marks.csv", "scores.csv"]


def test_the_roster_and_the_results_are_never_overwritten(results, canvas_roster):
    for target in (canvas_roster, results / "scores.csv", results / "marks.csv"):
        with pytest.raises(InputError, match="is read by this command"):
            export("canvas", results, roster=canvas_roster, title="Midterm", out=target, force=True)


def test_out_may_be_a_file_or_a_folder(results, canvas_roster, tmp_path):
    folder = tmp_path / "up"
    folder.mkdir()
    assert export("canvas", results, roster=canvas_roster, title="Midterm", out=folder).files == (
        folder / "canvas.csv",
    )
    other = folder / "mine.csv"
    assert export("canvas", results, roster=canvas_roster, title="Midterm", out=other).files == (other,)
    with pytest.raises(InputError, match="is no folder"):
        export("canvas", results, roster=canvas_roster, title="Midterm", out=tmp_path / "no" / "x.csv")


def test_unknown_system_and_xml_elsewhere_are_said(results):
    with pytest.raises(InputError, match='"modle" is no learning-management system; did you mean "moodle"'):
        export("modle", results)
    with pytest.raises(InputError, match="canvas: has no XML import"):
        export("canvas", results, xml=True)


def test_every_system_writes_safe_rectangular_utf8_with_one_line_end_and_two_decimals(results):
    swap(results / "scores.csv", ",33.33,", ",33.335,")
    for lms in SYSTEMS:
        done = export(lms, results, column=WITHOUT_ROSTER.get(lms), title="Pru\u0308fung")
        data = done.files[0].read_bytes()
        assert not data.startswith(b"\xef\xbb\xbf")
        assert data.count(b"\n") == data.count(b"\r\n") > 10
        assert not re.search(rb'\\("|,|\r|$)', data)
        assert b"33.34" in data
        assert any("1 students' scores have more than 2 decimals" in w for w in done.warnings)
        assert done.upload.startswith(SYSTEMS[lms].name)
        assert lms == "openedx" or "Pr\u00fcfung" in data.decode("utf-8")
        assert any(w.startswith("no --roster: ") for w in done.warnings)


def test_a_title_that_a_spreadsheet_would_run_is_refused(results):
    for lms in ("canvas", "moodle", "brightspace", "sakai", "generic"):
        with pytest.raises(InputError, match='the title "=cmd" would run in a spreadsheet'):
            export(lms, results, title="=cmd")


def test_ids_that_no_importer_reads_back_are_unmatched(results):
    swap(results / "scores.csv", "\nS10,", "\nS10\\,")
    swap(results / "marks.csv", "\nS10,", "\nS10\\,")
    done = export("moodle", results)
    assert done.files == ()
    assert "has a backslash before a quote or at its end" in done.unmatched_results[0].why


def test_ids_that_a_spreadsheet_would_run_are_kept_and_warned_about(results):
    swap(results / "scores.csv", "\nS10,", "\n=S10,")
    done = export("generic", results, feedback=False)
    assert any("would run or change some ids (001234, =S10)" in w for w in done.warnings)
    assert "\n=S10,21\n" in done.files[0].read_text(encoding="utf-8")


def test_a_missing_marks_file_matters_only_where_it_is_needed(results, canvas_roster):
    (results / "marks.csv").unlink()
    done = export("canvas", results, roster=canvas_roster, title="Midterm")
    assert [u.who for u in done.unmatched_roster] == ["S11"]  # nobody says that this student is known but ungraded
    with pytest.raises(InputError, match=r"marks\.csv: is not there"):
        export("canvas", results, roster=canvas_roster, title="Midterm", by_layer=True)
    with pytest.raises(InputError, match=r"marks\.csv: is not there"):
        export("moodle", results)


def test_an_excused_student_gets_no_layers_either(results, canvas_roster):
    done = export("canvas", results, roster=canvas_roster, title="Midterm", by_layer=True)
    assert ",exc," not in done.files[0].read_text(encoding="utf-8")


def test_the_same_input_gives_the_same_bytes(results):
    seen = set()
    for _ in range(2):
        for lms in SYSTEMS:
            done = export(lms, results, column=WITHOUT_ROSTER.get(lms), force=True)
            seen.add((lms, hashlib.sha256(done.files[0].read_bytes()).hexdigest()))
    assert len(seen) == len(SYSTEMS)


def test_exporting_imports_no_heavy_library():
    code = "import sys, grader.lms.export; sys.exit(bool({'pandas', 'numpy', 'openpyxl'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


HUGE = {
    "canvas": ["Student,ID,Section,Midterm (77)", "Points Possible,,,{}", "Ann,101,1,"],
    "blackboard": ["Username,Student ID,Midterm [Total Pts: {} Score] |77", "ann,101,"],
    "brightspace": ["OrgDefinedId,Username,Midterm Points Grade <Numeric MaxPoints:{} Weight:1>", "101,ann,"],
    "sakai": ["Student ID,Student Name,Midterm [{}]", "101,Ann,"],
}


@pytest.mark.parametrize("points", ["1e999999", "9" * 5000, "=1+1", "nan"])
@pytest.mark.parametrize("lms", HUGE)
def test_points_that_no_column_has_are_no_points_and_are_never_written(tmp_path, lms, points):
    (tmp_path / "scores.csv").write_text("student_id,variant,score,max_score,percent\n101,001,5,40,12.5\n")
    (tmp_path / "roster.csv").write_text("\n".join(HUGE[lms]).format(points) + "\n")
    with suppress(InputError):  # Blackboard knows no column by such a heading
        export(lms, tmp_path, roster=tmp_path / "roster.csv", title="Midterm", feedback=False)
    if lms == "canvas":
        assert points not in (tmp_path / "canvas.csv").read_text("utf-8")


@pytest.mark.parametrize("option", ["title", "column"])
def test_half_a_character_in_a_name_is_a_fault_of_one_line(results, canvas_roster, option):
    with pytest.raises(InputError) as error:
        export("canvas", results, roster=canvas_roster, **{option: "Mid\udcff"})
    assert error.value.faults[0].startswith(f'--{option}: "Mid\\udcff" is no text in UTF-8')


def test_what_is_said_of_ids_and_headings_stays_on_one_line_and_moves_no_cursor(results, save, canvas_rows):
    canvas_rows[2][1:4] = ["\r\n", "a\nb\x1b[2J", "x"]
    done = export("canvas", results, roster=save("g.csv", canvas_rows), title="Midterm")
    told = [text for one in (*done.unmatched_results, *done.unmatched_roster) for text in (one.who, one.why)]
    canvas_rows[0][1] = "I\x1bD"
    with pytest.raises(InputError) as error:
        export("canvas", results, roster=save("g.csv", canvas_rows), title="Midterm")
    assert "needed: Student, ID" in error.value.faults[0]
    assert all(text.isprintable() for text in (*told, *done.warnings, *error.value.faults))


@pytest.mark.parametrize("sid", ["00123", "1e5", "2.02512E+11", "1234567890123456", "1.50"])
def test_ids_that_a_spreadsheet_would_change_are_named(results, sid):
    swap(results / "scores.csv", "\nS10,", f"\n{sid},")
    done = export("generic", results, feedback=False)
    (told,) = (warning for warning in done.warnings if "would run or change some ids" in warning)
    assert sid in told


@pytest.mark.parametrize("lms", ["canvas", "moodle", "generic"])
def test_a_title_that_is_a_column_of_the_roster_already_is_refused(results, save, canvas_rows, moodle_rows, lms):
    rows = canvas_rows if lms == "canvas" else moodle_rows
    title = "SIS Login ID" if lms == "canvas" else "ID number"
    rows = [[cell for cell, head in zip(row, rows[0], strict=False) if "Midterm" not in head] for row in rows]
    with pytest.raises(InputError, match=f'the title "{title}" would be taken for|no column of the roster'):
        export(lms, results, roster=save("r.csv", rows), title=title, partial=True)


def test_a_title_that_ends_in_an_id_of_canvas_is_refused(results):
    for title, what in (("Midterm (99)", "the assignment with the id 99"), ("Section", 'the column "Section"')):
        with pytest.raises(InputError, match=re.escape(f'the title "{title}" would be taken for {what}')):
            export("canvas", results, title=title)


def test_the_one_assignment_with_the_exam_s_points_is_taken_and_told(results, save, canvas_rows, people, truth):
    heading = [cell.replace("Midterm", "Backprop") for cell in canvas_rows[0]]
    done = export("canvas", results, roster=save("r.csv", [heading, *canvas_rows[1:]]))
    told = [warning for warning in done.warnings if "grades go to" in warning]
    assert told == ['grades go to "Backprop", the only column that they fit; another one with --column']
    with pytest.raises(InputError, match='no column of the roster is "Final"'):
        export("canvas", results, roster=save("r.csv", [heading, *canvas_rows[1:]]), title="Final", force=True)


@pytest.mark.parametrize(("lms", "title", "why"), [("canvas", "", "is empty"), ("generic", "Feedback", "comments")])
def test_a_title_that_heads_nothing_or_the_comments_is_refused(results, lms, title, why):
    with pytest.raises(InputError, match=why):
        export(lms, results, title=title)
