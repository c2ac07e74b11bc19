"""Papers that came back as filled PDF forms -> an answers file."""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from qgen.errors import InputError, quoted, some
from qgen.exam.exam import Exam
from qgen.files import write_whole
from qgen.roster import one_line, student_id
from qgen.tables.delimited import csv_text
from qgen.tables.spreadsheet import guarded

SECONDS = 10.0
READERS = 4
MOST_NOTES, MOST_NAMED = 8, 3  # notes on one file, and other files that a line names

# Those that read nothing now; None for one that is not started yet.
_Readers = queue.SimpleQueue[subprocess.Popen[str] | None]


@dataclass(frozen=True)
class Paper:
    """What one file says: whose it is, which variant, and its answers by item."""

    file: str
    student: str
    variant: str
    answers: Mapping[str, str]


@dataclass
class Collected:
    """The papers in the order of their variants; a line for every file `left_out`; `notes` on those that were read."""

    papers: list[Paper] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


class _Wrong(Exception):  # noqa: N818 - says what it is where it is raised
    """Why a form's paper is left out."""


def collect(
    paths: Sequence[str | Path],
    exam: Exam,
    *,
    seconds: float = SECONDS,
    progress: Callable[[str, int, int], None] = lambda what, done, of: None,
) -> Collected:
    """Every form of the files, and of the PDFs in the folders. No file can stop the others."""
    result, found = Collected(), []
    files = list(_files([Path(path) for path in paths], result.notes))
    for done, (file, reply) in enumerate(_read(files, seconds), start=1):
        progress("reading", done, len(files))
        try:
            paper, notes = _paper(file, reply, exam)
        except _Wrong as why:
            result.left_out.append(f"{file}: {why}")
            continue
        found.append(paper)
        if notes:
            result.notes.append(f"{file}: {'; '.join(notes[:MOST_NOTES])}{' ...' * (len(notes) > MOST_NOTES)}")
    result.papers = _one_each(found, result)
    order = {variant: k for k, variant in enumerate(exam.variants)}
    result.papers.sort(key=lambda paper: (order[paper.variant], paper.student))
    return result


def write_answers(papers: Iterable[Paper], exam: Exam, out: str | Path, *, force: bool = False) -> None:
    """The papers as a wide answers file; what a spreadsheet would run is kept as text.

    Who handed in an empty paper was not absent: a column says so where there is one.
    """
    papers = list(papers)
    handed_in = () if all(p.answers for p in papers) else ("present",)
    rows = ((p.student, p.variant, *handed_in, *(p.answers.get(item, "") for item in exam.columns)) for p in papers)
    heading = ("student_id", "variant", *handed_in, *exam.columns)
    write_whole(out, csv_text([heading, *(list(map(guarded, row)) for row in rows)]), force=force)


def _files(paths: Sequence[Path], notes: list[str]) -> Iterator[Path]:
    """The files in order, each once; of a folder, as an LMS packs one, all PDFs below it. Its other files are noted."""
    seen = set()
    for path in paths:
        found = [path]
        if path.is_dir():
            inside = [p for p in sorted(path.rglob("*")) if not (p.is_dir() or _hidden(p.relative_to(path)))]
            found = [p for p in inside if p.suffix.lower() == ".pdf" and p.is_file()]
            notes += [f"{p}: is no PDF file; not read" for p in inside if p.suffix.lower() != ".pdf" or not p.is_file()]
            if not found:
                raise InputError(*notes, f"{path}: there are no PDFs in this folder")
        for file in found:
            if file.absolute() not in seen:
                seen.add(file.absolute())
                yield file


def _hidden(path: Path) -> bool:
    """Whether it is a file of the system's, or in a folder of its."""
    *folders, name = path.parts
    kept = name == "Thumbs.db" or (name.startswith(".") and not name.lower().endswith(".pdf"))
    return kept or any(folder.startswith((".", "__")) for folder in folders)


def _paper(file: Path, reply: Mapping[str, Any], exam: Exam) -> tuple[Paper, list[str]]:
    if "fault" in reply:
        raise _Wrong(reply["fault"])
    fields = {name: one_line(text) for name, text in reply["fields"].items()}
    notes = list(reply["notes"])
    answers = {item: fields[item] for item in exam.columns if fields.get(item)}
    if not any(item in fields for item in exam.columns):
        raise _Wrong("is a form, but has no field of this exam; another exam's, or another document")
    made_for = fields.get("exam", "")
    if made_for and made_for != exam.checksum[:8]:
        raise _Wrong(f"belongs to another exam ({quoted(made_for)}; this one is {exam.checksum[:8]})")
    variant = fields.get("variant", "")
    if variant not in exam.variants:
        what = f"variant {quoted(variant)} is not of this exam ({exam.variants[0]} to {exam.variants[-1]})"
        raise _Wrong(what if variant else "does not say its variant; type its answers in by hand")
    if not answers:
        notes.append("no answer is filled in")
    student, guess = _student(file, fields, variant, exam)
    return Paper(str(file), student, variant, answers), notes + guess


def _student(file: Path, fields: Mapping[str, str], variant: str, exam: Exam) -> tuple[str, list[str]]:
    """The roster's holder of the variant, else the id, else the name that the paper states, else the file's name."""
    holder = next((student for student, held in exam.students.items() if held == variant), "")
    stated, name = student_id(fields.get("student_id", "")), student_id(fields.get("name", ""))
    if holder and stated and stated != holder:
        raise _Wrong(f"variant {variant} is the paper of {quoted(holder)}, but states {quoted(stated)}; decide by hand")
    student = holder or stated or name or student_id(file.stem)
    if len(student) > 100 or not student.isprintable():
        raise _Wrong(f"student id {quoted(student)}: at most 100 characters that can be seen are accepted")
    if stated or (holder and "student_id" not in fields):  # a paper printed for its student asks for no id
        return student, []
    if holder:
        return student, [f"states no student id; that of variant {variant} is assumed: {quoted(student)}"]
    return student, [f'states no student id; taken from {"the name on it" if name else "the file name"}: "{student}"']


def _one_each(papers: list[Paper], result: Collected) -> list[Paper]:
    """One paper for each student: of two that differ none, since only a person can tell which one counts."""
    sent: dict[str, list[Paper]] = {}
    for paper in papers:
        sent.setdefault(paper.student, []).append(paper)
    kept = []
    for student, mine in sent.items():
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
    by_variant: dict[str, list[str]] = {}
    for paper in kept:
        by_variant.setdefault(paper.variant, []).append(quoted(paper.student))
    result.notes += [
        f"variant {variant}: handed in by {' and '.join(students)}"
        for variant, students in by_variant.items()
        if len(students) > 1
    ]
    return kept


def _read(files: Sequence[Path], seconds: float) -> Iterator[tuple[Path, dict[str, Any]]]:
    """What the readers say of each file, in order."""
    count = max(1, min(READERS, len(files) // 4))
    free: _Readers = queue.SimpleQueue()
    for _ in range(count):
        free.put(None)
    try:
        with ThreadPoolExecutor(count) as pool:
            yield from zip(files, pool.map(lambda file: _ask(file, free, seconds), files), strict=True)
    finally:
        while not free.empty():
            _end(free.get())


def _ask(file: Path, free: _Readers, seconds: float) -> dict[str, Any]:
    """What a process says that reads forms; started anew where a file has brought it down."""
    reader = free.get() or subprocess.Popen(
        # not -I, which would miss a checkout on PYTHONPATH; -P keeps the current folder's modules out
        [sys.executable, "-P", "-m", "grader.reading.forms"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="ascii",
    )
    assert reader.stdin is not None
    assert reader.stdout is not None
    timer = threading.Timer(seconds, reader.kill)
    timer.start()
    try:
        reader.stdin.write(json.dumps(str(file.absolute())) + "\n")
        reader.stdin.flush()
        reply = reader.stdout.readline()
    except OSError:
        reply = ""
    late = not timer.is_alive()
    timer.cancel()
    if reply.endswith("\n"):
        free.put(reader)
        result: dict[str, Any] = json.loads(reply)
        return result
    _end(reader)
    free.put(None)
    if late:
        return {"fault": f"takes more than {seconds:g} s to read, so it is no paper of ours"}
    return {"fault": "brings the PDF reader down; not read"}


def _end(reader: subprocess.Popen[str] | None) -> None:
    if reader is not None:
        reader.kill()
        reader.communicate()
