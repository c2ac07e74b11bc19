"""Seeds: whole numbers, whatever kind they come as."""

from __future__ import annotations

import secrets
from operator import index
from typing import SupportsIndex

from qgen.errors import InputError, quoted

MOST_DIGITS = 80
FEWEST_BITS = 64  # fewer can be tried one after another, until one draws what a paper shows

Seed = SupportsIndex | str | None  # a whole number of Python's or NumPy's, or its digits; None: a fresh one


def new_seed() -> int:
    """128 bits from the operating system."""
    return secrets.randbits(128)


def guessable(seed: int) -> bool:
    """Whether whoever has a paper and this program may find the seed, and with it everyone's key."""
    return seed < 1 << FEWEST_BITS


def seed_of(seed: Seed, where: str = "seed") -> int:
    """The seed as a number; None is a new one. InputError, which begins with `where`, for anything else."""
    if seed is None:
        return new_seed()
    if isinstance(seed, str):
        number = int(seed) if seed.isascii() and seed.isdigit() and len(seed) <= MOST_DIGITS else -1
    else:
        number = index(seed) if hasattr(seed, "__index__") and not isinstance(seed, bool) else -1
    if not 0 <= number < 10**MOST_DIGITS:
        what = quoted(str(seed), MOST_DIGITS)
        raise InputError(f"{where}: {what} is not a seed; write a whole number such as 2026, of at most 80 digits")
    return number
