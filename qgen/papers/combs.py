"""Which answers of an exam are written into combs, a cell for each digit; the same on all of its papers."""

from __future__ import annotations

import numpy as np

from qgen.exam.exam import Exam
from qgen.exam.spec import COMBS
from qgen.typeset.page.combs import Comb

STUDENT = "student_id"
ID_DIGITS = 10
BELOW = 10  # in size, what has one digit before the point


def combs_of(exam: Exam) -> dict[str, Comb]:
    """By the id of an item its comb, and by "student_id" that of page 1 where no roster tells who sits the exam.

    Nothing where the spec asks for free boxes. An item has a comb if its number is below 10 in every variant.
    """
    if exam.spec.boxes != COMBS:
        return {}
    comb, wide = Comb(exam.spec.rounding.digits), set(without_comb(exam))
    known = {} if exam.students else {STUDENT: Comb(ID_DIGITS, signed=False)}
    return {**known, **{id: comb for id in exam.columns if id not in wide}}


def without_comb(exam: Exam) -> list[str]:
    """The items of an exam with combs that have free boxes all the same: in some variant they round to 10 or more."""
    if exam.spec.boxes != COMBS:
        return []
    wide = np.any(np.abs(exam.spec.rounding.round(exam.value)) >= BELOW, axis=1)
    return [id for id, beyond in zip(exam.columns, wide, strict=True) if beyond]


def cells_of(exam: Exam, decimal_mark: str) -> dict[str, str]:
    """The cells of combs, and of the boxes among them, as the markup of a paper asks for them."""
    usual = f"-0{decimal_mark}{'0' * exam.spec.rounding.digits}"
    combed = {id: usual if comb.signed else "0" * comb.digits for id, comb in combs_of(exam).items()}
    return {**combed, **dict.fromkeys(without_comb(exam), f"{usual} open")}
