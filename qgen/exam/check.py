"""Solves and certifies an exam folder again from its stored numbers, and names what was altered."""

from __future__ import annotations

import csv
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from qgen.decimals import plain
from qgen.engine.intervals import Array
from qgen.engine.misconceptions import CATALOGUE
from qgen.engine.question import SHOWN, Item
from qgen.engine.solve import solve
from qgen.errors import InputError
from qgen.exam.certify import CONDITIONS, STAGES, Batch, applicable
from qgen.exam.copying import copying
from qgen.exam.exam import KEY_HEADER, Exam, file_checksum, key_csv, read_unverified, rekeyed
from qgen.exam.sample import Tally, sample
from qgen.exam.spec import Spec

SAME = 1e-9


@dataclass(frozen=True)
class Line:
    """One line of the certificate: the worst margin over the variants, and which variant has it; holds if positive."""

    question: str
    condition: str
    margin: float
    variant: str

    @property
    def holds(self) -> bool:
        """Whether every variant keeps the condition."""
        return self.margin > 0

    @property
    def meaning(self) -> str:
        """The condition in words."""
        return CONDITIONS[self.condition]


@dataclass(frozen=True)
class Rate:
    """How a spec samples one question; `idle` are known mistakes that change nothing on it."""

    question: str
    tally: Tally
    seconds: float
    fault: str
    idle: tuple[str, ...]

    @property
    def accepted(self) -> float:
        """The share of the draws that keep every condition on a variant alone."""
        fresh = self.tally.reached.get("repeated", 0) - self.tally.rejected.get("repeated", 0)
        return fresh / max(1, self.tally.drawn)


def check_folder(folder: str | Path) -> tuple[Exam, tuple[Line, ...], tuple[str, ...]]:
    """The exam, its certificate, and one line for every number that is not what the others lead to."""
    folder = Path(folder)
    exam, sums = read_unverified(folder)
    right = rekeyed(exam)
    faults = [
        *_unknown_mistakes(exam, folder), *_altered_numbers(exam, right, folder), *_altered_key(exam, right, folder)
    ]  # fmt: skip
    return exam, tuple(certificate(exam)), tuple(faults or _broken_checksums(exam, folder, sums))


def certificate(exam: Exam) -> Iterator[Line]:
    """Every condition's worst margin, question by question. A question whose numbers the author chose has none."""
    for batch in exam.batches:
        if batch.spec.all_fixed:
            continue
        margins: dict[str, Array] = {}
        for stage in STAGES:
            margins |= stage(batch)
        if batch.size > 1:
            margins["copying"] = copying(batch)
        margins["digits"] = _digits(batch)
        for condition in CONDITIONS:
            if condition in margins:
                worst = int(np.argmin(margins[condition]))
                yield Line(batch.question.id, condition, float(margins[condition][worst]), exam.variants[worst])


def check_spec(spec: Spec, n: int, seed: int) -> Iterator[Rate]:
    """Samples each question: how many draws `n` variants take, what rejects the others, and the time."""
    for k, question in enumerate(spec.questions):
        tally, fault, started = Tally(), "", time.perf_counter()
        try:
            sample(question, spec, n, np.random.default_rng([seed, k]), tally=tally)
        except InputError as error:
            fault = str(error)
        seconds = time.perf_counter() - started
        tally.count_ranges()
        idle = tuple(m.name for m in CATALOGUE if m not in applicable(question.question))
        yield Rate(question.question.id, tally, seconds, fault, idle)


def _unknown_mistakes(exam: Exam, folder: Path) -> Iterator[str]:
    """What an exam was certified against that this version does not know."""
    known = {m.name for m in CATALOGUE}
    for name in exam.mistakes:
        if name not in known:
            yield f'{folder / "exam.json"}: no mistake "{name}" is known; it cannot be certified against it again'


def _digits(batch: Batch) -> Array:
    """1 where every given is written with as many digits as in the first variant, else -1."""
    same = np.ones(batch.size, dtype=bool)
    for values in (values for name, values in batch.givens.items() if batch.question.given[name].kind != SHOWN):
        counts = np.array([sum(c.isdigit() for c in plain(value)) for value in values.tolist()])
        same &= counts == counts[0]
    return np.where(same, 1.0, -1.0)


def _altered_numbers(exam: Exam, right: Exam, folder: Path) -> Iterator[str]:
    """Answers and ranges of exam.json that its givens do not lead to; a given that its answers contradict."""
    where, row = folder / "exam.json", 0
    for batch in exam.batches:
        rows = range(row, row + len(batch.question.items))
        row = rows.stop
        wrong = np.abs(exam.value[rows.start : row] - right.value[rows.start : row]) > SAME
        for v in np.flatnonzero(wrong.any(axis=0)).tolist():
            culprit = _altered_given(batch, v, exam.value[rows.start : row, v]) if wrong[:, v].sum() > 1 else None
            name = f"{where}: variant {exam.variants[v]}"
            if culprit is not None:
                given, value = culprit
                stands = plain(float(batch.givens[given][v]))
                yield f'{name}: given {batch.question.id}.{given} "{stands}" was {plain(value)} when it was made'
                continue
            for i in np.flatnonzero(wrong[:, v]).tolist():
                stands, due = plain(float(exam.value[rows[i], v])), plain(float(right.value[rows[i], v]))
                yield f'{name}: answer {_named(exam.items[rows[i]])} "{stands}" is {due}'
        for i in rows:
            for bound, stored, due_bounds in (("low", exam.low, right.low), ("high", exam.high, right.high)):
                off = (stored[i] != due_bounds[i]) & ~wrong.any(axis=0)
                for v in np.flatnonzero(off).tolist():
                    stands, due = plain(float(stored[i, v])), plain(float(due_bounds[i, v]))
                    yield f'{where}: variant {exam.variants[v]}: {bound} of {_named(exam.items[i])} "{stands}" is {due}'


def _named(item: Item) -> str:
    """An item as files have it, and as papers write it."""
    return f"{item.id} ({item.name})"


def _broken_checksums(exam: Exam, folder: Path, sums: Mapping[str, str]) -> Iterator[str]:
    """What was changed where all numbers are right."""
    path, key = folder / "exam.json", folder / "key.csv"
    if exam.checksum != sums["exam"]:
        yield f"{path}: spec, students or names were changed after the exam was made (checksum)"
    elif exam.seed_checksum != sums.get("seed", exam.seed_checksum):
        yield f"{path}: the seed was changed after the exam was made (checksum); no mark on its pages would be known"
    if file_checksum(key) != sums["key.csv"]:
        yield f"{key}: has the right numbers, but was saved anew after it was made (checksum); restore it"


def _altered_given(batch: Batch, v: int, answers: Array) -> tuple[str, float] | None:
    """The one given, and its value, whose replacement leads to the stored answers."""
    candidates = [
        (name, value)
        for name, given in batch.question.given.items()
        if given.kind != SHOWN
        for value in (
            [batch.spec.fixed[name]]
            if name in batch.spec.fixed
            else [float(value) for value in batch.spec.pools[given.kind].values]
        )
    ]
    givens = {name: np.full(len(candidates), values[v]) for name, values in batch.givens.items()}
    for c, (name, value) in enumerate(candidates):
        givens[name][c] = value
    with np.errstate(all="ignore"):
        values = solve(batch.question.steps, givens)
    table = batch.question.stacked(values, len(candidates))
    fits = np.flatnonzero((np.abs(table - answers[:, None]) <= SAME).all(axis=0))
    return candidates[int(fits[0])] if len(fits) else None


def _altered_key(exam: Exam, right: Exam, folder: Path) -> Iterator[str]:
    """Cells of key.csv that are neither what exam.json says nor what its givens lead to."""
    path = folder / "key.csv"
    due_text = key_csv(exam)
    try:
        text = path.read_text("utf-8")
        if text == due_text:
            return
        found = list(csv.reader(text.splitlines()))
    except (OSError, UnicodeDecodeError, csv.Error) as fault:
        yield f"{path}: cannot be read: {fault}"
        return
    due = list(csv.reader(due_text.splitlines()))
    solved = list(csv.reader(key_csv(right).splitlines()))
    if len(found) != len(due):
        yield f"{path}: has {len(found) - 1} rows, not {len(due) - 1}"
    for number, (row, stored, derived) in enumerate(zip(found, due, solved, strict=False), start=1):
        if row in (stored, derived):
            continue
        if len(row) != len(stored):
            yield f"{path}:{number}: has {len(row)} cells, not {len(stored)}"
        for column, stands, value in zip(KEY_HEADER, row, stored, strict=False):
            if stands != value:
                yield f'{path}:{number}: variant {stored[0]}, {stored[1]}, {column}: "{stands}" is {value}'
