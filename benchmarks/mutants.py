"""Do the tests bite? Changes one thing in the code at random, runs the tests that belong to it, counts who notices.

    python benchmarks/mutants.py --count 200 --seed 1

A mutant swaps a comparison, a sign, and/or, min/max, or moves a small constant, in a file of the engine, the exam, the
marking or the reading. First the tests of that file run, then those of its room, quickest first. Survivors are printed with their
line; those in EQUIVALENT change nothing that anyone could notice, and say why.
"""

from __future__ import annotations

import argparse
import ast
import compileall
import json
import os
import random
import resource
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

# imported once, before a process is forked for each mutant; nothing of ours may be among them
import autograd  # noqa: F401
import hypothesis.strategies  # noqa: F401
import jinja2  # noqa: F401
import numpy as np  # noqa: F401
import openpyxl  # noqa: F401
import pypdf  # noqa: F401
import pytest
import reportlab.pdfgen.canvas  # noqa: F401
import rich.console  # noqa: F401
import typer.testing  # noqa: F401
from fontTools import subset  # noqa: F401

ROOT = Path(__file__).parent.parent
TESTS = {
    "qgen/engine": ("tests/qgen/engine", "tests/qgen/exam", "tests/qgen/solution"),
    "qgen/exam": ("tests/qgen/exam",),
    "grader/marking": ("tests/grader/marking", "tests/grader/results", "tests/grader/test_reasons.py"),
    "grader/reading": ("tests/grader/reading",),
}
"""The rooms, and the tests that belong to each."""
COMPARISONS = {ast.Lt: "<=", ast.LtE: "<", ast.Gt: ">=", ast.GtE: ">", ast.Eq: "!=", ast.NotEq: "=="}
SIGNS = {ast.Add: "-", ast.Sub: "+", ast.Mult: "/", ast.Div: "*"}
NAMES = {"min": "max", "max": "min", "minimum": "maximum", "maximum": "minimum", "any": "all", "all": "any"}
COPIED = ("qgen", "grader", "templates", "tests", "samples", "pyproject.toml", "README.md")
LONGEST = 240  # seconds for the tests of a mutant; one that hangs is noticed
MEMORY = 8 << 30

EQUIVALENT: dict[tuple[str, str, str], str] = {}
"""(file, line, change) -> why no test can notice."""


Result = tuple[Path, str, "Mutant | None", bool]


@dataclass(frozen=True)
class Mutant:
    """`old` at an offset of a file's text becomes `new`."""

    path: str
    line: int
    offset: int
    old: str
    new: str
    text: str

    @property
    def key(self) -> tuple[str, str, str]:
        """What it is known by, wherever its line has moved to."""
        return self.path, self.text, f"{self.old} -> {self.new}"


def mutants(path: Path) -> Iterator[Mutant]:
    """All that can be changed in a file."""
    source = path.read_text("utf-8")
    lines = source.splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))

    def at(line: int, column: int) -> int:
        return starts[line - 1] + len(lines[line - 1].encode()[:column].decode())

    def made(offset: int, old: str, new: str) -> Mutant:
        line = source.count("\n", 0, offset) + 1
        return Mutant(str(path.relative_to(ROOT)), line, offset, old, new, lines[line - 1].strip())

    def between(left: ast.expr, right: ast.expr, new: str, olds: tuple[str, ...]) -> Iterator[Mutant]:
        start = at(left.end_lineno or 0, left.end_col_offset or 0)
        gap = source[start : at(right.lineno, right.col_offset)]
        for old in olds:
            if old in gap:
                yield made(start + gap.index(old), old, new)
                return

    annotations = {id(n) for a in ast.walk(ast.parse(source)) for n in ast.walk(a) if isinstance(a, ast.AnnAssign)}
    for node in ast.walk(ast.parse(source)):
        if id(node) in annotations:
            continue
        if isinstance(node, ast.Compare):
            for left, operator, right in zip([node.left, *node.comparators], node.ops, node.comparators, strict=False):
                if new := COMPARISONS.get(type(operator)):
                    yield from between(left, right, new, ("<=", ">=", "==", "!=", "<", ">"))
        elif isinstance(node, ast.BinOp) and type(node.op) in SIGNS:
            if not any(
                isinstance(side, ast.Constant) and isinstance(side.value, str) for side in (node.left, node.right)
            ):
                yield from between(node.left, node.right, SIGNS[type(node.op)], ("+", "-", "*", "/"))
        elif isinstance(node, ast.BoolOp):
            old, new = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
            for left, right in zip(node.values, node.values[1:], strict=False):
                yield from between(left, right, new, (old,))
        elif isinstance(node, ast.Name | ast.Attribute):
            name = node.id if isinstance(node, ast.Name) else node.attr
            if name in NAMES:
                yield made(at(node.end_lineno or 0, node.end_col_offset or 0) - len(name), name, NAMES[name])
        elif isinstance(node, ast.Constant) and type(node.value) in (int, float):
            old = ast.get_source_segment(source, node) or ""
            new = repr(node.value + 1) if isinstance(node.value, int) else repr(node.value * 1.5 + 0.01)
            yield made(at(node.lineno, node.col_offset), old, new)


class Timed:
    """Runs the tests of one file first, then those that took least; and notes how long each takes."""

    def __init__(self, first: Path, seconds: dict[str, float]) -> None:
        self.first, self.seconds, self.taken = str(first), seconds, Counter[str]()

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items.sort(key=lambda item: (not item.nodeid.startswith(self.first), self.seconds.get(item.nodeid, 0.0)))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.taken[report.nodeid] += report.duration


def started(work: Path, room: str, mutant: Mutant | None, seconds: dict[str, float]) -> int:
    """A process that runs the tests of a room in the copy `work`, and fails where one of them does; its id."""
    if child := os.fork():
        return child
    os.setpgrp()
    signal.alarm(LONGEST)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    os.chdir(work)
    sys.path.insert(0, str(work))
    os.environ |= {"PYTHONPATH": str(work), "PYTHONDONTWRITEBYTECODE": "1"}
    if mutant:
        copy = work / mutant.path
        text = copy.read_text("utf-8")
        copy.write_text(text[: mutant.offset] + mutant.new + text[mutant.offset + len(mutant.old) :], "utf-8")
    path = Path(mutant.path if mutant else room)
    order = Timed(Path("tests") / path.parent / f"test_{path.name}", seconds)
    with open(os.devnull if mutant else "log", "w") as log:  # noqa: PTH123 - a name in the copy
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
        code = pytest.main(["-x", "-q", "--assert=plain", "-p", "no:cacheprovider", *TESTS[room]], plugins=[order])
    if not mutant:
        Path("seconds.json").write_text(json.dumps(order.taken))
    os._exit(int(code))


def failing(works: list[Path], tasks: Iterator[tuple[str, Mutant | None]], times: dict[str, float]) -> Iterator[Result]:
    """Which tasks, a mutant of a room or the room as it is, have a test that fails, or do not come to an end."""
    running: dict[int, tuple[Path, str, Mutant | None]] = {}
    try:
        while True:
            while works and (task := next(tasks, None)):
                work = works.pop()
                running[started(work, *task, times)] = (work, *task)
            if not running:
                return
            child, status = os.wait()
            with suppress(ProcessLookupError):
                os.killpg(child, signal.SIGKILL)  # what it has started
            work, room, mutant = running.pop(child)
            works.append(work)
            if mutant:
                shutil.copy2(ROOT / mutant.path, work / mutant.path)  # its time, too: what is compiled stays right
            yield work, room, mutant, status != 0
    finally:
        for child in running:
            os.killpg(child, signal.SIGKILL)


def measured(works: list[Path], rooms: list[str]) -> dict[str, float]:
    """How long each test of the rooms takes on the code as it is, which must pass them."""
    seconds: dict[str, float] = {}
    for work, room, _, failed in failing(works, iter([(room, None) for room in rooms]), {}):
        if failed:
            sys.exit(f"{room}: its tests fail without any change\n{(work / 'log').read_text()[-2000:]}")
        seconds |= json.loads((work / "seconds.json").read_text())
    return seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--minutes", type=float, default=60, help="start no test after so long")
    parser.add_argument("rooms", nargs="*", default=list(TESTS))
    options = parser.parse_args()
    found = [(room, m) for room in options.rooms for p in sorted((ROOT / room).rglob("*.py")) for m in mutants(p)]
    chosen = random.Random(options.seed).sample(found, min(options.count, len(found)))
    ends = time.monotonic() + 60 * options.minutes
    tried, survivors = 0, []
    with tempfile.TemporaryDirectory() as folder:
        works = [Path(folder) / str(k) for k in range(options.jobs)]
        for work in works:
            for name in COPIED:
                copied = shutil.copytree if (ROOT / name).is_dir() else shutil.copy2
                work.mkdir(exist_ok=True)
                copied(ROOT / name, work / name)
            compileall.compile_dir(work, quiet=1)
        seconds = measured(works, options.rooms)
        tasks = takewhile(lambda _: time.monotonic() < ends, chosen)
        for tried, (_, _, mutant, failed) in enumerate(failing(works, tasks, seconds), start=1):
            if mutant and not failed:
                survivors.append(mutant)
            print(f"{tried} of {len(chosen)}: {len(survivors)} survived", end="\r", file=sys.stderr, flush=True)
    equivalent = 0
    for m in sorted(survivors, key=lambda m: (m.path, m.line)):
        reason = EQUIVALENT.get(m.key, "")
        equivalent += bool(reason)
        print(f"survived {m.path}:{m.line}: {m.old} -> {m.new}: {m.text}{reason and f'   equivalent: {reason}'}")
    killed = tried - len(survivors)
    print(f"{len(found):,} possible, {tried} tried: {killed} killed ({killed / max(1, tried):.1%}), ", end="")
    print(f"{len(survivors)} survived, {equivalent} of them equivalent")


if __name__ == "__main__":
    main()
