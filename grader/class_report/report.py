"""A class's report: for a notebook, for a results folder, and made again from one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from markupsafe import escape

from grader.class_report.cohort import Cohort
from grader.class_report.items_csv import items_csv
from grader.class_report.page import page
from grader.class_report.stored import read_cohort
from grader.marking.verdicts import Marks
from grader.results.collusion import Evidence, collusion
from qgen.errors import InputError, several
from qgen.exam.exam import Exam, read_unverified
from qgen.files import write_whole
from qgen.memory import seldom_tidied

REPORT, ITEMS = "report.html", "items.csv"
PASS = 50.0  # per cent
Progress = Callable[[str, int, int], None]
HEIGHT = 720  # of the page in a notebook, in pixels


@dataclass(frozen=True)
class Report:
    """`html` is the page, `items` the text of items.csv. A notebook shows the page."""

    html: str
    items: str
    students: int

    def write(self, folder: str | Path, *, force: bool = False) -> None:
        """Both files, into a folder. InputError where one exists, without `force`."""
        folder = Path(folder)
        faults = [f"{folder / name}: exists; name another folder with --out, or replace it with --force"
                  for name in (REPORT, ITEMS) if not force and (folder / name).exists()]  # fmt: skip
        if faults:
            raise InputError(*faults)
        for name, text in self.files().items():
            write_whole(folder / name, text, force=force)

    def files(self) -> dict[str, str]:
        """Their texts by name."""
        return {REPORT: self.html, ITEMS: self.items}

    def __repr__(self) -> str:
        return f"<Report on {several(self.students, 'student')}>"

    def _repr_html_(self) -> str:
        """In a frame of its own: neither its looks nor its script touch the notebook."""
        frame = f'width="100%" height="{HEIGHT}" style="border:0" sandbox="allow-scripts"'
        return f'<iframe {frame} title="{escape(repr(self))}" srcdoc="{escape(self.html)}"></iframe>'


def report(
    marks: Marks,
    *,
    pass_mark: float = PASS,
    names: bool = False,
    templates: str | Path | None = None,
    suspicions: tuple[Evidence, ...] | None = None,
) -> Report:
    """The report of a class that was marked. pass_mark: in per cent; names: with students' ids and names.

    suspicions: of `collusion`, if they are known already.
    """
    cohort = Cohort.of(marks, collusion(marks) if suspicions is None else suspicions)
    return _report(cohort, pass_mark, names, None if templates is None else Path(templates))


@seldom_tidied()
def report_of(
    results: Path, exam: Path | None, *, pass_mark: float = PASS, names: bool = False, templates: Path | None = None,
    progress: Progress = lambda what, done, of: None,
) -> tuple[Report, str]:  # fmt: skip
    """The report of a results folder; and a remark, where ./exam is not what was marked, so that no exam is used.

    exam: the folder of the exam that was marked; where it is None, ./exam is tried.
    """
    progress("reading", 0, 1)
    if exam is not None:
        cohort, remark = read_cohort(results, read_unverified(exam)[0]), ""
    else:
        cohort, remark = _with_exam_here(results)
    progress("reading", 1, 1)
    return _report(cohort, pass_mark, names, templates), remark


def _with_exam_here(results: Path) -> tuple[Cohort, str]:
    here = Path("exam")
    if not (here / "exam.json").is_file():
        return read_cohort(results), "no exam in ./exam: networks and worked lines are left out; name it with --exam"
    exam: Exam = read_unverified(here)[0]
    try:
        return read_cohort(results, exam), ""
    except InputError as fault:
        return read_cohort(results), f"./exam is left out: {fault.faults[0]}"


def _report(cohort: Cohort, pass_mark: float, names: bool, templates: Path | None) -> Report:
    if not 0 <= pass_mark <= 100:
        raise InputError(f"--pass: {pass_mark} is no pass mark in per cent; write 0 to 100")
    return Report(
        page(cohort, mark=pass_mark, named=names, templates=templates), items_csv(cohort), len(cohort.students)
    )
