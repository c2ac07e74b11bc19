"""Marks as pandas tables, for people who compute with them; nothing else here imports pandas."""

from __future__ import annotations

import numpy as np
import pandas as pd

from grader.marking.shown import commonest
from grader.marking.verdicts import VERDICTS, Marks
from grader.statistics.items import summary
from qgen.exam.tasks import PART

DECIMALS = 6  # of a sum of marks


def table(marks: Marks) -> pd.DataFrame:
    """A row for every student and item. `number` is what the answer was read as, NaN where it is none."""
    exam, submissions = marks.exam, marks.submissions
    students, columns = marks.verdicts.shape
    variants = submissions.variants
    misconceptions = np.full(marks.verdicts.shape, "", object)
    for place, reason in marks.reasons.items():
        misconceptions[place] = " + ".join(reason.misconceptions)
    return pd.DataFrame(
        {
            "variant": np.repeat(np.array(exam.variants, object)[variants], columns),
            "name": [item.name for item in exam.items] * students,
            "layer": [item.layer for item in exam.items] * students,
            "part": [item.part for item in exam.items] * students,
            "answer": submissions.written.ravel(),
            "number": submissions.values.ravel(),
            "expected": exam.value.T[variants].ravel(),
            "low": exam.low.T[variants].ravel(),
            "high": exam.high.T[variants].ravel(),
            "verdict": pd.Categorical.from_codes(marks.verdicts.ravel(), pd.Index(VERDICTS)),
            "marks": marks.earned().ravel(),
            "max_marks": np.tile([item.marks for item in exam.items], students),
            "from_own": marks.expected_from_own.ravel(),
            "misconception": misconceptions.ravel(),
        },
        index=pd.MultiIndex.from_product([submissions.students, exam.columns], names=["student_id", "item"]),
    )


def by_student(marks: Marks) -> pd.DataFrame:
    """A row for every student: what scores.csv has, the name if a roster said, and a count of each verdict.

    A task that is not yet marked is NaN.
    """
    exam, submissions = marks.exam, marks.submissions
    earned, scores, most = marks.earned(), marks.scores, exam.max_score
    columns = {
        "variant": np.array(exam.variants, object)[submissions.variants],
        "score": scores,
        "max_score": np.full(len(scores), most),
        "percent": np.round(100 * scores / most, 2) if most else np.zeros(len(scores)),
    }
    if exam.names:
        columns = {"name": np.array([exam.names.get(s, "") for s in submissions.students], object), **columns}
    layers = pd.Index([f"{q.question.id}_{item.layer}" for q in exam.spec.questions for item in q.question.items])
    for layer in layers.unique():
        columns[layer] = np.round(earned[:, layers == layer].sum(axis=1), DECIMALS)
    for t, task in enumerate(marks.tasks.tasks):
        columns[task.id] = marks.tasks.marks[:, t]
    for code, verdict in enumerate(VERDICTS):
        columns[verdict] = np.count_nonzero(marks.verdicts == code, axis=1)
    return pd.DataFrame(columns, index=pd.Index(submissions.students, name="student_id"))


def by_item(marks: Marks) -> pd.DataFrame:
    """A row for every item and task: what items.csv has, by the definitions of grader/statistics/items.py.

    A task has no layer and no verdicts.
    """
    items, tasks = marks.exam.items, marks.exam.tasks
    most = np.array([*(item.marks for item in items), *(task.marks for task in tasks)])
    columns = {
        "name": [*(item.name for item in items), *(task.id for task in tasks)],
        "layer": [*(item.layer for item in items), *[""] * len(tasks)],
        "part": [*(item.part for item in items), *[PART] * len(tasks)],
        **summary(np.hstack([marks.earned(), marks.tasks.marks]), most, marks.verdicts, VERDICTS),
        "misconception": commonest(marks.reasons, len(items) + len(tasks)),
    }
    index = [*marks.exam.columns, *(task.id for task in tasks)]
    return pd.DataFrame(columns, index=pd.Index(index, name="item"))


def misconceptions(marks: Marks) -> pd.DataFrame:
    """A row for every misconception that the class shows, the dearest first."""
    found = marks.shown
    columns = {
        "students": [len(one.students) for one in found],
        "cells": [len(one.cells) for one in found],
        "marks": [one.marks for one in found],
    }
    return pd.DataFrame(columns, index=pd.Index([one.name for one in found], name="misconception"))
