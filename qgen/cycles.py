"""Python looks for reference cycles again and again; our work makes few, and looking took up to a fifth of the time."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

RARELY = 100_000, 10, 100


@contextmanager
def rarely_sought() -> Iterator[None]:
    """While this lasts, in this process and its copies."""
    usual = gc.get_threshold()
    gc.set_threshold(*RARELY)
    try:
        yield
    finally:
        gc.set_threshold(*usual)
