"""Answers -> marks, and the class on one page."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from grader.cli.program import IdColumn, NameColumn, Templates, app, exam_folder
from qgen.errors import printable
from qgen.terminal import examples, faults_shown, must_exist, progress_bar, tidy

Overrides = Annotated[
    Path | None, typer.Option(help="Decisions, a table student_id,item,marks,reason; added to those of the results.")
]
MarkingPolicy = Annotated[
    Path | None, typer.Option("--marking", help="A marking.toml: another policy than the exam's; kept in the results.")
]
ReplaceDecisions = Annotated[
    bool, typer.Option("--replace-decisions", help="Forget decisions and policy that the results folder keeps.")
]


class Only(StrEnum):
    """Which rows marks.csv has."""

    LOST = "lost"


OnlySome = Annotated[Only | None, typer.Option(help="Which rows marks.csv has: lost, none for what is simply right.")]


@app.command(
    epilog=examples("grader score answers.csv", "grader score answers.csv --overrides overrides.csv --force"),
    context_settings={"allow_extra_args": True},
)
def score(
    context: typer.Context,
    answers: Annotated[
        Path, typer.Argument(help="A table; what Moodle or Canvas export of a quiz; or a folder of these.")
    ],
    exam: Annotated[
        Path | None, typer.Option(help="The exam folder; default: where the answers lie, or ./exam.")
    ] = None,
    out: Annotated[Path, typer.Option(help="The folder for the results.")] = Path("results"),
    roster: Annotated[
        Path | None, typer.Option(help="For an LMS's export, to tell who is who: student_id,name,email,login.")
    ] = None,
    overrides: Overrides = None,
    marking: MarkingPolicy = None,
    replace_decisions: ReplaceDecisions = False,
    feedback: Annotated[bool, typer.Option(help="Whether to print a PDF for every student.")] = True,
    only: OnlySome = None,
    encoding: Annotated[
        str | None, typer.Option(help="The answers file's encoding, such as cp1252; default: found by looking.")
    ] = None,
    id_column: IdColumn = None,
    name_column: NameColumn = None,
    last: Annotated[bool, typer.Option("--last", help="Of a student's several rows count the last, not none.")] = False,
    anyway: Annotated[bool, typer.Option("--anyway", help="Mark answers of which next to nothing is right.")] = False,
    templates: Templates = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace a results folder that exists, if nothing else lies in it.")
    ] = False,
) -> None:
    """Mark answers, with follow-through and a reason for every mark.

    Writes scores.csv, a row for every student; marks.csv, a row for every answer; a PDF for each student in feedback.
    """
    if context.args:
        why = "several files are taken as a folder: put them into one, and name that"
        raise typer.BadParameter(why, context, param_hint="ANSWERS")
    with faults_shown():
        from grader.mark import mark
        from grader.results.summary import print_summary

        tidy(out)
        must_exist(roster=roster, overrides=overrides, marking=marking, templates=templates)
        with progress_bar() as progress:
            marks = mark(
                answers, exam_folder(exam, answers), out, encoding=encoding, roster=roster, last=last,
                id_column=id_column, name_column=name_column, overrides=overrides, marking=marking,
                replace_decisions=replace_decisions, feedback=feedback, only_lost=only == Only.LOST, anyway=anyway,
                templates=templates, force=force, progress=progress,
            )  # fmt: skip
        print_summary(marks, out, templates)


@app.command(epilog=examples("grader report results", "grader report results --pass 40 --names --out for-staff"))
def report(
    results: Annotated[Path, typer.Argument(help="The results folder that grader score wrote.")],
    exam: Annotated[Path | None, typer.Option(help="The exam folder that was marked; default: ./exam, if any.")] = None,
    out: Annotated[Path | None, typer.Option(help="The folder to write to; default: the results folder.")] = None,
    pass_mark: Annotated[float, typer.Option("--pass", min=0, max=100, help="The pass mark, in per cent.")] = 50,
    names: Annotated[bool, typer.Option("--names", help="Name students; without it the page names nobody.")] = False,
    templates: Templates = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the files if they exist.")] = False,
) -> None:
    """Show a class on one page: what was hard, what to teach again, whether it was fair.

    Writes report.html, which a browser shows and prints, and items.csv.
    """
    with faults_shown():
        from grader.class_report.report import report_of

        tidy(results, *(place for place in (exam, out) if place))
        must_exist(exam=exam, templates=templates)
        with progress_bar() as progress:
            made, remark = report_of(
                results, exam, pass_mark=pass_mark, names=names, templates=templates, progress=progress
            )
        made.write(out or results, force=force)
        if remark:
            typer.secho(printable(remark), fg="yellow", err=True)
        typer.echo(f"the class on one page: {(out or results) / 'report.html'}; its items: items.csv beside it")
