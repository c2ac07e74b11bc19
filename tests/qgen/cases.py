"""Questions to test on: the two networks of the notes and two made up here, their specs and certified variants."""

from functools import cache
from typing import Any

import numpy as np

from qgen.engine.question import Question
from qgen.exam.certify import Batch
from qgen.exam.exam import Exam, make_exam
from qgen.exam.sample import sample
from qgen.exam.spec import Spec, spec_of

THIRD = {
    "inputs": 2,
    "layers": [
        {"units": 3, "activation": "tanh"},
        {"units": 3, "activation": "relu"},
        {"units": 2, "activation": "sigmoid"},
    ],
}
"""2-3-3-2."""
FOURTH = {
    "inputs": 2,
    "layers": [
        {"units": 3, "activation": "sigmoid"},
        {"units": 3, "activation": "identity"},
        {"units": 2, "activation": "tanh"},
    ],
}
LEAKY = {
    "inputs": 2,
    "layers": [
        {"units": 2, "activation": "leaky-relu", "slope": 0.2},
        {"units": 2, "activation": "leaky-relu", "slope": 0.1},
        {"units": 3, "activation": "sigmoid"},
    ],
}
PARTLY = {"units": 2, "activation": "sigmoid", "connections": [[1, 1], [0, 1]]}
SIGMOIDS = [{"units": 2, "activation": "sigmoid"}, {"units": 1, "activation": "sigmoid"}]
SMALL = {"inputs": 2, "layers": SIGMOIDS}
HEADS = {"inputs": 2, "layers": [{"units": 3, "activation": "tanh"}, {"units": 2, "activation": "identity"}]}
SOFTMAX = {"inputs": 3, "layers": [{"units": 2, "activation": "sigmoid"}, {"units": 3, "activation": "softmax"}]}
NETWORKS: dict[str, Any] = {
    "A": "relu-sigmoid",
    "B": "tanh-heads",
    "third": THIRD,
    "fourth": FOURTH,
    "leaky": LEAKY,
    "softmax": SOFTMAX,
}


def spec_for(network: str = "A", loss: str = "squared-error", iterations: int = 1, **more: Any) -> Spec:
    """A spec of one question; `more` are keys of the question, or of the spec where it knows them.

    Softmax outputs have a loss of their own.
    """
    loss = "categorical-cross-entropy" if network == "softmax" else loss
    question = {"network": NETWORKS[network], "loss": loss, "iterations": iterations}
    whole = {key: more.pop(key) for key in ("rounding", "certify", "marking", "title") if key in more}
    return spec_of({"questions": [question | more], **whole})


def question_for(network: str = "A", loss: str = "squared-error", iterations: int = 1) -> Question:
    return spec_for(network, loss, iterations).questions[0].question


@cache
def drawn(
    n: int, network: str = "A", loss: str = "squared-error", iterations: int = 1, rounding: str = "", seed: int = 1
) -> Batch:
    """Certified variants, drawn once for all tests that ask for the same."""
    spec = spec_for(network, loss, iterations, **({"rounding": rounding} if rounding else {}))
    return sample(spec.questions[0], spec, n, np.random.default_rng(seed))[0]


def any_givens(question: Question, n: int, seed: int = 0) -> dict[str, np.ndarray]:
    """Givens that nobody certified: dead units, saturation and all. Shape (n,)."""
    rng = np.random.default_rng(seed)
    givens = {}
    for name, given in question.given.items():
        if given.kind == "targets":
            givens[name] = rng.integers(0, 2, n).astype(float)
        elif given.kind == "inputs":
            givens[name] = np.round(rng.uniform(0.5, 3, n), 1)
        else:
            givens[name] = np.round(rng.uniform(-1, 1, n), 2)
    for targets in question.examples("targets") if question.loss.one_hot else ():
        classes = rng.integers(len(targets), size=n)
        givens |= {y: (classes == k).astype(float) for k, y in enumerate(targets)}
    return givens


NOTES_GIVENS = """
x1 6 x2 2 x3 5 y 1 alpha 0.7
w11_1 0.42 w21_1 0.72 w31_1 0.21 w12_1 0.11 w22_1 0.30 w32_1 0.65 b1_1 0.01 b2_1 0.01
w11_2 0.17 w21_2 0.29 w12_2 0.91 w22_2 0.08 b1_2 0.05 b2_2 0.05 w13 0.61 w23 0.39 b3 0.08
"""


def pairs(text: str) -> dict[str, str]:
    """Names and numbers that stand in turns."""
    words = text.split()
    return dict(zip(words[::2], words[1::2], strict=True))


def notes_givens() -> dict[str, float]:
    """The worked example of the notes, for network A."""
    return {name: float(text) for name, text in pairs(NOTES_GIVENS).items()}


BACK = ["all", "dz*", "da*", "dx*"]
# Keys of questions that ask what courses ask, by what they are about.
ASKING: dict[str, dict[str, Any]] = {
    "deltas": {"loss": "cross-entropy", "ask": BACK},
    "deltas the other way": {"loss": "squared-error", "ask": BACK, "delta": "-dz"},
    "deltas of two outputs": {"network": "tanh-heads", "ask": BACK},
    "changes and the pass after": {
        "network": "tanh-heads",
        "loss": "squared-error",
        "ask": ["all", "change_*", "after_*"],
    },
    "no biases": {"network": SMALL, "loss": "squared-error", "biases": "none", "iterations": 2},
    "shared biases": {"network": HEADS, "loss": "squared-error", "loss_scale": "mean", "biases": "shared"},
    "fixed biases": {"network": SMALL, "biases": "shared-fixed", "iterations": 2},
    "inputs of 0": {"network": SMALL, "loss": "squared-error", "biases": "none", "inputs": [0, 1]},
    "inputs of 0 and biases": {"loss": "cross-entropy", "inputs": [0, 1]},
    "missing weights": {"network": {"inputs": 2, "layers": [PARTLY, SIGMOIDS[1]]}, "ask": BACK},
    "gaps": {"loss": "squared-error", "ask": ["a3", "dw*_1", "new_b1_1"]},
    "a given forward pass": {"loss": "squared-error", "show": "forward"},
    "some given": {"loss": "cross-entropy", "show": ["a1_1", "a2_1", "z3"], "ask": ["gradient"]},
}


@cache
def asking(what: str, n: int, seed: int = 1) -> Exam:
    """An exam of one such question."""
    return make_exam({"questions": [ASKING[what]], "rounding": "6dp"}, n, seed)
