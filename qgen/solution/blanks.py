"""Worked lines made once for all variants: with blanks, into which the numbers of each are put.

All that a line owes to its numbers is the brackets around negative ones, and that a result is not said twice.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from qgen.engine.rounding import Rounding
from qgen.engine.symbols import ALONE, BLANK, BRACKETED, CLOSE, GROUPED, OPEN, blank
from qgen.solution.worked import Derivation, Sheet, Worked, worked_with

_BLANK = re.compile(f"{BLANK}(\\d+)([{ALONE}{GROUPED}])")
_GROUPED, _BRACKETED = (re.compile(f"{BLANK}(\\d+){form}") for form in (GROUPED, BRACKETED))
_OPEN = re.compile(rf"\\left{OPEN}([^{CLOSE}]*)\\right{CLOSE}")
_TWICE = re.compile(rf"= (-?)(?:{BLANK}(\d+){ALONE}|([\d.]+)) = ({BLANK}(\d+){ALONE})")


class Filled:
    """A text with blanks, to be filled in again and again."""

    def __init__(self, text: str) -> None:
        parts = _BLANK.split(text)
        self.parts = [part.encode() for part in parts]
        del self.parts[2::3]
        self.places = [int(n) if form == ALONE else ~int(n) for n, form in zip(parts[1::3], parts[2::3], strict=True)]

    def by(self, texts: Sequence[bytes]) -> bytes:
        """The text with these in its blanks; those that may be grouped are counted from the end."""
        parts = self.parts.copy()
        parts[1::2] = [texts[place] for place in self.places]
        return b"".join(parts)


def worked_blank(derivation: Derivation) -> Sheet:
    """Every line, with blanks for the numbers."""
    givens = {name: blank(n) for n, name in enumerate(derivation.question.givens)}
    return worked_with(derivation, {name: blank(n) for n, name in enumerate(derivation.shown, len(givens))}, givens)


def in_blanks(
    derivation: Derivation, givens: Mapping[str, float], rounding: Rounding, values: Mapping[str, float]
) -> list[bytes]:
    """The numbers of a variant that go there: the given ones, the others; and from the end all of them, grouped."""
    given, found = derivation.given_numbers(givens, rounding), derivation.numbers(values, rounding)
    texts = [given[name].encode() for name in derivation.question.givens]
    texts += [found[name].encode() for name in derivation.shown]
    return texts + [rb"\left(%s\right)" % text if text.startswith(b"-") else text for text in reversed(texts)]


def filled(line: str, numbers: Sequence[bytes]) -> str:
    """A line with its numbers."""
    return _ready(decided(line, numbers)).by(numbers).decode()


def filled_in(entry: Worked, numbers: Sequence[bytes]) -> Worked:
    """An item's lines with these numbers."""
    return Worked(entry.item, tuple(filled(line, numbers) for line in entry.lines), filled(entry.value, numbers))


_ready = lru_cache(maxsize=4096)(Filled)


def decided(line: str, numbers: Sequence[bytes]) -> str:
    """A line as it is with numbers of these signs, which have yet to be put in."""

    def negative(n: str) -> bool:
        return numbers[int(n)].startswith(b"-")

    def sum_of(found: re.Match[str]) -> str:
        inside = found[1]
        return rf"\left[{inside}\right]" if any(map(negative, _GROUPED.findall(inside))) else rf"\left({inside}\right)"

    def number(found: re.Match[str]) -> str:
        alone = f"{BLANK}{found[1]}{ALONE}"
        return rf"\left[{alone}\right]" if negative(found[1]) else alone

    if OPEN in line:
        line = _OPEN.sub(sum_of, line)
    if BRACKETED in line:
        line = _BRACKETED.sub(number, line)
    twice = _TWICE.fullmatch(line)
    if twice:
        minus, n, constant, result, m = twice.groups()
        right = numbers[int(n)] if n else constant.encode()
        return f"= {result}" if minus.encode() + right == numbers[int(m)] else line
    return line
