"""Draws variants: candidates in batches, each condition rejecting in batches, until enough are certified.

Then every two are held against each other, and of two papers too much alike the later one goes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from qgen.engine.intervals import Array
from qgen.engine.rounding import MOST_DIGITS
from qgen.engine.solve import solve
from qgen.engine.steps import needed
from qgen.errors import InputError
from qgen.exam.certify import CONDITIONS, Batch, Stage, draws, mistakes, quick, ranges, sieves
from qgen.exam.copying import apart, most_copied
from qgen.exam.question_spec import QuestionSpec
from qgen.exam.spec import Spec

SMALLEST_BATCH, LARGEST_BATCH, GROWTH = 128, 131072, 12
FEWEST_DRAWS = 1_500_000
DRAWS_PER_VARIANT = 15_000
COSTLY = 10  # a draw that gets as far as known mistakes takes the time of some ten others
FEW, TRIED = 3, 100_000  # variants, and draws of which at most they come, that tell whether a change helps
WIDE = 0.3  # a tolerance that most networks keep
REMEDIES = {
    "active": "too few draws have as many dead ReLU units as dead_relu says, none near its kink: change dead_relu, or "
    "widen the ranges of weights and biases",
    "saturation": "sigmoids or tanhs are saturated: write smaller ranges for inputs or weights",
    "inputs": "inputs of an example are equal in most draws: write a wider range for inputs",
    "repeated": "there are no more different draws: write wider ranges, or fewer variants",
    "copying": "papers are too much alike: write wider ranges, fewer variants, or more digits",
}
COUNTED = 50  # draws on which it can be counted how often each condition on ranges fails


@dataclass
class Tally:
    """How many candidates were drawn, and of those that were looked at how many reached a condition and failed it.

    costly: how many were held against known mistakes. examples: of these the first, on which it is not counted yet how
    often conditions on ranges fail; `count_ranges` does, for that takes its time.
    """

    drawn: int = 0
    costly: int = 0
    accepted: int = 0
    reached: dict[str, int] = field(default_factory=dict)
    rejected: dict[str, int] = field(default_factory=dict)
    examples: list[Batch] = field(default_factory=list)

    def __repr__(self) -> str:
        return f"<Tally: {self.accepted:,} of {self.drawn:,} draws accepted>"

    def count(self, condition: str, reached: int, rejected: int) -> None:
        """Adds a batch's figures."""
        self.reached[condition] = self.reached.get(condition, 0) + reached
        self.rejected[condition] = self.rejected.get(condition, 0) + rejected

    def count_ranges(self) -> None:
        """Adds the figures of conditions on ranges and on known mistakes."""
        for batch in self.examples:
            _kept(_kept(batch, ranges, self), mistakes, self)
        self.examples.clear()

    def share(self, condition: str) -> float:
        """The share that a condition rejected of what reached it."""
        return self.rejected.get(condition, 0) / max(1, self.reached.get(condition, 0))


def sample(
    spec: QuestionSpec,
    exam: Spec,
    n: int,
    rng: np.random.Generator,
    *,
    progress: Callable[[int], None] = lambda accepted: None,
    most: int | None = None,
    tally: Tally | None = None,
) -> tuple[Batch, Tally]:
    """`n` certified variants of one question. InputError, with what would help, where too few exist.

    A `tally` that is handed in is filled, so that it can be read after an error, too.

    The draws are integers into the pools, so that one seed means the same numbers everywhere.
    """
    tally = Tally() if tally is None else tally
    most = max(FEWEST_DRAWS, DRAWS_PER_VARIANT * n) if most is None else most
    if spec.all_fixed:
        return _fixed(spec, exam, n)
    batch = _search(spec, exam, n, rng, progress, most, tally)
    if batch is None:
        raise InputError(_too_few(spec, exam, n, tally))
    return batch, tally


def _search(
    spec: QuestionSpec, exam: Spec, n: int, rng: np.random.Generator, progress: Callable[[int], None], most: int,
    tally: Tally,
) -> Batch | None:  # fmt: skip
    """`n` certified variants, or None where `most` draws are not enough."""
    batches: list[Batch] = []
    keys: list[Array] = []
    settled = 0
    seen: set[bytes] = set()
    stages = sieves(spec.question)
    while tally.accepted < n:
        left = most - tally.drawn - COSTLY * tally.costly
        if left <= 0:
            return None
        size = min(_next_size(n, tally), max(SMALLEST_BATCH, left))
        batch = Batch(spec, exam.rounding, exam.certify, _draw(spec, exam, size, rng))
        tally.drawn += batch.size
        batch = _certified(batch, stages, tally)
        fresh = np.array(_fresh(batch, seen), dtype=np.intp)
        tally.count("repeated", batch.size, batch.size - len(fresh))
        fresh = fresh[: n - tally.accepted]
        if len(fresh):
            batch = batch.take(fresh)
            keys.append(np.array(batch.key))
            batches.append(_bare(batch))
            tally.accepted += len(fresh)
        if tally.accepted == n:
            joined, key = _joined(batches), np.concatenate(keys, axis=2)
            rows = np.flatnonzero(apart(spec.question, most_copied(joined), *key, settled=settled))
            tally.count("copying", n - settled, n - len(rows))
            tally.accepted = settled = len(rows)
            batches, keys = [joined.take(rows)], [key[:, :, rows]]
        progress(tally.accepted)
    return batches[0]


def _next_size(n: int, tally: Tally) -> int:
    """As many draws as the rate so far asks for, at most GROWTH times as many as there were, within bounds."""
    wanted = 1.2 * (n - tally.accepted) * tally.drawn / max(1, tally.accepted)
    return int(min(LARGEST_BATCH, max(SMALLEST_BATCH, min(wanted, GROWTH * tally.drawn))))


def _draw(spec: QuestionSpec, exam: Spec, size: int, rng: np.random.Generator) -> dict[str, Array]:
    numbers = {}
    for name, given in spec.drawn.items():
        pool = np.array([float(v) for v in spec.pools[given.kind].values])
        drawn = pool[rng.integers(len(pool), size=size)]
        numbers[name] = np.full(size, spec.fixed[name]) if name in spec.fixed else drawn
    for targets in spec.question.examples("targets") if spec.question.loss.one_hot else ():
        if not set(targets) & set(spec.fixed):
            classes = rng.integers(len(targets), size=size)
            numbers |= {y: (classes == k).astype(float) for k, y in enumerate(targets)}
    return givens_of(spec, exam, numbers)


def givens_of(spec: QuestionSpec, exam: Spec, numbers: dict[str, Array]) -> dict[str, Array]:
    """What is printed of the drawn numbers, and the shown values that they lead to."""
    size = len(next(iter(numbers.values()), [0]))
    fixed = [name for name in spec.question.shown if name in spec.fixed]
    numbers = numbers | {name: np.full(size, spec.fixed[name]) for name in fixed}
    if spec.worked_out:
        steps = needed(spec.question.steps_from(fixed), spec.worked_out, fixed)
        shown = set(spec.worked_out)
        numbers |= solve(
            steps, numbers, write=lambda step, value: exam.rounding.round(value) if step.id in shown else value
        )
    return {name: np.array(np.broadcast_to(numbers[name], size)) for name in spec.question.givens}


def _certified(batch: Batch, stages: Sequence[Stage], tally: Tally) -> Batch:
    """The variants of a batch that keep every condition; each stage sees only what the one before let through."""
    batch = _kept(_kept(batch, draws, tally), quick, tally)
    tally.costly += batch.size
    left = COUNTED - sum(some.size for some in tally.examples)
    if not tally.accepted and left > 0 and batch.size:
        tally.examples.append(batch.take(np.arange(min(batch.size, left))))
    for stage in stages:
        batch = _kept(batch, stage, Tally())
    return batch


def _kept(batch: Batch, stage: Stage, tally: Tally) -> Batch:
    """The variants that keep a stage's conditions."""
    if batch.size == 0:
        return batch
    kept = np.ones(batch.size, dtype=bool)
    for condition, margin in stage(batch).items():
        tally.count(condition, int(kept.sum()), int((kept & ~(margin > 0)).sum()))
        kept &= margin > 0
    return batch if kept.all() else batch.take(np.flatnonzero(kept))


def _fresh(batch: Batch, seen: set[bytes]) -> list[int]:
    """The variants that were not drawn before."""
    table = np.array([batch.givens[name] for name in batch.question.givens]).T
    fresh = []
    for row in range(batch.size):
        key = table[row].tobytes()
        if key not in seen:
            seen.add(key)
            fresh.append(row)
    return fresh


def _bare(batch: Batch, givens: Mapping[str, Array] | None = None) -> Batch:
    """Without what was computed for it: of many variants that would be too much to keep."""
    return Batch(batch.spec, batch.rounding, batch.certify, batch.givens if givens is None else givens)


def _joined(batches: list[Batch]) -> Batch:
    first = batches[0]
    return _bare(first, {name: np.concatenate([batch.givens[name] for batch in batches]) for name in first.givens})


def _fixed(spec: QuestionSpec, exam: Spec, n: int) -> tuple[Batch, Tally]:
    """The one variant of a question whose numbers the author chose, for everyone. Nothing rejects it."""
    givens = givens_of(spec, exam, {name: np.full(n, spec.fixed[name]) for name in spec.drawn})
    return Batch(spec, exam.rounding, exam.certify, givens), Tally(drawn=1, accepted=n)


def _too_few(spec: QuestionSpec, exam: Spec, n: int, tally: Tally) -> str:
    """What to change, in one sentence, then the figures."""
    tally.count_ranges()
    shares = ", ".join(
        f"{tally.share(name):.1%} fail: {CONDITIONS.get(name, 'no variant is drawn twice')}"
        for name in sorted(tally.rejected, key=tally.share, reverse=True)
        if tally.rejected[name]
    )
    return (
        f"{spec.question.id}: {_remedy(spec, exam, tally)}. {tally.drawn:,} draws gave only {tally.accepted} of {n} "
        f"variants that keep every condition; of those that reach each condition: {shares}; qgen check with the spec "
        "shows the rates"
    )


def _remedy(spec: QuestionSpec, exam: Spec, tally: Tally) -> str:
    """What would help, tried on a few draws; else what the condition asks for that most draws fail."""
    rounding = exam.rounding
    finer = [replace(rounding, digits=digits) for digits in range(rounding.digits + 1, MOST_DIGITS + 1)]
    enough = next((one for one in finer if _works(spec, replace(exam, rounding=one))), None)
    wider = replace(exam, certify=replace(exam.certify, tolerance=WIDE))
    wide = exam.certify.tolerance < WIDE and _works(spec, wider)
    ways = [f'rounding = "{enough}"'] * bool(enough) + [f"tolerance = {WIDE} in [certify]"] * wide
    if ways:
        few = f"{rounding.digits} {'decimals' if rounding.kind == 'dp' else 'figures'} are too few for this network"
        return f"{few}: write {', or '.join(ways)}"
    worst = max(tally.rejected, key=tally.share, default="")
    return REMEDIES.get(
        worst, f"nothing that was drawn keeps this: {CONDITIONS.get(worst, 'no variant is drawn twice')}"
    )


def _works(spec: QuestionSpec, exam: Spec) -> bool:
    """Whether a few variants are found at once."""
    rng = np.random.default_rng(0)
    return _search(spec, exam, FEW, rng, lambda accepted: None, TRIED, Tally()) is not None
