"""What the cells of a class say: each different text is read once, and again where its writer means it otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grader.reading.numerals import KINDS, UNREADABLE, VALUE, Numeral, decimal_mark, read, read_block
from qgen.tables.cells import Coded

_BLOCK = 16384  # texts read at once: their arrays stay in the processor's cache

Cell = tuple[int, int]


@dataclass(frozen=True, eq=False)
class Readings:
    """The texts (T,) of cells, by text its value (nan where the kind is not VALUE), its kind, and why it is UNREADABLE.

    Of cells there are millions, of texts few: tables of cells are made when they are asked for. A text that is read
    in two ways is two texts.
    """

    written: Coded  # (S, I) as it stands in the file
    value: NDArray[np.float64]  # (T,)
    kind: NDArray[np.int8]  # (T,)
    why: Mapping[int, str]

    @classmethod
    def of(cls, written: Coded) -> Readings:
        """`read_block` of the texts."""
        texts = written.texts.tolist()
        value, kind = np.empty(len(texts)), np.empty(len(texts), np.int8)
        why: dict[int, str] = {}
        for first in range(0, len(texts), _BLOCK):
            part = slice(first, first + _BLOCK)
            value[part], kind[part], reasons = read_block(texts[part])
            why.update((first + at, reason) for at, reason in reasons.items())
        return cls(written, value, kind, why)

    def take(self, rows: slice) -> Readings:
        """Some of the rows, numbered from 0."""
        return Readings(Coded(self.written.texts, self.written.which[rows]), self.value, self.kind, self.why)

    def values(self) -> NDArray[np.float64]:
        """(S, I): what the cells say."""
        return np.asarray(self.value.take(self.written.which))

    def kinds(self) -> NDArray[np.int8]:
        """(S, I): VALUE, BLANK or UNREADABLE."""
        return np.asarray(self.kind.take(self.written.which))

    def reasons(self) -> dict[Cell, str]:
        """Why a cell (row, column) is unreadable."""
        which = self.written.which
        unreadable = np.argwhere(self.kinds() == UNREADABLE).tolist() if self.why else []
        return {(row, column): self.why[int(which[row, column])] for row, column in unreadable}

    def otherwise(self, cells: Mapping[Cell, Numeral]) -> Readings:
        """The same, but for some cells, which say something else."""
        if not cells:
            return self
        texts, which = self.written.texts, self.written.which.copy()
        places: dict[tuple[int, Numeral], int] = {}
        for cell, numeral in cells.items():
            which[cell] = places.setdefault((int(which[cell]), numeral), len(texts) + len(places))
        said = [numeral for _, numeral in places]
        again = np.concatenate([texts, texts[[text for text, _ in places]]])
        value = np.concatenate([self.value, [numeral.value for numeral in said]])
        kind = np.concatenate([self.kind, np.array([KINDS.index(numeral.kind) for numeral in said], np.int8)])
        reasons = {len(texts) + at: numeral.reason for at, numeral in enumerate(said) if numeral.reason}
        return Readings(Coded(again, which), value, kind, {**self.why, **reasons})


def decimal_commas(readings: Readings) -> tuple[Readings, list[str]]:
    """Read again students who write a decimal comma: to them 1,234 is one number, and 1.234 may be two. With a remark.

    Who does is evident from the student's other cells: a comma that can only be a decimal mark and no such dot.
    Where a student's cells show neither, the file's do.
    """
    texts, which, value = readings.written.texts.tolist(), readings.written.which, readings.kind == VALUE
    comma, dot = (np.array([mark in text for text in texts], np.bool_) for mark in ",.")
    shown = comma & value  # a comma in doubt would not have been a value
    if not shown.any():
        return readings, []
    writers = np.flatnonzero(shown[which].any(axis=1))
    dots = np.zeros(len(texts), np.bool_)
    for text in np.unique(which[writers][(dot & value)[which[writers]]]).tolist():
        dots[text] = decimal_mark(texts[text]) == "."
    rows = writers[~dots[which[writers]].any(axis=1)]
    if not dots.any() and not any(decimal_mark(texts[text]) == "." for text in np.flatnonzero(dot & value).tolist()):
        rows = np.arange(len(which))
    doubtful = (comma & (readings.kind == UNREADABLE)) | (dot & value)
    at, columns = np.nonzero(doubtful[which[rows]])
    cells = {
        (row, column): read(texts[which[row, column]], comma=True)
        for row, column in zip(rows[at].tolist(), columns.tolist(), strict=True)
    }
    again = sum(numeral.kind == "value" for numeral in cells.values())
    count = "1 cell" if again == 1 else f"{again:,} cells"
    remarks = [f"{count} such as 1,234 read as a decimal comma, like its writer's others"] if again else []
    return readings.otherwise(cells), remarks
