"""What a person must look at, in order: pages without identity, paper by paper what is unsure, what nobody can read."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from random import Random

from grader.reading.scan.decided import Cell
from grader.reading.scan.journal import PAGE
from grader.reading.scan.stored import (
    CREDITED,
    MISSING,
    STUDENT_ID,
    UNIDENTIFIED,
    UNPLACED,
    WAITING,
    Reading,
    ScannedPage,
)

IDENTITY, ANSWER, GONE, ID, WRITTEN = KINDS = ("page", "cell", "missing", "id", "written")
Says = Callable[[Cell], str | None]  # what the answers file says of a cell


@dataclass(frozen=True)
class Question:
    """One thing to decide: an answer, or a page's identity, or what to do about a page that is not there.

    student: the paper's first id; doubtful: the index of a comb's cell, or ""; items: those on a page that is gone;
    why: what is wrong with an answer that somebody typed; combed: whether it was written into a comb.
    """

    kind: str
    student: str
    item: str
    paper: str = ""
    page: str = ""
    read: str = ""
    posterior: str = ""
    second: str = ""
    doubtful: str = ""
    crop: str = ""
    picture: str = ""
    items: tuple[str, ...] = ()
    why: str = ""
    combed: bool = False

    @property
    def place(self) -> Cell:
        """What tells it from all others."""
        return self.student, self.item

    @property
    def cells(self) -> Sequence[Cell]:
        """What of the answers it decides."""
        return [(self.student, item) for item in self.items] if self.kind == GONE else [self.place]


@dataclass(frozen=True)
class Scanned:
    """What a scan left for a person, by paper; and pages without identity.

    unplaced: pictures of pages, by variant and page, whose boxes were not found; combed: the items that were written
    into combs; audited: answers that the machine was sure of.
    """

    papers: Mapping[str, tuple[Question, ...]] = field(default_factory=dict)
    missing: Mapping[str, tuple[Reading, ...]] = field(default_factory=dict)
    pages: tuple[Question, ...] = ()
    unplaced: Mapping[Cell, str] = field(default_factory=dict)
    combed: frozenset[str] = frozenset()
    audited: frozenset[Cell] = frozenset()


def scanned(
    readings: Iterable[Reading], pages: Iterable[ScannedPage], seed: str, combed: Collection[str] = ()
) -> Scanned:
    """What is unsure of each paper, worst first; one answer that the machine was sure of is mixed in, drawn by `seed`.

    Which one, and where it stands, is the same for the same paper and seed.
    """
    pages = list(pages)
    pictures = {(page.variant, page.page): page.picture for page in pages if page.state == "read" and page.picture}
    papers: dict[str, tuple[Question, ...]] = {}
    missing: dict[str, tuple[Reading, ...]] = {}
    sure = set[Cell]()
    for paper, group in groupby(readings, lambda one: one.paper):
        rows = list(group)
        sure |= {(row.student_id, row.item) for row in rows if row.state == CREDITED}
        papers[paper] = papers.get(paper, ()) + tuple(_of_paper(paper, rows, pictures, seed))
        missing[paper] = missing.get(paper, ()) + tuple(row for row in rows if row.state == MISSING)
    lost = tuple(
        Question(IDENTITY, "", f"{PAGE}{page.file}#{page.number}", page=page.number, picture=page.picture)
        for page in pages
        if page.state == UNIDENTIFIED
    )
    audited = frozenset(one.place for some in papers.values() for one in some if one.place in sure)
    unplaced = {(page.variant, page.page): page.picture for page in pages if page.state == UNPLACED and page.picture}
    return Scanned(papers, missing, lost, unplaced, frozenset(combed), audited)


def _of_paper(paper: str, rows: Sequence[Reading], pictures: Mapping[Cell, str], seed: str) -> Iterator[Question]:
    waiting = sorted((row for row in rows if row.state == WAITING and row.item != STUDENT_ID), key=_how_sure)
    random = Random(f"{seed} {paper}")
    sure = sorted((row for row in rows if row.state == CREDITED and row.crop), key=lambda row: row.item)
    if sure:
        waiting.insert(random.randint(0, len(waiting)), random.choice(sure))
    ids = [row for row in rows if row.item == STUDENT_ID and row.state != MISSING]
    for row in (*waiting, *ids):
        picture = pictures.get((paper, row.page)) or pictures.get((row.variant, row.page), "")
        yield _asked(row, ID if row.item == STUDENT_ID else ANSWER, picture)


def _asked(row: Reading, kind: str, picture: str) -> Question:
    return Question(
        kind, row.student_id, row.item, row.paper, row.page, row.read, row.posterior, row.second, row.doubtful,
        row.crop, picture,
    )  # fmt: skip


def _how_sure(row: Reading) -> tuple[int, float]:
    try:
        return -len(row.flags.split()), float(row.posterior)
    except ValueError:
        return -len(row.flags.split()), 0.0


def queue(
    scan: Scanned, written: Sequence[Question], named: Mapping[Cell, str], says: Says, decided: Callable[[Cell], bool]
) -> list[Question]:
    """All questions in order, those already decided among them.

    written: what nobody can read, of any origin; named: pictures of pages that a person has named, by paper, or
    variant, and page; says: an unsure answer that somebody has edited by hand meanwhile is not asked.
    """
    asked = list(scan.pages)
    for paper, questions in scan.papers.items():
        unsure = [one for one in questions if decided(one.place) or _stands(one, says)]
        ids = [replace(one, picture=one.picture or _named(named, paper, one.page)) for one in unsure if one.kind == ID]
        asked += [one for one in unsure if one.kind != ID]
        asked += _of_missing(paper, scan.missing[paper], named, says, decided)
        asked += ids
    asked = [replace(one, combed=one.item in scan.combed and not one.why) for one in asked]
    places = {cell for one in asked for cell in one.cells}
    return asked + [one for one in written if one.place not in places]


def _stands(one: Question, says: Says) -> bool:
    """Whether the answers file still says what the scan wrote there."""
    text = says(one.place)
    if text is None or one.item == STUDENT_ID:
        return text is not None
    return (text == one.read and text != "") or (text[:1] == "?" and len(text) > 1)


def _named(named: Mapping[Cell, str], paper: str, page: str) -> str:
    return named.get((paper, page)) or named.get((paper.partition(".")[0], page), "")


def _of_missing(
    paper: str, rows: Sequence[Reading], named: Mapping[Cell, str], says: Says, decided: Callable[[Cell], bool]
) -> Iterator[Question]:
    """Of each page that is not there one question; each of its answers, where a person has found the page."""
    for page, group in groupby(rows, lambda row: row.page):
        left = [row for row in group if decided((row.student_id, row.item)) or _stands(_asked(row, ANSWER, ""), says)]
        answers = tuple(row.item for row in left if row.item != STUDENT_ID)
        picture = _named(named, paper, page)
        if picture:
            yield from (_asked(row, ANSWER, picture) for row in left if row.item != STUDENT_ID)
        elif answers:
            item = f"{PAGE}{page}"
            yield Question(GONE, left[0].student_id, item, paper, page, items=answers)
        yield from (_asked(row, ID, picture) for row in left if row.item == STUDENT_ID)
