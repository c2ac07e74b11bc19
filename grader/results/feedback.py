"""feedback/<student>.pdf: marks per layer, and the lost ones, the first of them with the line that was expected."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from grader.marking.explain import typeset
from grader.marking.overrides import WAS
from grader.marking.verdicts import REPEATS, VERDICTS, Marks, worth
from grader.results.marksheet import layer_columns, number
from qgen.decimals import plain
from qgen.engine.symbols import latex_name
from qgen.errors import InputError
from qgen.files import safe_name, unique_names
from qgen.papers.words import in_template, macro
from qgen.papers.words import render as words
from qgen.solution.worked import Derivation, Worked, worked
from qgen.typeset.markup.blocks import escape
from qgen.typeset.page.pages import render

MOST_DETAILED, FEWER_DETAILED, MANY = 9, 4, 60
"""Lost marks that are explained line by line, fewer beside very many, so that feedback stays within two pages; the
others are listed."""

_FRACTION = re.compile(r"\\frac\{(\\partial \w)\}\{(.*)\}")


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
    markup = words("feedback.txt", context, templates, spec.language)
    with in_template("feedback.txt", templates, spec.language):
        return render(
            markup,
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
    exam, marks_of = marks.exam, marks.earned(slice(s, s + 1))[0].tolist()
    groups = []
    for k, question in enumerate((q.question for q in exam.spec.questions), 1):
        for t in range(1, question.iterations + 1):
            here = {item.id for item in question.items if item.iteration == t}
            found = [
                _entry(marks, s, i, earned, lines[item.id])
                for i, (item, earned) in enumerate(zip(exam.items, marks_of, strict=True))
                if item.id in here and (earned < item.marks or _changed(marks, s, i))
            ]
            lost = [entry for entry in found if entry["verdict"] != "blank" or entry["decided"]]
            blank = [entry for entry in found if entry["verdict"] == "blank" and not entry["decided"]]
            iteration = t if question.iterations > 1 else 0
            groups.append({"question": k, "iteration": iteration, "lost": lost, "blank": blank})
    _detail(groups)
    layers = []
    for name, columns in layer_columns(exam).items():
        id, _, layer = name.partition("_")
        layers.append(
            {
                "question": id[1:],
                "name": layer,
                "score": number(sum(marks_of[column] for column in columns)),
                "max_score": number(sum(exam.items[column].marks for column in columns)),
            }
        )
    score = round(sum(marks_of), 6)
    return {
        "title": exam.spec.title,
        "variant": exam.variants[int(marks.submissions.variants[s])],
        "student": marks.submissions.students[s],
        "full_name": exam.names.get(marks.submissions.students[s], ""),
        "score": number(score),
        "max_score": number(exam.max_score),
        "all_right": score >= exam.max_score,
        "percent": f"{100 * score / exam.max_score if exam.max_score else 0:.0f}",
        "layers": layers,
        "groups": [group for group in groups if group["lost"] or group["more"] or group["blank"]],
    }


def _entry(marks: Marks, s: int, i: int, earned: float, worked_out: Worked) -> dict[str, Any]:
    """What the template tells of a lost mark, or of one that the examiner decided."""
    exam, variant, item = marks.exam, int(marks.submissions.variants[s]), marks.exam.items[i]
    name, verdict = latex_name(item.step), VERDICTS[marks.verdicts[s, i]]
    answer = marks.submissions.written[s, i][:60]
    note = marks.said.get((s, i), "") if verdict == "imprecise" else marks.notes.get((s, i), "")
    decided = _changed(marks, s, i)
    note = note.rpartition(WAS)[0] or note if decided else note.rpartition(WAS)[2]
    misconception, _ = marks.explained.get((s, i), ("", ""))
    said = escape(note.replace(f"{item.step}: used ", "Used ").replace(f"{item.step}: ", ""))
    shown = worked_out.lines[-2:]
    return {
        "name": name,
        "inline": _FRACTION.sub(r"\1 / \2", name),
        "answer": answer if verdict in ("unreadable", "blank") else answer.replace("-", "−"),
        "low": plain(float(exam.low[i, variant])),
        "high": plain(float(exam.high[i, variant])),
        "value": worked_out.value,
        "verdict": verdict,
        "decided": decided,
        "marks": number(earned),
        "max_marks": number(item.marks),
        # a gradient's product stands on the chain's second line
        "lines": [f"{name} {shown[0]}" if shown[0].startswith("=") else shown[0], *shown[1:]],
        "repeats": note == REPEATS,
        "note": note,
        "misconception": misconception,
        "why": _why(verdict, note, misconception),
        "typeset": typeset(said) if misconception else escape(note),
    }


def _why(verdict: str, note: str, misconception: str) -> list[str]:
    """In names, why a mark was lost, where that can be said in a word or two."""
    if verdict == "imprecise" or note == REPEATS:
        return ["imprecise" if verdict == "imprecise" else "repeats"]
    return misconception.split(" + ") if misconception else []


def _changed(marks: Marks, s: int, i: int) -> bool:
    """Whether the examiner gave other marks than the verdict's."""
    return marks.decided.get((s, i), None) not in (None, float(worth(marks.exam, marks.verdicts[s, i])[i]))


def _detail(groups: list[dict[str, Any]]) -> None:
    """Puts the lost marks for whose lines there is no room into `more`; a named mistake teaches most, it has room."""
    lost = [entry for group in groups for entry in group["lost"]]
    most = MOST_DETAILED if len(lost) + sum(len(group["blank"]) for group in groups) <= MANY else FEWER_DETAILED
    first = sorted(lost, key=lambda entry: (not entry["misconception"], entry["verdict"] == "imprecise"))
    detailed = {id(entry) for entry in first[:most]} | {id(entry) for entry in lost if entry["decided"]}
    for group in groups:
        group["more"] = [entry for entry in group["lost"] if id(entry) not in detailed]
        group["lost"] = [entry for entry in group["lost"] if id(entry) in detailed]


def _printable(value: Any) -> Any:
    """The same context with every character that is not ASCII, and may lack a glyph, as "?", formulas untouched."""
    if isinstance(value, dict):
        return {k: v if k in ("name", "inline", "lines", "value") else _printable(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_printable(entry) for entry in value]
    return (
        "".join(c if c == "−" or (c.isascii() and c.isprintable()) else "?" for c in value)
        if isinstance(value, str)
        else value
    )
