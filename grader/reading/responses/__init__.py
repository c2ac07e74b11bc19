"""Answers as a learning-management system exports them: Moodle's quiz responses, Canvas' Student Analysis."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

import grader.reading.responses.canvas as canvas
import grader.reading.responses.moodle as moodle
from grader.reading.responses.assemble import assemble
from grader.reading.students.people import NOBODY, read_people
from grader.reading.submissions import Submissions
from qgen.errors import InputError, quoted, some
from qgen.exam.exam import Exam
from qgen.tables.table import Faults, read_table

_TABLES = (".csv", ".tsv", ".xlsx", ".ods", ".json")
_OTHER_FOLDERS = {
    "exam.json": "an exam folder; give the file in it that the answers were typed into",
    "marks.csv": "a results folder; give the answers that it was made of",
}
_SHOWN = 4  # files that a remark names


def recognise(heading: Sequence[str]) -> ModuleType | None:
    """Who reads a table, by its heading alone; None for one that is no system's export."""
    return next((system for system in (moodle, canvas) if system.recognises(heading)), None)


def read_responses(path: str | Path, exam: Exam, *, roster: str | Path | None = None) -> tuple[Exam, Submissions]:
    """What students answered in the quizzes that qgen exported, and the exam to score it with.

    `path`: Moodle's or Canvas' file, or a folder of them, such as one for each of Canvas' quizzes. `roster`: a CSV
    file with student_id and any of name, email, login, variant; without it students are called by the LMS's id.
    The exam is the one given, unless a quiz drew each question at random: then variants such as 007+012, the first
    question of one and the second of another, are put together. InputError lists the faults of all files.
    """
    path = Path(path)
    people = NOBODY if roster is None else read_people(roster)
    attempts, notes, lines = [], list(people.notes), list[str]()
    files, others = answer_files(path)
    notes += others
    for file in files:
        table = read_table(file, is_heading=lambda row: bool(recognise(row)))
        system = recognise(table.heading)
        if system is None:
            raise InputError(
                f"{table.name}:{table.line}: is neither Moodle's quiz responses (Results > Responses > Download) nor "
                "Canvas' Student Analysis (Quiz Statistics > Student Analysis)"
            )
        found = Faults(table.name)
        rows, remarks = system.read(table, exam, found)
        notes += [*table.notes, *remarks]
        attempts += rows
        try:
            found.stop()
        except InputError as fault:
            lines += fault.faults
    if lines:
        raise InputError(*lines)
    if not attempts:
        raise InputError(*notes, f"{path}: no student has answered anything yet")
    return assemble(attempts, exam, people, notes)


def answer_files(path: Path) -> tuple[list[Path], list[str]]:
    """The file, or the tables in a folder; and a remark on other files there. InputError for what it cannot be.

    What a spreadsheet program keeps beside an open file is none of them, nor what was collected from forms at first.
    """
    if not path.is_dir():
        return [path], []
    for holds, what in _OTHER_FOLDERS.items():
        if (path / holds).is_file():
            raise InputError(f"{path}: is {what}")
    inside = [file for file in sorted(path.iterdir()) if file.is_file() and not file.name.startswith(("~$", "."))]
    copies = {file.with_name(f"{file.stem}-forms.csv") for file in inside}
    files = [file for file in inside if file.suffix.lower() in _TABLES and file not in copies]
    others = [quoted(file.name) for file in inside if file.suffix.lower() not in _TABLES]
    if not files:
        raise InputError(f"{path}: no CSV files or workbooks in this folder")
    return files, [f"{path}: files that are no tables were left out: {some(others, _SHOWN)}"] * bool(others)
