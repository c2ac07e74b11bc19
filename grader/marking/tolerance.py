"""The only comparison of numbers: is an answer within a range, its bounds included?

Answers and bounds are the doubles nearest to their decimals, and rounding to the nearest double keeps order: an
answer that equals a bound as a decimal equals it here, so a boundary value is inside.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Bools = NDArray[np.bool_]


def within(answer: Any, low: Any, high: Any) -> Bools:
    """Whether low <= answer <= high; never for NaN."""
    return np.asarray((low <= answer) & (answer <= high))
