"""[notation] of a spec: a letter as people write it, and no letter for two things."""

import pytest

from qgen.exam.notation import CHOICES, LETTERS, TAKEN, USUAL, Notation, notation_of


def told(table: object) -> tuple[Notation, list[str]]:
    faults: list[str] = []
    return notation_of(table, "notation", faults), faults


@pytest.mark.parametrize(
    ("written", "latex"),
    [
        ("t", "t"), ("eta", r"\eta"), (r"\eta", r"\eta"), ("η", r"\eta"), ("y-hat", r"\hat{y}"), ("hat y", r"\hat{y}"),
        (" E ", "E"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("key", LETTERS)
def test_a_letter_stands_as_it_is_written(key: str, written: str, latex: str) -> None:
    notation, faults = told({key: written})
    assert faults == []
    assert notation == Notation(**{key: latex})


@pytest.mark.parametrize("key", LETTERS)
def test_what_is_no_letter_is_a_fault_and_the_usual_one_stands(key: str) -> None:
    notation, faults = told({key: "xy"})
    assert notation == USUAL
    assert faults == [f'notation.{key}: "xy" is no letter; write one such as "t", "eta" or "y-hat"']


@pytest.mark.parametrize("key", LETTERS)
def test_a_letter_of_something_else_is_a_fault_and_its_own_is_none(key: str) -> None:
    others = [(other, getattr(USUAL, other)) for other in LETTERS if other != key and other != "output"]
    for other, letter in others:
        assert told({key: letter})[1] == [f'notation.{key}: "{letter}" stands for {other} already; take another letter']
    for letter in TAKEN:
        fault = f'notation.{key}: "{letter}" stands for something else already; take another letter'
        assert told({key: letter})[1] == [fault]
    assert told({key: getattr(USUAL, key)}) == (USUAL, [])


@pytest.mark.parametrize("key", [key for key in LETTERS if key != "output"])
def test_the_letter_of_activations_is_the_output_s_alone(key: str) -> None:
    assert "stands for output already" in told({key: "a"})[1][0]
    assert "stands for something else already" in told({key: "a", "output": "o"})[1][0]


def test_two_letters_may_change_places() -> None:
    assert told({"target": "L", "loss": "y"}) == (Notation(target="L", loss="y"), [])
    assert len(told({"target": "t", "loss": "t"})[1]) == 2


@pytest.mark.parametrize("weights", CHOICES["weights"])
@pytest.mark.parametrize("layers", CHOICES["layers"])
@pytest.mark.parametrize("givens", CHOICES["givens"])
def test_matrices_need_layers_and_weights_of_two_indices(weights: str, layers: str, givens: str) -> None:
    wrong = ("layers", layers) if layers == "none" else ("weights", weights) if weights == "numbered" else None
    fault = (
        f'notation.givens: "matrices" do not go with {wrong and wrong[0]} = "{wrong and wrong[1]}"; change one of them'
    )
    table = {"weights": weights, "layers": layers, "givens": givens}
    assert told(table) == (Notation(**table), [fault] if wrong and givens == "matrices" else [])
