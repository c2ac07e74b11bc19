"""How each answer was read: typed, in a form, from a scan by the machine alone or by whom, or at the desk."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from grader.reading.scan.decided import Audit, Decided, Standing, audit_of, same_number, standing
from grader.reading.scan.journal import read_journal
from grader.reading.scan.stored import MISSING, STUDENT_ID, readings, scans_of
from grader.reading.students.identity import Listed, identified
from grader.reading.submissions import Cell, Submissions
from qgen.errors import InputError
from qgen.roster import student_id
from qgen.tables.spreadsheet import unguarded

TYPED, FORM, SCAN = "typed", "form", "scan"
BY_A_PERSON = f"{SCAN} by "  # and the name

Where = tuple[str, str]  # the student's id, and the item


@dataclass(frozen=True)
class Origins:
    """Of a class's answers: who read those that were not typed; of those from scans the pictures of what was written.

    crops: their names in `folder`, as readings.csv has them: they may lead anywhere.

    audit: None where nothing was scanned. remarks: on what is not there any more.
    """

    read_by: Mapping[Cell, str] = field(default_factory=dict)
    crops: Mapping[Cell, str] = field(default_factory=dict)
    folder: Path = Path()
    audit: Audit | None = None
    remarks: tuple[str, ...] = ()


def forms_of(answers: Path) -> Path:
    """What the forms said when they were collected: a copy of the answers file as it was then, beside it."""
    return answers.with_name(f"{answers.stem}-forms.csv")


def origins_of(answers: Path, submissions: Submissions, listed: Listed) -> Origins:
    """The origins of the answers of a file. A cell that is not what a form, scan or person left was typed.

    InputError where what is kept beside the file is damaged.
    """
    ids = Decided.of(read_journal(answers)).ids
    left: dict[Where, Standing] = {place: Standing(text, FORM) for place, text in _forms(answers)}
    crops: dict[Where, str] = {}
    scanned = False
    for one in readings(answers):
        scanned = True
        if one.item != STUDENT_ID:
            place = ids.get(one.student_id, one.student_id), one.item
            crops[place] = one.crop
            if one.state == MISSING:
                left[place] = Standing(f"?page {one.page} is missing", SCAN)
    left |= standing(answers)
    at = _finder(submissions, {student for student, _ in left}, listed)
    read_by = {
        cell: by for place, one in left.items() if (cell := at(place)) and (by := _by(submissions.written[cell], one))
    }
    shown = {
        cell: crop for place, crop in crops.items()
        if crop and (cell := at(place)) and read_by.get(cell, "").startswith(SCAN)
    }  # fmt: skip
    remarks = () if scanned else _gone(answers)
    return Origins(read_by, shown, scans_of(answers), audit_of(answers) if scanned else None, remarks)


def together(origins: Sequence[Origins]) -> Origins:
    """Those of several files of answers; pictures are shown of a single one alone."""
    if len(origins) == 1:
        return origins[0]
    return Origins({cell: by for one in origins for cell, by in one.read_by.items()})


def _by(text: str, left: Standing) -> str:
    """Who read a cell that says so; "" if it was typed. A scan's mark may stand until the desk has closed."""
    text = text.strip()
    if text == left.text or same_number(text, left.text):
        return left.by
    return SCAN if left.by.startswith(SCAN) and len(text) > 1 and text.startswith("?") else ""


def _finder(submissions: Submissions, written: set[str], listed: Listed) -> Callable[[Where], Cell | None]:
    """Where the answer of a student stands, by the id that is in the file; the list may have put it right."""
    students = {student: s for s, student in enumerate(submissions.students)}
    items = {item: i for i, item in enumerate(submissions.items)}
    known = {one: student_id(one) for one in written}
    others = sorted({one for one in known.values() if one not in students})
    meant = dict(zip(others, identified(others, listed)[0], strict=True))

    def at(place: Where) -> Cell | None:
        one = known.get(place[0], place[0])
        s, i = students.get(meant.get(one, one)), items.get(place[1])
        return None if s is None or i is None else (s, i)

    return at


def _gone(answers: Path) -> tuple[str, ...]:
    """The remark that pictures and readings were moved away, where decisions on them are still there."""
    if not any(entry.posterior for entry in read_journal(answers)):
        return ()
    return (
        f"{scans_of(answers).name}: is not beside {answers.name} any more: what the machine has read counts as typed, "
        "and feedback shows no pictures",
    )


def _forms(answers: Path) -> Iterator[tuple[Where, str]]:
    path = forms_of(answers)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            heading, *rows = list(csv.reader(file)) or [[]]
    except FileNotFoundError:
        return
    except (OSError, UnicodeDecodeError, csv.Error) as fault:
        raise InputError(f"{path}: cannot be read: {fault}; collect the forms again, or remove it") from None
    for row in rows:
        cells: Sequence[str] = [unguarded(cell) for cell in row]
        yield from (((cells[0], item), text) for item, text in zip(heading[2:], cells[2:], strict=False))
