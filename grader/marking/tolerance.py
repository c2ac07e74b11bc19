"""The only comparison of numbers: is an answer, without the noise of binary numbers, within a range, bounds included?

Answers and bounds are the doubles nearest to their decimals, and rounding to the nearest double keeps order: an
answer that equals a bound as a decimal equals it here, so a boundary value is inside.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from qgen.engine.intervals import Array
from qgen.engine.rounding import Rounding

Bools = NDArray[np.bool_]
EXTRA = 2  # digits beyond those asked for that are looked at


def settled(answers: Array, rounding: Rounding) -> Array:
    """Rounded to EXTRA digits more than asked for; 32-bit numbers (0.6949999928474426) as the decimals they stand for.

    No answer leaves a range by it: accepted ranges end on such numbers, or hold what their ends round to.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        single = answers.astype(np.float32)
        short = single == answers
        answers = answers.copy()
        answers[short] = [float(str(value)) for value in single[short]]
        scale = np.clip(10**EXTRA / rounding.unit(answers), 1, 1e22)
        return np.asarray(np.where(np.abs(answers) < 1e9, np.round(answers * scale) / scale, answers))


def within(answer: Any, low: Any, high: Any) -> Bools:
    """Whether low <= answer <= high; never for NaN."""
    return np.asarray((low <= answer) & (answer <= high))
