"""The command qgen: reads options, calls one function, prints one summary."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from qgen.errors import InputError, printable, quoted, several
from qgen.version import __version__

# read when numpy is imported: our matrices are small, more threads of its library would only wait for each other
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


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


def _show(wanted: bool) -> None:
    if wanted:
        typer.echo(f"backprop-exam {__version__}")
        raise typer.Exit


def command(purpose: str) -> typer.Typer:
    """A command with the option --version, and subcommands to come."""
    app = typer.Typer(
        no_args_is_help=True, add_completion=False, pretty_exceptions_show_locals=False, rich_markup_mode=None
    )

    @app.callback(help=purpose)
    def main(
        version: Annotated[bool, typer.Option("--version", callback=_show, is_eager=True, help="Show it.")] = False,
    ) -> None:
        pass

    return app


app = command("Draws a different network for every student and prints question papers and worked solutions.")


@app.command(epilog="Examples:  qgen make --n 30      qgen make --roster students.csv --spec exam.toml --out midterm")
def make(
    n: Annotated[int | None, typer.Option(help="How many papers; may be left out with --roster.")] = None,
    spec: Annotated[Path | None, typer.Option(help="What to draw and ask; see qgen new.")] = None,
    roster: Annotated[Path | None, typer.Option(help="student_id,name: who gets which paper.")] = None,
    out: Annotated[Path, typer.Option(help="The exam folder to make.")] = Path("exam"),
    seed: Annotated[str | None, typer.Option(help="Same spec and seed: same bytes. Default: 128 random bits.")] = None,
    jobs: Annotated[int, typer.Option(min=0, help="Processes to print on. 0: as many as are worth it.")] = 0,
    templates: Annotated[Path | None, typer.Option(help="A folder whose templates go before the program's.")] = None,
    booklet: Annotated[bool, typer.Option("--booklet", help="Also all papers in one PDF, for the print shop.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace an exam folder that exists.")] = False,
) -> None:
    """Print a paper and a worked solution for every student, and the key for grader."""
    if n is None and roster is None:
        raise typer.BadParameter("how many papers? write --n 30, or --roster students.csv", param_hint="--n")
    with faults_shown(), progress_bar() as progress:
        from qgen.exam.spec import read_spec, spec_of
        from qgen.make import make as make_papers
        from qgen.roster import read_roster

        started = time.monotonic()
        exam_spec = spec_of({}, "the default spec") if spec is None else read_spec(spec)
        listed = None if roster is None else read_roster(roster)
        if listed is not None:
            typer.echo(f"roster: {listed.source}")
            for note in listed.notes:
                typer.echo(note, err=True)
        count = len(listed.students if listed else {}) if n is None else n
        made = make_papers(
            exam_spec,
            count,
            out,
            seed=None if seed is None else _seed(seed),
            students=listed.students if listed else None,
            jobs=jobs,
            force=force,
            templates=templates,
            booklet=booklet,
            progress=progress,
        )
        exam = made.exam
        typer.echo(
            f"{several(count, 'paper')} and worked solution{'s' * (count != 1)} in {out}{os.sep}  "
            f"({several(len(exam.items), 'item')}, {exam.max_score:g} marks each, {time.monotonic() - started:.1f} s)"
        )
        typer.echo(_certificate_line(made))
        if booklet:
            typer.echo(f"for the print shop, each paper on sheets of its own: {out / 'papers.pdf'}")
        typer.echo(f"hand out {out / 'papers'}; keep the rest; then: grader score {out / 'answers.csv'}")


@app.command(epilog="Example:  qgen preview --spec exam.toml")
def preview(
    spec: Annotated[Path | None, typer.Option(help="What to draw and ask; see qgen new.")] = None,
    out: Annotated[Path, typer.Option(help="The folder to put both PDFs in.")] = Path("preview"),
    templates: Annotated[Path | None, typer.Option(help="A folder whose templates go before the program's.")] = None,
    seed: Annotated[str, typer.Option(help="Another seed shows other numbers.")] = "1",
    force: Annotated[bool, typer.Option("--force", help="Replace files that are no untouched preview.")] = False,
) -> None:
    """Print one paper and its worked solution, to look at; the last preview is replaced if nobody changed it."""
    with faults_shown():
        from qgen.exam.spec import read_spec, spec_of
        from qgen.make import preview as print_preview

        exam_spec = spec_of({}, "the default spec") if spec is None else read_spec(spec)
        for path in print_preview(exam_spec, out, seed=_seed(seed), templates=templates, force=force):
            typer.echo(path)


def _certificate_line(made: Any) -> str:
    drawn = sum(tally.drawn for tally in made.tallies)
    fixed = all(set(b.spec.fixed) >= set(b.question.givens) for b in made.exam.batches)
    if fixed:
        return "not certified: the spec fixes every given"
    return f"certified: every variant keeps every condition of a fair paper ({drawn:,} draws; qgen check {made.folder})"


@app.command(epilog="Example:  qgen new exam.toml && qgen make --n 30 --spec exam.toml")
def new(
    path: Annotated[Path, typer.Argument(help="The file to write.")] = Path("exam.toml"),
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it exists.")] = False,
) -> None:
    """Write a commented spec to start from."""
    with faults_shown():
        from qgen.files import write_whole
        from qgen.papers.words import TEMPLATES

        write_whole(path, (TEMPLATES / "exam.toml").read_bytes(), force=force)
        typer.echo(f"wrote {path}; change it, then: qgen make --n 30 --spec {path}")


@app.command(epilog="Examples:  qgen check exam      qgen check exam.toml")
def check(
    path: Annotated[Path, typer.Argument(help="An exam folder, or a spec (.toml).")] = Path("exam"),
    n: Annotated[int, typer.Option(min=1, help="For a spec: how many variants to look for.")] = 30,
) -> None:
    """Certify every variant of an exam folder again, or show how many draws of a spec are accepted."""
    with faults_shown():
        if path.suffix == ".toml":
            _check_spec(path, n)
        else:
            _check_folder(path)


def _check_folder(folder: Path) -> None:
    from rich.console import Console
    from rich.table import Table

    from qgen.exam.check import check_folder

    exam, lines, faults = check_folder(folder)
    table = Table("question", "condition", "worst margin", "variant", "holds", title="Certificate")
    for line in lines:
        margin = "none affected" if line.margin == float("inf") else f"{line.margin:.3g}"
        table.add_row(line.question, line.meaning, margin, line.variant, "yes" if line.holds else "NO")
    console = Console(highlight=False)
    console.print(table if lines else "not certified: the spec fixes every given")
    broken = [f"{line.question}, variant {line.variant}: fails: {line.meaning}" for line in lines if not line.holds]
    if faults or broken:
        raise InputError(*faults, *broken)
    console.print(f"{several(len(exam.variants), 'variant')} solved and certified again: all as stored")


def _check_spec(path: Path, n: int) -> None:
    from rich.console import Console
    from rich.table import Table

    from qgen.exam.certify import CONDITIONS
    from qgen.exam.check import check_spec
    from qgen.exam.spec import read_spec

    table = Table("question", "condition", "reached", "rejected", title="What rejects the draws")
    faults, lines = [], []
    for rate in check_spec(read_spec(path), n, seed=1):
        for name, reached in rate.tally.reached.items():
            meaning = CONDITIONS.get(name, "no variant is drawn twice")
            table.add_row(rate.question, meaning, f"{reached:,}", f"{rate.tally.share(name):.1%}")
        lines.append(
            f"{rate.question}: {rate.accepted:.2%} of {rate.tally.drawn:,} draws keep every condition; "
            f"{rate.tally.accepted} variants in {rate.seconds:.2f} s"
        )
        if rate.idle:
            lines.append(f"  known mistakes that change no answer here: {', '.join(rate.idle)}")
        faults += [rate.fault] if rate.fault else []
    console = Console(highlight=False)
    console.print(table)
    for line in lines:
        console.print(line)
    if faults:
        raise InputError(*faults)


class Bank(StrEnum):
    """A question bank's format."""

    moodle_xml = "moodle-xml"
    canvas_qti = "canvas-qti"


@app.command(epilog="Examples:  qgen export moodle-xml      qgen export canvas-qti --exam midterm --out midterm.zip")
def export(
    bank: Annotated[Bank, typer.Argument(help="moodle-xml or canvas-qti.")],
    exam: Annotated[Path, typer.Option(help="The exam folder.")] = Path("exam"),
    out: Annotated[Path | None, typer.Option(help="The file; default: <exam>/moodle.xml or canvas.zip.")] = None,
    separate: Annotated[bool, typer.Option("--separate", help="Moodle: a question per item, not per variant.")] = False,
    templates: Annotated[Path | None, typer.Option(help="A folder whose templates go before the program's.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it exists.")] = False,
) -> None:
    """Write an exam as a question bank that Moodle or Canvas imports."""
    with faults_shown(), progress_bar() as progress:
        from qgen.exam.exam import read_exam

        def exporting(done: int, of: int) -> None:
            progress("exporting", done, of)

        the_exam = read_exam(exam)
        if bank is Bank.moodle_xml:
            from qgen.export.moodle_xml import write_moodle_xml

            target = out or exam / "moodle.xml"
            count = write_moodle_xml(
                the_exam, target, separate=separate, templates=templates, force=force, progress=exporting
            )
        else:
            from qgen.export.canvas_qti import canvas_notes, write_canvas_qti

            if separate:
                raise typer.BadParameter("Canvas always gets a question per item", param_hint="--separate")
            target = out or exam / "canvas.zip"
            count = write_canvas_qti(the_exam, target, templates=templates, force=force, progress=exporting)
            for note in canvas_notes(the_exam):
                typer.secho(note, fg="yellow", err=True)
        typer.echo(f"{several(count, 'question')} in {target}")


def _seed(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 80:
        raise InputError(f'--seed: "{text[:80]}" is not a seed; write a whole number such as 2026')
    return int(text)
