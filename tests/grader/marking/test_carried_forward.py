"""What follows from own values: the key where all is right, the student's own numbers where not, and no trifles."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.marking.carried_forward import Basis, basis_of, carried_forward, depends_on_wrong, repeated, shows_work
from grader.rehearsal.simulated_work import habits_of, work
from qgen.exam.certify import Batch
from qgen.exam.exam import make_exam
from qgen.exam.spec import spec_of


@pytest.fixture(scope="module", params=["relu-sigmoid", "tanh-heads"])
def batch(request: pytest.FixtureRequest) -> Batch:
    exam, _ = make_exam(spec_of({"questions": [{"network": request.param, "iterations": 2}]}), 4, 1)
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
    for step in steps(batch):
        n = 60
        variants = np.arange(n) % batch.size
        wrong = np.round(batch.values[step][variants] * rng.uniform(0.6, 1.6, n) + 0.01, 5)
        values = work(batch, variants, habits_of(n, rng), slips={step: wrong})
        lowest, highest, _ = carried_forward(owned(batch, values, np.zeros(values.shape, dtype=bool)))
        later = slice(steps(batch).index(step) + 1, None)
        inside = (lowest <= values) & (values <= highest) | np.isnan(values)
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
    values[:, z] = [-2.345, -0.777, 2.345, 0.0]
    own = owned(batch, values, np.zeros(values.shape, dtype=bool))
    assert shows_work(own, values)[:, a].tolist() == [True, True, False, False]
    assert not shows_work(own, values)[:, [i for i in range(values.shape[1]) if i not in (z, a)]].any()
