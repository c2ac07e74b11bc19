"""What a student is told of each answer, by systems that mark as soon as something is handed in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from grader.marking.verdicts import Marks, number
from grader.reasons import Reason, Wording
from qgen.papers.words import macro


@dataclass(frozen=True)
class Told:
    """One answer: its item, what it earned of what it is worth, and why in words."""

    item: str
    marks: float
    max_marks: float
    why: str

    @property
    def points(self) -> str:
        """So many of so many marks: 0.5/1."""
        return f"{number(self.marks)}/{number(self.max_marks)}"

    @property
    def lost(self) -> bool:
        """Whether it earned less than it is worth."""
        return self.marks < self.max_marks


def told(marks: Marks, templates: Path | None = None, *, expected: bool = False) -> list[Told]:
    """Every answer of the only student; with `expected` also what was, which else no word gives away."""
    wording = Wording.of_exam(marks.exam.spec, templates)
    earned = zip(marks.exam.items, marks.earned()[0].tolist(), strict=True)
    return [
        Told(item.id, got, item.marks, ". ".join(_why(marks, i, wording, expected)))
        for i, (item, got) in enumerate(earned)
    ]


def _why(marks: Marks, i: int, wording: Wording, expected: bool) -> Iterator[str]:
    cell = marks.cell((0, i))
    say = partial(macro, "autograder.txt", folder=wording.folder, language=wording.language)
    yield say("verdict", cell.verdict)
    reason = cell.reason if expected else _without_values(cell.reason)
    if reason:
        yield wording.plain(reason, cell.answer, cell.item.id.partition("_")[0]).rstrip(".")
    if expected and cell.verdict != "correct":
        yield say("expected", cell.expected, cell.low, cell.high)


def _without_values(reason: Reason | None) -> Reason | None:
    """The reason, unless it tells a value to more digits than the student has."""
    if reason is None or reason.kind == "follow_through":  # the verdict says it in words
        return None
    if reason.kind == "imprecise_of_own":
        return replace(reason, kind="imprecise", numbers=reason.numbers[1:])
    return reason
