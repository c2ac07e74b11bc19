"""The results folder as gradebooks need it."""

import csv
from decimal import Decimal

import pytest

from grader.class_report.stored import read_cohort
from grader.lms.results import read_results
from grader.reasons import Reason
from qgen.errors import InputError


def test_scores_maxima_and_lost_marks_are_read(results):
    found = read_results(results, marks=True)
    assert found.max_score == 40
    assert found.layers == ("q1_hidden1", "q1_output", "q2_hidden")
    assert found.maxima == {"q1_hidden1": 15, "q1_output": 5, "q2_hidden": 20}
    assert found.scores[0].score == Decimal("31.5")
    assert [(x.item, x.marks, x.max_marks) for x in found.lost["001234"]] == [("q2_dw11", Decimal("11.5"), 20)]
    assert found.ungraded == ("S11",)


def test_maxima_are_known_where_marks_csv_left_out_what_was_simply_right(results):
    with (results / "marks.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    whole = read_results(results, marks=True)
    asked = {row["item"]: f"{row['item']},{row['layer']},{row['part']},{row['max_marks']}\n" for row in rows}
    (results / "asked.csv").write_text("".join(["item,layer,part,max_marks\n", *asked.values()]))
    with (results / "marks.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(row for row in rows if row["marks"] != row["max_marks"])
    found = read_results(results, marks=True)
    assert (found.maxima, found.lost, found.scores) == (whole.maxima, whole.lost, whole.scores)
    (results / "asked.csv").write_text("item,layer,part,max_marks\nq9_z1,hidden,forward,40\n")
    with pytest.raises(InputError, match=r"marks\.csv:\d+: student 001234, q2_dw11: is not in asked\.csv; run grader"):
        read_results(results, marks=True)


def test_rows_that_are_missing_without_asked_csv_make_no_maximum_smaller(results):
    path = results / "marks.csv"
    with path.open(newline="") as file:
        rows = [row for row in csv.reader(file) if not row[2].startswith("q2_")]
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    with pytest.raises(InputError, match=r"ask for 20 marks, scores\.csv for 40: .* is asked\.csv there\?"):
        read_results(results, marks=False)


def test_a_blank_score_is_ungraded_not_zero(results):
    path = results / "scores.csv"
    path.write_text(path.read_text().replace("S08,004,7,", "S08,004,,"))
    found = read_results(results, marks=False)
    assert "S08" in found.ungraded
    assert "S08" not in [s.student_id for s in found.scores]


@pytest.mark.parametrize("text", ["31,5", "-1", "nan", "1e99", "٣", "=1+1", "1_0", "'5"])
def test_what_is_no_number_of_marks_is_a_fault_with_its_line(results, text):
    path = results / "scores.csv"
    path.write_text(path.read_text().replace(",7,40,", f',"{text}",40,'))
    with pytest.raises(InputError) as error:
        read_results(results, marks=False)
    assert error.value.faults == (
        f'{path}:5: student S08, score: "{text}" is not a number of marks; accepted: 0, 12.5, ...',
    )


def test_all_faults_are_told_at_once(results):
    path = results / "scores.csv"
    lines = path.read_text().splitlines()
    path.write_text("\n".join([*lines, lines[1], ",099,1,40,2.5,1,0,0", "short,row"]) + "\n")
    (results / "marks.csv").write_text("student_id,item,layer,verdict,mark,max_marks,misconception,note\n")
    with pytest.raises(InputError) as error:
        read_results(results, marks=True)
    text = str(error.value)
    for part in (
        '"001234" is there twice',
        "has no student_id",
        "has 2 cells",
        'no column "marks"; did you mean "mark"',
    ):
        assert part in text
    assert len(error.value.faults) == 4


def test_a_flood_of_faults_is_cut_and_counted(results):
    head = "student_id,variant,score,max_score,percent\n"
    (results / "scores.csv").write_text(head + "".join(f"S{i},1,x,40,1\n" for i in range(50)))
    with pytest.raises(InputError) as error:
        read_results(results, marks=False)
    assert error.value.faults[-1] == "... and 30 more"


def test_a_folder_without_results_says_who_writes_them(tmp_path):
    with pytest.raises(InputError, match=r"scores\.csv: is not there; `grader score` writes it"):
        read_results(tmp_path, marks=False)


def test_a_layer_that_marks_do_not_know_is_a_fault(results):
    path = results / "scores.csv"
    path.write_text(path.read_text().replace("q2_hidden", "q2_hiden"))
    with pytest.raises(InputError, match=r'column "q2_hiden" has no item in marks\.csv; did you mean "q2_hidden"'):
        read_results(results, marks=True)


def test_results_from_before_there_were_reasons_say_why_by_misconception_or_note(results):
    path = results / "marks.csv"
    lines = path.read_text("utf-8").splitlines()
    assert "reason" not in lines[0]
    rows = [f"S77,001,q1_a{k},output,forward,0.5,,,,wrong,0,1,{end}" for k, end in enumerate(("factor-two,x", ",odd"))]
    path.write_text("\n".join([*lines, *rows]) + "\n", "utf-8")
    found = read_results(results, marks=True).lost["S77"]
    assert [lost.reason for lost in found] == [
        Reason("misconception", names=("factor-two",)),
        Reason("note", names=("odd",)),
    ]
    assert [lost.decision for lost in found] == [None, None]


def test_a_file_of_the_folder_and_one_that_a_spreadsheet_saved_say_what_to_do(tmp_path):
    (tmp_path / "scores.csv").write_text("student_id;variant;score\n7;001;3,5\n")
    with pytest.raises(InputError, match=r"scores\.csv: is a file; name the folder that grader score wrote"):
        read_results(tmp_path / "scores.csv", marks=False)
    said = r'a spreadsheet saved it, as "student_id;variant;score": run grader score again with --force, and change'
    for reads in (lambda: read_results(tmp_path, marks=False), lambda: read_cohort(tmp_path)):
        with pytest.raises(InputError, match=said):
            reads()
