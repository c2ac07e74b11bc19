"""Marks an answers file: reads, scores, writes the results folder; whole or not at all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from grader.answers import read_answers
from grader.marksheet import marks_csv, scores_csv
from grader.score import Marks, score
from qgen.exam import read_exam
from qgen.folder import whole_folder

Progress = Callable[[str, int, int], None]


def mark(
    answers: Path,
    exam_folder: Path,
    out: Path,
    *,
    encoding: str | None = None,
    force: bool = False,
    progress: Progress = lambda what, done, of: None,
) -> Marks:
    """scores.csv and marks.csv in `out`. InputError where anything is at fault; then nothing is written."""
    progress("reading", 0, 3)
    exam = read_exam(exam_folder)
    students = exam.students or None
    submissions = read_answers(
        answers, items=exam.columns, variants=exam.variants, students=students, encoding=encoding
    )
    progress("marking", 1, 3)
    marks = score(exam, submissions)
    marks = replace(marks, remarks=(*submissions.notes, *marks.remarks))
    progress("writing", 2, 3)
    write_results(marks, out, force=force)
    progress("writing", 3, 3)
    return marks


def write_results(marks: Marks, out: Path, *, force: bool) -> None:
    """The results folder."""
    with whole_folder(out, force=force, marker="scores.csv") as folder:
        (folder / "scores.csv").write_text(scores_csv(marks), "utf-8", newline="")
        with (folder / "marks.csv").open("w", encoding="utf-8", newline="") as file:
            file.writelines(marks_csv(marks))
