"""Processes that read what was handed in: with little memory, for seconds at most, ended with this one.

Each answers lines of JSON (see forms.py). Where a file brings one down or takes too long, another takes its place.
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

MOST_READERS = 4
WORTHWHILE = 100  # files for which a process of their own is worth its start

Request = Mapping[str, Any]
_Reader = subprocess.Popen[str]


@dataclass(frozen=True)
class Readers:
    """Those that read nothing now; as many as have been needed at once."""

    seconds: float
    free: queue.SimpleQueue[_Reader] = field(default_factory=queue.SimpleQueue)

    def ask(self, request: Request) -> dict[str, Any]:
        """What a process says to one request; {"fault": why} where it cannot."""
        reader = self._reader()
        assert reader.stdin is not None
        assert reader.stdout is not None
        timer = threading.Timer(self.seconds, reader.kill)
        timer.start()
        try:
            reader.stdin.write(json.dumps(request) + "\n")
            reader.stdin.flush()
            reply = reader.stdout.readline()
        except OSError:
            reply = ""
        late = not timer.is_alive()
        timer.cancel()
        if reply.endswith("\n"):
            self.free.put(reader)
            result: dict[str, Any] = json.loads(reply)
            return result
        _end(reader)
        if late:
            return {"fault": f"takes more than {self.seconds:g} s to read, so it is no paper of ours"}
        return {"fault": "brings the PDF reader down; not read"}

    def answers(self, requests: Sequence[Request]) -> Iterator[dict[str, Any]]:
        """What is said to each request, in order, on as many processes as are worth it."""
        count = min(MOST_READERS, os.cpu_count() or 1, len(requests) // WORTHWHILE)
        if count <= 1:
            yield from map(self.ask, requests)
            return
        with ThreadPoolExecutor(count) as pool:
            yield from pool.map(self.ask, requests)

    def _reader(self) -> _Reader:
        try:
            return self.free.get_nowait()
        except queue.Empty:
            return subprocess.Popen(
                # not -I, which would miss a checkout on PYTHONPATH; -P keeps the current folder's modules out
                [sys.executable, "-P", "-m", "grader.reading.forms"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                encoding="ascii",
            )


@contextmanager
def readers(seconds: float) -> Iterator[Readers]:
    """Readers that are ended at the end, whatever happens."""
    them = Readers(seconds)
    try:
        yield them
    finally:
        while not them.free.empty():
            _end(them.free.get())


def _end(reader: _Reader) -> None:
    reader.kill()
    reader.communicate()
