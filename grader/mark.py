"""Marks an answers file: reads, scores, writes the results folder; whole or not at all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from grader.decisions.changes import changes_csv, lost_scores
from grader.decisions.kept import decided
from grader.decisions.overrides import decisions_of, overrides_csv
from grader.decisions.read_back import ASKED
from grader.lms import NAMES
from grader.marking.origins import Origins, origins_of, together
from grader.marking.score import score
from grader.marking.task_marks import UNMARKED
from grader.marking.verdicts import CORRECT, IS_BLANK, IS_UNREADABLE, Marks, number
from grader.reading.answers import answers_to, read_answers
from grader.reading.responses import answer_files, read_responses, recognise
from grader.reading.students.identity import Listed
from grader.reading.students.people import NOBODY, read_people
from grader.reading.submissions import Submissions
from grader.reasons import PAGE_MISSING, WAITING, Wording
from grader.results.collusion import Evidence, collusion, collusion_csv
from grader.results.marksheet import MARKS_HEADER, asked_csv, audit_csv, lost_rows, marks_rows, scores_csv
from grader.results.slips import slips, strange_columns, without_a_number
from qgen.errors import InputError, quoted, several, some, typed
from qgen.exam.exam import Exam, read_exam
from qgen.files import whole_folder
from qgen.memory import seldom_tidied
from qgen.parallel import each, shares, worthwhile
from qgen.roster import renamed
from qgen.tables.table import read_tables

# What a results folder may hold for --force to replace it.
OURS = (
    *("scores.csv", "marks.csv", "remarks.txt", "collusion.csv", "changes.csv", "overrides.csv", "marking.toml"),
    *("audit.csv", ASKED),
    *("feedback", "report.html", "items.csv", "moodle.xml", "moodle-feedback.zip", "canvas-feedback.zip"),
    *(f"{lms}.csv" for lms in NAMES),
)
# Of so many answers not even this share is right: so bad is no class that sat this exam, of so many students.
FEWEST_ANSWERS, MOST_BY_CHANCE, FEWEST_STUDENTS = 50, 0.05, 5
MOST_WHY = 5  # remarks on answers that are refused, for one of them may say what happened
FEWEST_IN_REPORT = 5  # students of whom figures say anything
FEWEST, FEWEST_PDFS = 10_000, 50  # students whose marks, or whose feedback, are worth a process of their own
WRITTEN = 2048  # students whose marks are written at once
MOST_NAMED = 40  # students whom a remark on unmarked tasks names; marks.csv has all
MOST_PDFS = 100  # students whose feedback is made before progress is told

Named = tuple[str | None, str | None]  # the columns of ids and of names, where the user says which
Progress = Callable[[str, int, int], None]


@seldom_tidied()
def mark(
    answers: str | Path,
    exam_folder: str | Path,
    out: str | Path,
    *,
    encoding: str | None = None,
    roster: str | Path | None = None,
    last: bool = False,
    id_column: str | None = None,
    name_column: str | None = None,
    overrides: str | Path | None = None,
    marking: str | Path | None = None,
    replace_decisions: bool = False,
    feedback: bool = True,
    only_lost: bool = False,
    anyway: bool = False,
    templates: str | Path | None = None,
    force: bool = False,
    progress: Progress = lambda what, done, of: None,
) -> Marks:
    """scores.csv, marks.csv, remarks.txt and feedback/ in `out`, whole or, with an InputError, not at all.

    It is one where next to nothing is right, unless `anyway`. `only_lost`: marks.csv without what is simply right.
    """
    answers, out = Path(answers), Path(out)
    roster, templates = (None if path is None else Path(path) for path in (roster, templates))
    progress("reading", 0, 1)
    named = id_column, name_column
    exam, submissions, origins = _submissions(answers, read_exam(exam_folder), encoding, roster, last, named)
    held = decided(exam, submissions.students, None if replace_decisions else out, overrides, marking)
    progress("reading", 1, 1)
    exam, count = held.policy.exam, len(submissions.students)
    jobs = worthwhile(count, FEWEST)
    progress("marking", 0, count)
    decisions = decisions_of((*held.policy.given, *held.overrides), exam, submissions.students)
    with whole_folder(out, force=force, marker="scores.csv", ours=OURS) as folder:
        marks = score(exam, submissions, decisions, jobs=jobs, progress=lambda done: progress("marking", done, count))
        marks = replace(marks, origins=origins, dropped=held.policy.dropped)
        if (strange := _strange(marks)) and count >= FEWEST_STUDENTS and not anyway:
            raise InputError(f"{answers}: {strange}, or mark them with --anyway", *_why(marks))
        suspicions, changes = collusion(marks), changes_csv(out, marks, held.policy.said)
        told = (
            *submissions.notes, *lost_scores(changes), *origins.remarks, *_waiting(marks, answers), *_unmarked(marks),
            *[strange] * bool(strange), *without_a_number(marks), *slips(marks), *strange_columns(marks),
            *dict.fromkeys(found.remark for found in suspicions), *_bonuses(marks),
        )  # fmt: skip
        missing = _write_feedback(marks, folder / "feedback", templates, progress) if feedback else []
        missing += _write_report(marks, suspicions, folder, templates) if feedback and count >= FEWEST_IN_REPORT else []
        marks = replace(marks, remarks=(*told, *missing))
        _write_tables(marks, folder, templates, jobs, only_lost=only_lost)
        for called, text in (
            ("collusion.csv", collusion_csv(marks, suspicions)),
            ("overrides.csv", overrides_csv(held.overrides)),
            ("marking.toml", held.marking),
            ("audit.csv", audit_csv(marks)),
            ("changes.csv", changes),
        ):
            if text:
                (folder / called).write_text(text, "utf-8", newline="")
    return marks


def _beside(answers: Path) -> str:
    """A hint at the other one of the exam's two empty answer sheets."""
    others = [answers.with_suffix(suffix) for suffix in (".csv", ".xlsx")]
    return "".join(f"; were they typed into {other}?" for other in others if other != answers and other.is_file())


def _waiting(marks: Marks, answers: Path) -> Iterator[str]:
    """How many answers a scan or a form has left to a person."""
    kinds = Counter(reason.kind for place, reason in marks.reasons.items() if place not in marks.decisions)
    if count := sum(kinds[kind] for kind in WAITING):
        wait = f"{several(count, 'cell')} {'wait' if count > 1 else 'waits'}"
        yield f"{wait} to be looked at: grader desk {typed(answers)}"
    if kinds[PAGE_MISSING]:
        yield f"{several(kinds[PAGE_MISSING], 'cell')} on pages that are missing: scan these, or ask for the paper"


def _unmarked(marks: Marks) -> Iterator[str]:
    """Whose tasks wait to be marked: their scores count only what is."""
    waiting = marks.tasks.verdicts == UNMARKED
    if waiting.any():
        students, cells = several(int(waiting.any(axis=1).sum()), "student"), several(int(waiting.sum()), "task")
        yield f"{students} with {cells} not yet marked: their scores count only what is marked"
    for t, task in enumerate(marks.tasks.tasks):
        names = [marks.submissions.students[s] for s in np.flatnonzero(waiting[:, t]).tolist()]
        if names:
            yield f"not yet marked, {task.id}: {'everybody' if waiting[:, t].all() else some(names, MOST_NAMED)}"


def _bonuses(marks: Marks) -> Iterator[str]:
    """Who gets more for an answer than it is worth."""
    for (s, i), decision in marks.decisions.items():
        item = marks.exam.items[i]
        if float(decision.marks) > item.marks:
            yield f"bonus: {marks.submissions.students[s]}, {item.id}: {decision.marks} of {number(item.marks)}"


def _write_tables(marks: Marks, folder: Path, templates: Path | None, jobs: int, *, only_lost: bool) -> None:
    wording, rows = Wording.of_exam(marks.exam.spec, templates), lost_rows if only_lost else marks_rows
    (folder / "scores.csv").write_text(scores_csv(marks), "utf-8", newline="")
    if only_lost:
        (folder / ASKED).write_text(asked_csv(marks.exam), "utf-8", newline="")
    parts = shares(len(marks.verdicts), WRITTEN, jobs)
    with (folder / "marks.csv").open("wb") as file:
        file.write(f"{MARKS_HEADER}\n".encode())
        # encoded student by student: one character that is not ASCII makes all of a text twice as large
        file.writelines(each(lambda part: b"".join(map(str.encode, rows(marks, part, wording))), parts, jobs))
    if marks.remarks:
        (folder / "remarks.txt").write_text("\n".join(marks.remarks) + "\n", "utf-8")


def _strange(marks: Marks) -> str:
    """That next to nothing is right: another exam's answers have the same items."""
    right = np.count_nonzero(marks.verdicts == CORRECT)
    answered = np.count_nonzero(marks.verdicts != IS_BLANK)
    if answered < FEWEST_ANSWERS or right >= MOST_BY_CHANCE * answered:
        return ""
    cells = np.argwhere(marks.verdicts == IS_UNREADABLE)
    text = quoted(marks.submissions.written[tuple(cells[0])].strip()) if len(cells) else ""
    which = f" ({len(cells):,} are unreadable, such as {text})" if text else ""
    return f"only {right:,} of {answered:,} answers are right{which}: are they to this exam? Say which with --exam"


def _why(marks: Marks) -> list[str]:
    """The remarks that may say what happened to answers of which next to nothing is right."""
    return [*marks.submissions.notes, *strange_columns(marks), *slips(marks)][:MOST_WHY]


def _submissions(
    answers: Path, exam: Exam, encoding: str | None, roster: Path | None, last: bool, named: Named
) -> tuple[Exam, Submissions, Origins]:
    """The answers of a table, of several in a folder, or of what a system exported, and the exam to score them with.

    And how they were read: what a system exports was typed.
    """
    ids, names = named
    files, others = answer_files(answers)
    tables = [table for file in files for table in read_tables(file, encoding, answers_to(exam.sheet_columns, ids))]
    if any(recognise(table.heading) for table in tables):
        if any(named):
            raise InputError(f"{answers}: is a system's export, whose columns are known; leave out --id and --name")
        return (*read_responses(answers, exam, roster=roster), Origins())
    tables = [
        replace(table, heading=renamed(table.heading, f"{table.name}:{table.line}", ids=ids, names=names))
        for table in tables
        if len(tables) == 1 or not any(named) or answers_to(exam.sheet_columns, ids)(table.heading)
    ]
    people = NOBODY if roster is None else read_people(roster)
    listed = Listed.of(exam.students, exam.names, people)
    submissions = read_answers(tables, exam, listed=listed, last=last)
    if not submissions.students:
        raise InputError(f"{answers}: nobody has an answer in it{_beside(answers)}")
    if roster is not None and not people.logins and listed.sheet.issuperset(people.called):
        note = f"{roster.name}: not needed, for {answers.name} names students by their ids, as the exam's roster does"
        others.append(note)
    submissions = replace(submissions, notes=(*submissions.notes, *others))
    return exam, submissions, together([origins_of(file, submissions, listed) for file in files])


def _write_report(marks: Marks, suspicions: tuple[Evidence, ...], folder: Path, templates: Path | None) -> list[str]:
    """report.html and items.csv; a remark where they could not be made. InputError where a template is at fault."""
    from grader.class_report.report import report

    try:
        made = report(marks, templates=templates, suspicions=suspicions)
    except InputError:
        raise
    except Exception as fault:  # of what shows the marks, not of the marks
        return [f"no report could be made: {type(fault).__name__}: {fault}"]
    made.write(folder)
    return []


def _write_feedback(marks: Marks, folder: Path, templates: Path | None, progress: Progress) -> list[str]:
    """The PDFs; a remark for each student whose PDF could not be made. InputError where a template lets nobody's be."""
    from grader.results.feedback import Feedback
    from grader.results.handwriting import handwriting

    def write(students: range) -> tuple[int, dict[int, Exception]]:
        faults: dict[int, Exception] = {}
        for s in students:
            try:
                pdf = feedback.pdf(s)
            except InputError as fault:
                faults[s] = fault
                continue
            except Exception as fault:  # of one student's: the others wait for theirs
                faults[s] = Exception(f"{type(fault).__name__}: {fault}")  # one that reaches another process
                continue
            (folder / feedback.names[s]).write_bytes(pdf)
        return students.stop, faults

    folder.mkdir()
    pictures, told = handwriting(marks)
    feedback = Feedback(marks, templates, pictures)
    students = marks.submissions.students
    jobs = worthwhile(len(students), FEWEST_PDFS)
    faults: dict[int, Exception] = {}
    for done, found in each(write, shares(len(students), MOST_PDFS, jobs), jobs):
        faults |= found
        progress("feedback", done, len(students))
    if students and len(faults) == len(students) and all(isinstance(fault, InputError) for fault in faults.values()):
        raise faults[0]
    return told + [
        f"student {quoted(students[s])}: no feedback could be made: {'; '.join(str(fault).splitlines())}"
        for s, fault in faults.items()
    ]
