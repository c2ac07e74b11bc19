"""Canvas' Student Analysis, of classic quizzes in any of Canvas' languages, and of New Quizzes.

Columns are known by place: name, id, sis_id perhaps, section and more, then for every question one headed by its text,
with what was typed, before one for the points that it got: headed by their maximum, or in New Quizzes EarnedPoints;
after a question with a tag of ours by anything. A question that a student did not have is blank twice. Of a form for
the whole class it holds what was typed; else numbers, which Canvas writes in its user's language, 1360.5 as 1,360.5 or
1.360,5, without zeros at the end: how many digits were typed is not known.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import pairwise

from grader.reading.numerals import read as read_number
from grader.reading.responses.attempts import (
    Attempt,
    Key,
    Tag,
    Written,
    divided,
    of_another,
    rows_of,
    tag_in,
    unknown,
    variant_meant,
)
from grader.reading.responses.dates import moment
from qgen.errors import InputError, several, some
from qgen.exam.exam import Exam
from qgen.headings import find
from qgen.roster import one_line
from qgen.tables.rows import Stored, blank
from qgen.tables.table import Faults, Table

QUESTION = re.compile(r"\s*\d+: .*", re.DOTALL)
POINTS = re.compile(r"\s*(?:\d+(?:\.\d+)?|\.\d+)\s*")
EARNED = re.compile(r"\s*Earned ?Points\s*", re.IGNORECASE)
OTHER = {".": ",", ",": "."}
NUMBER = re.compile(r"[-−]?(?P<whole>\d*)(?:(?P<mark>[.,])(?P<part>\d+))?", re.ASCII)
GROUPED = re.compile(r"[-−]?\d{1,3}(?:(?:\.\d{3})+,\d+|(?:,\d{3})+\.\d+|(?:\.\d{3}){2,}|(?:,\d{3}){2,})", re.ASCII)
VARIANT = re.compile(r"\[\s*variant\b[^][]*\]")  # asks which paper a student had
FEWEST = 3  # columns before the first question of an anonymous survey: section, section_id, submitted


def recognises(heading: Sequence[str]) -> bool:
    """Whether a heading is that of Canvas' Student Analysis."""
    return bool(_questions(heading))


def read(table: Table, exam: Exam, faults: Faults) -> tuple[list[Attempt], list[str]]:
    """Every student's last attempt, by its number or date, else the first of their rows; and remarks on the file."""
    questions = _questions(table.heading)
    tags, notes = _tags(table, questions, exam, faults)
    asked = next((i for i in questions if VARIANT.search(table.heading[i])), None)
    before = questions[0]
    sis = next((i for i in range(2, before) if "sis" in table.heading[i].casefold()), None)
    if before <= FEWEST or table.heading[0].strip().casefold() == "section":
        raise InputError(f"{table.name}:{table.line}: has no names and ids: is the quiz an anonymous survey?")
    numbers = {i: tag for i, tag in tags.items() if tag.variant}
    common = _decimal_mark(numbers, [cells for _, cells in table.body])
    numbered = find(table.heading[:before], "Attempt")
    attempts: dict[str, Attempt] = {}
    latest: dict[str, tuple[int, datetime]] = {}
    again: dict[str, bool] = {}
    nameless = list[str]()
    for line, cells in rows_of(table, faults):
        if not (cells[0].strip() or cells[1].strip()):
            if not blank(cells[i] for i in tags):
                nameless.append(str(line))
            continue
        who = cells[1].strip() or f"line {line}"  # a name may be another's, too
        number = _count(cells[numbered]) if numbered is not None else 0
        dates = filter(None, map(moment, reversed(cells[2:before])))
        place = number, next(dates, datetime.min)
        if who in attempts:
            again[who] = True
            if place <= latest[who]:
                continue
        latest[who] = place
        ids = [Key(one_line(cells[sis]))] if sis is not None and cells[sis].strip() else []
        keys = (*ids, Key(cells[1].strip(), own=True)) if cells[1].strip() else tuple(ids)
        mark = _decimal_mark(numbers, [cells], common)
        variant = variant_meant(cells[asked], exam) if asked is not None else ""
        answers = tuple(
            _number(tag, cells[i].strip(), mark) if tag.variant else Written(tag.item, variant, cells[i].strip())
            for i, tag in tags.items()
            if (cells[i] + cells[i + 1]).strip()
        )
        attempts[who] = Attempt(table.name, line, keys, one_line(cells[0]), answers)
    if nameless:
        notes.append(f"{table.name}: answers without a name and an id left out: line {some(nameless)}")
    if again:
        who_many = several(len(again), "student")
        notes.append(
            f"{table.name}: {who_many} with several attempts; of each the last one counts: {some(list(again))}"
        )
    return list(attempts.values()), notes


def _count(text: str) -> int:
    return int(text) if text.strip().isdecimal() and len(text) < 10 else 0


def _tags(table: Table, questions: Sequence[int], exam: Exam, faults: Faults) -> tuple[dict[int, Tag], list[str]]:
    """By column what of this exam it asks for, and remarks on what is not of it."""
    tags: dict[int, Tag] = {}
    places: dict[Tag, int] = {}
    foreign, others, again = [], list[str](), list[str]()
    for i in questions:
        tag = tag_in(table.heading[i])
        if VARIANT.search(table.heading[i]):
            continue
        if tag is None:
            foreign.append(table.heading[i].partition(":")[0].strip())
        elif not tag.is_of(exam):
            others.append(tag.exam)
        elif why := unknown(tag, exam):
            faults.add(table.line, f"column {i + 1}: {tag.text}: {why}; is this the exam that was exported?")
        elif tag.item and places.setdefault(tag, i) != i:
            again.append(f"columns {places[tag] + 1} and {i + 1} are both {tag.text}")
        elif tag.item:
            tags[i] = tag
    if again:
        faults.add(table.line, f"{some(again, 1)}: which one counts?")
    if others and not tags:
        raise InputError(f"{table.name}:{table.line}: {of_another(others, exam)}")
    if not tags and not faults.shown:
        raise InputError(
            f"{table.name}:{table.line}: no question here has a tag such as [{exam.columns[0]} v{exam.variants[0]}]; "
            "export the quiz with qgen export canvas-qti, and leave the tags in the questions"
        )
    notes = []
    if foreign:
        notes.append(f"{table.name}: {several(len(foreign), 'question')} not of this exam left out: {some(foreign)}")
    if others:
        which = several(len(others), "question")
        notes.append(f"{table.name}: {which} of another exam left out: {some(sorted(set(others)))}")
    return tags, notes


def _decimal_mark(tags: Mapping[int, Tag], rows: Sequence[Sequence[str]], common: str = "") -> str:
    """The decimal mark of all numbers in these rows, "." or ","; "" where they contradict each other.

    Where they do not tell, the `common` one.
    """
    numbers = [(tag, cells[i].strip()) for cells in rows for i, tag in tags.items() if i < len(cells)]
    found = {mark for _, text in numbers if (mark := _mark_of(text))}
    if not found:  # Canvas writes no zeros at the end of decimals
        ended = (NUMBER.fullmatch(text) for _, text in numbers if text.endswith("0"))
        found = {OTHER[number["mark"]] for number in ended if number and number["mark"]}
    return found.pop() if len(found) == 1 else "" if found else common


def _mark_of(text: str) -> str:
    """The decimal mark of a number that shows which one it has."""
    if GROUPED.fullmatch(text):
        return OTHER[next(char for char in text if char in OTHER)]
    number = NUMBER.fullmatch(text)
    if not number or not number["mark"]:
        return ""
    return (
        number["mark"] if len(number["part"]) != 3 or number["whole"] in ("", "0") or len(number["whole"]) > 3 else ""
    )


def _number(tag: Tag, text: str, mark: str) -> Written:
    """One answer, without the marks between thousands; of a multiple the number itself."""
    bare = text.replace(OTHER[mark], "") if mark and (text.count(mark) < 2) else text
    number = NUMBER.fullmatch(text)
    doubt = None
    if not mark and number and number["mark"] and not _mark_of(text):
        doubt = read_number(text, comma=number["mark"] == ".").reason
    typed = Stored(divided(bare, tag.exponent))
    return Written(tag.item, tag.variant, typed, doubt, comma=mark == "," if mark else None)


def _questions(heading: Sequence[str]) -> list[int]:
    """The columns headed by a question whose next is headed by its points; of ours whatever that heading is."""
    pairs = list(pairwise(heading))
    known = any(tag.exam for cell in heading if (tag := tag_in(cell)))
    apart = known and not any(_is_ours(one) and _is_ours(two) for one, two in pairs)
    return [
        i
        for i, (one, two) in enumerate(pairs)
        if i >= FEWEST
        and (EARNED.fullmatch(two) or (POINTS.fullmatch(two) and QUESTION.fullmatch(one)) or (apart and _is_ours(one)))
    ]


def _is_ours(heading: str) -> bool:
    """Whether it is one of our questions, by its tag."""
    return tag_in(heading) is not None or VARIANT.search(heading) is not None
