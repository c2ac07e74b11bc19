"""What an answer is called on the paper, for the eye and for the ear."""

from __future__ import annotations

from dataclasses import dataclass

from qgen.engine.symbols import latex_name
from qgen.exam.exam import Exam
from qgen.papers.item_names import item_names
from qgen.papers.papers import Papers
from qgen.papers.words import in_words
from qgen.typeset.math.mathml import mathml
from qgen.typeset.math.speech import speak


@dataclass(frozen=True)
class Label:
    """`place`: such as "Question 1, gradients, output layer"; `name`: its name as MathML; `spoken`: the same aloud."""

    place: str
    name: str
    spoken: str


def labels(exam: Exam) -> dict[str, Label]:
    """Of each item."""
    papers, places, found = Papers(exam), item_names(exam), {}
    for question in (q.question for q in exam.spec.questions):
        for item in question.items:
            formula = papers.written.formula(latex_name(item.step), question.id)
            formula = in_words(formula, None, exam.spec.language)
            found[item.id] = Label(places[item.id].place, mathml(formula), speak(formula, papers.speech))
    return found
