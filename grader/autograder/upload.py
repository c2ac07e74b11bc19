"""What one student handed in, a table or a filled-in paper, as Submissions of one; else a NotMarkedError."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from grader.autograder.not_marked import NotMarkedError
from grader.autograder.submitter import Submitter
from grader.reading.columns import is_answers
from grader.reading.layouts import arrange
from grader.reading.numerals import BLANK
from grader.reading.students.finder import finder
from grader.reading.submissions import Submissions
from qgen.errors import InputError, printable, some
from qgen.exam.exam import Exam
from qgen.roster import student_id
from qgen.tables.table import Faults, Table, read_tables, rectangular

LARGEST_MB = 10  # a filled-in paper has 0.1
SECONDS = 20.0
MOST_DETAILS = 12
_ADVICE = re.compile("; (ask|decide|look|type|unpack) .*", re.DOTALL)  # to the examiner
_ARCHIVES = (".zip", ".gz", ".tar", ".tgz", ".7z", ".rar", ".bz2", ".xz")


def read_upload(folder: Path, exam: Exam, who: Submitter) -> tuple[str, Submissions]:
    """The name of the one file in the folder, and the answers in it."""
    path = _only_file(folder)
    name = printable(path.name)
    try:
        variant, texts, notes = _paper(path, exam) if _is_pdf(path) else _table(path, exam, who)
    except InputError as fault:
        raise NotMarkedError("unreadable_file", name, details=_brief(fault.faults)) from None
    index = _variant(variant, exam, who)
    notes = [_ADVICE.sub("", printable(note)) for note in notes]
    read = Submissions.of([who.student], np.array([index]), exam.columns, np.array([texts], object), notes)
    if (read.kinds == BLANK).all():
        raise NotMarkedError("no_answers", name)
    return name, read


def _only_file(folder: Path) -> Path:
    """Links are not followed: they might lead to the key."""
    whole = folder.resolve()
    inside = [
        path
        for path in sorted(whole.rglob("*"))
        if path.is_file()
        and path.resolve() == path
        and not any(part.startswith((".", "__")) for part in path.relative_to(whole).parts)
    ]
    if not inside:
        raise NotMarkedError("no_file")
    if len(inside) > 1:
        raise NotMarkedError("several_files", some([printable(path.name) for path in inside]))
    (path,) = inside
    if path.stat().st_size > LARGEST_MB * 1_000_000:
        raise NotMarkedError("too_large", printable(path.name), LARGEST_MB)
    if path.suffix.lower() in _ARCHIVES:
        raise NotMarkedError("archive", printable(path.name))
    return path


def _is_pdf(path: Path) -> bool:
    with path.open("rb") as file:
        return b"%PDF-" in file.read(1024)


def _paper(path: Path, exam: Exam) -> tuple[str, list[str], Sequence[str]]:
    """The variant of a filled-in paper by its seals, the text in each box, and notes."""
    from grader.reading.faults import FormError
    from grader.reading.form_pages import PaperFields, form_pages
    from grader.reading.handed_in import papers_in
    from grader.reading.sandbox import readers

    name = printable(path.name)
    with readers(SECONDS) as them:
        reply = them.ask({"file": str(path.absolute())})
    try:
        if "fault" in reply:
            raise FormError(reply["fault"])
        pages, notes = form_pages(reply, PaperFields(exam))
        forms, more = papers_in(pages, exam)
    except FormError as fault:
        raise InputError(_ADVICE.sub("", str(fault))) from None
    if len(forms) != 1:
        raise NotMarkedError("several_papers", name)
    (form,) = forms
    texts = [form.texts.get(item, "") for item in exam.columns]
    return form.variant, texts, [*reply["notes"], *notes, *more, *form.notes]


def _table(path: Path, exam: Exam, who: Submitter) -> tuple[str, list[str], Sequence[str]]:
    """The variant that a table states, "" if none, each item's text, and notes."""
    name, columns = printable(path.name), exam.sheet_columns

    def is_heading(row: Sequence[str]) -> bool:
        return is_answers([*row, "student_id"], columns)

    table = next((one for one in read_tables(path, None, is_heading) if is_heading(one.heading)), None)
    if table is None:
        raise NotMarkedError("no_heading", name)
    faults = Faults(table.name)
    arranged = arrange(_with_an_id(table, columns, who.student), columns, faults, roster=True)
    faults.stop()
    if not arranged.students:
        raise NotMarkedError("no_answers", name)
    if len(arranged.students) > 1:
        raise NotMarkedError("several_students", name)
    if who.names and student_id(arranged.students[0]).casefold() not in {one.casefold() for one in who.names}:
        raise NotMarkedError("another_id")
    written = dict(zip(columns, arranged.written[0].tolist(), strict=True))
    return arranged.variants[0], [written[item] for item in exam.columns], [*table.notes, *arranged.remarks]


def _with_an_id(table: Table, columns: Sequence[str], student: str) -> Table:
    """The table with a column that says who: a student need not, for Gradescope knows."""
    if is_answers(table.heading, columns):
        return table
    whole = rectangular(table)
    body = [(line, [*cells, student]) for line, cells in whole.body]
    return replace(whole, heading=[*whole.heading, "student_id"], body=body, widest=None)


def _variant(stated: str, exam: Exam, who: Submitter) -> int:
    """Where the submitter's variant stands in the exam; what the file states must not contradict."""
    find, stated = finder(exam.variants), stated.strip()
    said, own = find(stated), find(who.variant)
    if stated and said is None:
        raise NotMarkedError("unknown_variant", printable(stated[:20]))
    if said is not None and own is not None and said != own:
        raise NotMarkedError("not_yours", exam.variants[said])
    index = said if own is None else own
    if index is None:
        raise NotMarkedError("no_variant")
    return index


def _brief(faults: Sequence[str]) -> tuple[str, ...]:
    more = len(faults) - MOST_DETAILS
    return (*map(printable, faults[:MOST_DETAILS]), *["..."] * (more > 0))
