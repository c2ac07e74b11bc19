"""Papers too much alike are found by sorting, and are those that comparing every two finds."""

from functools import cache

import numpy as np
import pytest
from cases import SMALL

from qgen.exam import copying as module
from qgen.exam.copying import apart, copied_share, copying, most_copied
from qgen.exam.exam import make_exam

SPECS = {
    "default": {},
    "two iterations, dead units": {
        "questions": [{"network": "relu-sigmoid", "loss": "squared-error", "iterations": 2, "dead_relu": 1}]
    },
    "few items": {"questions": [{"network": SMALL, "ask": ["loss", "dw*_1"]}]},
    "few numbers": {"questions": [{"network": "tanh-heads", "weights": [0.3, -0.4, 0.5], "inputs": [0.6, 0.7]}]},
    "few digits": {"rounding": "2dp"},
    "inputs of 0": {"questions": [{"network": SMALL, "loss": "squared-error", "inputs": [0, 1]}]},
    "marks of thirds": {"questions": [{"network": "tanh-heads", "marks": {"forward": 1 / 3, "loss": 2, "update": 0}}]},
}
LOOSE = {"tolerance": 1, "saturation": 0, "kink": 0, "copying": 1, "misconceptions": False}


@cache
def drawn(name, n=120):
    """Variants of which many are alike: nothing is certified."""
    return make_exam({**SPECS[name], "certify": LOOSE}, n, 1).batches


def counted(marks, values, low, high):
    """Every two variants compared with each other: the share that the second's answers earn on the first's paper."""
    n = values.shape[1]
    earned = np.zeros((n, n), dtype=np.float32)
    for worth, value, lowest, highest in zip(marks, values, low, high, strict=True):
        earned += worth * ((lowest[:, None] <= value) & (value <= highest[:, None]) & (value != 0))
    np.fill_diagonal(earned, 0)
    return earned.astype(float) / marks.sum() if marks.sum() else np.zeros((n, n))


def marks_of(batch, how):
    ours = np.array([item.marks for item in batch.question.items])
    others = np.random.default_rng(1).choice([0, 0.1, 1 / 3, 0.7, 2], len(ours))
    return {"its own": ours, "thirds": np.full(len(ours), 1 / 3), "mixed": others}[how]


@pytest.mark.parametrize("how", ["its own", "thirds", "mixed"])
@pytest.mark.parametrize("name", SPECS)
def test_the_worst_other_variant_is_to_the_last_bit_what_comparing_every_two_gives(monkeypatch, name, how):
    monkeypatch.setattr(module, "TOGETHER", 1000)
    for batch in drawn(name):
        marks = marks_of(batch, how)
        np.testing.assert_array_equal(copied_share(marks, *batch.key), counted(marks, *batch.key).max(axis=1))


@pytest.mark.parametrize("name", SPECS)
def test_the_margin_has_the_same_sign_for_every_variant(name):
    for batch in drawn(name):
        marks = marks_of(batch, "its own")
        margin = most_copied(batch) - counted(marks, *batch.key).max(axis=1)
        assert ((copying(batch) > 0) == (margin > 0)).all()


@pytest.mark.parametrize("settled", [0, 40])
@pytest.mark.parametrize("limit", [0.05, 0.1, 0.3])
@pytest.mark.parametrize("name", SPECS)
def test_those_that_stay_are_apart_and_no_other_could_stay_too(name, limit, settled):
    for batch in drawn(name):
        key = np.array(batch.key)
        first = apart(batch.question, limit, *key[:, :, :settled])
        key = np.concatenate([key[:, :, :settled][:, :, first], key[:, :, settled:]], axis=2)
        held = int(first.sum())
        stay = apart(batch.question, limit, *key, settled=held)
        share = counted(marks_of(batch, "its own"), *key)
        alike = (share >= limit) | (share >= limit).T
        assert stay[:held].all()
        assert not alike[np.ix_(stay, stay)].any()
        assert alike[np.ix_(~stay, np.ones_like(stay))].any(axis=1).all()


def test_of_three_papers_alike_the_first_stays():
    (batch,) = make_exam({"questions": [{"network": "tanh-heads"}]}, 4, 1).batches
    key = np.array(batch.take(np.array([0, 1, 0, 2, 0])).key)
    assert apart(batch.question, 0.1, *key).tolist() == [True, True, False, True, False]
    assert apart(batch.question, 0.1, *key[:, :, [0, 1, 2]], settled=2).tolist() == [True, True, False]


def test_three_answers_may_be_the_same_only_among_more_papers_than_many(monkeypatch):
    (batch,) = make_exam({"questions": [{"network": "tanh-heads"}]}, 4, 1).batches
    asked = len(batch.question.items)
    monkeypatch.setattr(module, "MANY", 4)
    assert 2 / asked < most_copied(batch) < 3 / asked
    monkeypatch.setattr(module, "MANY", 3)
    assert 3 / asked < most_copied(batch) < 4 / asked


def test_numbers_that_are_none_are_copied_by_nobody():
    values = np.array([[np.nan, np.inf, np.inf, 1.0]])
    assert copied_share(np.ones(1), values, values, values).tolist() == [0, 1, 1, 0]
