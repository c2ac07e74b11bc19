"""From a stack of scans to answers: nothing is credited wrongly, nothing is lost, and everything odd is told."""

import csv
import random
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from scanned import SMALL, layout_of_small, pages, right, small_exam

from grader.reading.answers import read_answers
from grader.reading.scan import stack
from grader.reading.scan.readings import Reading
from grader.scan import CREDITED, EMPTY, MISSING, READINGS, WAITING, compared, rows_of, scan
from qgen.errors import InputError
from qgen.exam.exam import make_exam


def written(folder: Path, *papers: list[np.ndarray]) -> Path:
    """The pages as PNGs of a folder, in order."""
    folder.mkdir(exist_ok=True)
    for k, page in enumerate(page for paper in papers for page in paper):
        cv2.imwrite(str(folder / f"{k:02d}.png"), page)
    return folder


def answers(path: Path) -> dict[str, dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return {row["variant"]: row for row in csv.DictReader(file)}


def readings(path: Path) -> list[dict[str, str]]:
    with (path.with_name(f"{path.stem}-scans") / "readings.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def three(tmp_path_factory) -> Path:
    """A right paper upside down, one with every number wrong, and an empty one."""
    exam, folder = small_exam(), tmp_path_factory.mktemp("scans")
    wrong = {item: f"{float(text) + 0.1:.4f}" for item, text in right(exam, 1).items()}
    stack_of = [pages(0, upside_down=True), pages(1, written=wrong, seed=2), pages(2, written={}, seed=3)]
    pictures = [page for paper in stack_of for page in paper]
    random.Random(1).shuffle(pictures)
    return written(folder, pictures)


@pytest.fixture(scope="module")
def done(three, tmp_path_factory):
    out = tmp_path_factory.mktemp("out") / "answers.csv"
    return scan([three], small_exam(), out), out


def test_pages_in_any_order_become_papers(done):
    scanned, out = done
    assert [paper.name for paper in scanned.papers] == ["001", "002", "003"]
    assert set(answers(out)) == {"001", "002", "003"}
    assert not scanned.left_out


def test_most_of_what_is_right_is_credited_and_as_it_was_written(done):
    scanned, _ = done
    credited = [row for row in scanned.rows if row.state == CREDITED]
    truth = right(small_exam(), 0)
    assert {row.variant for row in credited} == {"001"}
    assert len(credited) >= 0.7 * len(truth)
    assert all(float(row.reading.text) == float(truth[row.item]) for row in credited)


def test_whatever_costs_a_mark_waits_for_a_person(done):
    scanned, out = done
    wrong = [row for row in scanned.rows if row.variant == "002" and row.item != "student_id"]
    assert {row.state for row in wrong} == {WAITING}
    cells = [cell for name, cell in answers(out)["002"].items() if name.startswith("q")]
    assert all(cell.startswith("?") and len(cell) > 1 for cell in cells)


def test_an_empty_paper_is_blank_and_was_handed_in(done):
    scanned, out = done
    empty = [row.state for row in scanned.rows if row.variant == "003" and row.item != "student_id"]
    assert empty.count(EMPTY) >= 0.9 * len(empty)
    assert CREDITED not in empty
    assert answers(out)["003"]["present"] == "present"


def test_a_cell_that_waits_is_unreadable_never_blank(done):
    _, out = done
    submissions = read_answers(out, small_exam())
    waiting = sum(row["state"] == WAITING and row["item"] != "student_id" for row in readings(out))
    assert len(submissions.reasons) == waiting


def test_student_ids_always_go_before_a_person(done):
    scanned, _ = done
    ids = [row for row in scanned.rows if row.item == "student_id"]
    assert [(row.state, row.student) for row in ids] == [(WAITING, f"paper-00{k}") for k in (1, 2, 3)]
    assert sum(row.reading.text == "4031872" for row in ids) >= 2


def test_the_ink_is_kept_beside_the_answers_for_nobody_else(done):
    _, out = done
    folder = out.with_name("answers-scans")
    assert folder.stat().st_mode & 0o077 == 0
    assert not (folder / "read").exists()
    rows = readings(out)
    assert tuple(rows[0]) == READINGS
    for row in rows:
        picture = cv2.imread(str(folder / row["crop"]), cv2.IMREAD_GRAYSCALE)
        assert picture is not None
        assert picture.shape[0] > 8 * 16
    with (folder / "pages.csv").open(newline="") as file:
        assert all(cv2.imread(str(folder / row["picture"])) is not None for row in csv.DictReader(file))


def test_nothing_is_overwritten_without_force(done, three):
    _, out = done
    before = out.read_bytes()
    with pytest.raises(InputError, match="exists; choose another name, or replace it with --force"):
        scan([three], small_exam(), out)
    assert out.read_bytes() == before
    again = scan([three], small_exam(), out, force=True)
    assert again.count(CREDITED) > 0
    assert out.read_bytes() == before


def test_a_run_that_was_stopped_goes_on_where_it_had_come_to(three, tmp_path, monkeypatch):
    out, seen = tmp_path / "answers.csv", []

    def stopping(what: str, count: int, of: int) -> None:
        if what == "reading pages" and count == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        scan([three], small_exam(), out, progress=stopping)
    assert not out.exists()
    scan([three], small_exam(), out, progress=lambda what, count, of: seen.append((what, count)))
    assert seen[0][0] == "reading pages"
    assert seen[0][1] >= 2
    assert set(answers(out)) == {"001", "002", "003"}


def test_two_exams_in_one_stack_are_told_and_only_one_is_read(tmp_path):
    exam, other = small_exam(), small_exam(6)
    folder = written(tmp_path / "scans", pages(0), pages(0, exam=other, seed=4))
    scanned = scan([folder], exam, tmp_path / "answers.csv")
    foreign = [page for page in scanned.pages if page.state == "foreign"]
    assert len(foreign) == len(pages(0, exam=other, seed=4))
    assert [paper.name for paper in scanned.papers] == ["001"]
    assert all("belongs to another exam" in note for note in scanned.notes[: len(foreign)])


def test_a_page_that_came_twice_counts_once_and_differences_wait(tmp_path):
    exam = small_exam()
    changed = right(exam, 0) | {exam.columns[0]: "0.1111"}
    folder = written(tmp_path / "scans", pages(0), pages(0, written=changed, seed=1))
    scanned = scan([folder], exam, tmp_path / "answers.csv")
    assert [page.state for page in scanned.pages].count("double") == len(pages(0))
    first = next(row for row in scanned.rows if row.item == exam.columns[0])
    assert first.state == WAITING
    assert "double" in first.reading.flags
    assert any("was scanned twice" in note for note in scanned.notes)


def test_a_page_that_is_missing_is_told_and_its_cells_are_not_blank(tmp_path):
    exam, paper = small_exam(), pages(0)
    assert len(paper) > 1
    scanned = scan([written(tmp_path / "scans", paper[:1])], exam, tmp_path / "answers.csv")
    gone = [row for row in scanned.rows if row.state == MISSING]
    assert {row.page for row in gone} == {2}
    assert answers(tmp_path / "answers.csv")["001"][gone[0].item] == "?page 2 is missing"
    assert "paper 001: page 2 missing" in scanned.notes


def test_a_stroke_through_a_code_loses_no_page(tmp_path):
    page = pages(0)[0].copy()
    for x in (40, page.shape[1] - 133):
        cv2.line(page, (x, 40), (x + 107, 187), 20, 6)
    scanned = scan([written(tmp_path / "scans", [page])], small_exam(), tmp_path / "answers.csv")
    assert [page.state for page in scanned.pages] == ["read"]
    assert scanned.count(CREDITED) > 0


def test_a_page_without_codes_is_kept_for_a_person(tmp_path):
    paper = [page.copy() for page in pages(0)]
    high, wide = paper[1].shape
    for y in (0, high - 220):
        paper[1][y : y + 220, : wide // 6] = 255
        paper[1][y : y + 220, wide - wide // 6 :] = 255
    scanned = scan([written(tmp_path / "scans", paper)], small_exam(), tmp_path / "answers.csv")
    assert [page.state for page in scanned.pages] == ["read", "unidentified"]
    assert "no sealed code" in " ".join(scanned.notes)


def test_a_page_that_cannot_be_read_stops_no_other(tmp_path):
    folder = written(tmp_path / "scans", pages(0))
    (folder / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"nothing")
    (folder / "b.pdf").write_bytes(b"%PDF-1.7 nothing")
    (folder / "c.docx").write_bytes(b"PK")
    scanned = scan([folder], small_exam(), tmp_path / "answers.csv")
    assert scanned.count(CREDITED) > 0
    assert any("a.png" in line for line in (*scanned.left_out, *scanned.notes))
    assert any("b.pdf" in line for line in scanned.left_out)
    assert any("c.docx" in line and "no scan file" in line for line in scanned.notes)


def test_a_reader_that_answers_at_random_credits_next_to_nothing(done):
    """The key is a checksum: of numbers that were not read, none is right by chance."""
    exam, layout = small_exam(), layout_of_small()
    scanned, _ = done
    rng = np.random.default_rng(1)
    rows = [
        replace(row, state=WAITING, reading=Reading(f"{rng.uniform(-1, 1):.4f}", 0.99))
        for _ in range(40)
        for row in rows_of(scanned.papers, exam, layout)
        if row.state != MISSING
    ]
    by_paper = [replace(row, paper=f"{row.paper}/{k // 60}") for k, row in enumerate(rows)]
    credited = [row for row in compared(by_paper, exam) if row.state == CREDITED]
    assert len(credited) <= 0.003 * len(rows)


def test_combs_that_are_shifted_on_the_page_credit_nothing_wrongly(tmp_path):
    exam, paper = small_exam(), pages(0)
    page = paper[0].copy()
    step = round(3 / 25.4 * 200)
    inner = page[270:-270, 200:-200].copy()
    page[270:-270, 200 + step : -200 + step] = inner
    scanned = scan([written(tmp_path / "scans", [page])], exam, tmp_path / "answers.csv")
    truth = right(exam, 0)
    for row in scanned.rows:
        if row.state == CREDITED:
            assert float(row.reading.text) == float(truth[row.item])


def test_without_the_extra_one_line_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setattr(stack, "NEEDS", ("cv2", "no_such_module"))
    with pytest.raises(InputError, match=r'needs no_such_module.*pip install "backprop-exam\[scan\]"'):
        scan([tmp_path], small_exam(), tmp_path / "answers.csv")


def test_a_stack_of_another_exam_writes_nothing(tmp_path):
    folder = written(tmp_path / "scans", pages(0, exam=small_exam(6)))
    with pytest.raises(InputError, match="no paper could be read; nothing was written"):
        scan([folder], small_exam(), tmp_path / "answers.csv")
    assert [path.name for path in tmp_path.iterdir()] == ["scans"]


def test_papers_of_a_shared_variant_are_told_apart_by_their_order(tmp_path):
    exam = make_exam(SMALL, 1, seed=5, students={"A1": "Ann", "B2": "Bob"})
    assert exam.shared
    folder = written(tmp_path / "scans", pages(0, exam=exam), pages(0, exam=exam, seed=9))
    scanned = scan([folder], exam, tmp_path / "answers.csv")
    assert [paper.name for paper in scanned.papers] == ["001", "001.2"]
    assert all(len(paper.pages) == 2 for paper in scanned.papers)


def test_a_roster_says_whose_paper_it_is(tmp_path):
    exam = make_exam(SMALL, 2, seed=5, students={"A1": "Ann", "B2": "Bob"})
    folder = written(tmp_path / "scans", pages(1, exam=exam))
    scanned = scan([folder], exam, tmp_path / "answers.csv")
    student = exam.variants[1]
    assert {row.student for row in scanned.rows} == {s for s, v in exam.students.items() if v == student}
    assert any(note.startswith("no page of 1 student: ") for note in scanned.notes)
