"""exam.json up to format 3: each variant with its givens, answers and accepted ranges; the checksum is of the text."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from qgen.exam.stored.numbers import Numbers


def text(head: Mapping[str, Any], numbers: Numbers, tail: Mapping[str, Any]) -> Iterator[str]:
    """The file, in pieces."""
    yield json.dumps({**head, "variants": _variants(numbers), **tail}, indent=1, ensure_ascii=False) + "\n"


def numbers_of(
    content: Mapping[str, Any], names: Mapping[str, Sequence[str]], items: Sequence[str], where: str
) -> Numbers:
    """What the file holds of these items and of the givens `names` of each question.

    KeyError, TypeError, ValueError or the like where it is not so.
    """
    rows = content["variants"]
    givens = {
        q: {name: np.array([float(row["givens"][q][name]) for row in rows]) for name in some}
        for q, some in names.items()
    }
    value = np.array([[float(row["answers"][item]) for row in rows] for item in items])
    bounds = np.array([[row["accepted"][item] for row in rows] for item in items], dtype=np.float64)
    return Numbers([str(row["id"]) for row in rows], givens, items, value, bounds[:, :, 0], bounds[:, :, 1])


def checksum(head: Mapping[str, Any], numbers: Numbers) -> str:
    """Of all but the program's version."""
    content = {**head, "variants": _variants(numbers)}
    canonical = json.dumps(
        {k: v for k, v in content.items() if k != "program"}, sort_keys=True, ensure_ascii=False,
        separators=(",", ":"),
    )  # fmt: skip
    return hashlib.sha256(canonical.encode()).hexdigest()


def _variants(numbers: Numbers) -> list[dict[str, Any]]:
    givens = {q: {name: values.tolist() for name, values in table.items()} for q, table in numbers.givens.items()}
    value, low, high = (table.T.tolist() for table in (numbers.value, numbers.low, numbers.high))
    return [
        {
            "id": name,
            "givens": {q: {k: column[v] for k, column in table.items()} for q, table in givens.items()},
            "answers": dict(zip(numbers.items, value[v], strict=True)),
            "accepted": {item: [a, b] for item, a, b in zip(numbers.items, low[v], high[v], strict=True)},
        }
        for v, name in enumerate(numbers.variants)
    ]
