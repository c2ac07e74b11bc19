"""Why a cell has its verdict: a kind and its arguments, put into words once, by templates/reasons.txt."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Reason:
    """`kind` names a sentence of reasons.txt; `numbers`, as texts, and `names` (ids, misconceptions) fill it."""

    kind: str
    numbers: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
