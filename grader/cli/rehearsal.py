"""A rehearsal before there are answers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from grader.cli.program import app, named
from qgen.errors import several, typed
from qgen.terminal import examples, faults_shown, tidy


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
            f"then: grader score {typed(out)}{named(exam)}"
        )
