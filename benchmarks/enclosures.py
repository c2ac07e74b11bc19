"""Are the accepted ranges sound, and how much wider than needed are they?

    python benchmarks/enclosures.py                                   10,000 honest students on 40 variants
    python benchmarks/enclosures.py --variants 10 --students 2000     a quick look
    python benchmarks/enclosures.py --spec exam.toml                  an exam of your own

Sound: random roundings that push every step to an end, and roundings that drive one answer outward at every step,
stay within the accepted ranges. Tight: accepted width over the width that simulated honest students' answers span;
the median over items is to be at most 3. Items with one right answer (sums of exact products) have no width.
"""

import argparse
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "qgen"))
from fairness import progress
from measures import accepted_ranges, cornered, driven, outside, tightness

from qgen.engine.question import PARTS
from qgen.exam.sample import sample
from qgen.exam.spec import read_spec, spec_of

WIDEST = 3.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--variants", type=int, default=40)
    parser.add_argument("--students", type=int, default=10_000)
    parser.add_argument("--corners", type=int, default=1_000, help="random corners per variant")
    parser.add_argument("--spec", type=Path, help="an exam.toml (default: the default spec)")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    spec = read_spec(options.spec) if options.spec else spec_of({})
    began, bad = time.perf_counter(), False
    for question in spec.questions:
        q = question.question
        print(f"{q.id}: {q.network.name}, {q.loss}, {q.iterations} iteration(s), {spec.rounding}, seed {options.seed}")
        rng = np.random.default_rng([options.seed, 1])
        batch, _ = sample(question, spec, options.variants, np.random.default_rng([options.seed, 0]))
        out, reached, ratios = 0, [], []
        for v in range(batch.size):
            progress(f"variant {v + 1} of {batch.size}")
            one = batch.take(np.array([v]))
            pushed, outermost = cornered(one, options.corners, rng), driven(one, rng)
            out += sum(outside(one, pushed).values()) + sum(outside(one, outermost).values())
            with np.errstate(divide="ignore", invalid="ignore"):
                reached.append(
                    [
                        float(((high - low)[0] / np.ptp(np.concatenate([pushed[name], outermost[name]], axis=1)))[0])
                        for name, (low, high) in accepted_ranges(one).items()
                    ]
                )
            ratios.append(tightness(one, options.students, rng)[0])
        tried = batch.size * len(q.items) * (options.corners + 2)
        print(f"  sound: {tried:,} answers at corners, outside of the ranges: {out}")
        table, corner = np.array(ratios), np.array(reached)
        median = float(np.nanmedian(table))
        print(f"  tight: accepted width / width seen in {options.students:,} honest students, median {median:.2f}")
        for part in PARTS:
            columns = [k for k, item in enumerate(q.items) if item.part == part]
            if not np.isnan(table[:, columns]).all():
                quartiles = np.nanpercentile(table[:, columns], [25, 50, 75], method="nearest")
                print(f"    {part:9s} quartiles {quartiles[0]:.2f} {quartiles[1]:.2f} {quartiles[2]:.2f}")
        print(f"  accepted width / width that corners reach, median {np.nanmedian(corner):.2f}")
        bad |= bool(out) or median > WIDEST
    print(f"{time.perf_counter() - began:.0f} s in all")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
