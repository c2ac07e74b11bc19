"""The regular part of a CSV file, read all at once: every row stands on one line and is as wide as the heading.

Cells are found, and compared, as bytes; only the different ones become texts. Rows with quotation marks are left to
the csv module, one by one, and so is all that comes after the first line that is not regular.
"""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from qgen.tables.cells import Codes, Which
from qgen.tables.distinct import distinct

_ENCODINGS = ("utf-8", "cp1252", "iso8859-1")  # in which a byte below 128 is nothing but an ASCII character
_PART = 1 << 22  # bytes looked at at once: their arrays stay in the processor's cache
_WORD = 8  # bytes compared at once
_KEPT = np.array([(1 << 8 * length) - 1 for length in range(_WORD + 1)], np.uint64)  # of a word, for a shorter cell

Places = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Regular:
    """Rows (R, columns) of the same width: where their cells are in `data`, but for those `read` by the csv module."""

    lines: Sequence[int]
    data: bytes  # whole lines, and two words of zeros
    encoding: str
    starts: Places
    ends: Places
    read: Mapping[int, list[str]]

    def column(self, at: int) -> list[str]:
        """The cells of a column."""
        places = zip(self.starts[:, at].tolist(), self.ends[:, at].tolist(), strict=True)
        texts = self._texts([self.data[start:end] for start, end in places])
        for row, cells in self.read.items():
            texts[row] = cells[at]
        return texts

    @property
    def size(self) -> int:
        """In bytes."""
        return len(self.data) - 2 * _WORD

    def row(self, at: int) -> list[str]:
        """The cells of a row."""
        places = zip(self.starts[at].tolist(), self.ends[at].tolist(), strict=True)
        return self.read.get(at) or self._texts([self.data[start:end] for start, end in places])

    @property
    def rows(self) -> list[list[str]]:
        """The cells, row by row."""
        return [self.row(at) for at in range(len(self.lines))]

    def coded(self, columns: Sequence[int], codes: Codes) -> Which:
        """(rows, columns): codes of the cells of these columns."""
        first, last = columns[0], columns[-1]
        some = slice(first, last + 1) if list(columns) == list(range(first, last + 1)) else list(columns)
        starts, ends = self.starts[:, some].ravel(), self.ends[:, some].ravel()
        length = ends - starts
        words = np.ndarray(len(self.data) - _WORD + 1, "<u8", self.data, strides=(1,))
        long = np.flatnonzero(length > _WORD)
        length[long] = 0
        which = codes.of_keys(words[starts] & _KEPT[length], self._spelt)
        which[long] = self._codes_of_long(words, starts[long], ends[long], codes)
        table = which.reshape(-1, len(columns))
        if self.read:
            quoted = [[cells[column] for column in columns] for cells in self.read.values()]
            table[list(self.read)] = codes.of(chain.from_iterable(quoted), len(quoted) * len(columns)).reshape(
                len(quoted), -1
            )
        return table

    def _codes_of_long(self, words: NDArray[np.uint64], starts: Places, ends: Places, codes: Codes) -> Which:
        """The codes of cells longer than a word; there may be millions of two words, but few longer ones."""
        which, length = np.empty(len(starts), np.int32), ends - starts
        two = np.flatnonzero(length <= 2 * _WORD)
        if len(two):
            one, first = distinct(words[starts[two]])
            other, second = distinct(words[starts[two] + _WORD] & _KEPT[length[two] - _WORD])
            both, place = distinct(first.astype(np.uint64) << np.uint64(32) | second.astype(np.uint64))
            texts = self._spelt(np.stack([one[both >> np.uint64(32)], other[both & np.uint64(0xFFFFFFFF)]], axis=1))
            which[two] = codes.of(texts, len(texts))[place]
        for at in np.flatnonzero(length > 2 * _WORD).tolist():
            which[at] = codes[self._texts([self.data[starts[at] : ends[at]]])[0]]
        return which

    def _spelt(self, words: NDArray[np.uint64]) -> list[str]:
        """The texts of cells (n,) or (n, k) by their first words, the last one filled up with zeros."""
        width = _WORD * (words.shape[1] if words.ndim > 1 else 1)
        return self._texts(words.astype("<u8").view(f"S{width}").ravel().tolist())

    def _texts(self, cells: Sequence[bytes]) -> list[str]:
        """Without spaces before them, like those that the csv module reads."""
        joined = b"\n".join(cells).decode(self.encoding)
        texts = joined.split("\n")
        return [text.lstrip(" ") for text in texts] if " " in joined else texts


def regular_blocks(data: bytes, start: int, line: int, width: int, delimiter: str, encoding: str) -> Iterator[Regular]:
    """The rows from byte `start` on, where a `line` starts, while they are regular."""
    encoding = codecs.lookup(encoding).name.removesuffix("-sig")
    if encoding not in _ENCODINGS or width < 2 or (b"\r" in data and data.count(b"\r") != data.count(b"\r\n")):
        return
    while start < len(data):
        end = data.rfind(b"\n", start, start + _PART) + 1
        if not end:
            return
        part = b"".join([memoryview(data)[start:end], bytes(2 * _WORD)])
        block = _block(part, line, width, delimiter, encoding)
        if block is None:
            return
        start, line = end, line + len(block.lines)
        yield block


def _block(part: bytes, line: int, width: int, delimiter: str, encoding: str) -> Regular | None:
    """The rows of some whole lines, which two words of zeros follow; None if any is not regular."""
    data = np.frombuffer(part, np.uint8)
    marks = np.flatnonzero((data == ord(delimiter)) | (data == ord("\n")))
    last = np.flatnonzero(data[marks] == ord("\n"))  # of each line
    cells = np.diff(last, prepend=-1)
    breaks = marks[last]
    begins = np.concatenate([[0], breaks[:-1] + 1])
    quoted = np.unique(np.searchsorted(breaks, np.flatnonzero(data == ord('"'))))
    even = cells == width
    even[quoted] = False
    if np.count_nonzero(even) + len(quoted) != len(even):
        return None
    starts, ends = np.zeros((2, len(even), width), np.intp)
    ends[even] = marks[(last[even] - width + 1)[:, None] + np.arange(width)]
    starts[even, 0] = begins[even]
    starts[even, 1:] = ends[even, :-1] + 1
    ends[:, -1] -= (ends[:, -1] > starts[:, -1]) & (data[ends[:, -1] - 1] == ord("\r"))
    if (ends - starts).max() > csv.field_size_limit():
        return None
    read = {}
    for row in quoted.tolist():
        text = part[begins[row] : breaks[row]].decode(encoding)
        try:
            found = list(csv.reader([text], delimiter=delimiter, strict=True, skipinitialspace=True))
        except csv.Error:  # its quotation marks end on another line, if at all
            return None
        if len(found) != 1 or len(found[0]) != width:
            return None
        read[row] = found[0]
    return Regular(range(line, line + len(even)), part, encoding, starts, ends, read)
