"""Output may go anywhere and a signal to stop come at any moment: no traceback, nothing half-written, and the truth."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

import grader.cli
import qgen.cli
from qgen.exam.spec import read_spec
from qgen.make import make
from qgen.roster import read_roster

APPS = {"qgen": qgen.cli.app, "grader": grader.cli.app}
posix = pytest.mark.skipif(os.name == "nt", reason="no such streams and signals there")
SPEC = 'title = "Prüfung"\n[[questions]]\nnetwork = "tanh-heads"\n'
ROSTER = "student_id,name\nπ-1,Νίκος Παπαδόπουλος\n"
MAKE = ["qgen", "make", "--spec", "exam.toml", "--roster", "class.csv", "--seed", "1", "--force"]
SCORE = ["grader", "score", "answers.csv", "--no-feedback", "--force"]
COMMANDS = [MAKE, ["qgen", "check"], SCORE]


def python(code, *words, **options):
    """What a process says on stderr, and its exit code."""
    with begun(code, *words, **options) as process:
        said = process.communicate()[1].decode()
    return said, process.returncode


HEARD = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGTERM, signal.SIG_DFL)
signal.signal(signal.SIGHUP, signal.SIG_DFL)
"""


def begun(code, *words, **options):
    # whoever runs the tests may ignore signals, as nohup does, and what is ignored is inherited
    run = [sys.executable, "-c", f"{HEARD if os.name == 'posix' else ''}\n{code}", *words]
    return subprocess.Popen(run, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, **options)


def app(command, before=""):
    return f"{before}\nfrom {command}.cli import app; app()"


@pytest.fixture
def here(worked, tmp_path):
    """A copy of that folder."""
    return shutil.copytree(worked, tmp_path / "here")


@pytest.fixture(scope="module")
def worked(tmp_path_factory):
    """A folder with an exam, and an answer to it."""
    folder = tmp_path_factory.mktemp("worked")
    (folder / "exam.toml").write_text(SPEC, "utf-8")
    (folder / "class.csv").write_text(ROSTER, "utf-8")
    make(
        read_spec(folder / "exam.toml"), 1, folder / "exam", seed=1, students=read_roster(folder / "class.csv").students
    )
    sheet = (folder / "exam" / "answers.csv").read_text("utf-8")
    (folder / "answers.csv").write_text(sheet.removesuffix(",\n") + ",1\n", "utf-8")
    return folder


CLOSED = "import os; os.close(1); os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"


def closed(command, words, here):
    again = ["-c", app(command), *words]
    return python(f"import sys; {CLOSED}", *again, cwd=here, stdout=subprocess.PIPE)


def full(command, words, here):
    with open("/dev/full", "wb") as disk:  # noqa: PTH123
        return python(app(command), *words, cwd=here, stdout=disk)


def broken(command, words, here):
    read, write = os.pipe()
    os.close(read)
    try:
        return python(app(command), *words, cwd=here, stdout=write)
    finally:
        os.close(write)


def ascii_only(command, words, here):
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    return python(app(command), *words, cwd=here, stdout=subprocess.PIPE, env=environment)


@posix
@pytest.mark.parametrize(("output", "code"), [(closed, 0), (full, 1), (broken, 0), (ascii_only, 0)])
def test_output_that_cannot_be_shown_ends_no_work(here, output, code):
    if output is full and not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    for command, *words in COMMANDS if output is full else [SCORE]:
        said, ended = output(command, words, here)
        assert ended == code, said
        assert "Traceback" not in said
        assert "ignored" not in said
        if output is full:
            written = {"make": "; written: exam", "score": "; written: results", "check": ""}.get(words[0], "")
            lost = f"what there is to say cannot be shown: No space left on device{written}"
            assert said.splitlines()[-1].startswith(lost)
    for name in ("scores.csv", "marks.csv"):
        assert (here / "results" / name).read_bytes().endswith(b"\n")


@posix
@pytest.mark.parametrize("output", [closed, broken])
def test_a_fault_is_a_fault_whatever_takes_the_output(here, output):
    assert output("grader", ["score", "nope.csv"], here) == ("nope.csv: no such file\n", 1)


@posix
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, getattr(signal, "SIGHUP", None)])
def test_a_stop_while_at_work_leaves_nothing_and_says_so(here, number):
    before = sorted(path.name for path in here.iterdir())
    words = ["make", "-n", "80", "--spec", "exam.toml", "--out", "other"]
    with begun(app("qgen"), *words, cwd=here, start_new_session=True) as process:
        while not list(here.glob(".other.unfinished-*/new/*")):
            time.sleep(0.02)
        os.killpg(process.pid, number)  # as a terminal does: to its processes, too
        assert process.communicate()[1].decode() == "stopped; nothing was written\n"
    assert process.returncode == 128 + number
    assert sorted(path.name for path in here.iterdir()) == before


# A signal comes while what was replaced is removed, or before anything is.
STOPPED = """
import os, shutil, signal
real = shutil.{0}
def stopped(*arguments, **options):
    shutil.{0} = real
    os.kill(os.getpid(), signal.SIGTERM)
    return real(*arguments, **options)
shutil.{0} = stopped
"""
BEFORE = """
import os, signal
real = os.rename
def stopped(*arguments):
    os.kill(os.getpid(), signal.SIGTERM)
    return real(*arguments)
os.rename = stopped
"""


@posix
def test_a_stop_tells_whether_the_exam_was_written(here):
    old = (here / "exam" / "exam.json").read_bytes()
    before = sorted(path.name for path in here.iterdir())
    for stop, told, changed in (
        (BEFORE, "stopped; nothing was written\n", False),
        (STOPPED.format("rmtree"), "stopped; written: exam\n", True),
    ):
        said = python(app("qgen", stop), *MAKE[1:], "--seed", "2", cwd=here, stdout=subprocess.DEVNULL)
        assert said == (told, 128 + signal.SIGTERM)
        assert ((here / "exam" / "exam.json").read_bytes() != old) == changed
        assert sorted(path.name for path in here.iterdir()) == before


@posix
def test_a_signal_that_is_ignored_as_by_nohup_stops_nothing(here):
    ignored = "import os, signal; signal.signal(signal.SIGHUP, signal.SIG_IGN)"
    stop = ignored + BEFORE.replace("SIGTERM", "SIGHUP")
    assert python(app("qgen", stop), *MAKE[1:], cwd=here, stdout=subprocess.DEVNULL)[1] == 0


READERS = [
    "qgen check", "qgen export moodle-xml", "grader simulate --force", "grader score answers.csv",
    "grader score answers.csv --exam exam", "grader collect exam/papers --out c.csv",
]  # fmt: skip


@pytest.mark.parametrize("line", READERS)
def test_an_exam_that_was_moved_away_is_put_back_by_whatever_command_reads_it_next(here, monkeypatch, line):
    monkeypatch.chdir(here)
    left = here / ".exam.unfinished-0123abcd"
    (left / "new").mkdir(parents=True)
    (here / "exam").rename(left / "old")
    command, *words = line.split()
    done = CliRunner().invoke(APPS[command], words)
    assert done.stderr.splitlines()[0] == "exam: put back as it was before a command was killed while replacing it"
    assert done.exit_code == 0, done.output
    assert not [path for path in here.iterdir() if path.name.startswith(".")]


def test_a_collect_that_refuses_tidies_up_after_a_killed_one(here, monkeypatch):
    monkeypatch.chdir(here)
    for name in ("c.csv", ".c-forms.csv.unfinished-0123abcd", ".c-forms.csv.unfinished-lock"):
        (here / name).touch()
    done = CliRunner().invoke(APPS["grader"], ["collect", "exam/papers", "--out", "c.csv"])
    assert "c.csv: exists" in done.stderr
    assert not [path for path in here.iterdir() if path.name.startswith(".")]
