"""The samples are questions of real exams: each is made, solved, simulated and marked, and gives the numbers published.

Numbers are facts of the sources: Mazur's step-by-step example, Han and Kamber's, a worked quiz of 2026, an assignment's
XOR epoch and others.
"""

from pathlib import Path

import numpy as np
import pytest

from grader import score
from grader.rehearsal.simulate import simulate
from qgen import make_exam, read_spec
from qgen.papers.papers import Papers

SAMPLES = sorted((Path(__file__).parent.parent / "samples" / "exams").glob("*.toml"))
PUBLISHED = {
    "step-by-step": "loss .298371109 after_loss .291028 new_w11_2 .35891648 new_w11_1 .149780716",
    "updates-and-second-pass": "loss .274834719 after_loss .267748591 new_w11_2 .426670658 new_w11_1 .199693810 "
    "new_b_1 .393540595 new_b_2 .619586257",
    "errors-and-new-values": "a1_1 .332 a2_1 .525 a1_2 .474 dz1_2 .1311 dz2_1 -.0065 dz1_1 -.0087 new_w11_2 -.261 "
    "new_w21_2 -.138 new_w11_1 .192 new_w12_1 -.306 new_w21_1 .4 new_w22_1 .1 new_w31_1 -.508 new_w32_1 .194 "
    "new_b1_2 .218 new_b2_1 .194 new_b1_1 -.408",
    "one-step-table": "z1_1 .9 a1_1 .7109 loss .0836 da1_1 -.5782 dz1_1 -.1189 dw11_1 -.1784 db1_1 -.1189 "
    "new_w11_1 .9784 new_b1_1 -.1811",
    "backward-half": "da1_1 -.120 da2_1 .080 dz1_1 -.0275 dz2_1 .0196",
    "backward-without-loss": "da1_1 -14 da2_1 -1 dz1_1 -14 dz2_1 0 dw11_2 -9 dw21_2 0",
    "output-layer-gradients": "a1_2 7 loss 2 dw11_2 12 dw21_2 2 dw31_2 2 db1_2 2",
    "two-parameters-of-forty": "a1_2 .000000 a2_2 .010923 a3_2 .759139 a4_2 .899982 new_w24_2 3.9938507552 new_b3_1 6",
    "dead-unit-two-outputs": "a1_1 .7 a2_1 0 a3_1 .2 a1_2 .646 a2_2 .495 dz1_2 -.354 dz2_2 .495 dz1_1 -.043 dz2_1 0 "
    "dz3_1 -.361 new_w11_2 .425 new_w12_2 .165 new_b1_2 .235 new_w11_1 .504 new_w13_1 .136 new_b3_1 .336",
    "no-biases": "z1_1 .21 z2_1 .315 a1_1 .5523 a2_1 .5781 z1_2 .6860 a1_2 .6651 loss .0561",
    "xor-epoch": "t4_new_w11_1 -.370086 t4_new_w12_1 .159896 t4_new_w21_1 .339805 t4_new_w22_1 -.24018 "
    "t4_new_w11_2 -.108025 t4_new_w21_2 -.048097",
    "momentum": "new_w11_1 .10085 new_w21_1 .1 new_b1_1 .10085 new_w11_2 .11891 new_b1_2 .13439 t2_new_w11_1 .10162 "
    "t2_new_w21_1 .0988 t2_new_b1_1 .10042 t2_new_w11_2 .11347 t2_new_b1_2 .12452",
    "softmax-outputs": "z1_2 .428 z2_2 .157 a1_2 .567",  # the source's own second logit, .185, is wrong
    "linear-no-biases": "new_w11_1 .12 new_w12_1 .13 new_w21_1 .23 new_w22_1 .10 new_w11_2 .17 new_w21_2 .17",
}


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_a_sample_is_a_short_spec_that_is_made_solved_simulated_and_marked(path):
    assert len(path.read_text("utf-8").splitlines()) <= 15
    exam = make_exam(read_spec(path), 2, 1)
    papers = Papers(exam)
    for pdf in (papers.question_paper(0), papers.solution(0)):
        assert pdf.startswith(b"%PDF")
    marks = score(exam, simulate(exam, 20, np.random.default_rng(1), {"perfect": 1, "rounding": 1}).submissions)
    assert (marks.scores == exam.max_score).all()


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_numbers_are_those_published(name):
    exam = make_exam(read_spec(SAMPLES[0].with_name(f"{name}.toml")), 1, 1)
    found = {item.step: float(value) for item, value in zip(exam.items, exam.value[:, 0], strict=True)}
    words = PUBLISHED[name].split()
    for step, text in zip(words[::2], words[1::2], strict=True):
        digits = len(text.partition(".")[2])
        # sources round on the way, or cut off: a few units of the last digit
        assert np.isclose(found[step], float(text), rtol=0, atol=3 * 10.0**-digits if digits else 1e-9), (step, text)
