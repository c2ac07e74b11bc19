"""scores.csv and marks.csv: Marks as tables, for people, spreadsheets and grader export."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from grader.score import FOLLOW_THROUGH, FOLLOWS, IMPRECISE, VERDICTS, Cell, Marks, few_digits, worth
from grader.spellings import numerals
from grader.spreadsheet import cell
from grader.tolerance import Bools
from qgen.decimals import plain
from qgen.exam import Exam
from qgen.intervals import Array
from qgen.rounding import Rounding

MARKS_HEADER = "student_id,variant,item,layer,part,answer,expected,low,high,verdict,marks,max_marks,misconception,note"
CHUNK = 1024
"""Students written at once."""
MOST_VARIANTS = 4096
"""Variants whose numbers are kept as text."""

Texts = NDArray[np.object_]


def layer_columns(exam: Exam) -> dict[str, list[int]]:
    """<question>_<layer> -> the columns of its items, in the order of the paper."""
    columns: dict[str, list[int]] = {}
    start = 0
    for question in (q.question for q in exam.spec.questions):
        for layer in question.layers:
            found = [start + i for i, item in enumerate(question.items) if item.layer == layer]
            columns[f"{question.id}_{layer}"] = found
        start += len(question.items)
    return columns


def scores_csv(marks: Marks) -> str:
    """One row per student: score, maximum, per cent, and what each layer earned."""
    exam, layers = marks.exam, layer_columns(marks.exam)
    subtotals = np.array([marks.marks[:, columns].sum(axis=1) for columns in layers.values()]).T.tolist()
    most = exam.max_score
    lines = [",".join(("student_id", "variant", "score", "max_score", "percent", *layers)) + "\n"]
    rows = zip(marks.submissions.students, marks.submissions.variants, marks.scores.tolist(), subtotals, strict=True)
    for student, variant, score, parts in rows:
        percent = 100 * score / most if most else 0.0
        numbers = (number(score), number(most), f"{percent:.2f}", *map(number, parts))
        lines.append(f"{cell(student)},{exam.variants[variant]},{','.join(numbers)}\n")
    return "".join(lines)


def marks_csv(marks: Marks) -> Iterator[str]:
    """One row per student and item, student by student: every verdict with what was written and accepted."""
    exam, submissions = marks.exam, marks.submissions
    middle, ends, columns = _middle(exam), _ends(exam), np.arange(len(exam.items))
    accepted = _Accepted(exam)
    odd = np.ones(marks.verdicts.shape, dtype=bool) if submissions.odd is None else submissions.odd
    usual = worth(exam, np.arange(len(VERDICTS))[:, None])
    said: dict[int, list[Cell]] = {}
    for place in sorted({*marks.said, *marks.misconceptions}):
        said.setdefault(place[0] // CHUNK, []).append(place)
    yield MARKS_HEADER + "\n"
    for first in range(0, len(submissions.students), CHUNK):
        rows = slice(first, first + CHUNK)
        students, variants = submissions.students[rows], submissions.variants[rows].tolist()
        verdicts = marks.verdicts[rows]
        starts = [f"{cell(s)},{exam.variants[v]}," for s, v in zip(students, variants, strict=True)]
        pieces = np.empty((len(students), len(columns), 5), dtype=object)
        pieces[:, :, 0] = np.array(starts, dtype=object)[:, None]
        pieces[:, :, 1] = middle
        pieces[:, :, 2] = submissions.written[rows]
        strange = odd[rows]
        pieces[strange, 2] = list(map(_cell, pieces[strange, 2].tolist()))
        pieces[:, :, 3] = accepted.texts(variants)
        pieces[:, :, 4] = ends[verdicts, columns]
        follows = verdicts == FOLLOW_THROUGH
        pieces[follows, 4] = _following(ends, follows, marks.led_to[rows], exam.spec.rounding)
        decided = marks.marks[rows] != usual[verdicts, columns]
        for row, column in {*said.get(first // CHUNK, ()), *_cells_of(decided, first)}:
            pieces[row - first, column, 4] = _end(marks, row, column)
        # student by student: one character that is not ASCII makes all of a text twice as large
        yield from map("".join, pieces.reshape(len(students), -1).tolist())


@lru_cache(maxsize=1 << 16)
def number(value: float) -> str:
    """A mark: at most 6 decimals, no trailing zeros."""
    return plain(round(value, 6))


def _middle(exam: Exam) -> Texts:
    return np.array([f"{item.id},{item.layer},{item.part}," for item in exam.items], dtype=object)


class _Accepted:
    """The text of expected, low and high by variant and item; of thousands of variants only those in use are kept."""

    def __init__(self, exam: Exam) -> None:
        self.exam, self.known = exam, dict[int, list[str]]()

    def texts(self, variants: Sequence[int]) -> Texts:
        """(students, items)."""
        if len(self.known) > MOST_VARIANTS:
            self.known.clear()
        for variant in variants:
            if variant not in self.known:
                self.known[variant] = self._of(variant)
        return np.array([self.known[variant] for variant in variants], dtype=object)

    def _of(self, variant: int) -> list[str]:
        text = self.exam.spec.rounding.text
        tables = (self.exam.value, self.exam.low, self.exam.high)
        rows = zip(*(table[:, variant].tolist() for table in tables), strict=True)
        return [f",{text(value)},{plain(low)},{plain(high)}," for value, low, high in rows]


def _ends(exam: Exam) -> Texts:
    """(verdicts, items): verdict, marks, maximum, and the empty name and usual note."""
    notes = [",,"] * len(VERDICTS)
    notes[IMPRECISE] += cell(few_digits(exam.spec.rounding))
    usual = worth(exam, np.arange(len(VERDICTS))[:, None]).tolist()
    most = [number(item.marks) for item in exam.items]
    return np.array(
        [
            [f"{verdict},{number(mark)},{of}{note}\n" for mark, of in zip(row, most, strict=True)]
            for verdict, row, note in zip(VERDICTS, usual, notes, strict=True)
        ],
        dtype=object,
    )


def _following(ends: Texts, follows: Bools, led_to: Array, rounding: Rounding) -> list[str]:
    """The rows' ends where own values led to the answer."""
    starts = ends[FOLLOW_THROUGH][np.nonzero(follows)[1]].tolist()
    texts = numerals(led_to[follows], rounding)
    return [f'{start[:-1]}"{FOLLOWS}{text}"\n' for start, text in zip(starts, texts, strict=True)]


def _end(marks: Marks, row: int, column: int) -> str:
    """Verdict, marks, maximum, misconception and note of a cell of which there is more to say."""
    name, note = marks.misconceptions.get((row, column), ""), marks.notes.get((row, column), "")
    numbers = f"{number(float(marks.marks[row, column]))},{number(marks.exam.items[column].marks)}"
    return f"{VERDICTS[marks.verdicts[row, column]]},{numbers},{_cell(name)},{_cell(note)}\n"


_cell = lru_cache(maxsize=1 << 18)(cell)


def _cells_of(cells: Bools, first: int) -> list[Cell]:
    return [(first + row, column) for row, column in np.argwhere(cells).tolist()]
