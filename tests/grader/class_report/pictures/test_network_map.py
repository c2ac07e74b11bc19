"""Every unit, weight and bias has the colour of its facility, and its number beside it where there is room."""

import re

import pytest

from grader.class_report.pictures.network_map import maps
from grader.class_report.pictures.plots import shade
from qgen.engine.question import Question
from qgen.exam.spec import spec_of


def question(**table: object) -> Question:
    return spec_of({"questions": [{"network": "relu-sigmoid", **table}]}).questions[0].question


def drawn(asked: Question, facility: dict[str, float]) -> dict[str, str]:
    found = maps(asked, facility, lambda name: name, lambda f: f"{100 * f:.0f}", lambda part: part)
    return {one.part: str(one.picture) for one in found}


@pytest.fixture(scope="module")
def facility() -> dict[str, float]:
    """Another facility for every item."""
    items = question().items
    return {item.id: k / len(items) for k, item in enumerate(items)}


def test_every_parameter_has_the_colour_of_its_facility(facility):
    pictures = drawn(question(), facility)
    for part, start in (("gradient", "d"), ("update", "new_")):
        lines = re.findall(r'<path class="way (f\d)"[^>]*><title>(\w+): (\d+) %</title>', pictures[part])
        assert len(lines) == 17
        for colour, parameter, number in lines:
            own = facility[f"q1_{start}{parameter}"]
            assert (colour, number) == (shade(own), f"{100 * own:.0f}")


def test_units_have_a_half_for_z_and_one_for_a(facility):
    forward = drawn(question(), facility)["forward"]
    assert forward.count('class="disc') == 2 * 5 + 1  # and the loss
    for item in question().items:
        if item.part in ("forward", "loss"):
            assert f">{100 * facility[item.id]:.0f}</text>" in forward
    assert "way" not in forward


def test_what_is_not_asked_has_no_colour(facility):
    asked = question(ask=["dw13", "a3"])
    pictures = drawn(asked, {"q1_dw13": 0.4, "q1_a3": 0.9})
    assert set(pictures) == {"forward", "gradient"}
    assert pictures["gradient"].count('class="way') == 1
    assert pictures["forward"].count('class="disc') == 1
    assert drawn(asked, {}) == {}


def test_iterations_are_put_together():
    asked = question(iterations=2, ask=["dw13", "t2_dw13"])
    assert "w13: 50 %" in drawn(asked, {"q1_dw13": 0.2, "q1_t2_dw13": 0.8})["gradient"]


def test_numbers_of_a_dense_network_are_left_to_the_table():
    layers = [{"units": 8, "activation": "tanh"}, {"units": 6, "activation": "sigmoid"}]
    asked = spec_of({"questions": [{"network": {"inputs": 3, "layers": layers}}]}).questions[0].question
    picture = drawn(asked, {item.id: 0.95 for item in asked.items})["gradient"]
    assert picture.count('class="way f4"') == 3 * 8 + 8 + 8 * 6 + 6
    assert picture.count(">95</text>") == 8 + 6  # of biases


def test_a_bias_that_all_units_share_is_drawn_at_each():
    asked = question(network="tanh-heads", biases="shared")
    shared = next(item for item in asked.items if item.step == "db_2")
    assert drawn(asked, {shared.id: 0.3})["gradient"].count(">30</text>") == 2
