"""A rehearsal before there are answers."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grader.cli.program import app, named
from qgen.errors import InputError, several, typed
from qgen.terminal import examples, faults_shown, progress_bar, tidy

if TYPE_CHECKING:
    from grader.rehearsal.simulate import Simulated


class Device(StrEnum):
    """What simulated papers are scanned with."""

    flatbed = "flatbed"
    feeder = "feeder"
    phone = "phone"
    poor = "poor"
    black_white = "black-white"


@app.command(
    epilog=examples(
        "grader simulate --students 30 --seed 1",
        "grader simulate --mix misconception=3,messy=1 --out mixed.csv",
        "grader simulate --students 2 --scans --scanner phone --out phones.csv",
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
    scans: Annotated[
        bool, typer.Option("--scans", help="Write their papers by hand, too: scans.pdf, or <name>-scans.pdf.")
    ] = False,
    scanner: Annotated[Device, typer.Option(help="What these are scanned with.")] = Device.feeder,
    force: Annotated[bool, typer.Option("--force", help="Replace files that exist.")] = False,
) -> None:
    """Rehearse with a simulated class before there are answers.

    Perfect, rounding, slipping, mistaken, careless and messy students; truth.csv says what each of them did. With
    --scans their papers as a scanner gives them, written by hand.
    """
    with faults_shown():
        import numpy as np

        from grader.rehearsal.simulate import PROPORTIONS, parse_mix, write_simulated
        from grader.rehearsal.simulate import simulate as simulate_class
        from qgen.exam.exam import read_exam

        truth, pdf = (
            out.parent / (name if out.name == "answers.csv" else f"{out.stem}-{name}")
            for name in ("truth.csv", "scans.pdf")
        )
        tidy(exam, out, truth, *[pdf] * scans)
        for path in (out, truth, pdf) if scans else ():
            if path.exists() and not force:
                raise InputError(f"{path}: exists; choose another name, or replace it with --force")
        proportions, rng = PROPORTIONS if mix is None else parse_mix(mix), np.random.default_rng(seed)
        simulated = simulate_class(read_exam(exam), students, rng, proportions)
        if scans:
            simulated = _scanned(simulated, pdf, scanner, seed, force=force)
        write_simulated(simulated, out, truth, force=force)
        told = f"{several(students, 'student')} in {out}, what each did in {truth}"
        if scans:
            read = out.with_name("scanned.csv" if out.name == "answers.csv" else f"{out.stem}-scanned.csv")
            typer.echo(
                f"{told}, their papers in {pdf}; then: grader scan {typed(pdf)}{named(exam)} --out {typed(read)}"
            )
        else:
            typer.echo(f"{told}; then: grader score {typed(out)}{named(exam)}")


def _scanned(simulated: Simulated, pdf: Path, scanner: Device, seed: int, *, force: bool) -> Simulated:
    """Writes the papers; returns the class with the ids that stand on them."""
    import numpy as np

    from grader.reading.scan.stack import check_installed
    from grader.rehearsal.scanner import SCANNERS
    from grader.rehearsal.scans import numbered, write_scans
    from qgen.files import whole_file

    check_installed()
    papers = len(simulated.exam.variants)
    if len(simulated.students) > papers and not simulated.exam.shared:
        raise InputError(f"--scans: the exam has {several(papers, 'paper')}, one for each; simulate at most {papers}")
    rng = np.random.default_rng([seed, 1])
    simulated = numbered(simulated, rng)
    with progress_bar() as progress, whole_file(pdf, force=force) as file:
        write_scans(simulated, file, rng, SCANNERS[scanner], progress)
    return simulated
