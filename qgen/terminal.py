"""What both commands have in common: how they start, show faults and progress, and what they print."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from qgen.errors import InputError, printable, quoted
from qgen.version import __version__

if TYPE_CHECKING:
    from rich.console import Console

# read when numpy is imported: our matrices are small, more threads of its library would only wait for each other
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
UNBROKEN = 10_000  # so wide is what is no terminal


@contextmanager
def faults_shown() -> Iterator[None]:
    """Turns an InputError into one line per fault on stderr and exit code 1, and being ended into tidying up."""
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name) and threading.current_thread() is threading.main_thread():
            signal.signal(getattr(signal, name), signal.default_int_handler)
    try:
        yield
    except InputError as fault:
        for line in fault.faults:
            typer.secho(printable(line), fg="red", err=True)
        raise typer.Exit(1) from None
    except BrokenPipeError:  # who reads our output has gone: typer's business
        raise
    except OSError as fault:  # a name that is too long, a disk that is full
        where = f"{quoted(str(fault.filename), 100)}: " if fault.filename else ""
        typer.secho(f"{where}{fault.strerror or fault}", fg="red", err=True)
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        typer.secho("stopped; nothing was written", fg="red", err=True)
        raise typer.Exit(130) from None


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


def command(purpose: str, *lines: str) -> typer.Typer:
    """A command with the option --version, and subcommands to come. `lines`: examples."""
    app = typer.Typer(no_args_is_help=True, pretty_exceptions_show_locals=False, rich_markup_mode=None)

    @app.callback(help=purpose, epilog=examples(*lines))
    def main(
        version: Annotated[
            bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
        ] = False,
    ) -> None:
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, TextIOWrapper):  # a pipe on Windows takes 250 characters: the others are escaped
                stream.reconfigure(errors="backslashreplace")

    return app
