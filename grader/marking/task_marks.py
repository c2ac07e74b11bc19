"""The marks that a person gave for tasks, as the answers file has them: none is made up, and none is lost."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grader.reading.numerals import read
from grader.reading.submissions import Submissions, Texts
from grader.reasons import Reason
from qgen.decimals import plain
from qgen.engine.intervals import Array
from qgen.exam.tasks import Task

TASK_VERDICTS = ("marked", "unmarked", "unreadable")
MARKED, UNMARKED, NO_MARK = range(3)
_MARK = re.compile(r"[0-9]{1,4}([.,][0-9]{0,20})?|[.,][0-9]{1,20}")


@dataclass(frozen=True, eq=False)
class TaskMarks:
    """All arrays are (students, tasks). written: the cells; verdicts: of TASK_VERDICTS; marks: NaN unless MARKED."""

    tasks: tuple[Task, ...]
    written: Texts
    verdicts: NDArray[np.int8]
    marks: Array

    @classmethod
    def of(cls, tasks: tuple[Task, ...], submissions: Submissions) -> TaskMarks:
        """Reads each cell: empty, it waits to be marked; else a number from 0 to the task's marks, or unreadable."""
        shape = len(submissions.students), len(tasks)
        written = np.full(shape, "", object) if submissions.tasks is None else submissions.tasks
        marks = np.full(shape, np.nan)
        verdicts = np.full(shape, UNMARKED, np.int8)
        for (s, t), text in np.ndenumerate(written):
            if _MARK.fullmatch(text.strip()) and (mark := float(text.strip().replace(",", "."))) <= tasks[t].marks:
                marks[s, t], verdicts[s, t] = mark, MARKED
            elif read(text).kind != "blank":
                verdicts[s, t] = NO_MARK
        return cls(tasks, written, verdicts, marks)

    @property
    def earned(self) -> Array:
        """(students,): the sum of what is marked."""
        return np.asarray(np.nansum(self.marks, axis=1))

    def reason(self, s: int, t: int) -> Reason | None:
        """Why a cell is unreadable."""
        if self.verdicts[s, t] != NO_MARK:
            return None
        return Reason("no_mark", (plain(self.tasks[t].marks),))

    def unmarked(self, s: int) -> list[str]:
        """The tasks of a student that wait for their marks, or for readable ones."""
        return [task.id for task, verdict in zip(self.tasks, self.verdicts[s], strict=True) if verdict != MARKED]
