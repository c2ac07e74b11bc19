"""Whose attempts are one student's: by ids, and by a name only where nobody else can be meant."""

from __future__ import annotations

from collections.abc import Sequence

from grader.reading.responses.attempts import Attempt
from grader.reading.students.people import NOBODY, People, shown, words
from qgen.errors import several, some
from qgen.exam.exam import Exam
from qgen.mangled import meant, told

TICK = "tick ID number or email address on the report's page and download it again"


def by_student(
    attempts: Sequence[Attempt], exam: Exam, people: People, faults: list[str], remarks: list[str]
) -> dict[str, list[Attempt]]:
    """Attempts by student id: the roster's, else the exam's, else what the LMS calls the user.

    Attempts known by one name alone may be several people's: they are kept apart by their variants, or are a fault.
    """
    names = {**people.called, **exam.names}
    known = dict.fromkeys([*people.names, *exam.students])
    students = {at: student for at, attempt in enumerate(attempts) if (student := _listed(attempt, exam, people))}
    students |= _mended(attempts, students, list(known), remarks)
    left: dict[tuple[str, ...], list[int]] = {}
    for at, attempt in enumerate(attempts):
        if at not in students:
            left.setdefault(words(attempt.name), []).append(at)
    taken = set(students.values())
    for name, places in left.items():
        student = people.named.get(name)
        if student and student not in taken and _one_user([attempts[at] for at in places]):
            students |= dict.fromkeys(places, student)
            continue
        students |= {at: attempts[at].who for at in places if attempts[at].keys}
        alone = [at for at in places if not attempts[at].keys]
        students |= dict(zip(alone, _kept_apart([attempts[at] for at in alone], faults, remarks), strict=False))
    found: dict[str, list[Attempt]] = {}
    for at, attempt in enumerate(attempts):
        found.setdefault(students.get(at, attempt.who), []).append(attempt)
    strangers = [student for student in found if student not in known]
    if strangers and people is not NOBODY:
        who = several(len(strangers), "user")
        remarks.append(f"{who} not found on the roster, marked under the LMS's own id: {some(strangers)}")
    if missing := [student for student in known if student not in found]:
        remarks.append(f"on the roster, but without a finished attempt: {shown(missing, names)}")
    return found


def _listed(attempt: Attempt, exam: Exam, people: People) -> str | None:
    """By the roster that was given, else by the exam's."""
    mine = (key.value for key in attempt.keys if not key.own and key.value in exam.students)
    return people.find(attempt) or next(mine, None)


def _mended(
    attempts: Sequence[Attempt], students: dict[int, str], known: Sequence[str], remarks: list[str]
) -> dict[int, str]:
    """Those whose id a spreadsheet has changed, without doubt."""
    values = {at: [key.value for key in attempt.keys if not key.own] for at, attempt in enumerate(attempts)}
    strange = [value for at in values if at not in students for value in values[at]]
    sure, _ = meant([*students.values(), *strange], known)
    found = {at: {sure[value] for value in values[at] if value in sure} for at in values if at not in students}
    mended = {at: next(iter(names)) for at, names in found.items() if len(names) == 1}
    pairs = {value: sure[value] for at in mended for value in values[at] if value in sure}
    if pairs:
        remarks.append(f"{several(len(pairs), 'id')} put right by the roster: {told(pairs)}")
    return mended


def _one_user(attempts: Sequence[Attempt]) -> bool:
    """Whether attempts of one name are one user's, given that nobody else of this name is on the roster."""
    keys, files = {attempt.keys for attempt in attempts}, {attempt.file for attempt in attempts}
    return len(keys) == 1 and (keys != {()} or len(files) == len(attempts))


def _kept_apart(attempts: Sequence[Attempt], faults: list[str], remarks: list[str]) -> list[str]:
    """What students are called of whom a name is all that is known; a fault where their variants do not differ."""
    if len(attempts) < 2:
        return [attempt.who for attempt in attempts]
    first = attempts[0]
    variants = ["+".join(dict.fromkeys(answer.variant for answer in one.answers)) for one in attempts]
    lines = some([f"{one.file}:{one.line}" for one in attempts])
    what = f"{len(attempts)} attempts of {first.name}, and only the name says whose they are ({lines})"
    if all(variants) and len(set(variants)) == len(attempts) and len({one.file for one in attempts}) == 1:
        called = [f"{one.name} ({variant})" for one, variant in zip(attempts, variants, strict=True)]
        remarks.append(f"{what}: kept apart by their variants as {some(called)}; to know who is who, {TICK}")
        return called
    faults.append(f"{what}: one student or several? {TICK}")
    return []
