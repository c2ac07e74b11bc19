"""What an exam can be exported for: an entry for each format, with its file, its writer and the options of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from qgen.errors import several

if TYPE_CHECKING:
    from qgen.exam.exam import Exam

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Order:
    """What to export: the `exam` of a `folder`, and to which file."""

    exam: Exam
    folder: Path
    target: Path
    templates: Path | None = None
    force: bool = False
    progress: Progress = lambda done, of: None


@dataclass(frozen=True)
class Written:
    """What the file holds, in words, what an instructor should know of it, and what to do with it, step by step."""

    told: str
    notes: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()


@dataclass(frozen=True)
class Exporter:
    """`file`: its name in the exam folder, unless the user names another; `options`: those of the command it takes."""

    file: str
    write: Callable[..., Written]
    options: tuple[str, ...] = ()


def _moodle_xml(order: Order, *, separate: bool = False) -> Written:
    from qgen.export.content import left_out
    from qgen.export.moodle_xml import moodle_steps, write_moodle_xml

    count = write_moodle_xml(
        order.exam, order.target, separate=separate, templates=order.templates, force=order.force,
        progress=order.progress,
    )  # fmt: skip
    return Written(several(count, "question"), left_out(order.exam), moodle_steps(order.exam, separate=separate))


def _canvas_qti(order: Order, *, form: bool = False) -> Written:
    from qgen.export.content import left_out

    exam, target, templates, force = order.exam, order.target, order.templates, order.force
    if form:
        from qgen.export.canvas_form import write_canvas_form

        count = write_canvas_form(exam, target, templates=templates, force=force)
        return Written(several(count, "question"), left_out(exam), (CANVAS_IMPORT, *FORM_STEPS))
    from qgen.export.canvas_qti import canvas_notes, write_canvas_qti

    count = write_canvas_qti(exam, target, templates=templates, force=force, progress=order.progress)
    return Written(several(count, "question"), left_out(exam) + canvas_notes(exam), (CANVAS_IMPORT, *QUIZ_STEPS))


CANVAS_IMPORT = "in the course: Settings > Import Course Content > QTI .zip file"
FORM_STEPS = (
    "hand out the printed papers, or post them; publish the quiz for the whole class",
    "afterwards: Quiz Statistics > Student Analysis, and grader score on that one file",
)
QUIZ_STEPS = (
    "assign each quiz to the student who has that variant (or use --form: one quiz for the whole class)",
    "afterwards: of each quiz Quiz Statistics > Student Analysis, all in one folder, and grader score on that folder",
)

EXPORTERS: Mapping[str, Exporter] = {
    "moodle-xml": Exporter("moodle.xml", _moodle_xml, ("separate",)),
    "canvas-qti": Exporter("canvas.zip", _canvas_qti, ("form",)),
}


def not_for(system: str, given: Mapping[str, object]) -> dict[str, str]:
    """Of the options that a user gave (a value that is not false) those that are not for this system, and why."""
    takers = {option: [name for name, one in EXPORTERS.items() if option in one.options] for option in given}
    return {
        option: f"is for {' and '.join(takers[option])}, not for {system}"
        for option, value in given.items()
        if value and system not in takers[option]
    }
