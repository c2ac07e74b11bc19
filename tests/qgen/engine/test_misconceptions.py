"""The catalogue of mistakes: each does what its sentence says, alone and in a batch, and nothing else."""

import re

import numpy as np
import pytest
from cases import any_givens, notes_givens, question_for, spec_for

from qgen.engine.intervals import Interval, interval
from qgen.engine.misconceptions import CATALOGUE, Mistake
from qgen.engine.rules import RULES
from qgen.engine.solve import Rows, Swap, every_row, mistaken_rules, solve

CASES = [
    ("A", "squared-error", 2),
    ("A", "cross-entropy", 2),
    ("B", "squared-error", 2),
    ("B", "cross-entropy", 2),
    ("third", "cross-entropy", 1),
    ("leaky", "mean-squared-error", 2),
    ("leaky", "sum-of-squares", 1),
]
MEAN = {"batch": 2}
SUM = {"batch": 2, "batch_loss": "sum"}
MOMENTUM = {"momentum": 0.9}
MORE = [
    ("softmax", "", 1, {}),
    ("A", "squared-error", 1, MEAN),
    ("A", "squared-error", 1, SUM),
    ("A", "squared-error", 2, MOMENTUM),
]
BY_NAME = {m.name: m for m in CATALOGUE}


def made(name, network, loss, iterations=1, n=5, **keys):
    """(givens, right values, values with the mistake), each number of shape (n,)."""
    question = spec_for(network, loss, iterations, **keys).questions[0].question
    givens = any_givens(question, n, seed=2)
    wrong = solve(question.steps, givens, rules=mistaken_rules([(BY_NAME[name],)]))
    return givens, solve(question.steps, givens), {k: every_row(v, 1, n)[0] for k, v in wrong.items()}


def test_names_are_each_ones_own_and_swap_known_rules():
    assert len({m.name for m in CATALOGUE}) == len(CATALOGUE)
    for m in CATALOGUE:
        assert set(m.swaps) <= set(RULES)


def test_each_changes_an_item_somewhere():
    changed = np.zeros(len(CATALOGUE), dtype=bool)
    for network, loss, iterations, *keys in (*CASES, *MORE):
        question = spec_for(network, loss, iterations, **dict(*keys)).questions[0].question
        givens = any_givens(question, 20)
        right = solve(question.steps, givens)
        wrong = solve(question.steps, givens, rules=mistaken_rules([(m,) for m in CATALOGUE]))
        for item in question.items:
            made = every_row(wrong[item.step], len(CATALOGUE), 20)
            changed |= (np.abs(made - right[item.step]) > 1e-9).any(axis=1)
    assert [m.name for m, some in zip(CATALOGUE, changed, strict=True) if not some] == []


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
        "earlier-activations-in-next-iteration", "leaky", "sum-of-squares", "t2_db1_3",
        lambda g, v: 2 * (v["a1_3"] - g["t2_y1"]) * v["a1_3"] * (1 - v["a1_3"]),
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
    ("bias-forgotten", "B", "cross-entropy", "z1", lambda g, v: g["w11"] * g["x1"] + g["w21"] * g["x2"]),
    (
        "weights-read-backwards", "A", "cross-entropy", "z1_1",
        lambda g, v: g["w11_1"] * g["x1"] + g["w12_1"] * g["x2"] + g["w31_1"] * g["x3"] + g["b1_1"],
    ),
    ("sigmoid-exponent-sign", "B", "cross-entropy", "a2", lambda g, v: 1 / (1 + np.exp(v["z2"]))),
    ("sigmoid-brackets-missing", "B", "cross-entropy", "a3", lambda g, v: 1 / 1 + np.exp(-v["z3"])),
    ("tanh-for-sigmoid", "B", "squared-error", "a2", lambda g, v: np.tanh(v["z2"])),
    ("sigmoid-for-tanh", "B", "cross-entropy", "a1", lambda g, v: sigma(v["z1"])),
    ("sigmoid-for-relu", "A", "cross-entropy", "a2_1", lambda g, v: sigma(v["z2_1"])),
    ("activation-left-out", "B", "cross-entropy", "a1", lambda g, v: v["z1"]),
    ("activation-left-out", "leaky", "sum-of-squares", "a1_1", lambda g, v: v["z1_1"]),
    (
        "loss-one-term", "B", "cross-entropy", "loss",
        lambda g, v: -(g["y2"] * np.log(v["a2"]) + g["y3"] * np.log(v["a3"])),
    ),
    ("loss-averaged", "B", "cross-entropy", "loss", lambda g, v: v["loss"] / 2),
    ("loss-averaged", "leaky", "sum-of-squares", "loss", lambda g, v: v["loss"] / 3),
    ("loss-of-first-output", "B", "squared-error", "loss", lambda g, v: (v["a2"] - g["y2"]) ** 2 / 2),
    (
        "loss-of-first-output", "B", "cross-entropy", "loss",
        lambda g, v: -np.log(np.where(g["y2"] == 1, v["a2"], 1 - v["a2"])),
    ),
    ("error-halved", "A", "squared-error", "db3", lambda g, v: v["db3"] / 2),
    (
        "error-squared-not-differentiated", "B", "squared-error", "db2",
        lambda g, v: (v["a2"] - g["y2"]) ** 2 * v["a2"] * (1 - v["a2"]),
    ),
    ("loss-for-error", "A", "squared-error", "db3", lambda g, v: v["loss"] * v["a3"] * (1 - v["a3"])),
    ("loss-for-error", "B", "cross-entropy", "db3", lambda g, v: v["loss"]),
    (
        "loss-derivative-for-delta", "B", "cross-entropy", "db2",
        lambda g, v: (v["a2"] - g["y2"]) / (v["a2"] * (1 - v["a2"])),
    ),
    (
        "sigmoid-slope-one-minus-a", "A", "squared-error", "db3",
        lambda g, v: (v["a3"] - g["y"]) * (1 - v["a3"]),
    ),
    (
        "sigmoid-slope-reversed", "A", "squared-error", "db3",
        lambda g, v: (v["a3"] - g["y"]) * v["a3"] * (v["a3"] - 1),
    ),
    (
        "sigmoid-slope-of-z", "A", "squared-error", "db3",
        lambda g, v: (v["a3"] - g["y"]) * v["z3"] * (1 - v["z3"]),
    ),
    (
        "sigmoid-slope-of-a", "A", "squared-error", "db3",
        lambda g, v: (v["a3"] - g["y"]) * sigma(v["a3"]) * (1 - sigma(v["a3"])),
    ),
    (
        "sigmoid-slope-of-tanh", "A", "squared-error", "db3",
        lambda g, v: (v["a3"] - g["y"]) * (1 - v["a3"] ** 2),
    ),
    ("tanh-slope-left-out", "B", "cross-entropy", "db1", lambda g, v: v["db2"] * g["w12"] + v["db3"] * g["w13"]),
    (
        "slope-of-layer-above", "A", "cross-entropy", "db1_2",
        lambda g, v: v["db3"] * g["w13"] * v["a3"] * (1 - v["a3"]),
    ),
    (
        "slope-of-layer-above", "B", "cross-entropy", "db1",
        lambda g, v: (v["db2"] * g["w12"] + v["db3"] * g["w13"]) * v["a2"] * (1 - v["a2"]),
    ),
    (
        "weight-into-unit", "B", "cross-entropy", "db1",
        lambda g, v: (v["db2"] * g["w11"] + v["db3"] * g["w21"]) * (1 - v["a1"] ** 2),
    ),
    (
        "weight-into-unit", "A", "cross-entropy", "db2_2",
        lambda g, v: v["db3"] * g["w12_2"] * v["a2_2"] * (1 - v["a2_2"]),
    ),
    (
        "slope-not-passed-on", "A", "squared-error", "db1_2",
        lambda g, v: (v["a3"] - g["y"]) * g["w13"] * v["a1_2"] * (1 - v["a1_2"]),
    ),
    (
        "slope-not-passed-on", "A", "cross-entropy", "db2_1",
        lambda g, v: v["db3"] * (g["w13"] * g["w21_2"] + g["w23"] * g["w22_2"]) * (v["z2_1"] > 0),
    ),
    (
        "slope-not-passed-on", "third", "cross-entropy", "db1_1",
        lambda g, v: (1 - v["a1_1"] ** 2) * sum(
            g[f"w1{k}_2"] * sum(v[f"db{m}_3"] * g[f"w{k}{m}_3"] for m in (1, 2)) for k in (1, 2, 3)
        ),
    ),
    (
        "output-delta-on-every-path", "A", "squared-error", "db1_1",
        lambda g, v: v["db3"] * (g["w11_2"] + g["w12_2"]) * (v["z1_1"] > 0),
    ),
    (
        "weight-gradients-added", "B", "cross-entropy", "db1",
        lambda g, v: (v["dw12"] + v["dw13"]) * (1 - v["a1"] ** 2),
    ),
    ("paths-averaged", "B", "cross-entropy", "db1", lambda g, v: v["db1"] / 2),
    (
        "paths-multiplied", "B", "cross-entropy", "db1",
        lambda g, v: v["db2"] * g["w12"] * v["db3"] * g["w13"] * (1 - v["a1"] ** 2),
    ),
    ("bias-gradient-times-bias", "B", "cross-entropy", "db2", lambda g, v: v["db2"] * g["b2"]),
    ("bias-gradient-one", "B", "cross-entropy", "db2", lambda g, v: np.ones(5)),
    ("own-activation", "B", "cross-entropy", "dw21", lambda g, v: v["db1"] * v["a1"]),
    ("weight-for-activation", "B", "cross-entropy", "dw13", lambda g, v: v["db3"] * g["w13"]),
    ("activation-forgotten", "B", "cross-entropy", "dw11", lambda g, v: v["db1"]),
    ("slope-twice", "B", "cross-entropy", "dw11", lambda g, v: v["db1"] * (1 - v["a1"] ** 2) * g["x1"]),
    ("transposed-gradient", "A", "cross-entropy", "dw12_2", lambda g, v: v["db1_2"] * v["a2_1"]),
    ("transposed-gradient", "A", "cross-entropy", "dw21_2", lambda g, v: v["db2_2"] * v["a1_1"]),
    (
        "index-convention", "A", "cross-entropy", "z2_1",
        lambda g, v: g["w21_1"] * g["x1"] + g["w22_1"] * g["x2"] + g["w32_1"] * g["x3"] + g["b2_1"],
    ),
    ("learning-rate-twice", "B", "cross-entropy", "new_b1", lambda g, v: g["b1"] - g["alpha"] ** 2 * v["db1"]),
    ("divided-by-learning-rate", "B", "cross-entropy", "new_b1", lambda g, v: g["b1"] - v["db1"] / g["alpha"]),
    ("learning-rate-times-all", "B", "cross-entropy", "new_w11", lambda g, v: g["alpha"] * (g["w11"] - v["dw11"])),
    ("parameter-for-gradient", "B", "cross-entropy", "new_w11", lambda g, v: g["w11"] - g["alpha"] * g["w11"]),
    ("change-only", "B", "cross-entropy", "new_w11", lambda g, v: -g["alpha"] * v["dw11"]),
    ("step-only", "B", "cross-entropy", "new_b2", lambda g, v: g["alpha"] * v["db2"]),
    ("biases-not-updated", "B", "cross-entropy", "new_b2", lambda g, v: g["b2"]),
    ("biases-ascend", "B", "cross-entropy", "new_b2", lambda g, v: g["b2"] + g["alpha"] * v["db2"]),
    ("no-learning-rate-on-biases", "B", "cross-entropy", "new_b2", lambda g, v: g["b2"] - v["db2"]),
    ("delta-with-other-sign", "B", "cross-entropy", "db2", lambda g, v: g["y2"] - v["a2"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "network", "loss", "item", "value"), EXPECTED, ids=lambda v: v if isinstance(v, str) else ""
)
def test_a_mistaken_value_is_what_the_sentence_says(name, network, loss, item, value):
    givens, right, wrong = made(name, network, loss, 2 if item.startswith("t2_") else 1)
    np.testing.assert_allclose(wrong[item], value(givens, right), rtol=1e-12)
    assert not np.allclose(wrong[item], right[item])


@pytest.mark.parametrize(("name", "loss"), [
    ("factor-two", "sum-of-squares"), ("error-halved", "sum-of-squares"),
    ("loss-factor-left-out-of-error", "squared-error"), ("mean-left-out-of-error", "squared-error"),
    ("mean-left-out-of-error", "sum-of-squares"),
])  # fmt: skip
def test_a_mistake_in_a_factor_that_the_loss_has_not_is_none(name, loss):
    _, right, wrong = made(name, "leaky", loss)
    np.testing.assert_array_equal(wrong["db1_3"], right["db1_3"])


def test_no_slope_is_left_out_on_a_path_from_an_output_whose_delta_has_none():
    question = question_for("A", "cross-entropy")
    givens, own = any_givens(question, 5), np.linspace(0.1, 0.5, 5)
    rules = mistaken_rules([(BY_NAME["slope-not-passed-on"],)])
    found = solve(question.steps, givens, rules=rules, claimed={"db3": own})
    a = every_row(found["a1_2"], 1, 5)
    np.testing.assert_allclose(every_row(found["db1_2"], 1, 5), own * givens["w13"] * a * (1 - a))


def test_what_is_said_of_biases_is_not_done_to_weights():
    for name in ("biases-not-updated", "biases-ascend", "no-learning-rate-on-biases"):
        _, right, wrong = made(name, "B", "cross-entropy")
        np.testing.assert_array_equal(wrong["new_w11"], right["new_w11"])


def test_with_the_other_sign_of_the_error_the_new_values_are_right():
    for network, loss in (("A", "squared-error"), ("B", "cross-entropy")):
        _, right, wrong = made("delta-with-other-sign", network, loss)
        for name, value in right.items():
            if name.startswith(("d", "new_")) and "~" not in name:
                np.testing.assert_allclose(wrong[name], -value if name[0] == "d" else value, rtol=1e-12)


def test_the_other_index_convention_is_the_same_network_with_the_weights_renamed():
    """Between layers of two units: w_12 and w_21 change places in forward pass, way back and gradients."""
    question = question_for("A", "squared-error")
    givens = any_givens(question, 5)
    givens |= {name: np.zeros(5) for name in ("w31_1", "w32_1")}  # what has no weight to change places with

    def renamed(name):
        return re.sub(r"w(12|21)_", lambda found: f"w{found[1][::-1]}_", name)

    theirs = solve(question.steps, {name: givens[renamed(name)] for name in givens})
    found = solve(question.steps, givens, rules=mistaken_rules([(BY_NAME["index-convention"],)]))
    for item in question.items:
        np.testing.assert_allclose(every_row(found[item.step], 1, 5)[0], theirs[renamed(item.step)], rtol=1e-12)


def total(v, units="123"):
    return sum(np.exp(v[f"z{unit}_2"]) for unit in units)


def error(v, y, unit):
    return v[f"a{unit}_2"] - y[f"y{unit}"]


LAYERS = [
    ("softmax-not-divided", {}, "a1_2", lambda g, v: np.exp(v["z1_2"])),
    ("softmax-without-exponentials", {}, "a2_2", lambda g, v: v["z2_2"] / (v["z1_2"] + v["z2_2"] + v["z3_2"])),
    ("softmax-own-term-left-out", {}, "a3_2", lambda g, v: np.exp(v["z3_2"]) / total(v, "12")),
    (
        "softmax-exponent-sign",
        {},
        "a1_2",
        lambda g, v: np.exp(-v["z1_2"]) / sum(np.exp(-v[f"z{unit}_2"]) for unit in "123"),
    ),
    ("sigmoid-for-softmax", {}, "a1_2", lambda g, v: sigma(v["z1_2"])),
    (
        "other-classes-in-loss",
        {},
        "loss",
        lambda g, v: -sum(np.log(np.where(g[f"y{u}"] == 1, v[f"a{u}_2"], 1 - v[f"a{u}_2"])) for u in "123"),
    ),
    ("error-of-right-class-only", {}, "db2_2", lambda g, v: np.where(g["y2"] == 1, error(v, g, 2), 0)),
    ("slope-extra-after-softmax", {}, "db3_2", lambda g, v: error(v, g, 3) * v["a3_2"] * (1 - v["a3_2"])),
    ("slope-for-softmax-error", {}, "db3_2", lambda g, v: v["a3_2"] * (1 - v["a3_2"])),
    ("earlier-activations-in-next-iteration", {}, "t2_db2_2", lambda g, v: v["a2_2"] - g["t2_y2"]),
    ("batch-not-averaged", MEAN, "dw13", lambda g, v: 2 * v["dw13"]),
    ("batch-averaged", SUM, "dw13", lambda g, v: v["dw13"] / 2),
    ("first-example-only", MEAN, "db3", lambda g, v: (v["a3"] - g["y"]) * v["a3"] * (1 - v["a3"]) / 2),
    ("first-example-only", SUM, "db3", lambda g, v: (v["a3"] - g["y"]) * v["a3"] * (1 - v["a3"])),
    ("momentum-forgotten", MOMENTUM, "t2_new_w13", lambda g, v: v["t2_w13"] - g["alpha"] * v["t2_dw13"]),
    (
        "momentum-subtracted",
        MOMENTUM,
        "t2_new_w13",
        lambda g, v: v["t2_w13"] - g["alpha"] * v["t2_dw13"] + g["mu"] * g["alpha"] * v["dw13"],
    ),
    (
        "momentum-coefficient-left-out",
        MOMENTUM,
        "t2_new_w13",
        lambda g, v: v["t2_w13"] - g["alpha"] * v["t2_dw13"] - g["alpha"] * v["dw13"],
    ),
    (
        "momentum-times-learning-rate",
        MOMENTUM,
        "t2_new_w13",
        lambda g, v: v["t2_w13"] - g["alpha"] * v["t2_dw13"] - g["mu"] * g["alpha"] ** 2 * v["dw13"],
    ),
    (
        "momentum-and-learning-rate-swapped",
        MOMENTUM,
        "t2_new_w13",
        lambda g, v: v["t2_w13"] - g["mu"] * v["t2_dw13"] - g["alpha"] ** 2 * v["dw13"],
    ),
    (
        "momentum-of-parameter",
        MOMENTUM,
        "t2_new_w13",
        lambda g, v: v["t2_w13"] - g["alpha"] * v["t2_dw13"] + g["mu"] * v["t2_w13"],
    ),
]


@pytest.mark.parametrize(("name", "keys", "item", "value"), LAYERS, ids=lambda v: v if isinstance(v, str) else "")
def test_the_mistakes_of_softmax_batch_and_momentum_lead_where_they_say(name, keys, item, value):
    network = "A" if keys else "softmax"
    givens, right, wrong = made(name, network, "squared-error", 1 + item.startswith("t2_"), **keys)
    np.testing.assert_allclose(wrong[item], value(givens, right), rtol=1e-12)


def test_ascent_with_momentum_adds_all_that_descent_takes_away():
    givens, right, wrong = made("gradient-ascent", "A", "squared-error", 2, **MOMENTUM)
    change = givens["alpha"] * (givens["mu"] * right["dw13"] + wrong["t2_dw13"])
    np.testing.assert_allclose(wrong["t2_w13"], givens["w13"] + givens["alpha"] * right["dw13"], rtol=1e-12)
    np.testing.assert_allclose(wrong["t2_new_w13"], wrong["t2_w13"] + change, rtol=1e-12)


def test_every_entry_has_an_independently_computed_value():
    assert {name for name, *_ in (*EXPECTED, *LAYERS)} == set(BY_NAME)


def test_the_notes_author_transposed_one_weight():
    givens = {name: np.array([value]) for name, value in notes_givens().items()}
    question = question_for("A")
    wrong = solve(question.steps, givens, rules=mistaken_rules([(BY_NAME["transposed-weight"],)]))
    for name, written in [("dw12_1", -0.015), ("dw22_1", -0.005116), ("dw32_1", -0.012), ("db2_1", -0.0025)]:
        assert every_row(wrong[name], 1, 1).item() == pytest.approx(written, rel=0.07)


@pytest.mark.parametrize("case", range(len(CASES)))
def test_many_mistakes_in_one_solve_equal_each_alone(case):
    """Each in two or three of the cases."""
    network, loss, iterations = CASES[case]
    question = question_for(network, loss, iterations)
    givens = any_givens(question, 4, seed=4)
    pairs = [(a, b) for a, b in zip(CATALOGUE, CATALOGUE[7:], strict=False) if not set(a.swaps) & set(b.swaps)]
    hypotheses = [(m,) for m in CATALOGUE] + pairs + [()]
    together = solve(question.steps, givens, rules=mistaken_rules(hypotheses))
    for row, held in list(enumerate(hypotheses))[case % 3 :: 3]:
        alone = solve(question.steps, givens, rules=mistaken_rules([held]))
        for item in question.items:
            np.testing.assert_allclose(
                every_row(together[item.step], len(hypotheses), 4)[row],
                every_row(alone[item.step], 1, 4)[0],
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
        some, points = reach[item.step], wrong[item.step]
        for ranged, value in ((some.right, points.right), (some.wrong, points.wrong)):
            number = np.isfinite(value)  # tanh for a sigmoid may lead to the logarithm of a negative number
            assert (number <= (ranged.low - 1e-9 <= value)).all()
            assert (number <= (value <= ranged.high + 1e-9)).all()


def test_a_mistake_that_a_step_has_no_neighbour_for_is_not_made_there():
    _, right, wrong = made("transposed-weight", "B", "cross-entropy")
    for name, value in right.items():
        np.testing.assert_array_equal(value, wrong[name])


def test_a_mistake_may_make_a_number_where_another_one_makes_a_range():
    ranged = Mistake(lambda a: Interval(np.array([2.0]), np.array([3.0])))
    found = Swap(lambda a: a, [(0, ranged), (2, Mistake(lambda a: np.array([5.0])))])(np.array([1.0]))
    assert (found.right.tolist(), found.rows.tolist()) == ([1], [0, 2])
    assert (found.wrong.low.tolist(), found.wrong.high.tolist()) == ([[2], [5]], [[3], [5]])


@pytest.mark.parametrize("ranged", [(True, True), (True, False), (False, True), (False, False)], ids=str)
def test_numbers_and_ranges_of_several_mistakes_are_put_together_hypothesis_by_hypothesis(ranged):
    right, wrong = (Interval(np.array([v]), np.array([v + one])) for v, one in zip((1.0, 5.0), ranged, strict=True))
    right, wrong = (value if one else value.low for value, one in zip((right, wrong), ranged, strict=True))
    a, b = (Swap(lambda a: a, [(row, Mistake(lambda a: wrong))])(right) for row in (0, 1))
    found = Swap(lambda a, b: a + b, [])(a, b)
    both = interval(found.wrong)
    assert (both.low.tolist(), both.high.tolist()) == ([[6]] * 2, [[6 + sum(ranged)]] * 2)


def test_only_what_a_mistake_leads_to_is_computed_anew():
    question = question_for("A")
    rules = mistaken_rules([(BY_NAME["gradient-ascent"],), (BY_NAME["bias-forgotten"],)])
    found = solve(question.steps, any_givens(question, 3), rules=rules)
    rows = {item.id: getattr(found[item.step], "rows", np.empty(0)).tolist() for item in question.items}
    assert {rows[f"q1_{name}"] == [1] for name in ("z1_1", "a3", "loss", "dw11_1", "db3")} == {True}
    assert rows["q1_new_b3"] == rows["q1_new_w11_1"] == [0, 1]
    alone = solve(question.steps, any_givens(question, 3), rules=mistaken_rules([(BY_NAME["gradient-ascent"],)]))
    assert not any(isinstance(alone[item.step], Rows) for item in question.items if item.part != "update")
