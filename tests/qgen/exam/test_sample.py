"""Drawing variants: as many as asked, certified, the same for the same seed, or a reason why not."""

import re
from unittest.mock import Mock

import numpy as np
import pytest
from cases import drawn, spec_for

from qgen.engine.intervals import Interval
from qgen.engine.steps import Role
from qgen.errors import InputError
from qgen.exam.certify import STAGES, Batch
from qgen.exam.copying import copied_share
from qgen.exam.sample import COUNTED, Tally, _certified, _fresh, _next_size, givens_of, sample


def draw(spec, n, seed=1, **more):
    return sample(spec.questions[0], spec, n, np.random.default_rng(seed), **more)[0]


def table(batch):
    return np.array([batch.givens[name] for name in batch.question.givens])


CASES = [
    ("A", "squared-error", 1),
    ("A", "cross-entropy", 1),
    ("B", "squared-error", 1),
    ("B", "cross-entropy", 1),
    ("A", "squared-error", 2),
    ("A", "cross-entropy", 2),
    ("B", "cross-entropy", 2),
]


@pytest.mark.parametrize("case", CASES)
def test_every_variant_keeps_every_condition_when_looked_at_again(case):
    batch = drawn(20, *case)
    again = Batch(batch.spec, batch.rounding, batch.certify, batch.givens)
    for stage in STAGES:
        for condition, margin in stage(again).items():
            assert (margin > 0).all(), condition
    marks = np.array([item.marks for item in again.question.items])
    values, low, high = (np.array(rows) for rows in zip(*[
        (again.values[i.step], again.accepted[i.id].low, again.accepted[i.id].high) for i in again.question.items
    ], strict=True))  # fmt: skip
    assert copied_share(marks, values, low, high).max() < again.certify.copying


def test_the_same_seed_draws_the_same_numbers_and_another_seed_others():
    spec = spec_for("A", "cross-entropy")
    one, same, other = draw(spec, 20, 1), draw(spec, 20, 1), draw(spec, 20, 2)
    np.testing.assert_array_equal(table(one), table(same))
    assert not (table(one) == table(other)).all(axis=0).any()


@pytest.mark.parametrize("n", [1, 2, 37])
def test_as_many_variants_as_asked_and_none_twice(n):
    batch = draw(spec_for("B", "cross-entropy"), n)
    assert batch.size == n
    assert len({tuple(row) for row in table(batch).T}) == n


@pytest.mark.parametrize("case", CASES)
def test_no_given_is_zero_or_one_or_ends_in_zero(case):
    batch = drawn(20, *case)
    for name, values in batch.givens.items():
        kind = name.rpartition("_")[2] if name[:1] == "t" else name
        if kind[0] in "wbx" and name != "alpha":
            decimals = 1 if kind[0] == "x" else 2
            digits = np.round(np.abs(values) * 10**decimals).astype(int)
            np.testing.assert_allclose(np.abs(values), digits / 10**decimals)
            assert (digits % 10 != 0).all()
            assert not np.isin(np.abs(values), (0, 1)).any()


def test_the_count_of_negative_givens_stays_within_a_band_of_two():
    batch = drawn(40, "A", "squared-error")
    negative = (table(batch) < 0).sum(axis=0)
    assert negative.max() - negative.min() <= 2


def test_what_was_computed_before_choosing_is_what_is_computed_after():
    batch = drawn(20, "A", "cross-entropy")
    _ = batch.enclosures, batch.values
    rows = np.array([3, 7, 0])
    chosen = batch.take(rows)
    fresh = Batch(batch.spec, batch.rounding, batch.certify, {k: v[rows] for k, v in batch.givens.items()})
    for name, value in fresh.values.items():
        np.testing.assert_array_equal(chosen.values[name], value)
    for name, value in fresh.accepted.items():
        np.testing.assert_array_equal(chosen.accepted[name].low, value.low)
        np.testing.assert_array_equal(chosen.accepted[name].high, value.high)


@pytest.mark.parametrize("network", ["A", "third"])
def test_with_one_dead_unit_exactly_one_is_dead_and_its_items_accept_zero_and_nothing_else(network):
    batch = draw(spec_for(network, "cross-entropy", dead_relu=1, rounding="5dp"), 12)
    relus = [s for s in batch.question.steps if s.activation and s.activation.dies and s.role == Role.ACTIVATION]
    dead = np.array([batch.values[s.needs[0]] <= 0 for s in relus])
    assert (dead.sum(axis=0) == 1).all()
    for v in range(batch.size):
        (unit,) = [s.id.removeprefix("a") for s, is_dead in zip(relus, dead[:, v], strict=True) if is_dead]
        number, layer = unit.split("_")
        zeroed = {f"a{unit}", f"db{unit}"}
        zeroed |= {i.step for i in batch.question.items if re.fullmatch(rf"dw\d{number}_{layer}", i.step)}
        zeroed |= {i.step for i in batch.question.items if re.fullmatch(rf"dw{number}\d_{int(layer) + 1}", i.step)}
        if network == "A":
            assert len(zeroed) == 2 + 3 + 2
        for item in batch.question.items:
            accepted = batch.accepted[item.id]
            low, high = accepted.low[v], accepted.high[v]
            if item.step in zeroed:
                assert (low, high) == (0, 0), item.step
            elif item.step.removeprefix("new_w") != item.step and "d" + item.step[4:] in zeroed:
                assert (low, high) == (batch.givens[item.step[4:]][v],) * 2
            else:
                assert not low <= 0 <= high, item.step


def test_without_dead_units_no_accepted_range_holds_zero_not_even_that_of_a_sum():
    spec = spec_for("B", "cross-entropy", givens={"w11": 0.5, "x1": 0.5, "w21": 0.5, "x2": 0.5}, biases=[-0.5, 0.6])
    batch = draw(spec, 5)
    assert set(batch.givens["b1"]) == {0.6}


UNSATISFIABLE = [
    ({"certify": {"tolerance": 1e-7}}, "4 decimals are too few", "no accepted range is wider than the tolerance"),
    ({"certify": {"saturation": 0.6}}, "sigmoids or tanhs are saturated", "no sigmoid or tanh is saturated"),
    (
        {"certify": {"kink": 1.0}, "weights": {"low": 0.11, "high": 0.19, "step": 0.01}, "inputs": [0.3]},
        '4 decimals are too few for this network: write rounding = "',
        "as many ReLU",
    ),
    (
        {"rounding": "2dp"},
        '2 decimals are too few for this network: write rounding = "4dp".',
        "no accepted range is wider than the tolerance",
    ),
    (
        {"targets": [0], "weights": [0.5, -0.5], "inputs": [0.5], "biases": [0.5, -0.5]},
        '4 decimals are too few for this network: write rounding = "5dp", or tolerance = 0.3 in [certify].',
        "no known mistake lands",
    ),
]


@pytest.mark.parametrize(("keys", "remedy", "condition"), UNSATISFIABLE)
def test_a_spec_that_cannot_be_satisfied_stops_and_says_first_what_would_help_then_what_fails(keys, remedy, condition):
    spec, tally = spec_for("A", "squared-error", **keys), Tally()
    with pytest.raises(InputError) as caught:
        draw(spec, 50, most=20_000, tally=tally)
    message = str(caught.value)
    assert "\n" not in message
    assert message.startswith(f"q1: {remedy}")
    assert f"{tally.drawn:,} draws gave only {tally.accepted} of 50 variants that keep every condition" in message
    assert re.search(rf"\d+\.\d% fail: {condition}", message)
    assert tally.drawn < 20_000 + 16_384 + 1


def test_draws_are_bounded_without_being_told():
    spec = spec_for("B", "squared-error", certify={"saturation": 0.9})
    with pytest.raises(InputError, match=r"1,5\d\d,\d{3} draws gave only 0 of 3 variants"):
        draw(spec, 3)


def test_too_few_different_numbers_are_named_as_such():
    fixed = {name: float(v[0]) for name, v in drawn(40, "B", "cross-entropy").givens.items() if name != "alpha"}
    spec = spec_for("B", "cross-entropy", givens=fixed, certify={"copying": 1})
    with pytest.raises(InputError, match="fail: no variant is drawn twice"):
        draw(spec, 9, most=2_000)


def test_copies_are_named_as_such():
    few = {"weights": [0.31, -0.42], "biases": 0.12, "inputs": [0.6, 0.7], "targets": 1, "learning_rate": 0.5}
    with pytest.raises(InputError, match="fail: no other paper's answers earn more than the limit, or"):
        draw(spec_for("B", "cross-entropy", **few), 3, most=5_000)


def test_a_question_with_every_number_fixed_is_the_same_on_every_paper():
    fixed = {name: float(v[0]) for name, v in drawn(40, "B", "cross-entropy").givens.items()}
    spec = spec_for("B", "cross-entropy", givens=fixed)
    batch, tally = sample(spec.questions[0], spec, 1, np.random.default_rng(1))
    assert {name: v.tolist() for name, v in batch.givens.items()} == {k: [v] for k, v in fixed.items()}
    assert (tally.drawn, tally.accepted) == (1, 1)
    assert {name: v.tolist() for name, v in draw(spec, 2).givens.items()} == {k: [v, v] for k, v in fixed.items()}


def test_progress_ends_at_the_number_asked_for():
    seen = []
    draw(spec_for("B", "cross-entropy"), 30, progress=seen.append)
    assert seen[-1] == 30
    assert all(0 <= k <= 30 for k in seen)


def test_wild_ranges_are_rejected_without_a_warning():
    spec = spec_for("A", "cross-entropy", inputs=900_000, weights=[900_000, -900_000])
    with pytest.raises(InputError, match="saturated"):
        draw(spec, 1, most=1_000)


def test_the_tally_counts_what_it_is_told():
    tally = Tally()
    tally.count("kink", 10, 4)
    tally.count("kink", 10, 2)
    assert (tally.share("kink"), tally.share("never")) == (0.3, 0)
    assert isinstance(drawn(40, "B", "cross-entropy").accepted["q1_z1"], Interval)


def test_examples_are_kept_up_to_the_number_on_which_conditions_are_counted():
    tally = Tally(examples=[Mock(size=COUNTED - 1)])
    for _ in range(2):
        _certified(drawn(40, "B", "cross-entropy"), (), tally)
    assert [some.size for some in tally.examples] == [COUNTED - 1, 1]


def test_of_papers_compared_with_each_other_each_is_counted_once(monkeypatch):
    """Of three the last is too much like another; then only the one in its place is new."""
    stay = iter(([True, True, False], [True, True, True]))
    monkeypatch.setattr("qgen.exam.sample.apart", lambda *_, settled: next(stay))
    spec = spec_for("B", "cross-entropy")
    batch, tally = sample(spec.questions[0], spec, 3, np.random.default_rng(1))
    assert (batch.size, tally.accepted) == (3, 3)
    assert (tally.reached["copying"], tally.rejected["copying"]) == (4, 1)


@pytest.mark.parametrize(
    ("n", "drawn", "accepted", "size"),
    [
        (30, 0, 0, 128),
        (30, 128, 0, 1536),  # twelve times as many as there were
        (30, 1000, 1, 12_000),
        (100, 10_000, 50, 12_000),  # a fifth more than the rate so far asks for
        (51, 10_000, 50, 240),
        (51, 5_000, 50, 128),
        (1000, 20_000, 50, 131_072),
    ],
)
def test_as_many_are_drawn_as_the_rate_so_far_asks_for_within_bounds(n, drawn, accepted, size):
    assert _next_size(n, Tally(drawn=drawn, accepted=accepted)) == size


@pytest.mark.parametrize(("reached", "most", "stops"), [(100, 1500, True), (100, 1501, False), (0, 501, False)])
def test_a_draw_that_is_held_against_mistakes_counts_as_ten_more(reached, most, stops):
    spec = spec_for("B", "cross-entropy", certify={"saturation": 0.6})
    tally = Tally(drawn=500, costly=reached)
    with pytest.raises(InputError):
        draw(spec, 1, most=most, tally=tally)
    assert (tally.drawn == 500) is stops


def test_draws_that_were_seen_are_not_fresh():
    batch = drawn(40, "B", "cross-entropy").take(np.array([0, 1, 0, 2]))
    seen: set[bytes] = set()
    assert _fresh(batch, seen) == [0, 1, 3]
    assert _fresh(batch, seen) == []


@pytest.mark.parametrize("batch", [1, 2])
def test_every_example_of_a_softmax_question_has_one_class(batch):
    drawn_here = spec_for("softmax", batch=batch)
    found, _ = sample(drawn_here.questions[0], drawn_here, 20, np.random.default_rng(1))
    for ys in found.question.examples("targets"):
        targets = np.array([found.givens[y] for y in ys])
        assert (targets.sum(axis=0) == 1).all()
        assert set(targets.ravel()) == {0, 1}


def test_shown_values_are_the_exact_ones_rounded_and_the_next_is_worked_out_from_them():
    spec = spec_for("B", "cross-entropy", show=["a1", "z2"], ask=["dw12", "dw11"])
    rng = np.random.default_rng(1)
    numbers = {name: rng.uniform(-1, 1, 50).round(2) for name in spec.questions[0].drawn}
    w11, x1, w21, x2, b1, w12, b2 = (numbers[name] for name in ("w11", "x1", "w21", "x2", "b1", "w12", "b2"))
    given = givens_of(spec.questions[0], spec, numbers)
    a1 = np.round(np.tanh(w11 * x1 + w21 * x2 + b1), 4)
    np.testing.assert_allclose(given["a1"], a1, atol=1e-12)
    np.testing.assert_allclose(given["z2"], w12 * a1 + b2, atol=0.50001e-4)
