"""Formats of exam.json: absent was 1; from 2 on it names the known mistakes that the exam was certified against.

Before 3, items without marks were asked, too, and a pool of biases could hold nothing but 0. Before 4 numbers stood
variant by variant.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, cast

from qgen.errors import InputError
from qgen.exam.stored import by_column, by_variant
from qgen.exam.stored.numbers import Numbers

FORMAT = 4

# The catalogue when exam.json did not say.
_FIRST = """
target-minus-output factor-two slope-missing-after-squared-error slope-extra-after-cross-entropy
sigmoid-slope-plus sigmoid-slope-is-sigmoid sigmoid-slope-left-out sigmoid-slope-on-relu value-as-relu-slope
relu-slope-left-out tanh-slope-of-z tanh-slope-not-squared tanh-slope-of-sigmoid tanh-slope-divided
transposed-weight path-weight-forgotten activation-for-path-weight first-path-only last-path-only
updated-weights-in-backward-pass bias-gradient-times-input preactivation-in-weight-gradient input-for-activation
gradient-ascent no-learning-rate decimal-logarithm loss-without-minus loss-without-half
old-parameters-in-next-iteration earlier-activations-in-next-iteration loss-factor-left-out-of-error
mean-left-out-of-error sum-for-mean leaky-slope-as-relu leaky-slope-left-out value-as-leaky-slope
"""
FIRST_MISTAKES = tuple(_FIRST.split())


_HALF = re.compile(r"\\u[dD][89a-fA-F]")  # what half a character of JSON looks like, and so does every half of a pair


class Layout(Protocol):
    """How the numbers stand in exam.json. head: what comes before them, tail: what comes after."""

    def text(self, head: Mapping[str, Any], numbers: Numbers, tail: Mapping[str, Any]) -> Iterator[str]:
        """The file, in pieces."""

    def numbers_of(
        self, content: Mapping[str, Any], names: Mapping[str, Sequence[str]], items: Sequence[str], where: str
    ) -> Numbers:
        """What a parsed file holds of these items, and of the givens `names` of each question."""

    def checksum(self, head: Mapping[str, Any], numbers: Numbers) -> str:
        """Of head and numbers, but the program's version."""


def layout(format_: int) -> Layout:
    """The layout of a format."""
    return cast(Layout, by_column if format_ > 3 else by_variant)


def parsed(path: Path) -> Any:
    """What an exam.json holds. InputError where it is missing or no JSON."""
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        raise InputError(f'{path.parent}: no exam.json here; name the folder that "qgen make" wrote') from None
    except NotADirectoryError:
        raise InputError(f'{path.parent}: is a file; name the folder that "qgen make" wrote') from None
    except (OSError, UnicodeDecodeError) as fault:
        raise InputError(f"{path}: cannot be read: {fault}") from None
    try:
        content = json.loads(text, object_hook=by_column.columns)
    except (ValueError, RecursionError) as fault:
        raise InputError(f"{path}: not JSON: {fault}; restore it, or make the exam again") from None
    if _HALF.search(text):
        try:
            json.dumps(content, ensure_ascii=False, default=str).encode()
        except UnicodeEncodeError as fault:
            half = ascii(fault.object[fault.start])[1:-1]
            raise InputError(f'{path}: has half a character, "{half}"; restore it, or make the exam again') from None
    return content


def format_of(content: Mapping[str, Any], where: str) -> int:
    """The format of an exam.json. InputError where it is a later version's."""
    found = content.get("format", 1)
    if not isinstance(found, int) or not 1 <= found <= FORMAT:
        raise InputError(f'{where}: format "{found}" is not known; it was made by a later version of this program')
    return found


def mistakes_of(content: Mapping[str, Any], where: str) -> tuple[str, ...]:
    """The names of the mistakes that an exam was certified against, whether they are known or not."""
    return FIRST_MISTAKES if format_of(content, where) == 1 else tuple(map(str, content["mistakes"]))


def spec_table(content: Mapping[str, Any], where: str) -> dict[str, Any]:
    """The spec's table of an exam.json as this version says it."""
    table: dict[str, Any] = content["spec"]
    if format_of(content, where) > 2:
        return table
    questions = []
    for q in table["questions"]:
        zero = q["biases"] in (0, [0])
        questions.append({**q, "ask": ["all"], "biases": {"kind": "each", "values": 0} if zero else q["biases"]})
    return {**table, "questions": questions}
