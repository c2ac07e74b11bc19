"""Symbols: LaTeX that runs through the rules, so that every worked line is derived and never typed.

A Symbol is written LaTeX and how tightly it binds. Three kinds of leaf: the name of a quantity, a number, and a blank
where a number goes in later: what depends on its sign is marked, and decided then (qgen/solution/blanks.py).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache, reduce
from operator import add
from typing import Any

from qgen.typeset.markup.plain import formula

UPDATED = r"\text{new}"  # what marks an updated parameter's name, in English; words.py puts it in other words
EARLIER = r"\,t-1"  # what marks a change of the iteration before
SUM, NEGATIVE, PRODUCT, ATOM = 0, 1, 2, 3
MOST_PARTS = 99  # units of a layer: a mean over them is a fraction
# A blank's number stands between BLANK and one of three: as it is, or if it is negative in parentheses or brackets.
BLANK, ALONE, GROUPED, BRACKETED = "\0", "\1", "\2", "\3"
OPEN, CLOSE = "\4", "\5"  # parentheses, which are brackets where a number inside gets parentheses


@dataclass(frozen=True)
class Symbol:
    """`latex`, and what it is: a SUM, a NEGATIVE, a PRODUCT or an ATOM; `number` where it ends in digits."""

    latex: str
    binds: int = ATOM
    number: bool = False

    def __add__(self, other: Any) -> Symbol:
        other = symbol(other)
        right = other.latex if other.binds >= PRODUCT else other.grouped()
        return Symbol(f"{self.latex} + {right}", SUM)

    def __radd__(self, other: Any) -> Symbol:
        return symbol(other).__add__(self)

    def __sub__(self, other: Any) -> Symbol:
        other = symbol(other)
        right = other.latex if other.binds >= PRODUCT else other.grouped()
        return Symbol(f"{self.latex} - {right}", SUM)

    def __rsub__(self, other: Any) -> Symbol:
        return symbol(other).__sub__(self)

    def __neg__(self) -> Symbol:
        return Symbol(f"-{self.latex if self.binds >= PRODUCT else self.grouped('[', ']')}", NEGATIVE)

    def __mul__(self, other: Any) -> Symbol:
        factor = symbol(other)
        if factor.latex == "1" and not factor.number:
            return self
        if self.latex == "1" and not self.number:
            return factor
        left = self.latex if self.binds >= PRODUCT else self.grouped()
        right = factor.latex if factor.binds >= PRODUCT else factor.grouped()
        dot = r" \cdot " if self.number or factor.number else r"\,"
        return Symbol(left + dot + right, PRODUCT, self.number or factor.number)

    def __rmul__(self, other: Any) -> Symbol:
        return symbol(other).__mul__(self)

    def __truediv__(self, other: Any) -> Symbol:
        return Symbol(rf"\frac{{{self.latex}}}{{{symbol(other).latex}}}")

    def grouped(self, left: str = "(", right: str = ")") -> str:
        """In parentheses; in brackets where it holds a sum of products with parentheses of its own."""
        inside = re.sub(r"\^\{\(\w+\)[^{}]*\}", "", self.latex)
        if left == "(" and ("(" in inside or OPEN in inside):
            left, right = "[", "]"
        elif left == "(" and GROUPED in inside:
            left, right = OPEN, CLOSE
        return rf"\left{left}{self.latex}\right{right}"

    def sigmoid(self) -> Symbol:
        """σ(z)."""
        return Symbol(rf"\sigma\left({self.latex}\right)")

    def tanh(self) -> Symbol:
        """Tanh(z)."""
        return Symbol(rf"\tanh\left({self.latex}\right)")

    def maximum(self, floor: Any) -> Symbol:
        """The larger of two."""
        return Symbol(rf"\max\left({symbol(floor).latex},\; {self.latex}\right)")

    def positive(self, otherwise: float) -> Symbol:
        """The indicator of z > 0, and `otherwise` times that of the rest."""
        one = Symbol(rf"\mathbf{{1}}\left[{self.latex} > 0\right]")
        rest = Symbol(rf"\mathbf{{1}}\left[{self.latex} \le 0\right]")
        return one + otherwise * rest if otherwise else one

    def log(self) -> Symbol:
        """Ln a."""
        return Symbol(rf"\ln {self.latex}" if self.binds == ATOM else rf"\ln {self.grouped()}", PRODUCT)

    def exp(self) -> Symbol:
        """e^z."""
        return Symbol(f"e^{{{self.latex}}}")

    def softmax(self, layer: Sequence[Symbol]) -> Symbol:
        """The exponential over the sum of the layer's."""
        return Symbol(rf"\dfrac{{{self.exp().latex}}}{{{reduce(add, (z.exp() for z in layer)).latex}}}")

    def square(self) -> Symbol:
        """The square."""
        base = self.latex if self.binds == ATOM and "^" not in self.latex else self.grouped()
        return Symbol(f"{base}^2")

    def bell(self) -> Symbol:
        """a (1 - a)."""
        return self.__mul__(self.__rsub__(1))


def symbol(value: Any) -> Symbol:
    """A constant of a rule as a symbol: 2, 0.01, and as a fraction what has no short decimal, or few parts."""
    if isinstance(value, Symbol):
        return value
    decimal, part = f"{value:g}", Fraction(value).limit_denominator(MOST_PARTS)
    if float(part) == value and (1 < part.denominator < 10 or float(decimal) != value):
        return Symbol(rf"\tfrac{{{part.numerator}}}{{{part.denominator}}}")
    return Symbol(decimal)


def number_symbol(text: str) -> Symbol:
    """A number as written: "-0.0468" binds like a negative, so that it gets parentheses within products."""
    return Symbol(text, NEGATIVE if text.startswith("-") else ATOM, number=True)


@dataclass(frozen=True)
class Blank(Symbol):
    """A number that is put in later."""

    def grouped(self, left: str = "(", right: str = ")") -> str:
        """The same, to be grouped so if it turns out negative."""
        return self.latex.replace(ALONE, GROUPED if left == "(" else BRACKETED)


def blank(n: int) -> Blank:
    """Where number n goes in."""
    return Blank(f"{BLANK}{n}{ALONE}", NEGATIVE, number=True)


def name_symbol(quantity: str) -> Symbol:
    """A quantity's name; an iteration's t2_ is not shown, as a heading says it; an example's e2_ is [2] above."""
    return Symbol(latex_name(quantity))


def earlier_change(quantity: str) -> Symbol:
    """The name of a parameter's change as the next iteration has it."""
    return Symbol(rf"\Delta {_indexed(quantity.partition('change_')[2], EARLIER)}")


@lru_cache(maxsize=4096)
def latex_name(quantity: str) -> str:
    r"""The LaTeX of an id: w11_1 -> w_{11}^{(1)}, dw13 -> \frac{\partial L}{\partial w_{13}}, loss -> L."""
    example, bare = example_of(quantity)
    of = f"[{example}]" if example > 1 else ""
    if bare in ("alpha", "mu", "loss", "after_loss"):
        return {"alpha": r"\alpha", "mu": r"\mu", "loss": "L", "after_loss": rf"L^{{\,{UPDATED}}}"}[bare]
    for start in ("new_", "after_"):
        if bare.startswith(start):
            return _indexed(bare.removeprefix(start), rf"{of}\,{UPDATED}")
    if bare.startswith("change_"):
        return rf"\Delta {_indexed(bare.removeprefix('change_'))}"
    if bare.startswith("dz"):
        return _indexed(bare[1:], of).replace("z", r"\delta", 1)
    if bare[0] == "d":
        return rf"\frac{{\partial L}}{{\partial {_indexed(bare[1:], of)}}}"
    return _indexed(bare, of)


@lru_cache(maxsize=4096)
def plain_name(quantity: str) -> str:
    """The same name in plain text, in English: w11_1 -> w_11^(1), dw13 -> dL/dw_13, new_b3 -> new b_3."""
    return formula(latex_name(quantity))


def _indexed(name: str, mark: str = "") -> str:
    """A name with its indices; after its layer the `mark`: the example, an update."""
    unit, _, layer = name[1:].partition("_")
    upper = (f"({layer})" if layer else "") + mark
    unit = unit.replace(".", r",\,") if "." in unit else unit
    return name[0] + (f"_{{{unit}}}" if unit else "") + (f"^{{{upper}}}" if upper else "")


def prefix(iteration: int, example: int = 1) -> str:
    """Nothing for the first iteration, then t2_, t3_, ...; of later examples of a batch e2_, t2_e2_, ..."""
    return ("" if iteration == 1 else f"t{iteration}_") + ("" if example == 1 else f"e{example}_")


def example_of(quantity: str) -> tuple[int, str]:
    """The example of a batch that an id belongs to, from 1, and the id without it and its iteration."""
    return _counted(iteration_of(quantity)[1], "e")


def iteration_of(quantity: str) -> tuple[int, str]:
    """The iteration that an id belongs to, from 1, and the id without it."""
    return _counted(quantity, "t")


def _counted(quantity: str, letter: str) -> tuple[int, str]:
    head, bar, rest = quantity.partition("_")
    return (int(head[1:]), rest) if bar and head[:1] == letter and head[1:].isdigit() else (1, quantity)
