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
class Exported:
    """What the file holds, in words, what an instructor should know of it, and what to do with it, step by step."""

    told: str
    notes: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()


@dataclass(frozen=True)
class Exporter:
    """`file`: its name in the exam folder, unless the user names another; `options`: those of the command it takes."""

    file: str
    write: Callable[..., Exported]
    options: tuple[str, ...] = ()


def _moodle_xml(order: Order, *, separate: bool = False) -> Exported:
    from qgen.export.content import left_out
    from qgen.export.moodle_xml import moodle_steps, write_moodle_xml

    count = write_moodle_xml(
        order.exam, order.target, separate=separate, templates=order.templates, force=order.force,
        progress=order.progress,
    )  # fmt: skip
    return Exported(several(count, "question"), left_out(order.exam), moodle_steps(order.exam, separate=separate))


def _canvas_qti(order: Order, *, form: bool = False) -> Exported:
    from qgen.export.content import left_out

    exam, target, templates, force = order.exam, order.target, order.templates, order.force
    if form:
        from qgen.export.canvas_form import write_canvas_form

        count = write_canvas_form(exam, target, templates=templates, force=force)
        return Exported(several(count, "question"), left_out(exam), (CANVAS_IMPORT, *FORM_STEPS))
    from qgen.export.canvas_qti import canvas_notes, write_canvas_qti

    count = write_canvas_qti(exam, target, templates=templates, force=force, progress=order.progress)
    return Exported(several(count, "question"), left_out(exam) + canvas_notes(exam), (CANVAS_IMPORT, *QUIZ_STEPS))


CANVAS_IMPORT = "in the course: Settings > Import Course Content > QTI .zip file"
FORM_STEPS = (
    "hand out the printed papers, or post them; publish the quiz for the whole class",
    "afterwards: Quiz Statistics > Student Analysis, and grader score on that one file",
)
QUIZ_STEPS = (
    "assign each quiz to the student who has that variant (or use --form: one quiz for the whole class)",
    "afterwards: of each quiz Quiz Statistics > Student Analysis, all in one folder, and grader score on that folder",
)

AUTOGRADER_STEPS = (
    "Create Assignment > Programming Assignment; upload it at Configure Autograder; try it with Test Autograder",
    "students hand in their filled-in PDF, or the sheet of: qgen export gradescope-sheet",
    "when all have handed in: Review Grades > Publish Grades shows the marks",
)
OUTLINE_STEPS = ("type the table at Edit Outline, and draw each region where it says: Gradescope imports no outline",)
SHEET_STEPS = ("hand it out with the papers; it is the same for everybody, and holds nothing secret",)
COURSE_STEPS = (
    "unpack it in your course's repository, which must be private; commit, push, and sync",
    "say on the assessment's Access page who may open it when, and what is seen after completion",
)


def _gradescope(
    order: Order,
    *,
    roster: Path | None = None,
    by: str = "",
    visibility: str = "",
    show_expected: bool = False,
    attempts: int = 0,
) -> Exported:
    from qgen.export.gradescope import write_autograder

    settings = {
        "by": by or "item",
        "visibility": visibility or "after_published",
        "show_expected": show_expected,
        "attempts": attempts,
    }
    notes = write_autograder(
        order.exam, order.folder, order.target, roster=roster, settings=settings, templates=order.templates,
        force=order.force,
    )  # fmt: skip
    return Exported("an autograder, with the key in it,", notes, AUTOGRADER_STEPS)


def _gradescope_outline(order: Order) -> Exported:
    from qgen.export.outline import outline
    from qgen.files import write_whole

    table, notes = outline(order.exam, order.templates)
    write_whole(order.target, table, force=order.force)
    return Exported(several(table.count("\n") - 1, "region"), notes, OUTLINE_STEPS)


def _gradescope_sheet(order: Order) -> Exported:
    from qgen.export.gradescope import answer_sheet
    from qgen.files import write_whole

    write_whole(order.target, answer_sheet(order.exam, order.templates), force=order.force)
    return Exported("a sheet for students to type into", (), SHEET_STEPS)


def _prairielearn(order: Order) -> Exported:
    from qgen.export.content import left_out
    from qgen.export.prairielearn import write_course

    count = write_course(
        order.exam, order.folder, order.target, templates=order.templates, force=order.force
    )  # fmt: skip
    told = f"a course folder with {several(count, 'question')}, with the key in it,"
    return Exported(told, left_out(order.exam), COURSE_STEPS)


EXPORTERS: Mapping[str, Exporter] = {
    "moodle-xml": Exporter("moodle.xml", _moodle_xml, ("separate",)),
    "canvas-qti": Exporter("canvas.zip", _canvas_qti, ("form",)),
    "gradescope": Exporter("gradescope.zip", _gradescope, ("roster", "by", "visibility", "show_expected", "attempts")),
    "gradescope-outline": Exporter("outline.csv", _gradescope_outline),
    "gradescope-sheet": Exporter("sheet.xlsx", _gradescope_sheet),
    "prairielearn": Exporter("prairielearn.zip", _prairielearn),
}


def not_for(system: str, given: Mapping[str, object]) -> dict[str, str]:
    """Of the options that a user gave (a value that is not false) those that are not for this system, and why."""
    takers = {option: [name for name, one in EXPORTERS.items() if option in one.options] for option in given}
    return {
        option: f"is for {' and '.join(takers[option])}, not for {system}"
        for option, value in given.items()
        if value and system not in takers[option]
    }
