"""Every condition of a fair paper is computed as it is worded, and rejects a variant that breaks it alone."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from cases import any_givens, drawn, spec_for
from hypothesis import given
from hypothesis import strategies as st

from qgen.engine.activations import ACTIVATIONS
from qgen.exam.certify import (
    CONDITIONS,
    STAGES,
    Batch,
    _near,
    applicable,
    draws,
    mistake_gaps,
    mistakes,
    quick,
    ranges,
    sieves,
)
from qgen.exam.copying import copied_share, copying
from qgen.exam.exam import make_exam
from qgen.exam.spec import spec_of


def candidates(network, loss, n, seed=0, certify=None, rounding="4dp", **keys):
    """Draws that nobody certified yet."""
    spec = spec_for(network, loss, certify=certify or {}, rounding=rounding, **keys)
    question, rng = spec.questions[0], np.random.default_rng(seed)
    pools = {kind: [float(v) for v in pool.values] for kind, pool in question.pools.items()}
    givens = {name: rng.choice(pools[given.kind], n) for name, given in question.question.given.items()}
    return Batch(question, spec.rounding, spec.certify, givens)


@cache
def measured(rounding, change):
    batch = candidates("A", "cross-entropy", 1500, rounding=rounding)
    batch = replace(batch, certify=replace(batch.certify, **dict(change)))
    return batch, margins(batch)


def margins(batch):
    return {condition: margin for stage in STAGES for condition, margin in stage(batch).items()}


NO_WIDTH = {"tolerance": 1e9, "saturation": 0.0, "kink": 0.0, "misconceptions": False}


@pytest.mark.parametrize(
    ("condition", "change", "rounding", "follows"),
    [
        ("active", {"kink": 0.3}, "4dp", ()),
        ("saturation", {"saturation": 0.2}, "4dp", ()),
        ("work", {}, "4dp", ()),
        ("tolerance", {}, "4dp", ()),
        ("misconceptions", {}, "4dp", ()),
        # a range that holds 0 is wider than any tolerance that a spec may set, and a step that may be 0 changes nothing
        ("zero", NO_WIDTH, "2dp", ("old value",)),
        ("old value", NO_WIDTH, "2dp", ()),
    ],
)
def test_a_variant_that_breaks_one_condition_alone_is_rejected_by_it(condition, change, rounding, follows):
    batch, found = measured(rounding, tuple(change.items()))
    broken = {name: ~(margin > 0) for name, margin in found.items()}
    others = [b for name, b in broken.items() if name != condition and name not in follows]
    alone = np.flatnonzero(broken[condition] & ~np.any(others, axis=0))
    assert len(alone)
    one = batch.take(alone[:1])
    again = margins(Batch(one.spec, one.rounding, one.certify, one.givens))
    assert {name for name, margin in again.items() if not margin[0] > 0} - set(follows) == {condition}


def test_every_condition_has_words():
    names = {*margins(candidates("B", "cross-entropy", 1)), "copying"}
    assert names <= set(CONDITIONS)


def test_units_are_active_or_dead_and_off_their_kink():
    batch = candidates("A", "squared-error", 300)
    z = np.array([batch.values["z1_1"], batch.values["z2_1"]])
    for dead in (0, 1, 2):
        margin = quick(replace(batch, spec=replace(batch.spec, dead_relu=dead)))["active"]
        expected = ((z <= 0).sum(axis=0) == dead) & (np.abs(z).min(axis=0) > batch.certify.kink)
        assert ((margin > 0) == expected).all()
        assert expected.any()


def test_every_iteration_has_the_dead_units_asked_for():
    batch = candidates("A", "squared-error", 300)
    spec = spec_for("A", "squared-error", 2, rounding="4dp")
    givens = any_givens(spec.questions[0].question, 300)
    batch = Batch(spec.questions[0], spec.rounding, spec.certify, givens)
    dead = np.array([[batch.values[f"{p}z{u}_1"] <= 0 for u in (1, 2)] for p in ("", "t2_")]).sum(axis=1)
    assert not (quick(batch)["active"][(dead != 0).any(axis=0)] > 0).any()


@pytest.mark.parametrize(("show", "ask"), [("forward", "gradient"), (["a*"], "gradient"), (["a*_1"], "dw*_2")])
def test_a_unit_whose_values_are_shown_is_as_dead_or_alive_as_all_others(show, ask):
    table = {"network": "relu-sigmoid", "loss": "squared-error", "show": show, "ask": ask}
    (batch,) = make_exam(spec_of({"questions": [table]}), 8, 3).batches
    assert (batch.givens["a1_1"] > 0).all()
    assert (batch.givens["a2_1"] > 0).all()


def test_saturation_is_the_distance_of_an_activation_from_its_limits():
    batch = candidates("B", "cross-entropy", 300)
    v = batch.values
    inner = np.min([v["a2"], 1 - v["a2"], v["a3"], 1 - v["a3"], 1 - np.abs(v["a1"])], axis=0)
    np.testing.assert_allclose(quick(batch)["saturation"], inner - 0.05)


def test_ranges_keep_the_tolerance_leave_out_zero_and_move_every_parameter():
    n = 100
    batch = candidates("A", "cross-entropy", n, rounding="2dp")
    found = ranges(batch)
    seen = []
    for v in range(n):
        widest, zero, old = 0.0, False, False
        for item in batch.question.items:
            accepted, value = batch.accepted[item.id], float(batch.values[item.step][v])
            low, high = accepted.low[v], accepted.high[v]
            zero |= low <= 0 <= high and not low == high == 0
            if value:
                widest = max(widest, (value - low) / abs(value), (high - value) / abs(value))
            if item.part == "update" and batch.values["d" + item.step[4:]][v]:
                old |= low <= batch.givens[item.step[4:]][v] <= high
        assert found["tolerance"][v] == pytest.approx(0.05 - widest)
        assert (found["zero"][v] > 0) == (not zero)
        assert (found["old value"][v] > 0) == (not old)
        seen.append((zero, old))
    assert len(set(seen)) >= 3


def test_a_margin_that_is_no_number_rejects():
    batch = candidates("A", "cross-entropy", 4)
    batch = Batch(batch.spec, batch.rounding, batch.certify, dict(batch.givens) | {"b3": np.full(4, 9000.0)})
    with np.errstate(all="ignore"):
        assert not (np.min(list(margins(batch).values()), axis=0) > 0).any()


@pytest.mark.parametrize("activation", [name for name, a in ACTIVATIONS.items() if a.kink])
def test_a_unit_near_its_kink_is_rejected_whatever_the_activation(activation):
    network = {"inputs": 1, "layers": [{"units": 1, "activation": activation}, {"units": 1, "activation": "sigmoid"}]}
    spec = spec_of({"questions": [{"network": network}]})
    z = np.array([0.3, 0.051, 0.049, 0.001, -0.001, -0.049, -0.051, -0.3])
    givens = dict.fromkeys(spec.questions[0].question.givens, np.full(len(z), 0.5)) | {"w11_1": 2 * z, "b1_1": 0 * z}
    active = quick(Batch(spec.questions[0], spec.rounding, spec.certify, givens))["active"] > 0
    may_be_negative = not ACTIVATIONS[activation].dies
    assert active.tolist() == [True, True, False, False, False, False, may_be_negative, may_be_negative]


@pytest.mark.parametrize(("network", "loss", "iterations"), [("A", "squared-error", 1), ("B", "cross-entropy", 2)])
def test_gaps_are_positive_on_certified_variants_and_infinite_where_nothing_changes(network, loss, iterations):
    batch = drawn(40, network, loss, iterations)
    seen = set()
    for misconception, item, gap in mistake_gaps(batch):
        assert gap.shape == (40,)
        assert (gap > 0).all()
        assert np.isfinite(gap).any()
        seen.add(misconception.name)
        assert (misconception.name, item.part) != ("gradient-ascent", "gradient")
    assert {"target-minus-output", "gradient-ascent"} <= seen


def test_a_mistake_made_in_one_iteration_is_not_held_against_the_next():
    batch = drawn(40, "B", "cross-entropy", 2)
    touched = {item.step for m, item, _ in mistake_gaps(batch) if m.name == "gradient-ascent"}
    assert touched == {i.step for i in batch.question.items if i.part == "update"}


@given(
    marks=st.lists(st.sampled_from([0.5, 1, 2]), min_size=1, max_size=4), n=st.integers(1, 5), seed=st.integers(0, 1000)
)
def test_the_copied_share_is_what_counting_one_by_one_gives(marks, n, seed):
    rng = np.random.default_rng(seed)
    values = rng.integers(0, 3, (len(marks), n)).astype(float)
    low, high = values - rng.integers(0, 2, values.shape), values + rng.integers(0, 2, values.shape)
    expected = []
    for mine in range(n):
        shares = [0.0]
        for theirs in range(n):
            if theirs != mine:
                shares.append(
                    sum(
                        mark
                        for k, mark in enumerate(marks)
                        # a dead unit's 0 is copied from nobody
                        if values[k, theirs] != 0 and low[k, mine] <= values[k, theirs] <= high[k, mine]
                    )
                    / sum(marks)
                )
        expected.append(max(shares))
    np.testing.assert_allclose(copied_share(np.array(marks), values, low, high), expected)


def test_the_copied_share_is_the_same_in_pieces():
    rng = np.random.default_rng(0)
    values = rng.integers(0, 9, (3, 1500)).astype(float)
    marks = np.array([1.0, 2.0, 3.0])
    shares = copied_share(marks, values, values, values)
    for v in (0, 1333, 1499):
        same = ((values == values[:, [v]]) & (values != 0)) * marks[:, None]
        earned = same.sum(axis=0)
        earned[v] = 0
        assert shares[v] == pytest.approx(earned.max() / 6)


def test_nothing_is_copied_where_nothing_is_marked():
    values = np.ones((2, 3))
    assert copied_share(np.zeros(2), values, values, values).tolist() == [0, 0, 0]


def test_work_is_even_where_the_count_of_negative_givens_is_within_one_of_the_likeliest():
    """Four of the twelve weights' and biases' pools are half negative, so that 2 is likeliest; 0 is not negative."""
    pools = {"weights": [-0.5, 0.5], "biases": 0.5, "inputs": [0, 1], "targets": 1}
    spec = spec_for("B", "cross-entropy", **pools)
    names = ["w11", "w21", "w12", "w13"]
    givens = dict.fromkeys(spec.questions[0].question.givens, np.full(5, 0.5))
    givens |= {name: np.where(np.arange(5) > k, -0.5, 0.5) for k, name in enumerate(names)}
    batch = Batch(spec.questions[0], spec.rounding, spec.certify, givens)
    assert draws(batch)["work"].tolist() == [-0.5, 0.5, 1.5, 0.5, -0.5]


def test_inputs_are_as_far_apart_as_the_nearest_two_of_any_example():
    spec = spec_for("A", "cross-entropy", 2)
    givens = dict.fromkeys(spec.questions[0].question.givens, np.full(3, 0.5))
    givens |= {"x1": np.array([1, 1, 1.0]), "x2": np.array([2, 3, 2.0]), "x3": np.array([4, 3, 4.0])}
    givens |= {"t2_x1": np.array([1, 1, 2.5]), "t2_x2": np.array([2.5, 3, 2.0]), "t2_x3": np.array([5, 5, 9.0])}
    batch = Batch(spec.questions[0], spec.rounding, spec.certify, givens)
    assert draws(batch)["inputs"].tolist() == [1, 0, 0.5]
    fixed = spec_for("A", "cross-entropy", 2, givens={"x1": 1, "t2_x1": 1})
    batch = Batch(fixed.questions[0], spec.rounding, spec.certify, givens)
    assert draws(batch)["inputs"].tolist() == [2, 0, 2]  # between those that are drawn


@pytest.mark.parametrize(("inputs", "asked"), [([1, 2], False), ([1, 2, 3], True)])
def test_inputs_need_to_differ_only_where_there_are_enough_numbers(inputs, asked):
    spec = spec_for("A", "cross-entropy", inputs=inputs)
    givens = dict.fromkeys(spec.questions[0].question.givens, np.full(1, 1.0))
    margin = draws(Batch(spec.questions[0], spec.rounding, spec.certify, givens))["inputs"]
    assert margin.tolist() == ([0] if asked else [1])


def test_the_gap_of_a_mistake_is_counted_in_units_of_the_last_digit():
    """Ascent moves a parameter by twice what descent does: so far apart are the ranges, but for what rounding does."""
    batch = drawn(40)
    unit = 10.0**-batch.rounding.digits
    for misconception, item, gap in mistake_gaps(batch):
        if misconception.name == "gradient-ascent" and np.isfinite(gap).all():
            apart = 2 * np.abs(batch.values[item.step] - batch.givens[item.step.removeprefix("new_")]) / unit
            accepted = batch.accepted[item.id]
            width = (accepted.high - accepted.low) / unit
            assert ((apart - gap > 0) & (apart - gap < 2 * width + 1)).all()


def test_the_quick_look_tells_how_much_further_than_a_unit_the_nearest_mistake_leads():
    """Ascent is two steps away from what descent leads to, the whole gradient as many as go into it but one."""
    batch = drawn(20, "B", "cross-entropy")
    names = [item.step.removeprefix("new_") for item in batch.question.items if item.part == "update"]
    steps = np.abs([batch.values[f"new_{name}"] - batch.givens[name] for name in names]) * 10**batch.rounding.digits
    away = np.minimum(2, np.abs(1 / batch.givens["alpha"] - 1)) * steps.min(axis=0)
    margin = _near(batch.against([m for m in batch.catalogue if m.name in ("gradient-ascent", "no-learning-rate")]))
    np.testing.assert_allclose(margin, away - 1)


def test_a_mistake_that_changes_only_some_variants_applies():
    assert "relu-slope-left-out" in {m.name for m in applicable(spec_for("A").questions[0].question)}


def test_a_mistake_that_changes_nothing_does_not_apply():
    """With the whole sum of squares the derivative's factor is 2 already."""
    names = {m.name for m in applicable(spec_for("A", "sum-of-squares").questions[0].question)}
    assert "factor-two" not in names
    assert "loss-factor-left-out-of-error" in names


def test_of_two_papers_alike_neither_is_fair_and_one_alone_is():
    batch = drawn(1)
    assert (copying(batch.take(np.array([0, 0]))) < 0).all()
    assert (copying(batch) == np.inf).all()


@pytest.mark.parametrize(("network", "loss"), [("A", "squared-error"), ("B", "cross-entropy")])
def test_draws_that_pass_every_sieve_keep_every_condition_and_few_others_do(network, loss):
    """The quick look at mistakes is stricter than their ranges, never laxer."""
    batch = candidates(network, loss, 4000, rounding="5dp")
    fair = np.all([margin > 0 for margin in margins(batch).values()], axis=0)
    passed = batch
    for stage in (draws, quick, *sieves(batch.question)):
        passed = passed.take(np.flatnonzero(np.all([margin > 0 for margin in stage(passed).values()], axis=0)))
    again = margins(Batch(batch.spec, batch.rounding, batch.certify, passed.givens))
    assert passed.size > 5
    assert all((margin > 0).all() for margin in again.values())
    assert passed.size > 0.7 * fair.sum()


def test_a_batch_is_held_against_its_own_catalogue_only():
    batch = drawn(20, "B", "cross-entropy")
    some = batch.against([m for m in batch.catalogue if m.name == "gradient-ascent"])
    assert {m.name for m, *_ in mistake_gaps(some)} == {"gradient-ascent"}
    assert (mistakes(some)["misconceptions"] >= mistakes(batch)["misconceptions"]).all()


def test_gaps_are_the_same_in_pieces(monkeypatch):
    batch = drawn(40, "B", "cross-entropy")
    whole = mistakes(batch)["misconceptions"]
    monkeypatch.setattr("qgen.exam.certify.TOGETHER", 7)
    np.testing.assert_array_equal(mistakes(batch)["misconceptions"], whole)
