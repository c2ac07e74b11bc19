"""The same work on several parts, on all processors, and what they write in one file, in the order of the parts."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing import get_all_start_methods, get_context
from typing import Any, TypeVar

MOST_JOBS = 8

Part = TypeVar("Part")
Done = TypeVar("Done")


def worthwhile(count: int, least: int) -> int:
    """As many processes as there are processors, each with at least so much of the work as to be worth its start."""
    return max(1, min(os.cpu_count() or 1, MOST_JOBS, count // least)) if "fork" in get_all_start_methods() else 1


def each(work: Callable[[Part], Done], parts: Sequence[Part], jobs: int) -> Iterator[Done]:
    """`work` of every part, in their order, on `jobs` copies of this process: they know all that it knows."""
    if jobs <= 1 or len(parts) <= 1:
        yield from map(work, parts)
        return
    from concurrent.futures import ProcessPoolExecutor

    context = get_context("fork")
    with ProcessPoolExecutor(min(jobs, len(parts)), context, _WORK.append, (work,)) as pool:
        yield from pool.map(_do, parts)


class Turns:
    """Lets those who work on parts 0, 1, 2, ... of something at the same time put down what they made in this order."""

    def __init__(self) -> None:
        context = get_context("fork" if "fork" in get_all_start_methods() else None)
        self._changed, self._next = context.Condition(), context.Value("q", 0, lock=False)
        self._failed = context.Value("q", sys.maxsize, lock=False)

    @contextmanager
    def of(self, part: int) -> Iterator[Callable[[], None]]:
        """The work on a part; what this gives waits until the parts before are done. RuntimeError if one failed."""

        def wait() -> None:
            with self._changed:
                self._changed.wait_for(lambda: self._next.value == part or self._failed.value < part)
            if self._failed.value < part:
                raise RuntimeError(f"part {self._failed.value} failed")

        done = False
        try:
            yield wait
            done = True
        finally:
            with self._changed:
                if done:
                    self._next.value = part + 1
                else:
                    self._failed.value = min(self._failed.value, part)
                self._changed.notify_all()


_WORK: list[Callable[[Any], Any]] = []
"""What a copy of this process does."""


def _do(part: Any) -> Any:
    return _WORK[-1](part)
