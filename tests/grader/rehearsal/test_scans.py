"""A simulated class's papers come out of the scanner with their numbers in the right places."""

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pikepdf
import pypdfium2
import pytest
from typer.testing import CliRunner

from grader.cli import app
from grader.rehearsal.digits import shipped
from grader.rehearsal.hand import Hand
from grader.rehearsal.scanner import SCANNERS
from grader.rehearsal.scans import numbered, on_paper, pages_of, sheets, write_scans
from grader.rehearsal.simulate import simulate
from qgen.engine.rounding import Rounding
from qgen.exam.exam import Exam, make_exam, write_exam
from qgen.exam.spec import spec_of
from qgen.papers.combs import combs_of
from qgen.papers.papers import Papers

LOOSE = {"certify": {"misconceptions": False}}


@pytest.fixture(scope="module", params=["combs", "free"])
def exam(request: pytest.FixtureRequest) -> Exam:
    return make_exam(spec_of({"boxes": request.param, **LOOSE}), 2, 1)


def test_every_answers_box_is_found_on_a_page(exam: Exam) -> None:
    boxes: dict[str, tuple[float, ...]] = {}
    for sheet, found in sheets(Papers(exam).question_paper(0), 60):
        boxes |= found
        for left, top, right, bottom in found.values():
            assert 0 < left < right < sheet.image.shape[1] / sheet.scale
            assert 0 < top < bottom < sheet.image.shape[0] / sheet.scale
    assert set(exam.columns) <= boxes.keys()
    for item, comb in combs_of(exam).items():
        left, top, right, bottom = boxes[item]
        assert (right - left, bottom - top) == pytest.approx((comb.width, 7.0), abs=0.05)


def test_numbers_stand_in_their_boxes_and_nowhere_else(exam: Exam) -> None:
    papers, item = Papers(exam), exam.columns[-1]
    still = replace(SCANNERS["flatbed"], skew=0, shift=0, noise=(0, 0), white=(250, 250), black=(10, 10))
    full, empty = (
        pages_of(exam, 0, w, Hand.draw(r := np.random.default_rng(1)), r, still, shipped(), papers=papers, mishaps={})
        for w in ({item: "-0.0468"}, {})
    )
    (sheet, boxes) = list(sheets(papers.question_paper(0), 300))[-1]
    assert full[-1].shape == sheet.image.shape
    changed = [np.argwhere(abs(a.astype(int) - b) > 80) for a, b in zip(full, empty, strict=True)]
    assert [len(places) for places in changed[:-1]] == [0] * (len(full) - 1)
    (top, left), (bottom, right) = (f(changed[-1], axis=0) / sheet.scale for f in (np.min, np.max))
    box = boxes[item]
    assert box[0] <= left < right <= box[2]
    assert box[1] - 0.5 <= top < bottom <= box[3] + 0.5


def test_a_class_becomes_a_pdf_of_pictures_in_the_order_of_its_students(exam: Exam) -> None:
    rng = np.random.default_rng(1)
    simulated = numbered(simulate(exam, 3, rng), rng)
    heard: list[tuple[str, int, int]] = []
    file = io.BytesIO()
    count = write_scans(simulated, file, rng, SCANNERS["poor"], lambda *said: heard.append(said))
    with pikepdf.open(file) as pdf, pypdfium2.PdfDocument(file.getvalue()) as shown:
        pages = len(list(sheets(Papers(exam).question_paper(0), 20)))
        assert len(pdf.pages) == len(shown) == count == 3 * pages
        assert [float(edge) for edge in pdf.pages[0].MediaBox] == pytest.approx([0, 0, 595, 842], abs=1)
        image = pdf.pages[0].obj.Resources.XObject.I
        assert image.Filter == "/DCTDecode"
        assert shown[0].render(scale=0.5).to_numpy().std() > 10
    assert [done for _, done, _ in heard] == [1, 2, 3]


def test_ids_are_digits_where_nobody_is_named_on_the_papers(exam: Exam) -> None:
    simulated = simulate(exam, 50, np.random.default_rng(1))
    ids = numbered(simulated, np.random.default_rng(1)).students
    assert len({id for id in ids if id.isdecimal() and len(id) == 7}) == 50
    roster = make_exam(spec_of(LOOSE), 2, 1, students={"0012": "Ann", "x7": "Bob"})
    listed = simulate(roster, 2, np.random.default_rng(1))
    assert numbered(listed, np.random.default_rng(1)).students == ("0012", "x7")


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("-0.0468", "-0.0468"), ("−0,0468", "-0.0468"), ("+.5", "0.5"), ("4.68e-2", "0.0468"), ("0.04680", "0.0468"),
        ("0.04681", "0.04681"), ("= 1.2 ", "1.2"), ("4.68·10⁻²", "0.0468"), ("", ""), ("?", ""), ("0,123", "0.123"),
    ],
)  # fmt: skip
def test_a_number_is_a_plain_decimal_on_paper(text: str, plain: str) -> None:
    assert on_paper(text, Rounding("dp", 4)) == plain


def folder_with(exam: Exam, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    Path("exam").mkdir()
    write_exam(exam, "exam")


def test_the_command_writes_scans_beside_the_answers(
    exam: Exam, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder_with(exam, tmp_path, monkeypatch)
    run = CliRunner().invoke(app, ["simulate", "--students", "1", "--scans", "--scanner", "poor", "--out", "one.csv"])
    assert run.exit_code == 0, run.output
    assert run.output.endswith("their papers in one-scans.pdf; then: grader scan one-scans.pdf --out one-scanned.csv\n")
    with pikepdf.open("one-scans.pdf") as pdf:
        assert len(pdf.pages) >= 3
    again = CliRunner().invoke(app, ["simulate", "--students", "1", "--scans", "--out", "one.csv"])
    assert "one.csv: exists" in again.output
    assert again.exit_code == 1


def test_what_is_not_installed_is_named(exam: Exam, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder_with(exam, tmp_path, monkeypatch)
    monkeypatch.setattr("grader.reading.scan.stack.find_spec", lambda name: None)
    run = CliRunner().invoke(app, ["simulate", "--scans"])
    assert (run.exit_code, 'pip install "backprop-exam[scan]"' in run.output) == (1, True)
    assert [path.name for path in tmp_path.iterdir()] == ["exam"]


def test_nobody_is_given_a_paper_that_another_has(exam: Exam, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder_with(exam, tmp_path, monkeypatch)
    run = CliRunner().invoke(app, ["simulate", "--students", "3", "--scans"])
    assert (run.exit_code, "2 papers, one for each; simulate at most 2" in run.output) == (1, True)
