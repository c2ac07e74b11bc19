"""Every verdict where it belongs: right, followed through, imprecise, wrong; and nothing for gaming."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from grader.marking.score import score
from grader.marking.tolerance import settled, within
from grader.marking.verdicts import CORRECT, FOLLOW_THROUGH, IMPRECISE, IS_BLANK, WRONG, Marks
from grader.reading.submissions import Submissions
from grader.reasons import Reason
from grader.rehearsal.simulate import numerals_of, wrong_number
from grader.rehearsal.simulated_work import UNROUNDED, Habits, habits_of, work
from qgen.decimals import plain
from qgen.engine.misconceptions import CATALOGUE
from qgen.engine.solve import Rows, every_row, mistaken_rules, solve
from qgen.engine.steps import Step
from qgen.exam.exam import Exam, make_exam
from qgen.exam.spec import spec_of
from qgen.tables.rows import Stored

LOSSES = ("squared-error", "cross-entropy")


def exam_of(network: str, loss: str, iterations: int = 1, variants: int = 6, **marking: object) -> Exam:
    question = {"network": network, "loss": loss, "iterations": iterations}
    return make_exam(spec_of({"questions": [question], "marking": marking}), variants, 1)


def submitted(exam: Exam, written: np.ndarray) -> Submissions:
    """These texts (students, items), variants in turn."""
    n = len(written)
    students, variants = tuple(f"S{s}" for s in range(n)), np.arange(n) % len(exam.variants)
    return Submissions.of(students, variants, exam.columns, written)


def marked(exam: Exam, values: np.ndarray) -> Marks:
    return score(exam, submitted(exam, numerals_of(values, exam.spec.rounding)))


def key_of(exam: Exam) -> np.ndarray:
    """The key's numbers as texts: (variants, items)."""
    return numerals_of(exam.value.T, exam.spec.rounding)


@pytest.mark.parametrize("rounding", ["4dp", "6dp", "3sf"])
def test_a_right_number_out_of_a_binary_float_is_right(rounding: str) -> None:
    exam = make_exam(spec_of({"rounding": rounding, "questions": [{"network": "relu-sigmoid"}]}), 6, 1)
    key = key_of(exam).astype(np.float64)
    noisy = np.concatenate([key.astype(np.float32).astype(np.float64), np.nextafter(np.nextafter(key, 9), 9)])
    written = np.array([[repr(value) for value in row] for row in noisy.tolist()], object)
    assert (score(exam, submitted(exam, written)).verdicts == CORRECT).all()


def by_row(write: Callable[[Step, Any], Any]) -> Callable[[Step, Any], Any]:
    return lambda step, value: value.written(write, step) if isinstance(value, Rows) else write(step, value)


@pytest.mark.parametrize("network", ["relu-sigmoid", "tanh-heads"])
@pytest.mark.parametrize("loss", LOSSES)
def test_no_known_mistake_gains_by_the_digits_that_are_not_looked_at(network: str, loss: str) -> None:
    exam = exam_of(network, loss, variants=50)
    (batch,) = exam.batches
    for write in (None, lambda step, value: batch.rounding.round(value) if step.written else value):
        with np.errstate(all="ignore"):
            right = solve(batch.question.steps, batch.givens, write=write)
            rules = mistaken_rules([(m,) for m in CATALOGUE])
            mistaken = solve(batch.question.steps, batch.givens, rules=rules, write=write and by_row(write))
        for item, low, high in zip(batch.question.items, exam.low, exam.high, strict=True):
            value = every_row(mistaken[item.step], len(CATALOGUE), batch.size)
            accepted = within(settled(value, batch.rounding), low, high)
            assert not (accepted & ~within(value, low, high) & (np.abs(value - right[item.step]) > 1e-9)).any()
            assert (accepted | ~within(value, low, high)).all()


def test_zeros_that_a_spreadsheet_left_out_are_not_too_few_digits() -> None:
    exam = exam_of("relu-sigmoid", "squared-error", variants=20)
    key = exam.value.T
    few = np.round(key, 2)
    texts = np.array([[f"{value:.2f}" for value in row] for row in few.tolist()], object)
    stored = np.array([[Stored(repr(value)) for value in row] for row in few.tolist()], object)
    assert (score(exam, submitted(exam, texts)).verdicts == IMPRECISE).any()
    assert not (score(exam, submitted(exam, stored)).verdicts == IMPRECISE).any()


def column(exam: Exam, step: str) -> int:
    return exam.columns.index(f"q1_{step}")


@pytest.fixture(scope="module", params=[(n, loss) for n in ("relu-sigmoid", "tanh-heads") for loss in LOSSES])
def exam(request: pytest.FixtureRequest) -> Exam:
    """Both networks with both losses, two iterations."""
    return exam_of(*request.param, iterations=2)


@pytest.fixture(scope="module")
def small() -> Exam:
    return exam_of("relu-sigmoid", "squared-error")


def test_the_keys_own_numbers_earn_everything_and_blanks_nothing(exam: Exam) -> None:
    written = np.concatenate([key_of(exam), np.full((1, len(exam.items)), "", dtype=object)])
    marks = score(exam, submitted(exam, written))
    assert (marks.verdicts[:-1] == CORRECT).all()
    assert marks.scores.tolist() == [exam.max_score] * len(exam.variants) + [0]
    assert (marks.verdicts[-1] == IS_BLANK).all()


def test_honest_rounding_by_any_habit_earns_everything(exam: Exam) -> None:
    variants = np.arange(300) % len(exam.variants)
    values = work(exam.batches[0], variants, habits_of(300, np.random.default_rng(1)))
    assert (marked(exam, values).verdicts == CORRECT).all()


def test_one_slip_in_any_cell_carried_on_costs_exactly_that_cell(exam: Exam) -> None:
    """Besides it only answers that the slip made trivial: 0s, and parameters that their update leaves as they are."""
    batch, rng = exam.batches[0], np.random.default_rng(1)
    n, cells = len(exam.variants), range(len(exam.items))
    slip = np.repeat(np.eye(len(cells), dtype=bool), n, axis=0)
    variants, habits = np.arange(len(slip)) % n, habits_of(len(slip), rng)
    honest = work(batch, variants, habits)
    wrong = np.full(slip.shape, np.nan)
    for row, i in np.argwhere(slip).tolist():
        wrong[row, i] = float(wrong_number(exam, i, row % n, float(honest[row, i]), rng)[1])
    slips = {item.step: wrong[:, i] for i, item in enumerate(exam.items)}
    values = work(batch, variants, habits, slips=slips)
    marks = marked(exam, values)
    lost = ~np.isin(marks.verdicts, (CORRECT, FOLLOW_THROUGH))
    assert lost[slip].all()
    others = lost & ~slip
    assert not (others & ~trivial(exam, values)).any()
    assert others.any(axis=1).mean() < 0.15
    assert np.allclose(marks.scores, exam.max_score - lost.sum(axis=1))


def trivial(exam: Exam, values: np.ndarray) -> np.ndarray:
    """Answers that show no work: 0, nothing, an error, or an updated parameter that repeats the old one."""
    found = (values == 0) | ~np.isfinite(values)
    variants = np.arange(len(values)) % len(exam.variants)
    place = {item.step: i for i, item in enumerate(exam.items)}
    for i, item in enumerate(exam.items):
        if item.part == "update":
            name = item.step.replace("new_", "")
            before = name.partition("_")[2] if item.iteration > 1 else ""
            old = values[:, place["new_" + before]] if before else exam.batches[0].givens[name][variants]
            found[:, i] |= values[:, i] == old
    return found


def test_a_wrong_cell_from_which_nothing_was_computed_costs_its_own_marks(exam: Exam) -> None:
    rng, n = np.random.default_rng(2), len(exam.variants)
    written = np.concatenate([key_of(exam)] * len(exam.items))
    changed = np.repeat(np.eye(len(exam.items), dtype=bool), n, axis=0)
    for row, i in np.argwhere(changed).tolist():
        written[row, i] = wrong_number(exam, i, row % n, float(exam.value[i, row % n]), rng)[1]
    verdicts = score(exam, submitted(exam, written)).verdicts
    assert (verdicts[changed] == WRONG).all()
    assert (verdicts[~changed] == CORRECT).all()


def test_the_printed_bounds_are_inside_and_a_hundredth_of_a_digit_beyond_is_not(small: Exam) -> None:
    step = 10.0 ** -(small.spec.rounding.digits + 2)
    for bound, outward in ((small.low, -1), (small.high, 1)):
        at = np.array([[plain(x) for x in row] for row in bound.T.tolist()], dtype=object)
        assert (score(small, submitted(small, at)).verdicts == CORRECT).all()
        beyond = np.array([[plain(round(x + outward * step, 12)) for x in row] for row in bound.T.tolist()], object)
        assert not (score(small, submitted(small, beyond)).verdicts == CORRECT).any()


def copies(exam: Exam) -> np.ndarray:
    """One student per given number, who writes it everywhere."""
    givens = exam.batches[0].givens
    rows = [np.full(len(exam.items), givens[name][0]) for name in givens]
    return np.array(rows)


def test_one_number_everywhere_earns_no_follow_through(exam: Exam) -> None:
    numbers = np.repeat([0.0, 1.0, -1.0, 0.5, 0.659, 7.77, 1e-4, 123456.0], len(exam.variants))
    everywhere = np.repeat(numbers[:, None], len(exam.items), axis=1)
    verdicts = marked(exam, np.concatenate([everywhere, copies(exam)])).verdicts
    assert not np.isin(verdicts, (FOLLOW_THROUGH, IMPRECISE)).any()


def test_a_constant_upstream_with_honest_work_after_it_earns_nothing_for_copies(exam: Exam) -> None:
    """The forward pass filled with a constant: what the constant alone gives is no work."""
    n = len(exam.variants)
    constants = np.repeat([0.0, 1.0], n)
    slips = {item.step: constants for item in exam.items if item.part == "forward"}
    exact = Habits(*(np.full(2 * n, fill) for fill in (UNROUNDED, True, 0)))
    values = work(exam.batches[0], np.arange(2 * n) % n, exact, slips=slips)
    verdicts = marked(exam, values).verdicts
    hidden = [i for i, item in enumerate(exam.items) if item.part in ("forward", "loss")]
    assert not np.isin(verdicts[:, hidden], (FOLLOW_THROUGH, IMPRECISE)).any()


def test_copying_the_givens_in_turn_earns_no_follow_through(exam: Exam) -> None:
    n = len(exam.batches[0].givens)
    givens = np.array([array[np.arange(n) % len(exam.variants)] for array in exam.batches[0].givens.values()]).T
    mixed = marked(exam, givens[:, np.arange(len(exam.items)) % n]).verdicts
    assert not (mixed == FOLLOW_THROUGH).any()


def test_a_value_a_thousand_times_off_is_no_basis(small: Exam) -> None:
    """With all of the output unit's inputs far off, nothing after them is followed through."""
    written = key_of(small)
    for step in ("z1_1", "a1_1"):
        i = column(small, step)
        written[:, i] = [plain(2000 * x) for x in small.value[i].tolist()]
    verdicts = score(small, submitted(small, written)).verdicts
    assert (verdicts[:, column(small, "z1_1")] == WRONG).all()
    assert (verdicts[:, column(small, "a1_1")] == WRONG).all()


def test_an_updated_parameter_that_repeats_the_old_value_is_wrong(exam: Exam) -> None:
    """Also where its gradient was answered with a 0, so that it would follow."""
    givens, n = exam.batches[0].givens, len(exam.variants)
    updates = [item for item in exam.items if item.part == "update" and item.iteration == 1]
    written = np.concatenate([key_of(exam)] * len(updates))
    repeats = np.zeros(written.shape, dtype=bool)
    for k, item in enumerate(updates):
        rows, name = slice(k * n, (k + 1) * n), item.step.removeprefix("new_")
        written[rows, exam.columns.index(item.id)] = [plain(x) for x in givens[name].tolist()]
        written[rows, column(exam, "d" + name)] = "0.0000"
        repeats[rows, exam.columns.index(item.id)] = True
    assert (score(exam, submitted(exam, written)).verdicts[repeats] == WRONG).all()


def rounded_to(exam: Exam, digits: int) -> np.ndarray:
    return np.array([[f"{x:.{digits}f}" for x in row] for row in exam.value.T.tolist()], dtype=object)


def test_the_right_number_with_too_few_digits_is_imprecise_and_worth_half(small: Exam) -> None:
    for digits in (2, 3):
        written = rounded_to(small, digits)
        marks = score(small, submitted(small, written))
        significant = np.array([[len(t.lstrip("-0.").replace(".", "")) for t in row] for row in written.tolist()])
        # its short form may be in the range, or follow from another short one
        short = ~np.isin(marks.verdicts, (CORRECT, FOLLOW_THROUGH))
        old = np.array([item.part == "update" for item in small.items])
        assert (marks.verdicts[short & (significant >= 2) & ~old] == IMPRECISE).all()
        assert (marks.verdicts[short & (significant < 2)] == WRONG).all()
        assert (marks.earned()[marks.verdicts == IMPRECISE] == 0.5).all()
        assert (marks.verdicts == IMPRECISE).mean() > 0.3


def test_a_wrong_number_with_few_digits_is_wrong(small: Exam) -> None:
    i = column(small, "z3")
    written = key_of(small)
    written[:, i] = [f"{x + 0.02:.2f}" for x in small.value[i].tolist()]
    assert (score(small, submitted(small, written)).verdicts[:, i] == WRONG).all()


def slipped(exam: Exam) -> np.ndarray:
    """Everyone slips in z3 and carries it on."""
    batch, n = exam.batches[0], len(exam.variants)
    exact = Habits(*(np.full(n, fill) for fill in (0, True, 0)))
    i = column(exam, "z3")
    return work(batch, np.arange(n), exact, slips={"z3": np.round(exam.value[i] * 1.3 + 0.11, 4)})


@pytest.mark.parametrize(("share", "worth"), [(1, 1.0), (0.5, 0.5)])
def test_follow_through_is_worth_the_share_that_the_spec_says(share: float, worth: float) -> None:
    exam = exam_of("relu-sigmoid", "squared-error", follow_through=share)
    marks = marked(exam, slipped(exam))
    followed = marks.verdicts == FOLLOW_THROUGH
    assert followed.sum() > 3 * len(exam.variants)
    assert (marks.earned()[followed] == worth).all()
    assert np.array_equal(np.isfinite(marks.expected_from_own), followed)
    cell = marks.cell(tuple(np.argwhere(followed)[0].tolist()))
    assert cell.reason == Reason("follow_through", (cell.from_own,))


def test_no_follow_through_where_the_spec_has_none() -> None:
    without = exam_of("relu-sigmoid", "squared-error", follow_through=0)
    assert not (marked(without, slipped(without)).verdicts == FOLLOW_THROUGH).any()
    parts = exam_of("relu-sigmoid", "squared-error", no_follow_through=["gradient"])
    verdicts = marked(parts, slipped(parts)).verdicts
    gradient = np.array([item.part == "gradient" for item in parts.items])
    assert not (verdicts[:, gradient] == FOLLOW_THROUGH).any()
    assert (verdicts[:, ~gradient] == FOLLOW_THROUGH).any()


def test_the_share_for_too_few_digits_is_the_specs() -> None:
    exam = exam_of("tanh-heads", "cross-entropy", imprecise=0.25)
    marks = score(exam, submitted(exam, rounded_to(exam, 2)))
    assert (marks.earned()[marks.verdicts == IMPRECISE] == 0.25).all()
    assert (marks.verdicts == IMPRECISE).any()


def test_marks_do_not_depend_on_who_else_is_marked(small: Exam) -> None:
    rng = np.random.default_rng(3)
    values = np.round(small.value.T * rng.choice([1, 1, 1, 1.3], size=small.value.T.shape), 4)
    together = marked(small, values)
    for v in (0, len(values) - 1):
        written = numerals_of(values[: v + 1], small.spec.rounding)
        alone = score(small, submitted(small, written))
        assert np.array_equal(alone.verdicts[v], together.verdicts[v])
        assert np.array_equal(alone.earned()[v], together.earned()[v])


EXACT = (0, True, 0)


def test_what_an_own_dead_unit_forces_to_be_0_follows_and_so_do_the_parameters_it_leaves() -> None:
    """A slip in an updated weight makes the unit's pre-activation negative in the next iteration."""
    exam = exam_of("relu-sigmoid", "squared-error", iterations=2)
    n = len(exam.variants)
    habits = Habits(*(np.full(n, fill) for fill in EXACT))
    far = np.round(-40.1 / exam.batches[0].givens["t2_x1"], 4)
    values = work(exam.batches[0], np.arange(n), habits, slips={"new_w11_1": far})
    verdicts = marked(exam, values).verdicts
    parameters = ("w11_1", "w21_1", "w31_1", "b1_1", "w11_2")
    forced = [column(exam, f"t2_d{name}") for name in parameters]
    left = [column(exam, f"t2_new_{name}") for name in parameters]
    assert (values[:, forced] == 0).all()
    assert (values[:, left] == values[:, [column(exam, f"new_{name}") for name in parameters]]).all()
    assert (verdicts[:, [column(exam, "t2_z1_1"), *forced, *left]] == FOLLOW_THROUGH).all()


def test_a_negative_number_out_of_nothing_forces_no_0() -> None:
    """The same 0s, but the pre-activations that they come from are the slips."""
    exam = exam_of("relu-sigmoid", "squared-error")
    n = len(exam.variants)
    habits = Habits(*(np.full(n, fill) for fill in EXACT))
    slips = {"z1_1": np.full(n, -5.4321), "z2_1": np.full(n, -2.1234)}
    values = work(exam.batches[0], np.arange(n), habits, slips=slips)
    verdicts = marked(exam, values).verdicts
    shown = np.array([item.part in ("gradient", "update") for item in exam.items])
    nothing = trivial(exam, values) & shown
    assert nothing.sum() == 24 * n
    assert (verdicts[nothing] == WRONG).all()


@pytest.mark.parametrize("slip", ["z1_1", "z2_1"])
def test_a_wrong_sign_before_a_relu_costs_its_own_cell_only(slip: str) -> None:
    exam = exam_of("relu-sigmoid", "squared-error")
    n, i = len(exam.variants), column(exam, slip)
    habits = Habits(*(np.full(n, fill) for fill in EXACT))
    values = work(exam.batches[0], np.arange(n), habits, slips={slip: -exam.value[i]})
    marks = marked(exam, values)
    assert (values == 0).sum() > 6 * n
    assert (marks.scores == exam.max_score - 1).all()


def test_one_or_two_numbers_for_all_gradients_are_no_basis_for_the_updates() -> None:
    """Else to subtract a constant, rightly, would be worth a third of the marks."""
    exam = exam_of("relu-sigmoid", "squared-error")
    givens, n = exam.batches[0].givens, len(exam.variants)
    updates = [item.step.removeprefix("new_") for item in exam.items if item.part == "update"]
    for constants in ((0.1,), (0.25, 0.35), (-0.0004,)):
        values = np.full((n, len(exam.items)), np.nan)
        for k, name in enumerate(updates):
            made_up = constants[k % len(constants)]
            values[:, column(exam, "d" + name)] = made_up
            values[:, column(exam, "new_" + name)] = np.round(givens[name] - givens["alpha"] * made_up, 4)
        assert (marked(exam, values).scores <= 2).all()


def test_a_made_up_gradient_as_small_as_rounding_makes_no_0_worth_anything() -> None:
    """The forward pass is right; five gradients are 0 and their parameters unchanged, beside an invented db3."""
    exam = exam_of("relu-sigmoid", "squared-error")
    n = len(exam.variants)
    values = np.full((n, len(exam.items)), np.nan)
    forward = [i for i, item in enumerate(exam.items) if item.part in ("forward", "loss")]
    values[:, forward] = exam.value.T[:, forward]
    values[:, column(exam, "db3")] = 0.0002
    for name in ("w13", "w23", "w11_2", "w12_2", "b1_2"):
        values[:, column(exam, "d" + name)] = 0.0
        values[:, column(exam, "new_" + name)] = exam.batches[0].givens[name]
    assert (marked(exam, values).scores == len(forward)).all()


def test_a_short_answer_is_worth_no_more_than_the_same_in_full() -> None:
    exam = exam_of("relu-sigmoid", "squared-error", follow_through=0.25, imprecise=0.5)
    values, i = slipped(exam), column(exam, "a3")
    full = numerals_of(values, exam.spec.rounding)
    short = full.copy()
    short[:, i] = [f"{x:.2f}" for x in values[:, i]]
    long, brief = (score(exam, submitted(exam, written)) for written in (full, short))
    assert (long.earned()[:, i] == 0.25).all()
    own = [
        s for (s, place), reason in brief.reasons.items() if place == i and reason.kind == "imprecise_of_own"
    ]  # the others are right by the key, to two digits
    assert len(own) > 2
    assert (brief.earned()[own, i] == 0.25).all()


def test_nobody_is_marked_without_a_fault(small: Exam) -> None:
    marks = score(small, submitted(small, np.empty((0, len(small.items)), dtype=object)))
    assert marks.verdicts.shape == (0, len(small.items))
    assert marks.scores.shape == (0,)


@pytest.mark.parametrize("iterations", [1, 2])
def test_a_mistake_that_is_made_throughout_is_charged_once_where_the_policy_says_so(iterations: int) -> None:
    question = {"network": "relu-sigmoid", "iterations": iterations}
    made = make_exam({"questions": [question], "marking": {"repeated_mistake": 1}}, 20, 1)
    plain = make_exam({"questions": [question]}, 20, 1)
    n = len(made.variants)
    names = ("no-learning-rate", "gradient-ascent", "path-weight-forgotten", "bias-gradient-times-input")
    students = np.arange(n * len(names))
    held = [(next(m for m in CATALOGUE if m.name == name), students[k * n :][:n]) for k, name in enumerate(names)]
    habits = habits_of(len(students), np.random.default_rng(1))
    values = work(made.batches[0], students % n, habits, held=held)
    once, each = marked(made, values), marked(plain, values)
    assert (once.verdicts == each.verdicts).all()
    charged, lost = ((made.max_score - marks.scores).reshape(len(names), n) for marks in (once, each))
    assert ((charged <= 1).mean(axis=1) >= 0.9).all()
    assert (lost.mean(axis=1) >= 4).all()
    for s in students[::n].tolist():
        assert once.cell((s, int(np.flatnonzero(once.repeated[s])[0]))).marks == 1


def test_a_class_marked_in_parts_has_the_marks_and_the_reasons_of_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    exam = exam_of("tanh-heads", "cross-entropy")
    written = np.tile(key_of(exam), (2, 1))
    for s in range(len(written)):
        written[s, s % 5] = "1.2.3"  # unreadable: the reading says why
        written[s, 7 + s % 5] = "0.7777"
    whole = score(exam, submitted(exam, written))
    monkeypatch.setattr("grader.marking.score.CHUNK", 5)
    parts = score(exam, submitted(exam, written))
    assert np.array_equal(parts.verdicts, whole.verdicts)
    assert parts.reasons == whole.reasons
    assert {s for s, _ in whole.reasons} == set(range(len(written)))
