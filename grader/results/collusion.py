"""What looks like another student's paper: reported, never punished."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import combinations

import numpy as np

from grader.marking.verdicts import WRONG, Marks
from grader.reading.numerals import read

FEWEST_SHARED = 3
MOST_SHARERS = 4  # a wrong number that more students have is a common mistake, not one copied from a neighbour
FEWEST_SIGNIFICANT = 3


def collusion(marks: Marks) -> tuple[str, ...]:
    """One line per student whose answers fit another variant, and per pair with improbable wrong answers in common."""
    return (*_other_variants(marks), *_shared_errors(marks))


def _other_variants(marks: Marks) -> Iterator[str]:
    submissions, variants = marks.submissions, marks.exam.variants
    for fit in marks.fits:
        yield (
            f"{submissions.students[fit.student]}: {fit.right} of {fit.answered} answers are right for variant "
            f"{variants[fit.variant]}, {fit.correct} for {variants[submissions.variants[fit.student]]}, as "
            "which the paper was marked, without follow-through; a mistyped variant, or a copied paper"
        )


def _shared_errors(marks: Marks) -> Iterator[str]:
    """Pairs of students with different variants who wrote the same wrong numbers."""
    submissions = marks.submissions
    students, items = np.nonzero(marks.verdicts == WRONG)
    values = submissions.values[students, items]
    order = np.lexsort((students, values, items))
    students, items, values = students[order], items[order], values[order]
    other_number = (np.diff(items) != 0) | (np.diff(values) != 0)
    first = np.flatnonzero(np.concatenate([[True], other_number])[: len(items)])
    holders = np.diff(first, append=len(items))
    shared: Counter[tuple[int, int]] = Counter()
    for at in np.flatnonzero((holders > 1) & (holders <= MOST_SHARERS)).tolist():
        start, item = int(first[at]), int(items[first[at]])
        who = students[start : start + int(holders[at])].tolist()
        if read(submissions.written[who[0], item]).significant < FEWEST_SIGNIFICANT:
            continue
        for one, other in combinations(who, 2):
            if submissions.variants[one] != submissions.variants[other]:
                shared[one, other] += 1
    for (one, other), count in sorted(shared.items()):
        if count >= FEWEST_SHARED:
            yield (
                f"{submissions.students[one]} and {submissions.students[other]} have {count} wrong answers in common, "
                "on different variants"
            )
