"""One variant -> the markup of its paper and its solution -> PDF."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import numpy as np

from qgen.decimals import plain
from qgen.engine.question import PARTS, Item, Question
from qgen.engine.steps import Role
from qgen.engine.symbols import EARLIER, latex_name, name_symbol
from qgen.exam.certify import Batch
from qgen.exam.exam import Exam
from qgen.exam.spec import Spec
from qgen.papers.box_rows import in_order, rows
from qgen.papers.pictures import Picture
from qgen.papers.seal import SEAL_FIELD, Seal, learn_seals, qr_code, seal_text
from qgen.papers.words import WORDS, in_template, load, macro
from qgen.papers.words import render as words
from qgen.solution.gradient_paths import gradient_path
from qgen.solution.solution_mistakes import UsualMistakes
from qgen.solution.worked import Derivation, Sheet, given_text, worked, worked_values
from qgen.typeset.drawing.drawing import Drawing
from qgen.typeset.fonts.faces import FACES, typeface
from qgen.typeset.markup.blocks import escape
from qgen.typeset.math.speech import Vocabulary, speak, vocabulary
from qgen.typeset.page.pages import render, text_width

TEMPLATES = "paper.txt", "solution.txt"
EXAMPLE = -0.046812345678  # a number as the paper asks for it
MOST_IN_HEAD = 24  # characters of a student's id, at the head of every page
GROUPS = 6  # columns of name and value in the table of givens
_UPDATES = [rf"{p}^{{\,\text{{new}}}} = {p} - \alpha\,\frac{{\partial L}}{{\partial {p}}}" for p in "wb"]

_MOMENTUM = [
    rf"\Delta {p} = \mu\,\Delta {p}^{{{EARLIER}}} - \alpha\,\frac{{\partial L}}{{\partial {p}}},\;"
    rf" {p}^{{\,\text{{new}}}} = {p} + \Delta {p}"
    for p in "wb"
]


@dataclass(frozen=True)
class Papers:
    """All papers of an exam; what the variants share is computed once."""

    exam: Exam
    templates: Path | None = None

    def question_paper(self, variant: int, student: str | None = None) -> bytes:
        """The PDF to hand out, to its only holder if no student is named.

        It holds the givens and nothing that is not on the page.
        """
        return self._pdf(variant, student, solved=False)

    def solution(self, variant: int, student: str | None = None) -> bytes:
        """The PDF of the worked solution."""
        return self._pdf(variant, student, solved=True)

    def markup(self, variant: int, student: str | None = None, *, solved: bool) -> str:
        """What stands in a paper or its solution, in the markup of the module blocks."""
        context = self._context(variant, student, solved=solved)
        return words(TEMPLATES[solved], context, self.templates, self.exam.spec.language)

    @cached_property
    def derivations(self) -> dict[str, Derivation]:
        """By question."""
        return {q.question.id: Derivation(q.question) for q in self.exam.spec.questions}

    @cached_property
    def gradient_paths(self) -> dict[str, str]:
        """The way of every gradient through its network, by item."""
        return {
            item.id: gradient_path(self.derivations[q.question.id], item.step)
            for q in self.exam.spec.questions
            for item in q.question.worked
            if item.part == "gradient"
        }

    @cached_property
    def usual_mistakes(self) -> dict[str, UsualMistakes]:
        """The usual mistakes, by question."""
        return {batch.question.id: UsualMistakes(batch) for batch in self.exam.batches}

    @cached_property
    def drawings(self) -> dict[str, Drawing]:
        """The networks with names only, by question."""
        return {id: picture.named for id, picture in self.pictures.items()}

    @cached_property
    def pictures(self) -> dict[str, Picture]:
        """The networks, by question, to be drawn with the names of their parameters or with their numbers."""
        width = text_width(self.exam.spec.paper)
        return {batch.question.id: Picture(batch, width, self._word) for batch in self.exam.batches}

    @cached_property
    def holders(self) -> dict[str, str]:
        """The student of each variant, where a roster said and none is shared."""
        return {} if self.exam.shared else {variant: student for student, variant in self.exam.students.items()}

    @cached_property
    def speech(self) -> Vocabulary:
        """The words that formulas are read aloud in."""
        return vocabulary(words("speech.txt", {}, self.templates, self.exam.spec.language))

    def _pdf(self, variant: int, student: str | None, *, solved: bool) -> bytes:
        spec, name = self.exam.spec, self.exam.variants[variant]
        label = self._word("paper", name)
        student = self.holders.get(name, "") if student is None else student
        who = f"{escape(student)}, " if 0 < len(student) <= MOST_IN_HEAD else ""
        heading = f"{self._word('solution')}, {label}" if solved else label
        markup = self.markup(variant, student, solved=solved)
        with in_template(TEMPLATES[solved], self.templates, spec.language):
            return render(
                markup,
                paper=spec.paper,
                header=f"{escape(spec.title)} | {who}{heading}",
                footer=f"{escape(spec.course)} | {self._word('page')}",
                drawings=self._drawings(variant),
                title=f"{spec.title}: {heading}",
                language=spec.language,
                words=self.speech,
                form=None if solved else {"exam": self.exam.checksum[:8], "variant": name},
                seal=lambda page: qr_code(seal_text(self.exam, Seal(name, page, solved))),
                hidden=lambda page: self._sealed(Seal(name, page, solved)),
            )

    def _sealed(self, seal: Seal) -> dict[str, str]:
        return {f"{SEAL_FIELD}{seal.page}": seal_text(self.exam, seal)} if self.exam.sealed else {}

    def _drawings(self, variant: int) -> dict[str, Drawing]:
        if self.exam.spec.drawing == "names":
            return self.drawings
        return {id: picture.valued(variant) for id, picture in self.pictures.items()}

    def _word(self, name: str, *arguments: str | int) -> str:
        return _word(name, arguments, self.templates, self.exam.spec.language)

    def _context(self, variant: int, student: str | None, *, solved: bool) -> dict[str, Any]:
        exam, spec = self.exam, self.exam.spec
        student = self.holders.get(exam.variants[variant], "") if student is None else student
        return {
            "title": spec.title,
            "course": spec.course,
            "instructions": spec.instructions,
            "variant": exam.variants[variant],
            "student": student,
            "name": exam.names.get(student, ""),
            "rounding": spec.rounding,
            "tolerance": f"{100 * spec.certify.tolerance:g}",
            "example": spec.rounding.text(EXAMPLE),
            "follow": spec.marking.follow_through > 0,
            "max_score": plain(exam.max_score),
            "questions": [self._question(k, variant, solved) for k in range(len(spec.questions))],
        }

    def _question(self, k: int, variant: int, solved: bool) -> dict[str, Any]:
        question, batch = self.exam.spec.questions[k].question, self.exam.batches[k]
        givens = {name: self._given(batch, name, variant) for name in question.givens}
        sheet = self.sheet(k, variant) if solved else None
        several = question.iterations > 1
        shown = [
            given.id
            for given in question.given.values()
            if given.kind != "learning_rate" and not (several and given.iteration)
        ]
        return {
            **self.fixed(question),
            "alpha": givens.get("alpha", {}).get("value", ""),
            "groups": min(GROUPS, len(shown)),
            "givens": [givens[name] for name in shown],
            "iterations": [
                {
                    "number": t,
                    "groups": min(GROUPS, len(question.example(t))),
                    "examples": [givens[name] for name in question.example(t)],
                    "parts": list(self._parts(question, t, variant, sheet)),
                }
                for t in range(1, question.iterations + 1)
            ],
        }

    def _given(self, batch: Batch, name: str, variant: int) -> dict[str, str]:
        text = given_text(batch.question, name, float(batch.givens[name][variant]), self.exam.spec.rounding)
        return {"name": latex_name(name), "value": text}

    def sheet(self, k: int, variant: int) -> Sheet:
        """The worked lines of question number k."""
        batch = self.exam.batches[k]
        givens, values = (
            {name: float(column[variant]) for name, column in columns.items()}
            for columns in (batch.givens, self._worked_values[k])
        )
        return worked(self.derivations[batch.question.id], givens, self.exam.spec.rounding, values)

    @cached_property
    def _worked_values(self) -> list[dict[str, Any]]:
        """The numbers of the worked lines, by question, for all variants at once."""
        found = []
        for batch, derivation in zip(self.exam.batches, self.derivations.values(), strict=True):
            values = worked_values(derivation, batch.givens, self.exam.spec.rounding)
            found.append({name: np.broadcast_to(values[name], batch.size) for name in derivation.shown})
        return found

    def fixed(self, question: Question) -> dict[str, Any]:
        """What does not depend on the variant: marks, and the formulas of loss, layers and update."""
        derivation = self.derivations[question.id]
        network, roles = question.network, {step.role for step in question.needed}
        activations = [layer.activation for layer in network.layers]
        biases = any(step.role == Role.BIAS_GRADIENT for step in question.needed)
        sign = "-" * question.negative
        return {
            "id": question.id,
            "marks": _marks(question.items),
            "loss": question.loss.name,
            "loss_formula": f"L = {derivation.symbols['loss'].latex}" * any(step.loss for step in question.needed),
            "delta_formula": rf"\delta = {sign}\frac{{\partial L}}{{\partial z}}" * (Role.UNIT_DELTA in roles),
            "update_formula": r" \quad ".join((_MOMENTUM if question.momentum else _UPDATES)[: 1 + biases]),
            "momentum": "mu" in question.given,
            "whole": not question.ask and {item.part for item in question.items} == set(PARTS),
            "batch": question.batch,
            "summed": question.summed,
            "layers": [
                {
                    "name": layer.name,
                    "activation": layer.activation.name,
                    "definition": layer.activation.definition * (activations.index(layer.activation) == k),
                    "formula": r",\; ".join(
                        f"{name_symbol('a' + unit).latex} = {derivation.symbols['a' + unit].latex}"
                        for unit in layer.units
                    ),
                }
                for k, layer in enumerate(network.layers)
            ],
        }

    def _parts(self, question: Question, t: int, variant: int, sheet: Sheet | None) -> Iterator[dict[str, Any]]:
        if sheet is None:
            yield from self._fixed_parts[question.id, t]
            return
        entries = {entry.item.id: entry for entry in sheet.items}
        usual = self.usual_mistakes[question.id].of(variant)
        factors = [factor for factor in self.derivations[question.id].factors if factor.iteration == t]
        for part in self._solved_parts[question.id, t]:
            layers = []
            for layer in part["layers"]:
                answers = [
                    {
                        **answer,
                        "lines": entries[answer["id"]].lines,
                        "mistakes": [{"name": name, "value": value} for name, value in usual.get(answer["step"], ())],
                        **self._accepted(answer["row"], variant),
                    }
                    for answer in layer["answers"]
                ]
                shared = [sheet.factors[factor.step] for factor in factors if factor.layer == layer["name"]]
                shown = shared if part["name"] == "gradient" else []
                layers.append({**layer, "answers": answers, "factors": shown})
            if part["name"] == "gradient":  # in the order in which they are worked out: a unit's bias shows dL/dz
                layers = [
                    {**layer, "answers": sorted(layer["answers"], key=itemgetter("place"))}
                    for layer in (reversed(layers) if question.ask else layers)
                ]
            yield {**part, "layers": layers}

    def _accepted(self, row: int | None, variant: int) -> dict[str, str]:
        """The ends of an item's range, with the digits asked for; nothing for what is not asked."""
        if row is None:
            return {"low": "", "high": ""}
        ends = float(self.exam.low[row, variant]), float(self.exam.high[row, variant])
        return dict(zip(("low", "high"), self.exam.spec.rounding.first_and_last(*ends), strict=True))

    @cached_property
    def _fixed_parts(self) -> dict[tuple[str, int], list[dict[str, Any]]]:
        """By question and iteration the parts, their layers and items, as they are on every paper."""
        return self._grouped({spec.question.id: spec.question.items for spec in self.exam.spec.questions})

    @cached_property
    def _solved_parts(self) -> dict[tuple[str, int], list[dict[str, Any]]]:
        """The same of every worked solution."""
        return self._grouped({spec.question.id: spec.question.worked for spec in self.exam.spec.questions})

    def _grouped(self, items: Mapping[str, Sequence[Item]]) -> dict[tuple[str, int], list[dict[str, Any]]]:
        return {
            (q.id, t): list(self._make_parts(q, [item for item in items[q.id] if item.iteration == t]))
            for q in (spec.question for spec in self.exam.spec.questions)
            for t in range(1, q.iterations + 1)
        }

    def _make_parts(self, question: Question, items: Sequence[Item]) -> Iterator[dict[str, Any]]:
        """The parts in the order of the items, each with its layers."""
        for part, of_part in groupby(in_order(question, items), lambda item: item.part):
            mine, layers = list(of_part), []
            for layer, of_layer in groupby(mine, lambda item: item.layer):
                here = list(of_layer)
                found = {item.id: self._answer(question, item) for item in here}
                boxes = [[found[item.id] for item in row] for row in rows(question, here)]
                layers.append({"name": layer, "marks": _marks(here), "answers": list(found.values()), "rows": boxes})
            yield {"name": part, "marks": _marks(mine), "layers": layers}

    def _answer(self, question: Question, item: Item) -> dict[str, Any]:
        name = latex_name(item.step)
        return {
            "id": item.id,
            "step": item.step,
            "row": self.exam.rows.get(item.id),
            "place": self._places[question.id][item.step],
            "name": name,
            "spoken": escape(self._word("box", speak(name, self.speech), item.layer, item.iteration)),
            "route": self.gradient_paths.get(item.id, ""),
        }

    @cached_property
    def _places(self) -> dict[str, dict[str, int]]:
        """By question where each step stands among all."""
        questions = [spec.question for spec in self.exam.spec.questions]
        return {q.id: {step.id: i for i, step in enumerate(q.all_steps)} for q in questions}


def get_ready(spec: Spec, templates: Path | None = None) -> None:
    """Does what every paper needs before its numbers are known: reads templates and typefaces, makes codes."""
    for name in (WORDS, *TEMPLATES):
        load(name, templates, spec.language)
    for file, _ in FACES.values():
        typeface(file)
    learn_seals()


@lru_cache(maxsize=1024)
def _word(name: str, arguments: tuple[str | int, ...], folder: Path | None, language: str) -> str:
    """What a macro of words.txt says; asked for the same on every paper."""
    return macro("words.txt", name, *arguments, folder=folder, language=language)


def _marks(items: Any) -> str:
    return plain(round(sum(item.marks for item in items), 2))
