"""Marks an answers file: reads, scores, writes the results folder; whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

from grader.lms import NAMES
from grader.marking.hypotheses import suspects
from grader.marking.overrides import Decision, decide, read_decisions
from grader.marking.score import CHUNK, score_some
from grader.marking.verdicts import CORRECT, IS_BLANK, Found, Marks, joined
from grader.reading.answers import Submissions, answers_in
from grader.reading.parsed_cells import Cell
from grader.reading.responses import read_responses, recognise
from grader.results.collusion import suspicions
from grader.results.marksheet import MARKS_HEADER, MarksRows, scores_csv
from qgen.exam.exam import Exam, read_exam
from qgen.files import whole_folder
from qgen.memory import seldom_tidied
from qgen.parallel import Turns, each, shares, worthwhile
from qgen.tables.table import read_table

OURS = ("scores.csv", "marks.csv", "remarks.txt", "feedback", "moodle.xml", *(f"{lms}.csv" for lms in NAMES))
"""What a results folder may hold for --force to replace it."""
FEWEST_ANSWERS, MOST_BY_CHANCE = 50, 0.05
"""Of so many answers not even this share is right: so bad is no class that sat this exam."""
FEWEST = 10_000
"""Students for whom a process of their own is worth its start."""

Progress = Callable[[str, int, int], None]


@seldom_tidied()
def mark(
    answers: Path,
    exam_folder: Path,
    out: Path,
    *,
    encoding: str | None = None,
    roster: Path | None = None,
    overrides: Path | None = None,
    feedback: bool = True,
    templates: Path | None = None,
    force: bool = False,
    progress: Progress = lambda what, done, of: None,
) -> Marks:
    """scores.csv, marks.csv, remarks.txt and feedback/ in `out`, whole or, with an InputError, not at all."""
    progress("reading", 0, 1)
    exam, submissions = _submissions(answers, read_exam(exam_folder), encoding, roster)
    count = len(submissions.students)
    jobs = worthwhile(count, FEWEST)
    progress("marking", 0, count)
    decisions = read_decisions(overrides, exam, submissions.students) if overrides else {}
    with whole_folder(out, force=force, marker="scores.csv", ours=OURS) as folder:
        marks = _marked(exam, submissions, decisions, folder / "marks.csv", jobs, progress)

        def write_scores() -> tuple[str, ...]:
            (folder / "scores.csv").write_text(scores_csv(marks), "utf-8", newline="")
            return ()

        tasks: tuple[Callable[[], tuple[str, ...]], ...] = write_scores, partial(suspicions, marks)
        _, shared = each(lambda task: task(), tasks, jobs)
        marks = replace(marks, remarks=(*submissions.notes, *_strange(marks), *shared))
        if marks.remarks:
            (folder / "remarks.txt").write_text("\n".join(marks.remarks) + "\n", "utf-8")
        if feedback:
            _write_feedback(marks, folder / "feedback", templates, progress)
    return marks


def _marked(
    exam: Exam, submissions: Submissions, decisions: Mapping[Cell, Decision], path: Path, jobs: int, progress: Progress
) -> Marks:
    """The marks; marks.csv is written as they are found, by each process in turn."""
    known = [suspects(batch) for batch in exam.batches]
    chunks = shares(len(submissions.students), CHUNK, jobs)
    rows, turns = MarksRows(exam), Turns(jobs)
    path.write_text(f"{MARKS_HEADER}\n", "utf-8", newline="")

    def found(at: int) -> Found:
        first = chunks[at].start
        own = {(s - first, i): decision for (s, i), decision in decisions.items() if s in chunks[at]}
        with turns.of(at) as wait:
            marks = decide(score_some(exam, submissions.take(chunks[at]), known), own)
            texts = rows.of(marks)
            wait()
            # student by student: one character that is not ASCII makes all of a text twice as large
            with path.open("ab", buffering=1 << 18) as file:
                file.writelines(text.encode() for text in texts)
        return marks.found

    def told() -> Iterator[Found]:
        for chunk, part in zip(chunks, each(found, range(len(chunks)), jobs), strict=True):
            progress("marking", chunk.stop, len(submissions.students))
            yield part

    return joined(exam, submissions, told())


def _strange(marks: Marks) -> Iterator[str]:
    """That next to nothing is right: another exam's answers have the same items."""
    right = np.count_nonzero(marks.verdicts == CORRECT)
    answered = np.count_nonzero(marks.verdicts != IS_BLANK)
    if answered >= FEWEST_ANSWERS and right < MOST_BY_CHANCE * answered:
        yield f"only {right:,} of {answered:,} answers are right: are they to this exam? say which with --exam"


def _submissions(answers: Path, exam: Exam, encoding: str | None, roster: Path | None) -> tuple[Exam, Submissions]:
    """The answers of a table, or of what a learning-management system exported, and the exam to score them with."""
    table = None if answers.is_dir() else read_table(answers, encoding)
    if table is None or recognise(table.heading):
        return read_responses(answers, exam, roster=roster)
    return exam, answers_in(table, items=exam.columns, variants=exam.variants, students=exam.students or None)


def _write_feedback(marks: Marks, folder: Path, templates: Path | None, progress: Progress) -> None:
    from grader.results.feedback import feedback

    folder.mkdir()
    count = len(marks.submissions.students)
    for done, (name, pdf) in enumerate(feedback(marks, templates), start=1):
        (folder / name).write_bytes(pdf)
        progress("feedback", done, count)
