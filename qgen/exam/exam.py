"""Exam: the variants, their numbers and their key; made from a spec and a seed, kept in exam.json and key.csv."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain, cycle
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from qgen.decimals import plains
from qgen.engine.intervals import Array
from qgen.engine.misconceptions import CATALOGUE
from qgen.engine.question import Item
from qgen.errors import InputError, quoted, several
from qgen.exam.certify import Batch
from qgen.exam.sample import Tally, sample
from qgen.exam.seed import Seed, seed_of
from qgen.exam.spec import Spec, spec_of
from qgen.exam.stored.box_order import box_order
from qgen.exam.stored.formats import FORMAT, format_of, layout, mistakes_of, parsed, spec_table
from qgen.exam.stored.numbers import Numbers
from qgen.exam.tasks import PART, Task
from qgen.version import __version__

if TYPE_CHECKING:
    from pandas import DataFrame

MOST_VARIANTS = 100_000
TOGETHER = 512  # variants whose numbers are written at once
KEY_HEADER = ("variant", "item", "layer", "part", "marks", "value", "low", "high")


@dataclass(frozen=True, eq=False)
class Exam:
    """`batches` hold one question each, all variants in order; `students` who has which variant, if a roster said.

    `value`, `low`, `high`: (items, variants), items in the order of `items`. `sealed`: whether the forms of its papers
    hold the seals of their pages, which exams of earlier versions do not. `mistakes`: the names of those that it was
    certified against; `format`: of its exam.json.
    """

    spec: Spec
    variants: tuple[str, ...]
    batches: tuple[Batch, ...]
    value: Array
    low: Array
    high: Array
    seed: int | None
    students: Mapping[str, str]
    names: Mapping[str, str]
    sealed: bool = True
    mistakes: tuple[str, ...] = tuple(m.name for m in CATALOGUE)
    format: int = FORMAT

    @cached_property
    def items(self) -> tuple[Item, ...]:
        """All items of the paper in order."""
        return tuple(item for q in self.spec.questions for item in q.question.items)

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The items' ids in order."""
        return tuple(item.id for item in self.items)

    @cached_property
    def tasks(self) -> tuple[Task, ...]:
        """All tasks of the paper in order: no items, for a person marks them."""
        return tuple(task for q in self.spec.questions for task in q.tasks)

    @cached_property
    def sheet_columns(self) -> tuple[str, ...]:
        """The columns of the answer sheet: items in the order of their boxes, each question's tasks after its own."""
        ids = ([*box_order(q.question), *(task.id for task in q.tasks)] for q in self.spec.questions)
        return tuple(chain.from_iterable(ids))

    @cached_property
    def rows(self) -> Mapping[str, int]:
        """Where each item stands in value, low and high."""
        return {id: row for row, id in enumerate(self.columns)}

    @property
    def shared(self) -> bool:
        """Whether a roster's students share variants."""
        return len(set(self.students.values())) < len(self.students)

    @cached_property
    def papers(self) -> tuple[tuple[int, str], ...]:
        """The papers that are printed: of which variant, by its place, and for whom, "" for a spare one.

        Where students share variants they come in the roster's order, and a spare one of each variant last.
        """
        holders: dict[str, list[str]] = {variant: [] for variant in self.variants}
        for student, variant in self.students.items():
            holders[variant].append(student)
        if not self.shared:
            return tuple((v, "".join(some)) for v, some in enumerate(holders.values()))
        place = {variant: v for v, variant in enumerate(self.variants)}
        named = [(place[variant], student) for student, variant in self.students.items()]
        return (*named, *((v, "") for v in range(len(self.variants))))

    @cached_property
    def checksum(self) -> str:
        """Of everything that marks depend on; identifies the exam."""
        return layout(self.format).checksum(_head(self), _numbers(self))

    @property
    def short_checksum(self) -> str:
        """How it begins: by this, papers and questions name their exam."""
        return self.checksum[:8]

    @cached_property
    def mark_key(self) -> bytes:
        """The secret key of the marks on its pages: of the seed and of all numbers, so that trying seeds is no help."""
        return hmac.digest(str(self.seed).encode(), self.checksum.encode(), "sha256")

    @property
    def seed_checksum(self) -> str:
        """A checksum of the seed, which `checksum` leaves out: another seed would disown the marks on the pages."""
        return hashlib.sha256(self.mark_key).hexdigest()

    @property
    def max_score(self) -> float:
        """The sum of all marks."""
        return round(sum(item.marks for item in self.items) + sum(task.marks for task in self.tasks), 6)

    def key(self) -> DataFrame:
        """By variant and item: name, layer, part, marks, value, and low..high, inclusive, which is accepted."""
        from qgen.exam.frames import key

        return key(self)

    def givens(self) -> DataFrame:
        """By variant: every number that is given, a column for each question and given."""
        from qgen.exam.frames import givens

        return givens(self)

    def __repr__(self) -> str:
        title = quoted(self.spec.title)
        counts = f"{several(len(self.variants), 'variant')}, {several(len(self.items), 'item')}"
        return f"<Exam {title}: {counts}, {self.max_score:g} marks>"

    def _repr_html_(self) -> str:
        from qgen.exam.frames import questions_html

        return questions_html(self)


def make_exam(
    spec: Spec | Mapping[str, object], n: int, seed: Seed = None, *, students: Mapping[str, str] | None = None
) -> Exam:
    """An exam of `n` certified variants. `students`: ids and names, who get the variants in turn.

    The same spec, n and seed make the same exam; without a seed it is another one each time. InputError where the
    spec, the seed or n is at fault, or too few variants keep every condition of a fair paper.
    """
    if not 1 <= n <= MOST_VARIANTS:
        raise InputError(f'n: "{n}" variants cannot be made; write 1 to {MOST_VARIANTS}')
    return draw_exam(spec_of(spec), n, seed_of(seed), students=students)[0]


def draw_exam(
    spec: Spec,
    n: int,
    seed: int,
    *,
    students: Mapping[str, str] | None = None,
    progress: Callable[[int], None] = lambda accepted: None,
) -> tuple[Exam, tuple[Tally, ...]]:
    """What `make_exam` makes of a spec and a seed, and how many draws each question took."""
    draws = []
    for k, question in enumerate(spec.questions):
        rng = np.random.default_rng([seed, k])
        draws.append(sample(question, spec, n, rng, progress=lambda done, k=k: progress(k * n + done)))  # type: ignore[misc]
    batches = tuple(batch for batch, _ in draws)
    width = max(3, len(str(n)))
    variants = tuple(f"{i:0{width}d}" for i in range(1, n + 1))
    names = dict(students or {})
    held = dict(zip(names, cycle(variants), strict=False))
    return _keyed(spec, variants, batches, seed, held, names), tuple(tally for _, tally in draws)


def _keyed(
    spec: Spec, variants: tuple[str, ...], batches: tuple[Batch, ...], seed: int | None,
    students: Mapping[str, str], names: Mapping[str, str],
) -> Exam:  # fmt: skip
    """The exam of these batches, its key computed from their givens."""
    keys = zip(*(batch.key for batch in batches), strict=True)
    value, low, high = (np.concatenate(arrays) + 0.0 for arrays in keys)  # no -0.0
    return Exam(spec, variants, batches, value, low, high, seed, students, names)


def rekeyed(exam: Exam) -> Exam:
    """The same exam with its key computed anew from the givens."""
    anew = _keyed(exam.spec, exam.variants, exam.batches, exam.seed, exam.students, exam.names)
    return replace(anew, sealed=exam.sealed, mistakes=exam.mistakes, format=exam.format)


def write_exam(exam: Exam, folder: str | Path, *, rows: int = 0) -> None:
    """exam.json, key.csv and the empty answers.csv and answers.xlsx into an existing folder.

    The answer sheets have a row for each paper, and at least so many `rows`.
    """
    from qgen.exam.stored.answer_sheet import answer_sheet, answer_workbook

    folder, key = Path(folder), hashlib.sha256()
    with (folder / "key.csv").open("wb") as file:
        for line in key_lines(exam):
            key.update(line.encode())
            file.write(line.encode())
    # outside of the checksum: the same numbers are the same exam as before
    tail = {"seed": None if exam.seed is None else str(exam.seed), **({"sealed": True} if exam.sealed else {})}
    checksums = {"exam": exam.checksum, "seed": exam.seed_checksum, "key.csv": key.hexdigest()}
    with (folder / "exam.json").open("w", encoding="utf-8", newline="") as text:
        text.writelines(layout(exam.format).text(_head(exam), _numbers(exam), {**tail, "checksums": checksums}))
    (folder / "answers.csv").write_text(answer_sheet(exam, rows), "utf-8", newline="")
    (folder / "answers.xlsx").write_bytes(answer_workbook(exam, rows))


def read_exam(folder: str | Path, *, verify: bool = True) -> Exam:
    """The exam of a folder. InputError where it is missing, broken or (with `verify`) was changed by hand."""
    exam, sums = read_unverified(folder)
    if verify:
        _verify(exam, Path(folder), sums)
    return exam


def read_unverified(folder: str | Path) -> tuple[Exam, Mapping[str, str]]:
    """The exam of a folder, whatever was changed, and what its checksums were: "exam", "key.csv" and perhaps "seed"."""
    path = Path(folder) / "exam.json"
    content = parsed(path)
    try:
        sums = content["checksums"]
        exam = _exam_of(content, str(path))
        return exam, {name: sums[name] for name in ("exam", "key.csv", *(["seed"] if "seed" in sums else []))}
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError) as fault:
        raise InputError(f"{path}: not an exam: {type(fault).__name__} {fault}; restore it, or make it again") from None


def _verify(exam: Exam, folder: Path, sums: Mapping[str, str]) -> None:
    faults = []
    advice = '"qgen check" names the number; marks are changed with overrides, not here'
    if exam.checksum != sums["exam"] or sums.get("seed") not in (None, exam.seed_checksum):
        faults.append(f"{folder / 'exam.json'}: was changed after it was made (checksum); {advice}")
    try:
        found = file_checksum(folder / "key.csv")
    except OSError as fault:
        faults.append(f"{folder / 'key.csv'}: cannot be read: {fault.strerror}")
    else:
        if found != sums["key.csv"]:
            faults.append(f"{folder / 'key.csv'}: was changed after it was made (checksum); {advice}")
    if faults:
        raise InputError(*faults)


def file_checksum(path: Path) -> str:
    """Of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _exam_of(content: Mapping[str, Any], where: str) -> Exam:
    spec = replace(spec_of(spec_table(content, where), where), table=content["spec"])
    mistakes, seed = mistakes_of(content, where), content.get("seed")
    catalogue = tuple(m for m in CATALOGUE if m.name in mistakes)
    names = {q.question.id: q.question.givens for q in spec.questions}
    items = [item.id for q in spec.questions for item in q.question.items]
    numbers = layout(format_of(content, where)).numbers_of(content, names, items, where)
    batches = tuple(
        Batch(q, spec.rounding, spec.certify, numbers.givens[q.question.id], catalogue) for q in spec.questions
    )
    return Exam(
        spec, tuple(numbers.variants), batches, numbers.value, numbers.low, numbers.high,
        None if seed is None else int(seed), dict(content["students"]), dict(content["names"]),
        content.get("sealed", False) is True, mistakes, format_of(content, where),
    )  # fmt: skip


def _numbers(exam: Exam) -> Numbers:
    givens = {batch.question.id: batch.givens for batch in exam.batches}
    return Numbers(exam.variants, givens, exam.columns, exam.value, exam.low, exam.high)


def _head(exam: Exam) -> dict[str, Any]:
    """What exam.json holds beside the numbers, without seed and checksums."""
    said = {"format": exam.format, "mistakes": list(exam.mistakes)} if exam.format > 1 else {}
    return {
        "program": f"backprop-exam {__version__}",
        **said,
        "spec": exam.spec.table,
        "rounding": str(exam.spec.rounding),
        "max_score": exam.max_score,
        "students": dict(exam.students),
        "names": dict(exam.names),
    }


def key_csv(exam: Exam) -> str:
    """key.csv: one row per variant and item, low..high inclusive, printed exactly as compared; then one per task."""
    return "".join(key_lines(exam))


def key_lines(exam: Exam) -> Iterator[str]:
    """The same in pieces: the heading, then a piece for each variant."""
    yield ",".join(KEY_HEADER) + "\n"
    said = [f",{item.id},{item.layer},{item.part},{item.marks:g}," for item in exam.items]
    tasks = [f",{task.id},,{PART},{task.marks:g},,,\n" for task in exam.tasks]
    for first in range(0, len(exam.variants), TOGETHER):
        some = slice(first, first + TOGETHER)
        texts = ([plains(row[some]) for row in table] for table in (exam.value, exam.low, exam.high))
        columns = [
            [f"{item}{value},{low},{high}\n" for value, low, high in zip(*numbers, strict=True)]
            for item, *numbers in zip(said, *texts, strict=True)
        ]
        for name, *rows in zip(exam.variants[some], *columns, strict=True):
            yield "".join([name + row for row in (*rows, *tasks)])
