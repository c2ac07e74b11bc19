"""What items are called in running text: where each stands on the paper, and its name in the exam's notation."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from qgen.engine.symbols import latex_name
from qgen.exam.exam import Exam
from qgen.papers.notation import Written
from qgen.papers.words import macro
from qgen.typeset.markup.plain import plain


class ItemName(NamedTuple):
    """`place`: such as "Question 1, gradients, output layer"; `name`: such as "dL/dw_13"."""

    place: str
    name: str

    def __str__(self) -> str:
        return f"{self.place}: {self.name}"


def item_names(exam: Exam, templates: Path | None = None) -> dict[str, ItemName]:
    """What each item is called."""
    written = Written.of(exam.spec)
    names = {}
    for k, question in enumerate((q.question for q in exam.spec.questions), start=1):
        for item in question.items:
            iteration = item.iteration if question.iterations > 1 else 0
            where = k, item.part, "" if item.part == "loss" else item.layer, iteration
            place = macro("autograder.txt", "place", *where, folder=templates, language=exam.spec.language)
            name = plain(f"${written.formula(latex_name(item.step), question.id)}$")
            names[item.id] = ItemName(place, name)
    return names
