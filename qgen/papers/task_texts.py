"""What papers and solutions print of tasks; and whether it can be printed, told before anything is drawn."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgen.decimals import plain
from qgen.errors import InputError, quoted
from qgen.exam.question_spec import QuestionSpec
from qgen.exam.spec import Spec
from qgen.exam.tasks import REST, WORKING
from qgen.papers.words import load
from qgen.typeset.markup.blocks import Display, Paragraph, parse
from qgen.typeset.page.frame import frame
from qgen.typeset.page.pages import render

ACCEPTED = "write paragraphs, lists that begin with -, **bold**, *italic* and $formulas$"


def printed(question: QuestionSpec, spec: Spec, *, solved: bool) -> list[dict[str, Any]]:
    """What the templates are told; `gap`: what is left blank, as @space takes it, "" for none or a page of its own."""
    height = frame(spec.paper, spec.font_size).text_height
    gaps = {space: f"{share * height:.0f}" for space, share in WORKING.items() if share} | {REST: REST, "page": ""}
    return [
        {
            "number": number,
            "text": task.text.strip(),
            "marks": plain(round(task.marks, 2)),
            "own_page": task.space == "page" and not solved,
            "gap": gaps.get(task.space, ""),
            "solution": task.solution.strip() if solved else "",
        }
        for number, task in enumerate(question.tasks, start=1)
    ]


def check_tasks(spec: Spec, templates: Path | None = None) -> None:
    """InputError lists every text of a task that is no markup of running text, and templates that print no tasks."""
    if not any(q.tasks for q in spec.questions):
        return
    faults = [
        f"task {task.id}: {key}: {fault}"
        for q in spec.questions
        for task in q.tasks
        for key, text in (("text", task.text), ("solution", task.solution))
        for fault in _faults(text.strip(), spec)
    ]
    for name in ("paper.txt", "solution.txt"):
        file = load(name, templates, spec.language).filename or name
        if "tasks" not in Path(file).read_text("utf-8"):
            faults.append(f"{file}: prints no tasks; take the lines on question.tasks from the program's {name}")
    if faults:
        raise InputError(*faults)


def _faults(text: str, spec: Spec) -> tuple[str, ...]:
    try:
        other = [block for block in parse(text) if not isinstance(block, Paragraph | Display)]
        if other:
            return (f"{quoted(type(other[0]).__name__.lower())} is not accepted here; {ACCEPTED}",)
        render(text, paper=spec.paper, header="", footer="", drawings={}, title="", language=spec.language)
    except InputError as fault:
        return fault.faults
    return ()
