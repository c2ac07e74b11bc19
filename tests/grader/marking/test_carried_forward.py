"""What follows from own values: the key where all is right, the student's own numbers where not, and no trifles."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.marking.carried_forward import (
    Basis,
    _written,
    basis_of,
    before_update,
    carried_forward,
    depends_on_wrong,
    gradient_of_update,
    is_informative,
    repeated,
    shows_work,
)
from grader.rehearsal.simulated_work import habits_of, work
from qgen.engine.intervals import Interval
from qgen.engine.rounding import Rounding
from qgen.engine.steps import Role, Step
from qgen.exam.certify import Batch
from qgen.exam.exam import make_exam
from qgen.exam.spec import spec_of

WRITTEN = Step("s", "product", (), Role.PRODUCT, 1, 0)


@pytest.fixture(scope="module", params=["relu-sigmoid", "tanh-heads"])
def batch(request: pytest.FixtureRequest) -> Batch:
    exam = make_exam(spec_of({"questions": [{"network": request.param, "iterations": 2}]}), 4, 1)
    return exam.batches[0]


def steps(batch: Batch) -> list[str]:
    return [item.step for item in batch.question.items]


def owned(batch: Batch, values: np.ndarray, correct: np.ndarray) -> Basis:
    key = np.array([np.broadcast_to(batch.values[step], batch.size) for step in steps(batch)]).T
    variants = np.arange(len(values)) % batch.size
    return basis_of(batch, variants, values, correct, key[variants])


def test_honest_work_from_any_wrong_number_lies_in_the_range_that_follows_from_it(batch: Batch) -> None:
    """Whatever the habits of rounding and the order of multiplying."""
    rng = np.random.default_rng(1)
    for step in steps(batch)[::3]:
        n = 60
        variants = np.arange(n) % batch.size
        wrong = np.round(batch.values[step][variants] * rng.uniform(0.6, 1.6, n) + 0.01, 4) + 3e-5  # no given
        values = work(batch, variants, habits_of(n, rng), slips={step: wrong})
        lowest, highest, _ = carried_forward(owned(batch, values, np.zeros(values.shape, dtype=bool)))
        later = slice(steps(batch).index(step) + 1, None)
        inside = (lowest <= values) & (values <= highest) | ~np.isfinite(values)
        idle = (values == 0) | np.isclose(np.abs(values), 1)
        assert (inside | idle)[:, later].all(), step


def test_only_a_wrong_number_leads_astray_and_only_what_comes_after_it(batch: Batch) -> None:
    values = np.array([np.broadcast_to(batch.values[step], batch.size) for step in steps(batch)]).T.copy()
    correct = np.ones(values.shape, dtype=bool)
    assert not depends_on_wrong(owned(batch, values, correct)).any()
    first = steps(batch).index("loss") - 1
    values[:, first] += 0.3
    correct[:, first] = False
    astray = depends_on_wrong(owned(batch, values, correct))
    assert not astray[:, : first + 1].any()
    assert astray[:, first + 1].all()
    assert astray[:, steps(batch).index("new_w" + steps(batch)[first + 2].partition("dw")[2])].any()


def test_zeros_ones_givens_and_values_far_off_are_no_basis(batch: Batch) -> None:
    key = np.array([np.broadcast_to(batch.values[step], batch.size) for step in steps(batch)]).T
    a_given = next(iter(batch.givens.values()))[:, None]
    for nonsense in (0 * key, 0 * key + 1, 0 * key - 1, 0 * key + a_given, 1001 * key, key / 1001):
        own = owned(batch, nonsense, np.zeros(key.shape, dtype=bool))
        assert np.isnan(np.array(list(own.claims.values()))).all()
    right = owned(batch, key, np.ones(key.shape, dtype=bool))
    assert not np.isnan(np.array(list(right.claims.values()))).any()


def test_the_forward_route_keeps_the_forward_answers_alone(batch: Batch) -> None:
    key = np.array([np.broadcast_to(batch.values[step], batch.size) for step in steps(batch)]).T
    own = owned(batch, key, np.ones(key.shape, dtype=bool)).forward()
    parts = {item.step: item.part for item in batch.question.items}
    assert {parts[step] for step in own.claims} == {"forward"}


@settings(deadline=None, derandomize=True)
@given(
    row=st.lists(st.sampled_from([0.1, 0.2, 0.3, np.nan]), min_size=1, max_size=12),
    wrong=st.lists(st.booleans(), min_size=12, max_size=12),
)
def test_nonsense_is_what_four_or_more_wrong_cells_hold(row: list[float], wrong: list[bool]) -> None:
    cells = [x for x, w in zip(row, wrong, strict=False) if w and x == x]
    most = {x for x in cells if cells.count(x) >= 4}
    expected = [w and x in most for x, w in zip(row, wrong, strict=False)]
    assert repeated(np.array([row]), np.array([wrong[: len(row)]]))[0].tolist() == expected


def test_a_relus_0_shows_work_where_the_own_pre_activation_is_negative(batch: Batch) -> None:
    if "z1_1" not in steps(batch):
        return
    values = np.zeros((batch.size, len(steps(batch))))
    z, a = steps(batch).index("z1_1"), steps(batch).index("a1_1")
    values[:, z] = [-2.345, -0.333, 0.333, 0.0]
    own = owned(batch, values, np.zeros(values.shape, dtype=bool))
    assert shows_work(own, values)[:, a].tolist() == [True, True, False, False]
    assert not shows_work(own, values)[:, [i for i in range(values.shape[1]) if i not in (z, a)]].any()


def test_an_answer_up_to_a_thousand_times_off_is_a_basis_and_beyond_it_is_not(batch: Batch) -> None:
    values = np.full((4, len(steps(batch))), np.nan)
    values[:, 1] = [2500.0, 2500.5, 0.0025, 0.00249]
    key = np.full(values.shape, 2.5)
    own = basis_of(batch, np.arange(4), values, np.zeros(values.shape, dtype=bool), key)
    assert np.isfinite(own.claims[steps(batch)[1]]).tolist() == [True, False, True, False]


def test_a_range_tells_work_from_invention_up_to_a_third_of_the_number_or_of_its_move() -> None:
    def informative(low: float, high: float, before: float = np.nan) -> bool:
        return bool(is_informative(np.array(low), np.array(high), np.array(before)))

    assert informative(33.0, 67.0)
    assert informative(-67.0, -33.0)
    assert not informative(32.9, 67.1)
    assert informative(33.0, 67.0, before=100.0)
    assert not informative(33.0, 67.0, before=99.0)
    assert not informative(33.0, 67.0, before=1.0)
    assert not informative(33.0, np.inf)


def test_only_an_updated_parameter_has_a_number_and_a_gradient_that_it_was_updated_from(batch: Batch) -> None:
    items = batch.question.items
    values = np.arange(1.0, 1 + len(items))[None, :]
    own = basis_of(batch, np.zeros(1, int), values, np.ones(values.shape, dtype=bool), values)
    before, gradient = before_update(own, values)[0], gradient_of_update(batch.question)
    place = {step: i for i, step in enumerate(steps(batch))}
    for i, item in enumerate(items):
        if item.part != "update":
            assert np.isnan(before[i])
            assert gradient[i] == -1
            continue
        name = item.step.removeprefix("t2_").removeprefix("new_")
        prefix = "t2_" if item.iteration == 2 else ""
        assert gradient[i] == place[f"{prefix}d{name}"]
        assert before[i] == (values[0, place[f"new_{name}"]] if prefix else batch.givens[name][0])


@pytest.mark.parametrize("rule", [Rounding("dp", 4), Rounding("sf", 3)], ids=str)
@settings(deadline=None, derandomize=True)
@given(value=st.floats(-100, 100).filter(lambda v: abs(v) > 1e-3), width=st.floats(0, 0.1))
def test_what_is_written_from_own_values_is_all_that_rounding_makes_and_a_tenth_of_a_unit(rule, value, width) -> None:
    interval = Interval(np.array(value), np.array(value + width * (rule.kind == "dp")))
    exact, quick = rule.write(WRITTEN, interval), _written(rule)(WRITTEN, interval)
    unit = float(rule.unit(value))
    assert exact.low - 0.1 * unit <= quick.low <= exact.low + 1e-6 * unit
    assert exact.high - 1e-6 * unit <= quick.high <= exact.high + 0.1 * unit


def test_nothing_is_rounded_in_a_0_but_in_a_range_that_begins_or_ends_there() -> None:
    write, zero, one = _written(Rounding("dp", 4)), np.array(0.0), np.array(1.0)
    for low, high, wider in ((zero, zero, False), (zero, one, True), (-one, zero, True)):
        found = write(WRITTEN, Interval(low, high))
        assert (found.low < low, found.high > high) == (wider, wider)
    wide = Interval(zero, one)
    assert write(replace(WRITTEN, written=False), wide) is wide


def test_an_own_number_stands_for_half_a_unit_to_either_side() -> None:
    """From dw = 0.2 and alpha 0.5: w - alpha dw is 0.4, to a quarter of a unit, and two numbers kept by hand."""
    network = {"inputs": 1, "layers": [{"units": ["1"], "activation": "sigmoid"}]}
    givens = {"w11": 0.5, "b1": 0.5, "alpha": 0.5, "x1": 1, "y": 1}
    question = {"network": network, "loss": "cross-entropy", "givens": givens}
    batch = make_exam(spec_of({"questions": [question]}), 1, 1).batches[0]
    values = np.array([[{"dw11": 0.2}.get(step, np.nan) for step in steps(batch)]])
    own = basis_of(batch, np.zeros(1, int), values, np.zeros(values.shape, dtype=bool), np.full(values.shape, 0.3))
    lowest, highest, due = (table[0, steps(batch).index("new_w11")] for table in carried_forward(own))
    assert (lowest, highest, due) == (0.399963, 0.400037, 0.4)


def test_a_wrong_number_in_four_cells_of_a_part_is_no_basis_and_in_four_of_two_parts_it_is(batch: Batch) -> None:
    places = {
        part: [i for i, one in enumerate(batch.question.items) if one.part == part] for part in ("forward", "gradient")
    }
    values = np.full((2, len(steps(batch))), np.nan)
    values[0, places["gradient"][:4]] = values[1, places["gradient"][:2] + places["forward"][:2]] = 0.12345
    own = basis_of(batch, np.zeros(2, int), values, np.zeros(values.shape, dtype=bool), np.full(values.shape, 0.1))
    assert np.isfinite(np.array(list(own.claims.values()))).sum(axis=0).tolist() == [0, 4]
