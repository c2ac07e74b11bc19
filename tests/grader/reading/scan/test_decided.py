import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "desk"))

from desk_folder import reading, write_scans

from grader.reading.scan.decided import (
    Audit,
    Decided,
    Standing,
    audit_of,
    highest_share,
    read_by,
    same_number,
    seconds_of_work,
    standing,
)
from grader.reading.scan.journal import Entry, Journal
from grader.reading.scan.stored import readings
from qgen.errors import InputError


def entry(student, item, read, decided, by="AK", when="2026-11-28T01:00:00+00:00"):
    return Entry(student, item, read, "", decided, when, by)


@pytest.fixture
def answers(tmp_path):
    """Two papers; what a person decided of them."""
    write_scans(
        tmp_path / "answers.csv",
        [
            reading("001", "q1_z1", "0.31", "credited"),
            reading("001", "q1_z2", "0.32"),
            reading("001", "q1_z3", "0.33"),
            reading("001", "student_id", "12"),
            reading("002", "q1_z1", "0.41", "credited"),
            reading("002", "q1_z2", "", "empty"),
            reading("002", "q1_z3", "", "missing"),
        ],
    )
    with Journal(tmp_path / "answers.csv") as journal:
        journal.add(
            [
                entry("paper-001", "q1_z2", "0.32", "0.37"),
                entry("paper-001", "student_id", "12", "S12"),
                entry("S12", "q1_z2", "0.32", "0.38", by="BE"),
                entry("paper-002", "q1_z1", "0.41", "0.410"),
                entry("S9", "q1_z1", "O,1", "0,1"),
            ]
        )
    return tmp_path / "answers.csv"


def test_who_read_an_answer_is_told_by_the_id_of_today(answers):
    assert read_by(answers) == {
        ("S12", "q1_z1"): "scan",
        ("S12", "q1_z2"): "scan by BE",
        ("S12", "q1_z3"): "scan",
        ("paper-002", "q1_z1"): "scan by AK",
        ("paper-002", "q1_z2"): "scan",
        ("S9", "q1_z1"): "desk by AK",
    }
    assert standing(answers)["S12", "q1_z2"] == Standing("0.38", "scan by BE")
    assert standing(answers)["S12", "q1_z3"] == Standing("?0.33", "scan")


def test_without_scans_and_desk_nothing_is_told(tmp_path):
    assert read_by(tmp_path / "answers.csv") == {}
    assert audit_of(tmp_path / "answers.csv") == Audit(0, 0)


def test_another_number_of_places_is_a_disagreement(answers):
    assert audit_of(answers) == Audit(1, 1)


def test_an_id_that_one_paper_gives_up_another_may_have():
    decided = Decided.of(
        [
            entry("paper-017", "student_id", "1", "4711"),
            entry("4711", "student_id", "1", "4712"),
            entry("paper-018", "student_id", "1", "4711"),
            entry("4711", "q1_z1", "1", "2"),
        ]
    )
    assert decided.ids == {"paper-017": "4712", "paper-018": "4711"}
    assert decided.latest["paper-018", "q1_z1"].decided == "2"


@pytest.mark.parametrize(
    ("count", "of", "share"),
    [(0, 200, 0.01487), (0, 59, 0.0495), (1, 100, 0.0466), (5, 50, 0.1988), (0, 0, 1), (3, 3, 1), (1000, 2000, 0.5187)],
)
def test_the_bound_is_that_of_clopper_and_pearson(count, of, share):
    assert highest_share(count, of) == pytest.approx(share, abs=2e-4)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [("0.0468", "0,0468", True), ("-0.5", "−0.5", True), ("0.5", "0.50", False), ("0.5", "", False), ("O", "O", True),
     ("0.5", "?illegible", False)],
)  # fmt: skip
def test_the_same_number_is_the_same_however_it_is_typed(one, other, same):
    assert same_number(one, other) is same


def test_a_long_pause_is_a_minute_of_work():
    times = ("01:00:00", "01:00:04", "03:00:00", "03:00:10")
    assert seconds_of_work([entry("a", "b", "", "", when=f"2026-11-28T{time}+00:00") for time in times]) == 74


@pytest.mark.parametrize(
    ("text", "told"),
    [("paper,item\n1,2\n", 'no column "student_id"'), (b"\xff\xfe\x00", "cannot be read"), ("x\0", "column|read")],
)
def test_a_damaged_table_is_told(answers, text, told):
    place = answers.with_name("answers-scans") / "readings.csv"
    place.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(InputError, match=told):
        list(readings(answers))


def test_a_state_that_is_none_is_told(answers):
    place = answers.with_name("answers-scans") / "readings.csv"
    place.write_text(place.read_text().replace(",waiting,", ",wating,", 1))
    with pytest.raises(InputError, match='state "wating" is none of credited, empty, waiting, missing'):
        list(readings(answers))
