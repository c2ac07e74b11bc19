"""Where marks were lost along the paper: by question, part and layer; and where students stopped writing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from grader.class_report.cohort import Cohort
from grader.marking.verdicts import IS_BLANK
from grader.statistics.items import facility
from qgen.engine.intervals import Array


@dataclass(frozen=True)
class Stretch:
    """The answers of one question, part and layer.

    facility: of all together; blank: the share of empty cells; stopped: students whose last answer in the question
    is one of these, though more was asked.
    """

    question: str
    part: str
    layer: str
    facility: float
    blank: float
    stopped: int


def stretches(cohort: Cohort) -> Iterator[Stretch]:
    """In the order of the paper."""
    last = dict(last_answers(cohort))
    groups: dict[tuple[str, str, str], list[int]] = {}
    for i, item in enumerate(cohort.items):
        groups.setdefault((item.question, item.part, item.layer), []).append(i)
    for (question, part, layer), places in groups.items():
        columns = np.array(places)
        most = cohort.most[columns]
        whole = facility(cohort.earned[:, columns].sum(axis=1, keepdims=True), most.sum(keepdims=True))
        blank = float(np.mean(cohort.verdicts[:, columns] == IS_BLANK)) if len(cohort.students) else np.nan
        stop = max(i for i, item in enumerate(cohort.items) if item.question == question)
        stopped = int(np.isin(last[question], columns[columns != stop]).sum())
        yield Stretch(question, part, layer, float(whole[0]), blank, stopped)


def last_answers(cohort: Cohort) -> Iterator[tuple[str, Array]]:
    """By question the item that each student answered last, -1 for nothing."""
    answered = cohort.verdicts != IS_BLANK
    for question in cohort.questions:
        columns = np.array([i for i, item in enumerate(cohort.items) if item.question == question], np.intp)
        if len(columns):
            there = answered[:, columns]
            back = np.argmax(there[:, ::-1], axis=1)
            yield question, np.where(there.any(axis=1), columns[len(columns) - 1 - back], -1)


def still_writing(cohort: Cohort) -> Iterator[tuple[str, Array]]:
    """By question: the share of the class that answered this item or a later one, item by item."""
    for question, last in last_answers(cohort):
        columns = [i for i, item in enumerate(cohort.items) if item.question == question]
        yield question, np.array([float(np.mean(last >= i)) if len(last) else np.nan for i in columns])
