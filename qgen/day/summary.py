"""What qgen make says of what it made, line by line."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from qgen.errors import several, typed
from qgen.exam.exam import Exam
from qgen.exam.notation import NUMBERED, SOURCE
from qgen.exam.sample import Tally

if TYPE_CHECKING:  # who has no roster need not wait for what reads tables
    from qgen.roster import Roster

MOST_NAMED = 12  # items in one line
_INDEX = re.compile(r"_\w+")  # below a letter


def summary(
    exam: Exam, tallies: Sequence[Tally], folder: Path, students: int, seconds: float, listed: Roster | None,
    booklet: bool, replaced: str = "",
) -> Iterator[str]:  # fmt: skip
    """What was made in so many seconds, in place of what, what is certified, and what lies ready; `listed`: the class,
    if known."""
    yield from _printed(exam, folder, students, seconds)
    if replaced:
        yield f"in place of {replaced}, which nobody can mark any more"
    yield from _certificate(exam, tallies, folder)
    yield from _for_the_day(folder, listed, booklet)


def _printed(exam: Exam, folder: Path, students: int, seconds: float) -> Iterator[str]:
    """What was made, and how often to print each paper where there are fewer than students."""
    count = len(exam.papers)
    solved = f" and worked solution{'s' * (count != 1)}" if (folder / "solutions").exists() else ""
    marks = f"{exam.max_score:g} mark{'s' * (exam.max_score != 1)}"
    yield (
        f"{several(count, 'paper')}{solved} in {folder}{os.sep}  "
        f"({several(len(exam.items), 'item')}, {marks} each, {seconds:.1f} s)"
    )
    if not exam.students and count < students:
        yield f"for {several(students, 'student')} print each paper {-(-students // count)} times"
    yield from _free_boxes(exam)
    yield from _other_indices(exam)


def _free_boxes(exam: Exam) -> Iterator[str]:
    """Which answers are not written into combs though the spec asks for them."""
    from qgen.papers.combs import without_comb

    if free := without_comb(exam):
        named = ", ".join(free[:MOST_NAMED]) + ", ..." * (len(free) > MOST_NAMED)
        yield f"boxes without cells, as some variant needs 10 or more there: {several(len(free), 'item')} ({named})"


def _other_indices(exam: Exam) -> Iterator[str]:
    """For whoever types the answers: where a heading of the sheet has the indices of another box of the paper."""
    from qgen.papers.item_names import item_names

    if exam.spec.notation.weights in (SOURCE, NUMBERED):
        return
    called = {item: name for item, (_, name) in item_names(exam).items()}
    for item in exam.items:
        index, plain = (_INDEX.search(text) for text in (called[item.id], item.name))
        if index and plain and index[0] != plain[0] and sorted(index[0]) == sorted(plain[0]):
            where = f"on the paper {item.id} is {called[item.id]}"
            yield f"answers are typed in the order of the boxes, not by indices: {where}"
            return


def _for_the_day(out: Path, listed: Roster | None, booklet: bool) -> Iterator[str]:
    """What lies ready for the print shop and for the door."""
    if booklet:
        yield f"for the print shop, each paper on sheets of its own: {out / 'papers.pdf'}"
    if booklet or listed:
        order = ", in the order of the seats" if listed and listed.seats else ""
        yield f"to tick off at the door{order}: {out / 'door.pdf'}"


def _certificate(exam: Exam, tallies: Sequence[Tally], folder: Path) -> Iterator[str]:
    """What is certified, what is switched off, and which of an author's own numbers break what."""
    from qgen.exam.own_numbers import guessed, kept, switched_off

    batches, spec = exam.batches, exam.spec
    if not all(batch.spec.all_fixed for batch in batches):
        off, drawn = switched_off(spec.certify), sum(tally.drawn for tally in tallies)
        but = f", but for what the spec switches off: {', '.join(off)}" if off else ""
        how = f"{drawn:,} draws; qgen check {typed(folder)}"
        yield f"certified: every variant keeps every condition of a fair paper{but} ({how})"
    yield from guessed(batches)
    yield from kept(batches)
