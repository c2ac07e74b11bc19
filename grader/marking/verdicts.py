"""What is known of a class's cells: `Marks`, arrays of a class; and `Marked`, all that is known of one cell."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from grader.marking.origins import Origins
from grader.marking.other_variant import Fit
from grader.marking.shown import Shown, shown, shown_before
from grader.marking.task_marks import TaskMarks
from grader.reading.submissions import Submissions
from grader.reasons import Decision, Reason
from qgen.decimals import plain
from qgen.engine.intervals import Array
from qgen.engine.question import Item
from qgen.errors import quoted, several
from qgen.exam.exam import Exam

if TYPE_CHECKING:
    from pandas import DataFrame

VERDICTS = ("correct", "follow_through", "imprecise", "wrong", "blank", "unreadable")
CORRECT, FOLLOW_THROUGH, IMPRECISE, WRONG, IS_BLANK, IS_UNREADABLE = range(6)

Verdicts = NDArray[np.int8]
Place = tuple[int, int]  # a student and an item, from 0


@dataclass(frozen=True)
class Marked:
    """All that is known of one answer; numbers as they are printed, "" where there is none."""

    student: str
    variant: str
    item: Item
    answer: str
    expected: str
    low: str
    high: str
    verdict: str
    marks: float
    from_own: str
    reason: Reason | None
    decision: Decision | None


@dataclass(frozen=True, eq=False)
class Marks:
    """verdicts, expected_from_own: (students, items), the second what own values lead to where that earned marks or
    half of them, else NaN. reasons: of cells for which the verdict alone does not say it. decisions: the examiner's.
    fits: submissions that fit another variant. origins: how the answers were read. dropped: the items that a policy
    lets count for nobody.
    """

    exam: Exam
    submissions: Submissions
    verdicts: Verdicts
    expected_from_own: Array
    reasons: Mapping[Place, Reason]
    fits: tuple[Fit, ...] = ()
    decisions: Mapping[Place, Decision] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()
    origins: Origins = field(default_factory=Origins)
    dropped: frozenset[str] = frozenset()

    def earned(self, rows: slice[int | None, int | None, None] = slice(None)) -> Array:
        """(students, items): the marks of some students."""
        marks = worth(self.exam, self.verdicts[rows])
        if self.exam.spec.marking.repeated_mistake:
            repeated = self.repeated[rows] * self.exam.spec.marking.repeated_mistake
            marks += repeated * np.array([item.marks for item in self.exam.items])
        return np.where(np.isnan(self.decided[rows]), marks, self.decided[rows]) if self.decisions else marks

    @cached_property
    def decided(self) -> Array:
        """(students, items): the marks that the examiner gave, else NaN."""
        marks = np.full(self.verdicts.shape, np.nan)
        for place, decision in self.decisions.items():
            marks[place] = float(decision.marks)
        return marks

    @cached_property
    def repeated(self) -> NDArray[np.bool_]:
        """(students, items): wrong by mistakes alone that an earlier answer to the same question shows as well."""
        question = [k for k, q in enumerate(self.exam.spec.questions) for _ in q.question.items]
        return shown_before(self.reasons, question, self.verdicts.shape)

    @cached_property
    def singular(self) -> dict[int, list[int]]:
        """By student: the items of which more is known than the verdict, a reason or a decision."""
        return items_by_student({*self.reasons, *self.decisions})

    @cached_property
    def tasks(self) -> TaskMarks:
        """What a person marked."""
        return TaskMarks.of(self.exam.tasks, self.submissions)

    @property
    def scores(self) -> Array:
        """The sum of each student's marks, of tasks those that are marked."""
        return np.asarray(np.round(self.earned().sum(axis=1) + self.tasks.earned, 6))

    def usual_reason(self, verdict: int, own: float) -> tuple[Reason | None, str]:
        """Why a cell has a verdict if nothing else is known of it; and, as a text, what own values lead to."""
        rounding = self.exam.spec.rounding
        from_own = "" if own != own else rounding.text(own)
        if verdict == FOLLOW_THROUGH:
            return Reason("follow_through", (from_own,)), from_own
        if verdict == IMPRECISE:
            return Reason("imprecise", (str(rounding.digits),), (rounding.kind,)), from_own
        return None, from_own

    def cell(self, place: Place) -> Marked:
        """All that is known of the answer of a student to an item."""
        exam, (s, i) = self.exam, place
        v, verdict = int(self.submissions.variants[s]), int(self.verdicts[place])
        reason, from_own = self.usual_reason(verdict, float(self.expected_from_own[place]))
        marks, decision = self.worth[verdict][i], self.decisions.get(place)
        if self.exam.spec.marking.repeated_mistake and self.repeated[place]:
            marks += self.exam.spec.marking.repeated_mistake * exam.items[i].marks
        return Marked(
            self.submissions.students[s],
            exam.variants[v],
            exam.items[i],
            self.submissions.written[place],
            *self.accepted(v, i),
            verdict=VERDICTS[verdict],
            marks=float(decision.marks) if decision else marks,
            from_own=from_own,
            reason=self.reasons.get(place, reason),
            decision=replace(decision, instead_of=number(marks)) if decision else None,
        )

    @cached_property
    def worth(self) -> list[list[float]]:
        """The marks of every verdict and item."""
        found: list[list[float]] = worth(self.exam, np.arange(len(VERDICTS))[:, None]).tolist()
        return found

    @cached_property
    def accepted(self) -> Callable[[int, int], tuple[str, str, str]]:
        """Of a variant and an item: expected, lowest, highest, as printed."""

        def printed(v: int, i: int) -> tuple[str, str, str]:
            value, low, high = (float(table[i, v]) for table in (self.exam.value, self.exam.low, self.exam.high))
            return self.exam.spec.rounding.text(value), plain(low), plain(high)

        return cache(printed)

    def table(self) -> DataFrame:
        """By student and item: all that is known of every cell."""
        from grader.marking.frames import table

        return table(self)

    def by_student(self) -> DataFrame:
        """By student: variant, score and per cent, what each layer earned, how many cells have each verdict."""
        from grader.marking.frames import by_student

        return by_student(self)

    def by_item(self) -> DataFrame:
        """By item: mean marks, facility, discrimination, the share of each verdict, the commonest misconception."""
        from grader.marking.frames import by_item

        return by_item(self)

    def __repr__(self) -> str:
        most, students = self.exam.max_score, several(len(self.verdicts), "student")
        mean = f", {self.scores.mean():.1f} of {most:g} on average" if len(self.verdicts) else ""
        return f"<Marks of {students} in {quoted(self.exam.spec.title)}{mean}>"

    def _repr_html_(self) -> str:
        return f"<p>{escape(repr(self)[1:-1])}</p>{self.by_student().to_html(max_rows=20)}"

    @property
    def shown(self) -> tuple[Shown, ...]:
        """Every misconception that the class shows, the dearest first."""
        return shown(self.reasons, np.array([item.marks for item in self.exam.items]) - self.earned())

    def misconceptions(self) -> DataFrame:
        """By misconception, the dearest first: how many students and cells show it, and the marks that it cost."""
        from grader.marking.frames import misconceptions

        return misconceptions(self)


def items_by_student(places: Iterable[Place]) -> dict[int, list[int]]:
    """The items of each student among these places."""
    items: dict[int, list[int]] = {}
    for s, i in places:
        items.setdefault(s, []).append(i)
    return items


def worth(exam: Exam, verdicts: NDArray[Any]) -> Array:
    """The marks of every cell: all, the spec's share for follow-through or few digits, or none."""
    marking = exam.spec.marking
    share = np.array([1.0, marking.follow_through, marking.imprecise, 0.0, 0.0, 0.0])
    return np.asarray(share.take(verdicts) * np.array([item.marks for item in exam.items]))


def number(value: float) -> str:
    """A mark: at most 6 decimals, no trailing zeros."""
    return plain(round(value, 6))
