"""Misconceptions are named right, one or two at once, and never on honest or merely careless students."""

from collections.abc import Iterable

import numpy as np
import pytest

from grader.marking.diagnosis import _best, _Fits
from grader.marking.hypotheses import suspects
from grader.marking.score import score
from grader.marking.verdicts import CORRECT, WRONG, Marks
from grader.reading.submissions import Submissions
from grader.reasons import Wording
from grader.rehearsal.simulate import numerals_of, simulate
from grader.rehearsal.simulated_work import changing, habits_of, work
from qgen.engine.misconceptions import CATALOGUE, Misconception
from qgen.exam.exam import Exam, make_exam
from qgen.exam.spec import spec_of
from qgen.papers.words import macro

BY_NAME = {m.name: m for m in CATALOGUE}
CASES = [(n, loss) for n in ("relu-sigmoid", "tanh-heads") for loss in ("squared-error", "cross-entropy")]


def exam_of(network: str, loss: str, iterations: int = 2, variants: int = 20) -> Exam:
    question = {"network": network, "loss": loss, "iterations": iterations}
    return make_exam(spec_of({"questions": [question]}), variants, 1)


@pytest.fixture(scope="module", params=CASES)
def exam(request: pytest.FixtureRequest) -> Exam:
    return exam_of(*request.param)


def marked(exam: Exam, values: np.ndarray, variants: np.ndarray) -> Marks:
    written = numerals_of(values, exam.spec.rounding)
    students = tuple(f"S{s}" for s in range(len(written)))
    return score(exam, Submissions.of(students, variants, exam.columns, written))


def holding(exam: Exam, groups: list[tuple[Misconception, ...]], each: int) -> tuple[Marks, list[set[str]]]:
    """`each` students for every group, all of whom hold its misconceptions; and who holds what."""
    changes = changing(exam.batches[0])
    variants, held, truth = [], {}, []
    for group in groups:
        possible = np.flatnonzero(np.all([changes[CATALOGUE.index(m)] for m in group], axis=0))
        for k in range(each):
            for m in group:
                held.setdefault(m.name, []).append(len(truth))
            variants.append(possible[k % len(possible)])
            truth.append({m.name for m in group})
    rows = [(BY_NAME[name], np.array(places)) for name, places in held.items()]
    who = np.array(variants)
    values = work(exam.batches[0], who, habits_of(len(who), np.random.default_rng(1)), held=rows)
    return marked(exam, values, who), truth


def applying(exam: Exam) -> list[Misconception]:
    return [m for m, row in zip(CATALOGUE, changing(exam.batches[0]), strict=True) if row.any()]


def named(marks: Marks) -> list[set[str]]:
    found: list[set[str]] = [set() for _ in marks.submissions.students]
    for (s, _), reason in marks.reasons.items():
        found[s] |= set(reason.misconceptions)
    return found


def same(exam: Exam, one: Iterable[str], other: Iterable[str]) -> bool:
    """Whether two sets of misconceptions lead to the same answers, so that nobody can tell them apart."""
    rows = np.arange(exam.batches[0].size)
    habits = habits_of(len(rows), np.random.default_rng(0))
    made = [work(exam.batches[0], rows, habits, held=[(BY_NAME[n], rows) for n in sorted(s)]) for s in (one, other)]
    return bool(np.array_equal(*made, equal_nan=True))


def test_every_misconception_is_named_in_nineteen_of_twenty_students_who_have_it(exam: Exam) -> None:
    entries = applying(exam)
    marks, truth = holding(exam, [(m,) for m in entries], 20)
    alike: dict[tuple[str, str], bool] = {}
    right: dict[str, int] = {}
    for names, (name,) in zip(named(marks), map(tuple, truth), strict=True):
        hit = names == {name}
        if len(names) == 1 and not hit:
            (other,) = names
            hit = alike.setdefault((other, name), same(exam, {other}, {name}))
        right[name] = right.get(name, 0) + hit
    assert {name for name, count in right.items() if count < 19} == set()
    assert len(right) == len(entries) > 15


def test_two_at_once_are_both_named_in_four_of_five_students(exam: Exam) -> None:
    entries = applying(exam)
    pairs = [(a, b) for i, a in enumerate(entries) for b in entries[i + 1 :] if not set(a.swaps) & set(b.swaps)]
    chosen = [pairs[i] for i in np.random.default_rng(1).permutation(len(pairs))[:50].tolist()]
    marks, truth = holding(exam, chosen, 4)
    hits = [n == t or (bool(n) and same(exam, n, t)) for n, t in zip(named(marks), truth, strict=True)]
    assert np.mean(hits) >= 0.8


@pytest.mark.parametrize("kind", ["perfect", "rounding", "slip", "careless", "imprecise", "blank", "messy"])
def test_honest_and_careless_students_get_no_name(exam: Exam, kind: str) -> None:
    marks = score(exam, simulate(exam, 100, np.random.default_rng(1), {kind: 1}).submissions)
    assert sum(map(bool, named(marks))) <= 1


def test_a_name_is_only_on_wrong_cells_and_comes_with_a_sentence(exam: Exam) -> None:
    marks, _ = holding(exam, [(m,) for m in applying(exam)], 2)
    explained = {cell: reason for cell, reason in marks.reasons.items() if reason.misconceptions}
    assert explained
    for cell, reason in explained.items():
        assert marks.verdicts[cell] == WRONG
        note = Wording().markup(reason)
        sentences = [macro("misconceptions.txt", "sentence", name) for name in reason.misconceptions]
        assert note.endswith(" ".join(sentences))


def test_the_transposed_index_is_told_with_both_weights() -> None:
    exam = exam_of("relu-sigmoid", "squared-error", 1)
    marks, _ = holding(exam, [(BY_NAME["transposed-weight"],)], 3)
    notes = {exam.items[i].step: Wording().plain(reason) for (_, i), reason in marks.reasons.items()}
    assert notes["db2_1"].startswith("used w_12^(2) where w_21^(2) belongs. On the way back")


def test_of_two_mistakes_each_cell_gets_the_one_that_explains_it_alone() -> None:
    """A weight's gradient is not blamed for what was done to the bias's."""
    exam = exam_of("relu-sigmoid", "squared-error", 1)
    marks, _ = holding(exam, [(BY_NAME["transposed-weight"], BY_NAME["bias-gradient-times-input"])], 6)
    names: dict[str, set[str]] = {}
    for (_, i), reason in marks.reasons.items():
        if reason.misconceptions:
            names.setdefault(exam.items[i].step, set()).add(" + ".join(reason.misconceptions))
    assert names["db3"] == {"bias-gradient-times-input"}
    assert names["dw12_1"] == names["dw32_1"] == {"transposed-weight"}
    assert names["db1_1"] | names["db2_1"] == {"transposed-weight + bias-gradient-times-input"}


def test_of_two_mistakes_the_catalogue_s_first_one_is_named_alone_where_it_explains_a_cell_alone(exam: Exam) -> None:
    known = suspects(exam.batches[0])
    first = known.single.held[0]
    pairs = [known.pairs.held[p] for p in np.flatnonzero((known.places == 0).any(axis=1)).tolist()]
    marks, _ = holding(exam, pairs, 2)
    alone: list[set[str]] = [set() for _ in marks.submissions.students]
    for (s, _), reason in marks.reasons.items():
        if len(reason.misconceptions) == 1:
            alone[s] |= set(reason.misconceptions)
    assert any(first[0].name in names and len(names) == 2 for names in alone)


def test_a_rounding_slip_is_no_misconception() -> None:
    """Numbers off by one or two units of the last digit, just out of the range."""
    exam = exam_of("relu-sigmoid", "squared-error", 1)
    n = len(exam.variants)
    unit = 10.0**-exam.spec.rounding.digits
    values = np.round(np.concatenate([exam.high.T + unit, exam.low.T - unit]), 4)
    marks = marked(exam, values, np.arange(2 * n) % n)
    assert (marks.verdicts == WRONG).any()
    assert not any(named(marks))


def test_a_mistake_made_in_one_place_only_is_not_a_misconception() -> None:
    """The ascent of one parameter among thirty that go down."""
    exam = exam_of("relu-sigmoid", "squared-error", 1)
    batch, n = exam.batches[0], len(exam.variants)
    values = exam.value.T.copy()
    i = exam.columns.index("q1_new_w13")
    values[:, i] = batch.givens["w13"] + batch.givens["alpha"] * batch.values["dw13"]
    marks = marked(exam, np.round(values, 4), np.arange(n))
    assert (marks.verdicts[:, i] == WRONG).all()
    assert (np.delete(marks.verdicts, i, axis=1) == CORRECT).all()
    assert not any(named(marks))


@pytest.mark.parametrize("loss", ["squared-error", "cross-entropy"])
def test_where_two_explain_the_only_wrong_cell_equally_none_is_named(loss: str) -> None:
    """With one hidden unit and one iteration a mistake on the way back shows in one number only."""
    exam = exam_of("tanh-heads", loss, 1, 100)
    alone = [m for m in applying(exam) if m.name.startswith("tanh-slope") or m.name.endswith("-path-only")]
    marks, truth = holding(exam, [(m,) for m in alone], 100)
    unnamed = 0
    for names, held in zip(named(marks), truth, strict=True):
        assert names in (set(), held)
        unnamed += not names
    assert 0 < unnamed < 0.1 * len(truth)


def fits_of(*rows: tuple[int, int, list[int]], cells: int = 4) -> _Fits:
    """Of (student, gain, explained cells) each; row r is about hypothesis r."""
    explained = np.zeros((len(rows), cells), dtype=bool)
    for r, (_, _, places) in enumerate(rows):
        explained[r, places] = True
    students, gain = np.array([s for s, _, _ in rows]), np.array([g for _, g, _ in rows])
    return _Fits(students, np.arange(len(rows)), explained, explained.sum(axis=1), gain, np.zeros(len(rows), bool))


@pytest.mark.parametrize(
    ("rows", "row", "sure"),
    [
        ([(0, 1, [0])], 0, True),
        ([(0, 0, [0])], -1, False),  # as much against it as for it
        ([(0, 1, [0]), (0, 2, [0, 1])], 1, True),
        ([(0, 1, [0]), (0, 1, [1])], 0, False),  # two explain as much
        ([(0, 1, [0]), (0, 1, [0])], 0, False),  # on one cell twins cannot be told apart
        ([(0, 2, [0, 1]), (0, 2, [0, 1])], 0, True),  # on two the first of the catalogue is named
        ([(0, 2, [0, 1]), (0, 2, [0, 2])], 0, False),
    ],
)
def test_the_hypothesis_named_explains_most_and_no_other_as_much(rows, row, sure) -> None:
    best = _best(fits_of(*rows), 1, 0)
    assert (best.row.tolist(), best.sure.tolist()) == ([row], [sure])


def test_a_pair_is_named_only_where_it_explains_more_than_was_explained() -> None:
    fits = fits_of((0, 2, [0, 1]), (1, 2, [0, 1]))
    assert _best(fits, 3, np.array([1, 2, 0])).sure.tolist() == [True, False, False]
    twins = fits_of((0, 2, [0, 1]), (0, 2, [0, 1]))
    assert not _best(twins, 1, np.array([1])).sure.any()  # one cell more than before


def test_every_student_is_judged_alone() -> None:
    best = _best(fits_of((1, 3, [0, 1, 2]), (0, 1, [3]), (1, 1, [0]), (0, 2, [0, 1])), 3, 0)
    assert best.row.tolist() == [3, 0, -1]
    assert best.gain.tolist() == [2, 3, 0]
    assert best.count.tolist() == [2, 3, 0]
    assert best.sure.tolist() == [True, True, False]
