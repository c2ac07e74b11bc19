"""The feedback PDFs in one zip that a system hands out, each named as the system's own download names a student.

Moodle (assignment > Upload multiple feedback files in a zip): Ann Able_123_assignfeedback_file_feedback.pdf, with the
number after "Participant" in its grading worksheet. Canvas (assignment > Upload submissions): the very name of the file
that the student handed in, such as ableann_101_5501_paper.pdf, which holds their id and the file's.
"""

from __future__ import annotations

import re
import zipfile
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath

from grader.lms.export import SYSTEMS, Export, people_of, target_of
from grader.lms.gradebook import Gradebook, Kind, Student, students_of
from grader.lms.matching import Unmatched, match
from grader.lms.results import read_results
from qgen.errors import InputError, nearest, quoted, some
from qgen.export.archive import put
from qgen.files import pdf_names, whole_file
from qgen.headings import columns
from qgen.tables.table import read_table, rectangular

FEEDBACK = "feedback.pdf"
PARTICIPANT = re.compile(r"\D{1,60}(\d{1,18})")
SUBMITTED = re.compile(r"[^_]*(?:_[Ll][Aa][Tt][Ee])?_(?P<user>\d{1,18})_\d{1,18}_.+", re.DOTALL)
UPLOAD = {
    "moodle": "Moodle: in an assignment with feedback files ticked in its settings: Upload multiple feedback files",
    "canvas": "Canvas: in the assignment Upload submissions",
}
Named = Callable[[Student], str]  # what a student's file is called in the zip; "" where no name is known


def feedback_files(
    lms: str, results: str | Path, names: str | Path, *, roster: str | Path | None = None,
    out: str | Path | None = None, partial: bool = False, force: bool = False,
) -> Export:  # fmt: skip
    """Writes <results>/<lms>-feedback.zip, or `out`, from results/feedback; nothing where some have no partner.

    names: of Moodle the grading worksheet of the assignment; of Canvas its downloaded submissions, a zip or a folder,
    along with the gradebook as `roster`. InputError for files at fault.
    """
    results, names = Path(results), Path(names)
    if lms not in UPLOAD:
        raise InputError(f"{lms}: takes no feedback files from a zip; {nearest(lms, UPLOAD)}")
    target = target_of(results, Path(out) if out else None, f"{lms}-feedback.zip", names, force)
    people, named = _moodle(names) if lms == "moodle" else _canvas(names, roster)
    scores = [score.student_id for score in read_results(results, marks=False).scores]
    pdfs = {s: results / "feedback" / name for s, name in zip(scores, pdf_names(scores), strict=True)}
    matching = match(scores, people)
    lost = [Unmatched(s, f"has no {path.name} in {path.parent}") for s, path in pdfs.items() if not path.is_file()]
    lost += [Unmatched(s, "has no file there to be named like") for s, row in matching.pairs if not named(row)]
    gone = {one.who for one in lost}
    sent = [(s, row) for s, row in matching.pairs if s not in gone]
    answer = Export(
        (), tuple(s for s, _ in sent), (*matching.in_results, *lost), matching.in_roster, (), (), UPLOAD[lms]
    )
    if not sent or not (answer.complete or partial):
        return answer
    with whole_file(target, force=force) as file, zipfile.ZipFile(file, "w") as archive:
        for student, row in sent:
            put(archive, named(row), pdfs[student].read_bytes())
    return replace(answer, files=(target,))


def _moodle(worksheet: Path) -> tuple[Gradebook, Named]:
    """The grading worksheet: in its first column "Participant 123", then the name, then what identifies people."""
    table = rectangular(read_table(worksheet))
    if not table.body or not all(PARTICIPANT.fullmatch(cells[0].strip()) for _, cells in table.body):
        raise InputError(
            f'{table.name}: is no grading worksheet, whose first column has "Participant 123"; in the assignment: '
            "View all submissions > Download grading worksheet"
        )
    numbers = Counter(cells[0].strip() for _, cells in table.body)
    if twice := [number for number, count in numbers.items() if count > 1]:
        raise InputError(f"{table.name}: {some(twice)} stands in several rows; download the worksheet again")
    kinds: tuple[Kind, ...] = ("id", "login", "email")
    students = students_of(table, {kind: columns(table.heading, kind) for kind in kinds})
    if not students:
        raise InputError(f"{table.name}: has no column of ID numbers, user names or e-mail addresses")

    def named(student: Student) -> str:
        found = PARTICIPANT.fullmatch(student.cells[0].strip())
        name = re.sub(r'[_/\\:*?"<>|\x00-\x1f]', " ", student.cells[1]).strip()
        return f"{name or 'student'}_{found[1] if found else ''}_assignfeedback_file_{FEEDBACK}"

    return Gradebook(tuple(table.heading), students, (), (), table.delimiter), named


def _canvas(submissions: Path, roster: str | Path | None) -> tuple[Gradebook, Named]:
    """The gradebook, which knows students by Canvas' own numbers, and what they handed in, named by these."""
    if roster is None:
        raise InputError(
            "canvas: files go by Canvas' own numbers: name the gradebook that it exports, too, as --roster"
        )
    files = _submitted(submissions)
    people, _ = people_of(SYSTEMS["canvas"], Path(roster), (), None, None)
    at = people.ids[0].keys[0]
    return people, lambda student: files.get(student.cells[at].strip(), "")


def _submitted(path: Path) -> Mapping[str, str]:
    """By Canvas' number of a user the name of a file that they handed in; of a PDF, if there is one."""
    if path.is_dir():
        found = [file.name for file in sorted(path.rglob("*")) if file.is_file()]
    else:
        try:
            with zipfile.ZipFile(path) as archive:
                found = [PurePosixPath(name).name for name in archive.namelist()]
        except (OSError, zipfile.BadZipFile):
            raise InputError(
                f"{path}: is no zip; in the assignment: Download submissions, and name that file"
            ) from None
    files = {match["user"]: name for name in found if (match := SUBMITTED.fullmatch(name))}
    files |= {match["user"]: name for name in found if name.endswith(".pdf") and (match := SUBMITTED.fullmatch(name))}
    if not files:
        shown = f", but {quoted(found[0])}" if found else ""
        raise InputError(f"{path}: holds no file named as Canvas names submissions, ableann_101_5501_paper.pdf{shown}")
    return {user: name if name.endswith(".pdf") else f"{name}.pdf" for user, name in files.items()}
