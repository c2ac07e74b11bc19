"""Draws what a practice page practises with: certified variants, none of them an exam's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from qgen.errors import InputError, quoted, several, typed
from qgen.exam.certify import Batch
from qgen.exam.exam import Exam, draw_exam, read_exam
from qgen.exam.seed import Seed, new_seed, seed_of
from qgen.exam.spec import Spec, read_spec, spec_of
from qgen.files import write_whole

HERE = Path("exam")  # where an exam lies if none is named
TRIES = 3  # fresh seeds, of which none may draw what an exam has
MOST = 2000  # variants of one page


def draw_practice(spec: Spec, n: int, seed: Seed = None, exams: Sequence[Exam] = ()) -> Exam:
    """`n` variants, with a fresh seed if none is named. InputError where a question has an exam's numbers.

    With the same spec and seed `qgen make` draws the same variants.
    """
    if not 1 <= n <= MOST:
        raise InputError(f"--n: {n} variants do not go on a page; write 1 to {MOST}")
    for _ in range(1 if seed is not None else TRIES):
        practice, _tallies = draw_exam(spec, n, seed_of(new_seed() if seed is None else seed, "--seed"))
        faults = [fault for exam in exams for fault in _shared(practice, exam)]
        if not faults:
            return practice
    raise InputError(*faults)


def write_practice(
    out: Path, *, spec: Path | None, exam: Path | None, n: int, seed: Seed, templates: Path | None, force: bool
) -> Iterator[str]:
    """Writes the page; what to tell of it. Without a spec it asks what the exam asks, or else the default."""
    from qgen.practice.page import practice_html

    named = [] if exam is None else [exam]
    folders = dict.fromkeys([*named, *[HERE] * (HERE / "exam.json").exists()])
    exams = [read_exam(folder) for folder in folders]
    usual = exams[0].spec if exams else spec_of({}, "the default spec")
    drawn = draw_practice(usual if spec is None else read_spec(spec), n, seed, exams)
    page = practice_html(drawn, templates)
    write_whole(out, page, force=force)
    yield f"{out}: {several(n, 'variant')}, {len(page.encode()) / 1e6:.2f} MB; any browser opens it, without a network"
    for one in exams:
        yield f"none of its numbers are those of the exam {quoted(one.spec.title)}"
    yield "it holds its solutions: that is what it is for"
    own = spec is None and bool(exams) and usual != spec_of({}, "the default spec")
    the_spec = " --spec SPEC" if own else "" if spec is None else f" --spec {typed(spec)}"
    where = ", where SPEC is the file that the exam was made from" if own else ""
    yield f"to mark what is handed in: qgen make -n {n}{the_spec} --seed {drawn.seed} --out practice{where}"


def _shared(practice: Exam, exam: Exam) -> list[str]:
    """Of each question that has the numbers of one of the exam's, in words."""
    taken = {numbers: q for q in exam.batches for numbers in _numbers(q)}
    found = []
    for batch in practice.batches:
        for place, numbers in enumerate(_numbers(batch)):
            if numbers in taken:
                mine, theirs = batch.question.id, taken[numbers].question.id
                variant, title = practice.variants[place], quoted(exam.spec.title)
                found.append(
                    f"{mine}, variant {variant}: has the numbers of {theirs} in the exam {title}; "
                    "practise with another --seed, or a --spec whose numbers are not fixed"
                )
                break
    return found


def _numbers(batch: Batch) -> list[tuple[tuple[str, float], ...]]:
    """What is given, by variant."""
    columns = {name: values.tolist() for name, values in batch.givens.items()}
    return [tuple((name, values[v]) for name, values in columns.items()) for v in range(batch.size)]
