"""Processes that read what was handed in: with little memory, for seconds at most, ended with this one.

Each `serves` a function of a module: it answers lines of JSON (see forms.py). Where a file brings one down or takes too
long, another takes its place.
"""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from qgen.parallel import processors

MOST_READERS = 4
AT_ONCE = 4  # requests, which a pipe holds whatever its size
FORMS, WORTHWHILE = "grader.reading.forms", 100  # files for which a process of their own is worth its start

Request = Mapping[str, Any]
_Reader = subprocess.Popen[str]


@dataclass(frozen=True)
class Readers:
    """Those that read nothing now, as many as have been needed at once; the others, and until when they may read.

    `module`: what they run. `worthwhile`: so many requests are worth a process of their own.
    """

    seconds: float
    module: str
    worthwhile: int
    # one pool for good: a process ends with the thread that began it
    pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(min(MOST_READERS, processors())))
    free: queue.SimpleQueue[_Reader] = field(default_factory=queue.SimpleQueue)
    until: dict[_Reader, float] = field(default_factory=dict)

    def ask(self, request: Request) -> dict[str, Any]:
        """What a process says to one request; {"fault": why} where it cannot."""
        return self._asked([request])[0]

    def _asked(self, requests: Sequence[Request]) -> list[dict[str, Any]]:
        """What one process says to a few requests, sent at once; another answers those that it does not come to."""
        found: list[dict[str, Any]] = []
        reader = self._reader()
        assert reader.stdin is not None
        assert reader.stdout is not None
        try:
            reader.stdin.write("".join(json.dumps(request) + "\n" for request in requests))
            reader.stdin.flush()
        except OSError:
            pass  # it has ended, and says nothing
        while len(found) < len(requests):
            self.until[reader] = time.monotonic() + self.seconds
            reply = reader.stdout.readline()
            late = time.monotonic() > self.until.pop(reader)
            if not reply.endswith("\n"):
                _end(reader)
                return [*found, self._fault(late), *map(self.ask, requests[len(found) + 1 :])]
            found.append(json.loads(reply))
        self.free.put(reader)
        return found

    def _fault(self, late: bool) -> dict[str, Any]:
        if late:
            return {"fault": f"takes more than {self.seconds:g} s to read, so it is no paper of ours"}
        return {"fault": "brings the reader down; not read"}

    def answers(self, requests: Sequence[Request]) -> Iterator[dict[str, Any]]:
        """What is said to each request, in order, on as many processes as are worth it."""
        few = [requests[first : first + AT_ONCE] for first in range(0, len(requests), AT_ONCE)]
        many = len(requests) >= 2 * self.worthwhile
        for replies in self.pool.map(self._asked, few) if many else map(self._asked, few):
            yield from replies

    def watch(self, ended: threading.Event) -> None:
        """Ends whoever reads for too long, until all is `ended`."""
        while not ended.wait(min(self.seconds / 10, 0.5)):
            for reader, until in list(self.until.items()):
                if time.monotonic() > until:
                    reader.kill()

    def _reader(self) -> _Reader:
        try:
            return self.free.get_nowait()
        except queue.Empty:
            return subprocess.Popen(
                # not -I, which would miss a checkout on PYTHONPATH; -P keeps the current folder's modules out
                [sys.executable, "-P", "-m", self.module],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                encoding="ascii",
            )


@contextmanager
def readers(seconds: float, module: str = FORMS, worthwhile: int = WORTHWHILE) -> Iterator[Readers]:
    """Readers that are ended at the end, whatever happens."""
    them, ended = Readers(seconds, module, worthwhile), threading.Event()
    watchdog = threading.Thread(target=them.watch, args=(ended,), daemon=True)
    watchdog.start()
    try:
        yield them
    finally:
        ended.set()
        watchdog.join()
        them.pool.shutdown()
        while not them.free.empty():
            _end(them.free.get())


def _end(reader: _Reader) -> None:
    reader.kill()
    reader.communicate()


def serve(answer: Callable[[dict[str, Any]], dict[str, Any]], *, memory: int, seconds: int) -> None:
    """In such a process: answers every line of standard input, with so many bytes, and seconds for each."""
    replies, sys.stdout = sys.stdout, sys.stderr
    _limit(memory)
    for line in sys.stdin:
        _limit_time(seconds)
        replies.write(json.dumps(answer(json.loads(line))) + "\n")
        replies.flush()


def _limit(memory: int) -> None:
    """Little memory, and an end with the parent's: whatever the system has of these."""
    with suppress(ImportError, ValueError, OSError):  # Windows has no such limits
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with suppress(ImportError, OSError, AttributeError):
        if sys.platform == "linux":
            import ctypes

            ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
            if os.getppid() == 1:
                os._exit(1)


def _limit_time(seconds: int) -> None:
    """The next file gets so many seconds of the processor, even where nobody is left who waits for it."""
    with suppress(ImportError, ValueError, OSError):
        import resource

        most = int(time.process_time()) + seconds + 1
        resource.setrlimit(resource.RLIMIT_CPU, (most, resource.getrlimit(resource.RLIMIT_CPU)[1]))
