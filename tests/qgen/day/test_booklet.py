"""The print shop's file: every paper whole, on sheets of its own, nothing kept twice, the same bytes every time."""

import pypdf
import pytest
from viewers import faults, pages, picture

from qgen.day.booklet import bind
from qgen.day.printing import file_names, print_papers, print_pdfs
from qgen.exam.exam import make_exam
from qgen.exam.spec import spec_of
from qgen.make import make
from qgen.papers.papers import LINE, Papers
from qgen.parallel import unheard


@pytest.fixture(scope="module")
def papers(tmp_path_factory):
    folder = tmp_path_factory.mktemp("exam")
    students = {"a": "Ann", "b": "Νίκος 北京"}
    exam = make_exam(spec_of({"title": "Probe (1) ü"}), 4, 11, students=students)
    kinds = {folder / "papers": Papers(exam).question_paper, folder / "solutions": Papers(exam).solution}
    print_pdfs(exam, kinds, 1, "printing", unheard)
    return [folder / kind / name for name in file_names(exam) for kind in ("papers", "solutions")]


@pytest.fixture(scope="module")
def book(papers, tmp_path_factory):
    path = tmp_path_factory.mktemp("book") / "papers.pdf"
    # three pages or four, so that both cases occur
    assert bind([*papers, *papers[:1]], path, "Probe (1) ü") > 0
    return path


def test_no_program_finds_a_fault(book):
    assert faults(book) == []
    assert pypdf.PdfReader(book, strict=True).metadata.title == "Probe (1) ü"


def test_every_paper_stands_whole_on_an_even_number_of_pages(papers, book):
    found = pages(book)
    at = 0
    for path in [*papers, papers[0]]:
        alone = pages(path)
        assert found[at : at + len(alone)] == alone
        if len(alone) % 2:
            assert not found[at + len(alone)].strip()
        at += len(alone) + len(alone) % 2
    assert at == len(found)


def test_odd_papers_are_padded(tmp_path):
    exam = make_exam(spec_of({"questions": [{"network": "tanh-heads"}]}), 3, 1)
    print_papers(Papers(exam), tmp_path)
    files = [tmp_path / "papers" / name for name in file_names(exam)]
    pages = [len(pypdf.PdfReader(file).pages) for file in files]
    assert bind(files, tmp_path / "all.pdf", "x") == sum(count + count % 2 for count in pages)
    alone = [bind([file], tmp_path / "one.pdf", "x") for file in files]
    assert all(count % 2 == 0 for count in alone)


def test_pages_look_as_they_do_in_the_papers(papers, book):
    assert picture(papers[0]) == picture(book)


def test_there_are_no_forms_whose_names_would_clash(book):
    assert pypdf.PdfReader(book).get_fields() is None


def test_what_papers_share_is_kept_once(papers, book, tmp_path):
    bind(papers * 5, tmp_path / "five.pdf", "x")
    assert (tmp_path / "five.pdf").stat().st_size < 1.2 * book.stat().st_size


def test_the_same_papers_give_the_same_bytes(papers, book, tmp_path):
    bind([*papers, *papers[:1]], tmp_path / "again.pdf", "Probe (1) ü")
    assert (tmp_path / "again.pdf").read_bytes() == book.read_bytes()


def test_a_page_that_is_added_is_one_to_work_on_with_the_paper_s_header(tmp_path):
    made = make(
        {"title": "Probe", "language": "de"}, 2, tmp_path / "exam", seed=1, students={"S1": "Ann"}, booklet=True
    )
    found, solutions = pages(made.folder / "papers.pdf"), pages(made.folder / "solutions.pdf")
    lines = f"Name {LINE * 2} Matrikelnummer {LINE}"
    assert [" ".join(page.split()) for page in found if "Nebenrechnungen" in page] == [
        f"Nebenrechnungen Probe {head}" for head in ("Ann, S1, Variante 001", f"{lines} Variante 002")
    ]
    assert not any("Nebenrechnungen" in page for page in solutions)
    assert faults(made.folder / "papers.pdf") == []
