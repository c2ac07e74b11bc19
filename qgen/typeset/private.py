"""The private-use characters that stand for something within typeset. None may come in from outside.

characters            stand for                                         in        made by
U+E000 ... U+E07F     an ASCII character that was escaped               markup    markup.inline
U+E100, U+E101        the number of a page, the number of pages         margins   markup.inline
U+E200 ... U+EFFF     the digits of a formula or line, by their order    lines     math, page.lines
U+F000 ... U+F8FF     the formulas of a line of markup, by their order  markup    markup.inline
U+F0000 ... U+10FFFD  clusters of letters, as a typeface combines them  words     fonts.clusters
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from operator import itemgetter

ESCAPED, DIGIT, FORMULA, CLUSTER = 0xE000, 0xE200, 0xF000, 0xF0000
PAGE, PAGES = "\ue100", "\ue101"
# Ranges for a regular expression's class; ANY has all but clusters.
ESCAPES, DIGITS, FORMULAS, ANY = "\ue000-\ue07f", "\ue200-\uefff", "\uf000-\uf8ff", "\ue000-\uf8ff"
MOST_DIGITS, MOST_FORMULAS, MOST_CLUSTERS = 3584, 2000, 131_000


_DIGIT, _ZERO, _ANY_DIGIT = (re.compile(f"[{digits}]") for digits in (DIGITS, "0-9", f"0-9{DIGITS}"))
_ZEROS, _OTHERS = bytes.maketrans(b"123456789", b"0" * 9), bytes(set(range(256)) - set(b"0123456789"))
_PRIVATE = re.compile(f"[{ANY}]")


def first_private(text: str) -> re.Match[str] | None:
    """The first private character but clusters. No expression is tried where no byte of UTF-8 can begin one: faster."""
    data = b"" if text.isascii() else text.encode("utf-8", "surrogatepass")
    return _PRIVATE.search(text) if b"\xee" in data or b"\xef" in data else None


def is_digit(char: str) -> bool:
    """Whether it stands for a digit of a formula."""
    return "\ue200" <= char <= "\uefff"


def numbered(text: str, first: int = 0) -> str:
    """The text with its digits as private characters, in their order."""
    numbers = count(DIGIT + first)
    return _ZERO.sub(lambda _: chr(next(numbers)), text)


digits_of = _ZERO.findall


def normalised(text: str) -> tuple[str, Sequence[str]]:
    """The text with 0 for every digit, as they are all as wide; and its digits, which may have been numbered before."""
    data = text.encode("utf-8", "surrogatepass")  # bytes are translated in a fraction of the time
    if b"\xee" in data:
        return _ANY_DIGIT.sub("0", text), _ANY_DIGIT.findall(text)
    return data.translate(_ZEROS).decode("utf-8", "surrogatepass"), data.translate(None, _OTHERS).decode()


def every_digit(text: str) -> str:
    """The text with all digits for each digit that is a private character."""
    return _DIGIT.sub("0123456789", text)


def filled(text: str, digits: Sequence[str]) -> str:
    """The text with these digits in the places of their private characters."""
    return _DIGIT.sub(lambda found: digits[ord(found.group()) - DIGIT], text)


@dataclass(frozen=True)
class Open:
    """A text with a %s for each digit that goes in, and which of all digits these are."""

    text: str
    order: tuple[int, ...] = ()

    @cached_property
    def _picked(self) -> Callable[[Sequence[str]], object]:
        return itemgetter(*self.order)

    def filled(self, digits: Sequence[str]) -> str:
        """With those digits."""
        return self.text % self._picked(digits) if self.order else self.text


def opened(text: str) -> Open:
    """A text whose digits were numbered, to be filled in again and again."""
    order = tuple(ord(char) - DIGIT for char in _DIGIT.findall(text))
    return Open(_DIGIT.sub("%s", text.replace("%", "%%")), order) if order else Open(text)


def is_formula(char: str) -> bool:
    """Whether it stands for a formula of a line."""
    return "\uf000" <= char <= "\uf8ff"


def is_cluster(char: str) -> bool:
    """Whether it stands for a cluster of letters."""
    return char >= chr(CLUSTER)
