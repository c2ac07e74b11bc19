"""What the documentation says of templates and their markup works as it is written there."""

import inspect
import re
from pathlib import Path

import pytest
from test_docs import PAGES, rows, section
from typer.testing import CliRunner
from viewers import text

import qgen.cli
from qgen.typeset.markup import blocks

ROOT = Path(__file__).parent.parent


def run(*words: object) -> str:
    done = CliRunner().invoke(qgen.cli.app, [str(word) for word in words], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def test_the_example_in_a_folder_that_qgen_new_wrote_is_on_the_paper(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert "qgen preview --templates mine" in run("new", "--templates", "mine")
    told = section("exams.md", "Templates")
    (example,) = re.findall(r"^```text\n(.*?)^```$", told, re.DOTALL | re.MULTILINE)
    (place,) = re.findall(r"in front of the line that\s+begins\s+with\s+`([^`]+)`", told)
    paper = tmp_path / "mine" / "paper.txt"
    source = paper.read_text("utf-8")
    assert source.count(f"\n{place}") == 1
    paper.write_text(source.replace(f"\n{place}", f"\n{example}\n{place}"), "utf-8")
    run("preview", "--templates", "mine")
    shown = " ".join(text(tmp_path / "preview" / "paper.pdf").split())
    assert "Please note" in shown
    assert "store text" in shown
    assert "what is crossed out is not read" in shown
    assert re.search(r"Question Marks Question 1 45 Question 2 21", shown)


def test_no_existing_file_is_replaced_without_force(tmp_path):
    (tmp_path / "words.txt").write_text("mine")
    done = CliRunner().invoke(qgen.cli.app, ["new", "--templates", str(tmp_path)])
    assert done.exit_code == 1
    assert [path.name for path in tmp_path.iterdir()] == ["words.txt"]
    run("new", "--templates", tmp_path, "--language", "de", "--force")
    assert "Musterlösung" in (tmp_path / "words.txt").read_text("utf-8")


@pytest.mark.parametrize("page", ["typesetting.md"])
def test_every_command_of_the_markup_is_told(page):
    told = " ".join(rows(section(page, "Markup")))
    words = " ".join(re.findall("`([^`]+)`", PAGES[page]))
    assert [name for name in blocks.COMMANDS if f"@{name}" not in words] == []
    assert [name for name in blocks.TABLE_OPTIONS if name not in told] == []
    assert all(f"@{name}" in inspect.getdoc(blocks) for name in blocks.COMMANDS)
