"""What is written under misconceptions, alone or two together."""

import numpy as np
from cases import drawn

from qgen.engine.misconceptions import misconception_of
from qgen.exam.hypotheses import predicted


def test_a_mistaken_gradient_of_a_bias_shows_no_delta_whatever_else_is_mistaken():
    batch = drawn(2, "B", "cross-entropy")
    one, ascent = misconception_of("bias-gradient-one"), misconception_of("gradient-ascent")
    held = [(one,), (one, ascent), (ascent, one), (ascent,)]
    ones = {name: np.ones(2) for name in ("db1", "db2", "db3")}
    which, students = np.repeat(np.arange(4), 2), np.tile(np.arange(2), 4)
    made = predicted(batch.question, held, which, students, batch.givens, ones)
    dw13 = [item.step for item in batch.question.items].index("dw13")
    assert np.allclose(made[:6, dw13], np.tile(batch.values["dw13"], 3))
    assert np.allclose(made[6:, dw13], batch.values["a1"])  # who does mean dL/dz goes on from it
