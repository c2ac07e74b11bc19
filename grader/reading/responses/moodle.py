"""Moodle's quiz responses: quiz > Results > Responses > Download in any format and in any of Moodle's languages.

Columns are known by place: names, identity fields, status, started, completed, duration, grade, feedback perhaps,
then for every slot of the quiz question, response and right answer, as far as they were ticked on the page.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from grader.reading.responses.attempts import Attempt, Key, Written, items_of, of_another, rows_of, tag_in, unknown
from grader.reading.responses.cloze import split_parts
from grader.reading.responses.dates import moment
from grader.reading.responses.right_answers import RIGHT_ANSWER, are_right_answers
from grader.reasons import Wording
from qgen.errors import InputError, several, some
from qgen.exam.exam import Exam
from qgen.headings import columns as called
from qgen.headings import find, loose
from qgen.roster import one_line
from qgen.tables.table import Faults, Table

GRADE = re.compile(r".*/\s?\d+(?:[.,]\d+)?|[a-z-]+\d{3,7}")  # Grade/20.00; in JSON grade2000
SLOT = re.compile(r"(?P<word>.*\D)(?P<number>\d{1,4})", re.DOTALL)
FEWEST = 6  # columns before the first slot: two names, status, started, completed, duration
FEWEST_NAMES = 5  # by so many different ones a column that is not known by its heading shows that it tells people apart
MOST = 40  # people whom a remark names
Who = tuple[object, ...]  # what one user's rows have in common: names and ids, or the line itself
TICK_RESPONSE = 'tick "response" on the Responses page and download it again'
TICK = 'tick "question text" on the Responses page and download it again'


@dataclass(frozen=True)
class Slot:
    """A place in the quiz: its number, and the columns of the question's text (if ticked) and of the response."""

    number: int
    question: int | None
    response: int


@dataclass
class Quiz:
    """One file on its way to attempts.

    foreign: slots that held a question that is none of any exam's. others: how the checksums of other exams begin, by
    whoever was asked their questions.
    """

    table: Table
    exam: Exam
    slots: Sequence[Slot]
    faults: Faults
    notes: list[str] = field(default_factory=list)
    foreign: list[int] = field(default_factory=list)
    others: dict[str, set[str]] = field(default_factory=dict)


def recognises(heading: Sequence[str]) -> bool:
    """Whether a heading is that of Moodle's quiz responses."""
    first = _first_slot(heading)
    if first is None:
        return False
    return (
        any(GRADE.fullmatch(cell.strip()) for cell in heading[4:first])
        or find(heading[first:], "Response 1") is not None
    )


def read(table: Table, exam: Exam, faults: Faults) -> tuple[list[Attempt], list[str]]:
    """Every student's last finished attempt, by its date, else by the rows; and remarks on the file."""
    rows = list(rows_of(table, faults))
    slots, completed = _layout(table, rows, faults)
    quiz = Quiz(table, exam, slots, faults)
    proof = {at: _proof(table.heading, rows, at) for at in range(2, completed - 2)}
    often = Counter(tuple(cells[:2]) for _, cells in rows)
    attempts: dict[Who, Attempt] = {}
    done: dict[Who, datetime | None] = {}
    again, unfinished, idle = {}, dict[Who, str](), dict[Who, str]()
    for line, cells in rows:
        needed = 2 if often[tuple(cells[:2])] > 1 else 1
        keys = tuple(Key(one_line(cells[at])) for at in proof if proof[at] >= needed and not _absent(cells[at]))
        who = (*cells[:2], *(key.value for key in keys)) if keys else (line,)
        known_as = _name(cells) or next((key.value for key in keys), f"line {line}")
        if not _absent(cells[completed]):
            answers = tuple(answer for place in range(len(slots)) for answer in _answers(quiz, place, line, cells))
            if not answers and _called(cells, line) in quiz.others:
                continue
            again[who] = who in attempts
            when, before = moment(cells[completed]), done.get(who)
            if when and before and when < before:
                continue
            done[who] = when
            attempts[who] = Attempt(table.name, line, keys, _name(cells), answers)
        elif not (_absent(cells[completed - 2]) and all(_absent(cells[slot.response]) for slot in slots)):
            unfinished[who] = known_as
        else:
            idle[who] = known_as
    if quiz.others and not attempts:
        raise InputError(f"{table.name}: {of_another((e for one in quiz.others.values() for e in one), exam)}")
    finished = [cells[completed + 2] for _, cells in rows if not _absent(cells[completed])]
    if are_right_answers(list(attempts.values()), (table.heading[completed + 2], *finished), exam):
        raise InputError(
            f"{table.name}:{table.line}: everybody has all right, but not all the marks: these are Moodle's right "
            f"answers; {TICK_RESPONSE}"
        )
    _note_left_out(quiz, unfinished, idle, attempts)
    if quiz.foreign:
        numbers = some([str(number) for number in sorted(set(quiz.foreign))])
        quiz.notes.append(f"{table.name}: slot {numbers}: questions that are not of this exam, left out")
    twice = [who for who in again if again[who]]
    _note_several(quiz, [attempts[who].name for who in twice], all(done[who] for who in twice))
    return list(attempts.values()), quiz.notes


def _note_several(quiz: Quiz, names: Sequence[str], dated: bool) -> None:
    """Names those with several finished attempts, and says which one counts."""
    counts = "the one finished last counts" if dated else "the last finished row counts, for the dates cannot be read"
    if names:
        who = several(len(names), "student")
        quiz.notes.append(f"{quiz.table.name}: {who} with several attempts; of each {counts}: {some(names, MOST)}")


def _note_left_out(
    quiz: Quiz, unfinished: Mapping[Who, str], idle: Mapping[Who, str], finished: Container[Who]
) -> None:
    """Names those whose attempt is in progress, and who have none."""
    left = [name for who, name in unfinished.items() if who not in finished]
    later = [name for who, name in unfinished.items() if who in finished]
    for exam in sorted({exam for exams in quiz.others.values() for exam in exams}):
        asked = [name for name, exams in quiz.others.items() if exam in exams]
        who = f"{several(len(asked), 'student')}: {some(asked, MOST)}"
        quiz.notes.append(f"{quiz.table.name}: questions of another exam, {exam}, left out, of {who}")
    for names, what in (
        (left, "without a finished attempt left out"),
        (later, "with one more attempt in progress, which is left out"),
        ([name for who, name in idle.items() if who not in finished and who not in unfinished], "without an attempt"),
    ):
        if names:
            quiz.notes.append(f"{quiz.table.name}: {several(len(names), 'student')} {what}: {some(names, MOST)}")


def _proof(heading: Sequence[str], rows: Sequence[tuple[int, list[str]]], at: int) -> int:
    """How surely a column tells people apart: 2 as an e-mail address does, 1 perhaps, 0 as a department does not."""
    if called([heading[at]], "id", "login", "email"):
        return 2
    names: dict[str, set[tuple[str, ...]]] = {}
    for _, cells in rows:
        if not _absent(cells[at]):
            names.setdefault(cells[at].strip().casefold(), set()).add(tuple(cells[:2]))
    if any(len(holders) > 1 for holders in names.values()):
        return 0
    return 2 if all("@" in value for value in names) or len(names) >= FEWEST_NAMES else 1


def _answers(quiz: Quiz, place: int, line: int, cells: Sequence[str]) -> list[Written]:
    """What one slot's cell says."""
    slot, response = quiz.slots[place], cells[quiz.slots[place].response].strip()
    if slot.question is None:
        items, variant = _by_place(quiz, place), ""
        single = len(quiz.slots) == len(quiz.exam.columns)
    else:
        tag = tag_in(cells[slot.question])
        if tag is None:
            quiz.foreign.append(slot.number)
            return []
        if not tag.is_of(quiz.exam):
            quiz.others.setdefault(_called(cells, line), set()).add(tag.exam)
            return []
        if why := unknown(tag, quiz.exam):
            quiz.faults.add(line, f"slot {slot.number}: {tag.text}: {why}; is this the exam that was exported?")
            return []
        single, variant = bool(tag.item), tag.variant
        items = (tag.item,) if single else items_of(quiz.exam)[tag.question]
    parts = [(response, None)] if single else split_parts(response, len(items))
    doubts = [(text, doubt) for text, doubt in parts if doubt]
    for text, doubt in doubts[:1]:
        where = f"{quiz.table.name}:{line}: {_name(cells)}, slot {slot.number}"
        quiz.notes.append(f"{where}: {Wording().plain(doubt, text)}; look at the attempt in Moodle")
    return [Written(item, variant, text, doubt) for item, (text, doubt) in zip(items, parts, strict=True)]


def _by_place(quiz: Quiz, place: int) -> tuple[str, ...]:
    """The items that a slot asks for, where only its place says which: all questions, or all items, in order."""
    asked = list(items_of(quiz.exam).values())
    if len(quiz.slots) == len(asked):
        return asked[place]
    if len(quiz.slots) == len(quiz.exam.columns):
        return (quiz.exam.columns[place],)
    raise InputError(
        f"{quiz.table.name}:{quiz.table.line}: {several(len(quiz.slots), 'response')} of each student, but the exam "
        f"has {several(len(asked), 'question')} of {several(len(quiz.exam.columns), 'item')} in all: {TICK}"
    )


def _layout(table: Table, rows: Sequence[tuple[int, list[str]]], faults: Faults) -> tuple[list[Slot], int]:
    """The slots, and the column that says when an attempt was completed."""
    first = _first_slot(table.heading)
    if first is None:
        raise InputError(f'{table.name}:{table.line}: no responses; tick "response" on the Responses page')
    grade = next((i for i in range(4, first) if GRADE.fullmatch(table.heading[i].strip())), first)
    columns: dict[int, list[int]] = {}
    for i in range(first, len(table.heading)):
        found = SLOT.fullmatch(table.heading[i].strip())
        if found:
            columns.setdefault(int(found["number"]), []).append(i)
    width = len(columns[1])
    tagged = any(tag_in(cells[places[0]]) for _, cells in rows for places in columns.values())
    texts = tagged or width == 3
    if width == 1 and texts:
        raise InputError(f'{table.name}:{table.line}: no responses; tick "response" on the Responses page, too')
    slots = []
    for number, places in sorted(columns.items()):
        if len(places) == width:
            named = SLOT.fullmatch(table.heading[places[1 if texts else 0]].strip())
            if named and loose(named["word"]) in RIGHT_ANSWER:
                raise InputError(f"{table.name}:{table.line}: no responses but right answers; {TICK_RESPONSE}")
            slots.append(Slot(number, places[0] if texts else None, places[1 if texts else 0]))
        else:
            faults.add(table.line, f"slot {number} has {several(len(places), 'column')} where slot 1 has {width}")
    return slots, grade - 2


def _first_slot(heading: Sequence[str]) -> int | None:
    for i in range(FEWEST, len(heading)):
        found = SLOT.fullmatch(heading[i].strip())
        if found and found["number"] == "1" and not GRADE.fullmatch(heading[i].strip()):
            return i
    return None


def _absent(cell: str) -> bool:
    return cell.strip() in ("", "-")


def _called(cells: Sequence[str], line: int) -> str:
    return _name(cells) or f"line {line}"


def _name(cells: Sequence[str]) -> str:
    """The last and the first name."""
    return ", ".join(cell.strip() for cell in cells[:2] if not _absent(cell))
