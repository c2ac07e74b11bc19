"""What the cells of a class say: each different text is read once, and again where its writer means it otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grader.reading.numerals import KINDS, UNREADABLE, VALUE, Numeral, decimal_mark, read
from grader.reasons import Reason
from qgen.errors import several

Cell = tuple[int, int]
Texts = NDArray[np.object_]


@dataclass(frozen=True, eq=False)
class ParsedCells:
    """What S students answered to I items, as it stands in the file and as numbers.

    written: (S, I) str. values: (S, I), nan where the kind is not VALUE. kinds: (S, I), VALUE, BLANK or UNREADABLE.
    reasons: why a cell (student, item) is UNREADABLE.
    """

    written: Texts
    values: NDArray[np.float64]
    kinds: NDArray[np.int8]
    reasons: Mapping[Cell, Reason]

    def take(self, rows: slice) -> ParsedCells:
        """Some of the students, numbered from 0."""
        first, stop, _ = rows.indices(len(self.written))
        reasons = {(s - first, i): reason for (s, i), reason in self.reasons.items() if first <= s < stop}
        return ParsedCells(self.written[rows], self.values[rows], self.kinds[rows], reasons)


class _Codes(dict[str, int]):
    """Texts -> 0, 1, 2, ... in the order in which they are asked for."""

    def __missing__(self, text: str) -> int:
        self[text] = code = len(self)
        return code


def parse(written: Texts, doubts: Mapping[Cell, Reason] | None = None) -> tuple[ParsedCells, list[str]]:
    """Reads all cells, but those in `doubt`, which are unreadable for another reason. With remarks.

    To a student who writes a decimal comma 1,234 is one number, and 1.234 may be two. Who does is evident from the
    student's other cells: a comma that can only be a decimal mark and no such dot. Where these show neither, the
    file's do.
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
    again = {(s, i): read(written[s, i], comma=True) for s, i in _commas(texts, which, kind == VALUE)}
    count = sum(numeral.kind == "value" for numeral in again.values())
    doubted = {cell: Numeral("unreadable", reason=reason) for cell, reason in (doubts or {}).items()}
    for cell, numeral in {**again, **doubted}.items():
        values[cell], kinds[cell] = numeral.value, KINDS.index(numeral.kind)
        reasons.pop(cell, None)
        if numeral.reason:
            reasons[cell] = numeral.reason
    remark = f"{several(count, 'cell')} such as 1,234 read as a decimal comma, like its writer's others"
    return ParsedCells(written, values, kinds, reasons), [remark] * bool(count)


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
