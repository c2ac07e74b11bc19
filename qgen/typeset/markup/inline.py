r"""Running text: words, $formulas$, **bold**, *italic*, and \* for a plain star; `escape` protects people's words."""

import re
from collections.abc import Callable
from typing import NamedTuple

from qgen.errors import InputError
from qgen.typeset.private import (
    ANY,
    DIGITS,
    ESCAPED,
    ESCAPES,
    FORMULA,
    FORMULAS,
    MOST_FORMULAS,
    PAGE,
    PAGES,
    first_private,
    is_formula,
)

_ESCAPABLE = r"\*$|#-@=:%{}"
_NUMBER = re.compile(r"[+−-]?\d+(?:[.,]\d+)?", re.ASCII)
_SET_APART = re.compile(r"\\(.)|\$\$|\$((?:\\.|[^$\\])*)\$")
_MARKED = re.compile(f"[*{ANY}]")
_TOKENS = re.compile(rf"(\*\*|\*|[{FORMULAS}])")
_ESCAPED = re.compile(f"[{ESCAPES}]")
_SPACES = re.compile(r"[^\S\xa0]+")
_MINUS = re.compile(rf"(?<![^\s(])-(?=[\d{DIGITS}])")  # a hyphen before a number is a minus
_SPECIAL = re.compile(f"[{re.escape(_ESCAPABLE)}]")
_PRIVATE = re.compile(f"[{ANY}]")


def escape(text: str) -> str:
    """People's words (names, titles) as markup that prints them as they are, on one line.

    A private character, which nobody knows the look of, is replaced.
    """
    return _SPECIAL.sub(r"\\\g<0>", _PRIVATE.sub("\ufffd", " ".join(text.split())))


class Text(NamedTuple):
    """Words in one face: R regular, B bold, I italic."""

    face: str
    text: str


class Formula(NamedTuple):
    """A formula in LaTeX, without dollars."""

    latex: str


Inline = tuple[Text | Formula, ...]


class MarkupError(Exception):
    """What is wrong with a line of markup."""


def check_public(markup: str) -> None:
    """MarkupError for a character that means something in here only."""
    if found := first_private(markup):
        raise MarkupError(f"U+{ord(found.group()):04X} is a private character, which no typeface can print")


def inline(markup: str) -> Inline:
    """One line of running text."""
    return split(markup, "\n")[0]


def split(markup: str, bar: str = "|") -> tuple[Inline, ...]:
    """The parts of one line between bars, each as running text; {page} and {pages} become PAGE and PAGES."""
    try:
        line = Protected(markup)
        text = line.text.replace("{page}", PAGE).replace("{pages}", PAGES)
        return tuple(line.inline(part) for part in text.split(bar))
    except MarkupError as fault:
        raise InputError(f'"{markup}": {fault}') from None


class Protected:
    """A line with its formulas and escaped characters put out of the way, so that it can be split at will.

    numbered: its digits have been, and are private characters; nobody else may write these.
    """

    def __init__(self, markup: str, *, numbered: bool = False) -> None:
        self.formulas: list[str] = []
        if not numbered:
            check_public(markup)
        if "\\" not in markup and "$" not in markup:
            self.text = markup
            return
        self.text = _SET_APART.sub(self._protect, markup)
        if "$" in self.text:
            raise MarkupError("a formula is opened by $ and never closed; write \\$ for a dollar")

    def _protect(self, match: re.Match[str]) -> str:
        found = match.group()
        if found == "$$":
            raise MarkupError("$$ formula $$ stands on a line of its own; write \\$ for a dollar")
        if found.startswith("$"):
            self.formulas.append(match.group(2).strip())
            if len(self.formulas) > MOST_FORMULAS:
                raise MarkupError(f"more than {MOST_FORMULAS} formulas on one line")
            return chr(FORMULA + len(self.formulas) - 1)
        if found[1] not in _ESCAPABLE:
            raise MarkupError(f'"{found}" has no meaning outside a formula; write \\\\ for a backslash')
        return chr(ESCAPED + ord(found[1]))

    def plain(self, text: str, formula: Callable[[str], str] = str) -> str:
        """The text without any styles; of a formula what `formula` makes of its LaTeX."""
        return "".join(formula(self._latex(c)) if is_formula(c) else self._literal(c) for c in text).strip()

    def _latex(self, char: str) -> str:
        return self.formulas[ord(char) - FORMULA] if is_formula(char) else char

    def inline(self, text: str) -> Inline:
        """The text with its formulas, bold and italic words."""
        if not _MARKED.search(text):
            words = _MINUS.sub("−", _SPACES.sub(" ", text).strip(" "))
            return (Text("R", words),) if words else ()
        parts: list[Text | Formula] = []
        face = "R"
        for token in _TOKENS.split(text.strip()):
            if token in ("**", "*"):
                style = "B" if token == "**" else "I"
                if face not in ("R", style):
                    raise MarkupError("bold and italic do not nest")
                face = "R" if face == style else style
            elif is_formula(token):
                parts.append(Formula(self._latex(token)))
            elif token:
                parts.append(Text(face, self._literal(_MINUS.sub("−", _SPACES.sub(" ", token)))))
        if face != "R":
            raise MarkupError(f"a {'**' if face == 'B' else '*'} is never closed; write \\* for a star")
        return tuple(parts)

    @staticmethod
    def _literal(text: str) -> str:
        return _ESCAPED.sub(lambda match: chr(ord(match.group()) - ESCAPED), text)


def number_in(text: Inline) -> str:
    """The plain number that a cell holds, as text or as a formula; empty if it holds anything else."""
    words = plain(text).replace("−", "-")
    return words if _NUMBER.fullmatch(words) else ""


def plain(text: Inline) -> str:
    """The words alone, formulas as their LaTeX."""
    return "".join(part.latex if isinstance(part, Formula) else part.text for part in text).strip()
