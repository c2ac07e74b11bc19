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
from qgen.errors import InputError
from qgen.exam.exam import Exam
from qgen.tables.table import Faults, read_table


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
    for file in _files(path):
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


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    files = sorted(file for file in path.iterdir() if file.suffix.lower() in (".csv", ".tsv", ".xlsx", ".ods", ".json"))
    if not files:
        raise InputError(f"{path}: no CSV files or workbooks in this folder")
    return files
