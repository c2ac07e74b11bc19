"""Cells whose mistake has a name: of a class's cells a few, and fewer still are the sentences said of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grader.reading.parsed_cells import Cell

Words = tuple[str, str]
"""The misconceptions' names, and a sentence."""


@dataclass(frozen=True, eq=False)
class Named:
    """`cells` (n, 2), each a student and an item, and `which` (n,) of the words says what went wrong there."""

    cells: NDArray[np.intp]
    which: NDArray[np.intp]
    words: tuple[Words, ...]

    @classmethod
    def of(cls, cells: NDArray[np.intp], words: Sequence[Words]) -> Named:
        """Cells (n, 2) with the words of each."""
        places: dict[Words, int] = {}
        which = [places.setdefault(said, len(places)) for said in words]
        return cls(cells.reshape(-1, 2), np.array(which, dtype=np.intp), tuple(places))

    @classmethod
    def joined(cls, parts: Iterable[Named]) -> Named:
        """All of them, the words that they share once."""
        places: dict[Words, int] = {}
        cells, which = [np.empty((0, 2), dtype=np.intp)], [np.empty(0, dtype=np.intp)]
        for part in parts:
            own = [places.setdefault(said, len(places)) for said in part.words]
            cells.append(part.cells)
            which.append(np.array(own, dtype=np.intp)[part.which])
        return cls(np.concatenate(cells), np.concatenate(which), tuple(places))

    def by_cell(self) -> dict[Cell, Words]:
        """The words of each cell."""
        return {(s, i): self.words[k] for (s, i), k in zip(self.cells.tolist(), self.which.tolist(), strict=True)}

    def counts(self) -> dict[str, int]:
        """How many cells each name stands at, the most common first."""
        counts: dict[str, int] = {}
        for (name, _), count in zip(self.words, np.bincount(self.which, minlength=len(self.words)), strict=True):
            counts[name] = counts.get(name, 0) + int(count)
        return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))


NOBODY = Named.of(np.empty((0, 2), dtype=np.intp), ())
