"""scores.csv and marks.csv: Marks as tables, for people, spreadsheets and grader export."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from grader.answers import VALUE
from grader.score import VERDICTS, Marks
from qgen.decimals import plain
from qgen.exam import Exam

MARKS_HEADER = "student_id,variant,item,layer,part,answer,expected,low,high,verdict,marks,max_marks,misconception,note"
CHUNK = 1024
"""Students written at once."""

_NUMERAL = re.compile(r"[+-]?[0-9.]+(?:[eE][+-]?[0-9]+)?")
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def cell(text: str) -> str:
    """A CSV cell, quoted where needed; what a spreadsheet would run as a formula gets an apostrophe before it."""
    if text.lstrip().startswith(_DANGEROUS) and not _NUMERAL.fullmatch(text):
        text = "'" + text
    if any(char in text for char in ',"\n\r'):
        return '"' + text.replace('"', '""') + '"'
    return text


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
    exam, out = marks.exam, io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    layers = layer_columns(exam)
    subtotals = np.array([marks.marks[:, columns].sum(axis=1) for columns in layers.values()]).T
    writer.writerow(("student_id", "variant", "score", "max_score", "percent", *layers))
    most = exam.max_score
    rows = zip(marks.submissions.students, marks.submissions.variants, marks.scores.tolist(), subtotals, strict=True)
    for student, variant, score, layer_scores in rows:
        percent = 100 * score / most if most else 0.0
        numbers = (number(score), number(most), f"{percent:.2f}", *map(number, layer_scores.tolist()))
        writer.writerow((_guarded(student), exam.variants[variant], *numbers))
    return out.getvalue()


def marks_csv(marks: Marks) -> Iterator[str]:
    """One row per student and item, in chunks of text: every verdict with what was written and accepted."""
    exam, submissions = marks.exam, marks.submissions
    middle = _middle(exam)
    ends = _ends(exam)
    shared: dict[str, str] = {}
    special = _special_cells(marks)
    yield MARKS_HEADER + "\n"
    for first in range(0, len(submissions.students), CHUNK):
        rows = slice(first, first + CHUNK)
        variants = submissions.variants[rows]
        starts = np.array(
            [
                f"{cell(student)},{exam.variants[variant]},"
                for student, variant in zip(submissions.students[rows], variants, strict=True)
            ],
            dtype=object,
        )
        written = _cells(submissions.written[rows], submissions.kinds[rows], shared)
        text = starts[:, None] + middle[None, :] + written + _expected(exam)[variants]
        text = text + ends[marks.verdicts[rows], np.arange(len(exam.items))]
        for row, column, tail in special.get(first // CHUNK, ()):
            text[row - first, column] = text[row - first, column].removesuffix(",,") + tail
        yield "\n".join(text.ravel().tolist()) + "\n"


def number(value: float) -> str:
    """A mark: at most 6 decimals, no trailing zeros."""
    return plain(round(value, 6))


def _middle(exam: Exam) -> NDArray[np.object_]:
    return np.array([f"{item.id},{item.layer},{item.part}," for item in exam.items], dtype=object)


def _expected(exam: Exam) -> NDArray[np.object_]:
    """(variants, items): the text of expected, low and high."""
    cached: NDArray[np.object_] | None = exam.__dict__.get("_expected_texts")
    if cached is None:
        text, value, low, high = exam.spec.rounding.text, exam.value, exam.low, exam.high
        cached = np.array(
            [
                [f",{text(v)},{plain(a)},{plain(b)}," for v, a, b in zip(vs, lows, highs, strict=True)]
                for vs, lows, highs in zip(value.T.tolist(), low.T.tolist(), high.T.tolist(), strict=True)
            ],
            dtype=object,
        )
        exam.__dict__["_expected_texts"] = cached
    return cached


def _ends(exam: Exam) -> NDArray[np.object_]:
    """(verdicts, items): verdict, marks, maximum, and the empty name and note."""
    marking = exam.spec.marking
    shares = (1.0, marking.follow_through, marking.imprecise, 0.0, 0.0, 0.0)
    return np.array(
        [
            [f"{verdict},{number(share * item.marks)},{number(item.marks)},," for item in exam.items]
            for verdict, share in zip(VERDICTS, shares, strict=True)
        ],
        dtype=object,
    )


def _special_cells(marks: Marks) -> dict[int, list[tuple[int, int, str]]]:
    """By chunk: the cells with a misconception or a note, and how their rows end."""
    special: dict[int, list[tuple[int, int, str]]] = {}
    for row, column in sorted({*marks.notes, *marks.misconceptions}):
        name, note = marks.misconceptions.get((row, column), ""), marks.notes.get((row, column), "")
        special.setdefault(row // CHUNK, []).append((row, column, f",{cell(name)},{cell(note)}"))
    return special


def _cells(written: NDArray[np.object_], kinds: NDArray[np.int8], shared: dict[str, str]) -> NDArray[np.object_]:
    """What was written as CSV cells; plain numbers, nearly all, are their own."""
    cells = written.copy()
    for row, column in np.argwhere(kinds != VALUE).tolist():
        cells[row, column] = cell(written[row, column])
    flat = written.ravel()
    for at in np.flatnonzero(_needs_care(flat) & (kinds.ravel() == VALUE)).tolist():
        text = flat[at]
        cells.flat[at] = shared.setdefault(text, cell(text))
    return cells


def _needs_care(texts: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Whether any character is not one of a plain number's."""
    joined = "".join(texts.tolist())
    if not joined.strip("0123456789.-"):
        return np.zeros(len(texts), dtype=bool)
    plain_text = _NUMERAL.fullmatch
    return np.fromiter((plain_text(text) is None for text in texts.tolist()), dtype=bool, count=len(texts))


def _guarded(text: str) -> str:
    return "'" + text if text.lstrip().startswith(_DANGEROUS) and not _NUMERAL.fullmatch(text) else text
