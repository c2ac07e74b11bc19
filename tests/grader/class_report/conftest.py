import numpy as np
import pytest

from grader.marking.score import score
from grader.marking.verdicts import Marks
from grader.rehearsal.simulate import simulate
from qgen.exam.exam import Exam, make_exam

MIXED = {"misconception": 6, "two": 2, "blank": 3, "slip": 3, "rounding": 3, "imprecise": 2, "messy": 1}


@pytest.fixture(scope="session")
def exam() -> Exam:
    return make_exam({}, 30, 1)


@pytest.fixture(scope="session")
def marks(exam: Exam) -> Marks:
    return score(exam, simulate(exam, 60, np.random.default_rng(1), MIXED).submissions)
