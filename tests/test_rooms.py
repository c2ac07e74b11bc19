"""The house keeps its plan: imports run one way, rooms and files stay small, and only the commands print."""

import ast
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FILES = sorted(path for package in ("qgen", "grader") for path in (ROOT / package).rglob("*.py"))
NAMES = {path: ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for path in FILES}

FLOORS = [
    "qgen.version qgen.lazy qgen.errors qgen.decimals qgen.headings",
    "qgen.mangled",
    "qgen.memory qgen.parallel",
    "qgen.typeset qgen.tables",
    "qgen.files",
    "qgen.terminal qgen.roster qgen.engine",
    "qgen.exam",
    "qgen.solution",
    "qgen.papers",
    "qgen.export qgen.day qgen.practice",
    "qgen.make",
    "qgen.cli",
    "qgen.__main__",
    "qgen",  # the package itself: what it offers to people who write Python
    "grader.reasons grader.statistics",
    "grader.reading",
    "grader.marking",
    "grader.decisions",
    "grader.results grader.lms",
    "grader.class_report",
    "grader.rehearsal grader.autograder grader.desk",
    "grader.mark grader.scan",
    "grader.cli",
    "grader.__main__",
    "grader",
]
"""From the ground up; rooms of one floor do not know each other. Whatever is imported lies below."""
WINGS = [f"qgen.typeset.{room}" for room in ("private", "pdf", "fonts", "drawing", "math", "markup", "page")]
"""Inside typeset, from the ground up."""
PRINTERS = {"qgen.terminal", "qgen.cli", "grader.results.summary"}
COMMANDS = "grader.cli."
MOST_FILES, MOST_LINES, LONGEST_FUNCTION = 14, 350, 60


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def imports(path: Path) -> Iterator[str]:
    """What of ours a file imports, wherever in it."""
    known = set(NAMES.values())
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                name = f"{node.module}.{alias.name}"
                yield name if name in known else node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def place(name: str, floors: list[str]) -> tuple[int, str] | None:
    """The floor and the room of a module, the longest name first."""
    rooms = [(level, room) for level, names in enumerate(floors) for room in names.split()]
    found = [(level, room) for level, room in rooms if name == room or name.startswith(room + ".")]
    return max(found, key=lambda pair: len(pair[1]), default=None)


@pytest.mark.parametrize("floors", [FLOORS, WINGS], ids=["house", "typeset"])
def test_imports_run_one_way(floors):
    wrong = []
    for path in FILES:
        here = place(NAMES[path], floors)
        for name in imports(path) if here else ():
            there = place(name, floors)
            if there and there[1] != here[1] and there[0] >= here[0]:
                wrong.append(f"{NAMES[path]} imports {name}")
    assert wrong == []


def test_every_module_has_a_floor():
    assert [
        name for name in NAMES.values() if place(name, [f for f in FLOORS if f not in ("qgen", "grader")]) is None
    ] == ["grader", "qgen"]


def test_rooms_and_files_are_small():
    rooms = Counter(path.parent.relative_to(ROOT).as_posix() for path in FILES if path.name != "__init__.py")
    assert {room: count for room, count in rooms.items() if count > MOST_FILES} == {}
    lines = {NAMES[path]: len(path.read_text("utf-8").splitlines()) for path in FILES}
    assert {name: count for name, count in lines.items() if count > MOST_LINES} == {}


def test_functions_are_short():
    long = {}
    for path in FILES:
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.FunctionDef):
                length = (node.end_lineno or 0) - node.lineno + 1
                if length > LONGEST_FUNCTION:
                    long[f"{NAMES[path]}.{node.name}"] = length
    assert long == {}


def test_only_the_commands_print():
    printing = set()
    for path in FILES:
        for node in ast.walk(tree(path)):
            called = node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""
            if called == "print" or (isinstance(node, ast.Import) and any(a.name == "typer" for a in node.names)):
                printing.add(NAMES[path])
    assert {name for name in printing if not name.startswith(COMMANDS)} <= PRINTERS


ENGINE_WORDS = {"startswith", "partition", "removeprefix", "rpartition", "split"}


def test_nobody_outside_the_engine_compares_the_name_of_a_rule():
    wrong = []
    for path in FILES:
        if NAMES[path].startswith("qgen.engine"):
            continue
        for node in ast.walk(tree(path)):
            compared = [node.left, *node.comparators] if isinstance(node, ast.Compare) else []
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ENGINE_WORDS:
                compared = [node.func.value]
            for side in compared:
                if isinstance(side, ast.Attribute) and side.attr == "rule":
                    wrong.append(f"{NAMES[path]}:{node.lineno}")
    assert wrong == []
