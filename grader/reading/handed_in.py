"""The pages of one handed-in file -> the papers in it: several, in any order, with blank copies, or with pages missing.

A page's seal says which paper it belongs to. Papers of earlier versions carry none: there the order of the pages tells.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from grader.reading.faults import FormError
from grader.reading.form_pages import FormPage, pages_named
from qgen.exam.exam import Exam


@dataclass(frozen=True)
class FormPaper:
    """One paper as its pages say it: `texts` by field; `pages` of the file; `notes`: what a person should know."""

    variant: str
    texts: Mapping[str, str]
    pages: tuple[int, ...]
    notes: tuple[str, ...]


def papers_in(pages: Sequence[FormPage], exam: Exam) -> tuple[list[FormPaper], list[str]]:
    """The papers, blank copies of filled ones left out, and notes. FormError where it cannot be told what is whose."""
    bundles = _by_seal(pages, exam) if all(page.seal for page in pages) else _by_order(pages, exam)
    filled = {_variant(bundle) for bundle in bundles if any(page.says(exam) for page in bundle)}
    papers, notes = [], []
    for bundle in bundles:
        variant, numbers = _variant(bundle), tuple(page.number for page in bundle)
        if len(bundles) > 1 and variant in {*filled, ""} and not any(page.says(exam) for page in bundle):
            copy = f"a blank copy of variant {variant}" if variant else "nothing is filled in"
            notes.append(f"{pages_named(numbers)}: {copy}; not counted")
            continue
        texts = {name: text for page in bundle for name, text in page.texts.items()}
        papers.append(FormPaper(variant, texts, numbers, tuple(note for page in bundle for note in page.notes)))
    return papers, notes


def _variant(bundle: Sequence[FormPage]) -> str:
    seals = (page.seal.variant for page in bundle if page.seal)
    return next(seals, "") or next((page.texts["variant"] for page in bundle if "variant" in page.texts), "")


def _by_seal(pages: Sequence[FormPage], exam: Exam) -> list[list[FormPage]]:
    """Each variant's pages in order; where one is there twice, copy after copy."""
    mine: dict[str, list[FormPage]] = {}
    for page in pages:
        mine.setdefault(_variant([page]), []).append(page)
    bundles = []
    for variant, some in mine.items():
        copies = _copies(some)
        if len({tuple(map(_page, copy)) for copy in copies}) > 1:
            copies = _copies(_without_blanks(some, exam))
            if len(copies) > 1:
                order = ", ".join(str(_page(page)) for page in some)
                raise FormError(
                    f"holds the pages {order} of variant {variant} in an order that does not tell which belong "
                    "together; ask for one file each"
                )
        bundles += copies
    return bundles


def _page(page: FormPage) -> int:
    return page.seal.page if page.seal else 0


def _copies(pages: Sequence[FormPage]) -> list[list[FormPage]]:
    """A copy ends before a page that it has already."""
    copies: list[list[FormPage]] = [[]]
    for page in pages:
        if any(_page(other) == _page(page) for other in copies[-1]):
            copies.append([])
        copies[-1].append(page)
    return [sorted(copy, key=_page) for copy in copies]


def _without_blanks(pages: Sequence[FormPage], exam: Exam) -> list[FormPage]:
    """No page on which nothing is filled in, where there is a filled one of the same."""
    filled = {_page(page) for page in pages if page.says(exam)}
    return [page for page in pages if page.says(exam) or _page(page) not in filled]


def _by_order(pages: Sequence[FormPage], exam: Exam) -> list[list[FormPage]]:
    """A paper ends before a page that says its variant anew, or that has a box which it has already."""
    bundles: list[list[FormPage]] = []
    for page in pages:
        names = set(page.texts) & {"variant", *exam.columns}
        if not bundles or any(names & set(other.texts) for other in bundles[-1]):
            bundles.append([])
        bundles[-1].append(page)
    if len(bundles) == 1:
        return bundles
    blank = [bundle for bundle in bundles if not any(page.says(exam) for page in bundle)]
    for bundle in bundles:
        boxes = {name for page in bundle for name in page.texts}
        if bundle not in blank and not boxes >= {"variant", *exam.columns}:
            where = pages_named(page.number for page in bundle)
            verb = "are" if len(bundle) > 1 else "is"
            raise FormError(f"holds several papers, of which {where} {verb} not a whole one; ask for one file each")
    return bundles
