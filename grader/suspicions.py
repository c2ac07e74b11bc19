"""What looks like another student's paper: reported, never punished."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import combinations

import numpy as np

from grader.answers import VALUE
from grader.numerals import read
from grader.score import CORRECT, WRONG, Marks
from grader.tolerance import within

FEWEST_CELLS = 8
"""Right answers to another variant, or wrong ones in common, of which fewer may be chance."""
FEWEST_SHARED = 3
MOST_SHARERS = 4
"""A wrong number that more students have is a common mistake, not one copied from a neighbour."""
FEWEST_SIGNIFICANT = 3
CELLS = 4_000_000


def suspicions(marks: Marks) -> tuple[str, ...]:
    """One line per student whose answers fit another variant, and per pair with improbable wrong answers in common."""
    return (*_other_papers(marks), *_shared_errors(marks))


def _other_papers(marks: Marks) -> Iterator[str]:
    """Students whose answers are right for another variant, at least twice as often as for their own."""
    exam, submissions = marks.exam, marks.submissions
    own = (marks.verdicts == CORRECT).sum(axis=1)
    answered = (submissions.kinds == VALUE).sum(axis=1)
    rows = np.flatnonzero((answered >= FEWEST_CELLS) & (2 * own < answered))
    step = max(1, CELLS // exam.low.shape[0])
    for first in range(0, len(rows), step):
        some = rows[first : first + step]
        values = submissions.values[some]
        best = np.zeros(len(some), dtype=int)
        where = np.zeros(len(some), dtype=int)
        for v in range(len(exam.variants)):
            fits = within(values, exam.low[:, v], exam.high[:, v]).sum(axis=1)
            better = fits > best
            best[better], where[better] = fits[better], v
        for s, fits, v in zip(some.tolist(), best.tolist(), where.tolist(), strict=True):
            mine = submissions.variants[s]
            if v != mine and fits >= FEWEST_CELLS and fits >= 2 * own[s] and 2 * fits >= answered[s]:
                yield (
                    f"{submissions.students[s]}: {fits} of {answered[s]} answers are right for variant "
                    f"{exam.variants[v]}, {own[s]} for {exam.variants[mine]}, as which the paper was marked; "
                    "a mistyped variant, or a copied paper"
                )


def _shared_errors(marks: Marks) -> Iterator[str]:
    """Pairs of students with different variants who wrote the same wrong numbers."""
    submissions = marks.submissions
    holders: dict[tuple[int, float], list[int]] = {}
    for s, i in np.argwhere(marks.verdicts == WRONG).tolist():
        holders.setdefault((i, float(submissions.values[s, i])), []).append(s)
    shared: Counter[tuple[int, int]] = Counter()
    for (i, _), students in holders.items():
        if not 2 <= len(students) <= MOST_SHARERS:
            continue
        if read(submissions.written[students[0], i]).significant < FEWEST_SIGNIFICANT:
            continue
        for one, other in combinations(students, 2):
            if submissions.variants[one] != submissions.variants[other]:
                shared[one, other] += 1
    for (one, other), count in sorted(shared.items()):
        if count >= FEWEST_SHARED:
            yield (
                f"{submissions.students[one]} and {submissions.students[other]} have {count} wrong answers in common, "
                "on different variants"
            )
