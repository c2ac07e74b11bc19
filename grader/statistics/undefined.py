"""Why a statistic has no value: a word for which the report has a sentence."""

from __future__ import annotations

from enum import StrEnum


class Undefined(StrEnum):
    """What is missing."""

    NOBODY = "nobody"
    ONE_STUDENT = "one_student"
    ONE_ITEM = "one_item"
    EQUAL_SCORES = "equal_scores"
    ONE_VARIANT = "one_variant"
    FEW_STUDENTS = "few_students"
    NOTHING_DRAWN = "nothing_drawn"
    NO_EXAM = "no_exam"


Figure = float | Undefined
