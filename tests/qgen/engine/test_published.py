"""Questions of real exams and textbooks with published numbers come out as published."""

import pytest

from qgen.engine.solve import solve
from qgen.exam.spec import spec_of


def values(question: dict[str, object], givens: dict[str, float]) -> dict[str, float]:
    spec = spec_of({"questions": [question]}).questions[0].question
    return {name: float(value) for name, value in solve(spec.all_steps, givens).items()}


def test_mitchells_exercise_with_momentum():
    """Exercise 4.7: two units in a row, every weight 0.1, two examples, rate 0.3, momentum 0.9."""
    layers = [{"units": 1, "activation": "sigmoid"}, {"units": 1, "activation": "sigmoid"}]
    question = {"network": {"inputs": 2, "layers": layers}, "loss": "squared-error", "iterations": 2, "momentum": 0.9}
    givens = dict.fromkeys(("w11_1", "w21_1", "b1_1", "w11_2", "b1_2"), 0.1)
    givens |= {"x1": 1, "x2": 0, "y": 1, "t2_x1": 0, "t2_x2": 1, "t2_y": 0, "alpha": 0.3, "mu": 0.9}
    found = values(question, givens)
    names = ("w11_1", "w21_1", "b1_1", "w11_2", "b1_2")
    assert [round(found[f"new_{name}"], 5) for name in names] == [0.10085, 0.1, 0.10085, 0.11891, 0.13439]
    assert [round(found[f"t2_new_{name}"], 5) for name in names] == [0.10162, 0.0988, 0.10042, 0.11347, 0.12452]
    del question["momentum"], givens["mu"]
    found = values(question, givens)
    assert [round(found[f"t2_new_{name}"], 5) for name in names] == [0.10085, 0.0988, 0.09965, 0.09645, 0.09357]


def test_a_softmax_example_whose_second_logit_was_published_wrong():
    """The published logits are .428 and .185, and y .561; with the second one right, .157, it is .567."""
    layers = [{"units": 2, "activation": "sigmoid"}, {"units": 2, "activation": "softmax"}]
    question = {"network": {"inputs": 3, "layers": layers}, "biases": "shared"}
    givens = {"x1": 1, "x2": 2, "x3": -1, "y1": 1, "y2": 0, "alpha": 0.1, "b_1": 0.5, "b_2": 0.1}
    givens |= {"w11_1": 0.2, "w21_1": -0.3, "w31_1": 0.4, "w12_1": -0.5, "w22_1": 0.1, "w32_1": 0.2}
    givens |= {"w11_2": 0.3, "w21_2": 0.4, "w12_2": -0.1, "w22_2": 0.2}
    found = values(question, givens)
    assert [round(found[name], 3) for name in ("z1_2", "z2_2", "a1_2")] == [0.428, 0.157, 0.567]
    assert found["dz1_2"] == pytest.approx(found["a1_2"] - 1)
