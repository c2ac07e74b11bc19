"""Numbers as text that people read: shortest, and never with an exponent."""

import numpy as np


def plain(number: float) -> str:
    """The shortest decimal that reads back as this number: "0.00005", "6"."""
    text = repr(float(number)).removesuffix(".0")
    return np.format_float_positional(number, trim="-") if "e" in text else text
