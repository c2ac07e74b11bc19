"""From a scan and the desk to the results: who read each answer, pictures in feedback, the audit in the report."""

import csv
import io
import re
import shutil

import cv2
import numpy as np
import pypdf
import pytest

from grader.class_report.report import report_of
from grader.mark import mark
from grader.reading.scan.journal import Entry, Journal
from grader.reading.scan.stored import Reading, scans_of
from qgen.exam.exam import make_exam, write_exam

FIELDS = tuple(Reading.__annotations__)


def jpeg():
    picture = np.full((135, 315), 235, np.uint8)
    cv2.putText(picture, "-0.0468", (20, 90), cv2.FONT_HERSHEY_SIMPLEX, 2, 40, 4)
    return cv2.imencode(".jpg", picture)[1].tobytes()


def entry(item, read, decided, posterior="0.4"):
    return Entry("paper-001", item, read, posterior, decided, "2026-11-28T10:00:00+00:00", "AK")


@pytest.fixture(scope="module")
def scanned(tmp_path_factory):
    """Five papers: on the first, one answer waits, one was decided, one audited, one typed by hand, two are lost."""
    folder = tmp_path_factory.mktemp("class")
    exam = make_exam({}, 5, 1)
    (folder / "exam").mkdir()
    write_exam(exam, folder / "exam")
    answers = folder / "answers.csv"
    scans = scans_of(answers)
    scans.mkdir()
    (scans / "c.jpg").write_bytes(jpeg())
    columns, rows, lines = exam.columns, [], []
    for v, variant in enumerate(exam.variants):
        right = {item: exam.spec.rounding.text(exam.value[i, v]) for i, item in enumerate(columns)}
        state, said, read = dict.fromkeys(columns, "credited"), dict(right), dict(right)
        if v == 0:
            state |= dict.fromkeys(columns[:2], "waiting") | dict.fromkeys(columns[-2:], "missing")
            said[columns[0]], read[columns[0]] = "?7.7777", "7.7777"
            said[columns[1]], read[columns[1]] = "8.8888", "8.8880"
            said[columns[3]] = "7.1234"
            said |= dict.fromkeys(columns[-2:], "?page 3 is missing")
        rows.append([f"paper-{variant}", variant, *(said[item] for item in columns)])
        lines += [
            [variant, f"paper-{variant}", variant, item, "3", read[item], "0.9", "", "1", "", state[item], "c.jpg"]
            for item in columns
        ]
    sheet = [["student_id", "variant", *columns], *rows]
    for path, table in ((answers, sheet), (scans / "readings.csv", [FIELDS, *lines])):
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(table)
    with Journal(answers) as journal:
        audited = rows[0][2 + 2]
        journal.add([entry(columns[1], "8.8880", "8.8888"), entry(columns[2], audited, audited)])
    return folder, exam


@pytest.fixture
def folder(scanned, tmp_path):
    """A copy of it."""
    shutil.copytree(scanned[0], tmp_path / "class")
    return tmp_path / "class"


def marked(folder, **more):
    marks = mark(folder / "answers.csv", folder / "exam", folder / "results", **more)
    with (folder / "results" / "marks.csv").open(encoding="utf-8", newline="") as file:
        rows = {(row["student_id"], row["item"]): row for row in csv.DictReader(file)}
    return marks, rows


def images(pdf):
    return [name for page in pypdf.PdfReader(io.BytesIO(pdf)).pages for name in list(page.images)]


def test_every_answer_says_who_read_it_and_what_waits_has_a_reason(folder, scanned):
    columns = scanned[1].columns
    marks, rows = marked(folder, feedback=False)
    mine = [rows["paper-001", item] for item in columns]
    assert [row["read_by"] for row in mine[:5]] == ["scan", "scan by AK", "scan by AK", "typed", "scan"]
    assert mine[-1]["read_by"] == "scan"
    assert mine[0]["note"] == "read as 7.7777 and not yet looked at"
    assert mine[-1]["note"] == "page 3 is missing"
    assert [row["verdict"] for row in (mine[0], mine[-1])] == ["unreadable"] * 2
    assert any(line.startswith("1 cell waits to be looked at: grader desk") for line in marks.remarks)
    assert any(line.startswith("2 cells on pages that are missing") for line in marks.remarks)


def test_feedback_shows_what_was_written_and_stays_open_to_all(folder, barriers):
    marks, _ = marked(folder)
    lost, full = ((folder / "results/feedback" / f"paper-00{k}.pdf").read_bytes() for k in (1, 2))
    text = " ".join("".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(lost)).pages).split())
    assert images(lost)
    assert images(full) == []
    assert "Read from your paper by a person" in text
    assert "you wrote ?" not in text.replace("**", "")
    assert barriers(lost) == []
    assert [line for line in marks.remarks if "picture" in line] == []


@pytest.mark.parametrize("crop", ["../../secret.jpg", "/etc/passwd", "gone.jpg", "a\\b.jpg", "short.jpg", "link.jpg"])
def test_no_picture_from_elsewhere_or_damaged_is_shown_and_one_remark_says_so(folder, crop):
    scans = folder / "answers-scans"
    (folder.parent / "secret.jpg").write_bytes(jpeg())
    (scans / "short.jpg").write_bytes(jpeg()[:-40])
    (scans / "link.jpg").symlink_to(folder.parent / "secret.jpg")
    text = (scans / "readings.csv").read_text()
    (scans / "readings.csv").write_text(text.replace("c.jpg", crop))
    marks, _ = marked(folder)
    assert images((folder / "results/feedback/paper-001.pdf").read_bytes()) == []
    assert len([line for line in marks.remarks if "feedback lacks" in line]) == 1


def test_where_the_folder_was_moved_away_one_remark_says_so(folder):
    (folder / "answers-scans").rename(folder / "elsewhere")
    marks, _ = marked(folder)
    assert len([line for line in marks.remarks if "is not beside answers.csv any more" in line]) == 1


def test_the_report_states_who_read_and_the_audit_also_when_it_is_made_again(folder):
    marked(folder)
    page = (folder / "results/report.html").read_text("utf-8")
    told = re.search(r"(\d+) numbers were read from scans by the machine alone, 2 by a person\. (.*?)</p>", page)
    assert told
    assert told[2].startswith("Of 1 audited cell 0 disagreed: at most 95")
    again, _ = report_of(folder / "results", folder / "exam")
    assert told[0] in again.html
