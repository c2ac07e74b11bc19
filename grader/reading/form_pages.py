"""The pages of one handed-in file, each with what its fields say and the seal that it carries."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from grader.reading.faults import FormError
from qgen.errors import InputError, quoted, several, some
from qgen.exam.exam import Exam
from qgen.papers.seal import SEAL_FIELD, Seal, read_seal
from qgen.roster import one_line

OWN = ("exam", "variant", "student_id", "name")
"""The fields of a paper beside those of its items and seals."""
MOST_NAMED = 3
# What programs that merge files append to a field's name where another file has it too: qpdf's +1, MuPDF's [603].
_RENAMED = re.compile(r"(\+\d{1,6}| ?\[\d{1,9}\]|#\d{1,6})+")
_TIDY = re.compile(r"[\w.,:+−-]*", re.ASCII).fullmatch  # what is on one line already
_DRAWN = "?drawn"  # what a cell says that a person must look at: no number, and never blank


@dataclass(frozen=True)
class FormPage:
    """`number`: from 1, 0 for fields that are on no page; `texts` by field; `numbers`: of the items' fields (one field
    at several places has one number); `notes`: what a person should know.
    """

    number: int
    texts: Mapping[str, str]
    seal: Seal | None = None
    numbers: frozenset[int] = frozenset()
    notes: tuple[str, ...] = ()

    def says(self, exam: Exam) -> bool:
        """Whether an answer, a name or an id is filled in."""
        return any(
            text and (name in ("name", "student_id") or name in exam.columns) for name, text in self.texts.items()
        )


def pages_named(numbers: Iterable[int]) -> str:
    """Page 3; pages 1 to 3; pages 1, 3."""
    found = sorted(numbers)
    if len(found) == 1:
        return f"page {found[0]}"
    if len(found) > 2 and found == list(range(found[0], found[-1] + 1)):
        return f"pages {found[0]} to {found[-1]}"
    return f"pages {', '.join(map(str, found))}"


def form_pages(reply: Mapping[str, Any], fields: PaperFields) -> tuple[list[FormPage], list[str]]:
    """The pages that have fields of this exam's papers, and notes on the others. FormError where one is not ours."""
    exam = fields.exam
    found = [fields.page(number, page) for number, page in enumerate(reply["pages"], 1)]
    pages, others = [page for page in found if page.texts], [page.number for page in found if not page.texts]
    loose = fields.page(0, {"fields": reply["loose"], "beside": (), "drawn": {}, "added": False})
    if loose.texts:
        pages = _with_loose(pages, loose, exam)
    if not any(name in exam.columns for page in pages for name in page.texts):
        raise FormError("is a form, but has no field of this exam; another exam's, or another document")
    _check_joined(pages)
    verb, them = ("has", "it") if len(others) == 1 else ("have", "them")
    notes = [f"{pages_named(others)} {verb} no box of this exam; look at {them}"] if others else []
    return [fields.sealed(page) for page in pages], notes


def _with_loose(pages: list[FormPage], loose: FormPage, exam: Exam) -> list[FormPage]:
    """What lies on no page stands beside what the paper says; of several papers nobody knows which one."""
    if not pages:
        return [loose]
    placed = [page.texts[name] for name in loose.texts for page in pages if name in page.texts]
    new = {name: text for name, text in loose.texts.items() if text and text not in placed}
    if not new:
        return pages
    if sum("variant" in page.texts for page in pages) > 1:
        raise FormError(
            f"holds several papers, and what {some(list(new), MOST_NAMED)} say lies on none of their pages; "
            "ask for one file each"
        )
    merged, notes = [], []
    for page in pages:
        texts = dict(page.texts)
        for name in [name for name in new if name in texts]:
            texts[name], note = _settled(name, [texts[name], new.pop(name)], name in exam.columns)
            notes += note
        merged.append(FormPage(page.number, texts, None, page.numbers, (*page.notes, *notes)))
        notes = []
    return [*merged, FormPage(0, new, None, loose.numbers, loose.notes)] if new else merged


def _check_joined(pages: Sequence[FormPage]) -> None:
    seen: set[int] = set()
    for page in pages:
        if seen & page.numbers:
            raise FormError(
                "holds several papers whose fields were joined when they were merged, so that all say what one said; "
                "ask for one file each"
            )
        seen |= page.numbers


def _settled(name: str, texts: Collection[str], item: bool) -> tuple[str, list[str]]:
    """The one text of several for the same field; of two that differ none is chosen."""
    different = list(dict.fromkeys(filter(None, texts)))
    if len(different) <= 1:
        return "".join(different), []
    said = " and ".join(quoted(text) for text in different[:MOST_NAMED])
    if not item:
        raise FormError(f"says {name} {said}; decide by hand")
    return f"?{' or '.join(different[:MOST_NAMED])}", [f"{name} holds {said}; decide by hand"]


@dataclass
class PaperFields:
    """The fields of an exam's papers, whatever a program has made of their names."""

    exam: Exam
    known: dict[str, str] = field(default_factory=dict)

    @cached_property
    def holders(self) -> dict[str, str]:
        """The student of each variant, or nothing; where students share variants a paper says whose it is."""
        held = () if self.exam.shared else self.exam.students.items()
        return dict.fromkeys(self.exam.variants, "") | {variant: student for student, variant in held}

    @cached_property
    def _items(self) -> frozenset[str]:
        return frozenset(self.exam.columns)

    def page(self, number: int, page: Mapping[str, Any]) -> FormPage:
        """The fields of ours on a page of a file."""
        texts: dict[str, list[str]] = {}
        typed, drawn = [], []
        numbers, pictured = set(), {}
        for given, text, at, over, lines, shown in page["fields"]:
            name = self.known.get(given) or self.name(given)
            if not name:
                continue
            if name in self._items:
                numbers.add(at)
            said = texts.setdefault(name, [])
            said.append(text if _TIDY(text) else one_line(text))
            if over:
                said += map(one_line, over)
                typed += [f"{name} {quoted(text)}" for text in over]
            if lines and not any(said):
                drawn.append(name)
            if shown:
                pictured[name] = shown
        settled, notes = {}, []
        for name, said in texts.items():
            if len(said) == 1:
                settled[name] = said[0]
                continue
            settled[name], note = _settled(name, said, name in self._items)
            notes += note
        pictured = {name: shown for name, shown in pictured.items() if not settled[name]}
        if pictured:
            boxes = some([f"{name} {quoted(shown)}" for name, shown in pictured.items()], MOST_NAMED)
            notes.append(f"page {number}: only in the picture of a field, not in its value: {boxes}; look at it")
            settled |= {name: f"?{one_line(shown)}" for name, shown in pictured.items() if name in self._items}
        if settled and (page["beside"] or page["drawn"] or page["added"] or typed):
            blank = [name for name in self.exam.columns if settled.get(name) == ""]
            drawn = [name for name in drawn if name in blank]
            settled |= dict.fromkeys(drawn, _DRAWN)
            notes += _remarks(number, page, typed, drawn, blank)
        return FormPage(number, settled, None, frozenset(numbers), tuple(notes))

    def name(self, given: str) -> str:
        """The field of ours that is meant: one that a program renamed when it merged files, too. Else nothing."""
        if given not in self.known:
            name = _RENAMED.sub("", given)
            while not self._ours(name) and "." in name:
                name = name.partition(".")[2]
            self.known[given] = name if self._ours(name) else ""
        return self.known[given]

    def _ours(self, name: str) -> bool:
        return name in OWN or name in self.exam.columns or re.fullmatch(rf"{SEAL_FIELD}\d{{1,3}}", name) is not None

    def sealed(self, page: FormPage) -> FormPage:
        """The page with its seal read. FormError if it has none and this exam's papers do, or if it is not true."""
        where = f"page {page.number}: " if page.number else ""
        codes = [text for name, text in page.texts.items() if name.startswith(SEAL_FIELD) and text]
        made_for = page.texts.get("exam", "")
        ours = f"this one is {self.exam.short_checksum}"
        try:
            seals = [read_seal(code, self.exam) for code in codes]
        except InputError as fault:
            if made_for and made_for != self.exam.short_checksum:
                raise FormError(f"belongs to another exam ({quoted(made_for)}; {ours})") from None
            raise FormError(f"{where}{fault}") from None
        if made_for and made_for != self.exam.short_checksum:
            edited = "; its sealed code is of this exam, so the field was edited" if seals else ""
            raise FormError(f"belongs to another exam ({quoted(made_for)}; {ours}){edited}")
        if len({seal.variant for seal in seals}) > 1 or any(seal.kind != "P" for seal in seals):
            raise FormError(f"{where}carries the sealed codes of other pages; decide by hand")
        if not seals and self.exam.sealed:
            raise FormError(
                f"{where}does not carry its sealed code, which every page of this exam has; ask for the paper as it "
                "was handed out and filled in, or type it in"
            )
        stated = page.texts.get("variant", "")
        if seals and stated and stated != seals[0].variant:
            raise FormError(
                f"{where}says variant {quoted(stated)}, and its sealed code variant {quoted(seals[0].variant)}: "
                "the field was edited; decide by hand"
            )
        return FormPage(page.number, page.texts, seals[0] if seals else None, page.numbers, page.notes)


def _remarks(
    number: int, page: Mapping[str, Any], typed: list[str], drawn: list[str], blank: list[str]
) -> Iterator[str]:
    """What a person should know of a page beside its fields."""
    if typed:
        yield f"page {number}: {several(len(typed), 'text')} typed over boxes, read as {some(typed, MOST_NAMED)}"
    if page["beside"]:
        texts = some([quoted(text) for text in page["beside"]], MOST_NAMED)
        yield f"page {number}: {several(len(page['beside']), 'text')} typed beside the boxes: {texts}; look at it"
    kinds = ", ".join(f"{count} {kind}" for kind, count in page["drawn"].items())
    if drawn:
        boxes = f"{len(drawn)} empty box{'es' * (len(drawn) > 1)} ({some(drawn, MOST_NAMED)})"
        yield f"page {number}: drawn on ({kinds}), over {boxes}; look at it"
    elif kinds:
        yield f"page {number}: drawn on ({kinds}); look at it"
    if page["added"] and blank:
        yield f"page {number}: something was added to the page itself, and {len(blank)} boxes are empty; look at it"
