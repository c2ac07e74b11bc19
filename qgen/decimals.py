"""Numbers as text that people read: shortest, and never with an exponent."""

import numpy as np
from numpy.typing import NDArray


def plain(number: float) -> str:
    """The shortest decimal that reads back as this number: "0.00005", "6"."""
    text = repr(float(number)).removesuffix(".0")
    return np.format_float_positional(number, trim="-") if "e" in text else text


def plains(numbers: NDArray[np.float64]) -> list[str]:
    """The same of each of many, (n,), in a fraction of the time."""
    texts = repr(numbers.tolist())[1:-1].split(", ") if len(numbers) else []
    return [text if text[-2:] != ".0" and "e" not in text else plain(float(text)) for text in texts]
