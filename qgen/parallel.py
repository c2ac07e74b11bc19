"""The same work on several parts, on all processors, in the order of the parts.

By copies of this process, where the system can copy one: they know all that it knows, and end with it. Elsewhere
(Windows, macOS) one process does it all: one started anew would have to be told what a copy knows.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import active_children, connection, get_context, parent_process
from typing import Any, TypeVar

from qgen.errors import InputError

MOST_JOBS = 8
ENDED = "a process of ours was ended, perhaps for want of memory; try again, or with fewer papers or students at once"

Part = TypeVar("Part")
Done = TypeVar("Done")
_work: Callable[[Any], Any]  # in a copy: what it does


def copied() -> bool:
    """Whether another process can start at once, as a copy that knows all that this one knows.

    Not on macOS, whose own libraries may not be used in a copy.
    """
    return sys.platform != "darwin" and hasattr(os, "fork")


def worthwhile(count: int, least: int) -> int:
    """As many processes as there are processors, each with at least so much of the work as to be worth its start."""
    return max(1, min(os.cpu_count() or 1, MOST_JOBS, count // least)) if copied() else 1


def shares(count: int, most: int, jobs: int) -> list[range]:
    """0, ..., count - 1 in parts of the same size, `most` at most, as many for each process."""
    rounds = max(1, -(-count // (most * jobs)))
    size = max(1, -(-count // (rounds * jobs)))
    return [range(first, min(first + size, count)) for first in range(0, count, size)]


def each(work: Callable[[Part], Done], parts: Sequence[Part], jobs: int) -> Iterator[Done]:
    """`work` of every part, in their order, on `jobs` copies of this process: they know all that it knows.

    Of several faults the first part's is raised: others may be its consequence.
    """
    if jobs <= 1 or len(parts) <= 1 or not copied():
        yield from map(work, parts)
        return
    with copies(work, min(jobs, len(parts))) as pool:
        yield from pool.map(call, parts)


@contextmanager
def copies(work: Callable[[Any], Any], count: int) -> Iterator[ProcessPoolExecutor]:
    """So many copies that `call` this work; ended at once where their results are not waited for."""
    others = set(active_children())
    with ProcessPoolExecutor(count, get_context("fork"), _begin, (work,)) as pool:
        try:
            yield pool
        except BaseException as fault:
            for process in set(active_children()) - others:
                process.kill()
            if isinstance(fault, BrokenProcessPool):
                raise InputError(ENDED) from None
            raise


def call(part: Any) -> Any:
    """In a copy: the work on a part."""
    return _work(part)


def _begin(work: Callable[[Any], Any]) -> None:
    """A copy is ended by the process that waits for it, and with it."""
    global _work
    _work = work
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_end_with, args=(parent_process(),), daemon=True).start()


def _end_with(parent: Any) -> None:
    connection.wait([parent.sentinel])
    os._exit(1)
