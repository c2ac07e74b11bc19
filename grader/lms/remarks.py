"""What to know before importing: points that differ, columns not there yet, grades over the maximum."""

import re
from collections.abc import Sequence
from decimal import Decimal

from grader.lms.cells import number
from grader.lms.columns import Wanted, find
from grader.lms.gradebook import Sheet, System
from grader.lms.results import Results
from qgen.errors import InputError, several, some
from qgen.tables.spreadsheet import runs

CHANGED = re.compile(r"0\d+|\d+(?:[.,]\d+)?[eE]\+?\d+|\d{16,}|\d+[.,]\d*0", re.ASCII)  # 00123 is 123 there, 1e5 100000


def column_remarks(sheet: Sheet, system: System, *, percent: bool) -> list[str]:
    """What the columns need: their points, or to be made."""
    remarks = []
    new = [c.title for c in sheet.columns if c.index is None and not c.id]
    if new and system.new_note:
        remarks.append(f"no such column yet: {', '.join(new)}: {system.new_note}")
    sent = "percent" if percent else "the exam's points"
    for c, most in zip(sheet.columns, sheet.points, strict=True):
        if c.points is not None and c.points != most:
            remarks.append(f'the column "{c.title}" has {number(c.points)} points; sent are {sent}, of {number(most)}')
        elif c.points is None and c.title not in new:
            remarks.append(f'sent are {sent}: the column "{c.title}" must have {number(most)} points')
    return remarks


def choice_remarks(sheet: Sheet, want: Sequence[Wanted], named: str | None) -> list[str]:
    """Which column was chosen where nobody named it: the only one of these points, or the only one."""
    return [
        f'grades go to "{c.title}", the only column that they fit; another one with --column'
        for c, one in zip(sheet.columns, want, strict=True)
        if c.index is not None and not named and not one.key and not find(one.title, [c])
    ]


def grade_remarks(sheet: Sheet, system: System, values: dict[str, list[Decimal]], *, percent: bool) -> list[str]:
    """Grades over the maximum, an InputError where the LMS would refuse the file, and rounded ones."""
    remarks = []
    over = []
    for name, numbers in values.items():
        for c, most, value in zip(sheet.columns, sheet.points, numbers, strict=True):
            limit = most if c.points is None else c.points
            if value > limit:
                over.append(f'{name}: {number(value)} is over the {number(limit)} of "{c.title}"')
    if over and system.over_maximum == "refused":
        raise InputError(*(f"{system.name} takes no grade over the maximum: {text}" for text in over))
    if over:
        what = "cuts it to the maximum unless the item can exceed it" if system.over_maximum == "capped" else "takes it"
        rest = f" and {len(over) - 3} more" if len(over) > 3 else ""
        remarks.append(f"{'; '.join(over[:3])}{rest}: {system.name} {what}")
    rounded = [name for name, numbers in values.items() if any(Decimal(number(v)) != v for v in numbers)]
    if rounded and not percent:
        remarks.append(f"{len(rounded)} students' scores have more than 2 decimals and are rounded, half up")
    return remarks


def id_remarks(sheet: Sheet) -> list[str]:
    """Ids that a spreadsheet would run or change: they are the key, and cannot be written otherwise."""
    keys = [grade.student.cells[i].strip() for grade in sheet.grades for i in sheet.ids.written]
    risky = list(dict.fromkeys(key for key in keys if runs(key) or CHANGED.fullmatch(key)))
    if not risky:
        return []
    return [f"a spreadsheet would run or change some ids ({some(risky, 3)}): open and save this file in none"]


def results_remarks(results: Results, system: System, *, feedback: bool) -> list[str]:
    """What of the results cannot go along as it is."""
    remarks = []
    if waiting := sum(bool(score.unmarked) for score in results.scores):
        remarks.append(f"{several(waiting, 'student')} with tasks not yet marked, which count 0 in what is sent")
    if len({score.max_score for score in results.scores}) > 1:
        remarks.append("max_score is not the same for all students: percent is fairer (--scale percent)")
    if feedback and not system.comments:
        remarks.append(f"{system.name} takes no comments from a file: they are left out")
    return remarks
