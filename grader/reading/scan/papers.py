"""Scanned pages -> papers: whose page is which, what came twice, and what is missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from grader.reading.scan.layout import Layout
from grader.reading.scan.readings import Reading
from grader.reading.scan.stack import Page
from qgen.exam.exam import Exam

READABLE = ("read", "unplaced")


@dataclass(frozen=True)
class ScannedPaper:
    """`name`: its variant, or 017.2 for the second paper of a shared one. `pages` by their number on the paper."""

    name: str
    variant: str
    pages: Mapping[int, Page] = field(default_factory=dict)

    @property
    def readings(self) -> dict[str, Reading]:
        """By item, of all pages."""
        return {item: one for page in self.pages.values() for item, one in page.readings.items()}


def papers_of(pages: Sequence[Page], exam: Exam, layout: Layout) -> tuple[list[ScannedPaper], list[Page]]:
    """The papers in the order of their variants; the pages, those that came twice with that state."""
    told = list(pages)
    mine = [k for k, page in enumerate(told) if page.state in READABLE]
    papers: list[tuple[str, dict[int, int]]] = []
    if exam.shared:
        papers = _runs(told, mine)
    else:
        by_variant: dict[str, dict[int, int]] = {}
        for k in mine:
            seal = told[k].seal
            assert seal is not None
            paper = by_variant.setdefault(seal.variant, {})
            if seal.page in paper:
                paper[seal.page] = _better(told, paper[seal.page], k)
            else:
                paper[seal.page] = k
        papers = list(by_variant.items())
    order = {variant: k for k, variant in enumerate(exam.variants)}
    papers.sort(key=lambda paper: order[paper[0]])
    count: dict[str, int] = {}
    found = []
    for variant, numbers in papers:
        count[variant] = count.get(variant, 0) + 1
        name = variant if count[variant] == 1 else f"{variant}.{count[variant]}"
        found.append(ScannedPaper(name, variant, {number: told[k] for number, k in sorted(numbers.items())}))
    return found, told


def _runs(told: list[Page], mine: Sequence[int]) -> list[tuple[str, dict[int, int]]]:
    """Papers of shared variants, which only their order tells apart: each page follows the one before."""
    papers: list[tuple[str, dict[int, int]]] = []
    for k in mine:
        seal = told[k].seal
        assert seal is not None
        if papers and papers[-1][0] == seal.variant and max(papers[-1][1]) < seal.page:
            papers[-1][1][seal.page] = k
        else:
            papers.append((seal.variant, {seal.page: k}))
    return papers


def _better(told: list[Page], first: int, second: int) -> int:
    """Of two scans of one page the one that can be read; where they say different things, these are in doubt."""
    kept, other = (second, first) if told[first].state != "read" == told[second].state else (first, second)
    known = told[other].readings
    doubted = {
        item: replace(one, flags=(*one.flags, "double"))
        if item in known and known[item].text != one.text
        else one
        for item, one in told[kept].readings.items()
    }  # fmt: skip
    told[kept] = replace(told[kept], readings=doubted)
    told[other] = replace(told[other], state="double", note=f"was scanned twice; {told[kept].shown} is read")
    return kept
