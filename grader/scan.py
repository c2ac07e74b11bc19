"""Scanned papers -> an answers file, and what a person has to look at: the reading first, the key after it.

A reading that the marking would call right stands by itself, and so does a comb that is empty: the machine alone may
only give marks. Everything else waits for a person, as ?0.0468 in the answers.
"""

from __future__ import annotations

import base64
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from grader.marking.score import score
from grader.marking.verdicts import CORRECT
from grader.reading.collect import Paper, write_answers
from grader.reading.scan import stored
from grader.reading.scan.layout import ID, Layout, layout_of
from grader.reading.scan.papers import ScannedPaper, papers_of
from grader.reading.scan.readings import Reading
from grader.reading.scan.stack import Page, check_installed, pictures_of, read_stack
from grader.reading.scan.stored import CREDITED, EMPTY, MISSING, WAITING, scans_of
from grader.reading.submissions import Submissions
from qgen.errors import InputError, several, some
from qgen.exam.exam import Exam
from qgen.papers.seal import code_side
from qgen.tables.delimited import csv_text
from qgen.tables.spreadsheet import guarded

READINGS, PAGES = tuple(stored.Reading.__annotations__), tuple(stored.ScannedPage.__annotations__)
SURE, SURE_FREE = 0.6, 0.85  # the posterior of each character of a credited reading: in a comb, in a free box
NOTHING = Reading("", 0.0)


@dataclass(frozen=True)
class Row:
    """What is known of one box of one paper, as readings.csv keeps it."""

    paper: str
    student: str
    variant: str
    item: str
    page: int
    reading: Reading
    state: str
    crop: str = ""

    def cells(self) -> tuple[str, ...]:
        """In the order of READINGS."""
        one = self.reading
        doubtful = "" if one.doubtful < 0 else str(one.doubtful)
        return (
            *(self.paper, guarded(self.student), self.variant, self.item, str(self.page), one.text),
            *(f"{one.posterior:.3f}", one.second, doubtful, " ".join(one.flags), self.state, self.crop),
        )

    def answer(self) -> str:
        """What stands in the answers file."""
        if self.state == MISSING:
            return f"?page {self.page} is missing"
        return f"?{self.reading.text or '?'}" if self.state == WAITING else self.reading.text


@dataclass(frozen=True)
class Scanned:
    """What became of a stack."""

    rows: tuple[Row, ...]
    papers: tuple[ScannedPaper, ...]
    pages: tuple[Page, ...]
    notes: tuple[str, ...]
    left_out: tuple[str, ...]

    def count(self, state: str) -> int:
        """Of boxes in that state."""
        return sum(row.state == state for row in self.rows)


def scan(
    paths: Sequence[str | Path], exam: Exam, out: str | Path, *, printed: Path | None = None, force: bool = False,
    progress: Callable[[str, int, int], None] = lambda what, done, of: None,
) -> Scanned:  # fmt: skip
    """Reads the pages, and writes the answers file `out` and the folder beside it that keeps the readings.

    printed: the folder of the papers that were handed out, which say where the boxes are. Goes on where a run that was
    stopped had come to. InputError where nothing could be read.
    """
    check_installed()
    out = Path(out)
    folder = scans_of(out)
    work = folder / "read"  # gone at the end: where it is there, a run was stopped
    for place in (out, folder / "readings.csv"):
        if place.exists() and not force and not (place != out and work.exists()):
            raise InputError(f"{place}: exists; choose another name, or replace it with --force")
    folder.mkdir(mode=0o700, exist_ok=True)
    work.mkdir(mode=0o700, exist_ok=True)
    layout = layout_of(exam, code_side(exam), printed)
    stack = read_stack([Path(path) for path in paths], exam, layout, work, progress)
    papers, pages = papers_of(stack.pages, exam, layout)
    if not papers:
        shutil.rmtree(work if (folder / "readings.csv").exists() else folder)
        raise InputError(*stack.left_out, *_told(pages), "no paper could be read; nothing was written")
    rows = tuple(compared(list(rows_of(papers, exam, layout)), exam))
    _keep(folder, rows, papers, pages, layout, progress)
    answers = [_paper(name, mine) for name, mine in _by_paper(rows)]
    write_answers(answers, exam, out, force=force)
    shutil.rmtree(work)
    notes = (*stack.notes, *_told(pages), *_missing(papers, exam, layout))
    return Scanned(rows, tuple(papers), tuple(pages), notes, tuple(stack.left_out))


def rows_of(papers: Iterable[ScannedPaper], exam: Exam, layout: Layout) -> Iterator[Row]:
    """Every box of every paper, before the key is asked: waiting, or missing with its page."""
    holders = {} if exam.shared else {variant: student for student, variant in exam.students.items()}
    for paper in papers:
        student = holders.get(paper.variant, "") if paper.name == paper.variant else ""
        known = paper.readings
        whose = student or f"paper-{paper.name}"
        if not student:
            yield Row(paper.name, whose, paper.variant, ID, 1, known.get(ID, NOTHING), WAITING)
        for number, boxes in enumerate(layout.pages, 1):
            for box in boxes:
                if box.item != ID:
                    state = WAITING if number in paper.pages else MISSING
                    yield Row(paper.name, whose, paper.variant, box.item, number, known.get(box.item, NOTHING), state)


def compared(rows: Sequence[Row], exam: Exam) -> Iterator[Row]:
    """The rows with what the key says: credited where the marking calls a sure reading right; empty where it is."""
    papers = list(_by_paper(rows))
    place = {item: i for i, item in enumerate(exam.columns)}
    written = np.full((len(papers), len(place)), "", object)
    for s, (_, mine) in enumerate(papers):
        for row in mine:
            if row.item in place and row.state == WAITING and _is_sure(row.reading):
                written[s, place[row.item]] = row.reading.text
    variants = np.array([exam.variants.index(mine[0].variant) for _, mine in papers], np.intp)
    submissions = Submissions.of([name for name, _ in papers], variants, exam.columns, written)
    verdicts = score(exam, submissions, {}).verdicts
    for s, (_, mine) in enumerate(papers):
        for row in mine:
            yield _settled(row, row.item in place and verdicts[s, place[row.item]] == CORRECT)


def _is_sure(reading: Reading) -> bool:
    least = SURE if reading.doubtful >= 0 else SURE_FREE
    return bool(reading.text) and reading.posterior >= least and not reading.flags


def _settled(row: Row, right: bool) -> Row:
    if row.state != WAITING or row.item == ID:
        return row
    if right:
        return replace(row, state=CREDITED)
    return replace(row, state=EMPTY) if row.reading != NOTHING and _is_empty(row.reading) else row


def _is_empty(reading: Reading) -> bool:
    return not reading.text and not reading.flags


def _by_paper(rows: Iterable[Row]) -> Iterator[tuple[str, list[Row]]]:
    papers: dict[str, list[Row]] = {}
    for row in rows:
        papers.setdefault(row.paper, []).append(row)
    return iter(papers.items())


def _paper(name: str, rows: Sequence[Row]) -> Paper:
    answers = {row.item: text for row in rows if row.item != ID and (text := row.answer())}
    return Paper(name, rows[0].student, rows[0].variant, answers)


def _keep(
    folder: Path, rows: tuple[Row, ...], papers: Sequence[ScannedPaper], pages: Sequence[Page], layout: Layout,
    progress: Callable[[str, int, int], None],
) -> None:  # fmt: skip
    """Writes readings.csv, pages.csv, layout.csv, and the pictures that these name."""
    for name in ("crops", "pages"):
        shutil.rmtree(folder / name, ignore_errors=True)
        (folder / name).mkdir(mode=0o700)
    pictures: dict[int, str] = {}
    crops: dict[tuple[str, str], str] = {}
    owner = {id(page): paper.name for paper in papers for page in paper.pages.values()}
    for k, page in enumerate(pages):
        if page.kept is None:
            continue
        picture, boxes = pictures_of(page)
        pictures[k] = f"pages/{k + 1:04d}.jpg"
        (folder / pictures[k]).write_bytes(base64.b64decode(picture))
        if paper := owner.get(id(page)):
            (folder / "crops" / paper).mkdir(mode=0o700, exist_ok=True)
            for item, crop in boxes.items():
                crops[paper, item] = f"crops/{paper}/{item}.jpg"
                (folder / crops[paper, item]).write_bytes(base64.b64decode(crop))
        progress("keeping what was written", k + 1, len(pages))
    told = (replace(row, crop=crops.get((row.paper, row.item), "")).cells() for row in rows)
    listed = (
        (guarded(page.file), str(page.number), page.seal.variant if page.seal else "",
         str(page.seal.page) if page.seal else "", page.state, guarded(page.note), pictures.get(k, ""))
        for k, page in enumerate(pages)
    )  # fmt: skip
    stands = ((str(number), box.item) for number, boxes in enumerate(layout.pages, 1) for box in boxes)
    for name, heading, lines in (("pages", PAGES, listed), ("layout", ("page", "item"), stands),
                                 ("readings", READINGS, told)):  # fmt: skip
        (folder / f"{name}.csv").write_text(csv_text([heading, *lines]), "utf-8", newline="")


def _told(pages: Sequence[Page]) -> list[str]:
    """A line for every page that is not read."""
    told = [f"{page.shown}: {page.note}" for page in pages if page.state != "read"]
    if any(page.black_white for page in pages):
        count = sum(page.black_white for page in pages)
        told.append(
            f"{several(count, 'page')} scanned in black and white: more has to be looked at; scan in grey, at 200 to "
            "300 dpi"
        )
    return told


def _missing(papers: Sequence[ScannedPaper], exam: Exam, layout: Layout) -> Iterator[str]:
    """Which pages of a paper, and which students' papers, are not in the stack."""
    wanted = {number for number, boxes in enumerate(layout.pages, 1) if boxes}
    for paper in papers:
        if gone := sorted(wanted - set(paper.pages)):
            pages = "page" if len(gone) == 1 else "pages"
            yield f"paper {paper.name}: {pages} {', '.join(map(str, gone))} missing"
    seen = {paper.variant for paper in papers}
    absent = [student for student, variant in exam.students.items() if variant not in seen]
    if absent:
        yield f"no page of {several(len(absent), 'student')}: {some(absent, 5)}"
