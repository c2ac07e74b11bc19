"""What developing.md says of adding things works as it is written there, in a copy."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DEVELOPING = (ROOT / "docs/developing.md").read_text("utf-8")
SPEC = """
language = "fr"
[[questions]]
loss = "quartic-error"
[questions.network]
inputs = 2
layers = [{ units = 2, activation = "quadratic" }, { units = 1, activation = "identity" }]
"""


def blocks(what: str) -> list[str]:
    """The blocks of code below "How to add" what."""
    below = DEVELOPING.split(f"## How to add {what}\n")[1].split("\n## ")[0]
    return re.findall(r"^```\w+\n(.*?)^```$", below, re.DOTALL | re.MULTILINE)


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """A copy of the program with all five things added."""
    folder = tmp_path_factory.mktemp("copy")
    for name in ("qgen", "grader", "templates"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))

    def insert(path: str, place: str, text: str) -> None:
        content = (folder / path).read_text("utf-8")
        assert content.count(place) == 1, f"{path}: {place}"
        (folder / path).write_text(content.replace(place, text + place), "utf-8")

    activation, activation_word, *_ = blocks("an activation")
    insert("qgen/engine/activations.py", ")\nACTIVATIONS: ", activation)
    loss, rules, loss_word = blocks("a loss")
    insert("qgen/engine/losses.py", ")\nLOSSES: ", loss)
    insert("qgen/engine/rules.py", "        # backward\n", rules)
    misconception, sentence, *_ = blocks("a misconception")
    insert("qgen/engine/misconceptions.py", ")\n_PATHS = (", misconception)
    for language in ("", "de/"):
        insert(f"templates/{language}words.txt", '"relu": "ReLU"', activation_word)
        insert(f"templates/{language}words.txt", '"squared-error": "', loss_word)
        insert(f"templates/{language}misconceptions.txt", '    "factor-two": (', sentence)
    shutil.copytree(folder / "templates/de", folder / "templates/fr")
    (system,) = blocks("a learning-management system")
    (folder / "grader/lms/systems/ilias.py").write_text(system, "utf-8")
    insert("grader/lms/__init__.py", '"generic")', '"ilias", ')
    (folder / "exam.toml").write_text(SPEC)
    return folder


def said(copy: Path, app: str, *words: str) -> str:
    command = [sys.executable, "-c", f"from {app}.cli import app; app()", *words]
    environment = {**os.environ, "PYTHONPATH": str(copy), "COLUMNS": "200"}
    done = subprocess.run(command, cwd=copy, env=environment, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_an_exam_is_made_certified_marked_and_exported_with_what_was_added(copy):
    said(copy, "qgen", "make", "--n", "2", "--spec", "exam.toml")
    assert "all as stored" in said(copy, "qgen", "check", "exam")
    said(copy, "grader", "simulate", "--students", "10")
    assert "10 students" in said(copy, "grader", "score", "answers.csv")
    assert "ILIAS: Course > Marks > Import" in said(copy, "grader", "export", "ilias")
    assert (copy / "results/ilias.csv").read_text("utf-8").startswith("Login,")
    assert "relu-slope-reversed" in said(copy, "qgen", "check", "exam.toml", "--n", "2")
