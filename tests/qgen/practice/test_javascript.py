from dataclasses import replace

import numpy as np
import pytest
from cases import ASKING, NETWORKS, any_givens, asking, question_for
from javascript import under_node

from qgen.engine import activations, rules
from qgen.engine.activations import Activation
from qgen.engine.functions import exp, log
from qgen.engine.intervals import Interval
from qgen.engine.misconceptions import CATALOGUE
from qgen.engine.multiplication_orders import ORDER_RULES, with_orders
from qgen.engine.rounding import Rounding
from qgen.engine.solve import solve
from qgen.exam.hypotheses import is_silent
from qgen.practice.examiner import FOLDER
from qgen.practice.javascript import engine

NUMBERS = (FOLDER / "numbers.js").read_text("utf-8")
RUN = """
const run=({givens,claims})=>givens.map((g,v)=>
  ENGINE.values(g,claims[v].map(x=>x===null?NaN:x),{}));
"""


def solved_by_page(question, givens, folder, claims=None):
    """(steps, n): what the printed engine makes of givens, and of claims (items, n)."""
    size = len(next(iter(givens.values())))
    claimed = np.full((len(question.items), size), np.nan) if claims is None else claims
    data = {
        "givens": np.array([givens[name] for name in question.givens]).T.tolist(),
        "claims": np.where(np.isnan(claimed), None, claimed).T.tolist(),
    }
    found = under_node(f"{NUMBERS}\nconst ENGINE={engine(question)};{RUN}", data, folder)
    return np.array(found, dtype=float).T


def stacked(question, values, size):
    with np.errstate(all="ignore"):
        return np.array([np.broadcast_to(np.asarray(values[step.id], float), size) for step in question.steps])


def same(one, other):
    both = np.isfinite(one) & np.isfinite(other)
    np.testing.assert_array_equal(np.isfinite(one), np.isfinite(other))
    np.testing.assert_allclose(one[both], other[both], rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("loss", ["squared-error", "mean-squared-error", "cross-entropy"])
def test_every_step_of_50_variants_is_the_same_number_in_javascript(network, loss, tmp_path):
    if loss == "cross-entropy" and network == "fourth":
        loss = "sum-of-squares"  # tanh outputs have no cross-entropy
    question = question_for(network, loss, 2)
    givens = any_givens(question, 50)
    same(solved_by_page(question, givens, tmp_path), stacked(question, solve(question.steps, givens), 50))


@pytest.mark.parametrize("what", ASKING)
def test_what_courses_ask_is_the_same_number_in_javascript(what, tmp_path):
    (batch,) = asking(what, 2).batches
    question = batch.question
    same(solved_by_page(question, batch.givens, tmp_path), stacked(question, batch.values, 2))


@pytest.mark.parametrize("network", ["A", "B", "softmax"])
def test_own_answers_stand_in_for_steps_as_they_do_in_python(network, tmp_path):
    question = question_for(network, "squared-error", 2)
    givens = any_givens(question, 20)
    rng = np.random.default_rng(5)
    claims = np.where(
        rng.random((len(question.items), 20)) < 0.3, rng.uniform(-1, 1, (len(question.items), 20)), np.nan
    )
    claimed = {item.step: row for item, row in zip(question.items, claims, strict=True)}
    right = solve(question.steps, givens, claimed=claimed)
    same(solved_by_page(question, givens, tmp_path, claims), stacked(question, right, 20))


@pytest.mark.parametrize("network", ["A", "B"])
def test_a_mistake_is_the_same_swapped_rule(network, tmp_path):
    question = question_for(network, "cross-entropy", 2)
    givens = any_givens(question, 5)
    code = engine(question, CATALOGUE)
    data = {
        "givens": np.array([givens[name] for name in question.givens]).T.tolist(),
        "silent": [is_silent(m) for m in CATALOGUE],
    }
    run = """const run=({givens,silent})=>silent.map((is,m)=>givens.map(g=>
      ENGINE[is?"silent":"values"](g,g.map(()=>NaN).concat(Array(500).fill(NaN)),{[m]:1})));"""
    found = under_node(f"{NUMBERS}\nconst ENGINE={code};{run}", data, tmp_path)
    for mistake, made in zip(CATALOGUE, found, strict=True):
        held = _held(mistake)
        with np.errstate(all="ignore"):
            right = solve(question.steps, givens, rules=held)
        same(np.array(made, dtype=float).T, stacked(question, right, 5))


def _held(mistake):
    table = dict(rules.RULES)
    for name, m in mistake.swaps.items():
        table[name] = _Held(rules.RULES[name], m)
    return table


class _Held:
    def __init__(self, right, mistake):
        self.right, self.mistake, self.neighbours = right, mistake, mistake.neighbours

    def __call__(self, *needs, **named):
        if all(name in named for name in self.neighbours):
            return self.mistake.wrong(*needs, **named)
        return self.right(*needs, **{name: value for name, value in named.items() if name not in self.neighbours})


@pytest.mark.parametrize("network", NETWORKS)
def test_ranges_of_any_order_are_the_same_in_javascript(network, tmp_path):
    question, rounding = question_for(network), Rounding("dp", 4)
    givens = any_givens(question, 10)
    points = {name: Interval.point(array) for name, array in givens.items()}
    with np.errstate(all="ignore"):
        solved = solve(with_orders(question.steps), points, rules=ORDER_RULES)
        right = [rounding.answer(solved[item.step]) for item in question.items]
    run = """const run=({givens})=>givens.map(g=>ENGINE.ranges(g.map(R.point),Array(500).fill([NaN,NaN]),x=>x)
      .map(r=>new Rounding("dp",4).answer(r)));"""
    data = {"givens": np.array([givens[name] for name in question.givens]).T.tolist()}
    found = np.array(under_node(f"{NUMBERS}\nconst ENGINE={engine(question)};{run}", data, tmp_path), dtype=float)
    for i, wanted in enumerate(right):
        same(found[:, i, 0], np.broadcast_to(wanted.low, 10))
        same(found[:, i, 1], np.broadcast_to(wanted.high, 10))


def test_an_activation_that_is_added_as_one_entry_works_without_touching_the_page(monkeypatch, tmp_path):
    softplus = Activation(
        "softplus", value=lambda z: log(1 + exp(z)), slope=lambda z, a: 1 - exp(-a), headroom=lambda a: np.ones_like(a)
    )
    monkeypatch.setattr(activations, "ACTIVATIONS", {**activations.ACTIVATIONS, "softplus": softplus})
    table = {**rules.RULES, softplus.rule: softplus.value, softplus.slope_rule: softplus.slope}
    for module in ("qgen.engine.solve", "qgen.practice.javascript"):
        monkeypatch.setattr(f"{module}.RULES", table)
    monkeypatch.setattr("qgen.practice.javascript.ORDER_RULES", {**ORDER_RULES, **table})
    question = question_for("A")
    network = question.network
    layers = tuple(replace(layer, activation=softplus) if k == 0 else layer for k, layer in enumerate(network.layers))
    question = replace(question, network=replace(network, layers=layers))
    givens = any_givens(question, 10)
    right = solve(question.steps, givens, rules=table)
    assert np.abs(right["a1_1"] - np.log(1 + np.exp(right["z1_1"]))).max() < 1e-12
    same(solved_by_page(question, givens, tmp_path), stacked(question, right, 10))
