"""Do the tests bite? Changes one thing in the code at random, runs the tests that belong to it, counts who notices.

    python benchmarks/mutants.py --count 200 --seed 1

A mutant swaps a comparison, a sign, and/or, min/max, or moves a small constant, in a file of the engine, the exam, the
marking or the reading. The tests of that file run first, then the others of its room. Survivors are printed with their
line; those in EQUIVALENT change nothing that anyone could notice, and say why.
"""

from __future__ import annotations

import argparse
import ast
import compileall
import hashlib
import os
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from itertools import takewhile
from pathlib import Path

import pytest

SHARED = ("autograd", "hypothesis", "jinja2", "numpy", "openpyxl", "pikepdf", "pypdf", "reportlab", "typer")
for module in SHARED:  # imported once, before a process is forked for each mutant; nothing of ours is among them
    import_module(module)

ROOT = Path(__file__).parent.parent
TESTS = {
    "qgen/engine": ("tests/qgen/engine", "tests/qgen/exam", "tests/qgen/solution"),
    "qgen/exam": ("tests/qgen/exam",),
    "grader/marking": ("tests/grader/marking", "tests/grader/results", "tests/grader/test_reasons.py"),
    "grader/reading": ("tests/grader/reading", "tests/grader/test_scan.py"),
}
"""The rooms, and the tests that belong to each."""
COMPARISONS = {ast.Lt: "<=", ast.LtE: "<", ast.Gt: ">=", ast.GtE: ">", ast.Eq: "!=", ast.NotEq: "=="}
SIGNS = {ast.Add: "-", ast.Sub: "+", ast.Mult: "/", ast.Div: "*"}
NAMES = {"min": "max", "max": "min", "minimum": "maximum", "maximum": "minimum", "any": "all", "all": "any"}
SMALL = 1000  # larger constants are sizes of chunks, caches and files
COPIED = ("qgen", "grader", "templates", "tests", "samples", "pyproject.toml", "README.md")
LONGEST = 600  # seconds for the tests of a mutant; one that hangs is noticed

_FINITE = "hit = open_to & within(values, route.lowest, route.highest) & np.isfinite(route.highest - route.lowest)"
_NO_SEED = 'number = index(seed) if hasattr(seed, "__index__") and not isinstance(seed, bool) else -1'
_ALTERED = "wrong = np.abs(exam.value[rows.start : row] - right.value[rows.start : row]) > SAME"
_NO_ROWS = "def write_exam(exam: Exam, folder: str | Path, *, rows: int = 0) -> None:"
EQUIVALENT = {
    ("grader/marking/follow_through.py", _FINITE, "- -> +"): "the sum of two bounds is finite where the difference is",
    ("qgen/exam/seed.py", _NO_SEED, "1 -> 2"): "any number below 0 is no seed",
    ("qgen/exam/check.py", _ALTERED, "> -> >="): "no two stored numbers are exactly so far apart",
    ("qgen/exam/exam.py", _NO_ROWS, "0 -> 1"): "every exam has a paper, and so a row",
    ("grader/marking/score.py", "jobs: int = 1,", "1 -> 2"): "marks are the same with any number of processes",
}
"""(file, line, change) -> why no test can notice."""


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

    @property
    def tests(self) -> Iterator[list[str]]:
        """The tests of its file, then the others of its room."""
        path = Path(self.path)
        own = Path("tests") / path.parent / f"test_{path.name}"
        if (ROOT / own).exists():
            yield [str(own)]
        yield [*next(tests for room, tests in TESTS.items() if self.path.startswith(room)), "--deselect", str(own)]


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

    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Compare):
            for left, operator, right in zip([node.left, *node.comparators], node.ops, node.comparators, strict=False):
                if new := COMPARISONS.get(type(operator)):
                    yield from between(left, right, new, ("<=", ">=", "==", "!=", "<", ">"))
        elif isinstance(node, ast.BinOp) and type(node.op) in SIGNS:
            if not any(isinstance(getattr(side, "value", None), str) for side in (node.left, node.right)):
                yield from between(node.left, node.right, SIGNS[type(node.op)], ("+", "-", "*", "/"))
        elif isinstance(node, ast.BoolOp):
            old, new = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
            for left, right in zip(node.values, node.values[1:], strict=False):
                yield from between(left, right, new, (old,))
        elif isinstance(node, ast.Name | ast.Attribute):
            name = node.id if isinstance(node, ast.Name) else node.attr
            if name in NAMES:
                yield made(at(node.end_lineno or 0, node.end_col_offset or 0) - len(name), name, NAMES[name])
        elif isinstance(node, ast.Constant) and type(value := node.value) in (int, float) and value <= SMALL:
            new = repr(value + 1 if isinstance(value, int) else value * 1.5 + 0.01)
            yield made(at(node.lineno, node.col_offset), ast.get_source_segment(source, node) or "", new)


def drawn(found: list[Mutant], count: int, seed: int) -> list[Mutant]:
    """`count` of them at random, by what each changes: the same ones again wherever the code has stayed as it was."""
    seen: Counter[tuple[str, str, str]] = Counter()
    places = {}
    for mutant in found:
        seen[mutant.key] += 1
        text = "\n".join([str(seed), *mutant.key, str(seen[mutant.key])])
        places[hashlib.sha256(text.encode()).hexdigest()] = mutant
    return [places[place] for place in sorted(places)[:count]]


def started(work: Path, mutant: Mutant) -> int:
    """A process that runs the tests of a mutant in the copy `work`, and fails where one of them does; its id."""
    if child := os.fork():
        return child
    os.setpgrp()
    signal.alarm(LONGEST)
    os.chdir(work)
    sys.path.insert(0, str(work))
    os.environ |= {"PYTHONPATH": str(work), "PYTHONDONTWRITEBYTECODE": "1"}
    sys.dont_write_bytecode = True
    text = Path(mutant.path).read_text("utf-8")
    Path(mutant.path).write_text(text[: mutant.offset] + mutant.new + text[mutant.offset + len(mutant.old) :], "utf-8")
    for stream in (1, 2):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream)
    for tests in mutant.tests:
        if pytest.main(["-x", "-q", "-n0", "--assert=plain", "-p", "no:cacheprovider", *tests]) not in (0, 5):
            os._exit(1)
    os._exit(0)


def noticed(works: list[Path], chosen: Iterator[Mutant]) -> Iterator[tuple[Mutant, bool]]:
    """For each mutant whether a test fails or does not come to an end; as many at once as there are copies."""
    running: dict[int, tuple[Path, Mutant]] = {}
    try:
        while True:
            while works and (mutant := next(chosen, None)):
                work = works.pop()
                running[started(work, mutant)] = work, mutant
            if not running:
                return
            child, status = os.wait()
            with suppress(ProcessLookupError):
                os.killpg(child, signal.SIGKILL)  # what it has started
            work, mutant = running.pop(child)
            works.append(work)
            shutil.copy2(ROOT / mutant.path, work / mutant.path)  # its time, too: what is compiled stays right
            yield mutant, status != 0
    finally:
        for child in running:
            os.killpg(child, signal.SIGKILL)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--minutes", type=float, default=60, help="start no test after so long")
    parser.add_argument("rooms", nargs="*", default=list(TESTS))
    options = parser.parse_args()
    found = [
        mutant for room in options.rooms for path in sorted((ROOT / room).rglob("*.py")) for mutant in mutants(path)
    ]
    chosen = drawn(found, options.count, options.seed)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # and ends what it has started
    ends = time.monotonic() + 60 * options.minutes
    tried, survivors, equivalent = 0, 0, 0
    with tempfile.TemporaryDirectory() as folder:
        works = [Path(folder) / str(k) for k in range(options.jobs)]
        for work in works:
            work.mkdir()
            for name in COPIED:
                (shutil.copytree if (ROOT / name).is_dir() else shutil.copy2)(ROOT / name, work / name)
            compileall.compile_dir(work, quiet=1)
        for m, killed in noticed(works, takewhile(lambda _: time.monotonic() < ends, iter(chosen))):
            tried += 1
            if not killed:
                survivors += 1
                reason = EQUIVALENT.get(m.key, "")
                equivalent += bool(reason)
                why = f"   equivalent: {reason}" if reason else ""
                print(f"survived {m.path}:{m.line}: {m.old} -> {m.new}: {m.text}{why}", flush=True)
            print(f"{tried} of {len(chosen)} tried", end="\r", file=sys.stderr, flush=True)
    share = 1 - survivors / max(1, tried)
    print(f"{len(found):,} possible, {tried} tried: {tried - survivors} killed ({share:.1%}), ", end="")
    print(f"{survivors} survived, {equivalent} of them equivalent")


if __name__ == "__main__":
    main()
