"""Keeps the answers file up to date with the journal, in the background, so that nobody waits for it."""

from __future__ import annotations

import threading
from collections.abc import Callable

from grader.desk.sheet import Kept
from qgen.errors import InputError

PAUSE = 1.0  # seconds between two writings


class Keeper:
    """Calls `write` soon after it is told of a decision, and again as long as it fails; fault: why it last did."""

    def __init__(self, write: Callable[[], Kept], pause: float = PAUSE) -> None:
        self.write, self.pause, self.fault = write, pause, ""
        self.kept: Kept | None = None
        self._more, self._end, self._writing = threading.Event(), threading.Event(), threading.Lock()
        self._thread = threading.Thread(target=self._run, name="keeper", daemon=True)

    def start(self) -> None:
        """Begins to wait for decisions."""
        self._thread.start()

    def tell(self) -> None:
        """Something was decided."""
        self._more.set()

    def now(self) -> None:
        """Writes at once; `fault` tells whether that worked."""
        with self._writing:
            try:
                self.kept, self.fault = self.write(), ""
            except (InputError, OSError) as fault:
                self.fault = str(fault)

    def end(self) -> None:
        """Writes a last time."""
        self._end.set()
        self._more.set()
        if self._thread.is_alive():
            self._thread.join()
        self.now()

    def _run(self) -> None:
        while self._more.wait() and not self._end.wait(self.pause):
            self._more.clear()
            self.now()
            if self.fault:
                self._more.set()
