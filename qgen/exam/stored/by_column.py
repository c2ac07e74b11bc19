"""exam.json from format 4 on: each given and item with its numbers for all variants; the checksum is of the numbers."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from qgen.engine.intervals import Array
from qgen.errors import InputError, several
from qgen.exam.stored.numbers import Numbers

COLUMNS = ("value", "low", "high")


def text(head: Mapping[str, Any], numbers: Numbers, tail: Mapping[str, Any]) -> Iterator[str]:
    """The file, in pieces: a line for each column."""
    yield json.dumps(head, indent=1, ensure_ascii=False).removesuffix("\n}")
    yield f',\n "variants": {json.dumps(list(numbers.variants))},\n "givens": {{'
    for k, (question, table) in enumerate(numbers.givens.items()):
        yield f"{',' * bool(k)}\n  {json.dumps(question)}: {{"
        for j, (name, values) in enumerate(table.items()):
            yield f"{',' * bool(j)}\n   {json.dumps(name)}: {json.dumps(values.tolist())}"
        yield "\n  }"
    yield '\n },\n "items": {'
    for i, item in enumerate(numbers.items):
        columns = zip(COLUMNS, (numbers.value[i], numbers.low[i], numbers.high[i]), strict=True)
        lines = ",\n".join(f'   "{name}": {json.dumps(values.tolist())}' for name, values in columns)
        yield f"{',' * bool(i)}\n  {json.dumps(item)}: {{\n{lines}\n  }}"
    yield f"\n }},\n{json.dumps(tail, indent=1, ensure_ascii=False)[2:]}\n"


def columns(found: dict[str, Any]) -> dict[str, Any]:
    """For `json.loads`: an item's numbers as arrays as soon as they are read, for as objects they take much room."""
    return {name: _array(value) for name, value in found.items()} if found.keys() == set(COLUMNS) else found


def numbers_of(
    content: Mapping[str, Any], names: Mapping[str, Sequence[str]], items: Sequence[str], where: str
) -> Numbers:
    """What the file holds of these items and of the givens `names` of each question. InputError where it does not."""
    variants = content["variants"]
    if not isinstance(variants, list) or not variants or not all(isinstance(name, str) for name in variants):
        raise InputError(f"{where}: variants: not a list of their names; restore it, or make the exam again")
    faults: list[str] = []

    def column(place: Sequence[str]) -> Array:
        found: Any = content
        for name in place:
            found = found.get(name) if isinstance(found, Mapping) else None
        values = _array(found)
        if not isinstance(values, np.ndarray):
            faults.append(f"{'.'.join(place)}: not a list of numbers")
        elif len(values) != len(variants):
            counts = f"{several(len(values), 'number')} for {several(len(variants), 'variant')}"
            faults.append(f"{'.'.join(place)}: {counts}")
        else:
            return values
        return np.zeros(len(variants))

    givens = {q: {name: column(("givens", q, name)) for name in some} for q, some in names.items()}
    value, low, high = (np.array([column(("items", item, name)) for item in items]) for name in COLUMNS)
    if faults:
        more = f", and {len(faults) - 1} more such" if len(faults) > 1 else ""
        raise InputError(f"{where}: {faults[0]}{more}; restore it, or make the exam again")
    return Numbers(variants, givens, items, value, low, high)


def checksum(head: Mapping[str, Any], numbers: Numbers) -> str:
    """Of all but the program's version; of the numbers themselves, however they are written."""
    said = {**{k: v for k, v in head.items() if k != "program"}, "variants": list(numbers.variants)}
    found = hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode())

    def add(values: Array, *place: str) -> None:
        found.update(f"\n{json.dumps(place)}\n".encode())
        found.update(np.ascontiguousarray(values, "<f8").tobytes())

    for question, table in numbers.givens.items():
        for name, values in table.items():
            add(values, "givens", question, name)
    for i, item in enumerate(numbers.items):
        for name, rows in zip(COLUMNS, (numbers.value, numbers.low, numbers.high), strict=True):
            add(rows[i], "items", item, name)
    return found.hexdigest()


def _array(found: Any) -> Any:
    """A list of numbers as an array; anything else as it is."""
    if not isinstance(found, list):
        return found
    try:
        values = np.array(found)
    except ValueError:  # lists of several lengths
        return found
    return values.astype(np.float64) if values.ndim == 1 and values.dtype.kind in "iuf" else found
