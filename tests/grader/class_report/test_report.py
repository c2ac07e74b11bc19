"""The report comes with the results, whole or not at all; it can be made again, and a notebook shows it."""

import re
from html import unescape

import pytest
from typer.testing import CliRunner

import grader.cli
import qgen.cli
from grader import report
from grader.class_report.report import ITEMS, REPORT
from grader.mark import mark
from qgen.errors import InputError


def run(*words: object, code: int = 0) -> str:
    app = qgen.cli.app if words[0] == "make" else grader.cli.app
    done = CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)
    assert done.exit_code == code, done.output
    return done.output


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """With an exam, and answers of five and of four students."""
    folder = tmp_path_factory.mktemp("folder")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        run("make", "--n", 5, "--seed", 1)
        for count in (5, 4):
            run("simulate", "--students", count, "--out", f"{count}.csv")
    return folder


@pytest.fixture(autouse=True)
def _here(folder, monkeypatch):
    monkeypatch.chdir(folder)


def test_a_class_whose_loss_was_dropped_gets_its_report(folder):
    (folder / "dropped.toml").write_text("[items.q1_loss]\ndrop = true\n")
    run("score", "5.csv", "--out", "dropped", "--marking", "dropped.toml")
    assert (folder / "dropped" / REPORT).is_file()


def test_classes_from_five_on_get_a_report_with_their_results(folder):
    said = run("score", "5.csv", "--out", "five")
    assert "the class on one page: five/report.html" in said
    assert (folder / "five" / REPORT).is_file()
    assert (folder / "five" / ITEMS).read_text().count("\n") == 67
    assert "report.html" not in run("score", "4.csv", "--out", "four")
    run("score", "5.csv", "--out", "bare", "--no-feedback")
    for name in ("four", "bare"):
        assert not (folder / name / REPORT).exists()
        assert not (folder / name / ITEMS).exists()


def test_a_results_folder_with_a_report_is_replaced(folder):
    run("score", "5.csv", "--out", "again")
    run("report", "again", "--force", "--pass", 90)
    assert "pass: 90 %" in (folder / "again" / REPORT).read_text("utf-8")
    run("score", "5.csv", "--out", "again", "--force")
    assert "pass: 50 %" in (folder / "again" / REPORT).read_text("utf-8")


def test_a_report_that_fails_leaves_the_marks_and_a_remark(monkeypatch):
    import grader.class_report.report as made

    monkeypatch.setattr(made, "page", lambda *a, **k: 1 / 0)
    marks = mark("5.csv", "exam", "broken")
    assert marks.remarks[-1] == "no report could be made: ZeroDivisionError: division by zero"


def test_a_template_at_fault_stops_before_anything_is_written(folder, tmp_path):
    (tmp_path / "report_words.txt").write_text("<% macro %>")
    said = run("score", "5.csv", "--out", "none", "--templates", tmp_path, code=1)
    assert "report_words.txt:1: " in said
    assert not (folder / "none").exists()


def test_two_runs_make_the_same_page(folder):
    run("score", "5.csv", "--out", "one")
    page = (folder / "one" / REPORT).read_bytes()
    run("report", "one", "--out", "elsewhere")
    assert (folder / "elsewhere" / REPORT).read_bytes() == page
    assert (folder / "elsewhere" / ITEMS).read_bytes() == (folder / "one" / ITEMS).read_bytes()


def test_files_that_exist_are_left_alone_without_force(folder):
    run("score", "5.csv", "--out", "kept", "--no-feedback")
    (folder / "kept" / ITEMS).write_text("mine")
    assert "items.csv: exists; name another folder" in run("report", "kept", code=1)
    assert not (folder / "kept" / REPORT).exists()
    run("report", "kept", "--force")


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        (["nowhere"], "nowhere/scores.csv: is not there; grader score writes it"),
        (["five", "--exam", "nowhere"], "--exam: nowhere: no such file or folder"),
    ],
)
def test_what_is_not_there_is_said(words, fault):
    assert fault in run("report", *words, code=1)


def test_a_pass_mark_is_a_percentage():
    assert "120" in run("report", "five", "--pass", 120, code=2)


def test_a_notebook_shows_the_page_in_a_frame(marks, tmp_path):
    made = report(marks, pass_mark=40, names=True)
    assert repr(made) == "<Report on 60 students>"
    assert "pass: 40 %" in made.html
    frame = re.fullmatch(r'<iframe [^>]*sandbox="allow-scripts"[^>]* srcdoc="([^"]*)"></iframe>', made._repr_html_())
    assert frame
    assert unescape(frame[1]) == made.html
    made.write(tmp_path / "out")
    assert (tmp_path / "out" / REPORT).read_text("utf-8") == made.html
    with pytest.raises(InputError, match="exists"):
        made.write(tmp_path / "out")


def test_its_table_of_items_is_that_of_the_library(marks):
    import io

    import pandas as pd

    table = pd.read_csv(
        io.StringIO(report(marks).items), index_col="item", keep_default_na=False, na_values={"facility": ""}
    )
    right = marks.by_item()
    assert list(table) == list(right)
    assert list(table.index) == list(right.index)
    for name in right.select_dtypes("number"):
        found = pd.to_numeric(table[name])
        assert found.to_numpy() == pytest.approx(right[name].to_numpy(), abs=1e-6, nan_ok=True)
    for name in ("name", "layer", "part", "misconception"):
        assert table[name].to_list() == right[name].to_list()
