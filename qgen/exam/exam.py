"""Exam: the variants, their numbers and their key; made from a spec and a seed, kept in exam.json and key.csv."""

from __future__ import annotations

import csv
import hashlib
import hmac
import io
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain, cycle
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from qgen.decimals import plain
from qgen.engine.intervals import Array
from qgen.engine.misconceptions import CATALOGUE
from qgen.engine.question import Item
from qgen.errors import InputError, quoted, several
from qgen.exam.certify import Batch
from qgen.exam.sample import Tally, sample
from qgen.exam.seed import Seed, seed_of
from qgen.exam.spec import Spec, spec_of
from qgen.exam.stored.formats import FORMAT, format_of, mistakes_of, spec_table
from qgen.exam.tasks import PART, Task
from qgen.version import __version__

if TYPE_CHECKING:
    from pandas import DataFrame

MOST_VARIANTS = 100_000

_HALF = re.compile(r"\\u[dD][89a-fA-F]")  # what half a character of JSON looks like, and so does every half of a pair
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
        """The columns of the answer sheet: the items, each question's tasks after its own."""
        questions = self.spec.questions
        ids = ([*(item.id for item in q.question.items), *(task.id for task in q.tasks)] for q in questions)
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
        return _checksum(_content(self))

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

    folder = Path(folder)
    key = key_csv(exam)
    content = {**_content(exam), "seed": None if exam.seed is None else str(exam.seed)}
    if exam.sealed:  # outside of the checksum, as the seed: the same numbers are the same exam as before
        content["sealed"] = True
    content["checksums"] = {
        "exam": exam.checksum, "seed": exam.seed_checksum, "key.csv": hashlib.sha256(key.encode()).hexdigest()
    }  # fmt: skip
    (folder / "exam.json").write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", "utf-8", newline="")
    (folder / "key.csv").write_text(key, "utf-8", newline="")
    (folder / "answers.csv").write_text(answer_sheet(exam, rows), "utf-8", newline="")
    (folder / "answers.xlsx").write_bytes(answer_workbook(exam, rows))


def read_exam(folder: str | Path, *, verify: bool = True) -> Exam:
    """The exam of a folder. InputError where it is missing, broken or (with `verify`) was changed by hand."""
    folder = Path(folder)
    path = folder / "exam.json"
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        raise InputError(f'{folder}: no exam.json here; name the folder that "qgen make" wrote') from None
    except NotADirectoryError:
        raise InputError(f'{folder}: is a file; name the folder that "qgen make" wrote') from None
    except (OSError, UnicodeDecodeError) as fault:
        raise InputError(f"{path}: cannot be read: {fault}") from None
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as fault:
        raise InputError(f"{path}: not JSON: {fault}; restore it, or make the exam again") from None
    if _HALF.search(text):
        try:
            json.dumps(content, ensure_ascii=False).encode()
        except UnicodeEncodeError as fault:
            half = ascii(fault.object[fault.start])[1:-1]
            raise InputError(f'{path}: has half a character, "{half}"; restore it, or make the exam again') from None
    try:
        exam = _exam_of(content, str(path))
        sums = content["checksums"]
        expected = sums["exam"], sums["key.csv"], sums.get("seed")
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError) as fault:
        raise InputError(f"{path}: not an exam: {type(fault).__name__} {fault}; restore it, or make it again") from None
    if verify:
        _verify(exam, folder, *expected)
    return exam


def stored_checksums(folder: Path) -> dict[str, str]:
    """What exam.json says of itself ("exam"), of its "seed" and of "key.csv"; the folder was read before."""
    sums: dict[str, str] = json.loads((folder / "exam.json").read_text("utf-8"))["checksums"]
    return sums


def _verify(exam: Exam, folder: Path, checksum: str, key: str, seed: str | None) -> None:
    faults = []
    advice = '"qgen check" names the number; marks are changed with overrides, not here'
    if exam.checksum != checksum or seed not in (None, exam.seed_checksum):
        faults.append(f"{folder / 'exam.json'}: was changed after it was made (checksum); {advice}")
    try:
        found = hashlib.sha256((folder / "key.csv").read_bytes()).hexdigest()
    except OSError as fault:
        faults.append(f"{folder / 'key.csv'}: cannot be read: {fault.strerror}")
    else:
        if found != key:
            faults.append(f"{folder / 'key.csv'}: was changed after it was made (checksum); {advice}")
    if faults:
        raise InputError(*faults)


def _exam_of(content: Mapping[str, Any], where: str) -> Exam:
    spec = replace(spec_of(spec_table(content, where), where), table=content["spec"])
    rows, mistakes = content["variants"], mistakes_of(content, where)
    catalogue = tuple(m for m in CATALOGUE if m.name in mistakes)
    variants = tuple(str(row["id"]) for row in rows)
    batches = []
    for q in spec.questions:
        givens = {
            name: np.array([float(row["givens"][q.question.id][name]) for row in rows]) for name in q.question.givens
        }
        batches.append(Batch(q, spec.rounding, spec.certify, givens, catalogue))
    items = [item.id for q in spec.questions for item in q.question.items]
    value = np.array([[float(row["answers"][item]) for row in rows] for item in items])
    bounds = np.array([[row["accepted"][item] for row in rows] for item in items], dtype=np.float64)
    seed = content.get("seed")
    return Exam(
        spec, variants, tuple(batches), value, bounds[:, :, 0], bounds[:, :, 1],
        None if seed is None else int(seed), dict(content["students"]), dict(content["names"]),
        content.get("sealed", False) is True, mistakes, format_of(content, where),
    )  # fmt: skip


def _content(exam: Exam) -> dict[str, Any]:
    """What exam.json holds, without seed and checksums: the drawn numbers are the truth."""
    variants = []
    givens = {batch.question.id: {k: v.tolist() for k, v in batch.givens.items()} for batch in exam.batches}
    value, low, high = exam.value.T.tolist(), exam.low.T.tolist(), exam.high.T.tolist()
    for v, name in enumerate(exam.variants):
        variants.append(
            {
                "id": name,
                "givens": {q: {k: column[v] for k, column in table.items()} for q, table in givens.items()},
                "answers": dict(zip(exam.columns, value[v], strict=True)),
                "accepted": {item: [a, b] for item, a, b in zip(exam.columns, low[v], high[v], strict=True)},
            }
        )
    said = {"format": exam.format, "mistakes": list(exam.mistakes)} if exam.format > 1 else {}
    return {
        "program": f"backprop-exam {__version__}",
        **said,
        "spec": exam.spec.table,
        "rounding": str(exam.spec.rounding),
        "max_score": exam.max_score,
        "students": dict(exam.students),
        "names": dict(exam.names),
        "variants": variants,
    }


def _checksum(content: Mapping[str, Any]) -> str:
    canonical = json.dumps(
        {k: v for k, v in content.items() if k != "program"}, sort_keys=True, ensure_ascii=False,
        separators=(",", ":"),
    )  # fmt: skip
    return hashlib.sha256(canonical.encode()).hexdigest()


def key_csv(exam: Exam) -> str:
    """key.csv: one row per variant and item, low..high inclusive, printed exactly as compared; then one per task."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(KEY_HEADER)
    value, low, high = exam.value.tolist(), exam.low.tolist(), exam.high.tolist()
    for v, name in enumerate(exam.variants):
        for i, item in enumerate(exam.items):
            numbers = (plain(value[i][v]), plain(low[i][v]), plain(high[i][v]))
            writer.writerow((name, item.id, item.layer, item.part, f"{item.marks:g}", *numbers))
        writer.writerows((name, task.id, "", PART, f"{task.marks:g}", "", "", "") for task in exam.tasks)
    return out.getvalue()
