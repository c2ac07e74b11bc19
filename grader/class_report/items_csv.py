"""items.csv: a row for every item and task, with the same columns as `marks.by_item()`."""

from __future__ import annotations

from grader.class_report.cohort import Asked, Cohort
from grader.marking.shown import commonest
from qgen.decimals import plain
from qgen.engine.symbols import plain_name
from qgen.tables.spreadsheet import cell

DECIMALS = 6


def items_csv(cohort: Cohort) -> str:
    """The file's text. What is not defined is empty."""
    columns = cohort.statistics
    lines = [",".join(("item", "name", "layer", "part", *columns, "misconception"))]
    named = commonest(cohort.reasons, len(cohort.asked))
    for i, asked in enumerate(cohort.asked):
        numbers = (_number(float(column[i])) for column in columns.values())
        lines.append(",".join((asked.id, cell(name_of(asked)), asked.layer, asked.part, *numbers, named[i])))
    return "\n".join(lines) + "\n"


def name_of(asked: Asked) -> str:
    """As papers write it, in plain text; a task has its id."""
    return plain_name(asked.step) if asked.layer else asked.id


def _number(value: float) -> str:
    return "" if value != value else plain(round(value, DECIMALS))
