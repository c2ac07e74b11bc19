"""Which steps a paper asks for, and which of all steps are needed for them: the others are left out."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase

from qgen.engine.steps import Step
from qgen.errors import InputError, nearest


def chosen(asked: Sequence[str], names: Mapping[str, Collection[str]], where: str) -> tuple[str, ...]:
    """The quantities that are asked for, each once, in the order asked; `names`: each with other names it goes by.

    A pattern such as "dw*_1" stands for all that it fits, but "a*" for no after_a3. InputError lists what fits nothing.
    """
    found: dict[str, None] = {}
    faults = []
    for pattern in asked:
        fits = [quantity for quantity, groups in names.items() if pattern in groups or _fits(quantity, pattern)]
        found |= dict.fromkeys(fits)
        if not fits:
            known = dict.fromkeys(name for quantity, groups in names.items() for name in (quantity, *groups))
            faults.append(f'{where}: "{pattern}" is nothing that can be asked here; {nearest(pattern, known)}')
    if faults:
        raise InputError(*faults)
    return tuple(found)


def _fits(quantity: str, pattern: str) -> bool:
    return fnmatchcase(quantity, pattern) and ("after_" in pattern or "after_" not in quantity)


def given_instead(steps: Sequence[Step], shown: Collection[str]) -> tuple[Step, ...]:
    """The steps, where what a given one shows, such as the dL/dz of a unit's delta, is taken from it."""
    by = {step.shows: step for step in steps if step.shows and step.id in shown}
    return tuple(
        replace(step, rule=by[step.id].rule, needs=(by[step.id].id,), neighbours={}, constants={}, written=False)
        if step.id in by and step.id not in shown
        else step
        for step in steps
    )


def needed(steps: Sequence[Step], asked: Collection[str], shown: Collection[str] = ()) -> tuple[Step, ...]:
    """The steps that lead to those asked for; shown ones are given, and what leads to them alone is not needed."""
    wanted = set(asked)
    for step in reversed(steps):
        if step.id in wanted and step.id not in shown:
            wanted |= set(step.needs)
    return tuple(step for step in steps if step.id in wanted and step.id not in shown)


def with_neighbours(steps: Sequence[Step], kept: Sequence[Step]) -> tuple[Step, ...]:
    """The kept steps, and what stands beside them as far as a student can work it out: mistakes use it.

    Of two steps that show the same one, such as a unit's delta and its bias's gradient, only the first does.
    """
    by_id = {step.id: step for step in steps}
    ids = {step.id for step in kept}
    given = {need for step in kept for need in step.needs} - ids
    known = given | ids
    beside: set[str] = set()
    for step in steps:
        if step.id not in known and known.issuperset(step.needs):
            known.add(step.id)
    for step in kept:
        beside |= {name for name in step.neighbours.values() if name in known and name in by_id}
    ids |= {step.id for step in needed(steps, beside, given | ids)} - given
    return tuple(_trimmed([step for step in steps if step.id in ids], ids | given))


def _trimmed(steps: Sequence[Step], known: Collection[str]) -> Iterator[Step]:
    shown: set[str] = set()
    for step in steps:
        shows = step.shows if step.shows not in shown else ""
        neighbours = {name: of for name, of in step.neighbours.items() if of in known}
        if shows != step.shows or len(neighbours) < len(step.neighbours):
            step = replace(step, shows=shows, neighbours=neighbours)
        shown |= {step.shows} - {""}
        yield step
