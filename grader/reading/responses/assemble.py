"""Attempts of all files -> Submissions, and the exam that these students sat."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from grader.reading.responses.attempts import Attempt, variant_meant
from grader.reading.responses.users import by_student
from grader.reading.students.combined import Choice, with_combinations
from grader.reading.students.people import MOST, People
from grader.reading.submissions import Cell, Submissions
from grader.reasons import Reason
from qgen.errors import InputError, quoted, several, some
from qgen.exam.exam import Exam

UNSTATED = (
    'the file does not say which variant; in Moodle tick "question text" on the Responses page and download it again, '
    "or give a roster with a column variant"
)


def assemble(
    attempts: Sequence[Attempt], exam: Exam, people: People, notes: Sequence[str]
) -> tuple[Exam, Submissions]:  # fmt: skip
    """Every student once, each with one variant. InputError lists what contradicts itself."""
    faults: list[str] = []
    remarks = list(notes)
    if nothing := [attempt.who or attempt.name for attempt in attempts if not attempt.answers]:
        remarks.append(f"left out, since nothing of theirs is of this exam: {some(nothing, MOST)}")
    students = by_student([attempt for attempt in attempts if attempt.answers], exam, people, faults, remarks)
    choices: list[Choice] = []
    written = np.full((len(students), len(exam.columns)), "", object)
    doubts: dict[Cell, Reason] = {}
    commas: dict[Cell, bool] = {}
    twice, lines = _answered_twice(students)
    faults += lines
    for row, (student, mine) in enumerate(students.items()):
        choices.append(() if student in twice else _choice(student, mine, exam, people, faults, remarks))
        for attempt in mine:
            for answer in attempt.answers:
                written[row, exam.rows[answer.item]] = answer.text
                if answer.doubt:
                    doubts[row, exam.rows[answer.item]] = answer.doubt
                if answer.comma is not None:
                    commas[row, exam.rows[answer.item]] = answer.comma
    if faults:
        raise InputError(*faults[:50], *([f"... and {len(faults) - 50:,} more"] if len(faults) > 50 else []))
    sat, variants = _sat(exam, choices)
    if sat is not exam:
        mixed = several(len(sat.variants) - len(exam.variants), "combination")
        remarks.append(f"{mixed} of variants such as {sat.variants[-1]}: the quiz drew each question at random")
    return sat, Submissions.of(tuple(students), variants, exam.columns, written, remarks, doubts, commas)


def _answered_twice(students: Mapping[str, Sequence[Attempt]]) -> tuple[set[str], list[str]]:
    """Who answered an item twice, and one fault for all who did so in the same file, or two."""
    who = set[str]()
    found: dict[tuple[str, str], list[str]] = {}
    for student, attempts in students.items():
        places: dict[str, list[Attempt]] = {}
        for attempt in attempts:
            for answer in attempt.answers:
                places.setdefault(answer.item, []).append(attempt)
        again = [item for item, holders in places.items() if len(holders) > 1]
        if again:
            who.add(student)
            one, two = places[again[0]][:2]
            earlier = f", first in {one.file}:{one.line}" if one is not two else ""
            line = f"{two.file}:{two.line}: student {student}: {some(again)}: answered twice{earlier}"
            found.setdefault((one.file, two.file), []).append(line)
    return who, [
        first + f"; so by {several(len(rest), 'more student')}" * bool(rest) for first, *rest in found.values()
    ]


def _choice(
    student: str, attempts: Sequence[Attempt], exam: Exam, people: People, faults: list[str], remarks: list[str]
) -> Choice:
    """The variant of every question that the student had; where the file does not say, that of the other questions."""
    where = f"{attempts[0].file}:{attempts[0].line}: student {student}"
    listed = variant_meant(people.variants.get(student) or exam.students.get(student) or "", exam)
    stated: dict[str, str] = {}
    for attempt in attempts:
        for answer in attempt.answers:
            question = answer.item.partition("_")[0]
            variant = answer.variant or listed
            if not variant:
                faults.append(f"{where}: {UNSTATED}")
                return ()
            before = stated.setdefault(question, variant)
            if before != variant:
                faults.append(f"{where}: answers to {question} of two variants, {before} and {variant}")
                return ()
    if not stated:
        faults.append(f"{where}: no question of this exam")
        return ()
    first = listed if listed in stated.values() else next(iter(stated.values()))
    index = {variant: i for i, variant in enumerate(exam.variants)}
    if listed and any(variant != listed for variant in stated.values()):
        remarks.append(f"{where}: has variant {quoted(listed)} on the roster; marked as the questions say")
    missing = [variant for variant in (*stated.values(), first) if variant not in index]
    if missing:
        faults.append(
            f"{where}: no variant {quoted(missing[0])} in this exam ({exam.variants[0]} to {exam.variants[-1]})"
        )
        return ()
    return tuple(index[stated.get(q.question.id, first)] for q in exam.spec.questions)


def _sat(exam: Exam, choices: Sequence[Choice]) -> tuple[Exam, np.ndarray[tuple[int], np.dtype[np.intp]]]:
    """The exam with a variant for every combination that a student had, and each student's."""
    count = len(exam.variants)
    mixed = sorted({choice for choice in choices if len(set(choice)) > 1})
    place = {choice: count + i for i, choice in enumerate(mixed)}
    variants = np.array([place.get(choice, choice[0]) for choice in choices], np.intp)
    return with_combinations(exam, mixed), variants
