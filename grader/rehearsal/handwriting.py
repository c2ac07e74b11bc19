"""How a number gets onto paper: slips of the pen, too few digits, and the spellings people use."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal

import numpy as np

from qgen.engine.rounding import Rounding


def slipped(text: str, rounding: Rounding, rng: np.random.Generator) -> Iterator[tuple[str, str]]:
    """A slip's name and the wrong number, as a text, in random order and without end."""
    while True:
        kind, slip = _SLIPS[int(rng.integers(len(_SLIPS)))]
        wrong = slip(text, rounding, rng)
        if Decimal(wrong) != Decimal(text):
            yield kind, wrong


def _swapped(text: str, rounding: Rounding, rng: np.random.Generator) -> str:
    places = [i for i, c in enumerate(text) if c.isdigit()]
    at = int(rng.integers(len(places) - 1))
    chars = list(text)
    one, other = places[at], places[at + 1]
    chars[one], chars[other] = chars[other], chars[one]
    return "".join(chars)


def _sign(text: str, rounding: Rounding, rng: np.random.Generator) -> str:
    return text.removeprefix("-") if text.startswith("-") else "-" + text


def _point(text: str, rounding: Rounding, rng: np.random.Generator) -> str:
    return rounding.text(float(Decimal(text).scaleb(1 if rng.integers(2) else -1)))


def _digit(text: str, rounding: Rounding, rng: np.random.Generator) -> str:
    places = [i for i, c in enumerate(text) if c.isdigit()]
    at = places[int(rng.integers(len(places)))]
    return text[:at] + str(rng.integers(10)) + text[at + 1 :]


def _sum(text: str, rounding: Rounding, rng: np.random.Generator) -> str:
    """Off by 5 to 30 per cent."""
    share = (5 + int(rng.integers(26))) / 100 * (1 if rng.integers(2) else -1)
    return rounding.text(float(text) * (1 + share))


_SLIPS: Sequence[tuple[str, Callable[[str, Rounding, np.random.Generator], str]]] = (
    ("digits swapped", _swapped),
    ("wrong sign", _sign),
    ("decimal point moved", _point),
    ("wrong digit", _digit),
    ("wrong sum", _sum),
)


def shortened(text: str, digits: int) -> str:
    """The number with so many digits fewer, half up; as it is where that leaves fewer than two significant ones."""
    number = Decimal(text)
    exponent = number.as_tuple().exponent
    assert isinstance(exponent, int)
    short = number.quantize(Decimal(1).scaleb(exponent + digits), rounding=ROUND_HALF_UP)
    return f"{short:f}" if len(short.as_tuple().digits) >= 2 and short else text


def spelt(text: str, style: int, rng: np.random.Generator) -> str:
    """The same number in another spelling that can be read only one way. `style` is the writer's: 0 decimal comma."""
    if style == 0:
        return text.replace(".", ",").replace("-", "−" if rng.integers(2) else "-")
    return _SPELLINGS[int(rng.integers(len(_SPELLINGS)))](text)


def _scientific(text: str, times: str) -> str:
    sign, digits, exponent = Decimal(text).as_tuple()
    assert isinstance(exponent, int)
    mantissa = "".join(map(str, digits))
    power = exponent + len(mantissa) - 1
    point = f"{mantissa[0]}.{mantissa[1:]}" if len(mantissa) > 1 else mantissa
    return f"{'-' * sign}{point}{times}{power}"


def _raised(text: str) -> str:
    number, _, power = _scientific(text, "·10^").partition("^")
    return number + power.translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


_SPELLINGS: tuple[Callable[[str], str], ...] = (
    lambda text: text.replace("-", "−"),
    lambda text: text.replace("-", "–"),
    lambda text: text.replace("0.", ".", 1) if text.removeprefix("-").startswith("0.") else text,
    lambda text: text if text.startswith("-") else "+" + text,
    lambda text: f"  {text} ",
    lambda text: text.replace("-", "- "),
    lambda text: f"\u00a0{text}\u2009",
    lambda text: f"= {text}",
    lambda text: f"'{text}",
    lambda text: text + "0",
    lambda text: _scientific(text, "e"),
    lambda text: _scientific(text, "E"),
    lambda text: _scientific(text, "x10^"),
    lambda text: _scientific(text, " * 10^"),
    _raised,
)
