"""Pools: the numbers that one kind of given is drawn from, all written with as many digits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from qgen.engine.rounding import Rounding
from qgen.errors import InputError

MAX_POOL = 100_000
HUGE = 1e300
RANGE = ("low", "high", "step", "smallest")


@dataclass(frozen=True)
class Pool:
    """The numbers that one kind of given is drawn from, each as likely as any other."""

    values: tuple[Decimal, ...]


def pool_of(value: object, rounding: Rounding, where: str) -> Pool:
    """A number, a list of numbers, or {low, high, step, smallest}: then without 0, 1 and -1, and without numbers
    that end in 0, so that every draw is written with the same count of digits."""
    if isinstance(value, list) and value and all(is_number(v) for v in value):
        values = [Decimal(str(v)) for v in value]
    elif is_number(value):
        values = [Decimal(str(value))]
    elif isinstance(value, Mapping) and {"low", "high", "step"} <= value.keys() <= {*RANGE}:
        if not all(is_number(v) for v in value.values()):
            raise InputError(f'{where}: "{dict(value)}" holds something that is not a number')
        low, high, step = (Decimal(str(value[key])) for key in ("low", "high", "step"))
        if max(abs(low), abs(high)) > 10**6 or 0 < step < Decimal("1e-9"):
            raise InputError(f"{where}: numbers above a million and steps below 1e-9 are not accepted")
        smallest = Decimal(str(value.get("smallest", 0)))
        if step <= 0 or high < low or (high - low) / step > MAX_POOL:
            raise InputError(
                f"{where}: low {low}, high {high}, step {step} is an impossible range; "
                f"write low <= high and a step that divides it into at most {MAX_POOL} parts"
            )
        first, last = -int(-low // step), int(high // step)
        values = [k * step for k in range(first, last + 1)]
        places = _places(_written(step))
        values = [
            v
            for v in values
            if abs(v) not in (0, 1) and abs(v) >= smallest and (places == 0 or v.scaleb(places) % 10 != 0)
        ]
        if not values:
            raise InputError(f"{where}: low {low}, high {high}, step {step} leaves no number but 0 and 1")
    else:
        raise InputError(
            f'{where}: "{value}" is no range; write {{low = -0.99, high = 0.99, step = 0.01}}, a list or a number'
        )
    written = [_written(v) for v in values]
    if rounding.kind == "dp" and any(_places(text) > rounding.digits for text in written):
        raise InputError(f"{where}: numbers with more decimals than the paper's rounding rule {rounding} asks for")
    if any(abs(v) > 10**6 for v in values):
        raise InputError(f"{where}: numbers above a million are not accepted")
    by_digits = {sum(map(str.isdigit, text)): text for text in written}
    if len(by_digits) > 1:
        few, many = by_digits[min(by_digits)], by_digits[max(by_digits)]
        raise InputError(
            f'{where}: "{many}" takes more digits to write than "{few}": unequal work; write numbers of one length'
        )
    return Pool(tuple(values))


def _written(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _places(written: str) -> int:
    return len(written.partition(".")[2])


def is_number(value: object) -> bool:
    """Whether it is a number of a size that may be calculated with."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < HUGE
