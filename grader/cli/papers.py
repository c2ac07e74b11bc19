"""Papers that came back -> answers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from grader.cli.program import app, exam_folder, named
from qgen.errors import InputError, printable, several, typed
from qgen.terminal import examples, faults_shown, progress_bar, tidy


@app.command(epilog=examples("grader collect papers-back", "grader collect papers-back/*.pdf --out collected.csv"))
def collect(
    papers: Annotated[list[Path], typer.Argument(help="Filled-in PDFs, or folders or ZIPs of them.")],
    exam: Annotated[Path | None, typer.Option(help="The exam folder; default: ./exam, or beside the papers.")] = None,
    out: Annotated[Path, typer.Option(help="The answers file to write.")] = Path("answers.csv"),
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it exists.")] = False,
) -> None:
    """Read papers that students filled in on a screen."""
    with faults_shown():
        from grader.marking.origins import forms_of
        from grader.reading.collect import collect as collect_forms
        from grader.reading.collect import write_answers
        from grader.reading.scan.stored import scans_of
        from qgen.exam.exam import read_exam

        if scans_of(out).exists():
            raise InputError(f"{scans_of(out)}: belongs to an {out.name} that was scanned; choose another --out")
        if out.suffix.lower() == ".pdf":
            raise InputError(f"{out}: is a PDF's name, and what is written is a table; write --out answers.csv")
        the_exam = read_exam(exam_folder(exam, papers[0]))
        tidy(out, forms_of(out))
        with progress_bar() as progress:
            collected = collect_forms(papers, the_exam, progress=progress)
        for note in collected.notes:
            typer.secho(printable(note), fg="yellow", err=True)
        if not collected.papers:
            raise InputError(*collected.left_out, "no paper could be read; nothing was written")
        # By the copy score knows what was typed later.
        write_answers(collected.papers, the_exam, out, force=force, copy=forms_of(out))
        if len(collected.papers) > 1 and not any(paper.answers for paper in collected.papers):
            blank = "not one of these papers is filled in: are they those that you handed out?"
            typer.secho(blank, fg="yellow", err=True)
        count, left = len(collected.papers), len(collected.left_out)
        typer.echo(
            f"{count:,} paper{'' if count == 1 else 's'} collected in {out}"
            + (f"; {left:,} file{'' if left == 1 else 's'} left out" if left else "")
            + f"; then: grader score {typed(out)}{named(exam)}"
        )
        if left:
            raise InputError(*collected.left_out)


@app.command(epilog=examples("grader scan scans/*.pdf --out scanned.csv", "grader scan scans.zip --out scanned.csv"))
def scan(
    scans: Annotated[list[Path], typer.Argument(help="PDF, TIFF, JPEG or PNG files, or folders or ZIPs of them.")],
    exam: Annotated[Path | None, typer.Option(help="The exam folder; default: ./exam, or beside the scans.")] = None,
    out: Annotated[
        Path, typer.Option(help="The answers file to write; a folder beside it keeps pictures of what was written.")
    ] = Path("answers.csv"),
    force: Annotated[bool, typer.Option("--force", help="Replace the file and its folder if they exist.")] = False,
) -> None:
    """Read scanned papers; what is unsure waits for a person.

    Pages may come in any order, any side up. A number that is read and is right stands; any other waits, as ?0.0468,
    for grader desk, where somebody looks at it. A run that was stopped goes on where it had come to.
    """
    with faults_shown():
        from grader.marking.origins import forms_of
        from grader.reading.scan.stored import CREDITED, EMPTY, MISSING, WAITING
        from grader.scan import scan as scan_pages
        from qgen.exam.exam import read_exam

        if out.suffix.lower() != ".csv":
            raise InputError(f"{out}: what is written is a table; write --out answers.csv")
        folder = exam_folder(exam, scans[0])
        tidy(out)
        with progress_bar() as progress:
            scanned = scan_pages(
                scans, read_exam(folder), out, printed=folder / "papers", force=force, progress=progress
            )
        forms_of(out).unlink(missing_ok=True)  # of an answers file that was there before
        for note in scanned.notes:
            typer.secho(printable(note), fg="yellow", err=True)
        credited, empty, waiting, missing = map(scanned.count, (CREDITED, EMPTY, WAITING, MISSING))
        read = sum(page.state == "read" for page in scanned.pages)
        typer.echo(
            f"{several(len(scanned.papers), 'paper')} of {several(read, 'page')} in {out}: {credited:,} numbers "
            f"read and right, {empty:,} boxes empty, {waiting:,} before a person"
            + (f", {missing:,} on missing pages" if missing else "")
            + f"; then: grader desk {typed(out)}{named(exam)}"
        )
        if scanned.left_out:
            raise InputError(*scanned.left_out)


@app.command(epilog=examples("grader desk answers.csv", "grader desk answers.csv --results results --by AK"))
def desk(
    answers: Annotated[Path, typer.Argument(help="The answers file, in CSV: of grader scan, or any other.")],
    exam: Annotated[
        Path | None, typer.Option(help="The exam folder; default: where the answers lie, or ./exam.")
    ] = None,
    results: Annotated[
        Path | None, typer.Option(help="The results folder, for decisions on marks; default: ./results, if any.")
    ] = None,
    by: Annotated[str | None, typer.Option(help="Who decides; default: your name on this machine.")] = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port of the page; 0 is any free one.")] = 0,
    browser: Annotated[bool, typer.Option(help="Whether to open the page in your browser.")] = True,
) -> None:
    """Look at what is unsure, on a page that only you can open.

    Unsure readings of a scan, pages without identity, and answers that are no number; every decision is kept at once.
    """
    with faults_shown():
        try:
            from grader.desk.serve import run
        except ModuleNotFoundError as fault:
            if (fault.name or "").partition(".")[0] not in ("starlette", "uvicorn"):
                raise
            raise InputError(
                f'the desk needs {fault.name}; install it with: pip install "backprop-exam[desk]"'
            ) from None
        from grader.desk.telling import told, whoever

        folder = exam_folder(exam, answers)

        def begun(address: str) -> None:
            typer.echo(f"the desk is open at {address}")
            typer.secho("end it there, or here with Ctrl-C; whatever was decided is kept", err=True)

        ended = run(answers, folder, results, by or whoever(), port, browser, begun)
        for line in told(ended, answers, named(exam)):
            typer.echo(printable(line))
        if ended.fault:
            raise InputError(*ended.fault.splitlines())
