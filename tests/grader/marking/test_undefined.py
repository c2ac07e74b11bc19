"""Who says that own wrong numbers lead to no number is right; where there is a number to reach, such a word is none."""

import csv
import io
from dataclasses import replace

import numpy as np
import pytest

from grader.lms.comment import comment
from grader.lms.results import read_results
from grader.marking.carried_forward import leads_nowhere
from grader.marking.follow_through import Answered
from grader.marking.score import score
from grader.marking.verdicts import CORRECT, FOLLOW_THROUGH, IS_UNREADABLE, WRONG, Marks, Verdicts
from grader.reading.submissions import Submissions
from grader.reasons import NO_NUMBER, UNDEFINED, Reason, Wording
from grader.rehearsal.simulate import numerals_of
from grader.rehearsal.simulated_work import habits_of, work
from grader.results.marksheet import MARKS_HEADER, marks_rows, scores_csv
from qgen.engine.steps import Role
from qgen.exam.exam import Exam, make_exam
from qgen.exam.spec import spec_of

WORD = "undefined"


@pytest.fixture(scope="module", params=["relu-sigmoid", "tanh-heads"])
def exam(request: pytest.FixtureRequest) -> Exam:
    return make_exam(spec_of({"questions": [{"network": request.param, "loss": "cross-entropy"}]}), 12, 1)


def outputs(exam: Exam) -> list[int]:
    """The columns of the numbers whose logarithms the loss takes."""
    found = [exam.batches[0].question.by_id[item.step] for item in exam.items]
    return [i for i, step in enumerate(found) if step.role == Role.ACTIVATION and exam.items[i].layer == "output"]


def slipped(exam: Exam, wrong: float, seed: int) -> np.ndarray:
    """What each variant's student writes who takes the last output for a wrong number."""
    n, last = len(exam.variants), exam.items[outputs(exam)[-1]].step
    habits = habits_of(n, np.random.default_rng(seed))
    return texts(exam, work(exam.batches[0], np.arange(n), habits, slips={last: np.full(n, wrong)}))


def marked(exam: Exam, written: np.ndarray) -> Marks:
    """Of students with one variant each, or, where they are more, all with the first one."""
    n, each = len(written), len(written) == len(exam.variants)
    variants = np.arange(n) if each else np.zeros(n, dtype=np.intp)
    return score(exam, Submissions.of(tuple(f"S{s}" for s in range(n)), variants, exam.columns, written))


def texts(exam: Exam, values: np.ndarray) -> np.ndarray:
    return numerals_of(values, exam.spec.rounding)


def lost(marks: Marks) -> np.ndarray:
    return marks.earned() < np.array([item.marks for item in marks.exam.items])


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("wrong", [4.653, -0.653, 1.087])
def test_one_slip_that_leaves_no_loss_costs_its_own_cell_only(exam: Exam, wrong: float, seed: int) -> None:
    written, loss = slipped(exam, wrong, seed), exam.columns.index("q1_loss")
    assert (written[:, loss] == WORD).all()
    marks = marked(exam, written)
    assert np.flatnonzero(lost(marks).any(axis=0)).tolist() == [outputs(exam)[-1]]
    assert (marks.verdicts[:, loss] == FOLLOW_THROUGH).all()
    assert np.isnan(marks.expected_from_own[:, loss]).all()


def test_an_output_that_rounds_to_1_leaves_no_loss(exam: Exam) -> None:
    last = outputs(exam)[-1]
    written = texts(exam, exam.value.T)
    written[:, last - 1 : last + 1], written[:, exam.columns.index("q1_loss")] = ["12.37", "1.0000"], WORD
    assert (marked(exam, written).verdicts[:, [last, exam.columns.index("q1_loss")]] == FOLLOW_THROUGH).all()


def test_where_there_is_a_number_to_reach_the_word_is_unreadable(exam: Exam) -> None:
    others = [i for i in range(len(exam.items)) if i not in (exam.columns.index("q1_loss"), outputs(exam)[-1])]
    written = np.repeat(slipped(exam, 4.653, 1)[:1], len(others), axis=0)
    each = np.arange(len(others)), np.array(others)
    written[each] = WORD
    marks = marked(exam, written)
    assert (marks.verdicts[each] == IS_UNREADABLE).all()
    assert {marks.reasons[place] for place in zip(*each, strict=True)} == {Reason(UNDEFINED)}


@pytest.mark.parametrize("wrong", [None, "0.4321", "1", "0", ""])
def test_the_word_for_a_loss_that_can_be_computed_earns_nothing(exam: Exam, wrong: str | None) -> None:
    written, loss = texts(exam, exam.value.T), exam.columns.index("q1_loss")
    written[:, loss] = WORD
    if wrong is not None:
        written[:, outputs(exam)[-1]] = wrong
    assert (marked(exam, written).verdicts[:, loss] == IS_UNREADABLE).all()


@pytest.mark.parametrize("word", [WORD, "Fehler", ""])
def test_a_word_in_every_cell_of_a_blank_sheet_earns_nothing(exam: Exam, word: str) -> None:
    written = np.full(exam.value.T.shape, word, dtype=object)
    assert not marked(exam, written).scores.any()
    written[:, outputs(exam)[-1]] = "4.653"
    marks = marked(exam, written)
    assert not marks.scores.any()


def test_a_blank_or_a_programs_error_after_such_a_slip_earns_nothing(exam: Exam) -> None:
    empty, loss = ["", "-", "n/a", "none", "nan", "inf", "#NUM!"], exam.columns.index("q1_loss")
    written = np.repeat(slipped(exam, 4.653, 1)[:1], len(empty), axis=0)
    written[:, loss] = empty
    assert not np.isin(marked(exam, written).verdicts[:, loss], (CORRECT, FOLLOW_THROUGH)).any()


def test_what_rests_on_too_many_invented_numbers_is_taken_from_a_word_as_from_a_number(exam: Exam) -> None:
    sums = [i for i, item in enumerate(exam.items) if item.step.startswith(("z", "a"))]
    written, loss = texts(exam, exam.value.T), exam.columns.index("q1_loss")
    written[:, sums] = [f"{3.17 + 0.713 * i:.4f}" for i in sums]
    written[:, loss] = WORD
    marks = marked(exam, written)
    assert (marks.verdicts[:, loss] == WRONG).all()
    assert {marks.reasons[s, loss] for s in range(len(written))} == {Reason("invented")}


@pytest.mark.parametrize("marking", [{"follow_through": 0.0}, {"no_follow_through": ("loss",)}])
def test_a_policy_without_follow_through_gives_nothing_for_the_word(exam: Exam, marking: dict[str, object]) -> None:
    without = replace(exam, spec=replace(exam.spec, marking=replace(exam.spec.marking, **marking)))
    marks = marked(without, slipped(exam, 4.653, 1))
    assert (marks.verdicts[:, exam.columns.index("q1_loss")] == IS_UNREADABLE).all()


def test_a_number_that_leaves_out_0_times_what_cannot_be_computed_is_told_where_it_comes_from(exam: Exam) -> None:
    loss, last = exam.columns.index("q1_loss"), outputs(exam)[-1]
    target = next(name for name in reversed(exam.batches[0].question.givens) if name.startswith("y"))
    s = int(np.flatnonzero(exam.batches[0].givens[target] == 1)[0])
    written, text = texts(exam, exam.value.T), exam.spec.rounding.text
    value = float(exam.value[loss, s] + np.log(exam.value[last, s]) - np.log(4.653))
    written[s, [last, loss]] = ["4.653", text(value)]
    cell = marked(exam, written).cell((s, loss))
    assert cell.verdict == "follow_through"
    assert abs(float(cell.from_own) - value) < 2e-4
    assert str(cell.reason) == f"follow_through {cell.from_own}"


def test_that_own_numbers_lead_to_no_number_is_told_in_words(exam: Exam, tmp_path) -> None:
    half = replace(exam, spec=replace(exam.spec, marking=replace(exam.spec.marking, follow_through=0.5)))
    marks = marked(half, slipped(exam, 4.653, 1))
    sentence = "right from own earlier values, which lead to no number"
    assert Wording().plain(Reason(NO_NUMBER)) == sentence
    table = MARKS_HEADER + "\n" + "".join(marks_rows(marks, range(len(marks.verdicts))))
    row = next(row for row in csv.DictReader(io.StringIO(table)) if row["item"] == "q1_loss")
    told = {name: row[name] for name in ("answer", "verdict", "marks", "note", "from_own", "reason")}
    assert told == {"answer": WORD, "verdict": "follow_through", "marks": "0.5", "note": sentence, "from_own": "",
                    "reason": NO_NUMBER}  # fmt: skip
    (tmp_path / "scores.csv").write_text(scores_csv(marks))
    (tmp_path / "marks.csv").write_text(table)
    results = read_results(tmp_path, marks=True)
    assert f"follow through, 0.5/1, {sentence}" in comment(results.scores[0], results.maxima, results.lost["S0"])


def test_only_what_comes_after_a_logarithm_of_0_or_less_leads_nowhere(exam: Exam) -> None:
    verdicts: Verdicts = np.full(exam.value.T.shape, WRONG, dtype=np.int8)
    for wrong, nowhere in ((4.653, True), (-0.653, True), (0.4321, False)):
        submissions = marked(exam, slipped(exam, wrong, 1)).submissions
        rows = np.arange(len(verdicts))
        answered = Answered.of(exam, exam.batches[0], submissions, rows, slice(0, len(exam.items)), verdicts)
        found = leads_nowhere(answered.basis)
        assert [exam.items[i].step for i in np.flatnonzero(found.any(axis=0))] == ["loss"] * nowhere


def test_right_numbers_alone_do_not_lead_to_none_even_where_rounding_leaves_a_logarithm_of_0() -> None:
    network = {"inputs": 1, "layers": [{"units": 1, "activation": "sigmoid"}]}
    givens = {"x1": 2, "y": 0, "w11_1": 6, "b1_1": 0.5, "alpha": 1}
    question = {"network": network, "loss": "cross-entropy", "ask": ["forward", "loss", "update"], "givens": givens}
    exam = make_exam(spec_of({"questions": [question]}), 1, 1)
    assert exam.spec.rounding.text(float(exam.value[exam.columns.index("q1_a1_1"), 0])) == "1.0000"
    written, loss = texts(exam, exam.value.T), exam.columns.index("q1_loss")
    written[0, loss] = WORD
    assert marked(exam, written).verdicts[0, loss] == IS_UNREADABLE
    written[0, exam.columns.index("q1_new_b1_1")] = "0.7"  # wrong, but nothing follows from it
    assert marked(exam, written).verdicts[0, loss] == IS_UNREADABLE
