"""The command qgen: one line per fault on stderr, exit 1, nothing half-written; one summary on stdout."""

import errno
import os
import re
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from qgen.cli import app

ONE = '[[questions]]\nnetwork = "tanh-heads"\n'


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("one.toml").write_text(ONE)
    return tmp_path


def qgen(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def fault(*arguments):
    """The lines on stderr of a command that must fail with 1 and leave the folder as it was."""
    before = sorted(str(path) for path in Path().rglob("*"))
    done = qgen(*arguments)
    assert (done.exit_code, done.stdout) == (1, ""), done.output
    assert sorted(str(path) for path in Path().rglob("*")) == before
    return done.stderr.splitlines()


def test_make_writes_the_folder_and_one_summary():
    done = qgen("make", "--n", 2, "--spec", "one.toml", "--seed", 1)
    assert done.exit_code == 0, done.output
    first, second, third = done.stdout.splitlines()
    assert re.fullmatch(r"2 papers and worked solutions in exam/  \(21 items, 21 marks each, \d+\.\d s\)", first)
    assert second.startswith("certified: every variant keeps every condition of a fair paper")
    assert third == "hand out exam/papers; keep the rest; then: grader score exam/answers.csv"
    assert sorted(path.name for path in Path("exam").iterdir()) == [
        "answers.csv", "answers.xlsx", "exam.json", "key.csv", "keys", "papers", "solutions",
    ]  # fmt: skip
    assert done.stderr.startswith("seed 1 can be guessed: ")


def test_a_roster_says_what_it_is_and_gives_the_count():
    Path("class.csv").write_text(
        'Student,ID,SIS User ID,SIS Login ID,Section\nAnn,1,007,ann,A\n"Student, Test",2,,,A\n'
    )
    done = qgen("make", "--roster", "class.csv", "--spec", "one.toml")
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines()[0] == 'roster: Canvas gradebook of 1 student; student ids from "SIS User ID"'
    assert done.stderr == 'class.csv:3: left out "Student, Test", which the system made\n'
    assert [path.name for path in Path("exam/papers").iterdir()] == ["007.pdf"]


def test_more_papers_than_students_are_spare_ones():
    Path("class.csv").write_text("student_id,name\n007,Ann\n")
    done = qgen("make", "--roster", "class.csv", "--n", 2, "--spec", "one.toml", "--seed", 1, "--booklet")
    assert sorted(path.name for path in Path("exam/papers").iterdir()) == ["007.pdf", "spare-002.pdf"]
    assert "for the print shop, each paper on sheets of its own: exam/papers.pdf" in done.stdout
    assert Path("exam/solutions.pdf").is_file()


def test_preview_says_where_both_files_are():
    done = qgen("preview", "--spec", "one.toml")
    assert (done.exit_code, done.stdout) == (0, "preview/paper.pdf\npreview/solution.pdf\n")
    Path("preview/paper.pdf").write_text("mine")
    (line,) = fault("preview", "--spec", "one.toml")
    assert line.startswith("preview/paper.pdf: was filled in, changed or made by something else; ")
    assert qgen("preview", "--spec", "one.toml", "--force").exit_code == 0
    assert all(Path(line).read_bytes().startswith(b"%PDF") for line in done.stdout.splitlines())


def test_a_new_spec_is_one_that_make_takes():
    assert qgen("new", "mine.toml").exit_code == 0
    assert qgen("make", "--n", 1, "--spec", "mine.toml", "--seed", 1).exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("make", "--n", "0"), '--n: "0" papers cannot be made; write 1 to 100000'),
        (("make", "--n", "-5"), '--n: "-5" papers cannot be made; write 1 to 100000'),
        (("make", "--n", "1", "--seed", "abc"), '--seed: "abc" is not a seed; write a whole number such as 2026'),
        (("make", "--n", "1", "--spec", "none.toml"), 'none.toml: no such file; "qgen new none.toml" writes one'),
        (("make", "--roster", "none.csv"), "none.csv: no such file; give a CSV file"),
        (("make", "--n", "1", "--templates", "none"), "--templates: none: no such folder"),
        (("preview", "--spec", "none.toml"), "none.toml: no such file"),
        (("new", "one.toml"), "one.toml: exists; choose another name, or replace it with --force"),
        (("check", "none"), 'none: no exam.json here; name the folder that "qgen make" wrote'),
    ],
)
def test_a_wrong_argument_is_one_line(arguments, message):
    (line,) = fault(*arguments)
    assert line.startswith(message)


@pytest.mark.parametrize(
    ("spec", "messages"),
    [
        ("titel = 1", ['exam.toml: titel: not known; did you mean "title"?']),
        ("title = 7", ['exam.toml: title: "7" is not text']),
        ('paper = "a5"', ['exam.toml: paper: "a5" is no paper size; write "a4", "letter" or "a3"']),
        ('language = "Klingon"', ['exam.toml: language: "Klingon" is no language; write "en", "de" or another tag']),
        ('rounding = "4"', ['exam.toml: rounding: "4" is no rounding rule; write 2dp to 8dp or 2sf to 8sf']),
        ("certify = 3", ['exam.toml: certify: "3" is not a table']),
        ("[certify]\ntolerance = 2", ['exam.toml: certify.tolerance: "2" is not accepted; write a number from 0 to 1']),
        ("[marking]\nimprecise = -1", ['exam.toml: marking.imprecise: "-1" is not accepted; write a number from 0']),
        (
            '[[questions]]\nnetwork = "tanh-heds"',
            ['exam.toml: questions[1].network: no network "tanh-heds"; did you mean "tanh-heads"?'],
        ),
        (
            f"{ONE}iterations = 0\nloss = 'hinge'\nwieghts = 3",
            [
                'exam.toml: questions[1].wieghts: not known; did you mean "weights"?',
                'exam.toml: questions[1].loss: "hinge" is not known; write one of squared-error, sum-of-squares',
                'exam.toml: questions[1].iterations: "0" is not accepted; write 1 to 9',
            ],
        ),
        (
            f"{ONE}weights = {{ low = 1, high = -1, step = 0.1 }}",
            ["exam.toml: questions[1].weights: low 1, high -1, step 0.1 is an impossible range; write low <= high"],
        ),
        (
            f"{ONE}inputs = {{ low = 0, high = 1, step = 0 }}",
            ["exam.toml: questions[1].inputs: low 0, high 1, step 0 is an impossible range; write low <= high"],
        ),
        ("questions = []", ["exam.toml: questions: write one or more [[questions]] tables"]),
        ("title = 'a", ["exam.toml: not TOML: "]),
    ],
)  # fmt: skip
def test_a_wrong_spec_is_one_line_for_every_fault(here, spec, messages):
    (here / "exam.toml").write_text(spec)
    lines = fault("make", "--n", 1, "--spec", "exam.toml")
    assert [line[: len(message)] for line, message in zip(lines, messages, strict=True)] == messages


def test_ranges_that_no_variant_can_meet_say_which_condition_rejects():
    Path("exam.toml").write_text(f"[certify]\nsaturation = 0.4999\n{ONE}")
    lines = fault("make", "--n", 2, "--spec", "exam.toml")
    assert len(lines) == 1
    assert "saturated" in lines[0]


def test_a_wrong_roster_is_one_line_for_every_fault():
    Path("class.csv").write_text("student_id,name\nS1,A\nS1,B\n,C\n")
    assert fault("make", "--roster", "class.csv") == [
        'class.csv:3: student "S1" stands on line 2 already',
        'class.csv:4: "C" has no "student_id"; every student needs an id',
    ]


def test_a_name_that_no_typeface_has_names_the_character():
    Path("class.csv").write_text("student_id,name\nS1,A\U00013000B\n", "utf-8")
    done = qgen("make", "--roster", "class.csv", "--spec", "one.toml", "--seed", 1)
    assert done.exit_code == 1
    assert "Traceback" not in done.output
    assert "U+13000" in done.stderr
    assert not Path("exam").exists()


def test_an_exam_folder_is_replaced_with_force_only_and_which_papers_go_is_said_before_and_after():
    assert qgen("make", "--n", 2, "--spec", "one.toml", "--seed", 1).exit_code == 0
    when = datetime(2026, 11, 20, 14, 2).timestamp()
    os.utime("exam/exam.json", (when, when))
    (line,) = fault("make", "--n", 1, "--spec", "one.toml", "--seed", 2)
    assert line == (
        "exam: holds 2 papers made 2026-11-20 14:02, which nobody can mark without it; "
        "choose another with --out, or replace it with --force"
    )
    before = Path("exam/exam.json").read_bytes()
    done = qgen("make", "--n", 1, "--spec", "one.toml", "--seed", 2, "--force")
    assert "\nin place of 2 papers made 2026-11-20 14:02, which nobody can mark any more\n" in done.stdout
    assert Path("exam/exam.json").read_bytes() != before


def test_a_folder_that_is_no_exam_is_never_replaced():
    Path("photos").mkdir()
    Path("photos/cat.jpg").write_text("cat")
    (line,) = fault("make", "--n", 1, "--out", "photos", "--force")
    assert line.endswith("photos: exists and holds no exam.json, so it is left alone; choose another --out")
    (line,) = fault("make", "--n", 1, "--out", "one.toml", "--force")
    assert line.endswith("one.toml: is a file, not a folder; choose another with --out")


def test_a_place_that_cannot_be_written_is_one_line():
    (line,) = fault("make", "--n", 1, "--spec", "one.toml", "--out", "one.toml/exam")
    assert "one.toml/exam: cannot be written: " in line
    (line,) = fault("preview", "--spec", "one.toml", "--out", "one.toml/preview")
    assert line.startswith("one.toml/preview/paper.pdf: cannot be written: ")


def test_a_folder_without_permission_is_one_line(monkeypatch):
    def refuse(*_, **__):
        raise PermissionError(errno.EACCES, "Permission denied")

    # root may write everywhere, and tests run as root, too
    monkeypatch.setattr("pathlib.Path.mkdir", refuse)
    (line,) = fault("make", "--n", 1, "--spec", "one.toml", "--out", "exam")
    assert "cannot be written: Permission denied" in line


def test_a_template_fault_names_file_and_line_and_leaves_nothing():
    Path("mine").mkdir()
    Path("mine/paper.txt").write_text("# Title\n\n<< nobody >>\n")
    assert fault("make", "--n", 1, "--spec", "one.toml", "--templates", "mine") == [
        "mine/paper.txt:3: 'nobody' is undefined"
    ]


def test_what_is_resumed_is_taken_as_it_is(tmp_path):
    assert qgen("make", "-n", 2, "--seed", 1, "--out", tmp_path / "exam", "--no-solutions").exit_code == 0
    done = qgen("make", "--resume", "-n", 3, "--out", tmp_path / "exam")
    assert done.exit_code == 2
    assert "as it is" in done.output
    assert "solutions, keys of 2 papers" in qgen("make", "--resume", "--out", tmp_path / "exam").output
    assert "nothing was missing" in qgen("make", "--resume", "--out", tmp_path / "exam").output
    missing = qgen("make", "--resume", "--out", tmp_path / "nowhere")
    assert missing.exit_code == 1


def test_no_count_is_wrong_usage():
    done = qgen("make")
    assert done.exit_code == 2
    assert "how many papers?" in done.stderr


def test_help_is_fast_because_nothing_heavy_is_imported():
    code = (
        "import sys; from qgen.cli import app; print([m for m in ('numpy', 'pandas', 'reportlab') if m in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
