"""Every number that is marked agrees with an independent opinion, and a wrong rule anywhere makes that fail."""

from functools import cache

import numpy as np
import pytest
from cases import THIRD, any_givens, drawn, notes_givens, pairs, question_for, spec_for
from oracle import NETS, disagreements, opinion

from qgen.engine.activations import ACTIVATIONS
from qgen.engine.intervals import Interval
from qgen.engine.network import BIASES
from qgen.engine.rules import RULES
from qgen.engine.solve import solve
from qgen.exam.spec import spec_of

CASES = [
    (network, loss, iterations)
    for network, loss in [
        ("A", "squared-error"),
        ("A", "cross-entropy"),
        ("B", "squared-error"),
        ("B", "cross-entropy"),
        ("third", "squared-error"),
        ("third", "cross-entropy"),
        ("fourth", "squared-error"),
        ("A", "sum-of-squares"),
        ("B", "mean-squared-error"),
        ("third", "sum-of-squares"),
        ("leaky", "mean-squared-error"),
        ("leaky", "sum-of-squares"),
        ("softmax", "categorical-cross-entropy"),
    ]
    for iterations in (1, 2)
]


@cache
def asked(network, loss, iterations, biases, negative, keys=()):
    """A question, givens that nobody certified, and the independent opinion of them."""
    more = dict(keys) | ({"biases": biases} if biases else {})
    spec = spec_for(network, loss, iterations, delta="-dz" if negative else "dz", **more)
    question = spec.questions[0].question
    givens, batch, summed = any_givens(question, 20), more.get("batch", 1), more.get("batch_loss") == "sum"
    return question, givens, opinion(NETS[network], loss, iterations, givens, biases, negative, batch, summed)


@pytest.mark.parametrize(("network", "loss", "iterations"), CASES)
def test_every_number_agrees_with_autograd(network, loss, iterations):
    question = question_for(network, loss, iterations)
    givens = any_givens(question, 200)
    expected = opinion(NETS[network], loss, iterations, givens)
    assert question.quantities.keys() == expected.keys()
    assert disagreements(solve(question.all_steps, givens), expected) == []


@pytest.mark.parametrize("biases", BIASES[1:])
@pytest.mark.parametrize(
    ("network", "loss"), [("A", "squared-error"), ("B", "cross-entropy"), ("third", "squared-error")]
)
def test_every_number_agrees_with_autograd_whatever_the_biases(network, loss, biases):
    question = spec_for(network, loss, 2, biases=biases, delta="-dz").questions[0].question
    givens = any_givens(question, 50)
    expected = opinion(NETS[network], loss, 2, givens, biases, negative=True)
    assert question.quantities.keys() == expected.keys()
    assert disagreements(solve(question.all_steps, givens), expected) == []


@pytest.mark.parametrize("momentum", [False, True])
@pytest.mark.parametrize(("batch", "batch_loss"), [(1, ""), (2, "sum"), (3, "mean")])
@pytest.mark.parametrize(
    ("network", "loss"), [("A", "squared-error"), ("B", "mean-squared-error"), ("softmax", "categorical-cross-entropy")]
)
def test_every_number_agrees_with_autograd_in_a_batch_and_with_momentum(network, loss, batch, batch_loss, momentum):
    more = {"momentum": 0.9} if momentum else {}
    more |= {"batch_loss": batch_loss} if batch_loss else {}
    question = spec_for(network, loss, 3, biases="shared", batch=batch, **more).questions[0].question
    givens = any_givens(question, 50)
    expected = opinion(NETS[network], loss, 3, givens, "shared", batch=batch, summed=batch_loss == "sum")
    assert question.quantities.keys() == expected.keys()
    assert disagreements(solve(question.all_steps, givens), expected, 1e-12) == []


def test_every_number_agrees_with_autograd_where_weights_are_missing():
    tables = [[[1, 0, 1], [1, 1, 0]], [[1, 0, 0], [0, 1, 1], [1, 1, 1]], [[1, 0], [0, 1], [1, 1]]]
    layers = [{**layer, "connections": table} for layer, table in zip(THIRD["layers"], tables, strict=True)]
    spec = spec_of({"questions": [{"network": {**THIRD, "layers": layers}, "loss": "squared-error", "iterations": 2}]})
    question = spec.questions[0].question
    names = [NETS["third"].weight_names(k) for k in range(3)]
    absent = [w for row, table in zip(names, tables, strict=True) for ws, held in zip(row, table, strict=True)
              for w, one in zip(ws, held, strict=True) if not one]  # fmt: skip
    givens = any_givens(question, 50)
    expected = opinion(NETS["third"], "squared-error", 2, givens, absent=absent)
    assert len(absent) == 7
    assert question.quantities.keys() == expected.keys()
    assert disagreements(solve(question.all_steps, givens), expected) == []


@pytest.mark.parametrize("loss", ["squared-error", "cross-entropy"])
@pytest.mark.parametrize("network", ["A", "B"])
def test_certified_variants_agree_with_autograd(network, loss):
    batch = drawn(50, network, loss)
    expected = opinion(NETS[network], loss, 1, batch.givens)
    assert disagreements(batch.values, {item.step: expected[item.step] for item in batch.question.items}) == []


BESIDE = [activation.slope_rule for activation in ACTIVATIONS.values() if activation.whole_layer]  # for mistakes alone


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule not in BESIDE])
def test_a_planted_wrong_rule_is_noticed(rule):
    def off_by_a_thousandth(*needs, **constants):
        return RULES[rule](*needs, **constants) * 1.001

    seen = []
    for case in [
        *((*case, "", False) for case in CASES),
        ("A", "cross-entropy", 1, "shared", True),
        ("B", "squared-error", 2, "", False, (("batch", 2), ("momentum", 0.9))),
        ("B", "squared-error", 1, "", False, (("batch", 2), ("batch_loss", "sum"))),
    ]:
        question, givens, expected = asked(*case)
        if rule in {step.rule for step in question.all_steps}:
            wrong = solve(question.all_steps, givens, rules={**RULES, rule: off_by_a_thousandth})
            seen.append(bool(disagreements(wrong, expected)))
    # not in every network: nothing depends on a sigmoid's slope where only the outputs after a cross-entropy have one
    assert any(seen)


def test_a_gradient_through_dead_units_is_noticed():
    question = question_for("A")
    givens = any_givens(question, 50)
    wrong = solve(question.all_steps, givens, rules={**RULES, "slope_relu": lambda z, a: 1.0})
    assert disagreements(wrong, opinion(NETS["A"], "squared-error", 1, givens))


@pytest.mark.parametrize(
    ("network", "loss"), [("A", "squared-error"), ("B", "cross-entropy"), ("third", "cross-entropy")]
)
def test_gradients_are_the_slopes_of_the_loss(network, loss):
    question = question_for(network, loss)
    givens, h = any_givens(question, 5, seed=3), 1e-6
    values = solve(question.steps, givens)
    for name in (item.step[1:] for item in question.items if item.part == "gradient"):
        above, below = (solve(question.steps, {**givens, name: givens[name] + side})["loss"] for side in (h, -h))
        np.testing.assert_allclose(values["d" + name], (above - below) / (2 * h), rtol=1e-4, atol=1e-8)


NOTES_VALUES = """
z1_1 5.02 a1_1 5.02 z2_1 4.52 a2_1 4.52 z2_2 4.9798 a2_2 0.99317 z3 1.01726 a3 0.73444 loss 0.035261
dw13 -0.04669 dw23 -0.05144 db3 -0.05179
dw11_2 -0.014082 dw21_2 -0.012679 dw12_2 -0.000688 dw22_2 -0.000619 db1_2 -0.002805 db2_2 -0.000137
dw11_1 -0.003609 dw21_1 -0.001203 dw31_1 -0.003008 dw12_1 -0.004947 dw22_1 -0.001649 dw32_1 -0.004122
db1_1 -0.000602 db2_1 -0.000824
"""


def test_the_worked_example_of_the_notes_as_printed_there():
    values = solve(question_for("A").steps, notes_givens())
    for name, text in pairs(NOTES_VALUES).items():
        assert f"{values[name]:.{len(text.partition('.')[2])}f}" == text, name


def test_a_claimed_number_stands_in_for_the_steps_after_it_only():
    question = question_for("B", "cross-entropy")
    givens = any_givens(question, 3)
    right = solve(question.steps, givens)
    claimed = solve(question.steps, givens, claimed={"a1": np.array([0.5, np.nan, -0.5])})
    assert claimed["a1"].tolist() == right["a1"].tolist()
    assert claimed["z2"].tolist() == [
        givens["w12"][0] * 0.5 + givens["b2"][0],
        right["z2"][1],
        givens["w12"][2] * -0.5 + givens["b2"][2],
    ]


def test_a_claimed_bias_gradient_stands_for_dl_dz():
    question = question_for("B", "cross-entropy")
    givens = any_givens(question, 1)
    claimed = solve(question.steps, givens, claimed={"db1": 0.25})
    assert claimed["dw11"] == 0.25 * givens["x1"]
    interval = solve(question.steps, givens, claimed={"db1": Interval(np.array([0.2]), np.array([0.3]))})
    assert (interval["dw11"].low, interval["dw11"].high) == (0.2 * givens["x1"], 0.3 * givens["x1"])


def test_solving_many_variants_at_once_changes_nothing():
    question = question_for("third", "cross-entropy", 2)
    givens = any_givens(question, 4)
    together = solve(question.steps, givens)
    for v in range(4):
        alone = solve(question.steps, {name: float(array[v]) for name, array in givens.items()})
        assert all(np.isclose(np.broadcast_to(together[k], 4)[v], alone[k], rtol=1e-12) for k in alone)
