"""A class for rehearsal: an answers file for an exam, and the truth about what each student did."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from grader.marking.carried_forward import MOST_OFF
from grader.reading.submissions import Submissions
from grader.reasons import UNDEFINED
from grader.rehearsal.handwriting import shortened, slipped, spelt
from grader.rehearsal.simulated_work import Habits, changing, habits_of, work
from qgen.decimals import plain
from qgen.engine.intervals import Array
from qgen.engine.misconceptions import CATALOGUE, Misconception
from qgen.engine.rounding import Rounding
from qgen.engine.solve import Places
from qgen.errors import InputError, nearest, several
from qgen.exam.exam import Exam
from qgen.files import write_whole
from qgen.tables.delimited import csv_text
from qgen.tables.spreadsheet import guarded

# Kinds of students.
PROPORTIONS: Mapping[str, float] = {
    "perfect": 2,  # the key's own numbers
    "rounding": 6,  # everything right, every step rounded by habit
    "slip": 5,  # one wrong number, everything after it computed from it
    "misconception": 7,  # one misconception throughout a question
    "two": 2,  # two misconceptions in one question
    "blank": 2,  # cells left out, or a question given up from some cell on
    "careless": 3,  # some numbers copied wrong onto the sheet, none carried on
    "imprecise": 1,  # some numbers with too few digits
    "messy": 2,  # everything right, in spellings of all kinds
}
TRUTH_HEADER = ("student_id", "variant", "did", "question", "items", "misconception", "note")
ATTEMPTS = 60

Texts = NDArray[np.object_]


@dataclass
class Truth:
    """What one student did: kind, question, the cells touched by hand, misconceptions held."""

    did: str
    question: str = ""
    items: list[str] = field(default_factory=list)
    misconceptions: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, eq=False)
class Simulated:
    """A simulated class: `written` (students, items) are texts, `variants` index the exam's."""

    exam: Exam
    students: tuple[str, ...]
    variants: NDArray[np.intp]
    written: Texts
    truth: tuple[Truth, ...]
    tasks: Texts | None = None  # (students, tasks): marks

    def __repr__(self) -> str:
        return f"<Simulated: {several(len(self.students), 'student')}>"

    @property
    def submissions(self) -> Submissions:
        """The same as read from the answers file."""
        read = Submissions.of(self.students, self.variants, self.exam.columns, self.written)
        return replace(read, tasks=self.tasks)

    def answers_csv(self) -> str:
        """The answers file: wide, a column per item; an id that a spreadsheet would run is guarded."""
        columns = [*self.exam.columns, *(task.id for task in self.exam.tasks)]
        unmarked = np.full((len(self.students), len(self.exam.tasks)), "", object)
        written = np.hstack([self.written, unmarked if self.tasks is None else self.tasks])
        written = written[:, [columns.index(name) for name in self.exam.sheet_columns]]
        rows = zip(map(guarded, self.students), self.variants, written.tolist(), strict=True)
        answers = ((student, self.exam.variants[variant], *row) for student, variant, row in rows)
        return csv_text([("student_id", "variant", *self.exam.sheet_columns), *answers])

    def truth_csv(self) -> str:
        """One row per student: what it did, where, and with which misconceptions."""
        rows = (
            (who, self.exam.variants[v], t.did, t.question, " ".join(t.items), " + ".join(t.misconceptions), t.note)
            for who, v, t in zip(map(guarded, self.students), self.variants, self.truth, strict=True)
        )
        return csv_text([TRUTH_HEADER, *rows])


def parse_mix(text: str) -> dict[str, float]:
    """Proportions from "perfect=2,slip=5,...". InputError where a kind is unknown or a number is none."""
    mix: dict[str, float] = {}
    faults = []
    for entry in filter(None, (entry.strip() for entry in text.split(","))):
        kind, _, share = (part.strip() for part in entry.partition("="))
        if kind not in PROPORTIONS:
            faults.append(f'--mix: no kind of student "{kind}"; {nearest(kind, PROPORTIONS)}')
        elif not share.replace(".", "", 1).isdecimal() or not share.isascii():
            faults.append(f'--mix: {kind}: "{share}" is not a proportion; write a number such as {kind}=2')
        else:
            mix[kind] = float(share)
    if not faults and not sum(mix.values()) > 0:
        faults.append(f'--mix: "{text}" leaves nobody; write a mix such as rounding=6,slip=5')
    if faults:
        raise InputError(*faults)
    return mix


def write_simulated(simulated: Simulated, answers: str | Path, truth: str | Path, *, force: bool = False) -> None:
    """answers.csv and truth.csv, each whole or not at all. InputError where one exists and `force` is not given."""
    for path in map(Path, (answers, truth)):
        if path.exists() and not force:
            raise InputError(f"{path}: exists; choose another name, or replace it with --force")
    write_whole(truth, simulated.truth_csv(), force=force)
    write_whole(answers, simulated.answers_csv(), force=force)


def simulate(exam: Exam, n: int, rng: np.random.Generator, proportions: Mapping[str, float] = PROPORTIONS) -> Simulated:
    """`n` students of the kinds stated, variants in turn; a roster's ids first, then S001, S002, ..."""
    ids, variants = _students(exam, n)
    did = rng.permutation(_shares(n, proportions))
    truth = [Truth(kind) for kind in did]
    values = np.array(exam.value.T[variants])
    stops = list(accumulate(len(batch.question.items) for batch in exam.batches))
    with_mistake = np.flatnonzero(np.isin(did, ("slip", "misconception", "two")))
    question = np.full(n, -1)
    question[with_mistake] = rng.integers(len(exam.batches), size=len(with_mistake))
    for k, batch in enumerate(exam.batches):
        columns = slice(stops[k] - len(batch.question.items), stops[k])
        habits = habits_of(n, rng)
        mine = np.where(question == k, did, "")
        held = _holders(exam, k, variants, mine, truth, rng)
        holders = np.isin(mine, ("misconception", "two"))
        for rows in (np.flatnonzero((did != "perfect") & ~holders), np.flatnonzero(holders)):
            place = np.full(n, -1)
            place[rows] = np.arange(len(rows))
            mistaken = [(m, place[who]) for m, who in held] if holders[rows].any() else []
            values[rows, columns] = work(batch, variants[rows], habits.take(rows), held=mistaken)
        slippers = np.flatnonzero(mine == "slip")
        values[slippers, columns] = _slips(exam, k, columns, variants, slippers, habits, values, truth, rng)
    written = numerals_of(values, exam.spec.rounding)
    _by_hand(exam, variants, did, written, truth, rng)
    return Simulated(exam, ids, variants, written, tuple(truth), _task_marks(exam, did, rng))


def _task_marks(exam: Exam, did: NDArray[np.str_], rng: np.random.Generator) -> Texts:
    """(students, tasks): all marks for the perfect, any in halves for the others."""
    marks = np.full((len(did), len(exam.tasks)), "", object)
    for t, task in enumerate(exam.tasks):
        halves = rng.integers(0, int(2 * task.marks), size=len(did), endpoint=True) / 2
        marks[:, t] = [plain(float(mark)) for mark in np.where(did == "perfect", task.marks, halves)]
    return marks


def _students(exam: Exam, n: int) -> tuple[tuple[str, ...], NDArray[np.intp]]:
    place = {variant: v for v, variant in enumerate(exam.variants)}
    listed = list(exam.students.items())[:n]
    width = max(3, len(str(n)))
    ids = [student for student, _ in listed] + [f"S{i:0{width}d}" for i in range(len(listed) + 1, n + 1)]
    variants = [place[variant] for _, variant in listed] + [i % len(exam.variants) for i in range(len(listed), n)]
    return tuple(ids), np.array(variants, dtype=np.intp)


def _shares(n: int, proportions: Mapping[str, float]) -> NDArray[np.str_]:
    """`n` kinds in the proportions stated, to the nearest student (largest remainders)."""
    kinds = [kind for kind in PROPORTIONS if proportions.get(kind, 0) > 0]
    exact = np.array([n * proportions[kind] for kind in kinds]) / sum(proportions[kind] for kind in kinds)
    counts = np.floor(exact).astype(int)
    short = np.argsort(counts - exact, kind="stable")[: n - counts.sum()]
    counts[short] += 1
    return np.repeat(np.array(kinds), counts)


def _holders(
    exam: Exam, k: int, variants: NDArray[np.intp], did: NDArray[np.str_], truth: list[Truth], rng: np.random.Generator
) -> list[tuple[Misconception, Places]]:
    """Who holds which misconceptions in question k: only such as change an answer of the student's variant."""
    students = np.flatnonzero(np.isin(did, ("misconception", "two")))
    if not len(students):
        return []
    rows: dict[int, list[int]] = {}
    possible = [np.flatnonzero(column).tolist() for column in changing(exam.batches[k]).T]
    for s in students.tolist():
        entries = possible[variants[s]]
        wanted = 2 if did[s] == "two" else 1
        held = compatible(rng.permutation(entries).tolist(), wanted)
        truth[s].question = exam.batches[k].question.id
        truth[s].misconceptions = tuple(CATALOGUE[m].name for m in sorted(held))
        for m in held:
            rows.setdefault(m, []).append(s)
    return [(CATALOGUE[m], np.array(rows[m])) for m in sorted(rows)]


def compatible(entries: Sequence[int], wanted: int) -> list[int]:
    """The first `wanted` entries of the catalogue that swap no rule in common."""
    held: list[int] = []
    for m in entries:
        if len(held) < wanted and not any(set(CATALOGUE[m].swaps) & set(CATALOGUE[other].swaps) for other in held):
            held.append(m)
    return held


def _slips(
    exam: Exam, k: int, columns: slice, variants: NDArray[np.intp], students: Places, habits: Habits, values: Array,
    truth: list[Truth], rng: np.random.Generator,
) -> Array:  # fmt: skip
    """The question's answers of students with one slip each, in a random cell, carried on."""
    batch = exam.batches[k]
    items = batch.question.items
    cells = rng.integers(len(items), size=len(students))
    slips = {item.step: np.full(len(students), np.nan) for item in items}
    for row, (s, i) in enumerate(zip(students.tolist(), cells.tolist(), strict=True)):
        column = columns.start + i
        note, wrong = wrong_number(exam, column, int(variants[s]), float(values[s, column]), rng)
        slips[items[i].step][row] = float(wrong)
        truth[s].question, truth[s].items, truth[s].note = batch.question.id, [items[i].id], f"{note}: {wrong}"
    return work(batch, variants[students], habits.take(students), slips=slips)


def wrong_number(exam: Exam, column: int, variant: int, value: float, rng: np.random.Generator) -> tuple[str, str]:
    """A slip of the pen and the number it leaves: out of the accepted range, and no 0, 1 or given number."""
    rounding = exam.spec.rounding
    right, low, high = (float(table[column, variant]) for table in (exam.value, exam.low, exam.high))
    batch = next(batch for batch in exam.batches if exam.items[column] in batch.question.items)
    trivial = {0.0, 1.0, *(abs(float(values[variant])) for values in batch.givens.values())}
    text = rounding.text(value if np.isfinite(value) else right)
    for _, (note, wrong) in zip(range(ATTEMPTS), slipped(text, rounding, rng), strict=False):
        number = float(wrong)
        plausible = right == 0 or MOST_OFF > abs(number / right) > 1 / MOST_OFF
        if not low <= number <= high and abs(number) not in trivial and plausible:
            return note, wrong
    return "wrong sum", rounding.text(right + 3.7 * (high - low) + 17 * float(rounding.unit(right)))


def numerals_of(values: Array, rounding: Rounding) -> Texts:
    """Numbers as the paper asks for them; "" where there is none, and the word for inf, which cannot be computed."""
    words = {np.inf: UNDEFINED}
    texts = ["" if value != value else words.get(value) or rounding.text(value) for value in values.ravel().tolist()]
    return np.array(texts, object).reshape(values.shape)


def _by_hand(
    exam: Exam, variants: NDArray[np.intp], did: NDArray[np.str_], written: Texts, truth: list[Truth],
    rng: np.random.Generator,
) -> None:  # fmt: skip
    """What happens on the sheet of answers itself: blanks, wrong copies, few digits, odd spellings."""
    on_sheet: dict[str, Callable[[int], None]] = {
        "blank": lambda s: _leave_blank(exam, written[s], truth[s], rng),
        "careless": lambda s: _miscopy(exam, int(variants[s]), written[s], truth[s], rng),
        "imprecise": lambda s: _shorten(exam, written[s], truth[s], rng),
        "messy": lambda s: _respell(written[s], truth[s], rng),
    }
    for kind, change in on_sheet.items():
        for s in np.flatnonzero(did == kind).tolist():
            change(s)


def _leave_blank(exam: Exam, row: Texts, truth: Truth, rng: np.random.Generator) -> None:
    if rng.integers(2):
        gone = rng.random(len(row)) < 0.2
        truth.note = "scattered"
    else:
        gone = np.arange(len(row)) >= rng.integers(len(row))
        truth.note = "given up"
    row[gone] = ""
    truth.items = [exam.columns[i] for i in np.flatnonzero(gone).tolist()]


def _miscopy(exam: Exam, variant: int, row: Texts, truth: Truth, rng: np.random.Generator) -> None:
    for i in np.sort(rng.permutation(len(row))[: 1 + int(rng.integers(3))]).tolist():
        if row[i]:
            _, row[i] = wrong_number(exam, i, variant, float(row[i]), rng)
            truth.items.append(exam.columns[i])


def _shorten(exam: Exam, row: Texts, truth: Truth, rng: np.random.Generator) -> None:
    digits = 1 + int(rng.integers(2))
    for i in np.flatnonzero(rng.random(len(row)) < 0.3).tolist():
        short = shortened(row[i], digits) if row[i] else ""
        if short != row[i]:
            row[i] = short
            truth.items.append(exam.columns[i])


def _respell(row: Texts, truth: Truth, rng: np.random.Generator) -> None:
    # 1,234 with three digits after the comma can be read in two ways
    style = int(rng.integers(2))
    if style == 0 and any(len(text.partition(".")[2]) == 3 for text in row):
        style = 1
    truth.note = "decimal comma" if style == 0 else "spellings of all kinds"
    for i, text in enumerate(row.tolist()):
        if text:
            row[i] = spelt(text, style, rng)
