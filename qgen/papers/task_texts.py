"""What papers and solutions print of tasks; and whether a spec can be printed, told before anything is drawn."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgen.decimals import plain
from qgen.errors import InputError
from qgen.exam.question_spec import QuestionSpec
from qgen.exam.spec import COMBS, Spec
from qgen.exam.tasks import REST, WORKING
from qgen.papers.instructions import faults, markup
from qgen.papers.words import load
from qgen.typeset.page.frame import frame
from qgen.typeset.page.pages import render


def printed(question: QuestionSpec, spec: Spec, *, solved: bool) -> list[dict[str, Any]]:
    """What the templates are told; `gap`: what is left blank, as @space takes it, "" for none or a page of its own."""
    height = frame(spec.paper, spec.font_size).text_height
    gaps = {space: f"{share * height:.0f}" for space, share in WORKING.items() if share} | {REST: REST, "page": ""}
    return [
        {
            "number": number,
            "text": markup(task.text),
            "marks": plain(round(task.marks, 2)),
            "own_page": task.space == "page" and not solved,
            "gap": gaps.get(task.space, ""),
            "solution": markup(task.solution) if solved else "",
        }
        for number, task in enumerate(question.tasks, start=1)
    ]


def check_texts(spec: Spec, templates: Path | None = None) -> None:
    """InputError lists instructions and texts of tasks that are no markup, and templates without tasks or combs."""
    found = [f"instructions: {fault}" for fault in faults(spec.instructions)]
    found += [
        f"task {task.id}: {key}: {fault}"
        for q in spec.questions
        for task in q.tasks
        for key, text in (("text", task.text), ("solution", task.solution))
        for fault in faults(text) or _unprintable(text, spec)
    ]
    tasks = any(q.tasks for q in spec.questions)
    asked = [(name, "tasks", "question.tasks") for name in ("paper.txt", "solution.txt") if tasks]
    asked += [("paper.txt", "cells", "item.cells")] if spec.boxes == COMBS else []
    for name, what, key in asked:
        file = load(name, templates, spec.language).filename or name
        if what not in Path(file).read_text("utf-8"):
            found.append(f"{file}: prints no {what}; take the lines on {key} from the program's {name}")
    if found:
        raise InputError(*found)


def _unprintable(text: str, spec: Spec) -> tuple[str, ...]:
    try:
        render(markup(text), paper=spec.paper, header="", footer="", drawings={}, title="", language=spec.language)
    except InputError as fault:
        return fault.faults
    return ()
