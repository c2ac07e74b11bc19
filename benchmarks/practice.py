"""The practice page's marking under Node beside `grader score`: the same verdicts, marks and names, cell by cell.

    python benchmarks/practice.py [--students 1250] [--variants 200] [--spec exam.toml]

Simulated students of every kind, and those who play the strategies of gaming.py.
"""

from __future__ import annotations

import argparse
import json
import subprocess
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import numpy as np
from gaming import STRATEGIES, played

from grader.marking.score import score
from grader.marking.verdicts import VERDICTS, Marks
from grader.rehearsal.simulate import PROPORTIONS, simulate
from qgen.exam.exam import Exam, make_exam
from qgen.exam.spec import read_spec
from qgen.practice.examiner import examiner, numbers

RUN = """
const data = JSON.parse(require("fs").readFileSync(0));
const variants = data.numbers[0].map((_, v) => data.numbers.map((question) => parsed(question[v])));
const started = process.hrtime.bigint();
const rows = data.students.map(([v, answers]) => markAll(QUESTIONS, RULES, variants[v], answers).flatMap((marked, k) =>
  marked.items.map((_, i) => [marked.verdicts[i], marked.marks(i), marked.expected[i],
    marked.mistakes[i].map((place) => QUESTIONS[k].mistakes[place].name).join(" + ")])));
console.log(JSON.stringify({ rows, seconds: Number(process.hrtime.bigint() - started) / 1e9 }));
"""


def under_node(exam: Exam, variants: list[int], written: list[list[str]]) -> dict[str, Any]:
    """What the page makes of answers (students, items): rows of [verdict, marks, from own values, mistake], seconds."""
    ends = np.cumsum([len(batch.question.items) for batch in exam.batches])[:-1]
    students = [
        (v, [part.tolist() for part in np.split(np.array(row, object), ends)])
        for v, row in zip(variants, written, strict=True)
    ]
    data = json.dumps({"numbers": numbers(exam), "students": students})
    with TemporaryDirectory() as folder:
        script = Path(folder) / "run.js"
        script.write_text(examiner(exam) + RUN, "utf-8")
        done = subprocess.run(["node", script], input=data, capture_output=True, text=True, encoding="utf-8")
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def differences(marks: Marks, rows: list[list[list[Any]]]) -> Counter[str]:
    """How many cells differ, by what differs."""
    found: Counter[str] = Counter()
    earned = marks.earned()
    followed = {fit.student for fit in marks.fits}
    for s, row in enumerate(rows):
        if s in followed:
            found["answers that fit another variant, left out"] += len(row)
            continue
        for i, (verdict, worth, own, mistake) in enumerate(row):
            reason = marks.reasons.get((s, i))
            names = reason.misconceptions if reason else ()
            due = float(marks.expected_from_own[s, i])
            found["cells"] += 1
            found["verdicts"] += verdict != VERDICTS[marks.verdicts[s, i]]
            found["marks"] += abs(worth - earned[s, i]) > 1e-9
            found["from own values"] += not (own is None and due != due) and not abs((own or 0) - due) < 1e-9
            found["names"] += mistake != " + ".join(names)
            found["cells named"] += bool(names)
    return found


def main() -> None:
    """Prints how many cells differ."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--students", type=int, default=1250)
    parser.add_argument("--variants", type=int, default=200)
    parser.add_argument("--spec", type=Path)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    exam = make_exam(read_spec(options.spec) if options.spec else {}, options.variants, options.seed)
    total: Counter[str] = Counter()
    share = max(1, options.students // (len(PROPORTIONS) + len(STRATEGIES)))
    rng = np.random.default_rng(options.seed)
    classes = [(kind, simulate(exam, share, rng, {kind: 1})) for kind in PROPORTIONS]
    runs = [(kind, score(exam, simulated.submissions)) for kind, simulated in classes]
    for strategy in STRATEGIES:
        runs.append((strategy.name, played(exam, strategy, rng.integers(options.variants, size=share), rng)))
    for kind, marks in runs:
        started = perf_counter()
        done = under_node(exam, marks.submissions.variants.tolist(), marks.submissions.written.tolist())
        found = differences(marks, done["rows"])
        total += found
        told = ", ".join(f"{name} {count}" for name, count in found.items() if count)
        print(f"{kind}: {told}; {1000 * done['seconds'] / share:.2f} ms a student, {perf_counter() - started:.1f} s")
    print("all:", ", ".join(f"{name} {count:,}" for name, count in total.items()))


if __name__ == "__main__":
    main()
