"""The catalogue of mistakes: each does what its sentence says, alone and in a batch, and nothing else."""

import numpy as np
import pytest
from cases import any_givens, notes_givens, question_for

from qgen.engine.intervals import Interval
from qgen.engine.misconceptions import CATALOGUE, Mistake, Swap, mistaken_rules
from qgen.engine.rules import RULES
from qgen.engine.solve import solve

CASES = [
    ("A", "squared-error", 2),
    ("A", "cross-entropy", 2),
    ("B", "squared-error", 2),
    ("B", "cross-entropy", 2),
    ("third", "cross-entropy", 1),
    ("leaky", "mean-squared-error", 2),
    ("leaky", "sum-of-squares", 1),
]
BY_NAME = {m.name: m for m in CATALOGUE}


def made(name, network, loss, iterations=1, n=5):
    """(givens, right values, values with the mistake), each number of shape (n,)."""
    question = question_for(network, loss, iterations)
    givens = any_givens(question, n, seed=2)
    wrong = solve(question.steps, givens, rules=mistaken_rules([(BY_NAME[name],)]))
    return givens, solve(question.steps, givens), {k: np.broadcast_to(v, (1, n))[0] for k, v in wrong.items()}


def test_names_are_each_ones_own_and_swap_known_rules():
    assert len({m.name for m in CATALOGUE}) == len(CATALOGUE)
    for m in CATALOGUE:
        assert set(m.swaps) <= set(RULES)


@pytest.mark.parametrize("misconception", CATALOGUE, ids=lambda m: m.name)
def test_each_changes_an_item_somewhere(misconception):
    changed = []
    for network, loss, iterations in CASES:
        question = question_for(network, loss, iterations)
        givens = any_givens(question, 20)
        right = solve(question.steps, givens)
        wrong = solve(question.steps, givens, rules=mistaken_rules([(misconception,)]))
        changed += [i.id for i in question.items if (np.abs(wrong[i.step] - right[i.step]) > 1e-9).any()]
    assert changed


def sigma(z):
    return 1 / (1 + np.exp(-z))


def back(g, v):
    """What comes back to unit 2 of layer 2 of the network "leaky"."""
    return sum(v[f"db{k}_3"] * g[f"w2{k}_3"] for k in (1, 2, 3))


# independently computed: the mistaken value of one item from the givens g and the right values v
EXPECTED = [
    ("target-minus-output", "A", "squared-error", "db3", lambda g, v: (g["y"] - v["a3"]) * v["a3"] * (1 - v["a3"])),
    ("target-minus-output", "B", "cross-entropy", "db2", lambda g, v: g["y2"] - v["a2"]),
    ("factor-two", "A", "squared-error", "dw13", lambda g, v: 2 * v["dw13"]),
    ("slope-missing-after-squared-error", "A", "squared-error", "db3", lambda g, v: v["a3"] - g["y"]),
    (
        "slope-extra-after-cross-entropy", "B", "cross-entropy", "db3",
        lambda g, v: (v["a3"] - g["y3"]) * v["a3"] * (1 - v["a3"]),
    ),
    (
        "sigmoid-slope-plus", "A", "squared-error", "db3",
        lambda g, v: (v["a3"] - g["y"]) * v["a3"] * (1 + v["a3"]),
    ),
    ("sigmoid-slope-is-sigmoid", "A", "squared-error", "db3", lambda g, v: (v["a3"] - g["y"]) * v["a3"]),
    ("sigmoid-slope-left-out", "A", "cross-entropy", "db1_2", lambda g, v: (v["a3"] - g["y"]) * g["w13"]),
    (
        "sigmoid-slope-on-relu", "A", "cross-entropy", "db1_1",
        lambda g, v: (v["db1_2"] * g["w11_2"] + v["db2_2"] * g["w12_2"]) * v["a1_1"] * (1 - v["a1_1"]),
    ),
    (
        "value-as-relu-slope", "A", "cross-entropy", "db1_1",
        lambda g, v: (v["db1_2"] * g["w11_2"] + v["db2_2"] * g["w12_2"]) * v["a1_1"],
    ),
    (
        "relu-slope-left-out", "A", "cross-entropy", "dw21_1",
        lambda g, v: (v["db1_2"] * g["w11_2"] + v["db2_2"] * g["w12_2"]) * g["x2"],
    ),
    (
        "tanh-slope-of-z", "B", "cross-entropy", "db1",
        lambda g, v: (v["db2"] * g["w12"] + v["db3"] * g["w13"]) * (1 - v["z1"] ** 2),
    ),
    (
        "tanh-slope-not-squared", "B", "cross-entropy", "db1",
        lambda g, v: (v["db2"] * g["w12"] + v["db3"] * g["w13"]) * (1 - v["a1"]),
    ),
    (
        "tanh-slope-of-sigmoid", "B", "cross-entropy", "db1",
        lambda g, v: (v["db2"] * g["w12"] + v["db3"] * g["w13"]) * v["a1"] * (1 - v["a1"]),
    ),
    (
        "tanh-slope-divided", "B", "cross-entropy", "db1",
        lambda g, v: (v["db2"] * g["w12"] + v["db3"] * g["w13"]) * (1 - v["a1"] ** 2) / (1 + v["a1"] ** 2),
    ),
    # the slip of the notes' author: w_12 where w_21 belongs
    (
        "transposed-weight", "A", "squared-error", "db2_1",
        lambda g, v: (v["db1_2"] * g["w12_2"] + v["db2_2"] * g["w22_2"]) * (v["z2_1"] > 0),
    ),
    ("path-weight-forgotten", "B", "cross-entropy", "db1", lambda g, v: (v["db2"] + v["db3"]) * (1 - v["a1"] ** 2)),
    (
        "activation-for-path-weight", "B", "cross-entropy", "db1",
        lambda g, v: (v["db2"] * v["a2"] + v["db3"] * v["a3"]) * (1 - v["a1"] ** 2),
    ),
    ("first-path-only", "B", "cross-entropy", "db1", lambda g, v: v["db2"] * g["w12"] * (1 - v["a1"] ** 2)),
    ("last-path-only", "B", "cross-entropy", "db1", lambda g, v: v["db3"] * g["w13"] * (1 - v["a1"] ** 2)),
    (
        "updated-weights-in-backward-pass", "B", "cross-entropy", "db1",
        lambda g, v: (v["db2"] * v["new_w12"] + v["db3"] * v["new_w13"]) * (1 - v["a1"] ** 2),
    ),
    ("bias-gradient-times-input", "B", "cross-entropy", "db1", lambda g, v: v["db1"] * g["x1"]),
    ("bias-gradient-times-input", "B", "cross-entropy", "db2", lambda g, v: v["db2"] * v["a1"]),
    ("preactivation-in-weight-gradient", "B", "cross-entropy", "dw12", lambda g, v: v["db2"] * v["z1"]),
    ("input-for-activation", "B", "cross-entropy", "dw12", lambda g, v: v["db2"] * g["x1"]),
    ("gradient-ascent", "B", "cross-entropy", "new_w13", lambda g, v: g["w13"] + g["alpha"] * v["dw13"]),
    ("no-learning-rate", "B", "cross-entropy", "new_b1", lambda g, v: g["b1"] - v["db1"]),
    ("decimal-logarithm", "B", "cross-entropy", "loss", lambda g, v: v["loss"] / np.log(10)),
    ("loss-without-minus", "B", "cross-entropy", "loss", lambda g, v: -v["loss"]),
    ("loss-without-half", "A", "squared-error", "loss", lambda g, v: 2 * v["loss"]),
    (
        "old-parameters-in-next-iteration", "B", "cross-entropy", "t2_z1",
        lambda g, v: g["w11"] * g["t2_x1"] + g["w21"] * g["t2_x2"] + g["b1"],
    ),
    ("earlier-activations-in-next-iteration", "B", "cross-entropy", "t2_db2", lambda g, v: v["a2"] - g["t2_y2"]),
    (
        "earlier-activations-in-next-iteration", "B", "cross-entropy", "t2_dw12",
        lambda g, v: (v["a2"] - g["t2_y2"]) * v["a1"],
    ),
    (
        "loss-factor-left-out-of-error", "leaky", "sum-of-squares", "db1_3",
        lambda g, v: (v["a1_3"] - g["y1"]) * v["a1_3"] * (1 - v["a1_3"]),
    ),
    (
        "mean-left-out-of-error", "leaky", "mean-squared-error", "db1_3",
        lambda g, v: 2 * (v["a1_3"] - g["y1"]) * v["a1_3"] * (1 - v["a1_3"]),
    ),
    ("sum-for-mean", "leaky", "mean-squared-error", "loss", lambda g, v: 3 * v["loss"]),
    ("leaky-slope-as-relu", "leaky", "sum-of-squares", "db2_2", lambda g, v: back(g, v) * (v["z2_2"] > 0)),
    ("leaky-slope-left-out", "leaky", "sum-of-squares", "db2_2", lambda g, v: back(g, v)),
    ("value-as-leaky-slope", "leaky", "sum-of-squares", "db2_2", lambda g, v: back(g, v) * v["a2_2"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "network", "loss", "item", "value"), EXPECTED, ids=lambda v: v if isinstance(v, str) else ""
)
def test_a_mistaken_value_is_what_the_sentence_says(name, network, loss, item, value):
    givens, right, wrong = made(name, network, loss, 2 if item.startswith("t2_") else 1)
    np.testing.assert_allclose(wrong[item], value(givens, right), rtol=1e-12)
    assert not np.allclose(wrong[item], right[item])


def test_every_entry_has_an_independently_computed_value():
    assert {name for name, *_ in EXPECTED} == set(BY_NAME)


def test_the_notes_author_transposed_one_weight():
    givens = {name: np.array([value]) for name, value in notes_givens().items()}
    question = question_for("A")
    wrong = solve(question.steps, givens, rules=mistaken_rules([(BY_NAME["transposed-weight"],)]))
    for name, written in [("dw12_1", -0.015), ("dw22_1", -0.005116), ("dw32_1", -0.012), ("db2_1", -0.0025)]:
        assert wrong[name].item() == pytest.approx(written, rel=0.07)


@pytest.mark.parametrize(("network", "loss", "iterations"), CASES)
def test_many_mistakes_in_one_solve_equal_each_alone(network, loss, iterations):
    question = question_for(network, loss, iterations)
    givens = any_givens(question, 4, seed=4)
    pairs = [(a, b) for a, b in zip(CATALOGUE, CATALOGUE[7:], strict=False) if not set(a.swaps) & set(b.swaps)]
    hypotheses = [(m,) for m in CATALOGUE] + pairs + [()]
    together = solve(question.steps, givens, rules=mistaken_rules(hypotheses))
    for row, held in enumerate(hypotheses):
        alone = solve(question.steps, givens, rules=mistaken_rules([held]))
        for item in question.items:
            np.testing.assert_allclose(
                np.broadcast_to(together[item.step], (len(hypotheses), 4))[row],
                np.broadcast_to(alone[item.step], (1, 4))[0],
                rtol=1e-12,
            )


def test_no_mistake_leaves_everything_right():
    question = question_for("third", "cross-entropy")
    givens = any_givens(question, 3)
    right, same = solve(question.steps, givens), solve(question.steps, givens, rules=mistaken_rules([()]))
    for name, value in right.items():
        np.testing.assert_array_equal(value, same[name])


@pytest.mark.parametrize(("network", "loss", "iterations"), CASES)
def test_mistakes_run_on_intervals_and_enclose_their_values(network, loss, iterations):
    question = question_for(network, loss, iterations)
    givens = any_givens(question, 4, seed=6)
    rules = mistaken_rules([(m,) for m in CATALOGUE])
    wrong = solve(question.steps, givens, rules=rules)
    reach = solve(question.steps, {k: Interval.point(v) for k, v in givens.items()}, rules=rules)
    for item in question.items:
        assert (reach[item.step].low - 1e-9 <= wrong[item.step]).all()
        assert (wrong[item.step] <= reach[item.step].high + 1e-9).all()


def test_a_mistake_that_a_step_has_no_neighbour_for_is_not_made_there():
    _, right, wrong = made("transposed-weight", "B", "cross-entropy")
    for name, value in right.items():
        np.testing.assert_array_equal(value, wrong[name])


def test_a_mistake_may_make_a_number_where_another_one_makes_a_range():
    ranged = Mistake(lambda a: Interval(np.array([2.0]), np.array([3.0])))
    found = Swap(lambda a: a, 3, [(0, ranged), (2, Mistake(lambda a: np.array([5.0])))])(np.array([1.0]))
    assert (found.low.tolist(), found.high.tolist()) == ([[2], [1], [5]], [[3], [1], [5]])
