"""What looks like another student's paper: reported, never punished."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import combinations

import numpy as np

from grader.numerals import read
from grader.score import WRONG, Marks

FEWEST_SHARED = 3
MOST_SHARERS = 4
"""A wrong number that more students have is a common mistake, not one copied from a neighbour."""
FEWEST_SIGNIFICANT = 3


def suspicions(marks: Marks) -> tuple[str, ...]:
    """One line per student whose answers fit another variant, and per pair with improbable wrong answers in common."""
    return (*_other_papers(marks), *_shared_errors(marks))


def _other_papers(marks: Marks) -> Iterator[str]:
    exam = marks.exam
    for fit in marks.elsewhere:
        yield (
            f"{marks.submissions.students[fit.student]}: {fit.right} of {fit.answered} answers are right for variant "
            f"{exam.variants[fit.variant]}, {fit.own} for {exam.variants[marks.submissions.variants[fit.student]]}, as "
            "which the paper was marked, without follow-through; a mistyped variant, or a copied paper"
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
