"""Exams with combs, and their pages as a simulated hand and scanner leave them."""

from collections.abc import Callable, Mapping

import cv2
import numpy as np
import pytest

from grader.reading.scan.layout import Layout, layout_of
from grader.rehearsal.digits import shipped
from grader.rehearsal.hand import Hand
from grader.rehearsal.scanner import SCANNERS
from grader.rehearsal.scans import pages_of
from qgen.exam.exam import Exam, make_exam
from qgen.papers.seal import code_side

Pages = Callable[..., list[np.ndarray]]
SMALL = {
    "boxes": "combs",
    "questions": [{"network": "tanh-heads", "loss": "cross-entropy", "ask": ["z*", "a*", "loss", "dw*"]}],
}


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> None:
    cv2.setNumThreads(1)


@pytest.fixture(scope="session")
def exam() -> Exam:
    return make_exam(SMALL, 4, seed=5)


@pytest.fixture(scope="session")
def layout(exam: Exam) -> Layout:
    return layout_of(exam, code_side(exam))


def right(exam: Exam, variant: int) -> dict[str, str]:
    return {item: exam.spec.rounding.text(float(exam.value[i, variant])) for i, item in enumerate(exam.columns)}


@pytest.fixture(scope="session")
def pages(exam: Exam) -> Pages:
    def drawn(
        variant: int = 0, scanner: str = "flatbed", seed: int = 1, written: Mapping[str, str] | None = None,
        mishaps: Mapping[str, str] = {}, student: str = "4031872", **more: bool,
    ) -> list[np.ndarray]:  # fmt: skip
        rng = np.random.default_rng(seed)
        texts = right(exam, variant) if written is None else written
        return pages_of(
            exam, variant, texts, Hand.draw(rng), rng, SCANNERS[scanner], shipped(), student, mishaps=mishaps, **more
        )

    return drawn
