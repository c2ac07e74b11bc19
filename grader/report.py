"""The summary on the terminal: a table of students, or above 40 of them the class at a glance."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np

from grader.marksheet import layer_columns, number, sums
from grader.score import IS_UNREADABLE, VERDICTS, Marks
from qgen.errors import printable

MOST_ROWS = 40


def print_summary(marks: Marks, out: Path) -> None:
    """To stdout: the students or the class, what could not be read, and where the results are."""
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False, soft_wrap=False, markup=False)
    layers = layer_columns(marks.exam)
    most = marks.exam.max_score
    students = marks.submissions.students
    earned = sums(marks)
    if len(students) <= MOST_ROWS:
        table = Table("student", "variant", "score", "%", *layers)
        for column in table.columns[2:]:
            column.justify = "right"
        for student, of, (score, *parts) in zip(students, marks.submissions.variants, earned.tolist(), strict=True):
            percent = 100 * score / most if most else 0.0
            variant = marks.exam.variants[of]
            table.add_row(printable(student[:40]), variant, number(score), f"{percent:.0f}", *map(number, parts))
        console.print(table)
    else:
        table = Table("", "mean", "lowest", "median", "highest", "of")
        for column in table.columns[1:]:
            column.justify = "right"
        maxima = [sum(marks.exam.items[column].marks for column in columns) for columns in layers.values()]
        for name, totals, maximum in zip(("score", *layers), earned.T, (most, *maxima), strict=True):
            figures = (totals.mean(), totals.min(), float(np.median(totals)), totals.max())
            table.add_row(name, *(f"{figure:.1f}" for figure in figures), number(maximum))
        console.print(table)
    counts = [f"{np.count_nonzero(marks.verdicts == v):,} {name.replace('_', '-')}" for v, name in enumerate(VERDICTS)]
    cells = ", ".join(counts)
    console.print(f"{len(students):,} student{'s' * (len(students) != 1)}, {marks.verdicts.size:,} cells: {cells}")
    named = Counter(name for name in marks.misconceptions.values())
    if named:
        common = ", ".join(f"{name} ({count} cell{'s' * (count != 1)})" for name, count in named.most_common(3))
        console.print(f"most common misconceptions: {common}")
    _print_unreadable(console, marks)
    for remark in marks.remarks:
        console.print(printable(remark))
    written = ", ".join(
        name for name in ("scores.csv", "marks.csv", "remarks.txt", "feedback") if (out / name).exists()
    )
    console.print(f"results in {out}: {written}")


def _print_unreadable(console: object, marks: Marks) -> None:
    from rich.console import Console

    assert isinstance(console, Console)

    done = {cell for cell, note in marks.said.items() if note.startswith("examiner: ")}
    cells = [cell for cell in map(tuple, np.argwhere(marks.verdicts == IS_UNREADABLE).tolist()) if cell not in done]
    if not cells:
        return
    noun = "cell" if len(cells) == 1 else "cells"
    console.print(f"{len(cells)} unreadable {noun}, worth nothing until you decide:", style="bold red")
    for s, i in cells[:20]:
        student, item = marks.submissions.students[s], marks.exam.columns[i]
        console.print(f"  {printable(student[:40])}, {item}: {printable(marks.notes.get((s, i), ''))}")
    if len(cells) > 20:
        console.print(f"  ... and {len(cells) - 20} more in marks.csv")
