"""One variant -> the markup of its paper and its solution -> PDF."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from qgen.decimals import plain
from qgen.exam.exam import Exam
from qgen.exam.notation import BRACKETS, NONE
from qgen.exam.spec import COMBS, Spec
from qgen.papers.combs import STUDENT, cells_of, without_comb
from qgen.papers.document import document
from qgen.papers.notation import Written
from qgen.papers.picture.pictures import Picture
from qgen.papers.question_context import QuestionContext
from qgen.papers.seal import SEAL_FIELD, Kind, Seal, learn_seals, qr_code, seal_text
from qgen.papers.words import WORDS, load, macro
from qgen.papers.words import render as words
from qgen.typeset.drawing.drawing import Drawing
from qgen.typeset.fonts.faces import FACES, typeface
from qgen.typeset.markup.blocks import escape
from qgen.typeset.math.speech import Vocabulary, vocabulary
from qgen.typeset.page.frame import frame
from qgen.typeset.page.pages import render
from qgen.typeset.page.sheets import SIZE

TEMPLATES: Mapping[Kind, str] = {"P": "paper.txt", "S": "solution.txt", "K": "key.txt"}
EXAMPLE = -0.046812345678  # a number as the paper asks for it
MOST_IN_HEAD = 30  # characters of a student's name and of an id, at the head of every page
LINE = "_" * 14  # to write on


@dataclass(frozen=True)
class Papers:
    """All papers of an exam; what the variants share is computed once."""

    exam: Exam
    templates: Path | None = None

    def question_paper(self, variant: int, student: str | None = None) -> bytes:
        """The PDF to hand out, to its only holder if no student is named.

        It holds the givens and nothing that is not on the page.
        """
        return self._pdf(variant, student, "P")

    def solution(self, variant: int, student: str | None = None) -> bytes:
        """The PDF of the worked solution."""
        return self._pdf(variant, student, "S")

    def key(self, variant: int, student: str | None = None) -> bytes:
        """The PDF of the paper's boxes with the numbers in them, on one page, for whoever marks by hand."""
        return self._pdf(variant, student, "K")

    def workings(self, variant: int, student: str | None = None) -> bytes:
        """The PDF of a page to work on, with the paper's header; no part of the paper, it carries no seal."""
        spec = self.exam.spec
        return render(
            f"# {self._word('workings')}",
            paper=spec.paper,
            font_size=spec.font_size,
            header=self._later(variant, student) or f"{escape(spec.title)} | {self._whose(variant, student, 'P')}",
            footer=escape(spec.course),
            drawings={},
            title=spec.title,
            language=spec.language,
        )

    def markup(self, variant: int, student: str | None = None, kind: Kind = "P") -> str:
        """What stands in a paper, its solution or its key, in the markup of the module blocks."""
        context = self._context(variant, student, kind)
        return self.written.markup(words(TEMPLATES[kind], context, self.templates, self.exam.spec.language))

    @cached_property
    def written(self) -> Written:
        """How formulas and numbers are written."""
        return Written.of(self.exam.spec, self._word("decimal_mark"))

    @cached_property
    def questions(self) -> list[QuestionContext]:
        """What the templates are told of each question."""
        return [
            QuestionContext(self.exam, k, self._word, self.speech, self.written)
            for k in range(len(self.exam.spec.questions))
        ]

    @cached_property
    def drawings(self) -> dict[str, Drawing]:
        """The networks with names only, by question."""
        return {id: picture.named for id, picture in self.pictures.items()}

    @cached_property
    def pictures(self) -> dict[str, Picture]:
        """The networks, by question, to be drawn with the names of their parameters or with their numbers."""
        width = frame(self.exam.spec.paper, self.exam.spec.font_size).text_width
        return {batch.question.id: Picture(batch, width, self._word, self.written) for batch in self.exam.batches}

    @cached_property
    def _combs(self) -> dict[str, Any]:
        """What paper.txt is told of combs: whether there are some, the student id's, and boxes among them."""
        return {
            "combs": self.exam.spec.boxes == COMBS,
            "id_cells": cells_of(self.exam, "").get(STUDENT, ""),
            "open_boxes": bool(without_comb(self.exam)),
        }

    @cached_property
    def holders(self) -> dict[str, str]:
        """The student of each variant, where a roster said and none is shared."""
        return {} if self.exam.shared else {variant: student for student, variant in self.exam.students.items()}

    @cached_property
    def speech(self) -> Vocabulary:
        """The words that formulas are read aloud in."""
        found = vocabulary(words("speech.txt", {}, self.templates, self.exam.spec.language))
        if self.exam.spec.notation.layers != BRACKETS:
            return found
        swapped = {"layer": "example", "example": "layer"}  # which of the two stands in brackets
        return Vocabulary({sign: found.words[swapped.get(sign, sign)] for sign in found.words})

    def _whose(self, variant: int, student: str | None, kind: Kind) -> str:
        """At the head of every page: whose paper it is as far as there is room, and which."""
        student = self._student(variant, student)
        known = [text for text in (self.exam.names.get(student, ""), student) if 0 < len(text) <= MOST_IN_HEAD]
        return ", ".join([*map(_word_of, known), self._called(variant, kind)])

    def _later(self, variant: int, student: str | None) -> str:
        """The header of the later pages of a paper that nobody's name is on: with lines for name and id."""
        if self._student(variant, student):
            return ""
        line = LINE[: round(len(LINE) * SIZE / self.exam.spec.font_size)]  # large labels leave less room
        lines = f"{self._word('name_label')} {line * 2} {self._word('student_label')} {line}"
        return f"{escape(self.exam.spec.title)} | {lines} {self._called(variant, 'P')}"

    def _called(self, variant: int, kind: Kind) -> str:
        what = {"P": "", "S": "solution", "K": "key"}[kind]
        label = self._word("paper", self.exam.variants[variant])
        return f"{self._word(what)}, {label}" if what else label

    def _student(self, variant: int, student: str | None) -> str:
        return self.holders.get(self.exam.variants[variant], "") if student is None else student

    def _pdf(self, variant: int, student: str | None, kind: Kind) -> bytes:
        """One of a kind is kept: whoever tries whether it can be printed asks for it again."""
        asked, kept = (variant, student), self._kept.get(kind)
        if kept is None:
            kept = self._kept[kind] = asked, self._printed(variant, student, kind)
        return kept[1] if kept[0] == asked else self._printed(variant, student, kind)

    @cached_property
    def _kept(self) -> dict[Kind, tuple[tuple[int, str | None], bytes]]:
        return {}

    def _printed(self, variant: int, student: str | None, kind: Kind) -> bytes:
        name = self.exam.variants[variant]
        return document(
            TEMPLATES[kind],
            self._context(variant, student, kind),
            self.exam.spec,
            self.templates,
            self.written,
            heading=self._called(variant, kind),
            right=self._whose(variant, student, kind),
            later=self._later(variant, student) if kind == "P" else "",
            drawings=self._drawings(variant),
            words=self.speech,
            form=None if kind != "P" else {"exam": self.exam.short_checksum, "variant": name},
            seal=lambda page: qr_code(seal_text(self.exam, Seal(name, page, kind))),
            hidden=lambda page: self._sealed(Seal(name, page, kind)),
        )

    def _sealed(self, seal: Seal) -> dict[str, str]:
        return {f"{SEAL_FIELD}{seal.page}": seal_text(self.exam, seal)} if self.exam.sealed else {}

    def _drawings(self, variant: int) -> dict[str, Drawing]:
        if self.exam.spec.drawing == "names":
            return self.drawings
        return {id: picture.valued(variant) for id, picture in self.pictures.items()}

    def _word(self, name: str, *arguments: str | int) -> str:
        return _word(name, arguments, self.templates, self.exam.spec.language)

    def _context(self, variant: int, student: str | None, kind: Kind) -> dict[str, Any]:
        exam, spec = self.exam, self.exam.spec
        student = self._student(variant, student)
        return {
            "title": spec.title,
            "course": spec.course,
            "fields": spec.fields,
            "marks_table": spec.marks_table,
            "signature": spec.signature,
            "instructions": spec.instructions,
            "variant": exam.variants[variant],
            "student": student,
            "name": exam.names.get(student, ""),
            "rounding": spec.rounding,
            **self._combs,
            "example": spec.rounding.text(EXAMPLE),
            "follow": spec.marking.follow_through > 0,
            "notation": spec.notation,
            "bare_outputs": any(question.bare_outputs for question in self.questions) and spec.notation.layers != NONE,
            "logarithm": any(r"\ln" in question.fixed["loss_formula"] for question in self.questions),
            "max_score": self.written.number(plain(exam.max_score)),
            "questions": [
                question.key(variant) if kind == "K" else question.of(variant, solved=kind == "S")
                for question in self.questions
            ],
        }


def _word_of(name: str) -> str:
    """A name as markup, its words as one, which is set in one face."""
    return escape(name).replace(" ", "\xa0")


def get_ready(spec: Spec, templates: Path | None = None) -> None:
    """Does what every paper needs before its numbers are known: reads templates and typefaces, makes codes."""
    for name in (WORDS, *TEMPLATES.values()):
        load(name, templates, spec.language)
    for file, _ in FACES.values():
        typeface(file)
    learn_seals()


@lru_cache(maxsize=1024)
def _word(name: str, arguments: tuple[str | int, ...], folder: Path | None, language: str) -> str:
    """What a macro of words.txt says; asked for the same on every paper."""
    return macro("words.txt", name, *arguments, folder=folder, language=language)
