"""Follow-through rewards work: what follows from numbers that nothing supports counts beside as much work only.

A wrong number is supported if it follows from own numbers, if a known mistake explains it, or if it is as near to
what is due as slips are: a sign, the point, a digit; a factor or term left out, or taken from beside. In the forward
pass, and on the way back, units are counted whose numbers come from nowhere, and units whose own sums or gradients
are supported. Where the first are more than TOLERATED times the second, what follows from them there earns nothing.
One slip, or a few in different places, cost themselves only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from grader.marking.carried_forward import Basis, depends_on
from grader.marking.follow_through import Answered, Followed
from grader.marking.tolerance import Bools
from grader.marking.verdicts import CORRECT, FOLLOW_THROUGH, IMPRECISE, WRONG
from qgen.engine.intervals import Array
from qgen.engine.misconceptions import near_mistakes
from qgen.engine.question import WAYS, Question
from qgen.engine.solve import Places, rules_by_row, solve

TOLERATED = 2  # unsupported units for each supported one
NEAR = 0.1  # of what is due: so far off may a number be that was added up wrongly
MOST_DIGITS = 9  # of a number, in units of the last digit asked for, that are compared one by one


class Way(NamedTuple):
    """The items (items,) of a way; for each of its units, (units, items), which cells lead and which follow."""

    items: Bools
    leads: Bools
    others: Bools


def invented(answered: Answered, followed: Followed, explained: Bools) -> Bools:
    """The cells (students, items) that earn nothing, though they follow from own numbers: those are made up.

    explained: wrong by a known mistake.
    """
    verdicts, values, basis = followed.verdicts, answered.values, answered.basis
    ways = list(_ways(basis.question))
    own = (verdicts == FOLLOW_THROUGH) | ((verdicts == IMPRECISE) & followed.imprecise_of_own)
    right = np.isin(verdicts, (CORRECT, IMPRECISE)) & ~own & (values != 0)
    solid = right | (own & (values != 0)) | explained
    wrong = (verdicts == WRONG) & np.isfinite(values) & (values != 0) & ~explained
    root, rows = wrong.copy(), np.arange(len(wrong))

    def from_nowhere(way: Way) -> Bools:
        return _from_nowhere(right[rows], solid[rows], wrong[rows], root[rows], way)

    unit, half = basis.batch.rounding.unit(answered.key), (answered.high - answered.low) / 2
    reach = np.where(np.isfinite(followed.half), followed.half, half) + unit
    looks: tuple[Callable[[Places], Bools], ...] = (
        lambda rows: slipped(values[rows], answered.key[rows], unit[rows]),
        lambda rows: slipped(values[rows], followed.due[rows], unit[rows]),
        lambda rows: _beside(basis.take(rows), values[rows], reach[rows]),
    )
    for near in looks:  # only where there are too many roots without it
        rows = rows[np.any([from_nowhere(way).any(axis=1) for way in ways], axis=0)]
        if len(rows):
            root[rows] &= ~near(rows)
    made_up = np.zeros(verdicts.shape, dtype=bool)
    for way in ways:
        roots = from_nowhere(way)
        some = roots.any(axis=1)
        if some.any():
            made_up[rows[some]] |= depends_on(basis.take(rows[some]), roots[some]) & way.items
    return np.asarray(made_up & own)


def slipped(values: Array, due: Array, unit: Array) -> Bools:
    """Whether numbers are what is due but for a tenth, few digits, the sign, the point, one digit or two swapped."""
    with np.errstate(all="ignore"):
        written, meant = (np.nan_to_num(np.rint(np.abs(number) / unit)) for number in (values, due))
        tens = 10.0 ** np.rint(np.log10(written / meant))
        moved = (np.abs(written - meant * tens) <= np.maximum(tens, 1) / 2) & (tens > 0) & (tens != 1)
    places = 10.0 ** np.arange(MOST_DIGITS)
    these, those = ((number[..., None] // places) % 10 for number in (written, meant))
    differ = these != those
    swapped = (these[..., 1:] == those[..., :-1]) & (these[..., :-1] == those[..., 1:]) & differ[..., 1:]
    count = differ.sum(axis=-1)
    alike = (count == 0) & (np.sign(values) != np.sign(due))
    near = np.abs(values - due) <= NEAR * np.abs(due)
    for step in (10 * unit, 100 * unit, 1000 * unit):  # rounded to fewer digits
        near |= (np.abs(values - np.rint(values / step) * step) < unit / 10) & (np.abs(values - due) <= 0.501 * step)
    return np.asarray(near | alike | moved | (count == 1) | ((count == 2) & swapped.any(axis=-1)))


def _from_nowhere(right: Bools, solid: Bools, wrong: Bools, root: Bools, way: Way) -> Bools:
    """The roots (students, items) of unsupported units, where these are too many."""
    leads, others = way.leads, way.others
    supported = _any(solid, leads) | _any(right, others) | (_any(solid, others) & ~_any(wrong, leads))
    unsupported = _any(root, leads | others) & ~supported
    too_many = unsupported.sum(axis=1) > TOLERATED * supported.sum(axis=1)
    return root & _any(unsupported & too_many[:, None], (leads | others).T)


def _beside(basis: Basis, values: Array, reach: Array) -> Bools:
    """Answers (students, items) that a factor or term left out explains, or one that stands beside in its place."""
    found, everyone = np.zeros(values.shape, dtype=bool), np.arange(len(values))
    for mistake in near_mistakes(basis.question.steps):
        with np.errstate(all="ignore"):
            rules = rules_by_row([(mistake, everyone)])
            made = solve(basis.question.steps, basis.givens, rules=rules, claimed=basis.claims)
            found |= np.abs(basis.question.stacked(made, len(values)).T - values) <= reach
    return found


def _ways(question: Question) -> Iterator[Way]:
    """Forward and back through every iteration."""
    steps = [question.by_id[item.step] for item in question.items]
    for t in range(1, question.iterations + 1):
        for parts, lead, other in WAYS:
            here = np.array([item.part in parts and item.iteration == t for item in question.items])
            units = dict.fromkeys((step.layer, step.unit) for step, inside in zip(steps, here, strict=True) if inside)
            if not units:
                continue
            of = np.array([[(step.layer, step.unit) == unit for step in steps] for unit in units])
            leads, others = (here & of & [step.role in roles for step in steps] for roles in (lead, other))
            yield Way(here, leads, others)


def _any(cells: Bools, of: Bools) -> Bools:
    """(students, n): whether any cell (students, items) is among those of each row of `of` (n, items)."""
    return np.asarray(cells.astype(np.float32) @ of.T.astype(np.float32) > 0)
