"""scores.csv and marks.csv: Marks as tables, for people, spreadsheets and grader export."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from itertools import repeat
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.marking.verdicts import FOLLOW_THROUGH, FOLLOWS, IMPRECISE, VERDICTS, Marks, few_digits, worth
from grader.rehearsal.handwriting import numerals
from qgen.decimals import plain
from qgen.engine.intervals import Array
from qgen.exam.exam import Exam
from qgen.parallel import shares
from qgen.tables.spreadsheet import cell

MARKS_HEADER = "student_id,variant,item,layer,part,answer,expected,low,high,verdict,marks,max_marks,misconception,note"
CHUNK = 16384
"""Students written at once."""
MOST_KNOWN = 1 << 20
"""Accepted numbers that are kept as text."""

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


def sums(marks: Marks) -> Array:
    """(students, 1 + layers): each student's score, and what each of the `layer_columns` earned."""
    layers = layer_columns(marks.exam)
    summed = np.zeros((len(marks.exam.items), 1 + len(layers)))
    summed[:, 0] = 1.0
    for at, columns in enumerate(layers.values(), start=1):
        summed[columns, at] = 1.0
    parts = shares(len(marks.verdicts), CHUNK, 1)
    return np.round(np.concatenate([marks.earned(slice(part.start, part.stop)) @ summed for part in parts]), 6)


def scores_csv(marks: Marks) -> str:
    """One row per student: score, maximum, per cent, and what each layer earned."""
    exam, layers, most = marks.exam, layer_columns(marks.exam), marks.exam.max_score
    earned = sums(marks)
    parts = _texts(earned[:, 1:], number)
    scores = _texts(
        earned[:, 0], lambda score: f"{number(score)},{number(most)},{100 * score / most if most else 0.0:.2f}"
    )
    lines = [",".join(("student_id", "variant", "score", "max_score", "percent", *layers)) + "\n"]
    rows = zip(marks.submissions.students, marks.submissions.variants.tolist(), scores, parts, strict=True)
    lines += [f"{cell(s)},{exam.variants[v]},{score},{','.join(layers)}\n" for s, v, score, layers in rows]
    return "".join(lines)


def _texts(numbers: Array, text: Callable[[float], str]) -> list[Any]:
    """The text of every number, each different one written once: lists as deep as the array."""
    different, which = np.unique(numbers, return_inverse=True)
    texts = np.array(list(map(text, different.tolist())), dtype=object)
    return list(texts[which.reshape(numbers.shape)].tolist())


def marks_csv(marks: Marks) -> Iterator[str]:
    """One row per student and item, student by student: every verdict with what was written and accepted."""
    yield MARKS_HEADER + "\n"
    yield from MarksRows(marks.exam).of(marks)


@lru_cache(maxsize=1 << 16)
def number(value: float) -> str:
    """A mark: at most 6 decimals, no trailing zeros."""
    return plain(round(value, 6))


class MarksRows:
    """The rows of marks.csv. But for student and variant many students have the same ones: these are written once."""

    def __init__(self, exam: Exam) -> None:
        self.exam = exam
        self.front = [f"{item.id},{item.layer},{item.part}," for item in exam.items]
        self.ends = _ends(exam)
        self.sizes = len(exam.variants), len(VERDICTS), len(exam.items)
        self.accepted, self.after = lru_cache(MOST_KNOWN)(self._accepted), lru_cache(MOST_KNOWN)(self._after)

    def of(self, marks: Marks) -> Iterator[str]:
        """The rows of each student; most of the work is done before the first is asked for."""
        texts, named, submissions = self.texts(marks), marks.named, marks.submissions
        ends = np.array([f"{_cell(name)},{_cell(note)}\n" for name, note in named.words], dtype=object)[named.which]
        at = named.cells[:, 0], named.cells[:, 1]
        texts[at] = [text[:-2] + end for text, end in zip(texts[at].tolist(), ends.tolist(), strict=True)]
        for place in marks.said:
            texts[place] = self.text(marks, *place)
        rows = zip(submissions.students, submissions.variants.tolist(), texts.tolist(), strict=True)
        starts = ((f"{cell(student)},{self.exam.variants[variant]},", items) for student, variant, items in rows)
        return (start + start.join(items) for start, items in starts)

    def texts(self, marks: Marks) -> Texts:
        """(students, items): the rows of some students, with the usual marks and notes of their verdicts."""
        variants, verdicts = marks.submissions.variants, marks.verdicts
        columns = np.arange(len(self.front))
        after = np.ravel_multi_index(np.broadcast_arrays(variants[:, None], verdicts, columns), self.sizes)
        written = marks.submissions.written
        codes = {text: at for at, text in enumerate(dict.fromkeys(written.ravel().tolist()))}
        which = np.fromiter(map(codes.__getitem__, written.ravel().tolist()), np.intp, written.size)
        self.cells = np.array([_cell(text) for text in codes], dtype=object)
        keys = after * len(codes) + which.reshape(written.shape)
        follows, texts = verdicts == FOLLOW_THROUGH, np.empty(verdicts.shape, dtype=object)
        different, places = np.unique(keys[~follows].astype(np.uint64), return_inverse=True)
        texts[~follows] = self._rows(different, repeat(""))[places]
        led_to, at = np.unique(marks.led_to, return_inverse=True)
        notes = np.array([f'"{FOLLOWS}{text}"\n' for text in numerals(led_to, self.exam.spec.rounding)], object)
        texts[follows] = self._rows(keys[follows].astype(np.uint64), notes[at].tolist())
        return texts

    def _rows(self, keys: NDArray[np.uint64], ends: Iterable[str]) -> Texts:
        """(n,): the rows of these keys, each of an answer and what comes after it, and what comes at their ends."""
        after, answers = np.divmod(keys, np.uint64(len(self.cells)))
        different, at = np.unique(after, return_inverse=True)
        columns = (different % np.uint64(len(self.front))).astype(np.intp)
        fronts = np.array(self.front, dtype=object)[columns][at]
        backs = np.array([self.after(key) for key in different.tolist()], dtype=object)[at]
        rows = np.empty(len(keys), dtype=object)
        parts = fronts.tolist(), self.cells[answers.astype(np.intp)].tolist(), backs.tolist()
        rows[:] = [f"{front}{answer}{back}{end}" for front, answer, back, end in zip(*parts, ends, strict=False)]
        return rows

    def _after(self, key: int) -> str:
        """What stands after an answer, by variant, verdict and column: the accepted numbers, verdict and marks."""
        rest, column = divmod(key, len(self.front))
        variant, verdict = divmod(rest, len(VERDICTS))
        return f"{self.accepted(variant, column)}{self.ends[verdict][column]}"

    def _accepted(self, variant: int, column: int) -> str:
        """Expected, low and high."""
        exam = self.exam
        value, low, high = (float(table[column, variant]) for table in (exam.value, exam.low, exam.high))
        return f",{exam.spec.rounding.text(value)},{plain(low)},{plain(high)},"

    def text(self, marks: Marks, row: int, column: int) -> str:
        """The row of a cell of which there is more to say."""
        place = row, column
        name = marks.explained.get(place, ("", ""))[0] if place in marks.decided else ""
        verdict = marks.verdicts[place]
        earned = marks.decided.get(place, float(worth(self.exam, verdict)[column]))
        numbers = f"{number(earned)},{number(self.exam.items[column].marks)}"
        variant, answer = int(marks.submissions.variants[row]), _cell(marks.submissions.written[place])
        start = f"{self.front[column]}{answer}{self.accepted(variant, column)}"
        return f"{start}{VERDICTS[verdict]},{numbers},{_cell(name)},{_cell(marks.said[place])}\n"


def _ends(exam: Exam) -> list[list[str]]:
    """By verdict and item: verdict, marks, maximum, and the empty name and usual note.

    Follow-through's note, with the end of its line, is to come.
    """
    notes = [",,\n"] * len(VERDICTS)
    notes[IMPRECISE] = f",,{cell(few_digits(exam.spec.rounding))}\n"
    notes[FOLLOW_THROUGH] = ",,"
    usual = worth(exam, np.arange(len(VERDICTS))[:, None]).tolist()
    most = [number(item.marks) for item in exam.items]
    return [
        [f"{verdict},{number(mark)},{of}{note}" for mark, of in zip(row, most, strict=True)]
        for verdict, row, note in zip(VERDICTS, usual, notes, strict=True)
    ]


_cell = lru_cache(maxsize=1 << 18)(cell)
