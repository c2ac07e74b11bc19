"""The usual mistakes of a gradient's line: wrong numbers made in this very line, never one that would be accepted."""

import numpy as np
import pytest

from qgen.engine.misconceptions import CATALOGUE
from qgen.exam.exam import make_exam
from qgen.exam.spec import spec_of
from qgen.solution.solution_mistakes import MOST, TOGETHER, UsualMistakes

LAYERED = {
    "inputs": 2,
    "layers": [{"units": n, "activation": a} for n, a in ((3, "tanh"), (3, "sigmoid"), (2, "sigmoid"))],
}


@pytest.fixture(scope="module")
def exam():
    questions = [
        {"network": "relu-sigmoid", "loss": "squared-error"},
        {"network": "tanh-heads", "iterations": 2},
        {"network": LAYERED, "loss": "squared-error"},
    ]
    return make_exam(spec_of({"questions": questions, "certify": {"tolerance": 0.2}}), 5, 3)


def test_at_most_three_of_different_rules_for_every_gradient(exam):
    swaps = {m.name: m.swaps.keys() for m in CATALOGUE}
    for batch in exam.batches:
        usual = UsualMistakes(batch)
        gradients = {item.step for item in batch.question.items if item.part == "gradient"}
        for variant in range(batch.size):
            found = usual.of(variant)
            assert found.keys() == gradients
            for pairs in found.values():
                rules = [rule for name, _ in pairs for rule in swaps[name]]
                assert len(pairs) <= MOST
                assert len(rules) == len(set(rules))


def test_every_gradient_of_both_networks_has_one_on_every_paper(exam):
    for batch in exam.batches[:2]:
        assert all(pairs for variant in range(batch.size) for pairs in UsualMistakes(batch).of(variant).values())


def test_no_wrong_number_would_be_accepted(exam):
    row = {item.id: k for k, item in enumerate(exam.items)}
    for batch in exam.batches:
        for variant in range(batch.size):
            found = UsualMistakes(batch).of(variant)
            for item in batch.question.items:
                for name, text in found.get(item.step, ()):
                    k = row[item.id]
                    assert not exam.low[k, variant] <= float(text) <= exam.high[k, variant], (item.id, name)


def test_the_numbers_are_those_of_a_student_who_errs_in_this_line_only(exam):
    batch, text = exam.batches[0], exam.spec.rounding.text
    v = {name: float(value[2]) for name, value in {**batch.values, **batch.givens}.items()}
    error, slope = v["a3"] - v["y"], v["a3"] * (1 - v["a3"])
    delta = error * slope
    s1, s2 = (v[a] * (1 - v[a]) for a in ("a1_2", "a2_2"))
    by_hand = {
        ("dw13", "target-minus-output"): -delta * v["a1_2"],
        ("dw13", "sigmoid-slope-plus"): error * v["a3"] * (1 + v["a3"]) * v["a1_2"],
        ("dw23", "preactivation-in-weight-gradient"): delta * v["z2_2"],
        ("dw11_2", "sigmoid-slope-plus"): delta * v["w13"] * v["a1_2"] * (1 + v["a1_2"]) * v["a1_1"],
        ("dw11_2", "path-weight-forgotten"): delta * s1 * v["a1_1"],
        ("dw21_1", "first-path-only"): delta * v["w13"] * s1 * v["w11_2"] * v["x2"],
        ("dw31_1", "last-path-only"): delta * v["w23"] * s2 * v["w12_2"] * v["x3"],
    }
    found = UsualMistakes(batch).of(2)
    shown = {(step, name): number for step, pairs in found.items() for name, number in pairs}
    assert {key: text(value) for key, value in by_hand.items()} == {key: shown.get(key) for key in by_hand}


def test_where_a_line_starts_from_the_biass_gradient_only_its_own_mistakes_count(exam):
    found = UsualMistakes(exam.batches[2]).of(0)
    own = {m.name for m in CATALOGUE if "weight_gradient" in m.swaps}
    for step in ("dw11_1", "dw21_2", "dw31_3"):
        assert {name for name, _ in found[step]} <= own
    assert {name for name, _ in found["db1_2"]} - own


def test_what_is_shown_does_not_depend_on_which_papers_were_printed_before(exam):
    batch = exam.batches[0].take(np.arange(300) % 5)
    forwards, alone = UsualMistakes(batch), UsualMistakes(batch)
    numbers = [forwards.of(variant) for variant in range(batch.size)]
    for variant in (299, TOGETHER, TOGETHER - 1, 0):
        assert alone.of(variant) == numbers[variant]
    assert numbers[4] == numbers[299]


def test_a_mistake_that_changes_nothing_on_a_paper_is_not_listed_there():
    question = {"network": "relu-sigmoid", "loss": "squared-error", "dead_relu": 1}
    batch = make_exam(spec_of({"questions": [question]}), 4, 3).batches[0]
    text, usual = batch.rounding.text, UsualMistakes(batch)
    listed = [
        (number, text(float(batch.values[step][variant])))
        for variant in range(batch.size)
        for step, pairs in usual.of(variant).items()
        for _, number in pairs
    ]
    assert listed
    assert [pair for pair in listed if pair[0] == pair[1]] == []
