"""Canvas' Student Analysis: classic quiz > Quiz Statistics > Student Analysis, in any of Canvas' languages.

Columns are known by place: name, id, sis_id perhaps, section and more, then two for every question, headed by its
text and by its points: what was typed, and the points it got. A question that a student did not have is blank twice.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from grader.reading.responses.attempts import Attempt, Key, Tag, Written, divided, rows_of, tag_in, unknown
from qgen.errors import InputError, several, some
from qgen.exam.exam import Exam
from qgen.roster import one_line
from qgen.tables.table import Faults, Table

QUESTION = re.compile(r"\s*\d+: .*", re.DOTALL)
POINTS = re.compile(r"\s*\d*\.?\d+\s*")
FEWEST = 3  # columns before the first question of an anonymous survey: section, section_id, submitted


def recognises(heading: Sequence[str]) -> bool:
    """Whether a heading is that of Canvas' Student Analysis."""
    return bool(_questions(heading))


def read(table: Table, exam: Exam, faults: Faults) -> tuple[list[Attempt], list[str]]:
    """Every student's last attempt, the first of a student's rows, and remarks on the file."""
    questions = _questions(table.heading)
    tags: dict[int, Tag] = {}
    places: dict[Tag, int] = {}
    foreign = []
    for i in questions:
        tag = tag_in(table.heading[i])
        if tag is None:
            foreign.append(table.heading[i].partition(":")[0].strip())
        elif why := unknown(tag, exam):
            faults.add(table.line, f"column {i + 1}: {tag.text}: {why}; is this the exam that was exported?")
        elif tag.item and places.setdefault(tag, i) != i:
            faults.add(table.line, f"columns {places[tag] + 1} and {i + 1} are both {tag.text}: which one counts?")
        elif tag.item:
            tags[i] = tag
    if not tags and not faults.shown:
        raise InputError(
            f"{table.name}:{table.line}: no question here has a tag such as [{exam.columns[0]} v{exam.variants[0]}]; "
            "export the quiz with qgen export canvas-qti, and leave the tags in the questions"
        )
    before = questions[0]
    sis = next((i for i in range(2, before) if "sis" in table.heading[i].casefold()), None)
    if before <= FEWEST or table.heading[0].strip().casefold() == "section":
        raise InputError(f"{table.name}:{table.line}: has no names and ids: is the quiz an anonymous survey?")
    attempts: dict[str, Attempt] = {}
    again: dict[str, bool] = {}
    for line, cells in rows_of(table, faults):
        if not (cells[0].strip() or cells[1].strip()):
            continue
        who = cells[1].strip() or f"line {line}"  # a name may be another's, too
        if who in attempts:
            again[who] = True
            continue
        ids = [Key(cells[sis].strip())] if sis is not None and cells[sis].strip() else []
        keys = (*ids, Key(cells[1].strip(), own=True)) if cells[1].strip() else tuple(ids)
        answers = tuple(
            Written(tag.item, tag.variant, *divided(cells[i].strip(), tag.exponent))
            for i, tag in tags.items()
            if (cells[i] + cells[i + 1]).strip()
        )
        attempts[who] = Attempt(table.name, line, keys, one_line(cells[0]), answers)
    notes = []
    if foreign:
        notes.append(f"{table.name}: {several(len(foreign), 'question')} not of this exam left out: {some(foreign)}")
    if again:
        notes.append(f"{table.name}: {several(len(again), 'student')} with several attempts: the last one counts")
    return list(attempts.values()), notes


def _questions(heading: Sequence[str]) -> list[int]:
    """The columns headed by a question whose next is headed by its points."""
    pairs = enumerate(pairwise(heading))
    return [i for i, (one, two) in pairs if i >= FEWEST and QUESTION.fullmatch(one) and POINTS.fullmatch(two)]
