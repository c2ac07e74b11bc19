"""Why a cell has its verdict, and what the examiner decided of it: data, with a text that reads back without loss.

Reasons are put into words once, by templates/reasons.txt.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Self
from urllib.parse import quote, unquote

from qgen.papers.words import macro
from qgen.typeset.markup.plain import plain

MISCONCEPTIONS = {"misconception": 1, "two_misconceptions": 2}
"""How many of a reason's names are entries of the catalogue; what was used in place of what follows in pairs."""

_UNSAFE = re.compile(r"^[-+.\d]|[^\w.()+-]")
_NUMBER = re.compile(r"[-+.\d]")
_EMPTY = "%"
_DECISION = re.compile(r"([^ ]*) -> ([^ ]*): (.*)", re.DOTALL)


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
        names = (_UNSAFE.sub(lambda found: quote(found[0], safe=""), name) or _EMPTY for name in self.names)
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
    """The words of a language, those of a folder of templates before the program's."""

    language: str = "en"
    folder: Path | None = None

    def markup(self, reason: Reason, answer: str = "") -> str:
        """The sentence, as papers are written; `answer` as the student wrote it."""
        return self._say(reason.kind, answer, reason.numbers, reason.names)

    def decided(self, decision: Decision) -> str:
        """The sentence that tells of a decision."""
        return self._say("decided", decision.marks, decision.instead_of, decision.reason)

    def plain(self, reason: Reason, answer: str = "") -> str:
        """The sentence without formulas."""
        return _plain(self, reason, answer)

    def _say(self, kind: str, *arguments: object) -> str:
        return macro("reasons.txt", kind, *arguments, folder=self.folder, language=self.language)


@lru_cache(maxsize=1 << 16)
def _plain(wording: Wording, reason: Reason, answer: str) -> str:
    return plain(wording.markup(reason, answer))
