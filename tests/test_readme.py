"""What the README shows is what its commands say, typed as they stand."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

import grader.cli
import qgen.cli

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "README.md").read_text("utf-8")
README = " ".join(TEXT.split())
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)
SET_UP = [line for kind, block in BLOCKS if kind == "sh" for line in block.splitlines() if " -m venv " in line]
MOST_WORDS = 1000


def walk() -> Iterator[tuple[str, str]]:
    """The commands after the set-up, line by line, and what is shown below each block of them."""
    shell = [(kind, block) for kind, block in BLOCKS if kind in ("sh", "text") and " -m venv " not in block]
    for at, (kind, block) in enumerate(shell):
        shown = shell[at + 1][1] if at + 1 < len(shell) and shell[at + 1][0] == "text" else ""
        if kind == "sh":
            *first, last = block.splitlines()
            yield from ((line, "") for line in first)
            yield last, shown


def masked(text: str) -> str:
    """On one line, with N for every number: other numbers are drawn each time."""
    return re.sub(r"\d[\d,.]*", "N", " ".join(text.split()))


def test_it_is_short():
    assert len(TEXT.split()) <= MOST_WORDS


def test_set_up_and_tests_are_one_line_each():
    install, test = SET_UP
    assert install == "python3 -m venv .venv && . .venv/bin/activate && python -m pip install -q -e ."
    assert test == (
        "python3 -m venv .venv && .venv/bin/python -m pip install -q -e '.[test]' && .venv/bin/python -m pytest"
    )
    windows = next(block for kind, block in BLOCKS if kind == "bat")
    assert windows.splitlines() == [
        "py -m venv .venv", r".venv\Scripts\activate", "python -m pip install -q -e .",
    ]  # fmt: skip


def test_the_walk_runs_as_typed_where_there_is_nothing_but_the_environment(tmp_path):
    copy = tmp_path / "Prüfung 1"
    for folder in ("qgen", "grader", "templates", "samples"):  # and nothing that the walk has left here before
        shutil.copytree(ROOT / folder, copy / folder, ignore=shutil.ignore_patterns("__pycache__"))
    environment = {**os.environ, "PATH": str(Path(sys.executable).parent)}  # as `activate` puts it first, and no other
    commands = list(walk())
    assert len(commands) > 4
    for command, shown in commands:
        done = subprocess.run(
            command, shell=True, cwd=copy, env=environment, capture_output=True, encoding="utf-8", check=False
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        for line in shown.splitlines():
            assert masked(line) in masked(done.stdout), f"{command}: does not say {line}"


def said(app: object, *words: object) -> str:
    done = CliRunner().invoke(app, [str(word) for word in words], env={"COLUMNS": "100"}, catch_exceptions=False)  # type: ignore[arg-type]
    assert done.exit_code == 0, done.output
    return " ".join(done.output.split())


@pytest.mark.parametrize("sample", ["notes", "class"])
def test_the_samples_are_marked_as_the_readme_says(
    sample: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    spec = ("--n", 1, "--spec", ROOT / "samples/notes/exam.toml") if sample == "notes" else ("--n", 30, "--seed", 2026)
    said(qgen.cli.app, "make", *spec)
    told = said(grader.cli.app, "score", ROOT / f"samples/{sample}/answers.csv", "--exam", "exam", "--no-feedback")
    start = told.index("1 student," if sample == "notes" else "30 students,")
    assert told[start : told.index(" unreadable", start)] in README
    if sample == "notes":
        assert told[told.index("most common") : told.index("results in")] in README


def test_the_report_of_the_sample_is_what_the_commands_make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    said(qgen.cli.app, "make", "--n", 30, "--seed", 2026)
    said(grader.cli.app, "score", ROOT / "samples/class/answers.csv", "--no-feedback")
    said(grader.cli.app, "report", "results")
    made, sample = ((folder / "report.html").read_text("utf-8") for folder in (Path("results"), ROOT / "samples/class"))
    assert re.sub("backprop-exam [0-9.]+", "", made) == re.sub("backprop-exam [0-9.]+", "", sample)
