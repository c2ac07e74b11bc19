"""The command grader: reads options, calls one function, prints one summary."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qgen.errors import InputError, printable, several, shortened, typed
from qgen.terminal import command, examples, faults_shown, must_exist, progress_bar, tidy

if TYPE_CHECKING:
    from grader.lms.export import Export

app = command(
    "Marks every gradient and every updated weight, and exports to the learning-management systems.",
    "grader score answers.csv",
    "grader export canvas --roster gradebook.csv",
)

Templates = Annotated[
    Path | None, typer.Option("--templates", help="A folder of your templates, which go before the program's.")
]


Overrides = Annotated[
    Path | None, typer.Option(help="Decisions, a table student_id,item,marks,reason; added to those of the results.")
]
MarkingPolicy = Annotated[
    Path | None, typer.Option("--marking", help="A marking.toml: another policy than the exam's; kept in the results.")
]
ReplaceDecisions = Annotated[
    bool, typer.Option("--replace-decisions", help="Forget decisions and policy that the results folder keeps.")
]
IdColumn = Annotated[
    str | None, typer.Option("--id", help="The table's column of student ids, where its heading is not known.")
]
NameColumn = Annotated[
    str | None, typer.Option("--name", help="The table's column of names, where its heading is not known.")
]


@app.command(epilog=examples("grader score answers.csv", "grader score answers.csv --overrides overrides.csv --force"))
def score(
    answers: Annotated[
        Path, typer.Argument(help="A table, CSV or spreadsheet; or what Moodle or Canvas export of a quiz.")
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
    encoding: Annotated[
        str | None, typer.Option(help="The answers file's encoding, such as cp1252; default: found by looking.")
    ] = None,
    id_column: IdColumn = None,
    name_column: NameColumn = None,
    last: Annotated[
        bool, typer.Option("--last", help="Of several rows of a student count the last, not none.")
    ] = False,
    anyway: Annotated[bool, typer.Option("--anyway", help="Mark answers of which next to nothing is right.")] = False,
    templates: Templates = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace a results folder that exists, if nothing else lies in it.")
    ] = False,
) -> None:
    """Mark answers, with follow-through and a reason for every mark.

    Writes scores.csv, a row for every student; marks.csv, a row for every answer; a PDF for each student in feedback.
    """
    with faults_shown():
        from grader.mark import mark
        from grader.results.summary import print_summary

        tidy(out)
        must_exist(roster=roster, overrides=overrides, marking=marking, templates=templates)
        with progress_bar() as progress:
            marks = mark(
                answers,
                _exam_folder(exam, answers),
                out,
                encoding=encoding,
                roster=roster,
                last=last,
                id_column=id_column,
                name_column=name_column,
                overrides=overrides,
                marking=marking,
                replace_decisions=replace_decisions,
                feedback=feedback,
                anyway=anyway,
                templates=templates,
                force=force,
                progress=progress,
            )
        print_summary(marks, out, templates)


@app.command(epilog=examples("grader collect papers-back", "grader collect papers-back/*.pdf --out collected.csv"))
def collect(
    papers: Annotated[list[Path], typer.Argument(help="Filled-in PDFs, or folders or ZIPs of them.")],
    exam: Annotated[Path | None, typer.Option(help="The exam folder; default: ./exam, or beside the papers.")] = None,
    out: Annotated[Path, typer.Option(help="The answers file to write.")] = Path("answers.csv"),
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it exists.")] = False,
) -> None:
    """Read papers that students filled in on a screen."""
    with faults_shown():
        from grader.reading.collect import collect as collect_forms
        from grader.reading.collect import write_answers
        from qgen.exam.exam import read_exam

        if out.suffix.lower() == ".pdf":
            raise InputError(f"{out}: is a PDF's name, and what is written is a table; write --out answers.csv")
        the_exam = read_exam(_exam_folder(exam, papers[0]))
        with progress_bar() as progress:
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


@app.command(
    epilog=examples(
        "grader simulate --students 30 --seed 1", "grader simulate --mix misconception=3,messy=1 --out mixed.csv"
    )
)
def simulate(
    students: Annotated[int, typer.Option(min=1, max=1_000_000, help="How many students.")] = 30,
    seed: Annotated[int, typer.Option(min=0, help="A whole number; the same one makes the same answers.")] = 1,
    exam: Annotated[Path, typer.Option(help="The exam folder that qgen make wrote.")] = Path("exam"),
    out: Annotated[
        Path, typer.Option(help="The answers file to write; beside it truth.csv, or <name>-truth.csv.")
    ] = Path("answers.csv"),
    mix: Annotated[
        str | None,
        typer.Option(
            help="The share of each kind, such as rounding=6,slip=5; kinds: perfect, rounding, slip, misconception, "
            "two, blank, careless, imprecise, messy."
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace files that exist.")] = False,
) -> None:
    """Rehearse with a simulated class before there are answers.

    Perfect, rounding, slipping, mistaken, careless and messy students; truth.csv says what each of them did.
    """
    with faults_shown():
        import numpy as np

        from grader.rehearsal.simulate import PROPORTIONS, parse_mix, write_simulated
        from grader.rehearsal.simulate import simulate as simulate_class
        from qgen.exam.exam import read_exam

        truth = out.parent / ("truth.csv" if out.name == "answers.csv" else f"{out.stem}-truth.csv")
        tidy(exam, out, truth)
        proportions = PROPORTIONS if mix is None else parse_mix(mix)
        simulated = simulate_class(read_exam(exam), students, np.random.default_rng(seed), proportions)
        write_simulated(simulated, out, truth, force=force)
        typer.echo(
            f"{several(students, 'student')} in {out}, what each did in {truth}; "
            f"then: grader score {typed(out)}{_named(exam)}"
        )


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
                exam=exam or _exam_here(), absent=absent.value, xml=xml, partial=partial, force=force,
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


def _exam_here() -> Path | None:
    return Path("exam") if Path("exam/exam.json").is_file() else None


def _named(exam: Path | None) -> str:
    """What the next command must be told where the exam is not found by itself."""
    return "" if exam is None or exam == Path("exam") else f" --exam {typed(exam)}"


def _exam_folder(exam: Path | None, answers: Path) -> Path:
    """The folder named, else the one that the answers file lies in, else ./exam, else the one beside the answers."""
    folders = [answers.parent, Path("exam"), answers.parent / "exam"] if exam is None else [exam]
    tidy(*folders)
    if not answers.exists():
        raise InputError(f"{answers}: no such file")
    for folder in folders:
        if exam is not None or (folder / "exam.json").is_file():
            return folder
    raise InputError(f"no exam found in ./exam or beside {answers}; name its folder with --exam")
