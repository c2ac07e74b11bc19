"""No honest student loses a mark, no known mistake earns one, and the ranges are no wider than they must be.

benchmarks/fairness.py does the same with many more variants and students.
"""

import numpy as np
import pytest
from cases import ASKING, any_givens, asking, drawn, question_for, spec_for
from honest import UNROUNDED, Hand, Student, honest_answers
from measures import accepted_ranges, cornered, driven, marks_gained, marks_lost, outside, tightness
from oracle import NETS, opinion

from qgen.engine.misconceptions import CATALOGUE
from qgen.engine.rounding import Rounding
from qgen.exam.certify import Batch

VARIANTS = 40
DEFAULT = [("A", "squared-error", 1, ""), ("B", "cross-entropy", 1, "")]
OTHERS = [
    ("A", "cross-entropy", 1, "4dp"),
    ("B", "squared-error", 1, "4sf"),
    ("A", "cross-entropy", 1, "4sf"),
    ("A", "squared-error", 2, "5dp"),
    ("B", "cross-entropy", 2, "5dp"),
    ("A", "squared-error", 1, "5dp"),
    ("leaky", "mean-squared-error", 1, "5dp"),
    ("B", "sum-of-squares", 2, "5dp"),
]


@pytest.mark.parametrize("case", DEFAULT + OTHERS)
def test_no_honest_student_loses_a_mark(case):
    network, loss, iterations, rounding = case
    batch = drawn(VARIANTS, network, loss, iterations, rounding)
    assert marks_lost(batch, 20, np.random.default_rng(11)) == {}


@pytest.mark.parametrize("rounding", ["3dp", "4sf"])
@pytest.mark.parametrize(
    ("network", "loss"),
    [
        ("third", "cross-entropy"),
        ("fourth", "squared-error"),
        ("A", "squared-error"),
        ("B", "cross-entropy"),
        ("third", "sum-of-squares"),
        ("leaky", "mean-squared-error"),
    ],
)
def test_no_honest_student_loses_a_mark_on_numbers_that_nobody_certified(network, loss, rounding):
    spec = spec_for(network, loss, rounding=rounding)
    question = spec.questions[0]
    batch = Batch(question, spec.rounding, spec.certify, any_givens(question.question, 40, seed=5))
    assert marks_lost(batch, 20, np.random.default_rng(12)) == {}


@pytest.mark.parametrize("case", DEFAULT + OTHERS[:3] + OTHERS[-2:])
def test_no_rounding_leaves_the_ranges_not_even_when_each_is_the_worst(case):
    network, loss, iterations, rounding = case
    batch = drawn(VARIANTS, network, loss, iterations, rounding)
    assert outside(batch, cornered(batch, 20, np.random.default_rng(13))) == {}
    some = batch.take(np.arange(20))
    assert outside(some, driven(some, np.random.default_rng(14))) == {}


@pytest.mark.parametrize("case", DEFAULT + OTHERS[:1])
def test_ranges_are_tight(case):
    network, loss, iterations, rounding = case
    batch = drawn(VARIANTS, network, loss, iterations, rounding).take(np.arange(20))
    assert np.nanmedian(tightness(batch, 1000, np.random.default_rng(15))) <= 2


@pytest.mark.parametrize("case", DEFAULT + OTHERS[3:4] + OTHERS[-1:])
def test_no_known_mistake_earns_a_mark_where_it_changes_the_answer(case):
    network, loss, iterations, rounding = case
    batch = drawn(VARIANTS, network, loss, iterations, rounding)
    looked_at, gained = marks_gained(batch, 3, np.random.default_rng(16))
    assert looked_at > VARIANTS * len(CATALOGUE)
    assert gained == {}


def test_a_range_without_half_of_its_width_is_noticed():
    batch = drawn(VARIANTS, "A", "squared-error")
    answers = honest_answers(batch.question, batch.givens, batch.rounding, 20, np.random.default_rng(11))
    for name, (low, high) in accepted_ranges(batch).items():
        middle = (low + high) / 2
        if ((high - low) > 0).all() and not name.startswith("q1_z"):
            assert ((answers[name] < middle) | (answers[name] > high)).any(), name


# the simulated students themselves


@pytest.mark.parametrize(
    ("network", "loss"),
    [("A", "squared-error"), ("B", "cross-entropy"), ("third", "cross-entropy"), ("leaky", "mean-squared-error")],
)
def test_honest_students_who_never_round_are_exact(network, loss):
    question = question_for(network, loss, 2)
    givens = any_givens(question, 10)
    hand = Hand(Rounding("dp", 4), (10, 5), np.random.default_rng(0))
    hand.habit[:] = 2
    hand.goes_on_with_answer[:] = False
    hand.answer_digits[:] = 12
    answers = Student(question, givens, hand).answers
    expected = opinion(NETS[network], loss, 2, givens)
    assert answers.keys() == expected.keys()
    for name, value in expected.items():
        # where an output is saturated, 1 - a has few digits left, and so has its logarithm
        close = {"rtol": 1e-3 if name.endswith("loss") else 1e-7, "atol": 1e-12}
        np.testing.assert_allclose(np.broadcast_to(answers[name], (10, 5)), value[:, None] + np.zeros(5), **close)


@pytest.mark.parametrize("what", ASKING)
def test_honest_students_are_right_whatever_is_asked(what):
    batch = asking(what, 12).batches[0]
    assert marks_lost(batch, 20, np.random.default_rng(5)) == {}


def test_honest_students_differ_from_each_other():
    batch = drawn(VARIANTS, "A", "squared-error")
    answers = honest_answers(batch.question, batch.givens, batch.rounding, 50, np.random.default_rng(1))
    spread = [len(np.unique(row)) for row in answers["q1_dw11_1"]]
    assert np.mean(spread) >= 2


def test_honest_hands_round_as_decimals_do():
    hand = Hand(Rounding("dp", 4), (1, 2), np.random.default_rng(0))
    hand.to_even[:] = [[False, True]]
    for value, up, even in [(0.12345, 0.1235, 0.1234), (-0.12335, -0.1234, -0.1234), (2.00005, 2.0001, 2.0)]:
        assert hand.rounded(np.full((1, 2), value), np.array(0)).tolist() == [[up, even]]
    hand = Hand(Rounding("sf", 4), (1, 2), np.random.default_rng(0))
    assert hand.rounded(np.full((1, 2), 0.01234567), np.array([0, 2])).tolist() == [[0.01235, 0.0123457]]
    assert UNROUNDED not in hand.usual
