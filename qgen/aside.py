"""A function called in another process while this one goes on: in a copy of this one, where the system can copy it."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Any, TypeVar

from qgen.errors import InputError

T = TypeVar("T")
Report = Callable[[int], None]
"""Called with how much is done."""


def copied() -> bool:
    """Whether the other process starts at once, as a copy that knows all that this one knows."""
    return multiprocessing.get_start_method() == "fork"


def unheard(done: int) -> None:
    """A report that nobody waits for."""


@contextmanager
def aside(work: Callable[[Report], T]) -> Iterator[Callable[[Report], T]]:
    """Starts work(report); what is handed out waits for its result, passing on its reports, or its InputError."""
    receiver, sender = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.Process(target=_work, args=(work, sender), daemon=True)
    process.start()
    sender.close()

    def result(report: Report) -> T:
        while True:
            kind, value = receiver.recv()
            if kind == "done":
                report(value)
            elif kind == "faults":
                raise InputError(*value)
            else:
                found: T = value
                return found

    try:
        yield result
    finally:
        process.kill()
        process.join()
        receiver.close()


def _work(work: Callable[[Report], Any], sender: Connection) -> None:
    # Whoever stops the program stops the process that waits for this one, and that one ends this one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    try:
        sender.send(("result", work(lambda done: sender.send(("done", done)))))
    except InputError as fault:
        sender.send(("faults", fault.faults))
