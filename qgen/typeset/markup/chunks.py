"""Markup in parts that can each be parsed by itself: what is the same on many papers is set once."""

import re
from collections.abc import Iterator

_GROUPS = re.compile(r"^[ \t]*@(keep|beside|table|boxes|diagrams|end)\b", re.MULTILINE)


def chunks(markup: str) -> Iterator[str]:
    """The markup in parts between empty lines, groups up to @end whole: each can be parsed by itself."""
    held: list[str] = []
    depth = 0
    for part in re.split(r"\n[ \t]*\n", markup):
        for group in _GROUPS.findall(part) if "@" in part else ():
            depth += -1 if group == "end" else 1
        held.append(part)
        if depth <= 0:
            yield "\n\n".join(held)
            held, depth = [], 0
    if held:
        yield "\n\n".join(held)


def group(chunk: str) -> str:
    """What stands in a chunk that is one @keep up to its @end; "" where it is anything else."""
    lines = chunk.strip().split("\n")
    inner = "\n".join(lines[1:-1])
    depth = 0
    for name in _GROUPS.findall(inner):
        depth += -1 if name == "end" else 1
        if depth < 0:
            return ""
    return inner if (lines[0].strip(), lines[-1].strip(), depth) == ("@keep", "@end", 0) else ""
