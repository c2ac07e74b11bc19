"""Canvas writes numbers in its user's language: each is read as what was typed, or is in doubt."""

import csv
import time
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import numpy as np
import pytest

from grader.marking.score import score
from grader.marking.verdicts import CORRECT, WRONG
from grader.reading.answers import read_answers
from grader.reading.numerals import UNREADABLE
from grader.reading.responses import read_responses, recognise
from grader.reading.responses.canvas import _count
from grader.reading.submissions import Submissions
from qgen.errors import InputError
from qgen.exam.exam import make_exam
from qgen.exam.spec import spec_of
from qgen.export.canvas_qti import scales

EXAM = make_exam(spec_of({"questions": [{"network": "tanh-heads"}]}), 1, 8)
MULTIPLE, PLAIN, OTHER = EXAM.columns[:3]


def read(tmp_path: Path, *rows: dict[str, str]) -> Submissions:
    """The first item is asked for a thousand times as large, the others as they are."""
    asked = {MULTIPLE: " x1000", PLAIN: "", OTHER: ""}
    head = ["name", "id", "section", "section_id", "submitted"]
    for item, times in asked.items():
        head += [f"10: [{item} v001{times}] z = ?", "1.0"]
    path = tmp_path / "quiz.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*head, "n correct", "n incorrect", "score"])
        for at, row in enumerate(rows):
            cells = [text for item in asked for text in (row.get(item, ""), "0.0")]
            writer.writerow([f"Ann {at}", str(900 + at), "S", "12", "2026-11-27", *cells, "0", "1", "0.0"])
    return read_responses(path, EXAM)[1]


@pytest.mark.parametrize(
    ("multiple", "plain", "values", "written"),
    [
        ("1,360", "", 1.36, "1360e-3"),  # no zero stands at the end of Canvas' decimals
        ("1.360", "", 1.36, "1360e-3"),
        ("1,234", "0.6415", 1.234, "1234e-3"),
        ("1.234", "-0,6415", 1.234, "1234e-3"),
        ("1.234,5", "", 1.2345, "1234,5e-3"),
        ("1,234,567.5", "", 1234.5675, "1234567.5e-3"),
        ("-1.234.567", "", -1234.567, "-1234567e-3"),
        ("136,25", "1,997", 0.13625, "136,25e-3"),
    ],
)
def test_marks_of_thousands_are_read_as_such(tmp_path, multiple, plain, values, written):
    read_ = read(tmp_path, {MULTIPLE: multiple, PLAIN: plain})
    assert read_.values[0, 0] == values
    assert read_.written[0, 0] == written


def test_what_one_student_wrote_tells_of_all_for_the_file_has_one_language(tmp_path):
    read_ = read(tmp_path, {MULTIPLE: "1.360"}, {PLAIN: "1,997", OTHER: "0,25"})
    assert read_.values[0, 0] == 1.36
    assert read_.values[1, 1] == 1.997
    assert read_.written[1].tolist()[:3] == ["", "1,997", "0,25"], "as it was typed"


def test_without_any_clue_a_number_is_in_doubt_not_guessed(tmp_path):
    for text in ("1,234", "1.234"):
        read_ = read(tmp_path, {MULTIPLE: text})
        assert read_.kinds[0, 0] == UNREADABLE
        assert read_.reasons[0, 0].kind == "two_readings"


def test_a_file_that_contradicts_itself_is_read_cell_by_cell(tmp_path):
    read_ = read(tmp_path, {MULTIPLE: "136.25", PLAIN: "0,6415"})
    assert read_.values[0].tolist()[:2] == [0.13625, 0.6415]


def test_each_student_s_canvas_has_a_language_of_its_own(tmp_path):
    read_ = read(tmp_path, {MULTIPLE: "1.234", PLAIN: "0,6415"}, {MULTIPLE: "1.234", PLAIN: "0.6415"})
    assert read_.values[:, 0].tolist() == [1.234, 0.001234]


def test_a_number_out_of_canvas_is_never_too_short(tmp_path):
    """Canvas drops zeros at the end: 0.5600, one unit wrong, is no right answer to two digits."""
    wrong = f"{float(f'{EXAM.value[1, 0]:.2f}') + 0.01:g}"
    marks = score(EXAM, read(tmp_path, {PLAIN: wrong, OTHER: f"{EXAM.value[2, 0]:.2f}"}))
    assert marks.verdicts[0, 1:3].tolist() == [WRONG, WRONG]


def test_a_row_with_answers_and_without_a_name_and_an_id_is_told(tmp_path):
    path = tmp_path / "quiz.csv"
    head = f"name,id,section,section_id,submitted,1: [{PLAIN} v001] = ?,1.0,n correct\n"
    path.write_text(f"{head}Ann,900,S,12,now,0.5,1.0,1\n,,S,12,now,0.5,1.0,1\n,,,,,,,\n", "utf-8")
    found = read_responses(path, EXAM)[1]
    assert found.students == ("900",)
    assert found.notes == ("quiz.csv: answers without a name and an id left out: line 3",)


def test_the_report_of_new_quizzes_is_read_and_the_last_attempt_by_its_number_counts(tmp_path):
    head = ["Name", "ID", "SIS ID", "SectionIDs", "SectionNames", "Submitted", "ElapsedTime", "Attempt"]
    items = {PLAIN: ("0.5", "0.6"), OTHER: ("-1.25", "")}
    for item in items:
        head += ["ItemID", "ItemType", f"<p>[{item} v001 {EXAM.checksum[:8]}] z = ?</p>", "EarnedPoints", "Status"]
    head += ["ItemID", "ItemType", "What is 2 + 2?", "EarnedPoints", "Status"]
    head += ["NumberOfCorrect", "NumberOfIncorrect", "NoResponse", "PointsPossible", "OverallScore"]
    rows = []
    for attempt in (0, 1):
        cells = ["Able, Ann", "900", "s7", "1", "S", "now", "90", str(attempt + 1)]
        for at, texts in enumerate(items.values()):
            cells += [str(at), "numeric", texts[attempt], "0", "ungraded"]
        rows.append([*cells, "9", "numeric", "4", "1", "graded", "0", "2", "0", "3", "0"])
    path = tmp_path / "new.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([head, *rows])
    found = read_responses(path, EXAM)[1]
    assert found.students == ("s7",)
    assert found.written[0, 1:3].tolist() == ["0.6", ""]
    assert any("1 question not of this exam left out" in note for note in found.notes)


@pytest.mark.parametrize("points", ["Erzielte Punkte", "Score", "Points earned", ""])
def test_a_report_of_our_questions_is_read_whatever_points_are_called(tmp_path, points):
    head = ["Name", "ID", "SIS ID", "Section", "Submitted"]
    for item in (PLAIN, OTHER):
        head += ["ItemID", f"[{item} v001 {EXAM.short_checksum}] z = ?", points, "Status"]
    path = tmp_path / "new.csv"
    path.write_text(",".join(head) + "\nAnn,900,s7,S,now,1,0.5,0,graded,2,-1.25,0,graded\n", "utf-8")
    found = read_responses(path, EXAM)[1]
    assert (found.students, found.written[0, 1:3].tolist()) == (("s7",), ["0.5", "-1.25"])


def test_a_row_that_ends_before_the_last_of_our_questions_is_told(tmp_path):
    path = tmp_path / "short.csv"
    head = ",".join(f"1: [{item} v001] z = ?,1.0" for item in (PLAIN, OTHER))
    path.write_text(f"name,id,section,section_id,submitted,{head},n correct\nAnn,900,S,12,now,0.5,1.0\n", "utf-8")
    with pytest.raises(InputError, match="has 7 cells where the heading has 10"):
        read_responses(path, EXAM)


def test_a_report_without_its_columns_of_points_is_a_fault_that_names_canvas(tmp_path):
    path = tmp_path / "cut.csv"
    head = ",".join(f"[{item} {EXAM.short_checksum}] z = ?" for item in (PLAIN, OTHER))
    path.write_text(f"Name,ID,Section,Submitted,{head},Score\nAnn,900,S,now,0.5,-1.25,1\n", "utf-8")
    with pytest.raises(InputError, match="not as Canvas has it: download its Student Analysis again"):
        read_answers(path, EXAM)


def test_canvas_own_gradebook_says_who_is_who(tmp_path):
    (tmp_path / "gradebook.csv").write_text(
        "Student,ID,SIS User ID,SIS Login ID,Section,Midterm (77)\n    Points Possible,,,,,66\n,,,,,Manual Posting\n"
        '"Able, Ann",900,001234,ann,S,\n"Student, Test",901,,0123456789abcdef0123456789abcdef,S,\n',
        "utf-8",
    )
    head = f"name,id,section,section_id,submitted,1: [{PLAIN} v001] = ?,1.0,n correct\n"
    (tmp_path / "quiz.csv").write_text(f"{head}Ann,900,S,12,now,0.5,1.0,1\n", "utf-8")
    found = read_responses(tmp_path / "quiz.csv", EXAM, roster=tmp_path / "gradebook.csv")[1]
    assert found.students == ("001234",)


def shown(number: Decimal, language: str) -> str:
    """A number as Canvas' field keeps it: 4 decimals, zeros dropped, in groups of three, in its page's language."""
    kept = number.quantize(Decimal("0.0001"), ROUND_HALF_UP)
    text = f"{kept:,.4f}".rstrip("0").rstrip(".")
    text = "0" if text == "-0" else text
    return text if language == "en" else text.translate(str.maketrans(".,", ",."))


@pytest.mark.parametrize("rounding", ["4dp", "5dp", "4sf"])
@pytest.mark.parametrize("languages", [("en",), ("de",), ("en", "de")])
def test_thirty_students_who_have_all_right_lose_no_cell(tmp_path, rounding, languages):
    """The form of the quiz as exported, the numbers as Canvas rewrites them, each student in their own language."""
    exam = make_exam(spec_of({"rounding": rounding}), 30, 4)
    exponents = scales(exam)
    for v, variant in enumerate(exam.variants):
        head = ["name", "id", "section", "section_id", "submitted"]
        cells = ["Able, Ann", str(900 + v), "S", "12", "2026-11-27"]
        for i, item in enumerate(exam.columns):
            times = f" x{10 ** exponents[item]}" if exponents[item] else ""
            head += [f"10: [{item} v{variant} {exam.checksum[:8]}{times}] z = ?", "1.0"]
            typed = Decimal(exam.spec.rounding.text(float(exam.value[i, v]))).scaleb(exponents[item])
            cells += [shown(typed, languages[v % len(languages)]), "0.0"]
        with (tmp_path / f"{variant}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([[*head, "n correct", "n incorrect", "score"], [*cells, "0", "1", "0.0"]])
    sat, submissions = read_responses(tmp_path, exam)
    marks = score(sat, submissions)
    wrong = [exam.columns[i] for _, i in np.argwhere(marks.verdicts != CORRECT).tolist()]
    assert wrong == [], submissions.reasons


@pytest.mark.parametrize(
    ("text", "number"), [("2", 2), (" 12 ", 12), ("999999999", 999_999_999), ("1000000000", 0), ("²", 0), ("", 0)]
)
def test_an_attempt_has_a_number_of_at_most_nine_digits(text, number):
    assert _count(text) == number


@pytest.mark.parametrize("heading", ["9" * 130_000 + "x", "[variant " * 14_000])
def test_a_heading_of_many_characters_is_looked_at_in_no_time(heading: str) -> None:
    began = time.process_time()
    assert recognise(["name", "id", "sis_id", heading, heading]) is None
    assert time.process_time() - began < 1
