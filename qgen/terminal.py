"""What both commands have in common: how they start, show faults and progress, and what they print."""

from __future__ import annotations

import errno
import io
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from qgen.errors import InputError, printable, quoted
from qgen.version import __version__

if TYPE_CHECKING:
    from rich.console import Console

# read when numpy is imported: our matrices are small, more threads of its library would only wait for each other
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
UNBROKEN = 10_000  # so wide is what is no terminal
GONE = (errno.EPIPE, errno.EINVAL)  # who reads our output has gone; on Windows the second


@contextmanager
def faults_shown() -> Iterator[None]:
    """Turns an InputError into one line per fault on stderr and exit code 1, and a signal to stop into the truth."""
    began, before = time.monotonic(), _stoppable()
    try:
        yield
    except InputError as fault:
        for line in fault.faults:
            typer.secho(printable(line), fg="red", err=True)
        raise typer.Exit(1) from None
    except OSError as fault:  # a name that is too long, a disk that is full
        where = f"{quoted(str(fault.filename), 100)}: " if fault.filename else ""
        typer.secho(f"{where}{fault.strerror or fault}", fg="red", err=True)
        raise typer.Exit(1) from None
    except KeyboardInterrupt as stop:
        from qgen.files import written

        done = ", ".join(map(str, written(began)))
        typer.secho(printable(f"stopped; {f'written: {done}' if done else 'nothing was written'}"), fg="red", err=True)
        raise typer.Exit(128 + (stop.args or (signal.SIGINT,))[0]) from None
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _stoppable() -> dict[int, Any]:
    """Makes a signal to stop raise KeyboardInterrupt, unless it is ignored, as by nohup; the handlers before.

    Only the first one does: whatever is tidied up then goes through.
    """
    if threading.current_thread() is not threading.main_thread():
        return {}
    numbers = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {number: signal.getsignal(number) for number in numbers if signal.getsignal(number) != signal.SIG_IGN}

    def stop(number: int, frame: FrameType | None) -> NoReturn:
        for one in before:
            signal.signal(one, signal.SIG_IGN)
        raise KeyboardInterrupt(number)

    for number in before:
        signal.signal(number, stop)
    return before


def tidy(*places: Path) -> None:
    """Puts in order what runs that were killed left there, and says so."""
    from qgen.files import tidied

    for line in dict.fromkeys(line for place in places for line in tidied(place)):
        typer.secho(printable(line), fg="yellow", err=True)


@contextmanager
def progress_bar() -> Iterator[Callable[[str, int, int], None]]:
    """A bar on the terminal, shown only once the work has taken two seconds."""
    started, bar = time.monotonic(), None
    tasks: dict[str, Any] = {}

    def progress(what: str, done: int, of: int) -> None:
        nonlocal bar
        if bar is None:
            if time.monotonic() - started < 2 or not sys.stderr.isatty():
                return
            from rich.console import Console
            from rich.progress import Progress

            bar = Progress(console=Console(stderr=True), transient=True)
            bar.start()
        if what not in tasks:
            tasks[what] = bar.add_task(what)
        bar.update(tasks[what], completed=done, total=of)

    try:
        yield progress
    finally:
        if bar is not None:
            bar.stop()


def console() -> Console:
    """Where tables go. In a file or a pipe they are as wide as they must be; lines are broken by nobody."""
    from rich.console import Console

    return Console(highlight=False, markup=False, soft_wrap=True, width=None if sys.stdout.isatty() else UNBROKEN)


def must_exist(**options: Path | None) -> None:
    """InputError with every option that names a file or folder which is not there."""
    missing = [(name, path) for name, path in options.items() if path is not None and not path.exists()]
    if missing:
        raise InputError(*(f"--{name}: {path}: no such file or folder" for name, path in missing))


def examples(*lines: str) -> str:
    """The end of a command's help: one example a line, as they are typed."""
    return "\n".join(("\b", "Example:" if len(lines) == 1 else "Examples:", *(f"  {line}" for line in lines)))


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"backprop-exam {__version__}")
        raise typer.Exit


class _Outlet(io.RawIOBase):
    """A standard stream that stops no work: what it takes no more is dropped, and `fault` says why."""

    def __init__(self, raw: Any) -> None:
        super().__init__()
        self.raw, self.fault = raw, 0

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return bool(self.raw.isatty())

    def fileno(self) -> int:
        return int(self.raw.fileno())

    def write(self, data: Any) -> int:
        """How many bytes were taken."""
        try:
            while not self.fault:
                taken = self.raw.write(data)
                if taken is not None:
                    return int(taken)
                time.sleep(0.01)  # a pipe that does not wait for its reader
        except OSError as fault:
            self.fault = fault.errno or errno.EIO
        return len(data)


class _Command(typer.Typer):
    """A command whose output may go anywhere: to an encoding that lacks letters, a closed, a broken or a full place."""

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        """Runs it and ends the process."""
        outlets = _opened()
        try:
            return super().__call__(*arguments, **options)
        except SystemExit as end:
            raise SystemExit(_ended(outlets, end.code)) from None


def _ended(outlets: Mapping[str, _Outlet], code: Any) -> Any:
    """The exit code, once everything is shown: 1 where not all of it could be, unless nobody reads it any more."""
    if threading.current_thread() is threading.main_thread() and signal.getsignal(signal.SIGINT) != signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # all is done: from here on there is nothing to tell
    for name in outlets:
        getattr(sys, name).flush()
    fault = outlets["stdout"].fault if "stdout" in outlets else 0
    if not fault or fault in GONE:
        return code
    from qgen.files import written

    done = "".join(f"; written: {place}" for place in written(0.0))
    typer.secho(printable(f"what there is to say cannot be shown: {os.strerror(fault)}{done}"), fg="red", err=True)
    return code or 1


def _opened() -> dict[str, _Outlet]:
    """What standard output and error go through from now on."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # as the lowest free number, which the next file would get
    outlets = {}
    for number, name in enumerate(("stdout", "stderr"), 1):
        stream = getattr(sys, name)
        raw: Any
        if stream is None:
            raw, encoding, by_line = io.FileIO(number, "w", closefd=False), "utf-8", False
        elif isinstance(stream, io.TextIOWrapper):
            raw = getattr(stream.buffer, "raw", stream.buffer)
            encoding, by_line = stream.encoding, stream.line_buffering
        else:  # a notebook's, a test's
            continue
        outlets[name] = _Outlet(raw)
        written = io.BufferedWriter(outlets[name])
        setattr(sys, name, io.TextIOWrapper(written, encoding, "backslashreplace", line_buffering=by_line))
    return outlets


def command(purpose: str, *lines: str) -> typer.Typer:
    """A command with the option --version, and subcommands to come. `lines`: examples."""
    app = _Command(no_args_is_help=True, pretty_exceptions_show_locals=False, rich_markup_mode=None)

    @app.callback(help=purpose, epilog=examples(*lines))
    def main(
        version: Annotated[
            bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
        ] = False,
    ) -> None:
        pass

    return app
