"""What an examiner wrote for students to read: paragraphs, lists, bold and formulas, without headings and commands.

What is no such markup, as in exams that were made before it was read, is printed as it is written.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from qgen.errors import InputError
from qgen.typeset.markup.blocks import Display, Formula, escape, parse
from qgen.typeset.markup.plain import plain

_COMMAND = re.compile(r"^[ \t]*(?=[#@])", re.MULTILINE)


def markup(text: str) -> str:
    """The text for a template."""
    return escape(text) if faults(text) else _without_commands(text)


def words(text: str) -> str:
    """The text without styles, formulas in plain letters, for systems that know neither."""
    return text if faults(text) else plain(" ".join(text.replace("$$", "$").split()))


def faults(text: str) -> Sequence[str]:
    """What is wrong with its markup or its formulas."""
    from qgen.typeset.math.formula import layout  # with all fonts: marking prints no papers

    try:
        for block in parse(_without_commands(text)):
            formulas = [block.filled().latex] if isinstance(block, Display) else []
            formulas += [part.latex for part in getattr(block, "text", ()) if isinstance(part, Formula)]
            for latex in formulas:
                layout(latex)
    except InputError as fault:
        return fault.faults
    return ()


def _without_commands(text: str) -> str:
    return _COMMAND.sub(r"\\", text.strip())
