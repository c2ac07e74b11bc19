"""What a box says, without its key: the likeliest text, how sure its least sure character is, and what is odd."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from grader.reading.scan.digits import CLASSES, Floats

SIGNS, DIGITS = "- +?", "0123456789 ?"
BLANK, OTHER = CLASSES.index(" "), CLASSES.index("?")
WHITE = 0.3  # square millimetres of ink: with more, no comb is empty
EMPTY = 0.8  # the posterior that every cell of an empty comb has at least


@dataclass(frozen=True)
class Reading:
    """`text`: with a point; empty where the box is. `posterior`: of the least sure character. `second`: the next best.

    `doubtful`: which cell is the least sure, -1 where there are none. `flags`: what a person should look at.
    """

    text: str
    posterior: float
    second: str = ""
    doubtful: int = -1
    flags: tuple[str, ...] = ()


def comb_reading(likely: Floats, *, signed: bool, ink: float, flags: Sequence[str] = ()) -> Reading:
    """The reading of a comb's cells, (cells, classes): sign, whole digit, decimal places; of an id digits alone.

    ink: square millimetres of it in the comb.
    """
    shares = np.array([_allowed(row, SIGNS if signed and k == 0 else DIGITS) for k, row in enumerate(likely)])
    best = shares.argmax(axis=1)
    sure = shares.max(axis=1)
    doubtful = int(sure.argmin())
    other = shares.copy()
    other[doubtful, best[doubtful]] = 0
    second = best.copy()
    second[doubtful] = other[doubtful].argmax()
    characters = [CLASSES[k] for k in best]
    text, odd = _text(characters, signed)
    found = Reading(text, float(sure[doubtful]), _text([CLASSES[k] for k in second], signed)[0], doubtful)
    if text == "" and (ink > WHITE or sure.min() < EMPTY):
        odd = [*odd, "ink"]
    return replace(found, flags=tuple(dict.fromkeys([*flags, *odd])))


def _allowed(row: Floats, characters: str) -> Floats:
    """The probabilities with those of characters that cannot stand in a cell counted as anything else."""
    allowed = np.array([name in characters for name in CLASSES])
    shares = np.where(allowed, row, 0)
    shares[OTHER] += row[~allowed].sum()
    return np.asarray(shares, np.float32)


def _text(characters: Sequence[str], signed: bool) -> tuple[str, list[str]]:
    """The text of the cells, "" if all are empty, and what is odd about it."""
    odd = ["nodigit"] if "?" in characters else []
    if not signed:
        digits = "".join(characters).strip()
        return digits.replace(" ", ""), [*odd, *["gap"] * (" " in digits)]
    sign, whole, *places = characters
    decimals = "".join(places).rstrip()
    if not decimals and not whole.strip():
        return (sign.strip(), [*odd, "gap"]) if sign.strip() else ("", odd)
    odd += ["gap"] if " " in decimals else []
    number = whole.strip() + ("." + decimals.replace(" ", "") if decimals else "")
    return sign.strip().replace("+", "") + number, odd
