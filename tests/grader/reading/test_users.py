"""Whose attempts are whose: nobody is merged with somebody else by name alone, and nobody vanishes."""

import csv

import pytest

from grader.reading.responses import read_responses
from grader.reading.responses.attempts import Attempt, Written
from grader.reading.responses.users import _kept_apart
from qgen.errors import InputError
from qgen.exam.exam import make_exam
from qgen.exam.spec import spec_of

WHEN = ["Finished", "1 May 2026", "1 May 2026", "30 mins", "12.50"]
OPEN = ["In progress", "1 May 2026", "-", "-", "-"]
NEVER = ["-", "-", "-", "-", "-"]
END = ["Status", "Started", "Completed", "Duration", "Grade/20.00", "Question 1", "Response 1"]


@pytest.fixture(scope="module")
def exam():
    return make_exam(spec_of({"questions": [{"network": "tanh-heads"}]}), 6, 8)


@pytest.fixture
def read(exam, tmp_path):
    """Reads Moodle's responses of these users: their cells, variants and first answers, and how their attempts went."""

    def parts(answer):
        return "; ".join(f"part {k}: {answer}" for k, _ in enumerate(exam.columns, 1))

    def reads(columns, *users, roster=(), files=1):
        (tmp_path / "quiz").mkdir(exist_ok=True)
        for number in range(files):
            with (tmp_path / "quiz" / f"{number}.csv").open("w", newline="") as file:
                rows = [
                    [*who, *when, *(["-", "-"] if when is NEVER else [f"[q1 v{variant}] Given", parts(answer)])]
                    for k, (who, variant, answer, when) in enumerate(users)
                    if files == 1 or k == number
                ]
                csv.writer(file).writerows([["Last name", "First name", *columns, *END], *rows])
        if roster:
            with (tmp_path / "people.csv").open("w", newline="") as file:
                csv.writer(file).writerows(roster)
        people = tmp_path / "people.csv" if roster else None
        return read_responses(tmp_path / "quiz", exam, roster=people)[1]

    return reads


def test_three_of_one_name_without_ids_are_kept_apart_by_their_variants(read):
    anna = ("Schmidt", "Anna")
    found = read([], (anna, "001", 1, WHEN), (anna, "002", 2, WHEN), (anna, "003", 3, WHEN))
    assert found.students == tuple(f"Schmidt, Anna ({v})" for v in ("001", "002", "003"))
    assert found.values[:, 0].tolist() == [1, 2, 3]
    (note,) = found.notes
    assert note.startswith(
        "3 attempts of Schmidt, Anna, and only the name says whose they are (0.csv:2, 0.csv:3, 0.csv:4)"
    )


@pytest.mark.parametrize("variants", [("001", ""), ("", "001"), ("", "")])
def test_an_attempt_without_a_variant_is_not_told_from_another_one_of_its_name(variants):
    anna = [Attempt("a.csv", k, (), "Schmidt, Anna", (Written("q1", v, "1"),)) for k, v in enumerate(variants)]
    faults, remarks = [], []
    assert _kept_apart(anna, faults, remarks) == remarks == []
    assert "one student or several?" in faults[0]


def test_two_attempts_of_one_name_and_one_variant_are_a_fault_with_the_name(read):
    anna = ("Schmidt", "Anna")
    with pytest.raises(InputError, match=r"2 attempts of Schmidt, Anna, .* one student or several\? tick ID number"):
        read([], (anna, "001", 1, WHEN), (anna, "001", 2, WHEN))


def test_a_department_is_no_identity_and_a_blank_id_neither(read):
    anna, bo = ("Schmidt", "Anna"), ("Big", "Bo")
    found = read(["Department"], ((*anna, "CS"), "001", 1, WHEN), ((*anna, "CS"), "002", 2, WHEN),
                 ((*bo, "CS"), "003", 3, WHEN))  # fmt: skip
    assert found.students == ("Schmidt, Anna (001)", "Schmidt, Anna (002)", "Big, Bo")
    two = read(["Department"], ((*anna, "CS"), "001", 1, WHEN), ((*anna, "CS"), "002", 2, WHEN))
    assert len(two.students) == 2
    blank = read(
        ["ID number"], ((*anna, "-"), "001", 1, WHEN), ((*anna, ""), "002", 2, WHEN), ((*bo, "7"), "003", 3, WHEN)
    )
    assert blank.students == ("Schmidt, Anna (001)", "Schmidt, Anna (002)", "7")


def test_attempts_of_one_id_are_one_student_s_and_the_last_one_counts(read):
    anna = ("Schmidt", "Anna", "7")
    found = read(["ID number"], (anna, "001", 1, WHEN), (anna, "002", 2, WHEN))
    assert (found.students, found.values[0, 0]) == (("7",), 2)


def test_one_name_in_two_files_is_not_one_student_unless_the_roster_has_it_once(read):
    anna = ("Schmidt", "Anna")
    with pytest.raises(InputError, match="one student or several"):
        read([], (anna, "001", 1, WHEN), (anna, "002", 2, WHEN), files=2)


def test_a_name_on_the_roster_is_not_another_user_s_of_that_name(read):
    roster = [["student_id", "name", "email"], ["0007", "Anna Schmidt", "anna@x.org"]]
    users = ((("Schmidt", "Anna", "anna@x.org"), "001", 1, WHEN), (("Schmidt", "Anna", "other@x.org"), "002", 2, WHEN))
    assert read(["Email address"], *users, roster=roster).students == ("0007", "other@x.org")
    alone = read([], (("Schmidt", "Anna"), "001", 1, WHEN), roster=roster)
    assert alone.students == ("0007",)
    two = read([], (("Schmidt", "Anna"), "001", 1, WHEN), (("Schmidt", "Anna"), "002", 2, WHEN), roster=roster)
    assert two.students == ("Schmidt, Anna (001)", "Schmidt, Anna (002)")


def test_ids_without_their_zeros_are_put_right_and_who_is_missing_is_named(read):
    roster = [["student_id", "name"], ["0007", "A"], ["0008", "B"], ["0009", "Cy Dee"]]
    found = read(["ID number"], (("X", "A", "7"), "001", 1, WHEN), (("Y", "B", "8.0"), "002", 2, WHEN), roster=roster)
    assert found.students == ("0007", "0008")
    assert found.notes == (
        "2 ids put right by the roster: 7 is 0007, 8.0 is 0008",
        "on the roster, but without a finished attempt: 0009 (Cy Dee)",
    )


def test_attempts_in_progress_and_users_without_one_are_named(read):
    done, idle = ("Big", "Bo", "7"), ("Cool", "Cy", "9")
    ann = ("Able", "Ann", "8")
    nameless = ("", "", "10")
    users = (
        (done, "001", 1, WHEN), (ann, "002", "", OPEN), (done, "003", "", OPEN),
        (idle, "", "", NEVER), (nameless, "", "", NEVER),
    )  # fmt: skip
    found = read(["ID number"], *users)
    assert found.students == ("7",)
    assert found.notes == (
        "0.csv: 1 student without a finished attempt left out: Able, Ann",
        "0.csv: 1 student with one more attempt in progress, which is left out: Big, Bo",
        "0.csv: 2 students without an attempt: Cool, Cy, 10",
    )
    with pytest.raises(InputError, match="without a finished attempt left out: Able, Ann"):
        read(["ID number"], (ann, "002", "", OPEN))


def test_canvas_users_without_an_id_are_not_merged_by_name(exam, tmp_path):
    item = exam.columns[0]
    head = [
        "name",
        "id",
        "section",
        "section_id",
        "submitted",
        f"9: [{item} v001] ?",
        "1.0",
        f"8: [{item} v002] ?",
        "1.0",
    ]
    rows = [
        ["Ann Able", "", "S", "1", "now", "0.5", "1", "", ""],
        ["Ann Able", "", "S", "1", "now", "", "", "0.6", "1"],
    ]
    with (tmp_path / "a.csv").open("w", newline="") as file:
        csv.writer(file).writerows([head, *rows])
    assert read_responses(tmp_path / "a.csv", exam)[1].students == ("Ann Able (001)", "Ann Able (002)")
