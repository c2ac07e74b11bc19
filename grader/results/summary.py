"""The summary on the terminal: a table of students, or above 40 of them the class at a glance."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from grader.marking.task_marks import NO_MARK, TASK_VERDICTS
from grader.marking.verdicts import IS_UNREADABLE, VERDICTS, Marked, Marks, number
from grader.reasons import PAGE_MISSING, WAITING, Wording
from grader.results.marksheet import subtotals, sums, worths
from qgen.errors import printable, several, shortened, typed
from qgen.terminal import console

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

TABLES = ("scores.csv", "marks.csv", "items.csv")
MOST_ROWS = 40
NONE = "-"  # marks that are not given yet
NARROW = 40  # what student, variant, score and per cent take of a line


def print_summary(marks: Marks, out: Path, templates: Path | None = None) -> None:
    """To stdout: the students or the class, what could not be read, where the results are, and what to do next."""
    screen = console()
    students = marks.submissions.students
    screen.print(_by_student(marks, screen.width) if len(students) <= MOST_ROWS else _at_a_glance(marks))
    counts = [f"{np.count_nonzero(marks.verdicts == v):,} {name.replace('_', '-')}" for v, name in enumerate(VERDICTS)]
    cells = ", ".join(counts)
    away = f" and {len(marks.submissions.absent):,} absent" if marks.submissions.absent else ""
    screen.print(f"{several(len(students), 'student')}{away}, {marks.verdicts.size:,} cells: {cells}")
    if marks.tasks.tasks:
        counts = [f"{np.count_nonzero(marks.tasks.verdicts == v):,} {name}" for v, name in enumerate(TASK_VERDICTS)]
        screen.print(f"tasks, marked by a person: {', '.join(counts)}")
    common = sorted(marks.shown, key=lambda one: (-len(one.cells), one.name))[:3]
    if common:
        named = ", ".join(f"{one.name} ({several(len(one.cells), 'cell')})" for one in common)
        screen.print(f"most common misconceptions: {named}")
    if marks.decisions:
        screen.print(f"{len(marks.decisions)} decided by the examiner")
    _print_unreadable(screen, marks, Wording.of(marks.exam.spec.language, templates))
    for remark in shortened(marks.remarks, len(marks.remarks), " in remarks.txt"):
        screen.print(printable(remark))
    written = ", ".join(
        name
        for name in (*TABLES, "remarks.txt", "collusion.csv", "changes.csv", "feedback", "report.html")
        if (out / name).exists()
    )
    screen.print(f"results in {out}: {written}")
    if (out / "report.html").exists():
        screen.print(f"the class on one page: {out / 'report.html'}")
    if (out / "feedback").exists():
        screen.print(f"for each student a PDF to hand back: {out / 'feedback'}")
    where = "" if out == Path("results") else f" --results {typed(out)}"
    screen.print(f"then: grader export canvas{where}, or another system that grader export --help names")


def _by_student(marks: Marks, width: int) -> Table:
    """A row for every student; layers, which are in scores.csv, only where the terminal is wide enough."""
    layers, most = list(subtotals(marks.exam)), marks.exam.max_score
    shown = len(layers) if width >= NARROW + sum(len(name) + 3 for name in layers) else 0
    table = _table("student", "variant", "score", "%", *layers[:shown], left=2)
    submissions = marks.submissions
    for student, of, (score, *parts) in zip(
        submissions.students, submissions.variants, sums(marks).tolist(), strict=True
    ):
        percent = f"{100 * score / most if most else 0.0:.0f}"
        variant = marks.exam.variants[of]
        table.add_row(printable(student[:40]), variant, number(score), percent, *map(_given, parts[:shown]))
    return table


def _at_a_glance(marks: Marks) -> Table:
    layers, each = subtotals(marks.exam), worths(marks.exam)
    maxima = [sum(each[column] for column in columns) for columns in layers.values()]
    table = _table("", "mean", "lowest", "median", "highest", "of", left=1)
    for name, totals, most in zip(("score", *layers), sums(marks).T, (marks.exam.max_score, *maxima), strict=True):
        given = totals[~np.isnan(totals)]
        figures = (given.mean(), given.min(), float(np.median(given)), given.max()) if len(given) else ()
        table.add_row(name, *([f"{figure:.1f}" for figure in figures] or [NONE] * 4), number(most))
    return table


def _given(marks: float) -> str:
    return NONE if marks != marks else number(marks)


def _table(*headings: str, left: int) -> Table:
    """The first `left` columns flush left, those of numbers right."""
    from rich.table import Table

    table = Table(*headings)
    for column in table.columns[left:]:
        column.justify = "right"
    return table


def _print_unreadable(screen: Console, marks: Marks, wording: Wording) -> None:
    known = (*WAITING, PAGE_MISSING)  # a remark counts these
    places = [(s, i) for s, i in np.argwhere(marks.verdicts == IS_UNREADABLE).tolist()
              if (s, i) not in marks.decisions and marks.reasons[s, i].kind not in known]  # fmt: skip
    tasks = np.argwhere(marks.tasks.verdicts == NO_MARK).tolist()
    count = len(places) + len(tasks)
    if not count:
        return
    screen.print(f"{several(count, 'unreadable cell')}, worth nothing until you decide:", style="bold red")
    lines = [*(_unreadable(marks.cell(place), wording) for place in places)]
    lines += [_no_mark(marks, s, t, wording) for s, t in tasks]
    for line in shortened(lines, count, " in marks.csv"):
        screen.print(f"  {line}")


def _unreadable(cell: Marked, wording: Wording) -> str:
    why = wording.plain(cell.reason, cell.answer) if cell.reason else ""
    return f"{printable(cell.student[:40])}, {cell.item.id} ({cell.item.name}): {printable(why)}"


def _no_mark(marks: Marks, s: int, t: int, wording: Wording) -> str:
    reason, given = marks.tasks.reason(s, t), marks.tasks
    why = wording.plain(reason, given.written[s, t]) if reason else ""
    return f"{printable(marks.submissions.students[s][:40])}, {given.tasks[t].id}: {printable(why)}"
