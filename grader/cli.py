"""The command grader: reads options, calls one function, prints one summary."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from qgen import __version__
from qgen.cli import faults_shown, progress_bar
from qgen.errors import InputError

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,
    rich_markup_mode=None,
    help="Marks every gradient and every updated weight, and exports to the learning-management systems.",
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"backprop-exam {__version__}")
        raise typer.Exit


@app.callback()
def _main(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Show it.")] = False,
) -> None:
    pass


@app.command(epilog="Example:  grader score answers.csv --exam exam --out results")
def score(
    answers: Annotated[Path, typer.Argument(help="Answers, wide or long: CSV, TSV or XLSX.")],
    exam: Annotated[Path | None, typer.Option(help="The exam folder; default: ./exam, or beside the answers.")] = None,
    out: Annotated[Path, typer.Option(help="The results folder to write.")] = Path("results"),
    overrides: Annotated[Path | None, typer.Option(help="student_id,item,marks,reason: the examiner decides.")] = None,
    feedback: Annotated[bool, typer.Option(help="A PDF for every student.")] = True,
    encoding: Annotated[str | None, typer.Option(help="Of the answers file; default: found out.")] = None,
    templates: Annotated[Path | None, typer.Option(help="A folder whose templates go before the program's.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a results folder that exists.")] = False,
) -> None:
    """Mark answers: scores.csv and marks.csv, with the reason for every mark."""
    with faults_shown(), progress_bar() as progress:
        from grader.mark import mark

        marks = mark(
            answers,
            _exam_folder(exam, answers),
            out,
            encoding=encoding,
            overrides=overrides,
            feedback=feedback,
            templates=templates,
            force=force,
            progress=progress,
        )
        from grader.report import print_summary

        print_summary(marks, out)


def _exam_folder(exam: Path | None, answers: Path) -> Path:
    """The folder named, else ./exam, else the one that the answers file lies in."""
    if exam is not None:
        return exam
    for folder in (Path("exam"), answers.parent, answers.parent / "exam"):
        if (folder / "exam.json").is_file():
            return folder
    raise InputError(f"no exam found in ./exam or beside {answers}; name its folder with --exam")
