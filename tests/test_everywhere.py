"""The commands as Windows runs them: no process can be copied, output is cp1252, paths and names are anything."""

import csv
import os
import subprocess
import sys

import pytest
import viewers

import grader.cli
import qgen.cli
from qgen.exam.spec import read_spec
from qgen.make import make
from qgen.roster import read_roster

# Read by every Python at its start. What POSIX has and Windows does not is taken away; and as "print" is a file's
# encoding, a text file that is opened without naming one is an error: Windows would take cp1252.
WINDOWS = """
import os, signal, sys
for module, names in ((os, ("fork", "forkpty", "mkfifo", "getuid", "geteuid")), (signal, ("SIGHUP", "SIGALRM"))):
    for name in names:
        delattr(module, name)
sys.modules.update(dict.fromkeys(("fcntl", "grp", "pwd", "resource", "termios", "tty"), None))
"""
FOLDER = "Übung – 期末 exam"
ROSTER = "student_id,name\n007,Zoë Ångström\nπ-1,Νίκος Παπαδόπουλος\n学 2,李小龙\n"
SPEC = 'title = "Prüfung 期末"\n[[questions]]\nnetwork = "tanh-heads"\n'
GREEK, CHINESE = "π-1", "学 2"


@pytest.fixture(scope="module")
def windows(tmp_path_factory):
    """Runs a command in a folder whose name has spaces and letters beyond cp1252; its output goes into a pipe."""
    start, folder = tmp_path_factory.mktemp("start"), tmp_path_factory.mktemp("windows") / FOLDER
    (start / "sitecustomize.py").write_text(WINDOWS)
    folder.mkdir()
    (folder / "class list.csv").write_text(ROSTER, "utf-8")
    (folder / "一.toml").write_text(SPEC, "utf-8")
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join([str(start), *filter(None, [os.environ.get("PYTHONPATH")])]),
        "PYTHONIOENCODING": "cp1252",
        "PYTHONWARNDEFAULTENCODING": "1",
        "PYTHONWARNINGS": "error::EncodingWarning",
        "COLUMNS": "100",
    }

    def run(command, *words, code=0):
        do = f"from {command}.cli import app; app()"
        done = subprocess.run(
            [sys.executable, "-c", do, *map(str, words)], cwd=folder, env=environment, capture_output=True, check=False
        )
        said = (done.stdout + done.stderr).decode("cp1252")
        assert done.returncode == code, said
        assert "Traceback" not in said
        return said

    run.folder = folder
    return run


@pytest.fixture(scope="module")
def made(windows):
    options = ["--n", "4", "--seed", "5", "--booklet", "--jobs", "2"]
    windows("qgen", "make", "--spec", "一.toml", "--roster", "class list.csv", "--out", "期末/exam A", *options)
    return windows.folder / "期末" / "exam A"


def key_of(folder):
    """Every variant's right answers."""
    with (folder / "key.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {row["variant"]: {r["item"]: r["value"] for r in rows if r["variant"] == row["variant"]} for row in rows}


def test_papers_carry_greek_and_chinese_names_and_are_the_same_bytes_as_here(windows, made, tmp_path):
    spec, roster = read_spec(windows.folder / "一.toml"), read_roster(windows.folder / "class list.csv")
    here = make(spec, 4, tmp_path / "exam", seed=5, students=roster.students, booklet=True, jobs=2)
    theirs, ours = (
        {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        for folder in (made, here.folder)
    )
    assert theirs.keys() == ours.keys()
    assert [path for path in ours if theirs[path] != ours[path]] == []
    book = viewers.text(made / "papers.pdf")
    assert all(name in book for name in ("Zoë Ångström", "Νίκος Παπαδόπουλος", "李小龙"))


def test_an_exam_is_checked_and_exported(windows, made):
    assert "4 variants solved and certified again: all as stored" in windows("qgen", "check", made)
    for bank in ("moodle-xml", "canvas-qti"):
        said = windows("qgen", "export", bank, "--exam", made, "--out", f"Fragen – 题 {bank}")
        assert r"\u9898" in said, "what the console cannot show is escaped"


def test_a_spec_is_written_checked_and_previewed(windows):
    windows("qgen", "new", "Prüfung 期末.toml")
    assert "draws keep every condition" in windows("qgen", "check", "Prüfung 期末.toml", "--n", 1)
    windows("qgen", "preview", "--spec", "一.toml", "--out", "pre view")
    assert (windows.folder / "pre view" / "solution.pdf").is_file()


def test_filled_papers_are_collected_scored_and_exported(windows, made):
    back = windows.folder / "papers back 回"
    back.mkdir()
    key = key_of(made)
    for path in (made / "papers").iterdir():
        viewers.fill(path, back / path.name, key[viewers.held(path)["variant"]] | {"q1_loss": "0,5 Ω 千"})
    windows("grader", "collect", back, "--exam", made, "--out", "my answers 答.csv")
    said = windows("grader", "score", "my answers 答.csv", "--exam", made, "--out", "results 果")
    assert "4 unreadable" in said
    assert r"\u5b66 2" in said
    results = windows.folder / "results 果"
    assert len(list((results / "feedback").iterdir())) == 4
    windows("grader", "export", "generic", "--results", results, "--exam", made)
    grades = (results / "generic.csv").read_text("utf-8-sig")
    assert GREEK in grades
    assert CHINESE in grades


def test_a_class_is_simulated(windows, made):
    said = windows("grader", "simulate", "--exam", made, "--students", 3, "--out", "answers of 三.csv")
    assert r'then: grader score "answers of \u4e09.csv" --exam "' in said, "a path with spaces is suggested in quotes"


def test_a_fault_quotes_what_the_console_cannot_show(windows):
    assert r"\u7121.csv: no such file" in windows("grader", "score", "無.csv", code=1)
    assert r"\u7121.csv: no such file" in windows("qgen", "make", "--roster", "無.csv", code=1)


@pytest.mark.parametrize("command", ["qgen", "grader"])
def test_every_help_is_shown_on_such_a_console(windows, command):
    app = {"qgen": qgen.cli.app, "grader": grader.cli.app}[command]
    names = [one.name or one.callback.__name__ for one in app.registered_commands]
    assert "Usage" in windows(command, "--help")
    for name in names:
        assert "Usage" in windows(command, name, "--help")
