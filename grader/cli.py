"""The command grader: reads options, calls one function, prints one summary."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from qgen.cli import command, faults_shown, progress_bar
from qgen.errors import InputError, printable, several, typed

app = command("Marks every gradient and every updated weight, and exports to the learning-management systems.")


@app.command(epilog="Example:  grader score answers.csv --exam exam --out results")
def score(
    answers: Annotated[Path, typer.Argument(help="A table, wide or long; what Moodle or Canvas export of a quiz.")],
    exam: Annotated[Path | None, typer.Option(help="The exam folder; default: the answers' own, or ./exam.")] = None,
    out: Annotated[Path, typer.Option(help="The results folder to write.")] = Path("results"),
    roster: Annotated[Path | None, typer.Option(help="For answers from an LMS: student_id,name,email,login.")] = None,
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
            roster=roster,
            overrides=overrides,
            feedback=feedback,
            templates=templates,
            force=force,
            progress=progress,
        )
        from grader.results.summary import print_summary

        print_summary(marks, out, templates)


@app.command(epilog="Examples:  grader collect papers-back      grader collect papers-back/*.pdf --out answers.csv")
def collect(
    papers: Annotated[list[Path], typer.Argument(help="Filled-in PDFs, or folders of them.")],
    exam: Annotated[Path | None, typer.Option(help="The exam folder; default: ./exam, or beside the papers.")] = None,
    out: Annotated[Path, typer.Option(help="The answers file to write.")] = Path("answers.csv"),
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it exists.")] = False,
) -> None:
    """Read the forms of papers that students filled in on a screen into an answers file."""
    with faults_shown(), progress_bar() as progress:
        from grader.reading.collect import collect as collect_forms
        from grader.reading.collect import write_answers
        from qgen.exam.exam import read_exam

        if out.suffix.lower() == ".pdf":
            raise InputError(f"{out}: is a PDF's name, and what is written is a table; write --out answers.csv")
        the_exam = read_exam(_exam_folder(exam, papers[0]))
        collected = collect_forms(papers, the_exam, progress=progress)
        for note in collected.notes:
            typer.secho(printable(note), fg="yellow", err=True)
        if not collected.papers:
            raise InputError(*collected.left_out, "no paper could be read; nothing was written")
        write_answers(collected.papers, the_exam, out, force=force)
        count, left = len(collected.papers), len(collected.left_out)
        typer.echo(
            f"{count:,} paper{'' if count == 1 else 's'} collected in {out}"
            + (f"; {left:,} file{'' if left == 1 else 's'} left out" if left else "")
            + f"; then: grader score {typed(out)}{_named(exam)}"
        )
        if left:
            raise InputError(*collected.left_out)


@app.command(epilog="Example:  grader simulate --students 30 --seed 1 && grader score answers.csv")
def simulate(
    students: Annotated[int, typer.Option(min=1, max=1_000_000, help="How many.")] = 30,
    seed: Annotated[int, typer.Option(min=0, help="Same exam and seed: same answers.")] = 1,
    exam: Annotated[Path, typer.Option(help="The exam folder.")] = Path("exam"),
    out: Annotated[
        Path, typer.Option(help="The answers file; who did what goes beside it: truth.csv, or <name>-truth.csv.")
    ] = Path("answers.csv"),
    mix: Annotated[
        str | None,
        typer.Option(
            help="Such as rounding=6,slip=5; kinds: perfect, misconception, two, blank, careless, imprecise, messy."
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace files that exist.")] = False,
) -> None:
    """Rehearse: answers of a simulated class, perfect, rounding, slipping, mistaken, messy, and the truth about it."""
    with faults_shown():
        import numpy as np

        from grader.rehearsal.simulate import PROPORTIONS, parse_mix, write_simulated
        from grader.rehearsal.simulate import simulate as simulate_class
        from qgen.exam.exam import read_exam

        proportions = PROPORTIONS if mix is None else parse_mix(mix)
        simulated = simulate_class(read_exam(exam), students, np.random.default_rng(seed), proportions)
        truth = out.parent / ("truth.csv" if out.name == "answers.csv" else f"{out.stem}-truth.csv")
        write_simulated(simulated, out, truth, force=force)
        typer.echo(
            f"{several(students, 'student')} in {out}, what each did in {truth}; "
            f"then: grader score {typed(out)}{_named(exam)}"
        )


class Scale(StrEnum):
    """What the numbers in a gradebook file are."""

    points = "points"
    percent = "percent"


class By(StrEnum):
    """What a gradebook file has a column for."""

    total = "total"
    layer = "layer"


@app.command(
    epilog="Examples:  grader export canvas --roster gradebook.csv      grader export moodle --roster grades.csv --xml"
)
def export(
    lms: Annotated[str, typer.Argument(help="canvas, moodle, blackboard, brightspace, sakai, openedx or generic.")],
    results: Annotated[Path, typer.Option(help="The results folder of grader score.")] = Path("results"),
    roster: Annotated[Path | None, typer.Option(help="The system's own export: the template for ours.")] = None,
    out: Annotated[Path | None, typer.Option(help="The file to write; default: <results>/<lms>.csv.")] = None,
    column: Annotated[str | None, typer.Option(help="The roster's column for this exam, by id or name.")] = None,
    title: Annotated[str, typer.Option(help="The exam's name there, where no column is named.")] = "Exam",
    scale: Annotated[Scale, typer.Option(help="Points, or per cent of the maximum.")] = Scale.points,
    by: Annotated[By, typer.Option(help="One column, or one per question and layer.")] = By.total,
    feedback: Annotated[bool | None, typer.Option(help="Comments along; default: where the system takes them.")] = None,
    exam: Annotated[Path | None, typer.Option(help="For the comments' language; default: ./exam, if any.")] = None,
    templates: Annotated[Path | None, typer.Option(help="A folder whose comment.txt goes before ours.")] = None,
    xml: Annotated[bool, typer.Option("--xml", help="Moodle: its XML import, by ID numbers.")] = False,
    partial: Annotated[bool, typer.Option("--partial", help="Write although some have no partner.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it exists.")] = False,
) -> None:
    """Write the scores as a file that a learning-management system imports."""
    with faults_shown():
        from grader.lms.export import export as export_scores

        done = export_scores(
            lms,
            results,
            roster=roster,
            out=out,
            column=column,
            title=title,
            scale=scale.value,
            by_layer=by is By.layer,
            feedback=feedback,
            templates=templates,
            exam=exam or (Path("exam") if Path("exam/exam.json").is_file() else None),
            xml=xml,
            partial=partial,
            force=force,
        )
        for warning in done.warnings:
            typer.secho(f"warning: {warning}", fg="yellow", err=True)
        for one in done.left_out:
            typer.echo(f"left out: {one.who}: {one.why}")
        for one, side in (
            *((one, "results") for one in done.unmatched_results),
            *((one, "roster") for one in done.unmatched_roster),
        ):
            typer.secho(f"no partner, {side}: {one.who}: {one.why}", fg="red", err=True)
        for file in done.files:
            typer.echo(f"{several(len(done.matched), 'student')} in {file}; import it: {done.upload}")
        if not done.files:
            raise InputError("nothing was written; mend the roster, or write the others with --partial")
        if not (done.complete or partial):
            raise typer.Exit(1)


def _named(exam: Path | None) -> str:
    """What the next command must be told where the exam is not found by itself."""
    return "" if exam in (None, Path("exam")) else f" --exam {typed(exam)}"


def _exam_folder(exam: Path | None, answers: Path) -> Path:
    """The folder named, else the one that the answers file lies in, else ./exam, else the one beside the answers."""
    if not answers.exists():
        raise InputError(f"{answers}: no such file")
    if exam is not None:
        return exam
    for folder in (answers.parent, Path("exam"), answers.parent / "exam"):
        if (folder / "exam.json").is_file():
            return folder
    raise InputError(f"no exam found in ./exam or beside {answers}; name its folder with --exam")
