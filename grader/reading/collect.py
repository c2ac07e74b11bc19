"""Papers that came back as filled PDF forms -> an answers file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from grader.reading.faults import FormError
from grader.reading.form_pages import PaperFields, form_pages, pages_named
from grader.reading.handed_in import FormPaper, papers_in
from grader.reading.sandbox import readers
from grader.reading.sources import Source, sources_in
from qgen.errors import InputError, quoted, shortened, some
from qgen.exam.exam import Exam
from qgen.files import whole_file, write_whole
from qgen.roster import one_line, student_id
from qgen.tables.delimited import csv_text
from qgen.tables.spreadsheet import guarded

SECONDS = 10.0
MOST_NOTES, MOST_NAMED = 8, 3  # notes on one file, and other files that a line names
UNSEALED = (
    "the forms of this exam's papers carry no sealed codes, as an earlier version made them: "
    "whether somebody edited a variant was not checked"
)


@dataclass(frozen=True)
class Paper:
    """What one paper says: whose it is, which variant, and its answers by item.

    `stated`: whether a student id or a name stands on it, or the roster tells it by its variant. `boxes`: the items
    that it has a box for.
    """

    file: str
    student: str
    variant: str
    answers: Mapping[str, str]
    stated: bool = True
    boxes: frozenset[str] = frozenset()


@dataclass
class Collected:
    """The papers in the order of their variants; a line for every file `left_out`; `notes` on those that were read."""

    papers: list[Paper] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def collect(
    paths: Sequence[str | Path],
    exam: Exam,
    *,
    seconds: float = SECONDS,
    progress: Callable[[str, int, int], None] = lambda what, done, of: None,
) -> Collected:
    """Every form of the files, and of the PDFs in the folders and ZIPs. No file can stop the others."""
    result = Collected()
    found: list[Paper] = []
    with readers(seconds) as them:
        fields = PaperFields(exam)
        sources, notes, left_out = sources_in([Path(path) for path in paths], them, (".pdf",), "PDF")
        result.notes += notes
        result.left_out += left_out
        replies = them.answers([source.request for source in sources])
        for done, (source, reply) in enumerate(zip(sources, replies, strict=True), start=1):
            progress("reading", done, len(sources))
            found += _papers(source, reply, fields, result)
    unstated = [
        f'{p.file}: states no student id; taken from the file name: "{p.student}"' for p in found if not p.stated
    ]
    result.notes += shortened(unstated, len(unstated), " with ids from file names")
    result.papers = _one_each(_rejoined(found, result), result)
    result.notes += [] if exam.shared else _same_variant(result.papers)
    result.notes += _missing(result.papers, exam)
    if result.papers and not exam.sealed:
        result.notes.append(UNSEALED)
    order = {variant: k for k, variant in enumerate(exam.variants)}
    result.papers.sort(key=lambda paper: (order[paper.variant], paper.student))
    return result


def write_answers(
    papers: Iterable[Paper], exam: Exam, out: str | Path, *, force: bool = False, copy: Path | None = None
) -> None:
    """The papers as a wide answers file; what a spreadsheet would run is kept as text.

    Who handed in an empty paper was not absent: a column says so where there is one. `copy` is there by the time that
    the file is, even if the program is killed.
    """
    papers = list(papers)
    handed_in = () if all(p.answers for p in papers) else ("present",)
    columns = exam.sheet_columns  # of tasks empty: the examiner fills them in
    rows = ((p.student, p.variant, *handed_in, *(p.answers.get(item, "") for item in columns)) for p in papers)
    heading = ("student_id", "variant", *handed_in, *columns)
    text = csv_text([heading, *(list(map(guarded, row)) for row in rows)])
    with whole_file(out, force=force) as file:
        file.write(text.encode())
        if copy:
            write_whole(copy, text, force=True)


def _papers(source: Source, reply: Mapping[str, Any], fields: PaperFields, result: Collected) -> Iterator[Paper]:
    """The papers in one file; why others are left out, and what is odd about these, is added to the result."""
    try:
        if "fault" in reply:
            raise FormError(reply["fault"])
        pages, notes = form_pages(reply, fields)
        forms, more = papers_in(pages, fields.exam)
    except FormError as why:
        result.left_out.append(f"{source.shown}: {why}")
        return
    _note(result, source.shown, [*reply["notes"], *notes, *more])
    for form in forms:
        alone = len(forms) == 1
        file = source.shown if alone else f"{source.shown} ({pages_named(form.pages)})"
        try:
            paper, odd = _paper(file, form, fields, source.stem if alone else "")
        except FormError as why:
            result.left_out.append(f"{file}: {why}")
            continue
        _note(result, file, odd)
        yield paper


def _note(result: Collected, file: str, notes: Sequence[str]) -> None:
    if notes:
        result.notes.append(f"{file}: {'; '.join(notes[:MOST_NOTES])}{' ...' * (len(notes) > MOST_NOTES)}")


def _paper(file: str, form: FormPaper, fields: PaperFields, stem: str) -> tuple[Paper, list[str]]:
    """The paper and what is odd about it. `stem` may name its student."""
    exam, variant = fields.exam, form.variant
    if variant not in fields.holders:
        what = f"variant {quoted(variant)} is not of this exam ({exam.variants[0]} to {exam.variants[-1]})"
        raise FormError(what if variant else "does not say its variant; type its answers in by hand")
    answers = {item: form.texts[item] for item in exam.columns if form.texts.get(item)}
    notes = list(form.notes) if answers else [*form.notes, "no answer is filled in"]
    student, stated, guess = _student(form.texts, variant, fields.holders[variant], stem)
    boxes = frozenset(item for item in exam.columns if item in form.texts)
    return Paper(file, student, variant, answers, stated, boxes), notes + guess


def _student(texts: Mapping[str, str], variant: str, holder: str, stem: str) -> tuple[str, bool, list[str]]:
    """The variant's holder by the roster, else the id, else the name that the paper states, else the file's name."""
    stated, name = student_id(texts.get("student_id", "")), student_id(texts.get("name", ""))
    if holder and stated and stated != holder:
        raise FormError(
            f"variant {variant} is the paper of {quoted(holder)}, but states {quoted(stated)}; decide by hand"
        )
    student = holder or stated or name or student_id(one_line(stem))
    if not student:
        raise FormError("states no student id, and is one of several papers in this file; type its answers in by hand")
    if len(student) > 100 or not student.isprintable():
        raise FormError(f"student id {quoted(student)}: at most 100 characters that can be seen are accepted")
    if stated or (holder and "student_id" not in texts):  # a paper printed for its student asks for no id
        return student, True, []
    if holder:
        return student, True, [f"states no student id; that of variant {variant} is assumed: {quoted(student)}"]
    return student, bool(name), [f'states no student id; taken from the name on it: "{name}"'] if name else []


def _rejoined(papers: Sequence[Paper], result: Collected) -> list[Paper]:
    """Parts of one paper that came in several files, put together: pages of one variant, none of them twice."""
    parts: dict[str, list[Paper]] = {}
    for paper in papers:
        parts.setdefault(paper.variant, []).append(paper)
    joined = []
    for mine in parts.values():
        students = {paper.student for paper in mine if paper.stated} or {paper.student for paper in mine}
        boxes = frozenset[str]().union(*(paper.boxes for paper in mine))
        if len(mine) == 1 or len(students) > 1 or len(boxes) < sum(len(paper.boxes) for paper in mine):
            joined += mine
            continue
        answers = {item: text for paper in mine for item, text in paper.answers.items()}
        first, *others = sorted(mine, key=lambda paper: not paper.stated)
        result.notes.append(f"{first.file}: put together with {some([p.file for p in others], MOST_NAMED)}")
        joined.append(replace(first, answers=answers, boxes=boxes))
    return joined


def _one_each(papers: Sequence[Paper], result: Collected) -> list[Paper]:
    """One paper for each student: of two that differ none, since only a person can tell which one counts."""
    sent: dict[str, list[Paper]] = {}
    for paper in papers:
        sent.setdefault(paper.student, []).append(paper)
    kept = []
    for student, mine in sent.items():
        mine = _filled(mine, result)
        first, *others = mine
        if all((p.variant, p.answers) == (first.variant, first.answers) for p in others):
            kept.append(first)
            result.notes += [f"{p.file}: says the same as {first.file}; counted once" for p in others]
            continue
        for paper in mine:
            also = some([other.file for other in mine if other is not paper], MOST_NAMED)
            result.left_out.append(
                f"{paper.file}: student {quoted(student)} sent {also} too, with other answers; remove all but one"
            )
    return kept


def _same_variant(papers: Sequence[Paper]) -> list[str]:
    """Remarks on variants that several handed in, where each was one student's."""
    by_variant: dict[str, list[str]] = {}
    for paper in papers:
        by_variant.setdefault(paper.variant, []).append(quoted(paper.student))
    return [
        f"variant {variant}: handed in by {' and '.join(students)}"
        for variant, students in by_variant.items()
        if len(students) > 1
    ]


def _filled(mine: list[Paper], result: Collected) -> list[Paper]:
    """A student's papers without the blank copies of one that is filled in."""
    filled = {paper.variant: paper for paper in mine if paper.answers}
    blank = [paper for paper in mine if not paper.answers and paper.variant in filled]
    result.notes += [f"{p.file}: a blank copy of {filled[p.variant].file}; not counted" for p in blank]
    return [paper for paper in mine if paper not in blank]


def _missing(papers: Sequence[Paper], exam: Exam) -> Iterator[str]:
    """What boxes a paper lacks, and on which pages of it they are printed."""
    page_of: Mapping[str, int] = {}
    for paper in papers:
        missing = [item for item in exam.columns if item not in paper.boxes]
        if missing:
            page_of = page_of or _printed(exam, paper.variant)
            pages = pages_named({page_of[item] for item in missing}) if page_of.keys() >= set(missing) else ""
            where = f" ({pages})" if pages else ""
            yield f"{paper.file}: {len(missing)} of {len(exam.columns)} boxes are not in this file{where}"


def _printed(exam: Exam, variant: str) -> Mapping[str, int]:
    """The page of each box as the program prints a paper; nothing where it cannot print it."""
    from grader.reading.forms import read_form
    from qgen.papers.papers import Papers

    try:
        form = read_form(Papers(exam).question_paper(exam.variants.index(variant)))
    except InputError:
        return {}
    return {name: number for number, page in enumerate(form["pages"], 1) for name, *_ in page["fields"]}
