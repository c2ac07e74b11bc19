"""feedback/<student>.pdf: marks per layer, and each lost mark with the expected line of the worked solution."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from grader.explain import typeset
from grader.marksheet import layer_columns, number
from grader.score import IMPRECISE, IS_BLANK, VERDICTS, Marks
from qgen.decimals import plain
from qgen.errors import InputError
from qgen.folder import safe_name, unique_names
from qgen.paper.blocks import escape
from qgen.paper.pages import render
from qgen.symbols import latex_name
from qgen.words import macro
from qgen.words import render as words
from qgen.worked import Derivation, Worked, worked

MOST_DETAILED = 9
"""Lost marks that are explained line by line, so that feedback stays within two pages; the others are listed."""


def feedback(marks: Marks, templates: Path | None = None) -> Iterator[tuple[str, bytes]]:
    """A file name and a PDF for every student."""
    exam = marks.exam
    derivations = [Derivation(q.question) for q in exam.spec.questions]
    solved: dict[int, dict[str, Worked]] = {}
    language = exam.spec.language
    page = macro("words.txt", "page", folder=templates, language=language)
    heading = macro("words.txt", "feedback", folder=templates, language=language)
    names = unique_names([safe_name(student) for student in marks.submissions.students])
    for s, variant in enumerate(marks.submissions.variants.tolist()):
        if variant not in solved:
            solved[variant] = _lines(marks, derivations, variant)
        yield names[s] + ".pdf", _printed(marks, _context(marks, s, solved[variant]), templates, heading, page)


def _printed(marks: Marks, context: dict[str, Any], templates: Path | None, heading: str, page: str) -> bytes:
    """The PDF; where an id or an answer, or else the name, has characters that no typeface has, "?" in their place."""
    shown = _printable(context)
    for attempt in (context, shown | {"full_name": context["full_name"]}):
        with suppress(InputError):
            return _pdf(marks, attempt, templates, heading, page)
    return _pdf(marks, shown, templates, heading, page)


def _pdf(marks: Marks, context: dict[str, Any], templates: Path | None, heading: str, page: str) -> bytes:
    spec = marks.exam.spec
    return render(
        words("feedback.txt", context, templates, spec.language),
        paper=spec.paper,
        header=f"{escape(spec.title)} | {escape(context['student'])}",
        footer=f"{escape(spec.course)} | {page}",
        drawings={},
        title=f"{spec.title}: {heading}",
        language=spec.language,
    )


def _lines(marks: Marks, derivations: list[Derivation], variant: int) -> dict[str, Worked]:
    lines = {}
    for derivation, batch in zip(derivations, marks.exam.batches, strict=True):
        givens = {name: float(values[variant]) for name, values in batch.givens.items()}
        for entry in worked(derivation, givens, marks.exam.spec.rounding).items:
            lines[entry.item.id] = entry
    return lines


def _context(marks: Marks, s: int, lines: dict[str, Worked]) -> dict[str, Any]:
    exam, variant = marks.exam, int(marks.submissions.variants[s])
    lost: list[dict[str, Any]] = []
    blank: list[dict[str, Any]] = []
    question_of = {item.id: k for k, q in enumerate(exam.spec.questions, 1) for item in q.question.items}
    marks_of = marks.earned(slice(s, s + 1))[0].tolist()
    for i, (item, earned) in enumerate(zip(exam.items, marks_of, strict=True)):
        if earned >= item.marks:
            continue
        entry = {
            "question": question_of[item.id],
            "name": latex_name(item.step),
            "answer": marks.submissions.written[s, i][:60],
            "low": plain(float(exam.low[i, variant])),
            "high": plain(float(exam.high[i, variant])),
            "value": lines[item.id].value,
            "verdict": VERDICTS[marks.verdicts[s, i]],
            "marks": number(earned),
            "max_marks": number(item.marks),
            "lines": lines[item.id].lines[-2:],
            "note": "" if marks.verdicts[s, i] == IMPRECISE else marks.notes.get((s, i), ""),
            "misconception": marks.misconceptions.get((s, i), ""),
        }
        said = escape(entry["note"].replace(f"{item.step}: used ", "Used ").replace(f"{item.step}: ", ""))
        entry["typeset"] = typeset(said) if entry["misconception"] else escape(entry["note"])
        (blank if marks.verdicts[s, i] == IS_BLANK else lost).append(entry)
    layers = []
    for name, columns in layer_columns(exam).items():
        question, _, layer = name.partition("_")
        layers.append(
            {
                "question": question[1:],
                "name": layer,
                "score": number(sum(marks_of[column] for column in columns)),
                "max_score": number(sum(exam.items[column].marks for column in columns)),
            }
        )
    score = round(sum(marks_of), 6)
    # a named mistake teaches most, so it is explained before others where there is no room for all
    lost.sort(key=lambda entry: (not entry["misconception"], entry["verdict"] == "imprecise"))
    return {
        "title": exam.spec.title,
        "variant": exam.variants[variant],
        "student": marks.submissions.students[s],
        "full_name": exam.names.get(marks.submissions.students[s], ""),
        "score": number(score),
        "max_score": number(exam.max_score),
        "percent": f"{100 * score / exam.max_score if exam.max_score else 0:.0f}",
        "layers": layers,
        "lost": lost[:MOST_DETAILED],
        "more": lost[MOST_DETAILED:],
        "blank": blank,
    }


def _printable(value: Any) -> Any:
    """The same context with every character outside of Latin-1 that may lack a glyph as "?", formulas untouched."""
    if isinstance(value, dict):
        return {k: v if k in ("name", "lines", "value") else _printable(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_printable(entry) for entry in value]
    return "".join(c if c.isascii() and c.isprintable() else "?" for c in value) if isinstance(value, str) else value
