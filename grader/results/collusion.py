"""What looks like another student's paper: reported with the evidence, never punished by itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from grader.marking.other_variant import Fit
from grader.marking.verdicts import WRONG, Marks
from grader.reading.numerals import read
from qgen.errors import several, some
from qgen.tables.spreadsheet import cell

FEWEST_SHARED, LARGE = 3, 1000  # wrong answers in common, one more where among so many students some pair has these
MOST_SHARERS = 4  # a wrong number that more students have is a common mistake, not one copied from a neighbour
FEWEST_SIGNIFICANT = 3
MOST_HOLDERS = 5  # students with the other variant that a line names

HEADER = "student_id,variant,evidence,other_variant,other_students,count,of,answers,remark"


@dataclass(frozen=True)
class Evidence:
    """Of a student's `of` wrong answers `items` are right for another variant, or another student's wrong ones, too.

    `other_variant` is the student's own where that was handed in by several.
    """

    student: int
    kind: str
    other_variant: str
    others: tuple[int, ...]
    items: tuple[int, ...]
    of: int
    remark: str


def collusion(marks: Marks) -> tuple[Evidence, ...]:
    """One for each student whose answers fit another variant, for each pair with improbable errors in common, and for
    each student with one variant with another one, where each variant was one student's."""
    holders: dict[int, list[int]] = {}
    for s, v in enumerate(marks.submissions.variants.tolist()):
        holders.setdefault(v, []).append(s)
    return (*(_fit(marks, fit, holders.get(fit.variant, [])) for fit in marks.fits), *_shared_errors(marks),
            *_same_variant(marks, holders))  # fmt: skip


def collusion_csv(marks: Marks, found: Sequence[Evidence]) -> str:
    """One row for each, with the answers that speak for it, as they were written; "" where there are none."""
    if not found:
        return ""
    submissions, variants, columns = marks.submissions, marks.exam.variants, marks.exam.columns
    lines = [HEADER]
    for evidence in found:
        s = evidence.student
        answers = " ".join(f"{columns[i]}={submissions.written[s, i].strip()}" for i in evidence.items)
        others = " ".join(submissions.students[other] for other in evidence.others)
        entries = (
            submissions.students[s], variants[submissions.variants[s]], evidence.kind, evidence.other_variant, others,
            str(len(evidence.items)), str(evidence.of), answers, evidence.remark,
        )  # fmt: skip
        lines.append(",".join(map(cell, entries)))
    return "\n".join(lines) + "\n"


def _fit(marks: Marks, fit: Fit, holders: list[int]) -> Evidence:
    exam, students = marks.exam, marks.submissions.students
    own, other = exam.variants[marks.submissions.variants[fit.student]], exam.variants[fit.variant]
    if fit.whole:
        said = (
            f"{len(fit.items)} of {fit.answered} answers are right for variant {other}, {fit.correct} for {own}, as "
            "which the paper was marked, without follow-through; a mistyped variant, or a copied paper"
        )
    else:
        questions = Counter(exam.columns[i].partition("_")[0] for i in fit.items)
        where = ", ".join(f"{count} in {question}" for question, count in questions.items())
        said = f"{len(fit.items)} of {fit.wrong} wrong answers are right for variant {other} ({where}); copied?"
    who = [students[s] for s in holders if s != fit.student]
    if who:
        more = f" and {len(who) - MOST_HOLDERS} more" if len(who) > MOST_HOLDERS else ""
        said += f" ({other}: {', '.join(who[:MOST_HOLDERS])}{more})"
    remark = f"{students[fit.student]}: {said}"
    return Evidence(fit.student, "other_variant", other, tuple(holders), fit.items, fit.wrong, remark)


def _shared_errors(marks: Marks) -> Iterator[Evidence]:
    """Pairs of students with different variants who wrote the same wrong numbers."""
    submissions = marks.submissions
    students, items = np.nonzero(marks.verdicts == WRONG)
    values = submissions.values[students, items]
    order = np.lexsort((students, values, items))
    students, items, values = students[order], items[order], values[order]
    other_number = (np.diff(items) != 0) | (np.diff(values) != 0)
    first = np.flatnonzero(np.concatenate([[True], other_number])[: len(items)])
    holders = np.diff(first, append=len(items))
    shared: dict[tuple[int, int], list[int]] = {}
    for at in np.flatnonzero((holders > 1) & (holders <= MOST_SHARERS)).tolist():
        start, item = int(first[at]), int(items[first[at]])
        who = students[start : start + int(holders[at])].tolist()
        if read(submissions.written[who[0], item]).significant < FEWEST_SIGNIFICANT:
            continue
        for one, other in combinations(who, 2):
            if submissions.variants[one] != submissions.variants[other]:
                shared.setdefault((one, other), []).append(item)
    fewest = FEWEST_SHARED + (len(submissions.students) > LARGE)
    for (one, other), common in sorted(shared.items()):
        if len(common) >= fewest:
            remark = (
                f"{submissions.students[one]} and {submissions.students[other]} have "
                f"{several(len(common), 'wrong answer')} in common, on different variants"
            )
            wrong = int((marks.verdicts[one] == WRONG).sum())
            variant = marks.exam.variants[submissions.variants[other]]
            yield Evidence(one, "shared_errors", variant, (other,), tuple(common), wrong, remark)


def _same_variant(marks: Marks, holders: Mapping[int, Sequence[int]]) -> Iterator[Evidence]:
    """Students with one variant; the wrong answers that others of them have, too, speak for a copy."""
    submissions = marks.submissions
    for variant, who in sorted(holders.items()):
        if len(who) == 1 or not submissions.one_each:
            continue
        name, students = marks.exam.variants[variant], [submissions.students[s] for s in who]
        remark = f"one student's variant handed in by several: {name} by {some(students, MOST_HOLDERS)}"
        wrong, values = marks.verdicts[who] == WRONG, submissions.values[who]
        for k, s in enumerate(who):
            alike = (wrong & wrong[k] & (values == values[k])).sum(axis=0) > 1
            others = tuple(other for other in who[: MOST_HOLDERS + 1] if other != s)
            yield Evidence(s, "same_variant", name, others, tuple(np.flatnonzero(alike)), int(wrong[k].sum()), remark)
