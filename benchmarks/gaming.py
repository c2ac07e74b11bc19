"""What is earned without the chain rule, and what honest students lose: strategies against the marking.

    python benchmarks/gaming.py [--variants 200] [--spec exam.toml]

Prints for every strategy the mean marks, how many of them are right by the key alone, and what each part earned. No
strategy may earn more than its right part and a tenth of the marks.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import count, cycle, product
from pathlib import Path
from unittest.mock import patch

import numpy as np

from grader.marking.score import score
from grader.marking.verdicts import CORRECT, FOLLOW_THROUGH, Marks
from grader.reading.submissions import Submissions
from grader.rehearsal.simulate import numerals_of, wrong_number
from grader.rehearsal.simulated_work import changing, habits_of, work
from qgen.engine.misconceptions import CATALOGUE
from qgen.engine.network import Layer
from qgen.engine.question import PARTS, Item
from qgen.engine.steps import Role
from qgen.exam.certify import Batch
from qgen.exam.exam import Exam, make_exam
from qgen.exam.spec import read_spec

Numbers = Callable[[np.random.Generator, int], np.ndarray]  # (n,): what n students invent for one cell


def _is(*roles: Role) -> Callable[[Batch, Item], bool]:
    return lambda batch, item: batch.question.by_id[item.step].role in roles


def _hidden(cells: Callable[[Batch, Item], bool]) -> Callable[[Batch, Item], bool]:
    return lambda batch, item: cells(batch, item) and item.layer != batch.question.layers[-1]


def _dying(cells: Callable[[Batch, Item], bool]) -> Callable[[Batch, Item], bool]:
    """Of units that may let nothing through."""
    return lambda batch, item: cells(batch, item) and _layer(batch, item).activation.dies


def _living(cells: Callable[[Batch, Item], bool]) -> Callable[[Batch, Item], bool]:
    return lambda batch, item: cells(batch, item) and not _layer(batch, item).activation.dies


def _layer(batch: Batch, item: Item) -> Layer:
    return batch.question.network.layers[batch.question.by_id[item.step].layer]


SUMS, BIASES = _is(Role.PREACTIVATION), _is(Role.BIAS_GRADIENT)
GRADIENTS = _is(Role.BIAS_GRADIENT, Role.WEIGHT_GRADIENT)
BACK = _is(Role.BIAS_GRADIENT, Role.WEIGHT_GRADIENT, Role.UPDATE)
NOTHING = _is()
FORWARD = _is(Role.PREACTIVATION, Role.ACTIVATION, Role.LOSS)
AFTER_FORWARD = _is(Role.LOSS, Role.BIAS_GRADIENT, Role.WEIGHT_GRADIENT, Role.UPDATE)


def last_output(batch: Batch, item: Item) -> bool:
    """Of the forward pass."""
    return item == [one for one in batch.question.items if one.part == "forward"][-1]


def rising() -> Numbers:
    steps = count(1)
    return lambda rng, n: np.full(n, 0.003 + 0.01 * next(steps))


def among(*numbers: float) -> Numbers:
    turn = cycle(numbers)
    return lambda rng, n: np.full(n, next(turn))


def thrice(*numbers: float) -> Numbers:
    turn = cycle([number for number in numbers for _ in range(3)])
    return lambda rng, n: np.full(n, next(turn))


def random(scale: float) -> Callable[[], Numbers]:
    return lambda: lambda rng, n: np.round(scale * rng.uniform(0.1, 1, n) * rng.choice([-1, 1], n), 4)


@dataclass(frozen=True)
class Strategy:
    """`invented`: cells made up, with which numbers; `blank`: cells left out; all else is worked out from these.

    undefined: cells that are said to be so. worked: the parts in which that is work, so that what follows from own
    numbers is as good as right.
    """

    name: str
    invented: tuple[tuple[Callable[[Batch, Item], bool], Callable[[], Numbers]], ...]
    blank: Callable[[Batch, Item], bool] = NOTHING
    worked: tuple[str, ...] = ()
    undefined: Callable[[Batch, Item], bool] = NOTHING


Z = (SUMS, random(1.5))
STRATEGIES = (
    Strategy("F only", (), BACK),
    Strategy("F + every gradient 0.1 + subtraction", ((GRADIENTS, lambda: among(0.1)),)),
    Strategy("F + gradients 0.1, 0.2, 0.3 in turn + subtraction", ((GRADIENTS, lambda: among(0.1, 0.2, 0.3)),)),
    Strategy("F + each invented number three times + subtraction",
             ((GRADIENTS, lambda: thrice(0.013, 0.027, 0.041, 0.052, 0.063, 0.074, 0.085, 0.096)),)),
    Strategy("no forward pass; rising gradients + subtraction", ((GRADIENTS, rising),), FORWARD),
    Strategy("F + rising gradients + subtraction", ((GRADIENTS, rising),)),
    Strategy("F + random gradients + subtraction", ((GRADIENTS, random(0.2)),)),
    Strategy("F + tiny gradients + subtraction", ((GRADIENTS, random(0.004)),)),
    Strategy("F + output layer + invented hidden gradients + subtraction", ((_hidden(GRADIENTS), random(0.2)),)),
    Strategy("F + output layer + invented hidden db, dw = db x input", ((_hidden(BIASES), random(0.2)),)),
    Strategy("invented z, honest activations and loss", (Z,), BACK),
    Strategy("invented z and gradients, all else consistent", (Z, (GRADIENTS, rising))),
    Strategy("F + invented db, dw = db x input, subtraction", ((BIASES, random(0.2)),)),
    Strategy("F + db 0.1 and 0.2 in turn, dw = db x input, subtraction", ((BIASES, lambda: among(0.1, 0.2)),)),
    Strategy("F + one number for every db, dw = db x input, subtraction", ((BIASES, lambda: among(0.13)),)),
    Strategy("invented z and db, all else consistent", (Z, (BIASES, random(0.2)))),
    Strategy("dead ReLU units claimed, other gradients invented + subtraction",
             ((_dying(SUMS), lambda: among(-0.5, -0.25)), (_living(GRADIENTS), rising)), worked=("forward", "loss")),
    Strategy("dead ReLU units claimed, zeros, unchanged parameters",
             ((_dying(SUMS), lambda: among(-0.5, -0.25)), (GRADIENTS, lambda: among(0.0))), worked=("forward", "loss")),
    Strategy("F but for an output beyond 1, \"undefined\" in every cell after it",
             ((last_output, lambda: among(1.37, 4.653)),), undefined=AFTER_FORWARD),
)  # fmt: skip


def played(exam: Exam, strategy: Strategy, variants: np.ndarray, rng: np.random.Generator) -> Marks:
    """The marks of a class that plays a strategy, a student for every one of these variants."""
    parts = []
    for batch in exam.batches:
        slips: dict[str, np.ndarray] = {}
        for cells, numbers in strategy.invented:
            draw = numbers()
            slips |= {item.step: draw(rng, len(variants)) for item in batch.question.items if cells(batch, item)}
        values = work(batch, variants, habits_of(len(variants), rng), slips=slips)
        blank = [i for i, item in enumerate(batch.question.items) if strategy.blank(batch, item)]
        values[:, blank] = np.nan
        values[:, [strategy.undefined(batch, item) for item in batch.question.items]] = np.inf
        parts.append(values)
    return marked(exam, np.hstack(parts), variants)


def marked(exam: Exam, values: np.ndarray, variants: np.ndarray) -> Marks:
    """The marks of these numbers."""
    students = tuple(f"S{s}" for s in range(len(values)))
    return score(exam, Submissions.of(students, variants, exam.columns, numerals_of(values, exam.spec.rounding)))


def honest(exam: Exam, variants: np.ndarray, slips: int, rng: np.random.Generator) -> float:
    """The share of students with so many independent slips, carried on, who lose these cells only."""
    n = len(variants)
    cells = np.array([rng.permutation(len(exam.items))[:slips] for _ in range(n)])
    return _only(exam, variants, cells, rng)


def _only(exam: Exam, variants: np.ndarray, cells: np.ndarray, rng: np.random.Generator) -> float:
    n, start, parts = len(variants), 0, []
    for batch in exam.batches:
        items, habits = batch.question.items, habits_of(n, rng)
        clean = work(batch, variants, habits)
        wrong = {item.step: np.full(n, np.nan) for item in items}
        for s, row in enumerate(cells.tolist()):
            for column in row:
                if start <= column < start + len(items):
                    value = float(clean[s, column - start])
                    wrong[items[column - start].step][s] = float(
                        wrong_number(exam, column, int(variants[s]), value, rng)[1]
                    )
        parts.append(work(batch, variants, habits, slips=wrong))
        start += len(items)
    marks = marked(exam, np.hstack(parts), variants)
    lost = marks.earned() < np.array([item.marks for item in exam.items])
    np.put_along_axis(lost, cells, False, axis=1)
    return float((~lost.any(axis=1)).mean())


def unlisted(students: int, rng: np.random.Generator) -> None:
    """What holders of a mistake lose that the catalogue does not know, beyond what following alone would leave them."""
    for network, loss in product(("relu-sigmoid", "tanh-heads"), ("squared-error", "cross-entropy")):
        exam = make_exam({"questions": [{"network": network, "loss": loss}]}, 100, 1)
        changes = changing(exam.batches[0])
        print(f"{network}, {loss}: marks lost by holders of an unlisted mistake, and by how many of them")
        for m, misconception in enumerate(CATALOGUE):
            possible = np.flatnonzero(changes[m])
            if not len(possible):
                continue
            variants, who = np.resize(possible, students), np.arange(students)
            values = work(exam.batches[0], variants, habits_of(students, rng), held=[(misconception, who)])
            others = tuple(entry for entry in CATALOGUE if entry is not misconception)
            with patch("qgen.exam.hypotheses.CATALOGUE", others):
                now = marked(exam, values, variants).scores
                with patch("grader.marking.score.invented", lambda answered, *_: np.zeros(answered.values.shape, bool)):
                    before = marked(exam, values, variants).scores
            lost = before - now
            if lost.any():
                print(
                    f"    {misconception.name:40} {lost.mean():5.2f} on average, {(lost > 2).mean():4.0%} more than 2"
                )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--variants", type=int, default=200)
    parser.add_argument("--spec", type=Path)
    options = parser.parse_args()
    exam = make_exam(read_spec(options.spec) if options.spec else {}, options.variants, 1)
    variants, rng = np.arange(options.variants), np.random.default_rng(1)
    of_part: Mapping[str, np.ndarray] = {p: np.array([item.part == p for item in exam.items]) for p in PARTS}
    worth = np.array([item.marks for item in exam.items])
    print(f"{exam.max_score:g} marks, {options.variants} variants")
    for strategy in STRATEGIES:
        marks = played(exam, strategy, variants, rng)
        earned = marks.earned()
        work_done = marks.verdicts == CORRECT
        for part in strategy.worked:
            work_done |= (marks.verdicts == FOLLOW_THROUGH) & of_part[part]
        right = float((work_done * worth).sum(axis=1).mean())
        parts = " / ".join(f"{earned[:, columns].sum(axis=1).mean():.1f}" for columns in of_part.values())
        total = float(earned.sum(axis=1).mean())
        flag = "" if total <= right + exam.max_score / 10 else "  <-- too much"
        print(f"{strategy.name:66} {total:5.1f}  right {right:5.1f}  {parts}{flag}")
    columns = np.tile(np.arange(len(exam.items)), len(variants))
    rng = np.random.default_rng(1)  # the same slips, however many strategies there are
    each = _only(exam, np.resize(variants, len(columns)), columns[:, None], rng)
    print(f"one slip in each cell in turn costs that cell only: {each:.2%} of {len(columns):,}")
    for slips in (2, 3):
        share = honest(exam, np.resize(variants, 2000), slips, rng)
        print(f"{slips} slips cost themselves only: {share:.2%} of 2,000")
    unlisted(options.variants, rng)


if __name__ == "__main__":
    main()
