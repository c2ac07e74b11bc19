"""Whatever the order in which a gradient is multiplied out, the range holds what comes of it."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from cases import NETWORKS, drawn, question_for

from qgen.engine.intervals import Interval
from qgen.engine.losses import LOSSES
from qgen.engine.multiplication_orders import ORDER_RULES, _Orders, with_orders
from qgen.engine.rounding import Rounding
from qgen.engine.solve import solve

RULE = Rounding("dp", 4)


def on_paper(question, givens, *, by_path=True, claimed=None):
    points = {name: Interval.point(value) for name, value in givens.items()}
    steps = with_orders(question.steps, by_path=by_path)
    return solve(steps, points, rules=ORDER_RULES, write=RULE.write, claimed=claimed or {})


def every_order(factors):
    """All that comes of multiplying two by two, each product rounded or not."""
    if len(factors) == 1:
        return {factors[0]}
    found = set()
    for size in range(1, len(factors)):
        for part in combinations(range(len(factors)), size):
            rest = [k for k in range(len(factors)) if k not in part]
            for a in every_order(tuple(factors[k] for k in part)):
                for b in every_order(tuple(factors[k] for k in rest)):
                    found |= {a * b, float(RULE.round(a * b)), float(RULE.round(a * b, half_even=True))}
    return found


@pytest.mark.parametrize("v", range(4))
def test_a_product_of_four_factors_holds_every_order(v):
    batch = drawn(50)
    reach = on_paper(batch.question, batch.givens)
    a3, a1 = (float(RULE.round(batch.values[name][v])) for name in ("a3", "a1_2"))
    output = [float(RULE.round(d)) for d in every_order((a3 - batch.givens["y"][v], a3, 1 - a3))]
    deltas = {d for back in set(output) for d in every_order((back, batch.givens["w13"][v], a1, 1 - a1))}
    assert len(deltas) > 10
    low, high = reach["db1_2"].low[v], reach["db1_2"].high[v]
    assert all(low - 1e-9 <= d <= high + 1e-9 for d in deltas)


@pytest.mark.parametrize("v", range(4))
def test_a_weight_gradient_may_be_summed_path_by_path(v):
    batch = drawn(50)
    reach = on_paper(batch.question, batch.givens)
    values = {name: np.broadcast_to(array, (50,))[v] for name, array in (batch.values | dict(batch.givens)).items()}
    by_path = [
        float(RULE.round(float(RULE.round(values[f"db{m}_2"])) * values[f"w1{m}_2"] * values["x1"])) for m in (1, 2)
    ]
    assert reach["dw11_1"].low[v] - 1e-9 <= sum(by_path) <= reach["dw11_1"].high[v] + 1e-9


def fits(network, loss):
    """Whether a network's outputs go with a loss."""
    outputs = question_for(network).network.layers[-1].activation
    return outputs.name in loss.outputs if loss.outputs else not outputs.whole_layer


@pytest.mark.parametrize(
    ("network", "loss"), [(n, loss.name) for n in NETWORKS for loss in LOSSES.values() if fits(n, loss)]
)
@pytest.mark.parametrize("by_path", [False, True])
def test_every_step_is_still_there_once_and_needs_only_what_came_before(network, loss, by_path):
    question = question_for(network, loss, 2)
    steps = with_orders(question.steps, by_path=by_path)
    ids = [step.id for step in steps]
    assert len(set(ids)) == len(ids)
    assert {step.id for step in question.steps} <= set(ids)
    known = set(question.givens)
    for step in steps:
        assert set(step.needs) <= known
        known.add(step.id)


def test_the_order_of_the_steps_is_the_same_every_time():
    question = question_for("third", "cross-entropy")
    assert with_orders(question.steps, by_path=True) == with_orders(question.steps, by_path=True)


def test_without_paths_a_claimed_gradient_is_all_that_a_weight_gradient_depends_on():
    batch = drawn(50)
    far = Interval(np.full(50, 4.0), np.full(50, 4.0))
    followed = on_paper(batch.question, batch.givens, by_path=False, claimed={"db1_1": far})
    np.testing.assert_allclose(followed["dw11_1"].low, 4 * batch.givens["x1"])
    np.testing.assert_allclose(followed["dw11_1"].high, 4 * batch.givens["x1"])


def test_a_dead_unit_lets_exactly_nothing_through():
    question = question_for("A")
    givens = {name: array[:1] for name, array in drawn(50).givens.items()} | {"b1_1": np.array([-9.0])}
    reach = on_paper(question, givens)
    for name in ("a1_1", "db1_1", "dw11_1", "dw21_1", "dw31_1", "dw11_2"):
        assert (float(reach[name].low[0]), float(reach[name].high[0])) == (0.0, 0.0), name
    assert float(reach["new_b1_1"].low[0]) == float(reach["new_b1_1"].high[0]) == -9.0


def test_the_logarithm_of_1_minus_a_may_be_taken_of_a_written_1_minus_a():
    rule, question = Rounding("sf", 4), question_for("B", "cross-entropy")
    n = 200
    givens = {name: np.full(n, array[0]) for name, array in drawn(50, "B", "cross-entropy").givens.items()}
    givens |= {"b2": np.linspace(-4, -2, n)}
    points = {name: Interval.point(value) for name, value in givens.items()}
    reach = solve(with_orders(question.steps), points, rules=ORDER_RULES, write=rule.write)["log_rest~2"]
    a2 = solve(question.steps, givens)["a2"]
    logarithm = np.log(rule.round(1 - rule.round(a2)))
    assert (np.abs(logarithm - np.log(1 - a2)) > 3e-5).any()
    assert ((reach.low - 1e-12 <= logarithm) & (logarithm <= reach.high + 1e-12)).all()


def test_the_factors_of_a_slope_are_z_a_the_slope_or_lines_of_its_working():
    steps = {step.id: step for step in question_for("A").steps}
    delta = steps["delta~3"]
    slope = steps[delta.needs[1]]
    made = replace(slope, activation=replace(slope.activation, slope_factors=("z", "rest", "a", "slope")))
    orders = _Orders({**steps, slope.id: made}, by_path=False)
    assert orders.slope(delta) == ("z3", "slope~3~rest", "a3", "slope~3")
