"""Do the tests bite? Changes one thing in the code at random, runs the tests that belong to it, counts who notices.

    python benchmarks/mutants.py --count 200 --seed 1

A mutant swaps a comparison, a sign, and/or, min/max, or moves a small constant, in a file of the engine, the exam, the
marking or the reading. First the tests of that file run, then those of its room. Survivors are printed with their
line; those in EQUIVALENT change nothing that anyone could notice, and say why.
"""

from __future__ import annotations

import argparse
import ast
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
ROOMS = ("qgen/engine", "qgen/exam", "grader/marking", "grader/reading")
COMPARISONS = {ast.Lt: "<=", ast.LtE: "<", ast.Gt: ">=", ast.GtE: ">", ast.Eq: "!=", ast.NotEq: "=="}
SIGNS = {ast.Add: "-", ast.Sub: "+", ast.Mult: "/", ast.Div: "*"}
NAMES = {"min": "max", "max": "min", "minimum": "maximum", "maximum": "minimum", "any": "all", "all": "any"}
COPIED = ("qgen", "grader", "templates", "tests", "samples", "pyproject.toml", "README.md")
LONGEST = 240  # seconds for the tests of a mutant; one that hangs is noticed

EQUIVALENT: dict[tuple[str, str, str], str] = {}
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


def noticed(mutant: Mutant, work: Path) -> bool:
    """Whether the tests of the file, or else those of its room, fail."""
    copy = work / mutant.path
    original = copy.read_text("utf-8")
    copy.write_text(original[: mutant.offset] + mutant.new + original[mutant.offset + len(mutant.old) :], "utf-8")
    try:
        room = Path("tests") / Path(mutant.path).parent
        mirror = room / f"test_{Path(mutant.path).name}"
        return any(failing(work, tests) for tests in (mirror, room) if (work / tests).exists())
    finally:
        copy.write_text(original, "utf-8")


def failing(work: Path, tests: Path) -> bool:
    """Whether these tests fail, or do not come to an end."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", str(tests)]
    try:
        done = subprocess.run(
            command, cwd=work, capture_output=True, timeout=LONGEST, check=False,
            env={**os.environ, "PYTHONPATH": str(work), "PYTHONDONTWRITEBYTECODE": "1"},
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return True
    return done.returncode not in (0, 5)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--minutes", type=float, default=60, help="stop after so long")
    parser.add_argument("rooms", nargs="*", default=ROOMS)
    options = parser.parse_args()
    found = [m for room in options.rooms for p in sorted((ROOT / room).rglob("*.py")) for m in mutants(p)]
    chosen = random.Random(options.seed).sample(found, min(options.count, len(found)))
    ends = time.monotonic() + 60 * options.minutes
    with tempfile.TemporaryDirectory() as folder:
        works = [Path(folder) / str(k) for k in range(options.jobs)]
        for work in works:
            work.mkdir()
            for name in COPIED:
                source = ROOT / name
                (shutil.copytree if source.is_dir() else shutil.copy)(source, work / name)

        def run(k: int) -> list[tuple[Mutant, bool | None]]:
            mine = chosen[k :: options.jobs]
            return [(m, noticed(m, works[k]) if time.monotonic() < ends else None) for m in mine]

        with ThreadPoolExecutor(options.jobs) as pool:
            results = [pair for part in pool.map(run, range(options.jobs)) for pair in part]
    tried = [(m, killed) for m, killed in results if killed is not None]
    survivors = [m for m, killed in tried if not killed]
    equivalent = [m for m in survivors if m.key in EQUIVALENT]
    for m in sorted(survivors, key=lambda m: (m.path, m.line)):
        reason = f"   equivalent: {EQUIVALENT[m.key]}" if m in equivalent else ""
        print(f"survived {m.path}:{m.line}: {m.old} -> {m.new}: {m.text}{reason}")
    killed = len(tried) - len(survivors)
    print(f"{len(found):,} possible, {len(tried)} tried: {killed} killed ({killed / max(1, len(tried)):.1%}), ", end="")
    print(f"{len(survivors)} survived, {len(equivalent)} of them equivalent")


if __name__ == "__main__":
    main()
