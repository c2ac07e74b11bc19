"""The same work on several parts, on all processors."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
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


_WORK: list[Callable[[Any], Any]] = []
"""What a copy of this process does."""


def _do(part: Any) -> Any:
    return _WORK[-1](part)
