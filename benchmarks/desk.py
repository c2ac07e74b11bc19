"""How long the desk takes from a decision to the next question and its picture: a class of 300, 13 % of it unsure.

    python benchmarks/desk.py [--papers 300] [--decisions 600]

The desk is a process of its own, asked over HTTP as its page asks; every decision waits for the disk.
"""

import argparse
import csv
import http.client
import json
import os
import random
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from grader.reading.scan.stored import Reading
from qgen.exam.exam import make_exam, write_exam

ROOT = Path(__file__).parent.parent
PICTURE = (ROOT / "docs/images/feedback.png").read_bytes()[: 1 << 14]  # as large as a crop


def write_class(folder, papers, unsure=0.13):
    exam, rng = make_exam({}, papers, 1), random.Random(1)
    (folder / "exam").mkdir()
    write_exam(exam, folder / "exam")
    scans = folder / "answers-scans"
    scans.mkdir()
    with (scans / "readings.csv").open("w", newline="") as readings, (folder / "answers.csv").open("w") as answers:
        rows = csv.writer(readings)
        rows.writerow(Reading.__annotations__)
        answers.write(",".join(["student_id", "variant", *exam.columns]) + "\n")
        for variant in exam.variants:
            cells = []
            for item in exam.columns:
                read, waiting = f"{rng.uniform(-1, 1):.4f}", rng.random() < unsure
                crop = f"{variant}-{item}.png"
                state = "waiting" if waiting else "credited"
                rows.writerow([variant, f"S{variant}", variant, item, "1", read, f"{rng.random():.3f}", "0.5", "3", "",
                               state, crop])  # fmt: skip
                (scans / crop).write_bytes(PICTURE)
                cells.append("?" * waiting + read)
            answers.write(",".join([f"S{variant}", variant, *cells]) + "\n")


def memory(pid):
    found = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) / 1024 if found else 0


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--papers", type=int, default=300)
    options.add_argument("--decisions", type=int, default=600)
    known = options.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        write_class(folder, known.papers)
        began = time.perf_counter()
        desk = subprocess.Popen(
            [sys.executable, "-c", "from grader.cli import app; app()", "desk", "answers.csv", "--no-browser"],
            cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        found = re.search(r":(\d+)/\?token=(\S+)", desk.stdout.readline())
        connection = http.client.HTTPConnection("127.0.0.1", int(found[1]))

        def ask(method, path, body=None):
            connection.request(method, path, body and json.dumps(body), {"X-Desk-Token": found[2]})
            data = connection.getresponse().read()
            return data if path.startswith("/picture") else json.loads(data)

        question = ask("GET", "/question")
        print(f"ready after {time.perf_counter() - began:.2f} s; {question['left']:,} questions")
        times = []
        for _ in range(min(known.decisions, question["left"])):
            start = time.perf_counter()
            question = ask("POST", "/decide", {"n": question["n"], "action": "set", "text": question["read"]})
            if "n" not in question:
                break
            ask("GET", f"/picture?n={question['n']}")
            times.append(1000 * (time.perf_counter() - start))
        times.sort()
        median, worst = statistics.median(times), times[-1]
        print(f"{len(times)} decisions: median {median:.1f} ms, 99 % within {times[int(0.99 * len(times))]:.1f} ms, "
              f"worst {worst:.1f} ms; {memory(desk.pid):.0f} MB at most")  # fmt: skip
        start = time.perf_counter()
        desk.send_signal(signal.SIGINT)
        desk.communicate()
        print(f"ended in {time.perf_counter() - start:.2f} s")


if __name__ == "__main__":
    main()
