"""The chain of arrows beside a gradient: every quantity that its line differentiates, in the order of the paths."""

import re

import pytest

from qgen.engine.symbols import latex_name
from qgen.exam.spec import spec_of
from qgen.solution.gradient_paths import gradient_path
from qgen.solution.worked import Derivation, paths


def question(network, **more):
    return spec_of({"questions": [{"network": network, "loss": "squared-error", **more}]}).questions[0].question


def table(*units):
    return {"inputs": 2, "layers": [{"units": n, "activation": "sigmoid"} for n in units]}


@pytest.mark.parametrize(
    ("network", "gradient", "chain"),
    [
        ("relu-sigmoid", "dw13", r"L \to a_{3} \to z_{3} \to w_{13}"),
        ("relu-sigmoid", "db3", r"L \to a_{3} \to z_{3} \to b_{3}"),
        ("relu-sigmoid", "dw11_2", r"L \to a_{3} \to z_{3} \to a_{1}^{(2)} \to z_{1}^{(2)} \to w_{11}^{(2)}"),
        (
            "relu-sigmoid",
            "dw31_1",
            r"L \to a_{3} \to z_{3} \to \{\, a_{1}^{(2)} \to z_{1}^{(2)} \;|\; a_{2}^{(2)} \to z_{2}^{(2)} \,\}"
            r" \to a_{1}^{(1)} \to z_{1}^{(1)} \to w_{31}^{(1)}",
        ),
        ("tanh-heads", "db1", r"L \to \{\, a_{2} \to z_{2} \;|\; a_{3} \to z_{3} \,\} \to a_{1} \to z_{1} \to b_{1}"),
        (table(3, 3, 2), "dw11_1", r"L \to \cdots \to z_{1}^{(1)} \to w_{11}^{(1)}"),
        (
            table(3, 3, 2),
            "db1_2",
            r"L \to \cdots \to \{\, z_{1}^{(3)} \;|\; z_{2}^{(3)} \,\} \to a_{1}^{(2)} \to z_{1}^{(2)} \to b_{1}^{(2)}",
        ),
    ],
)
def test_the_chain_reads_from_the_loss_to_the_parameter(network, gradient, chain):
    assert gradient_path(Derivation(question(network)), gradient) == chain


@pytest.mark.parametrize("network", ["relu-sigmoid", "tanh-heads", table(2, 2), table(1, 2, 2), table(3, 3, 2)])
def test_the_chain_names_all_quantities_of_all_paths_and_no_other(network):
    derivation = Derivation(question(network, iterations=2))
    for item in derivation.question.items:
        if item.part == "gradient":
            named = re.split(r" \\to |\\\{\\, | \\;\|\\; | \\,\\\}", gradient_path(derivation, item.step))
            wanted = {latex_name(name) for path in paths(derivation, item.step) for name in path}
            assert {name for name in named if name} - {r"\cdots"} == wanted
