"""A function called in a copy of this process, where the system can copy one, while this one goes on."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import connection, get_all_start_methods, get_context, parent_process
from typing import Any, TypeVar

from qgen.errors import InputError

T = TypeVar("T")
Report = Callable[[int], None]
"""Called with how much is done."""
ENDED = "a process of ours was ended, perhaps for want of memory; try again, or with fewer papers or students at once"


def copied() -> bool:
    """Whether another process can start at once, as a copy that knows all that this one knows.

    Not on macOS, whose own libraries may not be used in a copy.
    """
    return sys.platform != "darwin" and "fork" in get_all_start_methods()


def unheard(done: int) -> None:
    """A report that nobody waits for."""


def begin() -> None:
    """What a copy does first: it is ended by the process that waits for it, and with it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_end_with, args=(parent_process(),), daemon=True).start()


def _end_with(parent: Any) -> None:
    connection.wait([parent.sentinel])
    os._exit(1)


@contextmanager
def aside(work: Callable[[Report], T]) -> Iterator[Callable[[Report], T]]:
    """Starts work(report); what is handed out waits for its result, passing on its reports, or raises its fault."""
    context = get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(work, sender), daemon=True)
    process.start()
    sender.close()

    def result(report: Report) -> T:
        try:
            while True:
                kind, value = receiver.recv()
                if kind == "done":
                    report(value)
                elif kind == "fault":
                    raise value
                else:
                    found: T = value
                    return found
        except EOFError:
            raise InputError(ENDED) from None

    try:
        yield result
    finally:
        process.kill()
        process.join()
        receiver.close()


def _work(work: Callable[[Report], Any], sender: connection.Connection) -> None:
    begin()
    try:
        sender.send(("result", work(lambda done: sender.send(("done", done)))))
    except (InputError, OSError) as fault:
        sender.send(("fault", fault))
