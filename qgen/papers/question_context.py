"""What a question's templates are told of one variant: names and numbers, formulas, boxes, worked lines."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from operator import itemgetter
from typing import Any

import numpy as np

from qgen.decimals import plain
from qgen.engine.question import PARTS, Item, Question
from qgen.engine.steps import BACK, Role
from qgen.engine.symbols import EARLIER, Symbol, latex_name
from qgen.exam.certify import Batch
from qgen.exam.exam import Exam
from qgen.exam.notation import NONE
from qgen.exam.stored.box_order import layers_of, parts_of, printed
from qgen.exam.tasks import REST, WORKING, Task
from qgen.papers.combs import cells_of
from qgen.papers.givens import Givens
from qgen.papers.notation import Written
from qgen.papers.task_texts import printed as printed_tasks
from qgen.solution.blanks import filled, filled_in, in_blanks, worked_blank
from qgen.solution.gradient_paths import gradient_path
from qgen.solution.solution_mistakes import UsualMistakes
from qgen.solution.worked import Derivation, Sheet, worked_values
from qgen.typeset.markup.blocks import escape
from qgen.typeset.math.speech import Vocabulary, speak
from qgen.typeset.page.frame import frame

WORKING_HEADING = 22.0  # points that the heading of a room for workings takes
_UPDATES = [rf"{p}^{{\,\text{{new}}}} = {p} - \alpha\,\frac{{\partial L}}{{\partial {p}}}" for p in "wb"]
_DELTA = r"\delta = {}\frac{{\partial L}}{{\partial z}}"
_MOMENTUM = [
    rf"\Delta {p} = \mu\,\Delta {p}^{{{EARLIER}}} - \alpha\,\frac{{\partial L}}{{\partial {p}}},\;"
    rf" {p}^{{\,\text{{new}}}} = {p} + \Delta {p}"
    for p in "wb"
]


@dataclass(frozen=True)
class QuestionContext:
    """Question number k of an exam; what its variants share is computed once. `word` asks words.txt for a name."""

    exam: Exam
    k: int
    word: Callable[..., str]
    speech: Vocabulary
    written: Written

    @cached_property
    def question(self) -> Question:
        """The question."""
        return self.batch.question

    @property
    def batch(self) -> Batch:
        """Its variants."""
        return self.exam.batches[self.k]

    @cached_property
    def derivation(self) -> Derivation:
        """Its worked lines before numbers go in."""
        return Derivation(self.question)

    @cached_property
    def usual_mistakes(self) -> UsualMistakes:
        """The usual mistakes, with their numbers."""
        return UsualMistakes(self.batch)

    @cached_property
    def cells(self) -> Mapping[str, str]:
        """What paper.txt is told of the items' combs, by id."""
        return cells_of(self.exam, self.written.decimal_mark)

    @cached_property
    def givens(self) -> Givens:
        """The given numbers."""
        return Givens(self.batch, self.exam.spec, self.written)

    def of(self, variant: int, *, solved: bool) -> dict[str, Any]:
        """All that paper.txt, or solution.txt, is told of a variant."""
        question = self.question
        common, *examples = self.givens.of(variant)
        sheet = self.sheet(variant) if solved else None
        return {
            **self.fixed,
            "alpha": self.givens.text("alpha", variant) if "alpha" in question.givens else "",
            "givens": common,
            "iterations": [
                {"number": t, "examples": given, "parts": list(self._parts(t, variant, sheet))}
                for t, given in enumerate(examples, start=1)
            ],
            "tasks": self._tasks(solved=solved),
        }

    def key(self, variant: int) -> dict[str, Any]:
        """All that key.txt is told of a variant: the paper's boxes in its rows, with their numbers."""

        def numbered(box: Mapping[str, Any]) -> dict[str, str]:
            # the numbers of the worked solution
            text = self.exam.spec.rounding.text(float(self._worked_values[box["step"]][variant]))
            return {"name": box["name"], "value": self.written.number(text)}

        def layers(part: Mapping[str, Any]) -> list[dict[str, Any]]:
            return [
                {"name": layer["name"], "rows": [[numbered(box) for box in row] for row in layer["rows"]]}
                for layer in part["layers"]
            ]

        return {
            "id": self.question.id,
            "marks": self.fixed["marks"],
            "columns": self._key_columns,
            "iterations": [
                {"number": t, "parts": [{"name": part["name"], "layers": layers(part)} for part in parts]}
                for t, parts in self._printed_parts.items()
            ],
            "tasks": self._tasks(solved=True),
        }

    @cached_property
    def _key_columns(self) -> int:
        """The most boxes in a row."""
        parts = [part for parts in self._printed_parts.values() for part in parts]
        return max(len(row) for part in parts for layer in part["layers"] for row in layer["rows"])

    def sheet(self, variant: int) -> Sheet:
        """The worked lines."""
        numbers = self.in_blanks(variant)
        factors = {step: filled(line, numbers) for step, line in self.blank.factors.items()}
        return Sheet(factors, tuple(filled_in(entry, numbers) for entry in self.blank.items))

    @cached_property
    def blank(self) -> Sheet:
        """The worked lines of every variant, with blanks for its numbers."""
        return worked_blank(self.derivation)

    def in_blanks(self, variant: int) -> list[bytes]:
        """The numbers that go into the `worked_blank` lines."""
        givens, values = self._numbers(variant)
        return in_blanks(self.derivation, givens, self.exam.spec.rounding, values)

    def _numbers(self, variant: int) -> tuple[dict[str, float], dict[str, float]]:
        """What is given, and what the worked lines come to."""
        givens, values = (
            {name: float(column[variant]) for name, column in columns.items()}
            for columns in (self.batch.givens, self._worked_values)
        )
        return givens, values

    @cached_property
    def _worked_values(self) -> dict[str, Any]:
        """The numbers of the worked lines, for all variants at once."""
        batch = self.batch
        values = worked_values(self.derivation, batch.givens, self.exam.spec.rounding)
        return {name: np.broadcast_to(values[name], batch.size) for name in self.derivation.shown}

    @cached_property
    def fixed(self) -> dict[str, Any]:
        """What does not depend on the variant: marks, and the formulas of loss, layers and update."""
        question = self.question
        network, roles = question.network, {step.role for step in question.needed}
        activations = [layer.activation for layer in network.layers]
        biases = any(step.role == Role.BIAS_GRADIENT for step in question.needed)
        sign, asked = "-" * question.negative, Role.UNIT_DELTA in roles
        used = asked or (question.batch > 1 and Role.DELTA in roles)  # in worked lines
        return {
            "id": question.id,
            "marks": self._marks([*question.items, *self.batch.spec.tasks]),
            "loss": question.loss.name,
            "loss_formula": self._loss * any(step.loss for step in question.needed),
            "delta_formula": _DELTA.format(sign) * asked,
            "delta_used": _DELTA.format(sign * asked) * used,
            "update_formula": r" \quad ".join((_MOMENTUM if question.momentum else _UPDATES)[: 1 + biases]),
            "momentum": "mu" in question.given,
            "whole": not question.ask and {item.part for item in question.items} == set(PARTS),
            "working": self._working,
            "squared": self.exam.spec.questions[self.k].squared,
            "batch": question.batch,
            "summed": question.summed,
            "own_losses": any(self.derivation.steps[item.step].role in BACK for item in question.items),
            "layers": [
                {
                    "name": layer.name,
                    "activation": layer.activation.name,
                    "definition": layer.activation.definition * (activations.index(layer.activation) == k),
                    "formula": self._formula(k),
                }
                for k, layer in enumerate(network.layers)
            ],
        }

    @property
    def _loss(self) -> str:
        """The loss, of a batch that of one example."""
        one = (
            Derivation(replace(self.question, batch=1, ask=(), show=())) if self.question.batch > 1 else self.derivation
        )
        return f"L = {one.symbols['loss'].latex}"

    def _formula(self, k: int) -> str:
        """How the units of layer k work: of a hidden one in general; the outputs one by one, as the loss has them."""
        layers, symbols = self.question.network.layers, self.derivation.symbols
        if k < len(layers) - 1:
            activation = layers[k].activation
            return f"a = {activation.value(Symbol('z'), **activation.constants).latex}"
        return r",\; ".join(f"{latex_name('a' + unit)} = {symbols['a' + unit].latex}" for unit in layers[k].units)

    @property
    def indices(self) -> tuple[str, str, bool, bool]:
        """What `how_to_write` of words.txt takes, of this question alone."""
        notation = self.written.notation
        bare = self.bare_outputs and notation.layers != NONE
        return notation.weights, notation.layers, bare, r"\ln" in self.fixed["loss_formula"]

    @property
    def bare_outputs(self) -> bool:
        """Whether hidden units carry the number of their layer, and outputs none."""
        *hidden, outputs = self.question.network.layers
        return any(layer.suffix for layer in hidden) and not outputs.suffix and not self.written.by_layer

    def _parts(self, t: int, variant: int, sheet: Sheet | None) -> Iterator[dict[str, Any]]:
        if sheet is None:
            yield from self._printed_parts[t]
            return
        question = self.question
        entries = {entry.item.id: entry for entry in sheet.items}
        usual = self.usual_mistakes.of(variant)
        factors = [factor for factor in self.derivation.factors if factor.iteration == t]
        for part in self._solved_parts[t]:
            layers = []
            for layer in part["layers"]:
                answers = [
                    {
                        **answer,
                        "lines": entries[answer["id"]].lines,
                        "mistakes": [
                            {"name": name, "value": self.written.number(value)}
                            for name, value in usual.get(answer["step"], ())
                        ],
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
        texts = map(self.written.number, self.exam.spec.rounding.first_and_last(*ends))
        return dict(zip(("low", "high"), texts, strict=True))

    @cached_property
    def _printed_parts(self) -> dict[int, list[dict[str, Any]]]:
        """By iteration the parts, their layers and items, as they are on every paper."""
        return self._grouped(printed(self.question))

    @cached_property
    def _solved_parts(self) -> dict[int, list[dict[str, Any]]]:
        """The same of every worked solution."""
        return self._grouped(self.question.worked)

    def _grouped(self, items: Sequence[Item]) -> dict[int, list[dict[str, Any]]]:
        return {t: list(self._make_parts(items, t)) for t in range(1, self.question.iterations + 1)}

    def _make_parts(self, items: Sequence[Item], t: int) -> Iterator[dict[str, Any]]:
        """The parts of iteration t in the order of the items, each with its layers."""
        for part in parts_of(self.question, items, t):
            layers = []
            for (layer, example), of_layer in layers_of(self.question, part):
                here = [item for row in of_layer for item in row]
                boxes = [[self._answer(item) for item in row] for row in of_layer]
                answers = [answer for row in boxes for answer in row]
                told = {"name": layer, "example": example, "marks": self._marks(here)}
                layers.append({**told, "answers": answers, "rows": boxes})
            yield {"name": part[0].part, "marks": self._marks(part), "layers": layers}

    def _answer(self, item: Item) -> dict[str, Any]:
        name, derivation = latex_name(item.step), self.derivation
        spoken = speak(self.written.formula(name, self.question.id), self.speech)
        return {
            "id": item.id,
            "step": item.step,
            "row": self.exam.rows.get(item.id),
            "place": self._places[item.step],
            "name": name,
            "spoken": escape(self.word("box", spoken, item.layer, item.iteration)),
            "cells": self.cells.get(item.id, ""),
            "route": gradient_path(derivation, item.step) if item.part == "gradient" else "",
        }

    @property
    def _working(self) -> str:
        """The room for workings after the question, without its heading, as @space takes it; "" for none."""
        spec, working = self.exam.spec, self.exam.spec.questions[self.k].working
        height = WORKING[working] * frame(spec.paper, spec.font_size).text_height
        return REST if working == REST else f"{height - WORKING_HEADING:.0f}" if height else ""

    def _marks(self, items: Sequence[Item | Task]) -> str:
        return self.written.number(plain(round(sum(item.marks for item in items), 2)))

    def _tasks(self, *, solved: bool) -> list[dict[str, Any]]:
        tasks = printed_tasks(self.batch.spec, self.exam.spec, solved=solved)
        return [{**task, "marks": self.written.number(task["marks"])} for task in tasks]

    @cached_property
    def _places(self) -> dict[str, int]:
        """Where each step stands among all."""
        return {step.id: i for i, step in enumerate(self.question.all_steps)}
