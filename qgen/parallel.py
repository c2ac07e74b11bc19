"""The same work on several parts, on all processors, in the order of the parts."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from multiprocessing import connection, get_context
from typing import Any, TypeVar

from qgen.background import ENDED, begin, copied
from qgen.errors import InputError

MOST_JOBS = 8

Part = TypeVar("Part")
Done = TypeVar("Done")


def worthwhile(count: int, least: int) -> int:
    """As many processes as there are processors, each with at least so much of the work as to be worth its start."""
    return max(1, min(os.cpu_count() or 1, MOST_JOBS, count // least)) if copied() else 1


def shares(count: int, most: int, jobs: int) -> list[range]:
    """0, ..., count - 1 in parts of the same size, `most` at most, as many for each process."""
    rounds = max(1, -(-count // (most * jobs)))
    size = max(1, -(-count // (rounds * jobs)))
    return [range(first, min(first + size, count)) for first in range(0, count, size)]


def each(work: Callable[[Part], Done], parts: Sequence[Part], jobs: int) -> Iterator[Done]:
    """`work` of every part, in their order, on `jobs` copies of this process: they know all that it knows."""
    if jobs <= 1 or len(parts) <= 1 or not copied():
        yield from map(work, parts)
        return
    taken = get_context("fork").Value("q", 0)
    with ExitStack() as stack:
        receivers = [stack.enter_context(_labourer(work, parts, taken)) for _ in range(min(jobs, len(parts)))]
        made: dict[int, tuple[Done, Exception | None]] = {}
        for part in range(len(parts)):
            while part not in made:
                for ready in connection.wait(receivers):
                    assert isinstance(ready, connection.Connection)
                    try:
                        at, done, fault = ready.recv()
                    except EOFError:
                        raise InputError(ENDED) from None
                    if at < 0:
                        receivers.remove(ready)
                    else:
                        made[at] = done, fault
            done, fault = made.pop(part)
            if fault is not None:  # the first part's, of which others may be the consequence
                raise fault
            yield done


@contextmanager
def _labourer(work: Callable[[Part], Any], parts: Sequence[Part], taken: Any) -> Iterator[connection.Connection]:
    """Where a copy of this process tells what it made of the parts that it took, and, by -1, that none was left."""
    context = get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_labour, args=(work, parts, taken, sender), daemon=True)
    process.start()
    sender.close()
    with closing(receiver):
        try:
            yield receiver
        finally:
            process.kill()
            process.join()


def _labour(work: Callable[[Part], Any], parts: Sequence[Part], taken: Any, sender: connection.Connection) -> None:
    begin()
    while True:
        with taken.get_lock():
            at = taken.value
            taken.value += 1
        if at >= len(parts):
            sender.send((-1, None, None))
            return
        try:
            sender.send((at, work(parts[at]), None))
        except Exception as fault:
            sender.send((at, None, fault))
