"""Marks -> the files that learning-management systems import."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grader.cli.program import IdColumn, NameColumn, Templates, app, exam_here
from qgen.errors import InputError, several, shortened
from qgen.terminal import examples, faults_shown, must_exist, tidy

if TYPE_CHECKING:
    from grader.lms.export import Export


def _systems() -> list[str]:
    from grader.lms import NAMES

    return list(NAMES)


class Scale(StrEnum):
    """What the numbers in a gradebook file are."""

    points = "points"
    percent = "percent"


class By(StrEnum):
    """What a gradebook file has a column for."""

    total = "total"
    layer = "layer"


class Absent(StrEnum):
    """What a gradebook file has for those who were absent."""

    leave_out = "leave-out"
    zero = "zero"


Absentees = Annotated[Absent, typer.Option("--absent", help="Whether who was absent is left out, or gets a 0.")]
Lms = Annotated[
    str,
    typer.Argument(help="canvas, moodle, blackboard, brightspace, sakai, openedx or generic.", autocompletion=_systems),
]


@app.command(
    epilog=examples("grader export canvas --roster gradebook.csv", "grader export moodle --roster grades.csv --xml")
)
def export(
    lms: Lms,
    results: Annotated[Path, typer.Option(help="The results folder that grader score wrote.")] = Path("results"),
    roster: Annotated[
        Path | None, typer.Option(help="The system's own export, whose rows and ids ours takes over.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="The file to write; default: <system>.csv in the results folder.")
    ] = None,
    id_column: IdColumn = None,
    name_column: NameColumn = None,
    column: Annotated[str | None, typer.Option(help="The gradebook's column for this exam, by id or name.")] = None,
    title: Annotated[str, typer.Option(help="What a new column for this exam is called.")] = "Exam",
    scale: Annotated[Scale, typer.Option(help="Whether to write points, or per cent of the maximum.")] = Scale.points,
    by: Annotated[
        By, typer.Option(help="Whether to write one column, or one for every question and layer.")
    ] = By.total,
    feedback: Annotated[
        bool | None, typer.Option(help="Whether comments go along; default: where the system takes them.")
    ] = None,
    exam: Annotated[
        Path | None, typer.Option(help="The exam folder, for the comments' language; default: ./exam, if any.")
    ] = None,
    templates: Templates = None,
    absent: Absentees = Absent.leave_out,
    xml: Annotated[bool, typer.Option("--xml", help="For Moodle: a file for its XML import, by ID numbers.")] = False,
    pdfs: Annotated[
        Path | None, typer.Option(help="Zip the feedback PDFs instead, for whom this download of the system's names.")
    ] = None,
    partial: Annotated[
        bool, typer.Option("--partial", help="Write although some students have no row, or some rows no student.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it exists.")] = False,
) -> None:
    """Write the scores for a learning-management system to import."""
    with faults_shown():
        tidy(results, *(place for place in (exam, out) if place))
        must_exist(roster=roster, exam=exam, templates=templates, pdfs=pdfs)
        if pdfs:
            from grader.lms.feedback_files import feedback_files

            done = feedback_files(lms, results, pdfs, roster=roster, out=out, partial=partial, force=force)
        else:
            from grader.lms.export import export as export_scores

            done = export_scores(
                lms, results, roster=roster, out=out, id_column=id_column, name_column=name_column, column=column,
                title=title, scale=scale.value, by_layer=by is By.layer, feedback=feedback, templates=templates,
                exam=exam or exam_here(), absent=absent.value, xml=xml, partial=partial, force=force,
            )  # fmt: skip
        _tell(done)
        if not done.files:
            raise InputError("nothing was written; mend the roster, or write the others with --partial")


def _tell(done: Export) -> None:
    """Who is in the file and who is not, and where to import it."""
    for warning in done.warnings:
        typer.secho(f"warning: {warning}", fg="yellow", err=True)
    for line in shortened((f"left out: {one.who}: {one.why}" for one in done.left_out), len(done.left_out)):
        typer.echo(line)
    for side, alone in (("results", done.unmatched_results), ("roster", done.unmatched_roster)):
        for line in shortened((f"no partner, {side}: {one.who}: {one.why}" for one in alone), len(alone)):
            typer.secho(line, fg="red", err=True)
    for file in done.files:
        typer.echo(f"{several(len(done.matched), 'student')} in {file}; import it: {done.upload}")
