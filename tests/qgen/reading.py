"""Reads the worked solution's LaTeX as a formula and works it out, so that what is printed can be checked."""

import math
import re
from collections.abc import Mapping

PLAIN = [
    (r"\left(", "("), (r"\right)", ")"), (r"\left[", "("), (r"\right]", ")"), (r"\cdot", "*"), (r"\;", " "),
    (r"\le", "<="), (r"\mathbf{1}", "1 *"), (r"\max", "max"), (r"\sigma", "sigma"), (r"\tanh", "tanh"),
    (r"\,", "*"), ("^2", "**2"),
]  # fmt: skip


def value_of(latex: str, names: Mapping[str, float] | None = None) -> float:
    """The value of a right-hand side; `names` are the values of quantities by their LaTeX."""
    latex = latex.replace(r"\tfrac{\partial", r"\frac{\partial")  # in a line of text
    # the longest first: w_{1} is also the beginning of another name
    for name in sorted(names or {}, key=len, reverse=True):
        latex = latex.replace(name, f"({names[name]!r})")
    latex = re.sub(r"\\tfrac\{(\d+)\}\{(\d+)\}", r"(\1/\2)", latex)
    for written, meant in PLAIN:
        latex = latex.replace(written, meant)
    latex = re.sub(r"\\ln (-?[\d.]+)", r"log(\1)", latex).replace(r"\ln (", "log(")
    assert "\\" not in latex, latex
    functions = {"max": max, "sigma": lambda z: 1 / (1 + math.exp(-z)), "tanh": math.tanh, "log": math.log}
    return float(eval(latex, {"__builtins__": {}}, functions))
