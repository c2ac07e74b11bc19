"""Makes an exam folder: draws, certifies, prints; whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from multiprocessing import Value
from pathlib import Path

from qgen.errors import InputError, quoted
from qgen.exam.exam import MOST_VARIANTS, Exam, draw_exam, make_exam, write_exam
from qgen.exam.sample import Tally
from qgen.exam.seed import Seed, seed_of
from qgen.exam.spec import Spec, spec_of
from qgen.files import as_printed, safe_name, unique_names, whole_folder, write_whole
from qgen.memory import seldom_tidied
from qgen.parallel import copied, copies, each, processors, received, worthwhile

# What an exam folder may hold for --force to replace it.
OURS = (
    "exam.json", "key.csv", "answers.csv", "answers.xlsx", "papers", "solutions", "keys",
    "papers.pdf", "solutions.pdf", "door.pdf",
    "moodle.xml", "canvas.zip",
)  # fmt: skip
FEWEST = 10  # papers for which a process of their own is worth its start
FEW = 1000  # so many variants are handed from one process to another in less time than it takes to get ready to print

Progress = Callable[[str, int, int], None]  # called with what is being done, how much is done and of how much
Drawn = tuple[Exam, tuple[Tally, ...]]


@dataclass(frozen=True)
class Made:
    """What `make` made, and how many draws it took, by question."""

    exam: Exam
    tallies: tuple[Tally, ...]
    folder: Path

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
    progress: Progress = lambda what, done, of: None,
) -> Made:
    """papers/, solutions/, keys/, exam.json, key.csv and both answer sheets in `out`. InputError for any fault.

    `n`: how many papers; `variants`: how many different ones among them, each of its own if None. `students`: names by
    id, `seats`: of those who have one. `booklet`: papers.pdf and solutions.pdf too, all in one for the print shop. With
    `students` or a booklet also door.pdf; it and the booklets are in the order of the seats.
    """
    from qgen.papers.task_texts import check_tasks

    spec, out, templates = spec_of(spec), Path(out), Path(templates) if templates else None
    if not 1 <= n <= MOST_VARIANTS:
        raise InputError(f'--n: "{n}" papers cannot be made; write 1 to {MOST_VARIANTS}')
    if students is not None and len(students) > n:
        raise InputError(f'--n: "{n}" is less than the {len(students)} students of the roster; leave --n out')
    if variants is not None and not 1 <= variants <= n:
        raise InputError(f'--variants: "{variants}" is not accepted; write 1, one paper for all, to {n}, one for each')
    if variants is None:
        variants = 1 if all(q.all_fixed for q in spec.questions) else n
    _check_printable(spec, students or {}, seats or {})
    check_tasks(spec, templates)
    with whole_folder(out, force=force, marker="exam.json", ours=OURS) as folder, seldom_tidied():
        for sheet in ("answers.csv", "answers.xlsx"):
            _check_unanswered(out / sheet)
        draw = partial(draw_exam, spec, variants, seed_of(seed), students=students)
        total = variants * len(spec.questions)

        def drawing(done: int) -> None:
            progress("drawing", done, total)

        if jobs != 1 and variants <= FEW and copied() and processors() != 1:
            exam, tallies = _drawn(draw, drawing, spec, templates)
        else:
            exam, tallies = draw(progress=drawing)
        write_exam(exam, folder, rows=n)
        print_papers(exam, folder, jobs=jobs, templates=templates, progress=progress)
        if booklet:
            bind_papers(exam, folder, seats or {}, templates)
        if booklet or students:
            write_door_list(exam, folder, seats or {}, templates)
    return Made(exam, tallies, out)


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
    from qgen.papers.task_texts import check_tasks

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
    _check_printable(spec, {}, {})
    check_tasks(spec, templates)
    exam = make_exam(spec, 1, seed)
    papers = Papers(exam, templates)
    pdfs = papers.question_paper(0), papers.solution(0)
    check_unchanged()  # somebody may have looked at the last ones meanwhile, and written into them
    for path, pdf in zip((paper, solution), pdfs, strict=True):
        write_whole(path, pdf, force=True)
    return paper, solution


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


def _check_printable(spec: Spec, students: Mapping[str, str], seats: Mapping[str, str]) -> None:
    """InputError with every name and heading that has a character which no typeface has, and what to do.

    And with what is wrong with the markup of the instructions.
    """
    from qgen.papers.instructions import faults as wrong_markup
    from qgen.typeset.fonts.faces import UnprintableError
    from qgen.typeset.fonts.glyphs import Glyphs

    words = {"title": spec.title, **spec.fields, "instructions": spec.instructions}
    texts = [(f"{key} {quoted(text)}", text) for key, text in words.items()]
    texts += [(f"student {quoted(student)}, {quoted(name)}", f"{student} {name}") for student, name in students.items()]
    texts += [(f"student {quoted(student)}, seat {quoted(seat)}", seat) for student, seat in seats.items()]
    faults = [f"instructions: {fault}" for fault in wrong_markup(spec.instructions)]
    remedies: dict[str, None] = {}
    for what, text in texts:
        try:
            Glyphs(text)
        except UnprintableError as fault:
            faults.append(f"{what}: {fault.fault}")
            remedies[fault.remedy] = None
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
    """Every paper into papers/, its solution and key into solutions/ and keys/, on `jobs` processes.

    0: as many as are worth it.
    """
    from qgen.papers.papers import Papers

    for name in ("papers", "solutions", "keys"):
        (folder / name).mkdir()
    n, papers, names = len(exam.papers), Papers(exam, templates), file_names(exam)

    def print_one(paper: int) -> None:
        (folder / "papers" / names[paper]).write_bytes(papers.question_paper(*exam.papers[paper]))
        (folder / "solutions" / names[paper]).write_bytes(papers.solution(*exam.papers[paper]))
        (folder / "keys" / names[paper]).write_bytes(papers.key(*exam.papers[paper]))

    # What the first papers make known, copies of this process know from the start.
    print_one(0)
    progress("printing", 1, n)
    for done, _ in enumerate(each(print_one, range(1, n), jobs or worthwhile(n, FEWEST)), 2):
        progress("printing", done, n)


def bind_papers(exam: Exam, folder: Path, seats: Mapping[str, str], templates: Path | None) -> None:
    """papers.pdf and solutions.pdf, in the order of the seats; an odd paper ends in a page to work on."""
    from qgen.day.booklet import bind
    from qgen.day.door import in_seat_order
    from qgen.papers.papers import Papers

    order, names, papers = in_seat_order(exam, seats), file_names(exam), Papers(exam, templates)

    def workings(place: int) -> bytes:
        return papers.workings(*exam.papers[order[place]])

    for kind, filling in (("papers", workings), ("solutions", None)):
        bind([folder / kind / names[at] for at in order], folder / f"{kind}.pdf", exam.spec.title, filling)


def write_door_list(exam: Exam, folder: Path, seats: Mapping[str, str], templates: Path | None) -> None:
    """door.pdf, with the numbers of pages that the papers have."""
    from qgen.day.door import door_list
    from qgen.typeset.pdf.objects import page_count

    pages = [page_count((folder / "papers" / name).read_bytes()) for name in file_names(exam)]
    (folder / "door.pdf").write_bytes(door_list(exam, pages, seats, templates))


def file_names(exam: Exam) -> list[str]:
    """A PDF's name for every paper: the student's id made safe and unique; spare papers by their variant."""
    spare = "spare-" if exam.students else ""  # a student's id may look like a variant
    names = [safe_name(student) if student else spare + exam.variants[v] for v, student in exam.papers]
    return [name + ".pdf" for name in unique_names(names)]
