"""How fast a class is marked in which every student has a paper of their own, against pandas reading the same file.

    python benchmarks/scoring.py [--students 2000] [--variants 2000] [--rounds 3]

Prints processor seconds of both, in the same run, their ratio, and the peak memory of the marking: at most 3 times at
2,000, at most 4 times and 400 MB at 20,000. With --variants 100 the students share papers, as in a class with few.
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

READ = "import sys, pandas; pandas.read_csv(sys.argv[1], dtype=str)"
SCORE = "from grader.cli import app; app()"
LOAD = "import sys; from qgen.exam.exam import read_exam; read_exam(sys.argv[1])"


def run(*command: str) -> tuple[float, float]:
    """Processor seconds and peak megabytes of a process and its children, the system having tidied up before."""
    time.sleep(1)
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{' '.join(command)}: exit {os.waitstatus_to_exitcode(status)}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1e3


def write_class(folder: Path, students: int, variants: int) -> None:
    """An exam and a simulated class of the usual mix."""
    started = time.process_time()
    exam = make_exam(spec_of({}), variants, 1)
    print(f"drawing {variants:,} variants: {time.process_time() - started:.1f} s", flush=True)
    (folder / "exam").mkdir()
    write_exam(exam, folder / "exam")
    simulated = simulate(exam, students, np.random.default_rng(1))
    write_simulated(simulated, folder / "answers.csv", folder / "truth.csv")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--students", type=int, default=2_000)
    parser.add_argument("--variants", type=int, help="as many as students if not given")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        answers, exam = folder / "answers.csv", folder / "exam"
        # in a process of its own: a child's peak memory counts what its parent held
        maker = Process(target=write_class, args=(folder, options.students, options.variants or options.students))
        maker.start()
        maker.join()
        print(f"{options.students:,} students, {answers.stat().st_size / 1e6:.0f} MB")
        ratios = []
        for _ in range(options.rounds):
            read, _ = run(sys.executable, "-c", READ, str(answers))
            load, _ = run(sys.executable, "-c", LOAD, str(exam))
            score, peak = run(
                sys.executable, "-c", SCORE, "score", str(answers), "--exam", str(exam),
                "--out", str(folder / "results"), "--no-feedback",
            )  # fmt: skip
            shutil.rmtree(folder / "results")  # or the system goes on writing it to the disk while the next round runs
            ratios.append(score / read)
            print(f"pandas.read_csv {read:.2f} s, read_exam {load:.2f} s, grader score {score:.2f} s: "
                  f"{score / read:.2f} times pandas; peak {peak:.0f} MB", flush=True)  # fmt: skip
        print(f"pandas {version('pandas')}: median ratio {sorted(ratios)[len(ratios) // 2]:.2f}")


if __name__ == "__main__":
    main()
