"""The comment that goes along with a grade, where the LMS can take one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from grader.lms.cells import number, plain
from grader.lms.results import LAYER, Lost, Score
from grader.reasons import Wording
from qgen.engine.symbols import iteration_of, latex_name
from qgen.errors import InputError
from qgen.papers.words import macro
from qgen.tables.spreadsheet import runs
from qgen.typeset.markup.plain import formula as in_one_line
from qgen.typeset.markup.plain import plain as in_words

if TYPE_CHECKING:
    from qgen.papers.notation import Written

LONGEST = 3000


def comment(
    score: Score,
    maxima: Mapping[str, Decimal],
    lost: Sequence[Lost],
    templates: Path | None = None,
    language: str = "en",
    called: Calling | None = None,
) -> str:
    """Marks per layer, then each lost item and why, on one line, in the words of the templates comment and reasons.

    The same sentence stands once for a question. Semicolons become commas, since many spreadsheets split
    cells there. InputError where its start would run in one.
    """
    called = called or Calling(templates, language)
    wording = Wording(language, templates)
    say = partial(macro, "comment.txt", folder=templates, language=language)
    tasks, within = _tasks(score.layers, templates, language)

    def said(marks: Decimal) -> str:
        return wording.number(number(marks))

    total = say("total", said(score.score), said(score.max_score))
    if runs(total):
        raise InputError(
            f'comment.txt: the total "{total}" would run in a spreadsheet; begin it with a letter or digit'
        )
    layers = [say("layer", *within.get(name, name).split("_", 1), said(got), said(maxima[name]))
              for name, got in score.layers.items() if name in maxima and name not in score.unmarked]  # fmt: skip
    parts = [total, *([", ".join(layers)] if layers else [])]
    blank = [part for part in lost if part.verdict == "blank" and not part.decision]
    rest = [part for part in lost if part not in blank and part.item not in score.unmarked]
    told, explained = 0, set[tuple[str, str]]()
    for part in rest:
        marks = {"marks": said(part.marks), "max_marks": said(part.max_marks)}
        why = part.decision or part.reason
        note = called.in_words(wording.markup(why, part.answer), part.item) if why else ""
        sentence = part.item.partition("_")[0], note
        note = say("again") if sentence in explained else note
        explained |= {sentence} if note else set()
        name = tasks.get(part.item, part.item) if part.is_task else called(part.item)
        parts.append(say("lost", {**marks, "item": name, "verdict": part.verdict, "note": note}).rstrip("."))
        if sum(map(len, parts)) > LONGEST:
            parts.pop()
            break
        told += 1
    if told < len(rest):
        parts.append(say("more", len(rest) - told))
    if blank:
        parts.append(say("left_blank", [called(part.item) for part in blank]))
    if score.unmarked:
        parts.append(say("not_yet_marked", [tasks[name] for name in score.unmarked]))
    return plain(". ".join(parts).replace(";", ",") + ".")


def _tasks(columns: Iterable[str], templates: Path | None, language: str) -> tuple[dict[str, str], dict[str, str]]:
    """By id what the paper calls a task, "Question 1, task 2" and "q1_task 2"; they stand in the paper's order."""
    say = partial(macro, "words.txt", folder=templates, language=language)
    tasks, within, counted = dict[str, str](), dict[str, str](), Counter[str]()
    for name in columns:
        if not LAYER.fullmatch(name):
            question = name.partition("_")[0]
            counted[question] += 1
            tasks[name] = say("in_words", counted[question], question[1:])
            within[name] = f"{question}_{say('in_words_within', counted[question])}"
    return tasks, within


@dataclass(frozen=True, eq=False)
class Calling:
    """Says where an item stands on the paper, "Question 2, dL/dw_13": in the exam's notation, if given."""

    templates: Path | None
    language: str
    written: Written | None = None
    names: dict[str, str] = field(default_factory=dict)

    def __call__(self, item: str) -> str:
        """Its name."""
        if item not in self.names:
            question, _, step = item.partition("_")
            iteration, quantity = iteration_of(step)
            latex = latex_name(quantity)
            formula = in_one_line(self.written.formula(latex, question) if self.written else latex)
            self.names[item] = macro(
                "comment.txt", "item", question[1:], iteration, formula, folder=self.templates, language=self.language
            )
        return self.names[item]

    def in_words(self, sentence: str, item: str) -> str:
        """A sentence about it, without formulas."""
        return in_words(self.written.markup(sentence, item.partition("_")[0]) if self.written else sentence)
