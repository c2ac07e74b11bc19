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
from contextlib import contextmanager
from multiprocessing import connection, get_context, parent_process
from multiprocessing.connection import Connection
from traceback import format_exception
from typing import Any, TypeVar

from qgen.errors import InputError

MOST_JOBS = 8
ENDED = "a process of ours was ended, perhaps for want of memory; try again, or with fewer papers or students at once"

Part = TypeVar("Part")
Done = TypeVar("Done")


Progress = Callable[[str, int, int], None]  # called with what is being done, how much is done and of how much


def unheard(what: str, done: int, of: int) -> None:
    """Progress that nobody watches."""


def copied() -> bool:
    """Whether another process can start at once, as a copy that knows all that this one knows.

    Not on macOS, whose own libraries may not be used in a copy.
    """
    return sys.platform != "darwin" and hasattr(os, "fork")


def processors() -> int:
    """As many as this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def worthwhile(count: int, least: int) -> int:
    """As many processes as there are processors, each with at least so much of the work as to be worth its start."""
    return max(1, min(processors(), MOST_JOBS, count // least)) if copied() else 1


def shares(count: int, most: int, jobs: int) -> list[range]:
    """0, ..., count - 1 in parts of the same size, `most` at most, as many for each process."""
    rounds = max(1, -(-count // (most * jobs)))
    size = max(1, -(-count // (rounds * jobs)))
    return [range(first, min(first + size, count)) for first in range(0, count, size)]


def each(work: Callable[[Part], Done], parts: Sequence[Part], jobs: int) -> Iterator[Done]:
    """`work` of every part, in their order, on `jobs` copies of this process: they know all that it knows.

    Of several faults the first part's is raised: others may be its consequence.
    """
    jobs = min(jobs, len(parts))
    if jobs <= 1 or not copied():
        yield from map(work, parts)
        return
    with copies(work, [parts[first::jobs] for first in range(jobs)]) as pipes:
        for at in range(len(parts)):
            yield received(pipes[at % jobs])


@contextmanager
def copies(work: Callable[[Any], Any], shares: Sequence[Sequence[Any]]) -> Iterator[list[Connection]]:
    """A copy of this process for each share of the parts, and the pipes that what is `received` comes through.

    Each has a pipe of its own, and no thread waits for it: whatever is ended in the middle of a result, nobody hangs.
    """
    context = get_context("fork")
    pipes: list[Connection] = []
    processes = []
    try:
        with _deaf():
            for share in shares:
                pipe, its = context.Pipe(duplex=False)
                pipes.append(pipe)
                process = context.Process(target=_work, args=(work, share, its))
                process.start()
                processes.append(process)
                its.close()
        yield pipes
    finally:
        for process, pipe in zip(processes, pipes, strict=False):
            process.kill()
            pipe.close()
        for process in processes:
            process.join()


@contextmanager
def _deaf() -> Iterator[None]:
    """Signals to stop come through afterwards; never to a process that was copied meanwhile: its caller ends it."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM, signal.SIGHUP})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def received(pipe: Connection) -> Any:
    """The next result; the fault, if there was one instead."""
    try:
        done, result = pipe.recv()
    except (EOFError, OSError):
        raise InputError(ENDED) from None
    if not done:
        raise result
    return result


def _work(work: Callable[[Any], Any], share: Sequence[Any], results: Connection) -> None:
    """In a copy, which is ended by the process that waits for it, and with it."""
    threading.Thread(target=_end_with, args=(parent_process(),), daemon=True).start()
    try:
        for part in share:
            results.send((True, work(part)))
    except InputError as fault:
        results.send((False, fault))
    except BaseException as fault:
        fault.add_note("".join(format_exception(fault)))  # where it was is lost on the way
        results.send((False, fault))
    os._exit(0)  # without writing what the first process had only half written when it was copied


def _end_with(parent: Any) -> None:
    connection.wait([parent.sentinel])
    os._exit(1)
