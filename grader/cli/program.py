"""What the commands share: the program itself, options of several commands, and where an exam lies."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from qgen.errors import InputError, typed
from qgen.terminal import command, tidy

app = command(
    "Marks every gradient and every updated weight, and exports to the learning-management systems.",
    "grader score answers.csv",
    "grader export canvas --roster gradebook.csv",
)

Templates = Annotated[
    Path | None, typer.Option("--templates", help="A folder of your templates, which go before the program's.")
]


IdColumn = Annotated[
    str | None, typer.Option("--id", help="The table's column of student ids, where its heading is not known.")
]
NameColumn = Annotated[
    str | None, typer.Option("--name", help="The table's column of names, where its heading is not known.")
]


def exam_here() -> Path | None:
    """`./exam`, if it is an exam."""
    return Path("exam") if Path("exam/exam.json").is_file() else None


def named(exam: Path | None) -> str:
    """What the next command must be told where the exam is not found by itself."""
    return "" if exam is None or exam == Path("exam") else f" --exam {typed(exam)}"


def exam_folder(exam: Path | None, answers: Path) -> Path:
    """The folder named, else the one that the answers file lies in, else ./exam, else the one beside the answers."""
    places = [answers, answers.parent] if answers.is_dir() else [answers.parent]
    folders = [*places, Path("exam"), answers.parent / "exam"] if exam is None else [exam]
    tidy(*folders)
    if not answers.exists():
        raise InputError(f"{answers}: no such file")
    for folder in folders:
        if exam is not None or (folder / "exam.json").is_file():
            return folder
    raise InputError(f"no exam found in ./exam or beside {answers}; name its folder with --exam")
