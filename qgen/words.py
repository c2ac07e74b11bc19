"""All words that people read come from templates, rendered in Jinja's sandbox.

Delimiters are << >> and <% %>, so that LaTeX's braces stay what they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined, TemplateError, TemplateNotFound, TemplateSyntaxError
from jinja2.sandbox import SandboxedEnvironment

from qgen.errors import InputError
from qgen.paper.blocks import escape

_INSTALLED = Path(__file__).parent / "templates"
TEMPLATES = _INSTALLED if _INSTALLED.exists() else Path(__file__).parent.parent / "templates"


@lru_cache(maxsize=4)
def environment(folder: Path | None = None) -> SandboxedEnvironment:
    """Templates of `folder`, if given, before those of the program."""
    places = [TEMPLATES] if folder is None else [folder, TEMPLATES]
    env = SandboxedEnvironment(
        loader=FileSystemLoader(places),
        undefined=StrictUndefined,
        variable_start_string="<<",
        variable_end_string=">>",
        block_start_string="<%",
        block_end_string="%>",
        comment_start_string="<#",
        comment_end_string="#>",
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    env.filters["plain"] = escape
    return env


def render(name: str, context: Mapping[str, Any], folder: Path | None = None) -> str:
    """A template's text. InputError names the template's file and line."""
    try:
        return environment(folder).get_template(name).render(context)
    except TemplateError as fault:
        raise _explained(fault, name) from None


def macro(name: str, function: str, *arguments: Any, folder: Path | None = None) -> str:
    """What one macro of a template says, on one line."""
    try:
        module = environment(folder).get_template(name).module
        return " ".join(str(getattr(module, function)(*arguments)).split())
    except TemplateError as fault:
        raise _explained(fault, name) from None


def _explained(fault: TemplateError, name: str) -> InputError:
    if isinstance(fault, TemplateNotFound):
        return InputError(f'template "{fault.name}" is missing')
    if isinstance(fault, TemplateSyntaxError):
        return InputError(f"{fault.filename or fault.name or name}:{fault.lineno}: {fault.message}")
    line, frame = "", fault.__traceback__
    while frame is not None:
        file = frame.tb_frame.f_code.co_filename
        if file.endswith(".txt"):
            line = f"{file}:{frame.tb_lineno}: "
        frame = frame.tb_next
    return InputError(f"{line or name + ': '}{fault.message}")
