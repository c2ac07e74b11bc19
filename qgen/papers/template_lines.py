"""Which line of a template a faulty line of markup comes from: the template is rendered again with its lines marked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from jinja2.sandbox import SandboxedEnvironment

_TAGS = re.compile(r"<%.*?%>|<<.*?>>|<#.*?#>", re.DOTALL)
_MARK = re.compile("\0(\\d+)\0")


def template_place(env: SandboxedEnvironment, name: str, context: Mapping[str, Any], line: int, words: str) -> str:
    """The line of the template `name` that made a line of its text, and of the macros of `words` that it calls.

    As "mine/paper.txt:12, or templates/words.txt:31"; "" where it cannot be told.
    """
    assert env.loader is not None
    source, file, _ = env.loader.get_source(env, name)
    try:
        text = env.from_string(_marked(source)).render(context)
        parts = _MARK.split(text.split("\n")[line - 1])
        number = [int(part) for part, rest in zip(parts[1::2], parts[2::2], strict=True) if rest.strip()][-1]
    except Exception:  # whatever a template can do wrong: the fault itself is told all the same
        return ""
    said, said_in, _ = env.loader.get_source(env, words)
    called = re.findall(r"\bwords\.(\w+)\(", source.split("\n")[number - 1])
    places = [said[: found.start()].count("\n") + 1 for macro in called if (found := _macro(said, macro))]
    return f"{file}:{number}" + "".join(f", or {said_in}:{place}" for place in dict.fromkeys(places))


def _macro(source: str, name: str) -> re.Match[str] | None:
    return re.search(rf"<%-?\s*macro {name}\(", source)


def _marked(source: str) -> str:
    """The template with its number at the start of each line that no tag runs into."""
    inside = [(tag.start(), tag.end()) for tag in _TAGS.finditer(source) if "\n" in tag.group()]
    lines, at = [], 0
    for number, line in enumerate(source.split("\n"), 1):
        open_tag = any(start < at < end for start, end in inside)
        lines.append(line if open_tag else f"\0{number}\0{line}")
        at += len(line) + 1
    return "\n".join(lines)
