"""Too few digits: which answers are written with fewer than asked, and how far they may be off."""

from dataclasses import replace
from unittest.mock import patch

import numpy as np
import pytest

from grader.marking.follow_through import half_units
from grader.marking.score import score
from grader.marking.verdicts import VERDICTS
from grader.reading.answers import Submissions
from qgen.engine.rounding import Rounding
from qgen.exam.exam import Exam, make_exam
from qgen.exam.spec import spec_of


def half(text: str, rule: str = "4dp") -> float:
    """Of one answer."""
    written = np.array([[text]], dtype=object)
    value = np.array([[float(text.replace(",", "."))]])
    return float(half_units(value, written, np.ones((1, 1), dtype=bool), Rounding.parse(rule))[0, 0])


@pytest.mark.parametrize(
    ("text", "rule", "found"),
    [
        ("0.12", "4dp", 0.005),
        ("0.123", "4dp", 0.0005),
        ("0,123", "4dp", 0.0005),
        ("-12", "4dp", 0.5),
        ("0.1234", "4dp", 0),  # as many as asked
        ("0.1230", "4dp", 0),
        ("0.12345", "4dp", 0),
        ("0.1", "4dp", 0),  # one significant digit says nothing
        ("0.05", "4dp", 0),
        ("0.050", "4dp", 0.0005),
        ("12.3", "4sf", 0.05),
        ("0.0123", "4sf", 0.00005),
        ("12.34", "4sf", 0),
        ("12.30", "4sf", 0),
    ],
)
def test_half_a_unit_of_the_last_digit_written_where_that_is_fewer_than_asked(text, rule, found) -> None:
    assert half(text, rule) == pytest.approx(found, rel=1e-6)
    if found:
        assert half(text, rule) > found  # so that a tie is near, whatever its double


def test_only_the_cells_asked_about_are_looked_at() -> None:
    values, written = np.array([[0.12, 0.12]]), np.array([["0.12", "0.12"]], dtype=object)
    found = half_units(values, written, np.array([[True, False]]), Rounding("dp", 4))
    assert found.tolist() == [[pytest.approx(0.005), 0.0]]


@pytest.fixture(scope="module")
def exam() -> Exam:
    return make_exam(spec_of({"questions": [{"network": "relu-sigmoid", "loss": "squared-error"}]}), 3, 1)


def handed_in(exam: Exam, change: dict[str, str]) -> Submissions:
    """Of the first variant's student: right but for `change`."""
    written = np.full((1, len(exam.items)), "", dtype=object)
    for i, item in enumerate(exam.items):
        written[0, i] = change.get(item.step, exam.spec.rounding.text(float(exam.value[i, 0])))
    return Submissions.of(["S"], np.zeros(1, int), exam.columns, written)


def marked(exam: Exam, change: dict[str, str]) -> dict[str, str]:
    """The verdict of every answer of the first variant's student: right but for `change`."""
    found = score(exam, handed_in(exam, change))
    return {item.step: VERDICTS[v] for item, v in zip(exam.items, found.verdicts[0].tolist(), strict=True)}


def test_of_numbers_with_two_digits_only_the_nearest_is_right_to_few_digits(exam: Exam) -> None:
    value = float(exam.value[exam.columns.index("q1_z3"), 0])
    for off in (-0.02, -0.01, 0, 0.01, 0.02):
        short = round(value, 2) + off
        verdict = marked(exam, {"z3": f"{short:.2f}"})["z3"]
        assert verdict == ("imprecise" if abs(short - value) <= 0.005 else "wrong")


def test_an_invented_gradient_of_0_and_the_parameter_that_it_leaves_as_it_was_count_for_nothing(exam: Exam) -> None:
    old = exam.spec.rounding.text(float(exam.batches[0].givens["b3"][0]))
    verdicts = marked(exam, {"db3": "0", "new_b3": old})
    assert (verdicts["db3"], verdicts["new_b3"]) == ("wrong", "wrong")
    assert {v for step, v in verdicts.items() if step not in ("db3", "new_b3")} == {"correct"}


@pytest.mark.parametrize(
    ("follow_through", "imprecise", "verdict"),
    [(0.25, 0.5, "follow_through"), (0.5, 0.5, "imprecise"), (0.75, 0.5, "imprecise")],
)
def test_few_digits_of_what_follows_are_called_so_unless_all_of_them_are_worth_less(
    exam: Exam, follow_through: float, imprecise: float, verdict: str
) -> None:
    marking = replace(exam.spec.marking, follow_through=follow_through, imprecise=imprecise)
    told = marked(replace(exam, spec=replace(exam.spec, marking=marking)), {"z3": "-3", "a3": "0.047"})  # 0.0474
    assert (told["z3"], told["a3"]) == ("wrong", verdict)


@pytest.mark.parametrize("side", [-1, 1])
def test_no_mistake_is_looked_for_in_an_answer_that_is_off_by_a_slip_of_rounding(exam: Exam, side: int) -> None:
    at = exam.columns.index("q1_z3")
    low, high = float(exam.low[at, 0]), float(exam.high[at, 0])
    sought = []
    for off in (0.9, 1.1):
        beyond = (high if side > 0 else low) + side * off * 3 * (high - low) / 2
        with patch("grader.marking.follow_through.diagnose", return_value={}) as diagnosed:
            score(exam, handed_in(exam, {"z3": f"{beyond:.9f}"}))
        sought.append(bool(diagnosed.call_args.args[0].wrong[0, at]))
    assert sought == [False, True]


def test_parameters_that_stay_as_they_were_by_own_numbers_follow_be_their_gradient_the_first_that_is_asked() -> None:
    question = {"network": "tanh-heads", "loss": "cross-entropy", "show": ["forward"], "ask": ["gradient", "update"]}
    exam = make_exam({"questions": [question]}, 1, 1)
    key = dict(zip(exam.columns, exam.value[:, 0].tolist(), strict=True))
    old = {name: float(values[0]) for name, values in exam.batches[0].givens.items()}
    assert exam.columns[0] == "q1_dw11"
    delta = round(-key["q1_db2"] * old["w12"] / old["w13"], 4)  # what comes back to the hidden unit adds up to 0
    wrong = {"db3": delta, "dw13": delta * key["q1_dw12"] / key["q1_db2"], "db1": 0.0, "dw11": 0.0, "dw21": 0.0}
    wrong |= {f"new_{name}": old[name] - old["alpha"] * wrong[f"d{name}"] for name in ("b1", "w11", "w21", "b3", "w13")}
    verdicts = marked(exam, {step: f"{value:.4f}" for step, value in wrong.items()})
    assert {step: verdicts[step] for step in wrong} == dict.fromkeys(wrong, "follow_through") | {"db3": "wrong"}
