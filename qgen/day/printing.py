"""An exam's PDFs: papers to hand out, then worked solutions and keys to keep, on as many processes as are worth it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

from qgen.day.door import door_list, in_seat_order
from qgen.exam.exam import Exam
from qgen.files import safe_name, unique_names
from qgen.papers.papers import Papers
from qgen.parallel import Progress, each, unheard, worthwhile
from qgen.typeset.pdf.objects import page_count

FEWEST = 10  # papers for which a process of their own is worth its start

Seats = Mapping[str, str]


def print_papers(papers: Papers, folder: Path, *, jobs: int = 1, progress: Progress = unheard) -> None:
    """Every paper into papers/. `jobs`: how many processes, 0 for as many as are worth it.

    While they print, this one tries a solution and a key: what cannot be printed is known when the papers are there.
    """

    def tried() -> None:
        papers.solution(*papers.exam.papers[0]), papers.key(*papers.exam.papers[0])

    print_pdfs(papers.exam, {folder / "papers": papers.question_paper}, jobs, "printing papers", progress, tried)


def print_pdfs(
    exam: Exam, kinds: Mapping[Path, Callable[[int, str], bytes]], jobs: int, what: str, progress: Progress,
    meanwhile: Callable[[], None] = lambda: None,
) -> None:  # fmt: skip
    """Of every paper the PDFs of some kinds, each into its folder. `meanwhile`: what this process does beside that."""
    for place in kinds:
        place.mkdir(exist_ok=True)
    names, n = file_names(exam), len(exam.papers)

    def print_one(paper: int) -> None:
        for place, pdf in kinds.items():
            (place / names[paper]).write_bytes(pdf(*exam.papers[paper]))

    # What the first papers make known, copies of this process know from the start.
    print_one(0)
    progress(what, 1, n)
    printed = each(print_one, range(1, n), jobs or worthwhile(n, FEWEST))
    next(printed, None)  # by now they have begun
    meanwhile()
    progress(what, min(2, n), n)
    for done, _ in enumerate(printed, 3):
        progress(what, done, n)


def bind_papers(papers: Papers, folder: Path, seats: Seats) -> None:
    """papers.pdf, in the order of the seats; an odd paper ends in a page to work on."""
    from qgen.day.booklet import bind  # only whoever binds waits for its library

    order = in_seat_order(papers.exam, seats)

    def workings(place: int) -> bytes:
        return papers.workings(*papers.exam.papers[order[place]])

    bind(_files(papers.exam, folder / "papers", order), folder / "papers.pdf", papers.exam.spec.title, workings)


def bind_solutions(exam: Exam, folder: Path, target: BinaryIO, seats: Seats) -> None:
    """The solutions in `folder` as one PDF, in the order of the seats."""
    from qgen.day.booklet import bind

    bind(_files(exam, folder, in_seat_order(exam, seats)), target, exam.spec.title, None)


def write_door_list(papers: Papers, folder: Path, seats: Seats) -> None:
    """door.pdf, with the numbers of pages that the papers have."""
    pages = [page_count((folder / "papers" / name).read_bytes()) for name in file_names(papers.exam)]
    (folder / "door.pdf").write_bytes(door_list(papers.exam, pages, seats, papers.templates))


def _files(exam: Exam, folder: Path, order: Sequence[int]) -> list[Path]:
    names = file_names(exam)
    return [folder / names[at] for at in order]


def file_names(exam: Exam) -> list[str]:
    """A PDF's name for every paper: the student's id made safe and unique; spare papers by their variant."""
    spare = "spare-" if exam.students else ""  # a student's id may look like a variant
    names = [safe_name(student) if student else spare + exam.variants[v] for v, student in exam.papers]
    return [name + ".pdf" for name in unique_names(names)]
