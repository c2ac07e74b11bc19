"""Numbers of an author's own are told by the condition that they break, and what is 0 for a given's sake is counted."""

import pytest
from cases import pairs, spec_for

from qgen.exam.exam import make_exam
from qgen.exam.own_numbers import guessed, kept

OWN = "w11 0.5 w21 -0.4 b1 0.1 w12 0.3 b2 0.2 w13 -0.6 b3 0.3 alpha 0.5 x1 0.7 x2 1.2 y2 1 y3 0"


def test_a_range_is_called_too_wide_in_per_cent_of_its_value():
    givens = {name: float(text) for name, text in pairs(OWN).items()}
    spec = spec_for("B", "cross-entropy", givens=givens, certify={"tolerance": 0.0005, "misconceptions": False})
    _, line = kept(make_exam(spec, 1, 1).batches)
    assert "the accepted range is wider than 0.05 % of the value to a side; " in line


@pytest.mark.parametrize(
    ("network", "keys", "told"),
    [
        ("B", {"inputs": [0, 1]}, ["q1: 1 answer can be 0 because a given is 0: easily guessed"]),
        ("B", {}, []),
        ("A", {"dead_relu": 1}, []),
    ],
)
def test_a_0_is_easily_guessed_where_a_given_is_0_and_not_where_a_unit_is_dead(network, keys, told):
    assert list(guessed(make_exam(spec_for(network, "cross-entropy", **keys), 2, 1).batches)) == told


def test_numbers_that_a_fair_paper_was_drawn_with_keep_every_condition_as_own_ones():
    givens = {
        name: float(values[0])
        for name, values in make_exam(spec_for("B", "cross-entropy"), 1, 1).batches[0].givens.items()
    }
    spec = spec_for("B", "cross-entropy", givens=givens)
    assert list(kept(make_exam(spec, 1, 1).batches)) == ["q1: your own numbers keep every condition of a fair paper"]
