"""Of several rows of one student: two that go together, as where two people typed a question each, or the last one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import numpy as np

from grader.reading.layouts import Arranged
from grader.reading.numerals import read
from grader.reading.submissions import Texts
from qgen.errors import quoted, several, some
from qgen.tables.table import Faults, Table

_MOST = 40  # students that a message names


@dataclass(frozen=True)
class Part:
    """One table of the file; `faults` are raised once all of it is looked at."""

    table: Table
    faults: Faults
    arranged: Arranged


class Rows:
    """The rows of all parts, by their places in `ids`; `written`: what they say for each item."""

    def __init__(
        self,
        parts: Sequence[Part],
        ids: Sequence[str],
        items: Sequence[str],
        variant: Callable[[str], int | None],
        listed: Collection[str],
    ) -> None:
        self.ids, self.items, self.variant, self.listed = ids, items, variant, listed
        self.of = [(part, k) for part in parts for k in range(len(part.arranged.students))]
        self.said = [word for part in parts for word in part.arranged.unanswered]
        whole = (len(ids), len(items))
        self.written = np.concatenate([part.arranged.written for part in parts]) if parts else np.empty(whole, object)

    def written_by(self, students: Collection[str]) -> Texts:
        """What these students' rows say."""
        return self.written[[at for at, student in enumerate(self.ids) if student in students]]

    def last_of_each(self) -> tuple[list[int], list[str]]:
        """The last row with answers of each student; and a remark on whoever has several."""
        chosen: dict[str, int] = {}
        again: dict[str, None] = {}
        for at, student in enumerate(self.ids):
            before = chosen.setdefault(student, at)
            if before != at:
                again[student] = None
                if self.said[at] is None or self.said[before] is not None:
                    chosen[student] = at
        remark = f"{several(len(again), 'student')} handed in several times, the last one counts"
        return sorted(chosen.values()), [f"{remark}: {some([*again], _MOST)}"] * bool(again)

    def one_of_each(self) -> tuple[list[int], list[str]]:
        """A row for each student, with remarks; faults where two of them say different things.

        Two that do not, as where two people typed a question each, are put together in the first one. Of two rows of
        somebody on the list the one that says nothing is none.
        """
        chosen: dict[str, int] = {}
        idle: dict[str, None] = {}
        joined: dict[str, None] = {}
        for at, student in enumerate(self.ids):
            before = chosen.setdefault(student, at)
            if before == at:
                continue
            if student in self.listed and "" in (self.said[at], self.said[before]):
                idle[student] = None
                chosen[student] = at if self.said[before] == "" else before
            elif against := self._against(before, at):
                part, k = self.of[at]
                part.faults.add(part.arranged.lines[k], f"student {student}: stands {against}")
            else:
                joined[student] = None
                blank = [not text.strip() for text in self.written[before].tolist()]
                self.written[before, blank] = self.written[at, blank]
        told = {
            "rows without answers beside the same student's answers were left out": idle,
            "rows of one student that nowhere say different things were put together": joined,
        }
        return sorted(chosen.values()), [f"{what}: {some([*who], _MOST)}" for what, who in told.items() if who]

    def _against(self, before: int, at: int) -> str:
        """Where the row before stands, and what it says otherwise; "" if the two can be put together."""
        (first, j), (part, k) = self.of[before], self.of[at]
        texts, others = ([text.strip() for text in self.written[row].tolist()] for row in (before, at))
        pairs = [*zip(self.items, texts, others, strict=True)]
        differing = [f"{item} is {quoted(a)} there" for item, a, b in pairs if a and b and not _same(a, b)]
        stated = [some.arranged.variants[row] for some, row in ((first, j), (part, k))]
        if all(stated) and self.variant(stated[0]) != self.variant(stated[1]):
            differing.insert(0, f"its variant is {quoted(stated[0])} there")
        if not differing and self.said[before] == self.said[at]:
            return ""
        where = f"on line {first.arranged.lines[j]}" if first is part else f"in {first.table.name}"
        return f"{where} already{''.join(f', {one}' for one in differing[:1])}; with --last the last one counts"


def _same(one: str, other: str) -> bool:
    return one == other or read(one).value == read(other).value
