"""Does any honest student lose a mark, does any known mistake earn one? Draws variants and simulates classes.

    python benchmarks/fairness.py                                  2,000 variants x 50 honest students: some minutes
    python benchmarks/fairness.py --variants 200 --students 20     a quick look
    python benchmarks/fairness.py --spec exam.toml                 an exam of your own

Honest students round half up or half to even, keep more digits where they like, merge steps, and multiply in any
order. Mistaken students make one mistake of the catalogue in one iteration and are honest otherwise; an answer is
affected if the mistake changes its exact value. Exit code 1 if one honest answer is not accepted or one affected
answer is.
"""

import argparse
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "qgen"))
from measures import applicable, marks_gained, marks_lost

from qgen.exam.sample import sample
from qgen.exam.spec import read_spec, spec_of

CHUNK = 500


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--variants", type=int, default=2000)
    parser.add_argument("--students", type=int, default=50, help="honest students per variant")
    parser.add_argument("--mistaken", type=int, default=5, help="students per variant and mistake")
    parser.add_argument("--spec", type=Path, help="an exam.toml (default: the default spec)")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    spec = read_spec(options.spec) if options.spec else spec_of({})
    began, bad = time.perf_counter(), 0
    for question in spec.questions:
        q = question.question
        print(f"{q.id}: {q.network.name}, {q.loss}, {q.iterations} iteration(s), {spec.rounding}, seed {options.seed}")
        start = time.perf_counter()
        batch, tally = sample(question, spec, options.variants, np.random.default_rng([options.seed, 0]))
        print(f"  {batch.size:,} variants of {tally.drawn:,} draws in {time.perf_counter() - start:.1f} s")
        rng = np.random.default_rng([options.seed, 1])
        chunks = [batch.take(rows) for rows in np.array_split(np.arange(batch.size), -(-batch.size // CHUNK))]
        start, lost, answers = time.perf_counter(), 0, 0
        for k, chunk in enumerate(chunks):
            progress(f"honest students, variants {k * CHUNK:,} to {k * CHUNK + chunk.size:,}")
            found = marks_lost(chunk, options.students, rng)
            answers += chunk.size * options.students * len(q.items)
            lost += sum(found.values())
            for item, count in found.items():
                print(f"  LOST {item}: {count}")
        print(f"  honest: {answers:,} answers, marks lost: {lost} ({time.perf_counter() - start:.1f} s)")
        start, gained, answers = time.perf_counter(), 0, 0
        for k, chunk in enumerate(chunks):
            part = f"variants {k * CHUNK:,} to {k * CHUNK + chunk.size:,}"
            affected, hits = marks_gained(
                chunk, options.mistaken, rng, lambda name, part=part: progress(f"{part}: {name}")
            )
            answers += affected
            gained += sum(hits.values())
            for (name, item), count in hits.items():
                print(f"  GAINED {name}, {item}: {count}")
        mistakes = len(applicable(chunks[0]))
        print(
            f"  mistaken: {mistakes} mistakes apply, {answers:,} affected answers, marks gained: {gained}"
            f" ({time.perf_counter() - start:.1f} s)"
        )
        bad += lost + gained
    print(f"{time.perf_counter() - began:.0f} s in all")
    return 1 if bad else 0


def progress(line: str) -> None:
    """One line on stderr that is written over."""
    print(f"\r{line:<78}", end="\r", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
