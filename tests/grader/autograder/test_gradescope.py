"""An autograder marks as grader score does, and whatever else is handed in gets a results.json that says why not."""

import csv
import io
import json
import os
import shutil
import subprocess
import sys
import time
import zipfile
from functools import cache
from pathlib import Path

import openpyxl
import pytest

from grader.autograder import gradescope
from qgen.exam.exam import make_exam, read_exam, write_exam
from qgen.exam.spec import spec_of
from qgen.export.gradescope import answer_sheet

from .conftest import Box, long

VISIBILITY = {"hidden", "after_due_date", "after_published", "visible"}
FORMATS = {"text", "html", "simple_format", "md", "ansi"}
WHOLE = {
    "score": float, "execution_time": float, "output": str, "output_format": FORMATS, "test_output_format": FORMATS,
    "test_name_format": FORMATS, "visibility": VISIBILITY, "stdout_visibility": VISIBILITY, "extra_data": dict,
    "tests": list, "leaderboard": list,
}  # fmt: skip
TEST = {
    "score": float, "max_score": float, "status": {"passed", "failed"}, "name": str, "name_format": FORMATS,
    "number": str, "output": str, "output_format": FORMATS, "tags": list, "visibility": VISIBILITY, "extra_data": dict,
}  # fmt: skip
"""What gradescope-autograders.readthedocs.io documents of results.json, and of a test in it."""


def check(results):
    """That nothing is in results.json that is not documented, and no value that is not allowed."""
    for table, known in ((results, WHOLE), *((test, TEST) for test in results["tests"])):
        for key, value in table.items():
            kind = known[key]
            assert value in kind if isinstance(kind, set) else isinstance(value, kind), (key, value)
    assert results["score"] >= 0
    assert "\r" not in json.dumps(results)
    return results


def row_of(heading, row):
    csv.writer(out := io.StringIO()).writerows([heading, row])
    return out.getvalue()


def test_70_simulated_students_get_the_marks_of_grader_score_item_by_item(box, answered):
    (heading, *rows), marks = answered
    autograder, different = gradescope.Autograder.read(box.root / "source"), []
    for row in rows:
        if row[0] not in marks:
            continue
        box.wipe()
        box.put("answers.csv", row_of(heading, row))
        users = {"users": [{"email": f"s{int(row[0][1:])}@uni.example", "id": 1, "name": "x"}]}
        results = check(autograder.results(box.root / "submission", users))
        _, *tests = results["tests"]
        if [test["score"] for test in tests] != marks[row[0]] or abs(results["score"] - sum(marks[row[0]])) > 1e-6:
            different.append(row[0])
    assert different == []
    assert len(marks) > 65


def test_a_run_as_gradescope_starts_it_takes_less_than_five_seconds_and_says_nothing(box):
    box.put("answers.csv", long(box.right(0, q1_a3="0.1")))
    box.by("s1@uni.example")
    command = [sys.executable, "-P", "-m", "grader.autograder.gradescope", str(box.root)]
    started = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=box.root)
    assert time.monotonic() - started < 5
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert check(json.loads((box.root / "results/results.json").read_text()))["score"] == box.exam.max_score - 1


@pytest.mark.parametrize("name", ["answers.csv", "Answers 1.XLSX", "paper.pdf", "no suffix"])
def test_a_table_a_workbook_and_a_filled_in_paper_say_the_same(box, name):
    from qgen.tables.text_workbook import text_workbook

    answers = box.right(6, q1_a3="0,1234", q1_loss="")
    workbook = text_workbook("answers", ["item", "answer"], list(answers.items()), frozen=1)
    content = {"Answers 1.XLSX": workbook, "paper.pdf": box.paper(6, q1_a3="0,1234", q1_loss="")}
    results = check(box.handed_in(name, content.get(name, long(answers)), student=7))
    assert results["output"].startswith(f"Read from {name}, variant 007: 65 of 66 answers.")
    lost = {test["name"].rpartition(": ")[2]: test["output"] for test in results["tests"][1:] if not test["score"]}
    assert set(lost) >= {"a_3", "L"}
    assert lost["L"] == "left blank"


def test_by_layer_there_is_a_test_for_every_layer_with_the_same_sum(listed, tmp_path):
    folder, roster = listed
    box = Box(tmp_path, read_exam(folder), folder, roster, by="layer", visibility="visible")
    results = check(box.handed_in("answers.csv", long(box.right(0, q1_a3="0.1", q2_loss=""))))
    receipt, *tests = results["tests"]
    assert [test["name"] for test in tests] == [
        "Question 1, hidden layer 1", "Question 1, hidden layer 2", "Question 1, output layer",
        "Question 2, hidden layer", "Question 2, output layer",
    ]  # fmt: skip
    assert sum(test["score"] for test in tests) == results["score"] == box.exam.max_score - 2
    assert "a_3: 0/1, not right" in tests[2]["output"]
    assert tests[0]["output"] == "All right."
    assert "later" not in results["output"]
    assert receipt["visibility"] == "visible"


def test_until_grades_are_published_students_see_what_was_read_and_no_marks(box):
    row = box.right(0, q1_a3="1.2.3", q1_loss="7", q2_loss="undefined")  # which needs no mending
    results = box.handed_in("answers.csv", long(row))
    receipt, *tests = check(results)["tests"]
    assert results["visibility"] == "after_published"
    assert "visibility" not in {key for test in tests for key in test}
    assert results["stdout_visibility"] == "hidden"
    assert (receipt["status"], receipt["visibility"]) == ("failed", "visible")
    assert receipt["output"].startswith("One answer could not be read")
    assert "score" not in receipt
    assert "L = 7" in receipt["output"]
    assert "not right" not in receipt["output"] + results["output"]


def test_what_is_odd_about_a_file_is_told_and_a_sheet_as_it_is_handed_out_has_nothing_odd(box):
    sheet = io.BytesIO(answer_sheet(box.exam))
    workbook = openpyxl.load_workbook(sheet)
    for row in workbook.active.iter_rows(min_row=2):
        row[1].value = box.right(0)[row[0].value]
    workbook.save(filled := io.BytesIO())
    receipt = check(box.handed_in("sheet.xlsx", filled.getvalue()))["tests"][0]
    assert (
        receipt["output"].split("\n")[-1]
        == f"Question 2, updated parameters, output layer: new b_3 = {box.right(0)['q2_new_b3']}"
    )
    table = "variant,colour," + ",".join(box.exam.columns) + "\n1,red," + ",".join(box.right(0).values()) + "\n"
    receipt = box.handed_in("answers.csv", table)["tests"][0]
    assert receipt["output"].endswith('columns that are no items are left out: "colour"')


def expected(box, results):
    """The items whose key, or more digits of it than the student wrote, stands in what students are told."""
    keys = {item.id: box.exam.spec.rounding.text(float(box.exam.value[i, 0])) for i, item in enumerate(box.exam.items)}
    told = [f"{test['output']} {test['name']}" for test in results["tests"][1:]]
    return [item for item, text in zip(keys, told, strict=True) if keys[item] in text]


def test_without_show_expected_no_key_value_is_told_whatever_was_answered(box):
    autograder = gradescope.Autograder.read(box.root / "source")
    wrong = dict.fromkeys(box.exam.columns, "9.8765")
    short = {item: f"{float(text):.2f}" for item, text in box.right(0).items()}
    for answers in (wrong, short, {**box.right(0), "q1_z1_1": "5"}, {"q1_z1_1": "5"}):
        box.wipe()
        box.put("answers.csv", long(answers))
        results = autograder.results(box.root / "submission", {"users": [{"email": "s1@uni.example"}]})
        assert results["score"] >= 0
        assert [item for item in expected(box, results) if answers.get(item, "") not in (box.right(0)[item],)] == []


def test_with_show_expected_every_lost_item_tells_what_was_accepted(listed, tmp_path):
    folder, roster = listed
    box = Box(tmp_path, read_exam(folder), folder, roster, show_expected=True)
    results = check(box.handed_in("answers.csv", long(dict.fromkeys(box.exam.columns, "9.8765"))))
    assert len(expected(box, results)) == len(box.exam.items)
    assert results["visibility"] == "after_published"


def refused(results):
    check(results)
    assert (results["score"], results["tests"]) == (0.0, [])
    first, *rest = results["output"].split("\n")
    assert first == "Nothing was marked."
    assert "Traceback" not in results["output"]
    assert "/tmp" not in results["output"]
    return " ".join(rest)


@cache
def bomb() -> bytes:
    """A workbook whose sheet unpacks to 200 MB."""
    with zipfile.ZipFile(out := io.BytesIO(), "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
        with archive.open("xl/worksheets/sheet1.xml", "w") as sheet:
            for _ in range(20):
                sheet.write(b" " * 10_000_000)
    return out.getvalue()


HOSTILE = {
    "empty.csv": (b"", "is empty"),
    "answers.txt": (b"\x00\x01\x02" * 1000, ""),
    "photo.jpg": (b"\xff\xd8\xff\xe0" + bytes(range(256)) * 50, ""),
    "old.xls": (b"\xd0\xcf\x11\xe0" + b"\0" * 1000, "old (.xls)"),
    "bomb.xlsx": (bomb, "cannot be read"),
    "half.xlsx": (lambda: bomb()[:3000], "cannot be read"),
    "many.zip": (bomb, "is an archive"),
    "empty.pdf": (b"%PDF-1.7\n%%EOF\n", "cannot be read"),
    "text.pdf": (b"%PDF-1.7\n" + b"x" * 1000, "breaks off"),
    "heading.csv": (b"item,answer\n", "no answers"),
    "blank.csv": (b"item,answer\nq1_z1_1,\nq1_z2_1,-\n", "no answers"),
    "other.csv": (b"name,colour\nAda,red\n", "no heading of answers"),
    "twice.csv": (b"item,answer\nq1_z1_1,1\nq1_z1_1,2\n", "stands on line 2 already"),
    "unknown.csv": (b"item,answer\nq9_z1_1,1\n", "unknown item"),
    "class.csv": (b"student_id,q1_z1_1\nS001,1\nS002,2\n", "several students"),
    "theirs.csv": (b"student_id,q1_z1_1\nS002,1\n", "is not yours"),
    "variant.csv": (b"variant,q1_z1_1\n2,1\n", "says variant 002, which is not yours"),
    "none.csv": (b"variant,q1_z1_1\n999,1\n", "no variant 999"),
    "odd.csv": (b"variant,q1_z1_1\nB,1\n", "no variant B"),
    "big.csv": (b"item,answer\n" + b"q1_z1_1,1\n" * 1_100_000, "larger than 10 MB"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_answer_of_the_student_is_refused_in_words(box, name):
    content, why = HOSTILE[name]
    assert why in refused(box.handed_in(name, content() if callable(content) else content))


def test_another_students_paper_and_another_exams_are_refused_without_naming_anybody(box, tmp_path):
    said = refused(box.handed_in("paper.pdf", box.paper(1)))
    assert "variant 002, which is not yours" in said
    assert "S002" not in said
    write_exam(make_exam(spec_of({}), 2, 5), ((other := tmp_path / "other") and other.mkdir()) or other)
    theirs = Box(tmp_path / "theirs", read_exam(other), other, None)
    assert "belongs to another exam" in refused(box.handed_in("paper.pdf", theirs.paper(0)))


def test_a_link_to_the_key_is_no_file(box):
    (box.root / "submission/answers.csv").symlink_to(box.root / "source/exam/key.csv")
    box.by("s1@uni.example")
    assert "No file came in" in refused(box.marked())
    box.wipe()
    (box.root / "submission/folder").symlink_to(box.root / "source/exam")
    assert "No file came in" in refused(box.marked())


def test_two_files_are_refused_and_what_a_system_adds_is_no_file(box):
    box.handed_in("answers.csv", long(box.right(0)))
    box.put(".DS_Store", b"x")
    (box.root / "submission/__MACOSX").mkdir()
    (box.root / "submission/__MACOSX/answers.csv").write_text("x")
    assert check(box.marked())["score"] == box.exam.max_score
    box.put("b.csv", "x")
    assert "Several files came in: answers.csv, b.csv" in refused(box.marked())


def test_who_hands_in_is_known_by_e_mail_alone(box):
    box.put("answers.csv", long(box.right(0)))
    box.by("S1@UNI.EXAMPLE")
    assert box.marked()["score"] == box.exam.max_score
    box.by("stranger@uni.example")
    assert "No paper is known for stranger@uni.example" in refused(box.marked())
    box.by("s1@uni.example", "s2@uni.example")
    assert "different papers" in refused(box.marked())
    (box.root / "submission_metadata.json").write_text("[]")
    assert "No paper is known" in refused(box.marked())


def test_a_student_may_hand_in_as_often_as_the_instructor_says_and_keeps_the_marks(listed, tmp_path):
    folder, roster = listed
    box = Box(tmp_path, read_exam(folder), folder, roster, attempts=2)
    first = box.handed_in("answers.csv", long(box.right(0, q1_a3="0.1")))
    once, twice = [{"score": 65.0, "results": first}], [{"score": 65.0, "results": first}, {"score": 0.0}]
    once.append({"autograder_error": True, "score": 0.0})
    box.put("answers.csv", long(box.right(0)))
    box.by("s1@uni.example", before=once)
    assert box.marked()["score"] == 66.0
    box.by("s1@uni.example", before=twice)
    again = check(box.marked())
    assert (again["score"], again["tests"]) == (65.0, first["tests"])
    assert again["output"].startswith("You have handed in 2 times")


def test_text_with_markup_stays_text(box):
    results = check(box.handed_in("<b>.csv", long(box.right(0, q1_a3="<script>alert(1)</script>"))))
    assert results["output_format"] == results["test_output_format"] == results["test_name_format"] == "text"
    assert results["score"] == box.exam.max_score - 1


def test_a_formula_in_a_cell_is_an_answer_that_cannot_be_read_and_never_runs(box):
    results = check(box.handed_in("answers.csv", long(box.right(0, q1_a3="=1+1", q1_loss="=cmd|'/c calc'!A1"))))
    assert results["score"] == box.exam.max_score - 2
    assert results["tests"][0]["output"].startswith("2 answers could not be read")


def test_without_a_roster_the_file_says_the_variant(tmp_path):
    (folder := tmp_path / "exam").mkdir()
    write_exam(make_exam(spec_of({"language": "de"}), 3, 5), folder)
    box = Box(tmp_path / "box", read_exam(folder), folder, None)
    assert "may try any" in " ".join(box.notes)
    results = box.handed_in("answers.csv", "variant," + ",".join(box.exam.columns) + "\n"
                            + "3," + ",".join(f'"{text}"' for text in box.right(2).values()) + "\n")  # fmt: skip
    assert check(results)["score"] == box.exam.max_score
    assert results["output"].startswith("Gelesen aus answers.csv, Variante 003: 66 von 66 Antworten.")
    said = box.handed_in("answers.csv", long(box.right(2)))["output"]
    assert said.startswith("Nichts wurde bewertet.\nDiese Datei nennt keine Variante")


def test_a_fault_of_ours_is_told_the_instructor_and_a_student_reads_no_traceback(box, monkeypatch, capsys):
    def broken(*_: object) -> None:
        raise ZeroDivisionError("planted")

    monkeypatch.setattr(gradescope, "score", broken)
    results = check(box.handed_in("answers.csv", long(box.right(0))))
    assert "planted" not in results["output"]
    assert "has failed" in results["output"]
    assert "planted" in capsys.readouterr().err


def test_if_the_process_is_brought_down_what_stands_there_says_so(box, monkeypatch):
    def out_of_memory(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(gradescope, "read_upload", out_of_memory)
    assert "too large" in check(box.handed_in("answers.csv", long(box.right(0))))["output"]


@pytest.mark.skipif(not all(map(shutil.which, ("bash", "timeout"))), reason="needs bash and timeout, as on Linux")
def test_the_scripts_run_the_module_and_end_well_whatever_happens(box: Box, tmp_path: Path) -> None:
    run = box.root / "source/run_autograder"
    python = box.root / "source/venv/bin/python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n', "utf-8")
    python.chmod(0o755)
    box.put("answers.csv", long(box.right(0)))
    box.by("s1@uni.example")
    environment = {**os.environ, "AUTOGRADER": str(box.root)}
    done = subprocess.run(["bash", str(run)], env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert json.loads((box.root / "results/results.json").read_text())["score"] == box.exam.max_score
    assert subprocess.run(["bash", "-n", str(box.root / "source/setup.sh")], check=False).returncode == 0
