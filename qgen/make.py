"""Makes an exam folder: draws, certifies, prints; whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from multiprocessing import Value
from pathlib import Path
from typing import TYPE_CHECKING

from qgen.errors import InputError, collecting, quoted, several
from qgen.exam.exam import MOST_VARIANTS, Exam, draw_exam, make_exam, read_exam, write_exam
from qgen.exam.sample import Tally
from qgen.exam.seed import Seed, seed_of
from qgen.exam.spec import COMBS, Spec, spec_of
from qgen.files import as_printed, whole_file, whole_folder, write_whole
from qgen.memory import seldom_tidied
from qgen.parallel import Progress, copied, copies, processors, received, unheard

if TYPE_CHECKING:
    from qgen.papers.papers import Papers

# What an exam folder may hold for --force to replace it.
OURS = (
    "exam.json", "key.csv", "answers.csv", "answers.xlsx", "papers", "solutions", "keys",
    "papers.pdf", "solutions.pdf", "door.pdf",
    "moodle.xml", "canvas.zip", "gradescope.zip", "outline.csv", "sheet.xlsx", "prairielearn.zip",
)  # fmt: skip
FEW = 1000  # so many variants are handed from one process to another in less time than it takes to get ready to print

Drawn = tuple[Exam, tuple[Tally, ...]]


@dataclass(frozen=True)
class Made:
    """What `make` made, how many draws it took, by question, and the papers that it replaced, if any, in words."""

    exam: Exam
    tallies: tuple[Tally, ...]
    folder: Path
    replaced: str = ""

    def __repr__(self) -> str:
        return f"<Made {self.exam!r} in {self.folder}>"


def make(
    spec: Spec | Mapping[str, object],
    n: int,
    out: str | Path,
    *,
    variants: int | None = None,
    seed: Seed = None,
    students: Mapping[str, str] | None = None,
    seats: Mapping[str, str] | None = None,
    jobs: int = 1,
    force: bool = False,
    templates: str | Path | None = None,
    booklet: bool = False,
    solutions: bool = True,
    progress: Progress = unheard,
) -> Made:
    """papers/, exam.json, key.csv and both answer sheets in `out`, then solutions/ and keys/. InputError for any fault.

    The folder is whole as soon as it is there; solutions and keys follow, each whole, and `resume` completes what was
    stopped. `solutions`: whether they are made at once. `n`: how many papers; `variants`: how many different ones among
    them, each of its own if None. `students`: names by id, `seats`: of those who have one. `booklet`: papers.pdf and
    solutions.pdf too, all in one for the print shop. With `students` or a booklet also door.pdf; it and the booklets
    are in the order of the seats.
    """
    spec, out, templates = spec_of(spec), Path(out), Path(templates) if templates else None
    _check_counts(n, variants, students or {})
    if variants is None:
        variants = 1 if all(q.all_fixed for q in spec.questions) else n
    _check_printable(spec, students or {}, seats or {}, templates)
    replaced = _standing(out)
    if replaced and not force:
        hint = "choose another with --out, or replace it with --force"
        raise InputError(f"{out}: holds {replaced}, which nobody can mark without it; {hint}")
    with whole_folder(out, force=force, marker="exam.json", ours=OURS) as folder, seldom_tidied():
        for sheet in ("answers.csv", "answers.xlsx"):
            _check_unanswered(out / sheet)
        draw = partial(draw_exam, spec, variants, seed_of(seed), students=students)

        def drawing(done: int) -> None:
            progress("drawing", done, variants * len(spec.questions))

        if jobs != 1 and variants <= FEW and copied() and processors() != 1:
            exam, tallies = _drawn(draw, drawing, spec, templates)
        else:
            exam, tallies = draw(progress=drawing)

        # What prints is imported while another process draws.
        from qgen.day.printing import bind_papers, print_papers, write_door_list
        from qgen.papers.papers import Papers

        write_exam(exam, folder, rows=n)
        papers = Papers(exam, templates)
        print_papers(papers, folder, jobs=jobs, progress=progress)
        if booklet:
            bind_papers(papers, folder, seats or {})
        if booklet or students:
            write_door_list(papers, folder, seats or {})
    if solutions:
        _complete(papers, out, seats or {}, jobs, progress)
    return Made(exam, tallies, out, replaced)


def resume(
    out: str | Path, *, jobs: int = 1, templates: str | Path | None = None, progress: Progress = unheard
) -> tuple[Exam, list[str]]:
    """Makes the solutions and keys that an exam folder lacks; the exam, and what was made."""
    from qgen.papers.papers import Papers

    out = Path(out)
    exam = read_exam(out)
    return exam, _complete(Papers(exam, Path(templates) if templates else None), out, {}, jobs, progress)


def _complete(papers: Papers, out: Path, seats: Mapping[str, str], jobs: int, progress: Progress) -> list[str]:
    """Solutions and keys, where they are missing; bound where the papers are."""
    from qgen.day.printing import bind_solutions, print_pdfs

    made = [name for name in ("solutions", "keys") if not (out / name).exists()]
    with ExitStack() as stack, seldom_tidied():
        new = {name: stack.enter_context(whole_folder(out / name, force=False, marker="", ours=())) for name in made}
        kinds = {"solutions": papers.solution, "keys": papers.key}
        if new:
            print_pdfs(papers.exam, {new[name]: kinds[name] for name in made}, jobs, "printing solutions", progress)
    if (out / "papers.pdf").exists() and not (out / "solutions.pdf").exists():
        with whole_file(out / "solutions.pdf", force=False) as file:
            bind_solutions(papers.exam, out / "solutions", file, seats)
        made.append("solutions.pdf")
    return made


def _check_counts(n: int, variants: int | None, students: Mapping[str, str]) -> None:
    """InputError where so many papers cannot be made."""
    if not 1 <= n <= MOST_VARIANTS:
        raise InputError(f'--n: "{n}" papers cannot be made; write 1 to {MOST_VARIANTS}')
    if len(students) > n:
        raise InputError(f'--n: "{n}" is less than the {len(students)} students of the roster; leave --n out')
    if variants is not None and not 1 <= variants <= n:
        raise InputError(f'--variants: "{variants}" is not accepted; write 1, one paper for all, to {n}, one for each')


def _drawn(draw: Callable[..., Drawn], progress: Callable[[int], None], spec: Spec, templates: Path | None) -> Drawn:
    """What `draw` makes in a process of its own, while this one gets ready to print."""
    accepted = Value("q", 0)
    with copies(lambda _: draw(progress=partial(setattr, accepted, "value")), [[None]]) as (pipe,):
        from qgen.papers.papers import get_ready

        get_ready(spec, templates)
        while not pipe.poll(0.1):
            progress(accepted.value)
        progress(accepted.value)
        result: Drawn = received(pipe)
        return result


def preview(
    spec: Spec | Mapping[str, object],
    out: str | Path,
    *,
    seed: Seed = 1,
    templates: str | Path | None = None,
    force: bool = False,
) -> tuple[Path, Path]:
    """One paper and its solution in `out`; their places. The last ones are replaced: with `force`, or as they were."""
    from qgen.papers.papers import Papers

    out, templates = Path(out), Path(templates) if templates else None
    paper, solution = out / "paper.pdf", out / "solution.pdf"

    def check_unchanged() -> None:
        changed = [path for path in (paper, solution) if path.exists() and not as_printed(path)]
        if changed and not force:
            raise InputError(
                *(
                    f"{path}: was filled in, changed or made by something else; choose another folder with --out, "
                    "or replace it with --force"
                    for path in changed
                )
            )

    check_unchanged()
    spec = spec_of(spec)
    _check_printable(spec, {}, {}, templates)
    exam = make_exam(spec, 1, seed)
    papers = Papers(exam, templates)
    pdfs = papers.question_paper(0), papers.solution(0)
    check_unchanged()  # somebody may have looked at the last ones meanwhile, and written into them
    for path, pdf in zip((paper, solution), pdfs, strict=True):
        write_whole(path, pdf, force=True)
    return paper, solution


def _standing(out: Path) -> str:
    """The papers of the exam that --force would replace, which nobody can mark then; "" where there is none."""
    marker = out / "exam.json"
    if not marker.is_file():
        return ""
    count = len([*(out / "papers").glob("*.pdf")])
    return f"{several(count, 'paper')} made {datetime.fromtimestamp(marker.stat().st_mtime):%Y-%m-%d %H:%M}"


def _check_unanswered(sheet: Path) -> None:
    """InputError where an answer sheet, which --force would replace, was filled in, or is one no more."""
    if not sheet.exists():
        return
    from qgen.tables.rows import blank
    from qgen.tables.table import read_table

    try:
        table = read_table(sheet)
        items = [at for at, heading in enumerate(table.heading) if heading not in ("student_id", "variant", "name")]
        filled = any(not blank(row[at] for at in items if at < len(row)) for _, row in table.rows)
    except InputError:
        filled = True
    if filled:
        raise InputError(f"{sheet}: holds answers; move it away, or choose another exam folder with --out")


def _check_printable(spec: Spec, students: Mapping[str, str], seats: Mapping[str, str], templates: Path | None) -> None:
    """InputError with every name and heading that has a character which no typeface has, and what to do.

    And with what is wrong with the markup of instructions and tasks. What reads that is imported where there are any:
    else it is, while another process draws.
    """
    from qgen.typeset.fonts.faces import UnprintableError
    from qgen.typeset.fonts.glyphs import Glyphs

    words = {"title": spec.title, **spec.fields, "instructions": spec.instructions}
    texts = [(f"{key} {quoted(text)}", text) for key, text in words.items()]
    texts += [(f"student {quoted(student)}, {quoted(name)}", f"{student} {name}") for student, name in students.items()]
    texts += [(f"student {quoted(student)}, seat {quoted(seat)}", seat) for student, seat in seats.items()]
    faults: list[str] = []
    remedies: dict[str, None] = {}
    for what, text in texts:
        try:
            Glyphs(text)
        except UnprintableError as fault:
            faults.append(f"{what}: {fault.fault}")
            remedies[fault.remedy] = None
    if spec.instructions or spec.boxes == COMBS or any(q.tasks for q in spec.questions):
        from qgen.papers.task_texts import check_texts

        with collecting(faults):
            check_texts(spec, templates)
    if faults:
        raise InputError(*faults, *remedies)
