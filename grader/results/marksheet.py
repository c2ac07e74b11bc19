"""scores.csv and marks.csv: Marks as tables, for people, spreadsheets and grader export."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

from grader.marking.origins import TYPED
from grader.marking.task_marks import TASK_VERDICTS
from grader.marking.verdicts import CORRECT, FOLLOW_THROUGH, IS_UNREADABLE, VERDICTS, Marked, Marks, number
from grader.reasons import Decision, Reason, Wording
from qgen.decimals import plains
from qgen.engine.intervals import Array
from qgen.exam.exam import Exam
from qgen.exam.tasks import PART
from qgen.tables.spreadsheet import cell, cells

MARKS_HEADER = (
    "student_id,variant,item,layer,part,answer,expected,low,high,verdict,marks,max_marks,misconception,note,"
    "from_own,reason,decision,read_by"
)
TOGETHER, MOST_KEPT = 512, 4096  # variants whose numbers are written at once, and kept for others who have them
ANY_NUMBER = 24681357.0  # stands for a number in a sentence that is the same for all numbers


def layer_columns(exam: Exam) -> dict[str, list[int]]:
    """<question>_<layer> -> the columns of its items, in the order of the paper."""
    columns: dict[str, list[int]] = {}
    start = 0
    for question in (q.question for q in exam.spec.questions):
        for layer in question.layers:
            found = [start + i for i, item in enumerate(question.items) if item.layer == layer]
            if found:
                columns[f"{question.id}_{layer}"] = found
        start += len(question.items)
    return columns


def subtotals(exam: Exam) -> dict[str, list[int]]:
    """The columns of scores.csv after the total: each question's layers, then its tasks; what of `worths` they sum."""
    layers = layer_columns(exam)
    found: dict[str, list[int]] = {}
    tasks = {task.id: len(exam.items) + t for t, task in enumerate(exam.tasks)}
    for q in exam.spec.questions:
        found |= {name: columns for name, columns in layers.items() if name.startswith(f"{q.question.id}_")}
        found |= {task.id: [tasks[task.id]] for task in q.tasks}
    return found


def worths(exam: Exam) -> list[float]:
    """The marks of all items, then of all tasks."""
    return [*(item.marks for item in exam.items), *(task.marks for task in exam.tasks)]


def sums(marks: Marks) -> Array:
    """(students, 1 + subtotals): each student's score, and what each of the `subtotals` earned; NaN if not marked."""
    found = subtotals(marks.exam)
    summed = np.zeros((len(worths(marks.exam)), 1 + len(found)))
    summed[:, 0] = 1.0
    for at, columns in enumerate(found.values(), start=1):
        summed[columns, at] = 1.0
    given = marks.tasks.marks
    totals = np.round(np.hstack([marks.earned(), np.nan_to_num(given)]) @ summed, 6)
    for t, task in enumerate(marks.exam.tasks):
        totals[np.isnan(given[:, t]), 1 + list(found).index(task.id)] = np.nan
    return totals


def scores_csv(marks: Marks) -> str:
    """One row per student: score, maximum, per cent, and what each layer and task earned, "" for a task not yet marked.

    Of the absent the maximum alone.
    """
    exam, most = marks.exam, marks.exam.max_score
    lines = [",".join(("student_id", "variant", "score", "max_score", "percent", *subtotals(exam))) + "\n"]
    submissions, written = marks.submissions, lru_cache(maxsize=1 << 16)(_given)
    for student, v, (score, *parts) in zip(
        submissions.students, submissions.variants.tolist(), sums(marks).tolist(), strict=True
    ):
        percent = f"{100 * score / most if most else 0.0:.2f}"
        row = (cell(student), exam.variants[v], written(score), written(most), percent, *map(written, parts))
        lines.append(",".join(row) + "\n")
    for absent in reversed(submissions.absent):
        rest = "," * (1 + len(subtotals(exam)))
        lines.insert(1 + absent.before, f"{cell(absent.student)},{absent.variant},,{written(most)}{rest}\n")
    return "".join(lines)


def audit_csv(marks: Marks) -> str:
    """What a person found of answers that a scan had credited; "" where nothing was scanned."""
    audit = marks.origins.audit
    if audit is None:
        return ""
    return f"audited,disagreed,at_most_percent\n{audit.seen},{audit.disagreements},{100 * audit.bound:.2f}\n"


def _given(marks: float) -> str:
    """Marks as they are printed; "" where none are given yet."""
    return "" if marks != marks else number(marks)


def marks_rows(marks: Marks, students: range, wording: Wording | None = None) -> Iterator[str]:
    """The rows of marks.csv, student by student; what cells have in common is written once."""
    exam, submissions = marks.exam, marks.submissions
    wording = wording or Wording.of_exam(exam.spec)
    count = len(exam.items)
    # of each cell: the student, the item, the answer, what is accepted, why it has its marks, how it was read
    row = [""] * (6 * count)
    row[1::6] = [f"{item.id},{item.layer},{item.part}," for item in exam.items]
    accepted: dict[int, list[str]] = {}
    typed, read_by = [f",{TYPED}\n"] * count, marks.origins.read_by
    row[5::6] = typed
    for s, ends in zip(students, _ends(marks, students, wording), strict=True):
        v = int(submissions.variants[s])
        if v not in accepted:
            if len(accepted) > MOST_KEPT:
                accepted.clear()
            accepted |= _accepted(exam, submissions.variants[s : min(s + TOGETHER, students.stop)], accepted)
        row[::6] = [f"{cell(submissions.students[s])},{exam.variants[v]},"] * count
        row[2::6] = cells(submissions.written[s].tolist())
        row[3::6] = accepted[v]
        row[4::6] = ends
        if read_by:
            row[5::6] = [f",{cell(by)}\n" if (by := read_by.get((s, i))) else typed[i] for i in range(count)]
        yield "".join((*row, *_task_rows(marks, s, wording)))


def lost_rows(marks: Marks, students: range, wording: Wording | None = None) -> Iterator[str]:
    """The same but those of typed answers that are simply right, with all their marks: `asked_csv` tells of these."""
    exam, submissions = marks.exam, marks.submissions
    wording = wording or Wording.of_exam(exam.spec)
    here, read_by = slice(students.start, students.stop), marks.origins.read_by
    told = (marks.verdicts[here] != CORRECT) | (marks.earned(here) < [item.marks for item in exam.items])
    for s, i in (*marks.decisions, *read_by):
        if s in students:
            told[s - students.start, i] = True
    rows, columns = np.nonzero(told)
    accepted = iter(_printed(exam, columns, submissions.variants[here][rows]))
    what = [f"{item.id},{item.layer},{item.part}" for item in exam.items]
    for s, ends, some in zip(students, _ends(marks, students, wording), told, strict=True):
        who = f"{cell(submissions.students[s])},{exam.variants[submissions.variants[s]]}"
        for i in np.flatnonzero(some).tolist():
            answer, by = cell(submissions.written[s, i]), cell(read_by.get((s, i), TYPED))
            yield f"{who},{what[i]},{answer}{next(accepted)}{ends[i]},{by}\n"
        yield from _task_rows(marks, s, wording)


def asked_csv(exam: Exam) -> str:
    """The items and tasks, and their marks."""
    lines = [f"{item.id},{item.layer},{item.part},{number(item.marks)}\n" for item in exam.items]
    lines += [f"{task.id},,{PART},{number(task.marks)}\n" for task in exam.tasks]
    return "".join(["item,layer,part,max_marks\n", *lines])


def _accepted(exam: Exam, variants: NDArray[np.intp], known: Collection[int]) -> dict[int, list[str]]:
    """Of each of these variants that is not known yet: by item what is expected and accepted, as it is printed."""
    new = np.array([v for v in dict.fromkeys(variants.tolist()) if v not in known])
    columns = [_printed(exam, item, new) for item in range(len(exam.items))]
    return dict(zip(new.tolist(), map(list, zip(*columns, strict=True)), strict=True))


def _printed(exam: Exam, items: int | NDArray[np.intp], variants: NDArray[np.intp]) -> list[str]:
    """What is expected and accepted, between commas, as it is printed."""
    value, low, high = (table[items, variants] for table in (exam.value, exam.low, exam.high))
    texts = zip(exam.spec.rounding.texts(value), plains(low), plains(high), strict=True)
    return [f",{expected},{lowest},{highest}," for expected, lowest, highest in texts]


def _task_rows(marks: Marks, s: int, wording: Wording) -> Iterator[str]:
    """The rows of a student's tasks: no layer, nothing that is accepted; no marks while there are none."""
    given, variant = marks.tasks, marks.exam.variants[marks.submissions.variants[s]]
    who = f"{cell(marks.submissions.students[s])},{variant}"
    for t, task in enumerate(given.tasks):
        answer, mark, reason = given.written[s, t], float(given.marks[s, t]), given.reason(s, t)
        verdict = f"{TASK_VERDICTS[given.verdicts[s, t]]},{_given(mark)},{number(task.marks)}"
        why = _why(reason, "", wording, unread=answer)
        yield f"{who},{task.id},,{PART},{cell(answer)},,,,{verdict},{why},{TYPED}\n"


def _ends(marks: Marks, students: range, wording: Wording) -> Iterator[list[str]]:
    """Student by student, of each item what comes after the accepted numbers."""
    usual, followed = _usual_ends(marks, wording), _followed(marks, students, wording)
    for s in students:
        ends = list(map(list.__getitem__, usual, marks.verdicts[s].tolist()))
        for i, why in followed.get(s, ()):
            ends[i] += why
        for i in marks.singular.get(s, ()):
            ends[i] = _end(marks.cell((s, i)), wording)
        yield ends


def _usual_ends(marks: Marks, wording: Wording) -> list[list[str]]:
    """By item and verdict what comes after the accepted numbers; where own values lead to something, without that."""
    usual = [marks.usual_reason(verdict, np.nan) for verdict in range(len(VERDICTS))]
    whys = ["" if verdict == FOLLOW_THROUGH else _why(*why, wording) for verdict, why in enumerate(usual)]
    return [
        [
            _verdict(name, earned[i], item.marks) + why
            for name, earned, why in zip(VERDICTS, marks.worth, whys, strict=True)
        ]
        for i, item in enumerate(marks.exam.items)
    ]


def _followed(marks: Marks, students: range, wording: Wording) -> dict[int, list[tuple[int, str]]]:
    """By student: where own values lead to something, the ends of the lines: worded once, for any number."""
    here, text = slice(students.start, students.stop), marks.exam.spec.rounding.text
    owns = marks.expected_from_own[here]
    some = (marks.verdicts[here] == FOLLOW_THROUGH) & np.isfinite(owns)
    place, why = text(ANY_NUMBER), _why(*marks.usual_reason(FOLLOW_THROUGH, ANY_NUMBER), wording)
    why = why.replace("{", "{{").replace("}", "}}").replace(place, "{0}").replace(wording.number(place), "{1}")
    found: dict[int, list[tuple[int, str]]] = {}
    texts = marks.exam.spec.rounding.texts(owns[some])
    for (s, i), own in zip(np.argwhere(some).tolist(), texts, strict=True):
        found.setdefault(students.start + s, []).append((i, why.format(own, wording.number(own))))
    return found


def _end(marked: Marked, wording: Wording) -> str:
    """What comes after the accepted numbers."""
    verdict = _verdict(marked.verdict, marked.marks, marked.item.marks)
    unread = marked.answer if marked.verdict == VERDICTS[IS_UNREADABLE] else ""
    return verdict + _why(marked.reason, marked.from_own, wording, marked.item.id, unread, marked.decision)


@cache
def _verdict(name: str, marks: float, most: float) -> str:
    return f"{name},{number(marks)},{number(most)},"


@lru_cache(maxsize=1 << 16)
def _why(
    reason: Reason | None, from_own: str, wording: Wording, item: str = "", unread: str = "",
    decision: Decision | None = None,
) -> str:  # fmt: skip
    """Misconceptions, the reason in words, what own values lead to, reason and decision as data."""
    names = " + ".join(reason.misconceptions) if reason else ""
    question, _, step = item.partition("_")
    note = wording.plain(reason, unread, question) if reason else ""
    note = f"{step}: {note}" if names else note
    return f"{names},{cell(note)},{from_own},{cell(str(reason or ''))},{cell(str(decision or ''))}"
