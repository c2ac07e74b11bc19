"""Memory is tidied up again and again while much is made; left alone for a while, the same work takes a fifth less."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

RARELY = 100_000, 10, 100
LARGEST = (32 << 20) - 8192


@contextmanager
def seldom_tidied() -> Iterator[None]:
    """While this lasts, in this process and its copies."""
    import numpy as np

    usual = gc.get_threshold()
    gc.set_threshold(*RARELY)  # reference cycles: we make few
    # The GNU C library hands a freed array back to the system, to be cleared and given out again, unless it is smaller
    # than the largest one ever freed; it takes note of 32 MB at most (M_MMAP_THRESHOLD in mallopt(3)).
    np.empty(LARGEST, np.uint8)
    try:
        yield
    finally:
        gc.set_threshold(*usual)
