"""What a question bank's questions say, whatever the system: the papers' content without their markup."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import Any

from qgen.exam import Exam
from qgen.export.ranges import exact, text
from qgen.paper.papers import Papers
from qgen.question import Item
from qgen.words import macro

_UNPRINTABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 has no way to write."""


@dataclass(frozen=True)
class Answer:
    """One item of one variant: `place` says where it belongs, `lines` how it is worked out, in LaTeX."""

    item: Item
    row: int
    place: str
    name: str
    factors: tuple[str, ...]
    lines: tuple[str, ...]
    low: str
    high: str


@dataclass(frozen=True)
class Content:
    """The questions of an exam; `words` is the template that names the places."""

    exam: Exam
    words: str
    templates: Path | None = None

    @cached_property
    def papers(self) -> Papers:
        """Drawings and derivations, by question."""
        return Papers(self.exam, self.templates)

    @cached_property
    def prefix(self) -> str:
        """What the ids of this exam's questions begin with; another exam's begin otherwise."""
        return f"bp-{self.exam.checksum[:8]}"

    @cached_property
    def instructions(self) -> str:
        """The spec's instructions as HTML in which nothing is a Cloze field."""
        return html.escape(cleaned(self.exam.spec.instructions)).replace("{", "&#123;")

    @cached_property
    def rows(self) -> Mapping[str, int]:
        """Where an item stands in the exam's arrays."""
        return {item.id: i for i, item in enumerate(self.exam.items)}

    @cached_property
    def places(self) -> Mapping[str, str]:
        """By item: iteration, part and layer, in words."""
        return {
            item.id: self._place(*key)
            for spec in self.exam.spec.questions
            for key, items in groupby(
                spec.question.items,
                lambda item, q=spec.question: (item.iteration, q.iterations > 1, item.part, item.layer),  # type: ignore[misc]
            )
            for item in items
        }

    def _place(self, *key: Any) -> str:
        return macro(self.words, "place", *key, folder=self.templates)

    def question(self, k: int, variant: int) -> dict[str, Any]:
        """All that a template needs of question number k, its answers' lines without the chains of derivatives."""
        context = self.papers._question(k, variant, solved=True)
        for _, _, answer in _answers(context):
            answer["lines"] = _brief(answer["name"], answer["lines"])
        for iteration in context["iterations"]:
            for part in iteration["parts"]:
                part["layers"].sort(key=lambda layer: self.rows[layer["answers"][0]["id"]])
        return context

    def answers(self, k: int, context: dict[str, Any]) -> Iterator[Answer]:
        """The items of a question, in order."""
        found = {answer["id"]: (layer, answer) for _, layer, answer in _answers(context)}
        for item in self.exam.spec.questions[k].question.items:
            layer, answer = found[item.id]
            yield Answer(
                item,
                self.rows[item.id],
                self.places[item.id],
                answer["name"],
                tuple(layer["factors"]),
                answer["lines"],
                answer["low"],
                answer["high"],
            )


def cleaned(words: str) -> str:
    """What people wrote, without the characters that XML cannot hold."""
    return _UNPRINTABLE.sub("", words)


def multiplied(answer: str, exponent: int) -> str:
    """A number of the key, times a power of ten."""
    return text(exact(float(answer)).scaleb(exponent))


def _answers(context: dict[str, Any]) -> Iterator[tuple[dict[str, Any], dict[str, Any], dict[str, Any]]]:
    for iteration in context["iterations"]:
        for part in iteration["parts"]:
            for layer in part["layers"]:
                for answer in layer["answers"]:
                    yield part, layer, answer


def _brief(name: str, lines: tuple[str, ...]) -> tuple[str, ...]:
    return lines if len(lines) < 3 else (f"{name} {lines[1]}", *lines[2:])
