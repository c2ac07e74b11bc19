"""What follows from invented numbers earns nothing; one slip, or a mistake that nobody listed, costs itself only."""

from unittest.mock import patch

import numpy as np
import pytest

from grader.marking.invention import slipped
from grader.marking.score import score
from grader.marking.verdicts import CORRECT, Marks
from grader.reading.submissions import Submissions
from grader.rehearsal.simulate import numerals_of
from grader.rehearsal.simulated_work import habits_of, work
from qgen.engine.misconceptions import CATALOGUE
from qgen.engine.steps import Role
from qgen.exam.certify import Batch
from qgen.exam.exam import Exam, make_exam

STUDENTS = 40
GRADIENTS = (Role.BIAS_GRADIENT, Role.WEIGHT_GRADIENT)


@pytest.fixture(scope="module", params=[1, 2])
def exam(request: pytest.FixtureRequest) -> Exam:
    question = {"iterations": request.param}
    return make_exam(
        {"questions": [{"network": "relu-sigmoid"} | question, {"network": "tanh-heads"} | question]}, 20, 1
    )


def marked(exam: Exam, parts: list[np.ndarray]) -> Marks:
    written = numerals_of(np.hstack(parts), exam.spec.rounding)
    variants = np.arange(STUDENTS) % len(exam.variants)
    students = tuple(f"S{s}" for s in range(STUDENTS))
    return score(exam, Submissions.of(students, variants, exam.columns, written))


def inventing(exam: Exam, *roles: Role, layers: slice = slice(None)) -> Marks:
    """Everything worked out but the numbers of these roles and layers, which are made up."""
    rng, variants = np.random.default_rng(1), np.arange(STUDENTS) % len(exam.variants)

    def made_up(batch: Batch) -> dict[str, np.ndarray]:
        found = [batch.question.by_id[item.step] for item in batch.question.items]
        where = range(len(batch.question.layers))[layers]
        sign = rng.choice([-1, 1], (len(found), STUDENTS))
        numbers = np.round(sign * rng.uniform(0.02, 0.4, sign.shape), 4)
        return {step.id: row for step, row in zip(found, numbers, strict=True)
                if step.role in roles and step.layer in where}  # fmt: skip

    return marked(exam, [work(b, variants, habits_of(STUDENTS, rng), slips=made_up(b)) for b in exam.batches])


def beyond(marks: Marks) -> float:
    """The share of the marks of hidden layers on the way back that was earned beyond what is right by the key."""
    back = np.array([item.part in ("gradient", "update") and item.layer != "output" for item in marks.exam.items])
    worth = np.array([item.marks for item in marks.exam.items]) * back
    return float((marks.earned() * back - (marks.verdicts == CORRECT) * worth).sum(axis=1).mean() / worth.sum())


@pytest.mark.parametrize("roles", [
    GRADIENTS, (Role.BIAS_GRADIENT,), (Role.PREACTIVATION, *GRADIENTS), (Role.PREACTIVATION, Role.BIAS_GRADIENT),
])  # fmt: skip
def test_who_invents_what_the_chain_rule_gives_earns_next_to_nothing_by_it(exam: Exam, roles: tuple[Role, ...]) -> None:
    assert beyond(inventing(exam, *roles)) < 0.05


@pytest.mark.parametrize("roles", [GRADIENTS, (Role.BIAS_GRADIENT,)])
def test_an_output_layer_that_is_right_does_not_pay_for_invented_hidden_ones(
    exam: Exam, roles: tuple[Role, ...]
) -> None:
    assert beyond(inventing(exam, *roles, layers=slice(-1))) < 0.2


def test_the_right_zeros_of_dead_units_do_not_pay_for_invented_numbers() -> None:
    dead = make_exam({"questions": [{"network": "relu-sigmoid", "dead_relu": 2}]}, 1, 1)
    assert beyond(inventing(dead, *GRADIENTS, layers=slice(1, None))) < 0.01


def test_a_forward_pass_from_invented_sums_earns_nothing_but_the_way_back_from_it_is_work(exam: Exam) -> None:
    marks = inventing(exam, Role.PREACTIVATION)
    parts = np.array([item.part for item in exam.items])
    worth, earned = np.array([item.marks for item in exam.items]), marks.earned()
    assert earned[:, np.isin(parts, ("forward", "loss"))].sum(axis=1).mean() < 0.5
    back = np.isin(parts, ("gradient", "update"))
    assert earned[:, back].sum(axis=1).mean() > 0.75 * worth[back].sum()  # less where a dead ReLU leaves little to do


def test_what_was_made_up_is_told(exam: Exam) -> None:
    marks = inventing(exam, *GRADIENTS)
    told = np.zeros(marks.verdicts.shape, dtype=bool)
    for place, reason in marks.reasons.items():
        told[place] = reason.kind == "invented"
    updates = np.array([item.part == "update" for item in exam.items])
    assert told[:, updates].mean() > 0.8
    assert not marks.earned()[told].any()


@pytest.mark.parametrize(("name", "loss"), [
    ("path-weight-forgotten", "cross-entropy"), ("activation-for-path-weight", "squared-error"),
    ("updated-weights-in-backward-pass", "cross-entropy"), ("sigmoid-slope-plus", "squared-error"),
    ("gradient-ascent", "cross-entropy"), ("gradient-ascent", "squared-error"),
])  # fmt: skip
def test_a_mistake_that_nobody_listed_costs_its_own_cells_only(name: str, loss: str) -> None:
    exam = make_exam({"questions": [{"loss": loss}]}, 20, 1)
    everyone, variants = np.arange(STUDENTS), np.arange(STUDENTS) % 20
    held = [(next(m for m in CATALOGUE if m.name == name), everyone)]
    values = [work(exam.batches[0], variants, habits_of(STUDENTS, np.random.default_rng(1)), held=held)]
    with patch("qgen.exam.hypotheses.CATALOGUE", tuple(m for m in CATALOGUE if m.name != name)):
        now = marked(exam, values).scores
        with patch("grader.marking.score.invented", lambda answered, *_: np.zeros(answered.values.shape, dtype=bool)):
            following_alone = marked(exam, values).scores
    assert (following_alone - now <= 2).mean() >= 0.95


@pytest.mark.parametrize(
    ("written", "due", "near"),
    [
        (-0.1234, 0.1234, True), (0.1243, 0.1234, True), (0.1294, 0.1234, True), (1.234, 0.1234, True),
        (0.0123, 0.1234, True), (0.0, 0.1234, False),
        (0.1, 0.1234, True), (0.1, 0.1567, False), (0.4321, 0.1234, False), (0.1324, 0.1234, True),

        (0.1432, 0.1234, False), (0.1350, 0.1234, True), (0.3, 0.1234, False), (0.1234, np.nan, False),
        (0.2234, 0.1234, True),
        (0.1365, 0.1234, False), (0.3214, 0.1234, False), (0.1001, 0.1234, False), (0.1234, 0.0, False),
        (0.1000095, 0.1234, True), (0.0013, 0.1234, False), (0.0123, 0.1235, True), (0.00014, 0.0001, False),
    ],
)  # fmt: skip
def test_a_slip_is_a_tenth_a_sign_the_point_one_digit_or_two_swapped(written: float, due: float, near: bool) -> None:
    one = np.array([[written]]), np.array([[due]]), np.array([[1e-4]])
    assert slipped(*one).tolist() == [[near]]
