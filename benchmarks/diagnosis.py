"""How right the marking of simulated classes is: slips carried on, misconceptions named, false names.

python benchmarks/diagnosis.py [--students 500] [--iterations 2] [--pairs 100]
"""

from __future__ import annotations

import argparse
import itertools
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from unittest.mock import patch

import numpy as np

from grader.marking.score import score
from grader.marking.verdicts import CORRECT, FOLLOW_THROUGH, WRONG, Marks
from grader.rehearsal.simulate import Simulated, Truth, numerals_of, simulate, wrong_number
from grader.rehearsal.simulated_work import UNROUNDED, Habits, changing, habits_of, work
from qgen.engine.misconceptions import CATALOGUE, Misconception
from qgen.exam.exam import Exam, make_exam
from qgen.exam.hypotheses import suspects
from qgen.exam.spec import spec_of

VARIANTS = 100
LOSSES = ("squared-error", "cross-entropy")


def exam_of(network: str, loss: str, iterations: int, variants: int, seed: int = 1) -> Exam:
    spec = spec_of({"questions": [{"network": network, "loss": loss, "iterations": iterations}]})
    return make_exam(spec, variants, seed)


def class_of(exam: Exam, values: np.ndarray, variants: np.ndarray) -> Simulated:
    """A class that wrote these numbers."""
    students = tuple(f"S{s}" for s in range(len(values)))
    written = numerals_of(values, exam.spec.rounding)
    return Simulated(exam, students, variants, written, tuple(Truth("") for _ in students))


def holders(exam: Exam, held: Sequence[Misconception], variants: np.ndarray, rng: np.random.Generator) -> Marks:
    """The marks of students who all hold these misconceptions."""
    n = len(variants)
    rows = np.arange(n)
    values = work(exam.batches[0], variants, habits_of(n, rng), held=[(m, rows) for m in held])
    return score(exam, class_of(exam, values, variants).submissions)


def names_of(marks: Marks) -> list[set[str]]:
    """The misconceptions named, by student."""
    named: list[set[str]] = [set() for _ in marks.submissions.students]
    for (s, _), reason in marks.reasons.items():
        named[s] |= set(reason.misconceptions)
    return named


class Alike:
    """Whether other misconceptions lead to the same answers: then either name is right."""

    def __init__(self, exam: Exam) -> None:
        self.batch, self.known = exam.batches[0], {m.name: m for m in CATALOGUE}
        self.exact = Habits(*(np.full(self.batch.size, fill) for fill in (UNROUNDED, False, 0)))
        self.answers: dict[frozenset[str], np.ndarray] = {}

    def made(self, names: frozenset[str]) -> np.ndarray:
        if names not in self.answers:
            rows = np.arange(self.batch.size)
            held = [(self.known[name], rows) for name in sorted(names)]
            self.answers[names] = work(self.batch, rows, self.exact, held=held)
        return self.answers[names]

    def right(self, named: set[str], held: set[str], variant: int) -> bool:
        if named == held or not named:
            return named == held
        one, other = self.made(frozenset(named))[variant], self.made(frozenset(held))[variant]
        return bool(np.allclose(one, other, rtol=0, atol=1e-9, equal_nan=True))

    def written(self, named: set[str], values: np.ndarray, variant: int) -> bool:
        """Whether a student wrote, to rounding, what whoever holds these misconceptions writes."""
        _, low, high = self.batch.key
        return bool((np.abs(self.made(frozenset(named))[variant] - values) <= (high - low)[:, variant]).all())


def slips(exam: Exam, n: int, rng: np.random.Generator) -> Iterator[tuple[str, int, int, Marks, np.ndarray]]:
    """For every cell: how many of `n` students with one slip there, carried on, lost that cell and no other."""
    batch = exam.batches[0]
    for column, item in enumerate(exam.items):
        variants = np.arange(n) % len(exam.variants)
        habits = habits_of(n, rng)
        honest = work(batch, variants, habits)
        wrong = np.array([float(wrong_number(exam, column, int(v), float(honest[s, column]), rng)[1])
                          for s, v in enumerate(variants)])  # fmt: skip
        values = work(batch, variants, habits, slips={item.step: wrong})
        submitted = class_of(exam, values, variants).submissions
        marks = score(exam, submitted)
        lost = ~np.isin(marks.verdicts, (CORRECT, FOLLOW_THROUGH))
        yield item.id, column, n, marks, lost


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--students", type=int, default=500)
    parser.add_argument("--iterations", type=int, default=2)
    parser.add_argument("--slip-students", type=int, default=100)
    parser.add_argument("--pair-students", type=int, default=20)
    parser.add_argument("--pairs", type=int, default=10**9, help="how many pairs of mistakes, drawn at random")
    parser.add_argument("--only", default="slips,singles,pairs,false")
    options = parser.parse_args()
    parts = options.only.split(",")
    n = options.students
    for network, loss in itertools.product(("relu-sigmoid", "tanh-heads"), LOSSES):
        began = time.perf_counter()
        exam = exam_of(network, loss, options.iterations, VARIANTS)
        title = f"{network}, {loss}, {options.iterations} iterations, {len(exam.items)} items"
        print(f"\n== {title}")
        rng, known = np.random.default_rng(1), suspects(exam.batches[0])
        with patch("grader.marking.score.suspects", lambda batch, known=known: known):  # the same for every class
            if "slips" in parts:
                report_slips(exam, options.slip_students, rng)
            if "singles" in parts:
                report_singles(exam, n, rng)
            if "pairs" in parts:
                report_pairs(exam, options.pair_students, options.pairs, rng)
            if "false" in parts:
                report_false(exam, n, rng)
        print(f"   {time.perf_counter() - began:.0f} s")


def report_slips(exam: Exam, n: int, rng: np.random.Generator) -> None:
    exact = total = trivial = 0
    examples = Counter()
    for item, column, count, marks, lost in slips(exam, n, rng):
        total += count
        others = lost.copy()
        others[:, column] = False
        slip_lost = lost[:, column]
        shows_no_work = trivial_cells(exam, marks)
        excused = (others & ~shows_no_work).sum(axis=1) == 0
        exact += int((slip_lost & ~others.any(axis=1)).sum())
        trivial += int((slip_lost & others.any(axis=1) & excused).sum())
        for s in np.flatnonzero(~(slip_lost & excused)):
            cells = [exam.columns[i] for i in np.flatnonzero(others[s] & ~shows_no_work[s])]
            examples[f"{item} -> {'' if slip_lost[s] else 'not lost '}{cells[:3]}"] += 1
    print(f"   one slip in one cell, carried on: {exact} of {total} cost exactly that cell; {trivial} more cost only")
    print(f"   0s and unchanged parameters besides; {total - exact - trivial} cost others: {examples.most_common(6)}")


def trivial_cells(exam: Exam, marks: Marks) -> np.ndarray:
    """Answers that show no work: 0, or a parameter that an update left as it was, or nothing at all."""
    values = marks.submissions.values
    trivial = (values == 0) | np.isnan(values)
    columns = {item.step: i for i, item in enumerate(exam.items)}
    givens = exam.batches[0].givens
    for i, item in enumerate(exam.items):
        if item.part == "update":
            name = item.step.replace("new_", "")
            bare = name.partition("_")[2] if item.iteration > 1 else name
            earlier = "" if item.iteration == 2 else f"t{item.iteration - 1}_"
            old = (
                givens[name][marks.submissions.variants]
                if name in givens
                else values[:, columns[f"{earlier}new_{bare}"]]
            )
            trivial[:, i] |= values[:, i] == old
    return trivial


def report_singles(exam: Exam, n: int, rng: np.random.Generator) -> None:
    changes, alike = changing(exam.batches[0]), Alike(exam)
    for m, misconception in enumerate(CATALOGUE):
        possible = np.flatnonzero(changes[m])
        if not len(possible):
            continue
        variants = possible[np.arange(n) % len(possible)]
        marks = holders(exam, [misconception], variants, rng)
        named = names_of(marks)
        held = {misconception.name}
        right = sum(alike.right(names, held, v) for names, v in zip(named, variants, strict=True)) / n
        wrongly = Counter(" + ".join(sorted(names)) for names in named if names != held)
        wrong_cells = (marks.verdicts == WRONG).sum() / n
        flag = "" if right >= 0.95 else "  <--"
        print(f"   {misconception.name:40} {right:6.1%} {wrong_cells:5.1f} wrong cells "
              f"{'named ' + str(dict(wrongly.most_common(2))) if wrongly else ''}{flag}")  # fmt: skip


def report_pairs(exam: Exam, n: int, most: int, rng: np.random.Generator) -> None:
    changes, alike = changing(exam.batches[0]), Alike(exam)
    results = []
    couples = list(itertools.combinations(range(len(CATALOGUE)), 2))
    for a, b in (couples[k] for k in rng.permutation(len(couples))):
        if len(results) == most:
            break
        one, two = CATALOGUE[a], CATALOGUE[b]
        possible = np.flatnonzero(changes[a] & changes[b])
        if not len(possible) or set(one.swaps) & set(two.swaps):
            continue
        variants = possible[np.arange(n) % len(possible)]
        named = names_of(holders(exam, [one, two], variants, rng))
        held = {one.name, two.name}
        right = sum(alike.right(names, held, v) for names, v in zip(named, variants, strict=True)) / n
        wrongly = Counter(" + ".join(sorted(names)) for names in named if names != held)
        results.append((right, one.name, two.name, wrongly.most_common(2)))
    results.sort()
    print(f"   two at once: {sum(r[0] for r in results) / len(results):.1%} of students over {len(results)} pairs; "
          f"{sum(r[0] >= 0.8 for r in results)} pairs at 80 % or more; the worst:")  # fmt: skip
    for right, one, two, wrongly in results[:12]:
        print(f"      {right:6.1%} {one} + {two}: {wrongly}")


def report_false(exam: Exam, n: int, rng: np.random.Generator) -> None:
    alike = Alike(exam)
    for kind in ("rounding", "slip", "careless", "imprecise", "blank"):
        marks = score(exam, simulate(exam, n, rng, {kind: 1}).submissions)
        sheets = zip(names_of(marks), marks.submissions.values, marks.submissions.variants, strict=True)
        named = [(names, alike.written(names, values, int(v))) for names, values, v in sheets if names]
        wrong = Counter(name for names, _ in named for name in names)
        print(
            f"   named, {kind:10}: {len(named) / n:6.2%}, falsely {sum(not same for _, same in named) / n:6.2%} (the "
            f"others wrote what the mistake leads to) {dict(wrong.most_common(4)) if wrong else ''}"
        )


if __name__ == "__main__":
    main()
