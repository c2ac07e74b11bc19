"""What a question bank's questions say, whatever the system: formulas and numbers as HTML, to be laid out."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import chain, groupby
from pathlib import Path
from typing import Any, ClassVar

from qgen.decimals import plain
from qgen.engine.question import Item
from qgen.engine.symbols import blank, latex_name
from qgen.exam.exam import Exam
from qgen.papers.instructions import words
from qgen.papers.notation import Written
from qgen.papers.papers import Papers
from qgen.papers.question_context import QuestionContext
from qgen.papers.words import in_words, macro
from qgen.papers.wrapping import wrapping
from qgen.parallel import each, shares, worthwhile
from qgen.solution.blanks import Filled, decided
from qgen.typeset.drawing.drawing import Drawing

MOST_LINES = 1 << 13  # that are kept, each with the brackets of some variants
MOST_VARIANTS, FEWEST_VARIANTS = 2, 10  # that a process writes at once; that one more process is worth
Texts = Mapping[Hashable, str]  # what differs between variants, in words: real, or blanks where it goes in
_BOLD = re.compile(r"\*\*(.+?)\*\*")
_FORMULAS = re.compile(r"\\\((.+?)\\\)|\$([^$<>]+)\$")  # of a question bank; in a sentence of papers
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # what XML 1.0 has no way to write


@dataclass(frozen=True)
class Answer:
    """One item of one variant: its name and how it is worked out, formulas as HTML; what is accepted, `said` so."""

    item: Item
    row: int
    name: str
    lines: tuple[str, ...]
    low: str
    high: str
    said: str


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

    def tag(self, name: str, texts: Texts, times: str = "") -> str:
        """By what grader knows a question again: q1_dw13 v007 1a2b3c4d x1000, the exam by its checksum's beginning."""
        multiple = f" x{times}" if times else ""
        return f"{name} v{texts['variant']} {self.exam.short_checksum}{multiple}"

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

    def setup(self, k: int, texts: Texts) -> str:
        """The HTML of what a variant's question number k is about: network, given numbers, how to round and type."""
        return f"{self._networks[k]} {self.givens(k, texts)} {self._rules}"

    @cached_property
    def _networks(self) -> list[str]:
        """What all variants of a question share: drawing, formulas."""
        return [self._network(context) for context in self.papers.questions]

    def _network(self, context: QuestionContext) -> str:
        question, shown = context.question, context.fixed
        drawing = self.picture(question.id, self.papers.drawings[question.id])
        update = shown["update_formula"] if "alpha" in question.given else ""
        formulas = shown["loss_formula"], update, shown["delta_formula"]
        more = shown["momentum"], (shown["batch"], shown["summed"], shown["own_losses"]), context.indices
        told = self.macro("lms.txt", "network", drawing, shown["layers"], question.loss.name, *formulas, *more)
        told = _BOLD.sub(r"<strong>\1</strong>", told)
        return _FORMULAS.sub(lambda m: rf"\({self.written.formula(m[1] or m[2], question.id)}\)", told)

    @cached_property
    def _rules(self) -> str:
        instructions = html.escape(cleaned(words(self.exam.spec.instructions))).replace("{", "&#123;")  # no Cloze field
        return self.laid_out("rules", instructions, self.exam.spec.rounding)

    def givens(self, k: int, texts: Texts) -> str:
        """The HTML of a variant's given numbers."""
        question = self.exam.spec.questions[k].question
        examples: list[list[tuple[str, str]]] = [[] for _ in range(question.iterations)]
        common = examples[0] if question.iterations == 1 else []
        for given in question.givens:
            iteration = question.given[given].iteration
            (examples[iteration - 1] if iteration else common).append((self.names[k][given], texts[k, given]))
        return self.macro("lms.txt", "givens", common, examples if question.iterations > 1 else [])

    def solved(self, k: int, texts: Texts) -> tuple[Group, ...]:
        """The items of a question with their worked lines, without the chains of derivatives."""
        lines = self._lines[k]

        def answer(item: Item) -> Answer:
            worked = tuple(texts[k, line] for line in lines[item.id])
            accepted = (texts[item.id, what] for what in ("low", "high", "said"))
            return Answer(item, self.exam.rows[item.id], self.names[k][item.step], worked, *accepted)

        return tuple(
            Group(place, tuple(texts[k, line] for step in shared for line in lines[step]), tuple(map(answer, items)))
            for place, shared, items in self.groups[k]
        )

    @cached_property
    def _lines(self) -> list[Mapping[str, tuple[str, ...]]]:
        """By question the worked lines with blanks for numbers: of every item and, by its step, of every factor."""
        found: list[Mapping[str, tuple[str, ...]]] = []
        for k, context in enumerate(self.papers.questions):
            sheet = context.blank
            lines: dict[str, tuple[str, ...]] = {step: (self.formula(k, line),) for step, line in sheet.factors.items()}
            for entry in sheet.items:
                name = self.names[k][entry.item.step]
                lines[entry.item.id] = _brief(name, [self.formula(k, line) for line in entry.lines])
            found.append(lines)
        return found

    def texts(self, k: int, variant: int) -> dict[Hashable, bytes]:
        """All that question number k says of one variant alone: with the same keys of every variant."""
        exam, numbers = self.exam, self.papers.questions[k].in_blanks(variant)
        question = exam.spec.questions[k].question
        found: dict[Hashable, bytes] = {"variant": exam.variants[variant].encode()}
        found |= {(k, name): number for name, number in zip(question.givens, numbers, strict=False)}
        for line in chain.from_iterable(self._lines[k].values()):
            found[k, line] = self._line(decided(line, numbers)).by(numbers)
        for item in question.items:
            low, high = (plain(float(bounds[exam.rows[item.id], variant])) for bounds in (exam.low, exam.high))
            ends = low.encode(), high.encode()
            found[item.id, "low"], found[item.id, "high"] = ends
            found[item.id, "said"] = self._said[low == high].by(ends)
        return found

    @cached_property
    def _line(self) -> Callable[[str], Filled]:
        """A line, ready for its numbers; pieces of it where a template has between brackets what it takes for one."""
        if self.templates:
            return Filled
        language = self.exam.spec.language
        return lru_cache(MOST_LINES)(lambda line: Filled(self.embedded(in_words(wrapping(line), None, language)[2:-2])))

    @cached_property
    def _said(self) -> tuple[Filled, Filled]:
        """A range of accepted numbers in words, and one that is a single number."""
        low, high = blank(0).latex, blank(1).latex
        return Filled(self.embedded(self.say("range", low, high))), Filled(self.embedded(self.say("range", low, low)))

    def embedded(self, markup: str) -> str:
        """How HTML stands in the file."""
        return markup

    def of_variants(
        self, lay_out: Callable[[Texts], Sequence[str]], texts: Callable[[int], dict[Hashable, bytes]]
    ) -> Iterator[list[bytes]]:
        """What is laid out of every variant, in their order: once, and filled in with the texts of each.

        Templates of one's own may look at them: there every variant is laid out, on all processors.
        """
        count = len(self.exam.variants)
        if self.templates:
            jobs = worthwhile(count, FEWEST_VARIANTS)

            def write(variants: range) -> list[list[bytes]]:
                real = ({key: text.decode() for key, text in texts(variant).items()} for variant in variants)
                return [[text.encode() for text in lay_out(known)] for known in real]

            yield from chain.from_iterable(each(write, shares(count, MOST_VARIANTS, jobs), jobs))
            return
        laid = [Filled(text) for text in lay_out({key: blank(n).latex for n, key in enumerate(texts(0))})]
        for variant in range(count):
            known = list(texts(variant).values())
            yield [text.by(known) for text in laid]


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
