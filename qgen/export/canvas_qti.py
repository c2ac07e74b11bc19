"""Canvas: a zip with QTI 1.2, one quiz for every variant and in it one numerical question for every item.

Canvas shuffles the questions of a question group, and these build on each other: so a variant's questions are a
section of their own quiz, in their order. Canvas rounds what is typed to 4 decimals before it compares: smaller
numbers are asked for as a multiple. Format: IMS Question & Test Interoperability 1.2, as Canvas exports it.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import BinaryIO
from xml.sax.saxutils import escape, quoteattr

import numpy as np

from qgen.exam.exam import Exam
from qgen.export.content import Answer, Content, Group, cleaned, item_marks
from qgen.export.ranges import exact, shift, text
from qgen.files import whole_file
from qgen.typeset.drawing.drawing import Drawing
from qgen.typeset.drawing.svg import svg

SMALLEST, FINEST = Decimal("0.01"), Decimal("0.0001")
NARROWEST = 0.0001
QTI = (
    'xmlns="http://www.imsglobal.org/xsd/ims_qtiasiv1p2" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'xsi:schemaLocation="http://www.imsglobal.org/xsd/ims_qtiasiv1p2 '
    'http://www.imsglobal.org/xsd/ims_qtiasiv1p2p1.xsd"'
)
BLANK = (
    '<response_str ident="response1" rcardinality="Single"><render_fib fibtype="Decimal">'
    '<response_label ident="answer1"/></render_fib></response_str>'
)
META = "associatedcontent/imscc_xmlv1p1/learning-application-resource"

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
    package = Package(exam, templates)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        _put(archive, "imsmanifest.xml", package.manifest())
        for name, drawing in package.drawings.items():
            _put(archive, name, drawing)
        for variant in range(len(exam.variants)):
            name = package.quiz_id(variant)
            _put(archive, f"{name}/{name}.xml", package.quiz(variant))
            _put(archive, f"{name}/assessment_meta.xml", package.meta(variant))
            progress(variant + 1, len(exam.variants))


def scales(exam: Exam) -> dict[str, int]:
    """By item the exponent of ten by which Canvas asks for it multiplied: the same in all variants."""
    unit = exam.spec.rounding.unit
    return {
        item.id: shift(
            [exact(float(size)) for size in np.maximum(np.abs(exam.low[i]), np.abs(exam.high[i]))],
            [Decimal(f"{float(u):.9g}") for u in np.atleast_1d(unit(exam.value[i]))],
            SMALLEST,
            FINEST,
        )
        for i, item in enumerate(exam.items)
    }


def canvas_notes(exam: Exam) -> tuple[str, ...]:
    """What an instructor should know before students sit this exam in Canvas."""
    exponents = scales(exam)
    times = np.array([10.0 ** exponents[item.id] for item in exam.items])
    half = (exam.high - exam.low) / 2 * times[:, None]
    scaled = [item for item, exponent in exponents.items() if exponent]
    narrow = [item.id for item, row in zip(exam.items, half, strict=True) if row.min() < NARROWEST]
    notes = []
    if scaled:
        notes.append(f"{_some(scaled)}: Canvas keeps 4 decimals of what is typed, so these ask for a multiple of it")
    if narrow:
        notes.append(
            f"{_some(narrow)}: the accepted range is narrower than Canvas' 4 decimals; students must round as asked"
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

    def quiz_id(self, variant: int) -> str:
        """A variant's quiz: the name of its file, too."""
        return f"{self.prefix}-{self.exam.variants[variant]}"

    def title(self, variant: int) -> str:
        """A variant's quiz as it is called in Canvas."""
        return self.say("quiz", cleaned(self.exam.spec.title), self.exam.variants[variant])

    def manifest(self) -> str:
        """imsmanifest.xml: a resource for every quiz and every drawing."""
        resources = []
        for variant in range(len(self.exam.variants)):
            name = self.quiz_id(variant)
            resources.append(
                f'<resource identifier="{name}" type="imsqti_xmlv1p2"><file href="{name}/{name}.xml"/>'
                f'<dependency identifierref="{name}-meta"/></resource>\n'
                f'<resource identifier="{name}-meta" type="{META}" href="{name}/assessment_meta.xml">'
                f'<file href="{name}/assessment_meta.xml"/></resource>\n'
            )
        for name in self.drawings:
            identity = f"{self.prefix}-{name.removesuffix('.svg')}"
            resources.append(
                f'<resource identifier="{identity}" type="webcontent" href="{name}"><file href="{name}"/></resource>\n'
            )
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            f'<manifest identifier="{self.prefix}" '
            'xmlns="http://www.imsglobal.org/xsd/imsccv1p1/imscp_v1p1">\n'
            "<metadata><schema>IMS Content</schema><schemaversion>1.1.3</schemaversion></metadata>\n<organizations/>\n"
            f"<resources>\n{''.join(resources)}</resources>\n</manifest>\n"
        )

    def meta(self, variant: int) -> str:
        """What Canvas' own export says beside a quiz: above all, not to shuffle."""
        exam = self.exam
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            f'<quiz identifier="{self.quiz_id(variant)}" xmlns="http://canvas.instructure.com/xsd/cccv1p0">\n'
            f"<title>{escape(self.title(variant))}</title>\n<shuffle_answers>false</shuffle_answers>\n"
            f"<quiz_type>assignment</quiz_type>\n<points_possible>{text(exact(item_marks(exam)))}</points_possible>\n"
            "<allowed_attempts>1</allowed_attempts>\n</quiz>\n"
        )

    def quiz(self, variant: int) -> str:
        """One quiz: per question a text with the network and the givens, then its items."""
        exam = self.exam
        name = self.quiz_id(variant)
        items = "".join(item for k in range(len(exam.batches)) for item in self._items(k, variant))
        return (
            f'<?xml version="1.0" encoding="UTF-8"?>\n<questestinterop {QTI}>\n'
            f'<assessment ident="{name}" title={quoteattr(self.title(variant))}>\n'
            "<qtimetadata><qtimetadatafield><fieldlabel>cc_maxattempts</fieldlabel><fieldentry>1</fieldentry>"
            "</qtimetadatafield></qtimetadata>\n"
            f'<section ident="root_section">\n<section ident="{name}-section" title="v{exam.variants[variant]}">\n'
            f"{items}</section>\n</section>\n</assessment>\n</questestinterop>\n"
        )

    def _items(self, k: int, variant: int) -> Iterator[str]:
        name = self.exam.spec.questions[k].question.id
        tag = self.tag(name, variant)
        opening = self.laid_out("opening", tag, self.setup(k, variant))
        yield _item(f"{self.quiz_id(variant)}-{name}", tag, "text_only_question", "0", opening)
        for group in self.solved(k, variant):
            for answer in group.answers:
                yield self._numerical(group, answer, variant)

    def _numerical(self, group: Group, answer: Answer, variant: int) -> str:
        exam, item = self.exam, answer.item
        exponent = self.scales[item.id]
        times = str(10**exponent) if exponent else ""
        tag = self.tag(item.id, variant, times)
        low, high = (exact(float(bound[answer.row, variant])).scaleb(exponent) for bound in (exam.low, exam.high))
        solution = self.laid_out("item_solution", group.factors, answer)
        return _item(
            f"{self.quiz_id(variant)}-{item.id}",
            tag,
            "numerical_question",
            text(exact(item.marks)),
            self.laid_out("item", tag, answer.name, group.place, times),
            _response(text(low), text(high)),
            f'<itemfeedback ident="general_fb"><flow_mat>{_html(solution)}</flow_mat></itemfeedback>\n',
        )


def _item(identity: str, title: str, kind: str, points: str, body: str, response: str = "", feedback: str = "") -> str:
    fields = {"question_type": kind, "points_possible": points, "assessment_question_identifierref": f"{identity}-ref"}
    metadata = "".join(
        f"<qtimetadatafield><fieldlabel>{label}</fieldlabel><fieldentry>{entry}</fieldentry></qtimetadatafield>"
        for label, entry in fields.items()
    )
    return (
        f"<item ident={quoteattr(identity)} title={quoteattr(title)}>\n"
        f"<itemmetadata><qtimetadata>{metadata}</qtimetadata></itemmetadata>\n"
        f"<presentation>{_html(body)}{BLANK if response else ''}</presentation>\n{response}{feedback}</item>\n"
    )


def _html(markup: str) -> str:
    return f'<material><mattext texttype="text/html">{escape(markup)}</mattext></material>'


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


def _put(archive: zipfile.ZipFile, name: str, content: str) -> None:
    """A file of the zip that tells neither time nor machine."""
    info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    info.compress_type = zipfile.ZIP_DEFLATED
    info.create_system = 3
    info.external_attr = 0o644 << 16
    archive.writestr(info, content)


def _some(items: list[str]) -> str:
    shown = ", ".join(items[:4]) + (f" and {len(items) - 4} more" if len(items) > 4 else "")
    return f"{len(items)} items ({shown})" if len(items) > 1 else shown
