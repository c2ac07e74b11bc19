"""What an autograder tells of every answer."""

from dataclasses import replace

import numpy as np

from grader.autograder.told import told
from grader.marking.score import score
from grader.reading.submissions import Submissions
from grader.reasons import Reason
from qgen.exam.exam import make_exam
from qgen.exam.spec import spec_of


def test_a_reason_is_in_the_exam_s_notation() -> None:
    table = {"questions": [{"network": "tanh-heads"}], "notation": {"output": "p", "target": "t"}}
    exam = make_exam(spec_of(table), 1, 1)
    written = np.array([list(exam.spec.rounding.texts(exam.value[:, 0]))], dtype=object)
    marks = score(exam, Submissions.of(("S1",), np.zeros(1, dtype=np.intp), exam.columns, written))
    marks = replace(marks, reasons={(0, 0): Reason("misconception", names=("target-minus-output",))})
    assert told(marks)[0].why.endswith("The error is output minus target, p - t, not t - p")
