"""Commands killed at any moment: what they write is old or new, and nothing is left after the next run.

    python benchmarks/kills.py [command ...] [--count 200] [--seed 1]

Each command (see COMMANDS) replaces what is there. It is killed (kill -9) `--count` times at random moments, and as
often just before or after a system call that renames, or makes or removes something, each of them in turn. Then the
next one is run, which refuses or completes, and puts in order what the killed one left. Counted are

    old, new     whether the folder is then as it was before or as the whole command leaves it
    put back     how often it was killed between two renames, so that the next run had to put the old folder back
    completed    how often the next run had to make what was missing: solutions and keys, or the file beside its copy
    neither      anything else, or a file that is neither the old one nor the new one at any time  } the exit code is 1
    left over    hidden files or folders after the next run                                        } if any occurs
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import importlib
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path

import grader.cli
import qgen.cli

SPEC = '[[questions]]\nnetwork = "tanh-heads"\n'
COMMANDS: Mapping[str, str] = {
    "make": "qgen make -n 3 --spec exam.toml --seed 2 --jobs 2",
    "make-first": "qgen make -n 3 --spec exam.toml --seed 2 --out first",
    "bank": "qgen export moodle-xml",
    "collect": "grader collect exam/papers --out collected.csv",
    "score": "grader score answers.csv",
    "export": "grader export generic --scale percent",
}
NEXT = {  # what is run after a kill; else the command itself, without --force
    "make": "qgen make --resume",
    "make-first": "qgen make --resume --out first",
    "collect": "grader collect exam/papers --out collected.csv --force",
}
IMPORTED = (  # by the commands, when they run
    "grader.lms.export", "grader.mark", "grader.reading.collect", "grader.rehearsal.simulate",
    "grader.results.feedback", "grader.results.summary", "qgen.export.moodle_xml", "qgen.make", "qgen.papers.papers",
    "rich.table", "segno",
)  # fmt: skip
RENAMING = ("rename", "replace", "link")
CALLS = (*RENAMING, "unlink", "rmdir", "mkdir")
Place = tuple[int, bool]
"""Which of the CALLS of a run it is killed at, and whether before it."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("commands", nargs="*", default=list(COMMANDS))
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    draw = random.Random(options.seed)
    for name in IMPORTED:
        importlib.import_module(name)
    total: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder, "base")
        prepare(base)
        for at, name in enumerate(options.commands):
            count = len(range(at, options.count, len(options.commands)))
            found = killed(name, base, Path(folder), count, draw)
            print(f"{name}: " + ", ".join(f"{found[what]} {what}" for what in found), flush=True)
            total += found
    print("all: " + ", ".join(f"{total[what]} {what}" for what in total))
    sys.exit(1 if total["neither"] or total["left over"] else 0)


def prepare(base: Path) -> None:
    """A folder with everything that the commands read, and something for each of them to replace."""
    base.mkdir()
    (base / "exam.toml").write_text(SPEC, "utf-8")
    for line in (
        "qgen make -n 3 --spec exam.toml --seed 1", "qgen export moodle-xml --separate", "grader simulate --students 5",
        "grader score answers.csv", "grader export generic", "grader simulate --students 6 --force",
    ):  # fmt: skip
        assert finished(start(line, base)) == 0, line
    (base / "collected.csv").write_text("old\n", "utf-8")


def killed(name: str, base: Path, folder: Path, count: int, draw: random.Random) -> Counter[str]:
    """What one command leaves that is killed so many times at random moments, and so many at a system call."""
    line, here, calls = COMMANDS[name], folder / name, folder / f"{name}.calls"
    before = state(base)
    shutil.copytree(base, here)
    began = time.monotonic()
    assert finished(start(f"{line} --force", here, calls=calls)) == 0, line
    seconds, after, made = time.monotonic() - began, state(here), calls.read_text("utf-8").split()
    order = sorted(range(len(made)), key=lambda k: made[k] not in RENAMING)
    places: list[Place] = [(k, first) for k in order for first in (True, False)]
    found: Counter[str] = Counter()
    for trial in range(2 * count):
        shutil.rmtree(here)
        shutil.copytree(base, here)
        if trial % 2:
            child = start(f"{line} --force", here, at=places[trial // 2 % len(places)])
        else:
            child = start(f"{line} --force", here)
            time.sleep(draw.random() * seconds)
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        ended = finished(child)
        found["kills"] += ended == -signal.SIGKILL
        left = state(here)
        between = ended != 0 and left not in (before, after)
        whole = all(text in (before.get(file), after.get(file)) for file, text in left.items())
        finished(start(NEXT.get(name, line), here))
        now = state(here)
        found["put back"] += between and now == before
        found["completed"] += between and now == after
        found["old" if whole and now == before else "new" if whole and now == after else "neither"] += 1
        found["left over"] += any(path.name.startswith(".") for path in here.rglob("*"))
    shutil.rmtree(here)
    return found


def state(folder: Path) -> dict[str, str]:
    """Every file that is not in a hidden folder, and what is in it."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    }


def start(line: str, here: Path, *, at: Place | None = None, calls: Path | None = None) -> int:
    """The command in a copy of this process, which has imported everything; killed at a call, or the calls noted."""
    child = os.fork()
    if child:
        return child
    try:
        os.chdir(here)
        nowhere = os.open(os.devnull, os.O_RDWR)
        for number in range(3):
            os.dup2(nowhere, number)
        if at or calls:
            watch(at or (-1, True), calls)
        program, *words = line.split()
        with contextlib.redirect_stdout(None), contextlib.redirect_stderr(None):
            {"qgen": qgen.cli.app, "grader": grader.cli.app}[program](words)
    except SystemExit as end:
        os._exit(int(end.code or 0))
    os._exit(99)


def watch(at: Place, calls: Path | None) -> None:
    """Ends this process (kill -9) at one of its calls, and writes down a letter for each."""
    counted, owner = iter(range(1 << 30)), os.getpid()

    def watched(name: str, call: Callable[..., object]) -> Callable[..., object]:
        def run(*arguments: object, **options: object) -> object:
            if os.getpid() != owner:
                return call(*arguments, **options)
            number = next(counted)
            if calls:
                with calls.open("a") as file:
                    file.write(f"{name}\n")
            for first in (True, False):
                if not first:
                    result = call(*arguments, **options)
                if at == (number, first):
                    os.kill(owner, signal.SIGKILL)
            return result

        return run

    for name in CALLS:
        setattr(os, name, watched(name, getattr(os, name)))


def finished(child: int) -> int:
    """The exit code, negative for a signal."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


if __name__ == "__main__":
    main()
