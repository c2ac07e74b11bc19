"""What a class wrote beside what it says: each text is read once, and again where its writer means it otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from grader.reading.numerals import KINDS, UNREADABLE, VALUE, Numeral, decimal_mark, read
from grader.reasons import UNDEFINED, Reason
from qgen.errors import several

Cell = tuple[int, int]
Texts = NDArray[np.object_]


class _Codes(dict[str, int]):
    """Texts -> 0, 1, 2, ... in the order in which they are asked for."""

    def __missing__(self, text: str) -> int:
        self[text] = code = len(self)
        return code


@dataclass(frozen=True)
class Absent:
    """Who handed in nothing: the student, the variant that was meant for them, if any, and the row that comes next."""

    student: str
    variant: str
    before: int


@dataclass(frozen=True, eq=False)
class Submissions:
    """What S students answered to I items, as it stands in the file and as numbers."""

    students: tuple[str, ...]  # (S,) in the order of the file
    variants: NDArray[np.intp]  # (S,) index into the exam's variants
    items: tuple[str, ...]  # (I,)
    written: Texts  # (S, I)
    values: NDArray[np.float64]  # (S, I), nan where the kind is not VALUE
    kinds: NDArray[np.int8]  # (S, I): VALUE, BLANK or UNREADABLE
    reasons: Mapping[Cell, Reason]  # why a cell (student, item) is UNREADABLE
    notes: tuple[str, ...]  # remarks on the file
    absent: tuple[Absent, ...] = ()  # are none of the students above
    one_each: bool = False  # whether each variant was one student's
    tasks: Texts | None = None  # (S, T) the examiner's marks for tasks, as typed; None from what students send

    def __repr__(self) -> str:
        counts = ", ".join(f"{np.count_nonzero(self.kinds == kind):,} {name}" for kind, name in enumerate(KINDS))
        return (
            f"<Submissions of {several(len(self.students), 'student')}, {several(len(self.items), 'item')}: {counts}>"
        )

    def unread(self) -> Iterator[tuple[Cell, Reason]]:
        """In their order the cells that are no number, and why; of words such as "undefined" marking tells more."""
        return ((cell, reason) for cell, reason in sorted(self.reasons.items()) if reason.kind != UNDEFINED)

    def take(self, some: range) -> Submissions:
        """Some of the students, numbered from 0."""
        rows = slice(some.start, some.stop)
        return replace(
            self,
            students=self.students[rows],
            variants=self.variants[rows],
            written=self.written[rows],
            values=self.values[rows],
            kinds=self.kinds[rows],
            tasks=None if self.tasks is None else self.tasks[rows],
            reasons={(s - some.start, i): reason for (s, i), reason in self.reasons.items() if s in some},
        )

    @classmethod
    def of(
        cls, students: Sequence[str], variants: NDArray[np.intp], items: Sequence[str], written: Texts,
        notes: Sequence[str] = (), doubts: Mapping[Cell, Reason] | None = None,
        commas: Mapping[Cell, bool] | None = None, source: str = "",
    ) -> Submissions:  # fmt: skip
        """Reads all cells, but those in `doubts`, which are unreadable for another reason.

        commas: of cells whose decimal mark is known, whether it is a comma.

        To a student who writes a decimal comma 1,234 is one number, and 1.234 may be two. Who does is evident from the
        student's other cells: a comma that can only be a decimal mark and no such dot. Where these show neither, the
        file's do, and a remark says so, with its `source` before it.
        """
        codes = _Codes()
        which = np.fromiter(map(codes.__getitem__, written.ravel().tolist()), np.intp, written.size)
        which, texts = which.reshape(written.shape), list(codes)
        said = [read(text) for text in texts]
        value = np.array([numeral.value for numeral in said], np.float64)
        kind = np.array([KINDS.index(numeral.kind) for numeral in said], np.int8)
        values, kinds = value[which], kind[which]
        unreadable = np.argwhere(kinds == UNREADABLE).tolist()
        reasons = {(s, i): reason for s, i in unreadable if (reason := said[which[s, i]].reason)}
        commas = commas or {}
        meant = (cell for cell in _commas(texts, which, kind == VALUE) if cell not in commas)
        again = {(s, i): read(written[s, i], comma=True) for s, i in meant}
        count = sum(numeral.kind == "value" for numeral in again.values())
        again |= {cell: read(written[cell], comma=True) for cell, comma in commas.items() if comma}
        doubted = {cell: Numeral("unreadable", reason=reason) for cell, reason in (doubts or {}).items()}
        for cell, numeral in {**again, **doubted}.items():
            values[cell], kinds[cell] = numeral.value, KINDS.index(numeral.kind)
            reasons.pop(cell, None)
            if numeral.reason:
                reasons[cell] = numeral.reason
        remark = f"{source}{several(count, 'cell')} such as 1,234 read as a decimal comma, like its writer's others"
        remarks = (*notes, *[remark] * bool(count))
        return cls(tuple(students), variants, tuple(items), written, values, kinds, reasons, remarks)


def _commas(texts: list[str], which: NDArray[np.intp], value: NDArray[np.bool_]) -> Iterable[Cell]:
    """The cells to read with a decimal comma, by their texts (T,) and which of them stands where (S, I)."""
    comma, dot = (np.array([mark in text for text in texts], np.bool_) for mark in ",.")
    shown = comma & value  # a comma in doubt would not have been a value
    if not shown.any():
        return []
    writers = np.flatnonzero(shown[which].any(axis=1))
    clear = np.zeros(len(texts), np.bool_)
    clear[which[writers]] = True
    clear &= dot & value
    clear[clear] = [decimal_mark(texts[text]) == "." for text in np.flatnonzero(clear).tolist()]
    rows = writers[~clear[which[writers]].any(axis=1)]
    others = np.flatnonzero(dot & value & ~clear).tolist()
    if not clear.any() and not any(decimal_mark(texts[text]) == "." for text in others):
        rows = np.arange(len(which))
    at, columns = np.nonzero(((comma & ~value) | (dot & value))[which[rows]])
    return zip(rows[at].tolist(), columns.tolist(), strict=True)
