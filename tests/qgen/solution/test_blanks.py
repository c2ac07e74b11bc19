"""Lines made once, with blanks for numbers."""

import pytest
from cases import drawn

from qgen.engine.rounding import Rounding
from qgen.solution.blanks import Filled, decided, in_blanks, worked_blank
from qgen.solution.worked import Derivation, worked, worked_values

CASES = [
    ("A", "squared-error", 1),
    ("B", "cross-entropy", 3),
    ("third", "cross-entropy", 1),
    ("fourth", "squared-error", 1),
    ("leaky", "mean-squared-error", 1),
]


@pytest.mark.parametrize("case", CASES)
def test_blanks_filled_in_are_the_worked_lines_of_every_variant(case):
    batch, rounding = drawn(20, *case), Rounding("dp", 4)
    derivation = Derivation(batch.question)
    blank = worked_blank(derivation)
    for v in range(8):
        givens = {name: float(values[v]) for name, values in batch.givens.items()}
        values = {name: float(value) for name, value in worked_values(derivation, givens, rounding).items()}
        sheet, numbers = worked(derivation, givens, rounding, values), in_blanks(derivation, givens, rounding, values)

        def filled(line, numbers=numbers):
            return Filled(decided(line, numbers)).by(numbers).decode()

        assert [[filled(line) for line in one.lines] for one in blank.items] == [list(w.lines) for w in sheet.items]
        assert {step: filled(line) for step, line in blank.factors.items()} == sheet.factors
