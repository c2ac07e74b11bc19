"""Which column of the gradebook gets which marks: found in the roster by id or name, or a new one."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from grader.lms.cells import one_line
from grader.lms.gradebook import Column, Gradebook, System
from grader.lms.results import Results
from qgen.errors import InputError, nearest, quoted
from qgen.tables.spreadsheet import runs

TITLE = "Exam"  # what a new column is called, where nobody says


@dataclass(frozen=True)
class Wanted:
    """Marks to send: "" for the total or a `<question>_<layer>`, their title, the most they can be."""

    key: str
    title: str
    most: Decimal


def wanted(results: Results, title: str, *, by_layer: bool, percent: bool) -> tuple[Wanted, ...]:
    """The total, or one column per question and layer; in percent the most is 100."""
    if not by_layer:
        return (Wanted("", title, Decimal(100) if percent else results.max_score),)
    if not results.layers:
        raise InputError("scores.csv: has no columns per layer (q1_hidden1, ...); leave out --by layer")
    return tuple(
        Wanted(key, f"{title} {key}", Decimal(100) if percent else results.maxima[key]) for key in results.layers
    )


def find(name: str, columns: Sequence[Column]) -> list[Column]:
    """The columns of this id, header or title; without case only where none has it exactly."""
    name = unicodedata.normalize("NFC", name.strip())
    names = [[unicodedata.normalize("NFC", one) for one in column.names] for column in columns]
    exact = [c for c, mine in zip(columns, names, strict=True) if name in mine]
    return exact or [c for c, mine in zip(columns, names, strict=True) if name.casefold() in map(str.casefold, mine)]


def base_title(roster: Gradebook, system: System, column: str | None, title: str) -> str:
    """What the columns per layer begin with: `--column` or the title, as the roster spells it."""
    hits = find(column or title, roster.columns)
    begun = column and any(c.title.startswith(column) for c in roster.columns)
    if column and roster.columns and not hits and not begun and not system.free_headings:
        raise _unknown(column, roster, system)
    return hits[0].title if len(hits) == 1 else one_line(column or title)


def choose(want: Sequence[Wanted], roster: Gradebook, system: System, column: str | None) -> tuple[Column, ...]:
    """The column for each; `column` is what the user calls the total's. InputError for those without."""
    if roster.only and len(want) > 1:
        raise InputError(f"{system.name}: this roster is of one column; it cannot take one per layer")
    chosen: list[Column] = []
    faults: list[str] = []
    for one in want:
        try:
            chosen.append(_choose(one, roster, system, column))
        except InputError as error:
            faults += error.faults
    if faults:
        raise InputError(*faults)
    headers = [c.header for c in chosen]
    twice = {header for header in headers if headers.count(header) > 1}
    if twice:
        raise InputError(f'{system.name}: two columns would be headed "{min(twice)}"; give a shorter --title')
    return tuple(chosen)


def _choose(one: Wanted, roster: Gradebook, system: System, column: str | None) -> Column:
    name = column or one.title
    hits = find(name, roster.columns)
    if not hits and column is None:
        hits = list(roster.columns) if roster.only else _only_one(one, roster)
    if len(hits) > 1:
        which = ", ".join(f'"{c.id or c.header}"' for c in hits)
        raise InputError(f'{system.name}: "{name}" is {len(hits)} columns of the roster; say which: --column {which}')
    if not hits and roster.columns and not one.key and not system.free_headings:
        raise _unknown(name, roster, system)
    chosen = hits[0] if hits else system.column(one.title, column or "", one.most)
    if not chosen.title.strip():
        raise InputError(f"{system.name}: the title is empty; write what the exam is called there")
    if chosen.fault:
        raise InputError(f'{system.name}: column "{chosen.title}" cannot be imported: {chosen.fault}')
    if not hits and not column and (taken := system.taken_for(chosen.header, roster)):
        raise InputError(
            f"{system.name}: the title {quoted(chosen.title)} would be taken for {taken}; give another --title, "
            "or say which column with --column"
        )
    if not hits and runs(chosen.title):
        raise InputError(
            f'{system.name}: the title "{chosen.title}" would run in a spreadsheet; begin it with a letter'
        )
    return chosen


def _only_one(one: Wanted, roster: Gradebook) -> list[Column]:
    """Where the title is the default one: the only column that takes numbers and has the exam's points."""
    fitting = [column for column in roster.columns if column.points == one.most and not column.fault]
    return fitting if len(fitting) == 1 and one.title == TITLE and not one.key else []


def _unknown(name: str, roster: Gradebook, system: System) -> InputError:
    known = list(dict.fromkeys(one_line(c.title)[:100] for c in roster.columns))
    return InputError(
        f"{system.name}: no column of the roster is {quoted(name)}; {nearest(name, known)}; "
        "make it there and download again, or say which with --column"
    )
