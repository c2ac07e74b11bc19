"""All words that people read come from templates; those of users are rendered in Jinja's sandbox.

Delimiters are << >> and <% %>, so that LaTeX's braces stay what they are. words.txt says everything, the others where
it stands: another language is another words.txt.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import lru_cache
from importlib.util import cache_from_source
from pathlib import Path
from traceback import walk_tb
from typing import Any

from jinja2 import (
    Environment,
    FileSystemBytecodeCache,
    FileSystemLoader,
    StrictUndefined,
    Template,
    TemplateError,
    TemplateNotFound,
    TemplateSyntaxError,
)
from jinja2.bccache import Bucket
from jinja2.environment import TemplateModule
from jinja2.sandbox import SandboxedEnvironment

from qgen.engine.symbols import UPDATED, latex_name
from qgen.errors import InputError, nearest, quoted
from qgen.files import write_whole
from qgen.papers.instructions import markup
from qgen.papers.wrapping import wrapping
from qgen.typeset.markup.blocks import escape
from qgen.version import shipped

WORDS = "words.txt"
TEMPLATES = shipped("templates", "templates")
_TAGS = re.compile(r"<%.*?%>|<<.*?>>|<#.*?#>", re.DOTALL)
_MARK = re.compile("\0(\\d+)\0")


class _EntriesFirst(Environment):
    def getattr(self, obj: Any, attribute: str) -> Any:
        """What a name after a point means: the entry of a dict, before anything that all dicts have."""
        return obj[attribute] if type(obj) is dict and attribute in obj else super().getattr(obj, attribute)


class _Sandbox(_EntriesFirst, SandboxedEnvironment):
    """Where people's templates run."""


@lru_cache(maxsize=4)
def environment(folder: Path | None = None, language: str = "en", html: bool = False) -> Environment:
    """Templates of `folder`, if given, before the program's in that language, before the program's.

    The program's own need no sandbox, which takes time. html: whatever is put in is escaped.
    """
    env = (_Sandbox if folder else _EntriesFirst)(
        loader=FileSystemLoader(_places(folder, language)),
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
        auto_reload=folder is not None,
        autoescape=html,
        bytecode_cache=None if folder else _compiled("html" if html else "text"),
    )
    env.filters["plain"] = escape
    # short, without what does not print
    env.filters["shown"] = lambda text, most=40: escape(quoted(text.strip(), most)[1:-1])
    env.filters["latex"] = latex_name
    env.filters["markup"] = markup
    env.filters["wrapping"] = wrapping
    env.filters["sentence"] = lambda text: text and text[0].upper() + text[1:] + "." * (text[-1] not in ".!?")
    return env


class _Compiled(FileSystemBytecodeCache):
    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keeps a compiled template where there is room for it."""
        with suppress(OSError):
            super().dump_bytecode(bucket)


def _compiled(kind: str) -> _Compiled | None:
    """Compiled templates lie beside Python's own compiled modules, if it writes any: a tenth of `qgen make` less."""
    folder = Path(cache_from_source(__file__)).parent
    return None if sys.dont_write_bytecode else _Compiled(str(folder), f"%s.{kind}")


def _places(folder: Path | None, language: str) -> list[Path]:
    own = TEMPLATES / language
    spoken = language == "en" or own.is_dir()
    if folder is not None:
        known = sorted(path.name for path in TEMPLATES.glob("*.txt"))
        if not folder.is_dir():
            raise InputError(f"--templates: {folder}: no such folder")
        found = sorted(path.name for path in folder.glob("*.txt"))
        if not set(found) & set(known):
            first = f"; {found[0]}: {nearest(found[0], known)}" if found else ""
            raise InputError(f"--templates: {folder}: has none of {', '.join(known)}{first}")
        spoken = spoken or WORDS in found
    if not spoken:
        known = ["en", *sorted(path.name for path in TEMPLATES.iterdir() if path.is_dir())]
        raise InputError(
            f'language "{language}": no templates speak it; name a folder with {WORDS} in it with --templates; '
            f"{nearest(language, known)}"
        )
    return [place for place in (folder, own if own.is_dir() else None, TEMPLATES) if place is not None]


def load(name: str, folder: Path | None = None, language: str = "en", html: bool = False) -> Template:
    """A template, ready to be rendered. InputError names its file and line."""
    with _explained(name):
        return environment(folder, language, html).get_template(name)


def render(
    name: str, context: Mapping[str, Any], folder: Path | None = None, language: str = "en", *, html: bool = False
) -> str:
    """A template's text; of html all that is put in is escaped. InputError names the template's file and line."""
    with _explained(name):
        return in_words(load(name, folder, language, html).render(context), folder, language)


@contextmanager
def in_template(name: str, folder: Path | None, language: str, context: Mapping[str, Any]) -> Iterator[None]:
    """Adds to faults of the markup or a formula the line of the template, or of its words, that they are in."""
    try:
        yield
    except InputError as fault:
        env, faults = environment(folder, language), []
        for told in fault.faults:
            found = re.match(r"markup line (\d+): ", told)
            place = found and _place(env, name, context, int(found[1]))
            rest = told[found.end() :] if found and place else told
            faults.append(f"{place or f'{load(name, folder, language).filename}, or {WORDS}'}: {rest}")
        raise InputError(*faults) from None


def copy_templates(folder: Path, language: str = "en", *, force: bool = False) -> list[str]:
    """Copies the program's templates in a language into a folder of one's own; their names.

    InputError where some are there already, without `force`.
    """
    found = {path.name: path for place in reversed(_places(None, language)) for path in sorted(place.glob("*.txt"))}
    faults = [f"{folder / name}: exists; choose another folder, or replace it with --force" for name in sorted(found)
              if not force and (folder / name).exists()]  # fmt: skip
    if faults:
        raise InputError(*faults)
    for name, path in sorted(found.items()):
        write_whole(folder / name, path.read_bytes(), force=force)
    return sorted(found)


def macro(
    name: str, function: str, *arguments: Any, folder: Path | None = None, language: str = "en", html: bool = False
) -> str:
    """What one macro of a template says, on one line; in html all that is put in is escaped."""
    with _explained(name):
        module = _own(name, language, html) if folder is None else load(name, folder, language, html).module
        if not hasattr(module, function):
            file = load(name, folder, language, html).filename
            raise InputError(f'{file}: has no macro "{function}"; take it from the program\'s {name}')
        return in_words(" ".join(str(getattr(module, function)(*arguments)).split()), folder, language)


@lru_cache(maxsize=64)
def _own(name: str, language: str, html: bool) -> TemplateModule:
    """The macros of one of the program's templates."""
    return load(name, None, language, html).module


def in_words(text: str, folder: Path | None = None, language: str = "en") -> str:
    """With the mark of updated parameters in formulas, in words: symbols.txt is short, and quickly read."""
    return text.replace(UPDATED, _updated(folder, language)) if UPDATED in text else text


@lru_cache(maxsize=4)
def _updated(folder: Path | None, language: str) -> str:
    return rf"\text{{{macro('symbols.txt', 'updated', folder=folder, language=language)}}}"


@contextmanager
def _explained(name: str) -> Iterator[None]:
    """Turns whatever goes wrong in a template into an InputError with its file and line."""
    try:
        yield
    except InputError:
        raise
    except Exception as fault:  # what a template can do wrong is whatever Python can
        raise _error(fault, name) from None


def _error(fault: Exception, name: str) -> InputError:
    if isinstance(fault, TemplateNotFound):
        return InputError(f'template "{fault.name}" is missing')
    if isinstance(fault, TemplateSyntaxError):
        return InputError(f"{fault.filename or fault.name or name}:{fault.lineno}: {fault.message}")
    line = f"{name}: "
    for frame, number in walk_tb(fault.__traceback__):
        file = frame.f_code.co_filename
        if file.endswith(".txt"):
            # a macro that was called from here still has the lines of its compiled code
            template = frame.f_globals.get("__jinja_template__")
            line = f"{file}:{template.get_corresponding_lineno(number) if template else number}: "
    message = fault.message if isinstance(fault, TemplateError) else f"{type(fault).__name__}: {fault}"
    if missing := re.search(r"TemplateModule object' has no attribute '(\w+)'", message or ""):
        what = f'there is no macro "{missing[1]}" in what this template imports'
        message = f"{what}; if your copy is older, take it from the program's, which qgen new --templates writes"
    return InputError(f"{line}{message}")


def _place(env: Environment, name: str, context: Mapping[str, Any], line: int) -> str:
    """The line of the template `name` that made a line of its text, and of the macros of words.txt that it calls.

    As "mine/paper.txt:12, or templates/words.txt:31", from the template rendered again with its lines marked; "" where
    it cannot be told.
    """
    assert env.loader is not None
    source, file, _ = env.loader.get_source(env, name)
    try:
        text = env.from_string(_marked(source)).render(context)
        parts = _MARK.split(text.split("\n")[line - 1])
        number = [int(part) for part, rest in zip(parts[1::2], parts[2::2], strict=True) if rest.strip()][-1]
    except Exception:  # whatever a template can do wrong: the fault itself is told all the same
        return ""
    said, said_in, _ = env.loader.get_source(env, WORDS)
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
