"""Handwritten digits, one picture each: the ink that simulated writers write with."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]
SIDE = 28  # of a picture, of which a digit fills 20


@dataclass(frozen=True, eq=False)
class Digits:
    """`images` (n, 28, 28), 0 for paper to 255 for ink; `labels` (n,) from 0 to 9, of each at least one."""

    images: Grey
    labels: Grey

    @cached_property
    def by_label(self) -> tuple[NDArray[np.intp], ...]:
        """The places of the pictures of each digit."""
        return tuple(np.flatnonzero(self.labels == digit) for digit in range(10))

    def draw(self, digit: int, rng: np.random.Generator) -> Grey:
        """One of the pictures of a digit, at random."""
        places = self.by_label[digit]
        return np.asarray(self.images[places[rng.integers(len(places))]])


def shipped() -> Digits:
    """The 300 pictures that come with the package, which no net was trained on; digits.txt says whence."""
    with np.load(Path(__file__).parent / "digits.npz") as stored:
        labels, packed = stored["labels"], stored["images"]  # two grey values a byte, in 16 steps
    pictures = np.stack([packed >> 4, packed & 15], axis=-1) * np.uint8(17)
    return Digits(pictures.reshape(len(labels), SIDE, SIDE), labels)
