"""Makes an exam folder: draws, certifies, prints; whole or not at all."""

from __future__ import annotations

import gc
import os
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from qgen.errors import InputError
from qgen.exam import Exam, make_exam, write_exam
from qgen.folder import safe_name, unique_names, whole_folder, write_whole
from qgen.sample import Tally
from qgen.spec import Spec

if TYPE_CHECKING:
    from qgen.paper.papers import Papers

OURS = (
    "exam.json", "key.csv", "answers.csv", "papers", "solutions", "papers.pdf", "solutions.pdf", "moodle.xml",
    "canvas.zip",
)  # fmt: skip
"""What an exam folder may hold for --force to replace it."""
MOST_VARIANTS = 100_000
MOST_JOBS = 8
RARELY = 100_000, 10, 100
"""How often Python looks for reference cycles while printing: there are few, and looking took a fifth of the time."""

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much is done and of how much."""


@dataclass(frozen=True)
class Made:
    """What `make` made, and how many draws it took, by question."""

    exam: Exam
    tallies: tuple[Tally, ...]
    folder: Path


def new_seed() -> int:
    """128 bits from the operating system."""
    return secrets.randbits(128)


def make(
    spec: Spec,
    n: int,
    out: Path,
    *,
    seed: int | None = None,
    students: Mapping[str, str] | None = None,
    jobs: int = 1,
    force: bool = False,
    templates: Path | None = None,
    booklet: bool = False,
    progress: Progress = lambda what, done, of: None,
) -> Made:
    """papers/, solutions/, exam.json, key.csv and answers.csv in `out`. InputError where anything is at fault.

    `booklet`: papers.pdf and solutions.pdf too, all in one for the print shop.
    """
    if not 1 <= n <= MOST_VARIANTS:
        raise InputError(f'--n: "{n}" papers cannot be made; write 1 to {MOST_VARIANTS}')
    if students is not None and len(students) > n:
        raise InputError(f'--n: "{n}" is less than the {len(students)} students of the roster; leave --n out')
    if students:
        _check_printable(students)
    _check_unanswered(out / "answers.csv")
    with whole_folder(out, force=force, marker="exam.json", ours=OURS) as folder:
        total = n * len(spec.questions)
        exam, tallies = make_exam(
            spec,
            n,
            new_seed() if seed is None else seed,
            students=students,
            progress=lambda done: progress("drawing", done, total),
        )
        write_exam(exam, folder)
        print_papers(exam, folder, jobs=jobs, templates=templates, progress=progress)
        if booklet:
            from qgen.booklet import bind

            for kind in ("papers", "solutions"):
                bind([folder / kind / name for name in file_names(exam)], folder / f"{kind}.pdf", spec.title)
    return Made(exam, tallies, out)


def preview(spec: Spec, out: Path, *, seed: int = 1, templates: Path | None = None) -> tuple[Path, Path]:
    """One paper and its solution in `out`, replacing the last ones; their places."""
    from qgen.paper.papers import Papers

    exam, _ = make_exam(spec, 1, seed)
    papers = Papers(exam, templates)
    paper, solution = out / "paper.pdf", out / "solution.pdf"
    for path, pdf in ((paper, papers.question_paper(0)), (solution, papers.solution(0))):
        write_whole(path, pdf, force=True)
    return paper, solution


def _check_unanswered(sheet: Path) -> None:
    """InputError where an answer sheet, which --force would replace, was filled in."""
    try:
        rows = sheet.read_text("utf-8", errors="replace").splitlines()[1:]
    except OSError:
        return
    if any(row.split(",", 2)[2:] and row.split(",", 2)[2].strip(" ,;\t") for row in rows):
        raise InputError(f"{sheet}: holds answers; move it away, or choose another exam folder with --out")


def _check_printable(students: Mapping[str, str]) -> None:
    """InputError with every student whose id or name has a character that no typeface has, and what to do."""
    from qgen.paper.fonts import UnprintableError
    from qgen.paper.glyphs import Glyphs

    faults: list[str] = []
    remedies: dict[str, None] = {}
    for student, name in students.items():
        try:
            Glyphs(f"{student} {name}")
        except UnprintableError as fault:
            faults.append(f'student "{student}", "{name}": {fault.fault}')
            remedies[fault.remedy] = None
        except InputError as fault:
            faults.append(f'student "{student}", "{name}": {fault}')
    if faults:
        raise InputError(*faults, *remedies)


def print_papers(
    exam: Exam,
    folder: Path,
    *,
    jobs: int = 1,
    templates: Path | None = None,
    progress: Progress = lambda what, done, of: None,
) -> None:
    """Every paper into papers/ and every solution into solutions/, on `jobs` processes; 0: as many as are worth it."""
    from qgen.paper.papers import Papers

    for name in ("papers", "solutions"):
        (folder / name).mkdir()
    n = len(exam.variants)
    papers, names = Papers(exam, templates), file_names(exam)
    jobs = jobs or _worthwhile(n)
    usual = gc.get_threshold()
    gc.set_threshold(*RARELY)
    try:
        _report(_printed(papers, names, folder, jobs), n, progress)
    finally:
        gc.set_threshold(*usual)


def _worthwhile(n: int) -> int:
    """As many processes as there are processors, each with enough to print to be worth its start."""
    import multiprocessing

    # A copy of this process starts at once and knows all that it knows; elsewhere each imports everything anew.
    least = 10 if multiprocessing.get_start_method() == "fork" else 100
    return max(1, min(os.cpu_count() or 1, MOST_JOBS, n // least))


def _printed(papers: Papers, names: Sequence[str], folder: Path, jobs: int) -> Iterator[int]:
    """The variants as they are printed."""
    n = len(names)
    if jobs <= 1 or n < 2 * jobs:
        yield from _print_range(papers, names, folder, range(n))
        return
    from concurrent.futures import ProcessPoolExecutor

    # What the first papers make known, copies of this process know from the start.
    yield from _print_range(papers, names, folder, range(1))
    chunk = max(1, min(16, n // (8 * jobs)))
    ranges = [range(start, min(n, start + chunk)) for start in range(1, n, chunk)]
    with ProcessPoolExecutor(jobs, initializer=_start, initargs=(papers, names, folder)) as pool:
        for part in pool.map(_print_some, ranges):
            yield from part


def _report(done: Iterable[int], n: int, progress: Progress) -> None:
    for count, _ in enumerate(done, start=1):
        progress("printing", count, n)


def _print_range(papers: Papers, names: Sequence[str], folder: Path, variants: Iterable[int]) -> Iterator[int]:
    for variant in variants:
        (folder / "papers" / names[variant]).write_bytes(papers.question_paper(variant))
        (folder / "solutions" / names[variant]).write_bytes(papers.solution(variant))
        yield variant


_WORK: list[tuple[Papers, Sequence[str], Path]] = []
"""What a worker process prints, set once by its initializer."""


def _start(papers: Papers, names: Sequence[str], folder: Path) -> None:
    gc.set_threshold(*RARELY)
    _WORK.append((papers, names, folder))


def _print_some(variants: range) -> list[int]:
    return list(_print_range(*_WORK[-1], variants))


def file_names(exam: Exam) -> list[str]:
    """A PDF's name for every variant: the student's id made safe and unique; spare papers by their variant."""
    holders = {variant: student for student, variant in exam.students.items()}
    spare = "spare-" if holders else ""  # a student's id may look like a variant
    names = [safe_name(holders[name]) if name in holders else spare + name for name in exam.variants]
    return [name + ".pdf" for name in unique_names(names)]
