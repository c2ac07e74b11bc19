"""The door list has a line for every paper, in the order of the seats, and tells nothing of the key."""

import re

import pypdf
import pytest
from viewers import faults, text

from qgen.day.door import door_list, in_seat_order
from qgen.day.printing import file_names
from qgen.exam.exam import make_exam
from qgen.exam.spec import spec_of
from qgen.make import make
from qgen.papers.words import TEMPLATES

SMALL = {"title": "Probe", "questions": [{"network": "tanh-heads"}]}
STUDENTS = {"007": "Ann | *Able*", "c": "Νίκος Παππάς", "b": "Zoë " + "Å" * 90, "d": ""}
SEATS = {"007": "HG F1, A10", "c": "HG F1, A2", "d": "HG E7, B1"}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    out = tmp_path_factory.mktemp("door") / "exam"
    return make(SMALL, 5, out, seed=3, students=STUDENTS, seats=SEATS, booklet=True)


@pytest.mark.parametrize(
    ("seats", "order"),
    [
        (["A10", "A2", "a1", ""], "a1 A2 A10"),
        (["12", "2", "B2", "A"], "2 12 A B2"),
        (["Hall 10, 1", "Hall 9, 30", "Hall 9, 4"], "Hall 9, 4 Hall 9, 30 Hall 10, 1"),
        (["٣", "²1", "1"], "1 ٣ ²1"),
    ],
)
def test_seats_are_in_the_order_in_which_people_count_and_who_has_none_comes_last(seats, order):
    exam = make_exam(spec_of(SMALL), len(seats), 1, students={f"s{k}": "" for k in range(len(seats))})
    told = {f"s{k}": seat for k, seat in enumerate(seats) if seat}
    found = [told.get(exam.papers[at][1], "") for at in in_seat_order(exam, told)]
    assert " ".join(filter(None, found)) == order
    assert "" not in found[: len(told)]


def test_every_paper_has_a_line_with_its_seat_id_name_variant_and_pages(made):
    shown = text(made.folder / "door.pdf")
    at = {student: shown.index(student) for student in ("HG E7, B1", "HG F1, A2", "HG F1, A10")}
    assert sorted(at, key=at.get) == list(at)
    assert "Ann | *Able*" in shown
    assert "Νίκος Παππάς" in shown
    assert "…" in shown
    assert shown.count("□") == 2 * 5
    for name, (variant, _) in zip(file_names(made.exam), made.exam.papers, strict=True):
        pages = len(pypdf.PdfReader(made.folder / "papers" / name).pages)
        assert re.search(rf"\b{made.exam.variants[variant]}\s+{pages}\b", shown)
    assert faults(made.folder / "door.pdf") == []


def test_it_tells_no_number_of_the_key_nor_the_seed(made):
    assert not re.search(r"\d[.,]\d{2}", text(made.folder / "door.pdf"))


def test_the_booklet_has_the_papers_in_the_order_of_the_seats_and_the_answer_sheet_that_of_the_roster(made):
    heads = [page.extract_text() for page in pypdf.PdfReader(made.folder / "papers.pdf").pages]
    found = [re.search(r"Variant (\d+)", head)[1] for head in heads]
    assert list(dict.fromkeys(found)) == ["004", "002", "001", "003", "005"]
    sheet = (made.folder / "answers.csv").read_text().splitlines()[1:]
    assert [row.split(",")[1] for row in sheet] == ["001", "002", "003", "004", "005"]


def test_without_a_roster_there_is_room_for_ids_and_names_and_the_header_is_on_every_page(tmp_path):
    exam = make_exam(spec_of({**SMALL, "language": "de"}), 40, 1)
    (tmp_path / "door.pdf").write_bytes(door_list(exam, [3] * 40))
    pages = [page.extract_text() for page in pypdf.PdfReader(tmp_path / "door.pdf").pages]
    assert len(pages) == 2
    assert all("Matrikelnummer" in page and "Unterschrift" in page for page in pages)
    assert "40 Klausuren mit zusammen 120 Seiten" in pages[0]


def test_only_a_roster_or_a_booklet_needs_one(tmp_path):
    make(SMALL, 1, tmp_path / "exam", seed=1)
    assert not (tmp_path / "exam" / "door.pdf").exists()


def test_its_template_can_be_replaced(tmp_path):
    (tmp_path / "door.txt").write_text((TEMPLATES / "door.txt").read_text("utf-8") + "\nCount twice.\n", "utf-8")
    exam = make_exam(spec_of(SMALL), 1, 1)
    (tmp_path / "door.pdf").write_bytes(door_list(exam, [3], templates=tmp_path))
    assert "Count twice." in text(tmp_path / "door.pdf")
