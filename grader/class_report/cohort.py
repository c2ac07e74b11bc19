"""What the report is made from, whether marks have just been given or lie in a results folder."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from grader.marking.origins import BY_A_PERSON, SCAN
from grader.marking.shown import Shown, shown
from grader.marking.verdicts import IS_BLANK, IS_UNREADABLE, VERDICTS, Marks, Place, Verdicts
from grader.reasons import Decision, Reason
from grader.results.collusion import Evidence
from grader.statistics.items import summary
from qgen.engine.intervals import Array
from qgen.exam.exam import Exam

NO_NUMBER = (IS_BLANK, IS_UNREADABLE)


@dataclass(frozen=True)
class Asked:
    """An item, or a task, which has no layer: `step` is its quantity or name, `most` the marks that it is worth."""

    id: str
    layer: str
    part: str
    most: float

    @property
    def question(self) -> str:
        """q1, q2, ..."""
        return self.id.partition("_")[0]

    @property
    def step(self) -> str:
        """The quantity without its question."""
        return self.id.partition("_")[2]


@dataclass(frozen=True)
class Suspicion:
    """A row of collusion.csv: which kind of evidence, and what is to be looked at, with ids."""

    student: str
    evidence: str
    remark: str


@dataclass(frozen=True)
class FromScans:
    """Numbers that were read from scans: by the machine `alone`, by a `person`; and what the audit of these found."""

    alone: int = 0
    person: int = 0
    audited: int = 0
    disagreed: int = 0

    @classmethod
    def of(cls, read_by: Iterable[str], audited: int, disagreed: int) -> FromScans:
        """From who read each number."""
        counts = Counter(read_by)
        person = sum(count for by, count in counts.items() if by.startswith(BY_A_PERSON))
        return cls(counts[SCAN], person, audited, disagreed)


@dataclass(frozen=True, eq=False)
class Cohort:
    """A class: S students, I items, T tasks.

    verdicts: (S, I) of VERDICTS. earned: (S, I + T), NaN for a task that nobody has marked yet. variants: (S,) their
    names. answer, expected: what a cell holds and should hold, as printed. exam: if it is at hand.
    """

    students: tuple[str, ...]
    variants: NDArray[np.object_]
    items: tuple[Asked, ...]
    tasks: tuple[Asked, ...]
    verdicts: Verdicts
    earned: Array
    reasons: Mapping[Place, Reason]
    decisions: Mapping[Place, Decision]
    answer: Callable[[Place], str]
    expected: Callable[[Place], str]
    max_score: float
    absent: tuple[str, ...] = ()
    suspicions: tuple[Suspicion, ...] = ()
    exam: Exam | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    scans: FromScans = FromScans()

    @classmethod
    def of(cls, marks: Marks, suspicions: tuple[Evidence, ...] = ()) -> Cohort:
        """What was just marked."""
        exam, submissions, audit = marks.exam, marks.submissions, marks.origins.audit
        numbers = (by for place, by in marks.origins.read_by.items() if marks.verdicts[place] not in NO_NUMBER)
        return cls(
            submissions.students,
            np.array(exam.variants, object)[submissions.variants],
            tuple(Asked(item.id, item.layer, item.part, item.marks) for item in exam.items),
            tuple(Asked(task.id, "", "task", task.marks) for task in exam.tasks),
            marks.verdicts,
            np.hstack([marks.earned(), marks.tasks.marks]),
            marks.reasons,
            {place: decision for place in marks.decisions if (decision := marks.cell(place).decision)},
            lambda place: str(submissions.written[place]).strip(),
            lambda place: marks.accepted(int(submissions.variants[place[0]]), place[1])[0],
            exam.max_score,
            tuple(one.student for one in submissions.absent),
            tuple(Suspicion(submissions.students[one.student], one.kind, one.remark) for one in suspicions),
            exam,
            exam.names,
            FromScans.of(numbers, audit.seen if audit else 0, audit.disagreements if audit else 0),
        )

    @cached_property
    def asked(self) -> tuple[Asked, ...]:
        """Items, then tasks: the columns of `earned`."""
        return (*self.items, *self.tasks)

    @cached_property
    def most(self) -> Array:
        """What each of them is worth."""
        return np.array([one.most for one in self.asked])

    @cached_property
    def scores(self) -> Array:
        """(S,): each student's marks, of tasks those that are marked."""
        return np.asarray(np.round(np.nansum(self.earned, axis=1), 6))

    @cached_property
    def percent(self) -> Array:
        """(S,): the same in per cent of the most."""
        return self.of_most(self.scores)

    def of_most(self, scores: Array) -> Array:
        """Scores in per cent."""
        return np.asarray(100 * scores / self.max_score if self.max_score else np.zeros(len(scores)))

    @cached_property
    def questions(self) -> tuple[str, ...]:
        """q1, q2, ... in the order of the paper."""
        return tuple(dict.fromkeys(one.question for one in self.asked))

    @cached_property
    def statistics(self) -> dict[str, Array]:
        """By the columns of items.csv, what each item and task did."""
        return summary(self.earned, self.most, self.verdicts, VERDICTS)

    @cached_property
    def shown(self) -> tuple[Shown, ...]:
        """Every misconception of the class, the dearest first."""
        count = len(self.items)
        return shown(self.reasons, self.most[:count] - self.earned[:, :count])
