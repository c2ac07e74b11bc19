"""Rosters: class lists and gradebook exports give ids as text and names; every fault is named by its line."""

import time

import pytest

from qgen.errors import InputError
from qgen.roster import read_roster, student_id
from qgen.tables.spreadsheet import guarded

CANVAS = """Student,ID,SIS User ID,SIS Login ID,Section,Midterm (77)
    Points Possible,,,,,40
,,,,,Manual Posting
"Able, Ann",101,001234,ann,Sec 1,31.5
"=""=Zoë""\",102,002,zoe,Sec 1,
"Student, Test",103,,,Sec 1,
"""
BLACKBOARD = "Last Name\tFirst Name\tUsername\tStudent ID\tLast Access\tAvailability\nAble\tZoë\tann\t007\t\tYes\n"


@pytest.fixture
def read(tmp_path):
    def read_(content, name="students.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_roster(path)

    return read_


@pytest.mark.parametrize(
    ("content", "students", "source"),
    [
        ("student_id,name\n007,Ann Able\n", {"007": "Ann Able"}, "class list of 1 student; student ids from"),
        ("name;E-mail;Student ID\nAnn;a@b;007\n", {"007": "Ann"}, 'ids from "Student ID"'),
        ("student_id\tfirst name\tlast name\n7\tAnn\tAble\n", {"7": "Ann Able"}, "class list"),
        (CANVAS, {"001234": "Able, Ann", "002": "=Zoë"}, 'Canvas gradebook of 2 students; student ids from "SIS U'),
        (
            'First name,"Last name","ID number","Email address",Quiz\nAnn,Able,007,a@x.edu,-\n',
            {"007": "Ann Able"},
            'Moodle export of 1 student; student ids from "ID number"',
        ),
        ("Vorname,Nachname,E-Mail-Adresse\nAnn,Able,a@x.edu\n", {"a@x.edu": "Ann Able"}, 'from "E-Mail-Adresse"'),
        (
            BLACKBOARD.encode("utf-16"),
            {"007": "Zoë Able"},
            'Blackboard gradebook of 1 student; student ids from "Student ID"',
        ),
        (
            "OrgDefinedId,Username,Last Name,First Name,End-of-Line Indicator\n#007,#ann,Able,Ann,#\n",
            {"007": "Ann Able"},
            'Brightspace gradebook of 1 student; student ids from "OrgDefinedId"',
        ),
        ("Student ID,Name,Midterm [40]\nann,Ann,31\n", {"ann": "Ann"}, "Sakai gradebook"),
        ("user_id,username,full_name,student_uid\n1,ann,Ann,\n", {"ann": "Ann"}, '("student_uid" is blank on line 2)'),
    ],
)  # fmt: skip
def test_a_class_list_and_every_export_give_ids_and_names(read, content, students, source):
    roster = read(content)
    assert roster.students == students
    assert source in roster.source


def test_an_id_that_some_lack_gives_way_to_one_that_all_have_and_this_is_said(read):
    roster = read("First name,Last name,ID number,Username\nAnn,A,1,ann\nBob,B,,bob\n")
    assert roster.students == {"ann": "Ann A", "bob": "Bob B"}
    assert 'student ids from "Username" ("ID number" is blank on line 3)' in roster.source


def test_the_test_student_of_canvas_is_left_out_and_named(read):
    assert read(CANVAS).notes == ('students.csv:6: left out "Student, Test", which the system made',)


def test_all_faults_are_listed_with_the_line_they_start_on(read):
    long = "x" * 101
    with pytest.raises(InputError) as caught:
        read(f'student_id,name\nS1,"two\nlines"\nS1,Bob\n,Carl\n{long},Dora\nS\u200b2,Eve\n')
    assert caught.value.faults == (
        'students.csv:4: student "S1" stands on line 2 already',
        'students.csv:5: "Carl" has no "student_id"; every student needs an id',
        f'students.csv:6: student id "{long[:40]}…": write at most 100 characters that can be seen',
        'students.csv:7: student id "S\\u200b2": write at most 100 characters that can be seen',
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("no,nmae\n1,A\n", '1: the header "no", "nmae" has no student ids; write "student_id,name", give the'),
        ("student_id,nmae\n1,A\n", 'has no names; write "student_id,name"; "nmae": did you mean "name"?'),
        ("student_id,name\n\n", "students.csv: no students below the header"),
        ("", "students.csv: is empty"),
        (b"%PDF-1.7", "students.csv: is a PDF"),
    ],
)
def test_what_is_no_roster_is_refused_with_what_is_accepted(read, content, message):
    with pytest.raises(InputError) as caught:
        read(content)
    assert message in str(caught.value)


def test_lines_below_a_list_and_spare_papers_are_nobody_s_and_told(read):
    roster = read("Nr;Matrikelnummer;Name\n1;0042;Ann\n2;;\n;;\nAnzahl: 1;;\n")
    assert roster.students == {"0042": "Ann"}
    assert roster.notes == ('students.csv: lines that name nobody were left out: 3 ("2"), 5 ("Anzahl: 1")',)
    with pytest.raises(InputError, match="every student needs an id"):
        read("student_id,name,email\n1,Ann,\n,,bob@x.org\n")


def test_names_are_put_on_one_line_and_composed(read):
    assert read('student_id,name\n1,"Zoe\u0308\n\tA\u030a\x07"\n').students == {"1": "Zoë Å"}


def test_a_name_with_a_comma_and_no_quotes_is_told_not_cut(tmp_path):
    path = tmp_path / "class.csv"
    path.write_text("student_id,name\n1,Müller, Anna\n2,Bo,\n3,Ann,,\n", "utf-8")
    with pytest.raises(InputError) as error:
        read_roster(path)
    assert error.value.faults == ('class.csv:2: "Anna" stands under no heading; is a comma not in quotes?',)


@pytest.mark.parametrize(
    ("heading", "row", "student"),
    [
        ("First Name,Last Name,SID,Email,Sections", "Ann,Able,007,ann@x.org,A", ("007", "Ann Able")),
        ("mtknr;nachname;vorname;semester", "007;Able;Ann;3", ("007", "Ann Able")),
        (
            '"REGISTRATION_NUMBER";"FAMILY_NAME_OF_STUDENT";"FIRST_NAME_OF_STUDENT";"GRADE"',
            '"007";"Able";"Ann";""',
            ("007", "Ann Able"),
        ),
        ("Student ID,First name,Middle name,Last name", "7,Ann,Marie,Able", ("7", "Ann Marie Able")),
        ("Anmeldename;Vorname;Nachname;E-Mail", "ann;Ann;Able;ann@x.org", ("ann", "Ann Able")),
        ("Benutzername;Vorname;Nachname;E-Mail-Adresse;Punkte", "ann;Ann;Able;a@x.org;", ("ann", "Ann Able")),
        ("Unique User ID,First Name,Last Name,Midterm", "ann,Ann,Able,", ("ann", "Ann Able")),
        ("Crowdmark ID,Name,Email,Student ID,Total", "c1,Ann,ann@x.org,7,", ("7", "Ann")),
        ("Matrikelnummer,Nachname,Vorname", "007,Able,Ann", ("007", "Ann Able")),
        ('Matrikelnummer,"Name, Vorname"', '7,"Able, Ann"', ("7", "Able, Ann")),
        ('SID,"Last Name, First Name"', '7,"Able, Ann"', ("7", "Able, Ann")),
        ("LastName,FirstName,ID,SIS User ID,Section", "Able,Ann,101,007,A", ("007", "Ann Able")),
    ],
)  # fmt: skip
def test_headings_of_many_systems_are_known(read, heading, row, student):
    assert read(f"{heading}\n{row}\n").students == dict([student])


@pytest.mark.parametrize(
    "text", [" A  1", "A\u00a01 ", "A\t1", "A\n1", '="A 1"', "A 1"]
)  # fmt: skip
def test_an_id_is_the_same_however_it_is_spaced_and_guarded(text):
    assert student_id(text) == "A 1"


def test_an_id_that_was_guarded_against_spreadsheets_is_the_id():
    assert student_id(guarded("=1+1")) == "=1+1"
    assert student_id("O'Neil") == "O'Neil"


def test_names_may_be_missing_where_there_are_ids(read):
    roster = read("candidate_id,candidate_ref,total_score\n1001,ann,\n1002,bo,\n")
    assert roster.students == {"ann": "", "bo": ""}
    assert roster.source.endswith('student ids from "candidate_ref"; no names (--name COLUMN)')


def test_columns_that_nobody_knows_are_named(tmp_path):
    path = tmp_path / "class.csv"
    path.write_text("Course of 2026\nstudent_id,Kennzeichen,Rufname,Last name,First name\nx,007,Ann,A,B\ny,8,Bo,C,D\n")
    roster = read_roster(path, id_column="kennzeichen", name_column="Rufname")
    assert roster.students == {"007": "Ann", "8": "Bo"}
    assert 'student ids from "Kennzeichen"' in roster.source


def test_a_column_that_is_not_there_is_told_with_those_that_are(tmp_path):
    path = tmp_path / "class.csv"
    path.write_text("Kennung,Name\n1,Ann\n")
    with pytest.raises(InputError) as caught:
        read_roster(path, id_column="Nummer")
    assert caught.value.faults == ('class.csv:1: no column "Nummer"; its headings are "Kennung", "Name"',)


@pytest.mark.parametrize(
    ("content", "students"),
    [
        ("Matrikelnummer;Name;Vorname\n0012;Able;Ann\n", {"0012": "Ann Able"}),
        ("Matrikelnummer;Familienname;Vorname\n0012;Able;Ann\n", {"0012": "Ann Able"}),
        ('SID,Name,First Name\n1,"Able, Ann",Ann\n', {"1": "Able, Ann"}),
        ("N° étudiant;Nom;Prénom\n0012;Able;Ann\n", {"0012": "Ann Able"}),
        ("Matrícula;Apellidos;Nombre\n0012;Able;Ann\n", {"0012": "Ann Able"}),
        ('External ID,Student,Email\n0012,"Able, Ann",a@x\n', {"0012": "Able, Ann"}),
        ("Course list,\nstudent_id,name\n0012,Ann\n", {"0012": "Ann"}),
        ("student_id|name\n0012|Ann\n", {"0012": "Ann"}),
        ("“student_id”,“name”\n“0012”,“Able, Ann”\n", {"0012": "Able, Ann"}),
        ("student_id,name\n0012,Ann\nstudent_id,name\n13,Bo\n", {"0012": "Ann", "13": "Bo"}),
    ],
)
def test_lists_as_offices_make_them_are_read(read, content, students):
    assert read(content).students == students


def test_ids_that_a_spreadsheet_changed_and_rows_without_a_name_are_told(read):
    notes = read("student_id,name\n2.02512E+11,Ann\n100123.0,Bo\nTotal: 2,\n").notes
    assert "2.02512E+11 is a number of 12 digits, 100123.0 is 100123?" in notes[0]
    assert notes[1] == "students.csv: has no name for Total: 2"


def test_a_list_with_a_column_for_each_student_is_to_be_turned(read):
    with pytest.raises(InputError, match=r'students\.csv:2: "Name" is no student, but a heading: turn the table'):
        read("student_id,S1,S2\nName,Ann,Bo\n")


def test_a_page_of_text_in_a_cell_takes_no_time(read):
    began = time.perf_counter()
    read("student_id,name\n" + "".join(f"{at},{'x' * 100_000}\n" for at in range(20)))
    assert time.perf_counter() - began < 3


def test_a_row_of_canvas_without_an_id_is_told(read):
    found = read('Student,ID,SIS User ID,Section\n    Points Possible,,,\n,,,\n"Able, Ann",7,S1,G\n"Orr, Bo",,,G\n')
    assert found.students == {"S1": "Able, Ann"}
    assert found.notes == ('students.csv:5: left out "Orr, Bo", who has no id',)


@pytest.mark.parametrize(
    ("content", "seats"),
    [
        ("student_id,name,Seat number\n1,Ann,A10\n2,Bob,\n", {"1": "A10"}),
        ("Matrikelnummer;Name;Sitzplatz;Raum\n1;Ann;10;HG F1\n2;Bob;;HG F2\n", {"1": "HG F1, 10", "2": "HG F2"}),
        ("student_id,name\n1,Ann\n", {}),
        ("student_id,name,Salle,N° de place\n1,Ann,B,'=3\n", {"1": "B, '=3"}),
    ],
)
def test_seats_are_read_where_the_roster_has_them(read, content, seats):
    assert read(content).seats == seats


@pytest.mark.parametrize("row", ["Total,2", "Average,", ",Mittelwert", "Summe:,3.5", "12.5,Average"])
def test_totals_below_a_list_are_no_students_and_told(read, row):
    found = read(f"student_id,name\n0012,Ann Able\n{row}\n")
    assert found.students == {"0012": "Ann Able"}
    assert found.notes[0].startswith("students.csv:3: left out ")


def test_a_total_does_not_decide_which_column_has_the_ids(read):
    roster = read(CANVAS + "Average,,,28.5,,31.5\n")
    assert list(roster.students) == ["001234", "002"]
    assert 'students.csv:7: left out "28.5", which is no student' in roster.notes


def test_a_student_who_is_called_as_a_total_is_has_a_paper(read):
    assert list(read("student_id,name\nmedian,Mei Dian\nMax,\nkey,K. Ey\n").students) == ["median", "Max", "key"]


@pytest.mark.parametrize("ids", ["#N/A", "-", "#REF!", "n/a"])
def test_an_id_that_is_none_is_a_fault(read, ids):
    with pytest.raises(InputError, match=r'students\.csv:3: "Ann" has no "student_id"'):
        read(f"student_id,name\n0012,Bo\n{ids},Ann\n")


def test_notes_among_the_ids_are_told(read):
    notes = read("student_id,name\n1,Ann\n2,Bo\n3,Cy\nPrinted on 2026-11-28,Page 1 of 1\n").notes
    assert notes == ('students.csv: students, or notes? "Printed on 2026-11-28"',)


@pytest.mark.parametrize("heading", ["ID,Surname,Forename", "Student No.:,Family name *,Given names"])
def test_both_parts_of_a_name_are_found(read, heading):
    assert read(f"{heading}\n0012,Able,Ann\n").students == {"0012": "Ann Able"}
