"""An exam with combs, and its pages as a simulated hand and scanner leave them."""

from collections.abc import Mapping
from functools import cache

import cv2
import numpy as np

from grader.reading.scan.layout import Layout, layout_of
from grader.rehearsal.digits import shipped
from grader.rehearsal.hand import Hand
from grader.rehearsal.scanner import SCANNERS
from grader.rehearsal.scans import pages_of
from qgen.exam.exam import Exam, make_exam
from qgen.papers.papers import Papers
from qgen.papers.seal import code_side

cv2.setNumThreads(1)
SMALL = {"boxes": "combs", "questions": [{"network": "tanh-heads", "loss": "cross-entropy"}]}  # two pages


@cache
def small_exam(seed: int = 5) -> Exam:
    return make_exam(SMALL, 4, seed=seed)


@cache
def layout_of_small() -> Layout:
    return layout_of(small_exam(), code_side(small_exam()))


@cache
def papers(exam: Exam) -> Papers:
    return Papers(exam)


def right(exam: Exam, variant: int) -> dict[str, str]:
    """The numbers of the key, as a paper asks for them."""
    return {item: exam.spec.rounding.text(float(exam.value[i, variant])) for i, item in enumerate(exam.columns)}


def pages(
    variant: int = 0, scanner: str = "feeder", seed: int = 1, written: Mapping[str, str] | None = None,
    mishaps: Mapping[str, str] = {}, student: str = "4031872", exam: Exam | None = None, upside_down: bool = False,
) -> list[np.ndarray]:  # fmt: skip
    """The scanned pages of one paper; everything right unless `written` says what."""
    exam = exam or small_exam()
    rng = np.random.default_rng(seed)
    texts = right(exam, variant) if written is None else written
    return pages_of(
        exam, variant, texts, Hand.draw(rng), rng, SCANNERS[scanner], shipped(), student, papers(exam), mishaps,
        upside_down,
    )  # fmt: skip
