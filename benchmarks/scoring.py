"""How fast 100,000 students are marked, against pandas reading the same file in the same run.

    python benchmarks/scoring.py [--students 100000]

Prints both times, their ratio (at most 4) and the peak memory of the marking (at most 1.5 GB).
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from multiprocessing import Process
from pathlib import Path

import numpy as np

from grader.rehearsal.simulate import simulate, write_simulated
from qgen.exam.exam import make_exam, write_exam
from qgen.exam.spec import spec_of

VARIANTS = 100
READ = "import sys, pandas; pandas.read_csv(sys.argv[1], dtype=str)"
SCORE = "from grader.cli import app; app()"


def run(*command: str) -> tuple[float, float]:
    """Seconds and peak gigabytes of a process, started once the system has tidied up after the one before."""
    time.sleep(1)
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{' '.join(command)}: exit {os.waitstatus_to_exitcode(status)}")
    return time.perf_counter() - began, usage.ru_maxrss / 1e6


def write_class(folder: Path, students: int) -> None:
    """An exam and a simulated class of the usual mix."""
    exam = make_exam(spec_of({}), VARIANTS, 1)
    (folder / "exam").mkdir()
    write_exam(exam, folder / "exam")
    simulated = simulate(exam, students, np.random.default_rng(1))
    write_simulated(simulated, folder / "answers.csv", folder / "truth.csv")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--students", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        answers = folder / "answers.csv"
        # in a process of its own: a child's peak memory counts what its parent held
        maker = Process(target=write_class, args=(folder, options.students))
        maker.start()
        maker.join()
        print(f"{options.students:,} students, {answers.stat().st_size / 1e6:.0f} MB")
        ratios = []
        for _ in range(options.rounds):
            read, _ = run(sys.executable, "-c", READ, str(answers))
            score, peak = run(
                sys.executable, "-c", SCORE, "score", str(answers), "--exam", str(folder / "exam"),
                "--out", str(folder / "results"), "--no-feedback",
            )  # fmt: skip
            shutil.rmtree(folder / "results")  # or the system goes on writing it to the disk while the next round runs
            ratios.append(score / read)
            print(f"pandas.read_csv {read:.2f} s, grader score {score:.2f} s: {score / read:.2f} times; "
                  f"peak {peak:.2f} GB")  # fmt: skip
        print(f"pandas {version('pandas')}: median ratio {sorted(ratios)[len(ratios) // 2]:.2f} (at most 4)")


if __name__ == "__main__":
    main()
