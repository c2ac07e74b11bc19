"""The command qgen: reads options, calls one function, prints one summary."""

from __future__ import annotations

import os
import time
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from qgen.errors import InputError, nearest, quoted, several, typed
from qgen.export.exporters import EXPORTERS, Order, not_for
from qgen.terminal import command, console, examples, faults_shown, must_exist, progress_bar, tidy

app = command(
    "Draws a different network for every student and prints question papers and worked solutions.",
    "qgen make -n 30",
    "qgen make --roster students.csv --out midterm",
)

Papers = Annotated[
    int | None, typer.Option("--n", "-n", help="How many papers; default with --roster: one for each student.")
]
Variants = Annotated[
    int | None, typer.Option(help="How many different papers among them: 1 for all the same, 2 for groups A and B.")
]
Roster = Annotated[
    Path | None, typer.Option(help="A table student_id,name, or your gradebook's export: names on the papers.")
]
IdColumn = Annotated[
    str | None, typer.Option("--id", help="The roster's column of student ids, where its heading is not known.")
]
NameColumn = Annotated[
    str | None, typer.Option("--name", help="The roster's column of names, where its heading is not known.")
]
SpecFile = Annotated[
    Path | None, typer.Option("--spec", help="What to draw and ask (qgen new writes one); default: two small networks.")
]
Templates = Annotated[
    Path | None, typer.Option("--templates", help="A folder of your templates, which go before the program's.")
]


@app.command(epilog=examples("qgen make -n 30", "qgen make --roster students.csv --spec exam.toml --out midterm"))
def make(
    n: Papers = None,
    spec: SpecFile = None,
    variants: Variants = None,
    roster: Roster = None,
    id_column: IdColumn = None,
    name_column: NameColumn = None,
    out: Annotated[Path, typer.Option(help="The exam folder to make.")] = Path("exam"),
    seed: Annotated[
        str | None, typer.Option(help="A whole number; the same one makes the same exam. Default: a secret one.")
    ] = None,
    jobs: Annotated[int, typer.Option(min=0, help="How many processes print; 0: as many as are worth it.")] = 0,
    templates: Templates = None,
    booklet: Annotated[
        bool, typer.Option("--booklet", help="Also bind papers.pdf and solutions.pdf, for a print shop.")
    ] = False,
    no_solutions: Annotated[
        bool, typer.Option("--no-solutions", help="Print papers alone; --resume adds solutions and keys later.")
    ] = False,
    resume: Annotated[
        bool, typer.Option("--resume", help="Only print the solutions and keys that the exam folder lacks.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Replace an exam folder that exists, if nothing else lies in it.")
    ] = False,
) -> None:
    """Print a paper and a worked solution for every student.

    Also the key, the empty answer sheet and exam.json, which grader reads.
    """
    if resume:
        _resume(out, jobs, templates, alone=(n, spec, variants, roster, seed) == (None,) * 5)
        return
    if n is None and roster is None:
        raise typer.BadParameter("how many papers? write -n 30, or --roster students.csv", param_hint="--n")
    with faults_shown():
        from qgen.day.summary import summary
        from qgen.exam.seed import seed_of
        from qgen.exam.spec import read_spec, spec_of
        from qgen.make import make as make_papers

        started = time.monotonic()
        tidy(out)
        exam_spec = spec_of({}, "the default spec") if spec is None else read_spec(spec)
        listed = None if roster is None else _roster(roster, id_column, name_column)
        students = listed.students if listed else None
        count = len(students or ()) if n is None else n
        with progress_bar() as progress:
            made = make_papers(
                exam_spec, count, out, variants=variants, seed=seed_of(seed, "--seed"), students=students,
                seats=listed.seats if listed else None, jobs=jobs, force=force, templates=templates, booklet=booklet,
                solutions=not no_solutions, progress=progress,
            )  # fmt: skip
        seconds = time.monotonic() - started
        for line in summary(made.exam, made.tallies, out, count, seconds, listed, booklet, made.replaced):
            typer.echo(line)
        _warn_of_seed(made.exam.seed)
        typer.echo(f"hand out {out / 'papers'}; keep the rest; then: grader score {typed(out / 'answers.csv')}")


def _resume(out: Path, jobs: int, templates: Path | None, *, alone: bool) -> None:
    if not alone:
        why = "takes the exam in --out as it is; leave --n, --spec, --variants, --roster and --seed out"
        raise typer.BadParameter(why, param_hint="--resume")
    from qgen.make import resume

    with faults_shown():
        tidy(out)
        with progress_bar() as progress:
            exam, made = resume(out, jobs=jobs, templates=templates, progress=progress)
        told = f"{', '.join(made)} of {several(len(exam.papers), 'paper')}" if made else "nothing was missing"
        typer.echo(f"{out}{os.sep}: {told}")


@app.command(epilog=examples("qgen preview", "qgen preview --spec exam.toml --seed 2"))
def preview(
    spec: SpecFile = None,
    out: Annotated[Path, typer.Option(help="The folder for both PDFs.")] = Path("preview"),
    templates: Templates = None,
    seed: Annotated[str, typer.Option(help="A whole number; another one shows other numbers.")] = "1",
    force: Annotated[
        bool, typer.Option("--force", help="Replace PDFs that were changed since they were printed.")
    ] = False,
) -> None:
    """Print one paper and its worked solution, to look at.

    The last preview is replaced if nobody changed it.
    """
    with faults_shown():
        from qgen.exam.seed import seed_of
        from qgen.exam.spec import read_spec, spec_of
        from qgen.make import preview as print_preview

        exam_spec = spec_of({}, "the default spec") if spec is None else read_spec(spec)
        for path in print_preview(exam_spec, out, seed=seed_of(seed, "--seed"), templates=templates, force=force):
            typer.echo(path)


def _roster(roster: Path, id_column: str | None, name_column: str | None) -> Any:
    """The students; tells what was read, and remarks."""
    from qgen.roster import read_roster

    listed = read_roster(roster, id_column=id_column, name_column=name_column)
    typer.echo(f"roster: {listed.source}")
    for note in listed.notes:
        typer.echo(note, err=True)
    return listed


def _warn_of_seed(seed: int | None) -> None:
    from qgen.exam.seed import guessable

    if seed is not None and guessable(seed):
        risk = "students who try seeds on their paper find everyone's key; leave --seed out for a real exam"
        typer.secho(f"seed {seed} can be guessed: {risk}", fg="red", err=True)


@app.command(epilog=examples("qgen new exam.toml", "qgen new --like no-biases", "qgen new --templates mine"))
def new(
    path: Annotated[Path, typer.Argument(help="The file to write.")] = Path("exam.toml"),
    like: Annotated[str | None, typer.Option(help="Start from a sample, a question of a real exam.")] = None,
    templates: Annotated[
        Path | None, typer.Option(help="Instead of a spec, copy the program's templates into this folder, to edit.")
    ] = None,
    language: Annotated[str, typer.Option(help="The language of the templates.")] = "en",
    force: Annotated[bool, typer.Option("--force", help="Replace files that exist.")] = False,
) -> None:
    """Write a commented spec to start from, or a copy of the templates."""
    with faults_shown():
        if templates is not None:
            from qgen.papers.words import copy_templates

            copied = copy_templates(templates, language, force=force)
            typer.echo(f"wrote {several(len(copied), 'template')} into {templates}; keep those that you change, then:")
            typer.echo(f"qgen preview --templates {typed(templates)}")
            return
        from qgen.exam.spec import sample_spec
        from qgen.files import write_whole
        from qgen.papers.words import TEMPLATES

        write_whole(path, sample_spec(like) if like else (TEMPLATES / "exam.toml").read_bytes(), force=force)
        typer.echo(f"wrote {path}; change it, then: qgen make -n 30 --spec {typed(path)}")


@app.command(epilog=examples("qgen check exam", "qgen check exam.toml"))
def check(
    path: Annotated[Path, typer.Argument(help="An exam folder, or a spec, which ends in .toml.")] = Path("exam"),
    n: Annotated[int, typer.Option("--n", "-n", min=1, help="For a spec: how many variants to draw.")] = 30,
) -> None:
    """Certify an exam folder again, or say what a spec leads to.

    A folder's numbers are solved anew, and any that was altered is named. Of a spec it shows how many draws are
    accepted, and which conditions reject the others.
    """
    with faults_shown():
        tidy(path)
        if path.suffix == ".toml":
            _check_spec(path, n)
        else:
            _check_folder(path)


def _check_folder(folder: Path) -> None:
    from rich.table import Table

    from qgen.exam.check import check_folder
    from qgen.exam.own_numbers import kept

    exam, lines, faults = check_folder(folder)
    table = Table("question", "condition", "worst margin", "variant", "holds", title="Certificate")
    for line in lines:
        margin = "none affected" if line.margin == float("inf") else f"{line.margin:.3g}"
        table.add_row(line.question, line.meaning, margin, line.variant, "yes" if line.holds else "NO")
    screen = console()
    if lines:
        screen.print(table)
    for told in kept(exam.batches):
        screen.print(told)
    broken = [f"{line.question}, variant {line.variant}: fails: {line.meaning}" for line in lines if not line.holds]
    if faults or broken:
        raise InputError(*faults, *broken)
    screen.print(f"{several(len(exam.variants), 'variant')} solved and certified again: all as stored")


def _check_spec(path: Path, n: int) -> None:
    from rich.table import Table

    from qgen.exam.certify import CONDITIONS
    from qgen.exam.check import check_spec
    from qgen.exam.spec import read_spec
    from qgen.papers.task_texts import check_texts

    spec = read_spec(path)
    check_texts(spec)
    table = Table("question", "condition", "reached", "rejected", title="What rejects the draws")
    faults, lines = [], []
    for rate in check_spec(spec, n, seed=1):
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
    screen = console()
    screen.print(table)
    for line in lines:
        screen.print(line)
    if faults:
        raise InputError(*faults)


class By(StrEnum):
    """What is told apart."""

    item = "item"
    layer = "layer"


class Shown(StrEnum):
    """When Gradescope shows something to students."""

    after_published = "after_published"
    after_due_date = "after_due_date"
    visible = "visible"
    hidden = "hidden"


System = Annotated[str, typer.Argument(help=f"One of {', '.join(EXPORTERS)}.", autocompletion=lambda: list(EXPORTERS))]


@app.command(epilog=examples("qgen export moodle-xml", "qgen export canvas-qti --exam midterm --out midterm.zip"))
def export(
    system: System,
    exam: Annotated[Path, typer.Option(help="The exam folder that qgen make wrote.")] = Path("exam"),
    out: Annotated[
        Path | None, typer.Option(help="The file to write; default: one named by the system in the exam folder.")
    ] = None,
    separate: Annotated[
        bool, typer.Option("--separate", help="For Moodle: a question for every item, not one for every variant.")
    ] = False,
    form: Annotated[
        bool, typer.Option("--form", help="For Canvas: one quiz for the class to type what is on their papers.")
    ] = False,
    roster: Annotated[
        Path | None, typer.Option(help="For Gradescope: a table with student_id and email, to tell who is who.")
    ] = None,
    by: Annotated[By | None, typer.Option(help="For Gradescope: a test for every item, or for every layer.")] = None,
    visibility: Annotated[Shown | None, typer.Option(help="For Gradescope: when students see their marks.")] = None,
    show_expected: Annotated[
        bool, typer.Option("--show-expected", help="For Gradescope: with the marks also what was expected.")
    ] = False,
    attempts: Annotated[
        int, typer.Option(min=0, help="For Gradescope: how often a student may hand in; 0 for as often as wanted.")
    ] = 0,
    templates: Templates = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it exists.")] = False,
) -> None:
    """Write an exam as a file that a learning-management system imports."""
    exporter, given = EXPORTERS.get(system), {
        "separate": separate, "form": form, "roster": roster, "by": by, "visibility": visibility,
        "show_expected": show_expected, "attempts": attempts,
    }  # fmt: skip
    if exporter is None:
        raise typer.BadParameter(f"{quoted(system)} is unknown; {nearest(system, EXPORTERS)}", param_hint="SYSTEM")
    for option, why in not_for(system, given).items():
        raise typer.BadParameter(why, param_hint=f"--{option.replace('_', '-')}")
    with faults_shown():
        from qgen.exam.exam import read_exam

        target = out or exam / exporter.file
        tidy(exam, target)
        must_exist(roster=roster, templates=templates)
        the_exam = read_exam(exam)
        with progress_bar() as progress:
            order = Order(the_exam, exam, target, templates, force, partial(progress, "exporting"))
            written = exporter.write(order, **{name: given[name] for name in exporter.options})
        for note in written.notes:
            typer.secho(note, fg="yellow", err=True)
        typer.echo(f"{written.told} in {target}")
        for number, step in enumerate(written.steps, 1):
            typer.echo(f"  {number}. {step}")


@app.command(epilog=examples("qgen practice", "qgen practice --exam midterm --n 50 --out practice.html"))
def practice(
    spec: SpecFile = None,
    exam: Annotated[Path | None, typer.Option(help="An exam to practise for, without its numbers.")] = None,
    n: Annotated[int, typer.Option("--n", "-n", min=1, help="How many variants to practise with.")] = 200,
    seed: Annotated[str | None, typer.Option(help="A whole number; default: a fresh one.")] = None,
    out: Annotated[Path, typer.Option(help="The file to write.")] = Path("practice.html"),
    templates: Templates = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it exists.")] = False,
) -> None:
    """Write an offline page to practise with, without a network."""
    with faults_shown():
        from qgen.practice.practice import write_practice

        for line in write_practice(out, spec=spec, exam=exam, n=n, seed=seed, templates=templates, force=force):
            typer.echo(line)
