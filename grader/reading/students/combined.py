"""The exam of a quiz that draws each question at random: variant 007+012 has the first question of 007, then 012's."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from qgen.exam.exam import Exam

Choice = tuple[int, ...]  # a variant of each question, as indices
JOINED = "+"


def with_combinations(exam: Exam, choices: Sequence[Choice]) -> Exam:
    """The exam with one more variant for each choice, which is called by its variants."""
    if not choices:
        return exam
    count = len(exam.variants)
    rows = [np.concatenate([np.arange(count), [choice[k] for choice in choices]]) for k in range(len(exam.batches))]
    names = (JOINED.join(exam.variants[v] for v in choice) for choice in choices)
    return _of_rows(exam, rows, (*exam.variants, *names))


def with_those_named(exam: Exam, variants: Iterable[str]) -> Exam:
    """The exam with all of these variants that are combinations of its own."""
    index = {variant: v for v, variant in enumerate(exam.variants)}
    parts = [name.split(JOINED) for name in sorted(set(variants) - index.keys())]
    whole = [names for names in parts if len(names) == len(exam.batches) and all(name in index for name in names)]
    return with_combinations(exam, [tuple(index[name] for name in names) for names in whole])


def without_combinations(exam: Exam) -> Exam:
    """The exam as it was drawn."""
    own = np.array([v for v, name in enumerate(exam.variants) if JOINED not in name], np.intp)
    if len(own) == len(exam.variants):
        return exam
    return _of_rows(exam, [own] * len(exam.batches), tuple(exam.variants[v] for v in own.tolist()))


def _of_rows(exam: Exam, rows: Sequence[np.ndarray[tuple[int], np.dtype[np.intp]]], names: tuple[str, ...]) -> Exam:
    """The exam whose question number k has these variants, in this order."""
    sizes = [len(batch.question.items) for batch in exam.batches]
    of_item = np.repeat(np.array(rows), sizes, axis=0)
    value, low, high = (np.take_along_axis(array, of_item, axis=1) for array in (exam.value, exam.low, exam.high))
    batches = tuple(batch.take(row) for batch, row in zip(exam.batches, rows, strict=True))
    return replace(exam, variants=names, batches=batches, value=value, low=low, high=high)
