"""feedback/<student>.pdf: marks per layer, and the lost ones, the first of them with the line that was expected."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.marking.verdicts import FOLLOW_THROUGH, Marked, Marks, Place, items_by_student, number
from grader.reasons import OTHER_VARIANT, PAGE_MISSING, WAITING, Wording
from grader.results.handwriting import drawing
from grader.results.marksheet import layer_columns
from qgen.engine.question import Item, Question
from qgen.engine.rounding import Rounding
from qgen.engine.symbols import latex_name
from qgen.exam.exam import Exam
from qgen.files import pdf_names
from qgen.papers.document import document
from qgen.papers.notation import Written
from qgen.papers.papers import Papers
from qgen.papers.words import macro
from qgen.solution.blanks import filled_in
from qgen.solution.worked import Worked
from qgen.typeset.drawing.drawing import Drawing
from qgen.typeset.markup.blocks import escape
from qgen.typeset.pdf.jpeg import Jpeg

# Lost marks that are explained line by line, fewer beside very many, so that feedback stays within two pages; the
# others are listed.
MOST_DETAILED, FEWER_DETAILED, MANY = 9, 4, 60

FROM_OWN = ("uncounted", "not_followed", "invented")  # of reasons: right from own numbers, but not counted

Lines = Callable[[Item], Worked]  # of an item, with the numbers of a student's variant

_FRACTION = re.compile(r"\\frac\{(\\partial \w)\}\{(.*)\}")


@dataclass(frozen=True)
class Feedback:
    """The feedback of a class; what students of one variant share is worked out once."""

    marks: Marks
    templates: Path | None = None
    pictures: Mapping[Place, Jpeg] = field(default_factory=dict)  # of what was written by hand

    @cached_property
    def names(self) -> list[str]:
        """The file of each student."""
        return pdf_names(self.marks.submissions.students)

    def pdf(self, s: int) -> bytes:
        """The PDF of a student."""
        variant = int(self.marks.submissions.variants[s])
        numbers = [question.in_blanks(variant) for question in self.papers.questions]

        def lines(item: Item) -> Worked:
            question, entry = self._blank[item.id]
            return filled_in(entry, numbers[question])

        drawn = {
            self.marks.exam.columns[i]: drawing((s, i), self.marks, self.pictures[s, i], self.papers)
            for i in self._pictured.get(s, ())
        }
        context = _context(self.marks, s, lines, self.papers, drawn.keys())
        return _pdf(self.marks, context, self.papers, drawn)

    @cached_property
    def _pictured(self) -> dict[int, list[int]]:
        return items_by_student(sorted(self.pictures))

    @cached_property
    def papers(self) -> Papers:
        """The exam's, which say how formulas are written and read aloud."""
        return Papers(self.marks.exam, self.templates)

    @cached_property
    def _blank(self) -> dict[str, tuple[int, Worked]]:
        """By item which question it is of, and its worked lines, with blanks for the numbers of a variant."""
        return {
            entry.item.id: (k, entry)
            for k, question in enumerate(self.papers.questions)
            for entry in question.blank.items
        }


def _pdf(marks: Marks, context: dict[str, Any], papers: Papers, drawings: Mapping[str, Drawing]) -> bytes:
    spec = marks.exam.spec
    heading = macro("words.txt", "feedback", folder=papers.templates, language=spec.language)
    return document(
        "feedback.txt", context, spec, papers.templates, papers.written,
        heading=heading, right=escape(context["student"]), words=papers.speech, replacing=True,
        drawings=drawings,
    )  # fmt: skip


def _context(marks: Marks, s: int, lines: Lines, papers: Papers, pictured: Set[str]) -> dict[str, Any]:
    exam, marks_of = marks.exam, marks.earned(slice(s, s + 1))[0].tolist()
    student, wording = marks.submissions.students[s], Wording(exam.spec.language, papers.templates)
    written = papers.written
    score = round(sum(marks_of) + float(marks.tasks.earned[s]), 6)
    cells = [
        _decided(marks.cell((s, i)))
        for i, (item, earned) in enumerate(zip(exam.items, marks_of, strict=True))
        if earned < item.marks or (s, i) in marks.decisions
    ]
    told = [cell for cell in cells if cell.marks < cell.item.marks or cell.decision]
    groups = list(_groups(marks, told, lines, wording, written))
    _detail(groups)
    shown = set()
    for entry in (entry for group in groups for entry in (*group["lost"], *group["more"])):
        entry["picture"] = entry["id"] if entry["id"] in pictured else ""
        shown.add(entry["picture"])
    dropped = np.array([item.id in marks.dropped for item in exam.items])
    followed = list(_where(exam, (marks.verdicts[s] == FOLLOW_THROUGH) & ~dropped))
    layers = []
    for name, columns in layer_columns(exam).items():
        id, _, layer = name.partition("_")
        layers.append(
            {
                "question": id[1:],
                "name": layer,
                "score": _said(written, sum(marks_of[column] for column in columns)),
                "max_score": _said(written, sum(exam.items[column].marks for column in columns)),
            }
        )
    tasks = list(_tasks(marks, s, written))
    return {
        "title": exam.spec.title,
        "variant": exam.variants[int(marks.submissions.variants[s])],
        "student": student,
        "full_name": exam.names.get(student, ""),
        "score": _said(written, score),
        "max_score": _said(written, exam.max_score),
        # a bonus elsewhere makes no lost mark right
        "all_right": not any(cell.marks < cell.item.marks for cell in told) and not _lost(marks, s),
        "percent": f"{100 * score / exam.max_score if exam.max_score else 0:.0f}",
        "share": written.number(f"{100 * exam.spec.marking.follow_through:g}"),
        "without": exam.spec.marking.no_follow_through,
        "layers": layers,
        "tasks": tasks,
        "unmarked": sum(not task["score"] for task in tasks),
        "dropped": list(_where(exam, dropped)),
        "followed": followed,
        "seen": list(_seen(marks, s, pictured - shown)),
        "groups": [group for group in groups if group["lost"] or group["more"] or group["blank"]],
    }


def _seen(marks: Marks, s: int, pictured: Set[str]) -> Iterator[dict[str, Any]]:
    """Of each question the answers that a person read from the paper, and that no other place shows."""
    for k, q in enumerate(marks.exam.spec.questions, start=1):
        here = [item for item in q.question.items if item.id in pictured]
        place = {item.id: i for i, item in enumerate(marks.exam.items)} if here else {}
        found = [
            {
                "inline": _inline(item),
                "picture": item.id,
                "answer": str(marks.submissions.written[s, place[item.id]])[:20].replace("-", "−"),
            }
            for item in here
        ]
        if found:
            yield {"question": k, "id": q.question.id, "answers": found}


def _tasks(marks: Marks, s: int, written: Written) -> Iterator[dict[str, Any]]:
    """Each task with its number in its question, its marks, "" where a person has not given any yet."""
    given = iter(marks.tasks.marks[s].tolist())
    for k, q in enumerate(marks.exam.spec.questions, start=1):
        for place, (task, mark) in enumerate(zip(q.tasks, given, strict=False), start=1):
            score = _said(written, mark) if mark == mark else ""
            yield {"question": k, "number": place, "score": score, "max_score": _said(written, task.marks)}


def _lost(marks: Marks, s: int) -> bool:
    """Whether a task has not all its marks, or none yet."""
    given = zip(marks.exam.tasks, marks.tasks.marks[s].tolist(), strict=True)
    return not all(mark >= task.marks for task, mark in given)


def _where(exam: Exam, chosen: NDArray[np.bool_]) -> Iterator[dict[str, Any]]:
    """For each question and iteration the chosen answers."""
    start = 0
    for k, question in enumerate((q.question for q in exam.spec.questions), start=1):
        here = chosen[start : start + len(question.items)]
        start += len(question.items)
        for t in range(1, question.iterations + 1):
            names = [
                _inline(item) for item, yes in zip(question.items, here, strict=True) if yes and item.iteration == t
            ]
            if names:
                yield {"question": k, "id": question.id, "iteration": _shown_iteration(question, t), "names": names}


def _shown_iteration(question: Question, t: int) -> int:
    """0 where there is only one."""
    return t if question.iterations > 1 else 0


def _said(written: Written, marks: float) -> str:
    """Two decimals are enough for marks, as in gradebook comments."""
    return written.number(number(round(marks, 2)))


def _inline(item: Item) -> str:
    """Its name in a line of text."""
    return _FRACTION.sub(r"\1 / \2", latex_name(item.step))


def _decided(cell: Marked) -> Marked:
    """The cell without a decision that changes nothing."""
    decision = cell.decision
    return replace(cell, decision=None) if decision and decision.marks == decision.instead_of else cell


def _groups(
    marks: Marks, cells: list[Marked], lines: Lines, wording: Wording, written: Written
) -> Iterator[dict[str, Any]]:
    """For each question and iteration what was lost or decided, and what was left blank."""
    rounding = marks.exam.spec.rounding
    for k, question in enumerate((q.question for q in marks.exam.spec.questions), 1):
        for t in range(1, question.iterations + 1):
            here = {item.id for item in question.items if item.iteration == t}
            lost: list[dict[str, Any]] = []
            blank: list[dict[str, Any]] = []
            for cell in (cell for cell in cells if cell.item.id in here):
                left_blank = cell.verdict == "blank" and not cell.decision
                (blank if left_blank else lost).append(_entry(cell, lines(cell.item), rounding, wording, written))
            yield {
                "id": question.id,
                "question": k,
                "iteration": _shown_iteration(question, t),
                "lost": lost,
                "blank": blank,
            }


def _entry(cell: Marked, worked_out: Worked, rounding: Rounding, wording: Wording, written: Written) -> dict[str, Any]:
    """What the template tells of a lost mark, or of one that the examiner decided."""
    name, shown, answer = latex_name(cell.item.step), worked_out.lines[-2:], cell.answer[:60]
    low, high = map(written.number, rounding.first_and_last(float(cell.low), float(cell.high)))
    kind = cell.reason.kind if cell.reason else ""
    misconceptions = cell.reason.misconceptions if cell.reason else ()
    return {
        "id": cell.item.id,
        "picture": "",
        "name": name,
        "inline": _inline(cell.item),
        "iteration": cell.item.iteration,
        "same": [],
        "answer": answer if cell.verdict in ("unreadable", "blank") else answer.replace("-", "−"),
        "low": low,
        "high": high,
        "value": written.number(worked_out.value),
        "verdict": cell.verdict,
        "marks": _said(written, cell.marks),
        "max_marks": _said(written, cell.item.marks),
        # a gradient's product stands on the chain's second line
        "lines": [f"{name} {shown[0]}" if shown[0].startswith("=") else shown[0], *shown[1:]],
        "kind": kind,
        "unread": kind in (*WAITING, PAGE_MISSING),
        "reason": wording.markup(cell.reason, cell.answer) if cell.reason else "",
        "misconceptions": misconceptions,
        "own": cell.verdict == "follow_through" or kind in FROM_OWN,  # the mistake is another one
        "why": cell.verdict in ("imprecise", "wrong", "follow_through"),
        "decision": wording.markup(cell.decision) if cell.decision else "",
    }


def _detail(groups: list[dict[str, Any]]) -> None:
    """Puts the lost marks for whose lines there is no room into `more`; a named mistake teaches most, it has room.

    A mistake is explained once in a question, at the first answer that shows it, which names the others.
    """
    lost = [entry for group in groups for entry in group["lost"]]
    most = MOST_DETAILED if len(lost) + sum(len(group["blank"]) for group in groups) <= MANY else FEWER_DETAILED
    told: dict[tuple[int, tuple[str, ...]], dict[str, Any]] = {}
    new = []
    for question, entry in ((group["question"], entry) for group in groups for entry in group["lost"]):
        mistakes = question, entry["misconceptions"] or (OTHER_VARIANT,) * (entry["kind"] == OTHER_VARIANT)
        if mistakes[1] and not entry["decision"] and told.setdefault(mistakes, entry) is not entry:
            one = told[mistakes]
            elsewhere = entry["iteration"] != one["iteration"]
            one["same"].append({"name": entry["inline"], "iteration": entry["iteration"] if elsewhere else 0})
        else:
            new.append(entry)
    first = sorted(new, key=lambda entry: (not entry["misconceptions"], entry["verdict"] == "imprecise", entry["own"]))
    detailed = {id(entry) for entry in first[:most]} | {id(entry) for entry in lost if entry["decision"]}
    for group in groups:
        group["more"] = [entry for entry in group["lost"] if id(entry) not in detailed]
        group["lost"] = [entry for entry in group["lost"] if id(entry) in detailed]
