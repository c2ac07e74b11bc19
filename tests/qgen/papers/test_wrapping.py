"""A formula in pieces is the same formula, and can end a line wherever a person would break it."""

import pytest

from qgen.exam.exam import make_exam
from qgen.exam.spec import spec_of
from qgen.papers.papers import Papers
from qgen.papers.wrapping import BREAK, wrapping
from qgen.typeset.math.latex import parse


def pieces(formula):
    return [piece.removeprefix(r"\(").removesuffix(r"\)") for piece in wrapping(formula).split(BREAK)]


@pytest.mark.parametrize("network", ["relu-sigmoid", "tanh-heads"])
def test_every_line_of_a_solution_comes_in_short_pieces_that_are_formulas_and_make_it_up(network):
    exam = make_exam(spec_of({"questions": [{"network": network}]}), 1, 3)
    lines = [line for entry in Papers(exam).questions[0].sheet(0).items for line in entry.lines]
    for line in lines:
        mine = pieces(line)
        for piece in mine:
            parse(piece)
        whole = "".join(piece.removeprefix("{}") for piece in mine).replace(" ", "")
        assert whole == line.replace(r"\left[", r"\bigl[").replace(r"\right]", r"\bigr]").replace(" ", "")
    assert max(len(piece) for line in lines for piece in pieces(line)) < 80


def test_a_line_may_end_before_relations_and_sums_and_between_factors_but_in_no_bracket_or_index():
    assert pieces(r"w^{(1)\,\text{a = b}} = -\left(x + y\right)\,z - 2 \cdot 3") == [
        r"w^{(1)\,\text{a = b}}",
        r"{}= -\left(x + y\right)\,",
        "{}z",
        "{}- 2",
        r"{}\cdot 3",
    ]
