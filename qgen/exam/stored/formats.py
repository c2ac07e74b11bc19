"""Formats of exam.json: absent was 1; from 2 on it names the known mistakes that the exam was certified against.

Before 3, items without marks were asked, too, and a pool of biases could hold nothing but 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qgen.errors import InputError

FORMAT = 3

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
