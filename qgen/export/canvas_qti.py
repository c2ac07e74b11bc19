"""Canvas: a zip of quizzes, one for every variant and in it one numerical question for every item.

Canvas shuffles the questions of a question group, and these build on each other: so a variant's questions are a
section of their own quiz, in their order. Canvas rounds what is typed to 4 decimals before it compares: finer numbers
are asked for as a multiple, though never of a thousand, which Canvas writes with a mark between thousands. For New
Quizzes every item names the text that it belongs to.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import BinaryIO
from xml.sax.saxutils import escape

import numpy as np

from qgen.exam.exam import Exam
from qgen.export.archive import put
from qgen.export.content import Answer, Content, Group, Texts, cleaned
from qgen.export.qti import NUMBER_BOX, STIMULUS, assessment, item_xml, manifest, material, meta
from qgen.export.ranges import exact, shift, text
from qgen.files import whole_file
from qgen.typeset.drawing.drawing import Drawing
from qgen.typeset.drawing.svg import svg

FINEST, MOST = Decimal("0.0001"), Decimal(1000)
Progress = Callable[[int, int], None]


def write_canvas_qti(
    exam: Exam,
    target: str | Path,
    *,
    templates: str | Path | None = None,
    force: bool = False,
    progress: Progress = lambda done, of: None,
) -> int:
    """The quizzes as a zip, whole or not at all; returns how many numerical questions it holds."""
    with whole_file(target, force=force) as file:
        canvas_qti(exam, file, templates=Path(templates) if templates else None, progress=progress)
    return len(exam.variants) * len(exam.items)


def canvas_qti(
    exam: Exam, file: BinaryIO, *, templates: Path | None = None, progress: Progress = lambda done, of: None
) -> None:
    """Writes the zip: the manifest, the drawings, then quiz by quiz. The same exam gives the same bytes."""
    package, count = Package(exam, templates), len(exam.variants)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        put(archive, "imsmanifest.xml", manifest(package.prefix, map(package.quiz_id, exam.variants), package.drawings))
        for name, drawing in package.drawings.items():
            put(archive, name, drawing)
        for done, (variant, (quiz,)) in enumerate(zip(exam.variants, package.quizzes(), strict=True), 1):
            name = package.quiz_id(variant)
            put(archive, f"{name}/{name}.xml", quiz)
            put(archive, f"{name}/assessment_meta.xml", meta(name, package.title(variant), exam))
            progress(done, count)


def scales(exam: Exam) -> dict[str, int]:
    """By item the exponent of ten by which Canvas asks for it multiplied: the same in all variants."""
    sizes = np.maximum(np.abs(exam.low), np.abs(exam.high)).max(axis=1)
    return {
        item.id: shift(exact(float(size)), unit, FINEST, MOST)
        for item, size, unit in zip(exam.items, sizes, _units(exam), strict=True)
    }


def _units(exam: Exam) -> list[Decimal]:
    """By item the last digit asked for, the finest of all variants."""
    return [Decimal(f"{float(np.min(exam.spec.rounding.unit(values))):.9g}") for values in exam.value]


def canvas_notes(exam: Exam) -> tuple[str, ...]:
    """What an instructor should know before students sit this exam in Canvas."""
    exponents = scales(exam)
    units = dict(zip(exponents, _units(exam), strict=True))
    scaled = [item for item, exponent in exponents.items() if exponent]
    lost = [item for item, exponent in exponents.items() if units[item].scaleb(exponent) < FINEST]
    notes = []
    if scaled:
        notes.append(f"{_some(scaled)}: Canvas keeps 4 decimals of what is typed, so these ask for a multiple of it")
    if lost:
        notes.append(
            f"{_some(lost)}: Canvas' 4 decimals hold fewer digits than are asked for; look at what it says is wrong"
        )
    if exam.spec.marking.imprecise:
        notes.append("Canvas gives no part of the marks for too few digits, nor for follow-through; grader score does")
    return tuple(notes)


@dataclass(frozen=True)
class Package(Content):
    """Writes the files of the zip; what the variants share is computed once."""

    layout = "canvas.txt"

    def picture(self, name: str, drawing: Drawing) -> str:
        """A reference to the network's file."""
        return self.laid_out("picture", f"%24IMS-CC-FILEBASE%24/{name}.svg", drawing.alt)

    @cached_property
    def drawings(self) -> dict[str, str]:
        """The networks as files: name and content."""
        return {f"{name}.svg": svg(drawing) for name, drawing in self.papers.drawings.items()}

    @cached_property
    def scales(self) -> dict[str, int]:
        """By item the exponent of ten it is multiplied by."""
        return scales(self.exam)

    def quiz_id(self, variant: str) -> str:
        """A variant's quiz: the name of its file, too."""
        return f"{self.prefix}-{variant}"

    def title(self, variant: str) -> str:
        """A variant's quiz as it is called in Canvas."""
        return self.say("quiz", cleaned(self.exam.spec.title), variant)

    def embedded(self, markup: str) -> str:
        """HTML as the text of an element."""
        return escape(markup)

    def quizzes(self) -> Iterator[list[bytes]]:
        """The quiz of every variant."""
        questions = range(len(self.exam.batches))

        def texts(variant: int) -> dict[Hashable, bytes]:
            return {key: text for k in questions for key, text in self.texts(k, variant).items()}

        return self.of_variants(lambda known: [self.quiz(known)], texts)

    def quiz(self, texts: Texts) -> str:
        """One quiz: per question a text with the network and the givens, then its items."""
        items = (item for k in range(len(self.exam.batches)) for item in self._items(k, texts))
        variant = texts["variant"]
        return assessment(self.quiz_id(variant), self.title(variant), f"v{variant}", items)

    def texts(self, k: int, variant: int) -> dict[Hashable, bytes]:
        """With the ends of every range as Canvas compares them."""
        found = super().texts(k, variant)
        for item in self.exam.spec.questions[k].question.items:
            for end in ("low", "high"):
                bound, exponent = found[item.id, end], self.scales[item.id]
                typed = text(Decimal(bound.decode()).scaleb(exponent)).encode() if exponent else bound
                found[item.id, "typed", end] = typed
        return found

    def _items(self, k: int, texts: Texts) -> Iterator[str]:
        name = self.exam.spec.questions[k].question.id
        tag = self.tag(name, texts)
        opening = self.laid_out("opening", tag, self.setup(k, texts))
        text_above = f"{self.quiz_id(texts['variant'])}-{name}"
        yield item_xml(text_above, tag, {"question_type": "text_only_question", "points_possible": "0"}, opening)
        for group in self.solved(k, texts):
            for answer in group.answers:
                yield self._numerical(text_above, group, answer, texts)

    def _numerical(self, text_above: str, group: Group, answer: Answer, texts: Texts) -> str:
        item = answer.item
        exponent = self.scales[item.id]
        times = str(10**exponent) if exponent else ""
        tag = self.tag(item.id, texts, times)
        low, high = (texts[item.id, "typed", end] for end in ("low", "high"))
        solution = self.laid_out("item_solution", group.factors, answer)
        return item_xml(
            f"{self.quiz_id(texts['variant'])}-{item.id}",
            tag,
            {"question_type": "numerical_question", "points_possible": text(exact(item.marks)), STIMULUS: text_above},
            self.laid_out("item", tag, answer.name, group.place, times),
            box=NUMBER_BOX,
            response=_response(low, high),
            feedback=f'<itemfeedback ident="general_fb"><flow_mat>{material(solution)}</flow_mat></itemfeedback>\n',
        )


def _response(low: str, high: str) -> str:
    """The range, bounds included, for all the points."""
    return (
        '<resprocessing><outcomes><decvar maxvalue="100" minvalue="0" varname="SCORE" vartype="Decimal"/></outcomes>'
        '<respcondition continue="Yes"><conditionvar><other/></conditionvar>'
        '<displayfeedback feedbacktype="Response" linkrefid="general_fb"/></respcondition>'
        '<respcondition continue="No"><conditionvar>'
        f'<vargte respident="response1">{low}</vargte><varlte respident="response1">{high}</varlte>'
        '</conditionvar><setvar action="Set" varname="SCORE">100</setvar></respcondition></resprocessing>\n'
    )


def _some(items: list[str]) -> str:
    shown = ", ".join(items[:4]) + (f" and {len(items) - 4} more" if len(items) > 4 else "")
    return f"{len(items)} items ({shown})" if len(items) > 1 else shown
