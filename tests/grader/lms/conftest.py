"""Twelve awkward students, their results folder, and gradebook exports to match."""

import csv
import io
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest


@dataclass(frozen=True)
class Person:
    uid: str  # the LMS's own number
    sid: str  # the student id the exam knows
    login: str
    name: str
    score: str | None
    cell: str = ""  # what the gradebook has for this assessment already

    @property
    def email(self):
        return f"{self.login}@example.edu"


PEOPLE = (
    Person("101", "001234", "ann", "Able, Ann", "31.5"),
    Person("102", "12.345.678", "ben", 'Ben "Big" O\'Neil', "40"),
    Person("103", "S07", "zoe", "Zoe\u0308 A\u030angström", "12.25"),  # not NFC
    Person("104", "S08", "cmd", "=cmd|' /C calc'!A0", "7"),
    Person("105", "S09", "back", "Back Slash\\", "20"),
    Person("106", "S10", "next", "Next Row", "21"),
    Person("107", "S11", "away", "Un Graded", None),
    Person("108", "S12", "exc", "Ex Cused", "5", "EX"),
    Person("109", "S13", "kim1", "Kim, Lee", "9.5"),
    Person("110", "S14", "kim2", "Kim, Lee", "10.25"),
    Person("111", "1,234", "nil", "Zero; -Nil", "0"),
    Person("112", "S16", "wide", "＝1+1", "33.33", "30.00"),
)
ITEMS = {"q1_z1_1": ("hidden1", 15), "q1_loss": ("output", 5), "q2_dw11": ("hidden", 20)}
LAYERS = {"q1_hidden1": 15, "q1_output": 5, "q2_hidden": 20}
NOTES = {"S09": "ends in \\", "S10": 'say "\\"\n=cmd; <b>x', "S08": "=1+1"}


def spread(score):
    """A score over the three layers, filled in order."""
    left, parts = Decimal(score), {}
    for name, most in LAYERS.items():
        parts[name] = min(left, Decimal(most))
        left -= parts[name]
    return parts


def graded(person):
    return person.score is not None and person.cell != "EX"


def text_of(rows, delimiter=","):
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\n").writerows(rows)
    return out.getvalue()


@pytest.fixture
def people():
    return PEOPLE


@pytest.fixture
def truth():
    """What each student must get, by student id, for the total and per layer."""
    return {p.sid: {"": Decimal(p.score), **spread(p.score)} for p in PEOPLE if graded(p) and p.score is not None}


@pytest.fixture
def results(tmp_path):
    folder = tmp_path / "results"
    folder.mkdir()
    head = ["student_id", "variant", "score", "max_score", "percent", *LAYERS]
    columns = "student_id,variant,item,layer,part,answer,expected,low,high,verdict,marks,max_marks,misconception,note"
    scores, marks = [head], [columns.split(",")]
    for i, p in enumerate(PEOPLE, 1):
        parts = spread(p.score or "0")
        if p.score is not None:
            percent = Decimal(p.score) * 100 / 40
            scores.append([p.sid, f"{i:03}", p.score, "40", f"{percent:.2f}", *parts.values()])
        for (item, (layer, most)), got in zip(ITEMS.items(), parts.values(), strict=True):
            note = NOTES.get(p.sid, "") if item == "q2_dw11" else ""
            verdict = "blank" if p.score is None else "correct" if got == most else "wrong"
            marks.append([p.sid, f"{i:03}", item, layer, "forward", "", "", "", "", verdict, got, most, "", note])
    (folder / "scores.csv").write_text(text_of(scores), encoding="utf-8")
    (folder / "marks.csv").write_text(text_of(marks), encoding="utf-8")
    return folder


@pytest.fixture
def save(tmp_path):
    """Write a roster: rows (or text, or bytes) to a file of this name."""

    def write(name, rows, delimiter=",", encoding="utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes(rows if isinstance(rows, bytes) else text_of(rows, delimiter).encode(encoding))
        return path

    return write


@pytest.fixture
def canvas_rows():
    """Canvas' own export: two assignments, a points row, a test student, totals."""
    head = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Midterm (77)", "Homework 1 (78)"]
    rows = [
        [*head, "Current Score", "Final Score"],
        ["    Points Possible", *[""] * 4, "40.0", "10", *["(read only)"] * 2],
    ]
    for p in PEOPLE:
        name = f'="{p.name}"' if p.name.startswith("=") else p.name
        rows.append([name, p.uid, p.sid, p.login, "Sec 1", p.cell, "9.00", "90.0", "80.0"])
    return [*rows, ["Student, Test", "999", "", "f00ba4", "Sec 1", "", "", "", ""]]


@pytest.fixture
def canvas_roster(save, canvas_rows):
    return save("gradebook.csv", canvas_rows)


@pytest.fixture
def moodle_rows():
    head = ["First name", "Last name", "ID number", "Institution", "Department", "Email address", "Suspended"]
    rows = [[*head, "Course total (Real)", "Quiz: Midterm (Real)", "Quiz: Midterm (Feedback)",
             "Last downloaded from this course"]]  # fmt: skip
    for p in PEOPLE:
        rows.append([p.name, "x", p.sid, "", "", p.email, "", "-", p.cell or "-", "", "1750000000"])
    return rows
