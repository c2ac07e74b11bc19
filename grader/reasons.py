"""Why a cell has its verdict, and what the examiner decided of it: data, with a text that reads back without loss.

Reasons are put into words once, by templates/reasons.txt.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Self
from urllib.parse import unquote

from qgen.errors import InputError
from qgen.papers.words import environment, macro
from qgen.typeset.markup.plain import plain

if TYPE_CHECKING:
    from qgen.exam.spec import Spec
    from qgen.papers.notation import Written

# How many of a reason's names are entries of the catalogue; what was used in place of what follows in pairs.
MISCONCEPTIONS = {"misconception": 1, "two_misconceptions": 2}
WAITING, PAGE_MISSING = ("unconfirmed", "unread"), "page_missing"  # of cells that no person has looked at yet
OTHER_VARIANT = "other_variant"  # of wrong answers to a question that looks copied: nothing in it is followed
UNDEFINED, NO_NUMBER = ("undefined", "no_number")  # of words that say so: unreadable, and right from own values

_UNSAFE = re.compile(r"^[-+.\d]|[^\w.()+-]")
_NUMBER = re.compile(r"[-+.,\d]")
_EMPTY = "%"
_DECISION = re.compile(r"([^ ]*) -> ([^ ]*): (.*)", re.DOTALL)


def _escaped(found: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in found[0].encode())


@dataclass(frozen=True)
class Reason:
    """`kind` names a sentence of reasons.txt; `numbers`, as texts, and `names` (ids, misconceptions) fill it."""

    kind: str
    numbers: tuple[str, ...] = ()
    names: tuple[str, ...] = ()

    @property
    def misconceptions(self) -> tuple[str, ...]:
        """The catalogue's names."""
        return self.names[: MISCONCEPTIONS.get(self.kind, 0)]

    def __str__(self) -> str:
        """`kind number ... name ...`, with what might be mistaken for something else as %XX."""
        names = (_UNSAFE.sub(_escaped, name) or _EMPTY for name in self.names)
        return " ".join((self.kind, *self.numbers, *names))

    @classmethod
    def parse(cls, text: str) -> Self:
        """What `str` gave."""
        kind, *words = text.split(" ")
        first = next((at for at, word in enumerate(words) if not _NUMBER.match(word)), len(words))
        names = tuple("" if word == _EMPTY else unquote(word) for word in words[first:])
        return cls(kind, tuple(words[:first]), names)


@dataclass(frozen=True)
class Decision:
    """The `marks` that the examiner gives `instead_of` the verdict's, and why, in any words."""

    marks: str
    reason: str
    instead_of: str = ""

    def __str__(self) -> str:
        return f"{self.instead_of} -> {self.marks}: {self.reason}"

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """What `str` gave; None for anything else."""
        found = _DECISION.fullmatch(text)
        return cls(found[2], found[3], found[1]) if found else None


@dataclass(frozen=True)
class Wording:
    """The words of a language, those of a folder of templates before the program's; formulas as they are `written`."""

    language: str = "en"
    folder: Path | None = None
    written: Written | None = None

    @classmethod
    def of(cls, language: str, folder: Path | None = None) -> Self:
        """English where no templates speak the language: marks can be told without."""
        try:
            environment(folder, language)
        except InputError:
            return cls("en", folder)
        return cls(language, folder)

    @classmethod
    def of_exam(cls, spec: Spec, folder: Path | None = None) -> Self:
        """The same, in an exam's language and notation."""
        from qgen.papers.notation import Written  # with numpy, which a gradebook does not need

        return replace(cls.of(spec.language, folder), written=Written.of(spec))

    def markup(self, what: Reason | Decision, answer: str = "") -> str:
        """The sentence, as papers are written; `answer`: what could not be read."""
        if isinstance(what, Decision):
            return self._say("decided", self.number(what.marks), self.number(what.instead_of), what.reason)
        return self._say(what.kind, answer, tuple(map(self.number, what.numbers)), what.names)

    def given_to_all(self) -> str:
        """The reason of a decision that a policy makes."""
        return self._say("given_to_all")

    def number(self, text: str) -> str:
        """A number with the language's decimal mark."""
        return text.replace(".", self._decimal_mark)

    @cached_property
    def _decimal_mark(self) -> str:
        return macro("symbols.txt", "decimal_mark", folder=self.folder, language=self.language)

    def plain(self, what: Reason | Decision, answer: str = "", question: str = "") -> str:
        """The sentence about an answer to a question, without formulas."""
        sentence = self.markup(what, answer)
        return _plain(self.written.markup(sentence, question) if self.written else sentence)

    def _say(self, kind: str, *arguments: object) -> str:
        return macro("reasons.txt", kind, *arguments, folder=self.folder, language=self.language)


_plain = lru_cache(maxsize=1 << 16)(plain)
