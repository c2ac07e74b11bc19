"""Papers that were filled in with a viewer earn what the same answers in a table do."""

import csv
import json
import os
import shutil
import subprocess
from collections import Counter
from itertools import cycle
from pathlib import Path

import pytest
import viewers
from typer.testing import CliRunner

from grader.cli import app
from qgen.day.printing import print_papers
from qgen.exam.exam import make_exam, write_exam
from qgen.exam.spec import spec_of
from qgen.papers.papers import Papers

NAMES = ("Zoë Łukasiewicz", "李小龙", "Иван ẞ−")
IDS = ("S1", "学-2", "s 3/ß")
SPELLINGS = (
    str,
    lambda number: number.replace("-", "−"),
    lambda number: number.replace("-", "−").replace(".", ","),
    lambda number: number.replace("-", "–"),
    lambda number: f" {number} ",
    lambda number: number + "e0",
    lambda number: number[:5],
    lambda number: f"({number})\\",
    lambda number: "",
    lambda number: "0,5",
)
POPPLER = "import gi; gi.require_version('Poppler', '0.18'); from gi.repository import Poppler"


@pytest.fixture(scope="module")
def exam(tmp_path_factory):
    """An exam folder of three papers, two questions each."""
    folder = tmp_path_factory.mktemp("viewers") / "exam"
    folder.mkdir()
    exam = make_exam(spec_of({}), 3, 7)
    write_exam(exam, folder)
    print_papers(Papers(exam), folder)
    return exam, folder


@pytest.fixture(scope="module")
def typed(exam):
    """What each student types into each field, by variant."""
    spelling = cycle(SPELLINGS)
    return {
        variant: {"name": NAMES[k], "student_id": IDS[k]}
        | {item: next(spelling)(f"{exam[0].value[i, k]:.4f}") for i, item in enumerate(exam[0].columns)}
        for k, variant in enumerate(exam[0].variants)
    }


def grader(*arguments):
    done = CliRunner().invoke(app, list(map(str, arguments)))
    assert done.exit_code == 0, done.output
    return done


def with_pdfium(jobs):
    return [viewers.fill(Path(paper), Path(filled), texts) for paper, filled, texts in jobs]


def with_poppler(jobs):
    for folder in os.get_exec_path():
        python = shutil.which("python3", path=folder)
        if python and subprocess.run([python, "-c", POPPLER], capture_output=True).returncode == 0:
            break
    else:
        pytest.skip("needs Poppler for the system's python3: apt install python3-gi gir1.2-poppler-0.18")
    script = Path(__file__).with_name("fill_with_poppler.py")
    done = subprocess.run([python, script], input=json.dumps(jobs), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module", params=[with_pdfium, with_poppler])
def back(request, exam, typed):
    """The folder of the papers, filled in by a viewer, and what it said of their fields."""
    folder = exam[1].parent / request.param.__name__
    folder.mkdir()
    jobs = [(str(exam[1] / "papers" / f"{v}.pdf"), str(folder / f"{v}.pdf"), texts) for v, texts in typed.items()]
    return folder, request.param(jobs)


def test_what_a_viewer_fills_in_earns_the_marks_of_the_same_answers_in_a_table(exam, typed, back, tmp_path):
    columns = exam[0].columns
    with (tmp_path / "typed.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["student_id", "variant", *columns])
        for variant, texts in typed.items():
            table.writerow([texts["student_id"], variant, *(texts[item].strip() for item in columns)])
    grader("collect", back[0], "--exam", exam[1], "--out", tmp_path / "collected.csv")
    for name in ("typed", "collected"):
        grader("score", tmp_path / f"{name}.csv", "--exam", exam[1], "--out", tmp_path / name, "--no-feedback")
    for file in ("marks.csv", "scores.csv"):
        collected = (tmp_path / "collected" / file).read_text("utf-8").replace(",form\n", ",typed\n")
        assert (tmp_path / "typed" / file).read_text("utf-8") == collected
    with (tmp_path / "collected" / "marks.csv").open(encoding="utf-8", newline="") as file:
        verdicts = Counter(row["verdict"] for row in csv.DictReader(file))
    assert all(verdicts[name] > 9 for name in ("correct", "wrong", "blank", "unreadable")), verdicts


def test_a_viewer_sees_a_field_for_every_item_and_only_the_paper_s_own_are_read_only(exam, back):
    ours = ["exam", "seal_1", "seal_2", "seal_3", "variant"]
    assert back[1] == [[sorted([*ours, "name", "student_id", *exam[0].columns]), ours]] * 3


def test_what_a_viewer_fills_in_is_seen_on_the_paper(typed, back):
    for variant, texts in typed.items():
        words = viewers.text(back[0] / f"{variant}.pdf")
        # a machine may have no typeface for Chinese
        ours = {text.strip() for text in texts.values() if all(char < "ƀ" or char in "−–" for char in text)}
        assert {text for text in ours if text not in words} == set()
