"""The practice page: one HTML file that holds an exam's variants, their keys, and the examiner."""

from __future__ import annotations

import html
import re
from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from itertools import groupby
from json import dumps
from pathlib import Path
from typing import Any

from markupsafe import Markup

from qgen.engine.misconceptions import CATALOGUE
from qgen.engine.question import Item
from qgen.engine.steps import needed
from qgen.engine.symbols import ALONE as AS_IT_IS
from qgen.engine.symbols import BLANK, CLOSE, OPEN, UPDATED, blank, latex_name
from qgen.exam.exam import Exam
from qgen.papers.givens import GROUPS, bands
from qgen.papers.papers import Papers
from qgen.papers.question_context import QuestionContext
from qgen.papers.words import load, macro, render
from qgen.practice.examiner import FOLDER, examiner, numbers
from qgen.solution.worked import worked_with
from qgen.typeset.drawing.svg import svg
from qgen.typeset.math.mathml import mathml
from qgen.typeset.math.speech import speak

# What stands in formulas for number n of a variant: 9 and its six digits; where a negative one is grouped, 8 instead.
ALONE, GROUPED = 9, 8
_NUMBER = re.compile(rf"<mn>([{GROUPED}{ALONE}])(\d{{6}})</mn>")
_BLANK = re.compile(f"{BLANK}(\\d+)([^\\d])")
_FORMULAS = re.compile(r"\$([^$<>]+)\$")
_STYLE = ' style="max-width:100%"'  # which the policy of the page forbids, and its style sheet says


@dataclass(frozen=True)
class Practice:
    """The page of an exam; `templates` is a folder of one's own templates."""

    exam: Exam
    templates: Path | None = None

    def html(self) -> str:
        """The file. The only script and the only style that run in it are those whose checksums it names."""
        script, style = self._script(), (FOLDER / "practice.css").read_text("utf-8")
        allowed = f"script-src {_checksum(script)}; style-src {_checksum(style)}"
        context = {
            "language": self.exam.spec.language,
            "title": self.exam.spec.title,
            "policy": f"default-src 'none'; {allowed}; base-uri 'none'; form-action 'none'",
            "say": self.words,
            "questions": [self._question(context) for context in self.papers.questions],
            "tasks": bool(self.exam.tasks),
            "style": Markup(style),
            "script": Markup(script),
        }
        return render("practice.html", context, self.templates, self.exam.spec.language).lstrip()

    @cached_property
    def papers(self) -> Papers:
        """Drawings, derivations and words."""
        return Papers(self.exam, self.templates)

    @cached_property
    def words(self) -> Mapping[str, str]:
        """What the page says."""
        module = load("practice.txt", self.templates, self.exam.spec.language).module
        return {**load("practice.txt").module.WORDS, **module.WORDS}  # type: ignore[attr-defined]

    def _say(self, name: str, *arguments: Any, template: str = "words.txt") -> str:
        return macro(template, name, *arguments, folder=self.templates, language=self.exam.spec.language)

    def formula(self, latex: str, question: str) -> Markup:
        """A formula as MathML, with empty numbers where the page puts them in."""
        latex = _BLANK.sub(_digits, latex.replace(UPDATED, self._updated)).replace(OPEN, "(").replace(CLOSE, ")")
        written = self.papers.written.formula(latex, question)
        return Markup(_NUMBER.sub(_empty, mathml(written)))

    @cached_property
    def _updated(self) -> str:
        """The mark of updated parameters, in words."""
        return rf"\text{{{self._say('updated', template='symbols.txt')}}}"

    def _sentence(self, text: str, question: str = "") -> Markup:
        """A sentence of the templates as HTML."""
        parts = _FORMULAS.split(text)
        told = [html.escape(part.replace("**", ""), quote=False) for part in parts]
        told[1::2] = [self.formula(part, question) for part in parts[1::2]]
        return Markup("".join(told))

    def _question(self, context: QuestionContext) -> dict[str, Any]:
        question, k = context.question, context.k
        return {
            "id": question.id,
            "heading": self._say("question", k + 1),
            "drawing": Markup(svg(self.papers.drawings[question.id]).replace(_STYLE, "")),
            "told": list(self._told(context)),
            "givens": list(self._givens(context)),
            "groups": [
                {
                    "place": self._say("place", *place, template="lms.txt"),
                    "items": [self._item(item, question.id) for item in items],
                }
                for place, items in self._groups(context)
            ],
        }

    def _givens(self, context: QuestionContext) -> Iterator[dict[str, Any]]:
        """The given numbers in columns: those of all iterations, then those of each, which it says above them."""
        question = context.question
        places = {name: n for n, name in enumerate(question.givens)}
        several = question.iterations > 1
        examples = [question.example(t) if several else [] for t in range(1, question.iterations + 1)]
        apart = {name for example in examples for name in example}
        common = [name for name in places if name not in apart and name != "alpha"]
        for t, names in enumerate([common, *examples]):
            columns = [column for table in bands(question, names, GROUPS) for column in table] if names else []
            columns += [["alpha"]] * (t == 0 and "alpha" in places)
            if columns:
                yield {
                    "called": self._say("iteration", t) if t else "",
                    "columns": [
                        [
                            self.formula(f"{latex_name(name)} = {blank(places[name]).latex}", question.id)
                            for name in column
                        ]
                        for column in columns
                    ],
                }

    def _groups(self, context: QuestionContext) -> Iterator[tuple[tuple[int, bool, str, str], list[Item]]]:
        """The items of each iteration, part and layer, and what says so."""
        question = context.question
        several = question.iterations > 1
        for place, items in groupby(question.items, lambda item: (item.iteration, several, item.part, item.layer)):
            yield place, list(items)

    def _item(self, item: Item, question: str) -> dict[str, Any]:
        name = latex_name(item.step)
        written = self.papers.written.formula(name.replace(UPDATED, self._updated), question)
        spoken = speak(written, self.papers.speech)
        box = self._say("box", spoken, item.layer, item.iteration)
        return {"id": item.id, "name": self.formula(name, question), "spoken": box}

    def _told(self, context: QuestionContext) -> Iterator[Markup]:
        """What the network computes, and how to round."""
        fixed, name, rule = context.fixed, context.question.id, self.exam.spec.rounding
        for layer in fixed["layers"]:
            called, activation = self._say("layer", layer["name"]), self._say("activation", layer["activation"])
            formulas = ", ".join(f"${formula}$" for formula in (layer["formula"], layer["definition"]) if formula)
            yield self._sentence(f"{called} ({activation}): {formulas}", name)
        if fixed["loss_formula"]:
            loss = self._say("loss_is", fixed["loss"], template="lms_words.txt")
            yield self._sentence(f"{loss} ${fixed['loss_formula']}$", name)
        if fixed["delta_used"]:
            yield self._sentence(f"{self._say('delta_is')} ${fixed['delta_used']}$", name)
        if "alpha" in context.question.givens:
            updated = self._say("updated_with", template="lms_words.txt").replace(r"\(", "$").replace(r"\)", "$")
            yield self._sentence(f"{updated} ${fixed['update_formula']}$", name)
        if fixed["momentum"]:
            yield self._sentence(self._say("with_momentum"), name)
        if fixed["batch"] > 1:
            yield self._sentence(self._say("batch", fixed["batch"], fixed["summed"], fixed["own_losses"]), name)
        yield self._sentence(self._say("how_to_write", *context.indices, True), name)
        yield self._sentence(f"{self.words['round']} {self._say('rounding', rule.kind, rule.digits)}.")

    def _hints(self, context: QuestionContext) -> list[list[str]]:
        """By item the lines of the worked solution, shown one after the other."""
        question, derivation = context.question, context.derivation
        first = len(question.givens)
        places = {step.id: first + n for n, step in enumerate(question.steps)}
        sheet = worked_with(
            derivation,
            {name: blank(places[name]) for name in derivation.shown},
            {name: blank(n) for n, name in enumerate(question.givens)},
        )
        lines, found = {entry.item.id: entry.lines for entry in sheet.items}, []
        why = html.escape(self.words["factors"])
        for item in question.items:
            behind = {step.id for step in needed(question.needed, [item.step])} if item.part == "gradient" else set()
            own = [self.formula(line, question.id) for line in lines[item.id]]
            shared = [
                f'<span class="quiet">{why}:</span> {self.formula(sheet.factors[f.step], question.id)}'
                for f in derivation.factors
                if f.step in behind and (f.layer, f.iteration) == (item.layer, item.iteration)
            ]
            found.append([str(line) for line in (*own[:-1], *shared, own[-1])])
        return found

    def _mistake(self, name: str) -> str:
        """A known mistake's name and the sentence on it."""
        short, sentence = (self._say(part, name, template="misconceptions.txt") for part in ("short", "sentence"))
        return f"<em>{self._sentence(short)}</em>: {self._sentence(sentence)}"

    def _script(self) -> str:
        exam, name = self.exam, self._say
        parts = dict.fromkeys(item.part for item in exam.items)
        data = {
            "words": self.words,
            "variants": exam.variants,
            "numbers": numbers(exam),
            "hints": [self._hints(context) for context in self.papers.questions],
            "sentences": {m.name: self._mistake(m.name) for m in CATALOGUE},
            "parts": {part: name("part", part) for part in parts},
            "iterations": [name("iteration", t + 1) for t in range(max(item.iteration for item in exam.items))],
            "decimalMark": name("decimal_mark"),
            "store": f"backprop-practice-{exam.checksum[:16]}",
        }
        page = (FOLDER / "practice.js").read_text("utf-8")
        code = f"{examiner(exam)}\nconst PAGE={dumps(data, separators=(',', ':'), ensure_ascii=False)};\n{page}"
        return code.replace("</", "<\\/").replace("<!--", "<\\!--")


def _digits(found: re.Match[str]) -> str:
    return f"{ALONE if found[2] == AS_IT_IS else GROUPED}{int(found[1]):06d}"


def _empty(found: re.Match[str]) -> str:
    grouped = " data-grouped" if found[1] == str(GROUPED) else ""
    return f'<mn data-n="{int(found[2])}"{grouped}></mn>'


def _checksum(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def practice_html(exam: Exam, templates: Path | None = None) -> str:
    """The page of an exam's variants. It holds their keys: that is what it is for."""
    return Practice(exam, templates).html()
