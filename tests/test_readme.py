"""What the README shows is what its commands say."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

import grader.cli
import qgen.cli

ROOT = Path(__file__).parent.parent
README = " ".join((ROOT / "README.md").read_text("utf-8").split())


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
    counts = next(line for line in told.split(". ") if "cells: " in line)
    start = counts.index("1 student," if sample == "notes" else "30 students,")
    assert counts[start : counts.index("unreadable")] in README
    assert told[told.index("most common") : told.index("results in")] in README
