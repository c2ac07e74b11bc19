"""What a question's templates are told of one variant: names and numbers, formulas, boxes, worked lines."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from operator import itemgetter
from typing import Any

import numpy as np

from qgen.decimals import plain
from qgen.engine.question import PARTS, Item, Question
from qgen.engine.steps import Role
from qgen.engine.symbols import EARLIER, latex_name, name_symbol
from qgen.exam.certify import Batch
from qgen.exam.exam import Exam
from qgen.papers.box_rows import in_order, rows
from qgen.solution.gradient_paths import gradient_path
from qgen.solution.solution_mistakes import UsualMistakes
from qgen.solution.worked import Derivation, Sheet, given_text, worked, worked_values
from qgen.typeset.markup.blocks import escape
from qgen.typeset.math.speech import Vocabulary, speak

GROUPS = 6  # columns of name and value in the table of givens
_UPDATES = [rf"{p}^{{\,\text{{new}}}} = {p} - \alpha\,\frac{{\partial L}}{{\partial {p}}}" for p in "wb"]
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

    def of(self, variant: int, *, solved: bool) -> dict[str, Any]:
        """All that paper.txt, or solution.txt, is told of a variant."""
        question = self.question
        givens = {name: self._given(name, variant) for name in question.givens}
        sheet = self.sheet(variant) if solved else None
        several = question.iterations > 1
        shown = [
            given.id
            for given in question.given.values()
            if given.kind != "learning_rate" and not (several and given.iteration)
        ]
        return {
            **self.fixed,
            "alpha": givens.get("alpha", {}).get("value", ""),
            "groups": min(GROUPS, len(shown)),
            "givens": [givens[name] for name in shown],
            "iterations": [
                {
                    "number": t,
                    "groups": min(GROUPS, len(question.example(t))),
                    "examples": [givens[name] for name in question.example(t)],
                    "parts": list(self._parts(t, variant, sheet)),
                }
                for t in range(1, question.iterations + 1)
            ],
        }

    def key(self, variant: int) -> dict[str, Any]:
        """All that key.txt is told of a variant: the paper's boxes in its rows, with their numbers."""
        rule, values = self.exam.spec.rounding, self.exam.value[:, variant].tolist()
        return {
            "id": self.question.id,
            "marks": self.fixed["marks"],
            "columns": self._key_columns,
            "iterations": [
                {
                    "number": t,
                    "parts": [
                        {
                            "name": part["name"],
                            "layers": [
                                {
                                    "name": layer["name"],
                                    "rows": [
                                        [{"name": box["name"], "value": rule.text(values[box["row"]])} for box in row]
                                        for row in layer["rows"]
                                    ],
                                }
                                for layer in part["layers"]
                            ],
                        }
                        for part in parts
                    ],
                }
                for t, parts in self._printed_parts.items()
            ],
        }

    @cached_property
    def _key_columns(self) -> int:
        """The most boxes in a row."""
        parts = [part for parts in self._printed_parts.values() for part in parts]
        return max(len(row) for part in parts for layer in part["layers"] for row in layer["rows"])

    def _given(self, name: str, variant: int) -> dict[str, str]:
        text = given_text(self.question, name, float(self.batch.givens[name][variant]), self.exam.spec.rounding)
        return {"name": latex_name(name), "value": text}

    def sheet(self, variant: int) -> Sheet:
        """The worked lines."""
        givens, values = (
            {name: float(column[variant]) for name, column in columns.items()}
            for columns in (self.batch.givens, self._worked_values)
        )
        return worked(self.derivation, givens, self.exam.spec.rounding, values)

    @cached_property
    def _worked_values(self) -> dict[str, Any]:
        """The numbers of the worked lines, for all variants at once."""
        batch = self.batch
        values = worked_values(self.derivation, batch.givens, self.exam.spec.rounding)
        return {name: np.broadcast_to(values[name], batch.size) for name in self.derivation.shown}

    @cached_property
    def fixed(self) -> dict[str, Any]:
        """What does not depend on the variant: marks, and the formulas of loss, layers and update."""
        question, derivation = self.question, self.derivation
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
    def _printed_parts(self) -> dict[int, list[dict[str, Any]]]:
        """By iteration the parts, their layers and items, as they are on every paper."""
        return self._grouped(self.question.items)

    @cached_property
    def _solved_parts(self) -> dict[int, list[dict[str, Any]]]:
        """The same of every worked solution."""
        return self._grouped(self.question.worked)

    def _grouped(self, items: Sequence[Item]) -> dict[int, list[dict[str, Any]]]:
        iterations = range(1, self.question.iterations + 1)
        return {t: list(self._make_parts([item for item in items if item.iteration == t])) for t in iterations}

    def _make_parts(self, items: Sequence[Item]) -> Iterator[dict[str, Any]]:
        """The parts in the order of the items, each with its layers."""
        for part, of_part in groupby(in_order(self.question, items), lambda item: item.part):
            mine, layers = list(of_part), []
            for layer, of_layer in groupby(mine, lambda item: item.layer):
                here = list(of_layer)
                found = {item.id: self._answer(item) for item in here}
                boxes = [[found[item.id] for item in row] for row in rows(self.question, here)]
                layers.append({"name": layer, "marks": _marks(here), "answers": list(found.values()), "rows": boxes})
            yield {"name": part, "marks": _marks(mine), "layers": layers}

    def _answer(self, item: Item) -> dict[str, Any]:
        name, derivation = latex_name(item.step), self.derivation
        return {
            "id": item.id,
            "step": item.step,
            "row": self.exam.rows.get(item.id),
            "place": self._places[item.step],
            "name": name,
            "spoken": escape(self.word("box", speak(name, self.speech), item.layer, item.iteration)),
            "route": gradient_path(derivation, item.step) if item.part == "gradient" else "",
        }

    @cached_property
    def _places(self) -> dict[str, int]:
        """Where each step stands among all."""
        return {step.id: i for i, step in enumerate(self.question.all_steps)}


def _marks(items: Any) -> str:
    return plain(round(sum(item.marks for item in items), 2))
