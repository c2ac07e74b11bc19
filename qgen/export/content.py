"""What a question bank's questions say, whatever the system: formulas and numbers as HTML, to be laid out."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from qgen.decimals import plain
from qgen.engine.question import Item
from qgen.engine.symbols import latex_name
from qgen.exam.certify import Batch
from qgen.exam.exam import Exam
from qgen.papers.instructions import words
from qgen.papers.notation import Written
from qgen.papers.papers import Papers
from qgen.papers.question_context import QuestionContext
from qgen.papers.words import macro
from qgen.parallel import each, shares, worthwhile
from qgen.solution.worked import given_text
from qgen.typeset.drawing.drawing import Drawing

MOST_VARIANTS, FEWEST_VARIANTS = 25, 10  # that a process writes at once; that one more process is worth
T = TypeVar("T")
_FORMULAS = re.compile(r"\\\((.+?)\\\)|\$([^$<>]+)\$")  # of a question bank; in a sentence of papers
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # what XML 1.0 has no way to write


@dataclass(frozen=True)
class Answer:
    """One item of one variant: its name and how it is worked out, formulas as HTML; what is accepted."""

    item: Item
    row: int
    name: str
    lines: tuple[str, ...]
    low: str
    high: str


@dataclass(frozen=True)
class Group:
    """Answers of one layer and part: where they belong in words, what they share, `factors`, and they."""

    place: str
    factors: tuple[str, ...]
    answers: tuple[Answer, ...]


@dataclass(frozen=True)
class Content:
    """The questions of an exam, to be written in a system's own format; `layout` is the system's own template."""

    layout: ClassVar[str]
    exam: Exam
    templates: Path | None = None

    def picture(self, name: str, drawing: Drawing) -> str:
        """The HTML of a question's network."""
        raise NotImplementedError

    def tag(self, name: str, variant: int, times: str = "") -> str:
        """By what grader knows a question again: q1_dw13 v007 1a2b3c4d x1000, the exam by its checksum's beginning."""
        multiple = f" x{times}" if times else ""
        return f"{name} v{self.exam.variants[variant]} {self.exam.short_checksum}{multiple}"

    def say(self, name: str, *arguments: Any) -> str:
        """A sentence of lms_words.txt."""
        return self.macro("lms_words.txt", name, *arguments)

    def laid_out(self, name: str, *arguments: Any) -> str:
        """A part of a question, by the system's template."""
        return self.macro(self.layout, name, *arguments)

    def macro(self, template: str, name: str, *arguments: Any) -> str:
        """What a macro of any template says."""
        return macro(template, name, *arguments, folder=self.templates, language=self.exam.spec.language)

    @cached_property
    def papers(self) -> Papers:
        """Drawings and derivations, by question."""
        return Papers(self.exam, self.templates)

    @cached_property
    def prefix(self) -> str:
        """What the ids of this exam's questions begin with; another exam's begin otherwise."""
        return f"bp-{self.exam.short_checksum}"

    @cached_property
    def batches(self) -> Mapping[str, Batch]:
        """The batch of the question that an item belongs to."""
        return {item.id: batch for batch in self.exam.batches for item in batch.question.items}

    @cached_property
    def written(self) -> Written:
        """How formulas are written: with a point in numbers, which every system takes."""
        return replace(self.papers.written, decimal_mark=".")

    def formula(self, k: int, latex: str) -> str:
        """A formula of question number k as HTML."""
        return html.escape(self.written.formula(latex, self.exam.spec.questions[k].question.id), quote=False)

    @cached_property
    def names(self) -> list[Mapping[str, str]]:
        """By question the formula of every item's and given's name, by step."""
        questions = enumerate(q.question for q in self.exam.spec.questions)
        return [
            {name: self.formula(k, latex_name(name)) for name in (*q.givens, *(item.step for item in q.worked))}
            for k, q in questions
        ]

    @cached_property
    def groups(self) -> list[list[tuple[str, tuple[str, ...], tuple[Item, ...]]]]:
        """By question: the place in words, the steps of the shared factors, and the items of every group."""
        return [self._groups(context) for context in self.papers.questions]

    def _groups(self, context: QuestionContext) -> list[tuple[str, tuple[str, ...], tuple[Item, ...]]]:
        question, factors, groups = context.question, context.derivation.factors, []
        for (t, part, layer), items in groupby(question.items, lambda item: (item.iteration, item.part, item.layer)):
            place = self.macro("lms.txt", "place", t, question.iterations > 1, part, layer)
            shared = [f.step for f in factors if part == "gradient" and (f.layer, f.iteration) == (layer, t)]
            groups.append((place, tuple(shared), tuple(items)))
        return groups

    def setup(self, k: int, variant: int) -> str:
        """The HTML of what a variant's question number k is about: network, given numbers, how to round and type."""
        return f"{self._networks[k]} {self._givens(k, variant)} {self._rules}"

    @cached_property
    def _networks(self) -> list[str]:
        """What all variants of a question share: drawing, formulas."""
        return [self._network(context) for context in self.papers.questions]

    def _network(self, context: QuestionContext) -> str:
        question, shown = context.question, context.fixed
        drawing = self.picture(question.id, self.papers.drawings[question.id])
        update = shown["update_formula"] if "alpha" in question.given else ""
        formulas = shown["loss_formula"], update, shown["delta_formula"]
        more = shown["momentum"], shown["batch"], shown["summed"]
        told = self.macro("lms.txt", "network", drawing, shown["layers"], question.loss.name, *formulas, *more)
        return _FORMULAS.sub(lambda m: rf"\({self.written.formula(m[1] or m[2], question.id)}\)", told)

    @cached_property
    def _rules(self) -> str:
        instructions = html.escape(cleaned(words(self.exam.spec.instructions))).replace("{", "&#123;")  # no Cloze field
        return self.laid_out("rules", instructions, self.exam.spec.rounding)

    def _givens(self, k: int, variant: int) -> str:
        """The HTML of a variant's given numbers."""
        question, batch = self.exam.spec.questions[k].question, self.exam.batches[k]
        givens = {name: float(values[variant]) for name, values in batch.givens.items()}
        rounding = self.exam.spec.rounding
        numbers = [
            (name, self.names[k][name], given_text(question, name, value, rounding)) for name, value in givens.items()
        ]
        examples: list[list[tuple[str, str]]] = [[] for _ in range(question.iterations)]
        common = examples[0] if question.iterations == 1 else []
        for given, name, value in numbers:
            iteration = question.given[given].iteration
            (examples[iteration - 1] if iteration else common).append((name, value))
        return self.macro("lms.txt", "givens", common, examples if question.iterations > 1 else [])

    def solved(self, k: int, variant: int) -> tuple[Group, ...]:
        """The items of a question with their worked lines, without the chains of derivatives."""
        exam, sheet = self.exam, self.papers.questions[k].sheet(variant)
        lines = {entry.item.id: entry.lines for entry in sheet.items}

        def answer(item: Item) -> Answer:
            row = exam.rows[item.id]
            low, high = (plain(float(bounds[row, variant])) for bounds in (exam.low, exam.high))
            name = self.names[k][item.step]
            return Answer(item, row, name, _brief(name, [self.formula(k, line) for line in lines[item.id]]), low, high)

        return tuple(
            Group(place, tuple(self.formula(k, sheet.factors[step]) for step in shared), tuple(map(answer, items)))
            for place, shared, items in self.groups[k]
        )


def by_variant(write: Callable[[range], list[T]], count: int) -> Iterator[T]:
    """What is written of so many variants, in their order, on all processors."""
    jobs = worthwhile(count, FEWEST_VARIANTS)
    for written in each(write, shares(count, MOST_VARIANTS, jobs), jobs):
        yield from written


def left_out(exam: Exam) -> tuple[str, ...]:
    """What of an exam no quiz asks: its tasks, which a person marks."""
    if not exam.tasks:
        return ()
    ids, missing = ", ".join(task.id for task in exam.tasks), plain(round(exam.max_score - item_marks(exam), 6))
    return (f"tasks are not in the quiz: {ids}; {missing} of {plain(exam.max_score)} marks cannot be earned there",)


def item_marks(exam: Exam) -> float:
    """The sum of the marks of all items."""
    return round(sum(item.marks for item in exam.items), 6)


def cleaned(text: str) -> str:
    """What people wrote, without the characters that XML cannot hold."""
    return _UNPRINTABLE.sub("", text)


def _brief(name: str, lines: Sequence[str]) -> tuple[str, ...]:
    """The lines; of three, a gradient's, without the first one's chain."""
    first, *rest = lines
    return (first, *rest) if len(rest) < 2 else (f"{name} {rest[0]}", *rest[1:])
