"""What marking says of every cell: a verdict, what it is worth, and a note. `Marks` of a class, as arrays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from grader.marking.named import Named, Words
from grader.marking.other_variant import Fit
from grader.reading.answers import Submissions
from grader.reading.parsed_cells import Cell
from qgen.engine.intervals import Array
from qgen.engine.rounding import Rounding
from qgen.exam.exam import Exam

VERDICTS = ("correct", "follow_through", "imprecise", "wrong", "blank", "unreadable")
CORRECT, FOLLOW_THROUGH, IMPRECISE, WRONG, IS_BLANK, IS_UNREADABLE = range(6)

Verdicts = NDArray[np.int8]


class Found(NamedTuple):
    """What marking finds of some students, numbered from 0, as `Marks` has it: what another process must be sent."""

    verdicts: Verdicts
    led_to: Array
    named: Named
    said: dict[Cell, str]
    elsewhere: tuple[Fit, ...]
    decided: Mapping[Cell, float]


@dataclass(frozen=True, eq=False)
class Marks:
    """verdicts: (students, items). `led_to`: of each follow-through cell, row by row, what own values lead to.

    named: the misconceptions found. said: notes of other cells (student, item) that do not follow from their verdict,
    so of all that is `decided`, the marks that an examiner gives instead of what the verdict is worth; `notes` has all
    of them. elsewhere: submissions that fit another variant.
    """

    exam: Exam
    submissions: Submissions
    verdicts: Verdicts
    led_to: Array
    named: Named
    said: dict[Cell, str]
    elsewhere: tuple[Fit, ...] = ()
    decided: Mapping[Cell, float] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()

    @property
    def found(self) -> Found:
        """What was found, without the exam and the answers."""
        return Found(self.verdicts, self.led_to, self.named, self.said, self.elsewhere, self.decided)

    @cached_property
    def _followed(self) -> NDArray[np.intp]:
        """(students,): how many follow-through cells come before each student's."""
        counts = (self.verdicts == FOLLOW_THROUGH).sum(axis=1)
        return np.asarray(np.cumsum(counts) - counts)

    def leads_to(self, cell: Cell) -> float:
        """What own values lead to in a follow-through cell."""
        row, column = cell
        before = np.count_nonzero(self.verdicts[row, :column] == FOLLOW_THROUGH)
        return float(self.led_to[self._followed[row] + before])

    def earned(self, rows: slice = slice(None)) -> Array:
        """(students, items): the marks of some students."""
        marks = worth(self.exam, self.verdicts[rows])
        students = range(len(self.verdicts))[rows]
        for (student, item), mark in self.decided.items():
            if student in students:
                marks[students.index(student), item] = mark
        return marks

    @cached_property
    def explained(self) -> dict[Cell, Words]:
        """The misconceptions' names of a cell (student, item), and a sentence."""
        return self.named.by_cell()

    @property
    def scores(self) -> Array:
        """The sum of each student's marks."""
        return np.asarray(np.round(self.earned().sum(axis=1), 6))

    @property
    def notes(self) -> Mapping[Cell, str]:
        """Why a cell (student, item) has its verdict, where that needs a word."""
        return _Notes(self)


class _Notes(Mapping[Cell, str]):
    """Written when they are read: of 100,000 students' follow-through there are a million."""

    def __init__(self, marks: Marks) -> None:
        self.marks = marks

    def __getitem__(self, cell: Cell) -> str:
        marks = self.marks
        if cell in marks.said:
            return marks.said[cell]
        if cell in marks.explained:
            return marks.explained[cell][1]
        if marks.verdicts[cell] == FOLLOW_THROUGH:
            return FOLLOWS + marks.exam.spec.rounding.text(marks.leads_to(cell))
        if marks.verdicts[cell] == IMPRECISE:
            return few_digits(marks.exam.spec.rounding)
        raise KeyError(cell)

    def __iter__(self) -> Iterator[Cell]:
        worded = np.isin(self.marks.verdicts, (FOLLOW_THROUGH, IMPRECISE))
        yield from sorted(
            {*self.marks.said, *self.marks.explained, *((row, column) for row, column in np.argwhere(worded).tolist())}
        )

    def __len__(self) -> int:
        return sum(1 for _ in self)


FOLLOWS = "right from own earlier values, which lead to "
REPEATS = "the old value: an update shows only where it moves the number as written"


def few_digits(rounding: Rounding, led_to: float | None = None) -> str:
    """The note of an imprecise answer, right by the key or by what own earlier values `led_to`."""
    kind = "decimal places" if rounding.kind == "dp" else "significant figures"
    start = "right" if led_to is None else f"{FOLLOWS}{rounding.text(led_to)},"
    return f"{start} as far as it is written; the paper asks for {rounding.digits} {kind}"


def worth(exam: Exam, verdicts: NDArray[Any]) -> Array:
    """The marks of every cell: all, the spec's share for follow-through or few digits, or none."""
    marking = exam.spec.marking
    share = np.array([1.0, marking.follow_through, marking.imprecise, 0.0, 0.0, 0.0])
    return np.asarray(share.take(verdicts) * np.array([item.marks for item in exam.items]))


def joined(exam: Exam, submissions: Submissions, parts: Iterable[Found]) -> Marks:
    """The marks of all who submitted, from what was found of one part of them after the other."""
    verdicts = np.empty(submissions.written.shape, dtype=np.int8)
    first, led_to, named, fits = 0, [np.empty(0)], list[Named](), list[Fit]()
    said: dict[Cell, str] = {}
    decided: dict[Cell, float] = {}
    for part in parts:
        verdicts[first : first + len(part.verdicts)] = part.verdicts
        led_to.append(part.led_to)
        named.append(replace(part.named, cells=part.named.cells + np.array([first, 0])))
        said |= {(first + student, item): note for (student, item), note in part.said.items()}
        decided |= {(first + student, item): mark for (student, item), mark in part.decided.items()}
        fits += [replace(fit, student=first + fit.student) for fit in part.elsewhere]
        first += len(part.verdicts)
    return Marks(
        exam, submissions, verdicts, np.concatenate(led_to), Named.joined(named), said, tuple(fits), decided
    )  # fmt: skip
