"""The cells of a table, as texts or as codes for them: a class writes few different numbers, each is kept once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qgen.tables.distinct import distinct, slots

ACCEPTED = "a CSV file (comma, semicolon or tab) or an .xlsx workbook"
SLOTS = 1 << 20
Which = NDArray[np.int32]


class Codes(dict[str, int]):
    """Texts -> 0, 1, 2, ... in the order in which they are asked for."""

    def __init__(self) -> None:
        super().__init__()
        # of the keys that fall into a slot, the last one and its code
        self._keys, self._codes = np.zeros(SLOTS, np.uint64), np.full(SLOTS, -1, np.int32)

    def __missing__(self, text: str) -> int:
        self[text] = code = len(self)
        return code

    def of(self, texts: Iterable[str], count: int) -> Which:
        """The codes (count,) of so many texts."""
        return np.fromiter(map(self.__getitem__, texts), np.int32, count)

    def of_keys(self, keys: NDArray[np.uint64], texts: Callable[[NDArray[np.uint64]], list[str]]) -> Which:
        """The codes (n,) of the texts that these keys (n,) stand for, always the same ones.

        What a key stands for is only asked where it is not among those seen of late.
        """
        places = slots(keys, SLOTS)
        which = np.where(self._keys[places] == keys, self._codes[places], np.int32(-1))
        new = np.flatnonzero(which < 0)
        different, at = distinct(keys[new])
        codes = self.of(texts(different), len(different))
        which[new] = codes[at]
        places = slots(different, SLOTS)
        self._keys[places], self._codes[places] = different, codes
        return which


@dataclass(frozen=True, eq=False)
class Coded:
    """An array of texts: the different ones, and which of them stands where."""

    texts: NDArray[np.object_]  # (T,) str
    which: Which  # any shape

    @classmethod
    def by(cls, codes: Codes, which: Which) -> Coded:
        """The texts of these codes."""
        texts = np.empty(len(codes), object)
        texts[:] = list(codes)
        return cls(texts, which)

    @classmethod
    def of(cls, texts: NDArray[np.object_]) -> Coded:
        """The same texts, coded."""
        codes = Codes()
        which = codes.of(texts.ravel().tolist(), texts.size)
        return cls.by(codes, which.reshape(texts.shape))

    def __getitem__(self, index: Any) -> Any:
        """The text, or the array of texts, at an index as of any array."""
        return self.texts[self.which[index]]


@dataclass(frozen=True, eq=False)
class Rows:
    """Some rows of a table, of any widths, and the lines they start on."""

    lines: Sequence[int]
    rows: list[list[str]]

    def row(self, at: int) -> list[str]:
        """The cells of a row."""
        return self.rows[at]

    def column(self, at: int) -> list[str]:
        """The cells of a column; every row must have it."""
        return [row[at] for row in self.rows]

    def coded(self, columns: Sequence[int], codes: Codes) -> Which:
        """(rows, columns): codes of the cells of these columns."""
        cells = chain.from_iterable([[row[at] for at in columns] for row in self.rows])
        return codes.of(cells, len(self.rows) * len(columns)).reshape(-1, len(columns))


def trimmed(cells: list[str]) -> list[str]:
    """Without the empty cells at the end."""
    width = len(cells)
    while width and not cells[width - 1].strip():
        width -= 1
    return cells[:width]
