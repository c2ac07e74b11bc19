"""The private-use characters that stand for something within typeset. None may come in from outside.

characters            stand for                                         in        made by
U+E000 ... U+E07F     an ASCII character that was escaped               markup    markup.inline
U+E100, U+E101        the number of a page, the number of pages         margins   markup.inline
U+E200 ... U+EFFF     the digits of a formula or line, by their order    lines     math, page.lines
U+F000 ... U+F8FF     the formulas of a line of markup, by their order  markup    markup.inline
U+F0000 ... U+10FFFD  clusters of letters, as a typeface combines them  words     fonts.clusters
"""

import re
from collections.abc import Sequence
from itertools import count

ESCAPED, DIGIT, FORMULA, CLUSTER = 0xE000, 0xE200, 0xF000, 0xF0000
PAGE, PAGES = "\ue100", "\ue101"
# Ranges for a regular expression's class; ANY has all but clusters.
ESCAPES, DIGITS, FORMULAS, ANY = "\ue000-\ue07f", "\ue200-\uefff", "\uf000-\uf8ff", "\ue000-\uf8ff"
MOST_DIGITS, MOST_FORMULAS, MOST_CLUSTERS = 3584, 2000, 131_000


_DIGIT, _ZERO = re.compile(f"[{DIGITS}]"), re.compile("[0-9]")
_ZEROS = str.maketrans("123456789", "0" * 9)
first_private = re.compile(f"[{ANY}]").search


def is_digit(char: str) -> bool:
    """Whether it stands for a digit of a formula."""
    return "\ue200" <= char <= "\uefff"


def numbered(text: str, first: int = 0) -> str:
    """The text with its digits as private characters, in their order."""
    numbers = count(DIGIT + first)
    return _ZERO.sub(lambda _: chr(next(numbers)), text)


digits_of = _ZERO.findall


def normalised(text: str) -> tuple[str, list[str]]:
    """The text with 0 for every digit, as they are all as wide; and its digits."""
    return text.translate(_ZEROS), digits_of(text)


def every_digit(text: str) -> str:
    """The text with all digits for each digit that is a private character."""
    return _DIGIT.sub("0123456789", text)


def filled(text: str, digits: Sequence[str]) -> str:
    """The text with these digits in the places of their private characters."""
    return _DIGIT.sub(lambda found: digits[ord(found.group()) - DIGIT], text)


def with_slots(text: str) -> tuple[str, tuple[int, ...]]:
    """The text with a %s for each digit that is a private character, and the numbers of these digits."""
    order = tuple(ord(char) - DIGIT for char in _DIGIT.findall(text))
    return (_DIGIT.sub("%s", text.replace("%", "%%")) if order else text), order


def slots_filled(text: str, order: Sequence[int], digits: Sequence[str]) -> str:
    """What `with_slots` made, with those digits."""
    return text % tuple([digits[i] for i in order]) if order else text


def is_formula(char: str) -> bool:
    """Whether it stands for a formula of a line."""
    return "\uf000" <= char <= "\uf8ff"


def is_cluster(char: str) -> bool:
    """Whether it stands for a cluster of letters."""
    return char >= chr(CLUSTER)
