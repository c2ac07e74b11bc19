"""The numbers of an exam as its files hold them: whatever the format, the same arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from qgen.engine.intervals import Array


@dataclass(frozen=True, eq=False)
class Numbers:
    """givens: by question and name, (variants,); value, low, high: (items, variants), in the order of `items`."""

    variants: Sequence[str]
    givens: Mapping[str, Mapping[str, Array]]
    items: Sequence[str]
    value: Array
    low: Array
    high: Array
