"""One reader: whatever `qgen make --roster` takes for a student, `grader export --roster` finds."""

import io
from pathlib import Path

import openpyxl
import pytest

from grader.lms.export import export
from qgen.errors import InputError
from qgen.roster import read_roster
from qgen.tables.delimited import csv_text

STUDENTS = {"A 1": "Able, Ann", "S002": "Bo B", "003": "Cy"}


def workbook() -> bytes:
    book = openpyxl.Workbook()
    for row in (["student_id", "name"], ["A  1", "Able, Ann"], ["S002", "Bo B"], ["003", "Cy"]):
        book.active.append(row)
    book.save(file := io.BytesIO())
    return file.getvalue()


ROSTERS = {
    "plain.csv": b'student_id,name\nA 1,"Able, Ann"\nS002,Bo B\n003,Cy\n',
    "book.xlsx": workbook(),
    "sep.csv": b'sep=;\nstudent_id;name\nA  1;"Able, Ann"\nS002;Bo B\n003;Cy\n',
    "spaces.csv": b'student_id, name\nA\xc2\xa01, "Able, Ann"\nS002, Bo B\n 003, Cy\n',
    "blanks.csv": b'\nstudent_id,name\nA 1,"Able, Ann"\n\nS002,Bo B\n003,Cy,,\n,\n',
    "list.csv": b"Universit\xe4t;;\nPr\xfcfung;4711;\nNr;Matrikelnummer;Name, Vorname\n1;A 1;Able, Ann\n"
    b"2;S002;Bo B\n3;003;Cy\nAnzahl: 3;;\n",
    "wide.csv": 'student_id\tname\nA 1\tAble, Ann\nS002\tBo B\n="003"\tCy\n'.encode("utf-16"),
}


@pytest.mark.parametrize("name", ROSTERS)
def test_a_roster_gives_the_same_students_to_make_and_to_export(tmp_path: Path, name: str) -> None:
    roster = tmp_path / name
    roster.write_bytes(ROSTERS[name])
    assert read_roster(roster).students == STUDENTS
    rows = [(student, "001", "10", "40", "25") for student in STUDENTS]
    scores = csv_text([("student_id", "variant", "score", "max_score", "percent"), *rows])
    (tmp_path / "scores.csv").write_text(scores)
    done = export("generic", tmp_path, roster=roster, feedback=False)
    assert done.complete
    assert set(done.matched) == set(STUDENTS)


def test_a_name_cut_at_a_comma_is_a_fault_of_both(tmp_path: Path) -> None:
    roster = tmp_path / "class.csv"
    roster.write_text("student_id,name\n1,Able, Ann\n")
    (tmp_path / "scores.csv").write_text("student_id,variant,score,max_score,percent\n1,001,10,40,25\n")
    with pytest.raises(Exception, match=r'class\.csv:2: "Ann" stands under no heading') as one:
        read_roster(roster)
    with pytest.raises(type(one.value), match=r'class\.csv:2: "Ann" stands under no heading'):
        export("generic", tmp_path, roster=roster, feedback=False)


def test_students_go_by_the_column_that_the_user_names(tmp_path: Path) -> None:
    roster = tmp_path / "class.csv"
    roster.write_text("Kennzeichen,Rufname,student_id,Note\n1,Ann,x,\n2,Bo,y,\n")
    (tmp_path / "scores.csv").write_text("student_id,variant,score,max_score,percent\n1,001,10,40,25\n2,002,20,40,50\n")
    done = export("generic", tmp_path, roster=roster, id_column="Kennzeichen", name_column="Rufname", feedback=False)
    assert done.files[0].read_text().splitlines()[:2] == ["Kennzeichen,Exam", "1,10"]
    with pytest.raises(InputError, match=r'class\.csv:1: no column "Nr"; its headings are "Kennzeichen", "Rufname"'):
        export("generic", tmp_path, roster=roster, id_column="Nr", feedback=False, force=True)


def test_a_gradebook_of_fixed_headings_is_matched_by_the_column_named(tmp_path: Path) -> None:
    roster = tmp_path / "gradebook.csv"
    roster.write_text("Student,ID,SIS Login ID,Section,Exam (7)\nA,1,b,S,\nB,2,a,S,\n")
    (tmp_path / "scores.csv").write_text("student_id,variant,score,max_score,percent\na,001,10,40,25\nb,002,20,40,50\n")
    done = export("canvas", tmp_path, roster=roster, id_column="sis login id", feedback=False)
    assert done.matched == ("b", "a")
    assert done.files[0].read_text().splitlines()[0] == "Student,ID,SIS Login ID,Section,Exam (7)"
