"""Names, lines and sentences with formulas, as HTML: in the exam's notation and language."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from markupsafe import Markup, escape

from grader.class_report.cohort import Asked, Cohort
from qgen.engine.symbols import latex_name
from qgen.exam.notation import USUAL
from qgen.papers.notation import Written
from qgen.papers.words import in_words, macro
from qgen.solution.worked import Derivation, worked
from qgen.typeset.markup.inline import Formula, inline
from qgen.typeset.markup.plain import formula as plain_formula
from qgen.typeset.math.mathml import mathml

_FRACTION = re.compile(r"\\frac\{(\\partial \w)\}\{(.*)\}")


@dataclass(frozen=True)
class Formulas:
    """How a class's formulas are written."""

    cohort: Cohort
    language: str
    templates: Path | None = None

    @cached_property
    def written(self) -> Written:
        """The exam's notation, and the language's decimal mark."""
        exam = self.cohort.exam
        # words.txt takes it from there, and is long: only somebody's own may say another one
        words = "words.txt" if self.templates else "symbols.txt"
        mark = macro(words, "decimal_mark", folder=self.templates, language=self.language)
        return Written.of(exam.spec, mark) if exam else Written(USUAL, mark, ())

    def name(self, asked: Asked) -> Markup:
        """An item's name in a line of text; a task has its id."""
        if not asked.layer:
            return escape(asked.id)
        return self._formula(_FRACTION.sub(r"\1 / \2", latex_name(asked.step)), asked.question)

    def plain_name(self, asked: Asked) -> str:
        """The same as text."""
        if not asked.layer:
            return asked.id
        return plain_formula(self._latex(_FRACTION.sub(r"\1 / \2", latex_name(asked.step)), asked.question))

    def quantity(self, name: str, question: str) -> str:
        """A given's, unit's or parameter's name as text."""
        return plain_formula(self._latex(latex_name(name), question))

    def mistake(self, name: str) -> Markup:
        """The sentence on a misconception."""
        markup = macro("misconceptions.txt", "sentence", name, folder=self.templates, language=self.language)
        parts = (
            self._formula(part.latex) if isinstance(part, Formula) else escape(part.text) for part in inline(markup)
        )
        return Markup("").join(parts)

    def number(self, text: str) -> str:
        """With the language's decimal mark, and a minus."""
        return self.written.number(text.replace("-", "−"))

    def lines(self, place: tuple[int, int]) -> tuple[list[Markup], str]:
        """Of the worked solution of a student's variant what leads to an item, and where to; without the exam the
        right number alone. The solution rounds what it shows, so that the two may differ in the last digit.
        """
        exam, (s, i) = self.cohort.exam, place
        item = self.cohort.items[i]
        if exam is None:
            return [], self.number(self.cohort.expected(place))
        batch = next(batch for batch in exam.batches if batch.question.id == item.question)
        v = exam.variants.index(self.cohort.variants[s])
        givens = {name: float(values[v]) for name, values in batch.givens.items()}
        derivation = self._derivations[item.question]
        found = next(one for one in worked(derivation, givens, exam.spec.rounding).items if one.item.id == item.id)
        first, *rest = found.lines[-2:]
        first = f"{latex_name(item.step)} {first}" if first.startswith("=") else first
        lines = [self._formula(line, item.question, display=True) for line in (first, *rest)]
        return lines, self.number(found.value)

    @cached_property
    def _derivations(self) -> dict[str, Derivation]:
        exam = self.cohort.exam
        return {q.question.id: Derivation(q.question) for q in exam.spec.questions} if exam else {}

    def _latex(self, latex: str, question: str) -> str:
        return in_words(self.written.formula(latex, question), self.templates, self.language)

    def _formula(self, latex: str, question: str = "", *, display: bool = False) -> Markup:
        return _mathml(self._latex(latex, question), display)


@lru_cache(maxsize=4096)
def _mathml(latex: str, display: bool) -> Markup:
    return Markup(mathml(latex, display=display))  # which lets nothing through as markup
