"""What the packages offer to people who write Python: docs/library.md runs and is right, and everything is typed."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

import grader
import qgen

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs/library.md"
BLOCK = re.compile(r"```python\n(.*?)```\n(?:\n```text\n(.*?)```\n)?", re.DOTALL)


def shown(code: str, names: dict[str, object]) -> str:
    """What a notebook's cell shows: what it prints, and its last line's value."""
    import contextlib
    import io

    body = ast.parse(code).body
    last = body.pop() if isinstance(body[-1], ast.Expr) else None
    with contextlib.redirect_stdout(io.StringIO()) as out:
        exec(compile(ast.Module(body, []), "docs/library.md", "exec"), names)
        if last is not None:
            print(repr(eval(ast.unparse(last), names)))
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines())


def test_the_page_runs_and_shows_what_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    for code, said in BLOCK.findall(PAGE.read_text("utf-8")):
        assert shown(code, names) == said.rstrip(), code
