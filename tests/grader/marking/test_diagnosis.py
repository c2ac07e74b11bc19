"""Misconceptions are named right, one or two at once, and never on honest or merely careless students."""

from collections.abc import Iterable
from dataclasses import replace
from unittest.mock import Mock

import numpy as np
import pytest

from grader.marking.carried_forward import basis_of
from grader.marking.diagnosis import (
    Compared,
    Evidence,
    _best,
    _Fits,
    _likely_pairs,
    _Weighed,
    compared,
    may_explain,
    weigh,
)
from grader.marking.explain import swapped
from grader.marking.score import score
from grader.marking.verdicts import CORRECT, WRONG, Marks
from grader.reading.submissions import Submissions
from grader.reasons import Wording
from grader.rehearsal.simulate import numerals_of, simulate
from grader.rehearsal.simulated_work import changing, habits_of, work
from qgen.engine.misconceptions import CATALOGUE, Misconception
from qgen.exam.exam import Exam, make_exam
from qgen.exam.hypotheses import suspects
from qgen.exam.spec import spec_of
from qgen.papers.words import macro

BY_NAME = {m.name: m for m in CATALOGUE}
# one loss each: benchmarks/diagnosis.py tries them all
CASES = [("relu-sigmoid", "squared-error"), ("tanh-heads", "cross-entropy")]


def exam_of(network: str, loss: str, iterations: int = 2, variants: int = 20) -> Exam:
    question = {"network": network, "loss": loss, "iterations": iterations}
    return make_exam(spec_of({"questions": [question]}), variants, 1)


@pytest.fixture(scope="module", params=CASES)
def exam(request: pytest.FixtureRequest) -> Exam:
    return exam_of(*request.param)


CHANGES: dict[bytes, np.ndarray] = {}


def changes_of(exam: Exam) -> np.ndarray:
    """(catalogue, variants), worked out once."""
    key = exam.value.tobytes()
    if key not in CHANGES:
        CHANGES[key] = changing(exam.batches[0])
    return CHANGES[key]


def marked(exam: Exam, values: np.ndarray, variants: np.ndarray) -> Marks:
    written = numerals_of(values, exam.spec.rounding)
    students = tuple(f"S{s}" for s in range(len(written)))
    return score(exam, Submissions.of(students, variants, exam.columns, written))


def holding(exam: Exam, groups: list[tuple[Misconception, ...]], each: int) -> tuple[Marks, list[set[str]]]:
    """`each` students for every group, all of whom hold its misconceptions; and who holds what."""
    changes = changes_of(exam)
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
    return [m for m, row in zip(CATALOGUE, changes_of(exam), strict=True) if row.any()]


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
    both = "transposed-weight + bias-gradient-times-input"
    # times an input near 1 the second hardly shows
    assert {both} <= names["db1_1"] | names["db2_1"] <= {both, "transposed-weight"}


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


@pytest.mark.parametrize(("left_out", "said"), [("new_", "repeats"), ("new_b", "misconception")])
def test_biases_are_told_as_not_updated_only_to_who_updated_something(left_out: str, said: str) -> None:
    exam = exam_of("relu-sigmoid", "squared-error", 1)
    batch, values = exam.batches[0], exam.value.T.copy()
    for i, item in enumerate(exam.items):
        if item.step.startswith(left_out):
            values[:, i] = batch.givens[item.step.removeprefix("new_")]
    marks = marked(exam, values, np.arange(len(values)))
    assert {reason.kind for reason in marks.reasons.values()} == {said}


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


def fits_of(
    *rows: tuple[int, int, list[int]], cells: int = 4, near: bool = True, used: bool = False, more: int = 0
) -> _Fits:
    """Of (student, gain, explained cells) each; row r is about hypothesis r; `more` right cells speak for it, too."""
    explained = np.zeros((len(rows), cells), dtype=bool)
    for r, (_, _, places) in enumerate(rows):
        explained[r, places] = True
    students, gain = np.array([s for s, _, _ in rows]), np.array([g for _, g, _ in rows])
    count, none = explained.sum(axis=1), np.zeros(len(rows), dtype=int)
    made = np.arange(len(rows)) / 10
    return _Fits(
        students,
        np.arange(len(rows)),
        explained,
        count,
        np.full(len(rows), near),
        np.full(len(rows), used),
        count + more,
        none,
        gain,
        made,
    )


@pytest.mark.parametrize(
    ("rows", "row", "sure"),
    [
        ([(0, 1, [0])], 0, True),
        ([(0, 0, [0])], -1, False),  # as much against it as for it
        ([(0, 1, [0]), (0, 2, [0, 1])], 1, True),
        ([(0, 1, [0]), (0, 1, [1])], 0, False),  # two explain as much
        ([(0, 1, [0]), (0, 1, [0])], 0, False),  # with other numbers, one of which must be chance
        ([(0, 2, [0, 1]), (0, 2, [0, 1])], 0, True),  # on two cells the first of the catalogue is named
        ([(0, 2, [0, 1]), (0, 2, [0, 2])], 0, False),
    ],
)
def test_the_hypothesis_named_explains_most_and_no_other_as_much(rows, row, sure) -> None:
    best = _best(fits_of(*rows), np.array([len(rows[row][2])]), np.zeros(1, dtype=int))
    assert (best.row.tolist(), best.sure.tolist()) == ([row], [sure])


def test_of_two_that_make_the_same_number_of_the_only_cell_the_first_is_named() -> None:
    fits = replace(fits_of((0, 1, [0]), (0, 1, [0])), made=np.array([0.3, 0.3 + 1e-12]))
    best = _best(fits, np.ones(1, dtype=int), np.zeros(1, dtype=int))
    assert (best.row.tolist(), best.sure.tolist()) == ([0], [True])


@pytest.mark.parametrize(("near", "row"), [([False, True], 1), ([True, False], 0)])
def test_of_two_that_explain_the_only_cell_the_nearer_one_is_named(near: list[bool], row: int) -> None:
    fits = replace(fits_of((0, 1, [0]), (0, 1, [0])), near=np.array(near))
    best = _best(fits, np.ones(1, dtype=int), np.zeros(1, dtype=int))
    assert (best.row.tolist(), best.gain.tolist(), best.sure.tolist()) == ([row], [1], [True])


@pytest.mark.parametrize(
    ("near", "used", "more", "wrong", "sure"),
    [
        (True, False, 0, 1, True),
        (True, False, 0, 2, False),
        (True, True, 0, 2, True),
        (False, False, 0, 1, False),
        (False, True, 0, 2, False),
        (True, False, 1, 2, True),
        (False, False, 1, 1, True),
    ],
)
def test_one_cell_is_enough_only_if_near_and_gone_on_with_or_the_only_one_or_a_right_one_speaks_for_it(
    near, used, more, wrong, sure
) -> None:
    fits = fits_of((0, 1, [0]), near=near, used=used, more=more)
    assert _best(fits, np.array([wrong]), np.zeros(1, dtype=int)).sure.tolist() == [sure]


@pytest.mark.parametrize(("against", "row"), [(1, 0), (2, -1)])
def test_more_than_twice_as_much_must_speak_for_a_hypothesis_as_against_it(against: int, row: int) -> None:
    fits = replace(fits_of((0, 1, [0, 1]), more=1), against=np.array([against]))
    assert _best(fits, np.array([3]), np.zeros(1, dtype=int)).row.tolist() == [row]


def test_a_pair_is_named_only_where_it_explains_more_than_was_explained() -> None:
    fits, wrong = fits_of((0, 2, [0, 1]), (1, 2, [0, 1])), np.array([2, 2, 2])
    assert _best(fits, wrong, np.array([1, 2, 0])).sure.tolist() == [True, False, False]
    assert _best(fits, wrong + 1, np.array([1, 2, 0])).sure.tolist() == [False, False, False]  # one more is not enough
    twins = fits_of((0, 2, [0, 1]), (0, 2, [0, 1]))
    assert not _best(twins, np.array([2]), np.array([1])).sure.any()  # one cell more than before, by other numbers


def test_a_pair_is_tried_where_one_explains_something_or_both_change_one_answer_and_none_is_refuted() -> None:
    """Of four the second explains a cell, the third and fourth change the same answer; then the third is refuted."""
    fits, places = fits_of((0, 0, []), (0, 1, [1]), (0, 0, []), (0, 0, [])), np.array([[0, 1], [0, 2], [2, 3]])
    single, everything = Mock(held=range(4), touched=table("1000", "0100", "0010", "0011")), np.ones((1, 3), dtype=bool)
    looked_at = Mock(single=single, places=places), Mock(likely=lambda pairs, cells: everything)
    left = np.ones((1, 4), dtype=bool)
    assert _likely_pairs(looked_at[0], fits, looked_at[1], left).tolist() == [[True, False, True]]
    refuted = replace(fits, against=np.array([0, 1, 1, 0]))  # as much against the second as for it is not enough
    assert _likely_pairs(looked_at[0], refuted, looked_at[1], left).tolist() == [[True, False, False]]


def test_every_student_is_judged_alone() -> None:
    fits = fits_of((1, 3, [0, 1, 2]), (0, 1, [3]), (1, 1, [0]), (0, 2, [0, 1]))
    best = _best(fits, np.array([3, 3, 0]), np.zeros(3, dtype=int))
    assert best.row.tolist() == [3, 0, -1]
    assert best.gain.tolist() == [2, 3, 0]
    assert best.count.tolist() == [2, 3, 0]
    assert best.sure.tolist() == [True, True, False]


def test_what_a_hypothesis_explains_of_a_student_is_found_again_and_nothing_where_it_was_not_tried() -> None:
    """Rows by hypothesis, then by student: 0 of students 0 and 2, 2 of student 1."""
    explained = np.eye(3, dtype=bool)
    some = fits_of((0, 1, [0]), (2, 1, [1]), (1, 1, [2]), cells=3)
    fits = replace(some, students=np.array([0, 2, 1]), which=np.array([0, 0, 2]), explained=explained)
    found = fits.of(np.array([0, 0, 2, 2, 1]), np.array([0, 2, 1, 0, 1]))
    assert found.tolist() == [
        [True, False, False],
        [False, True, False],
        [False, False, True],
        [False] * 3,
        [False] * 3,
    ]


def test_an_answer_is_compared_with_what_a_mistake_makes_of_it_ends_included() -> None:
    made = np.array([[1.0, 1.25, 2.0, 2.0, 2.0, 2.0, 2.0]])
    due, values = np.ones((1, 7)), np.array([[1.0, 1.0, 2.0, 2.75, 3.0, 3.5, 3.75]])
    found = compared(made, due, values, np.full((1, 7), 0.25), np.full((1, 7), 0.75))
    assert found.differs.tolist() == [[False, False, True, True, True, True, True]]
    assert found.fits.tolist() == [[True, True, True, True, False, False, False]]
    assert found.near.tolist() == [[True, True, True, False, False, False, False]]
    assert found.unlike.tolist() == [[False, False, False, False, False, False, True]]


def table(*rows: str) -> np.ndarray:
    """Bools from texts: 1 is true."""
    return np.array([[c == "1" for c in row] for row in rows])


def test_what_speaks_for_a_hypothesis_and_what_against_it() -> None:
    """Cells: explained; right by it; right against it; missed; as it should be; right, though the first is wrong."""
    found = Compared(table("111100"), table("110010"), table("110010"), table("001101"))
    follows_first = np.zeros((6, 6), dtype=np.float32)
    follows_first[5, 0] = 1
    telling, settled, made = table("100100"), table("011011"), np.arange(6.0)[None] + 1
    no = table("000000")
    explained, count, near, used, support, against, gain, made_of_it = weigh(
        found, made, telling, no, settled, settled, follows_first
    )
    assert explained.tolist() == [[True] + [False] * 5]
    assert (count.tolist(), near.tolist(), support.tolist(), against.tolist()) == ([1], [True], [2], [2])
    assert (gain.tolist(), made_of_it.tolist()) == ([-1], [1.0])
    assert not used.any()
    # nothing follows from the first
    *_, against, gain, _ = weigh(found, made, telling, no, settled, settled, follows_first.T)
    assert (against.tolist(), gain.tolist()) == ([1], [0])
    assert not weigh(found._replace(near=table("010010")), made, telling, no, settled, settled, follows_first)[2].any()
    follows_first[4, 0] = 1  # what should be, and follows: it was gone on with
    assert weigh(found, made, telling, no, settled, settled, follows_first)[3].tolist() == [True]
    follows_first[3, 0] = 1  # wrong, and follows: as much speaks against its having been gone on with
    assert not weigh(found, made, telling, no, settled, settled, follows_first)[3].any()
    # unless it only repeats the old parameter
    assert weigh(found, made, telling, table("000100"), settled, settled, follows_first)[3].tolist() == [True]
    short = weigh(found, made, telling, no, settled, no, follows_first)  # none of them with all digits
    assert (short[3].tolist(), short[4].tolist()) == ([False], [1])


def test_a_hypothesis_is_tried_if_it_changes_a_cell_in_question_and_no_more_right_ones_than_wrong_ones() -> None:
    changed = table("1000", "1010", "1011", "0100")
    found = may_explain(changed, table("1000", "0000"), table("1000", "1100"), table("0011", "0000"))
    assert found.tolist() == [[True, True, False, False], [False] * 4]


def test_an_answer_follows_from_those_that_it_is_worked_out_from_with_none_between() -> None:
    question = exam_of("relu-sigmoid", "squared-error", 1, 1).batches[0].question
    place = {item.step: i for i, item in enumerate(question.items)}
    found = question.follows

    def of(name: str) -> set[str]:
        return {step for step, i in place.items() if found[place[name], i]}

    assert of("z1_1") == set()
    assert of("z3") == {"a1_2", "a2_2"}
    assert of("loss") == {"a3"}
    assert of("db3") == {"z3", "a3"}
    assert of("dw13") == {"db3", "a1_2"}
    assert of("db1_1") == {"db1_2", "db2_2", "z1_1", "a1_1"}
    assert of("new_w13") == {"dw13"}


def test_a_mistake_touches_an_answer_that_it_changes_in_some_variants_only() -> None:
    """With both targets 1 the second term of the cross-entropy is 0."""
    batch = exam_of("tanh-heads", "cross-entropy", 1, 20).batches[0]
    assert ((batch.givens["y2"] == 1) & (batch.givens["y3"] == 1)).any()
    known = suspects(batch)
    names = [held[0].name for held in known.single.held]
    loss = [item.step for item in batch.question.items].index("loss")
    assert known.single.touched[names.index("loss-one-term"), loss]
    assert known.single.reached[names.index("loss-one-term"), loss]


def test_what_was_used_is_told_only_where_one_number_stood_in_the_place_of_another() -> None:
    question = exam_of("relu-sigmoid", "squared-error", 1, 1).batches[0].question
    assert swapped(question, BY_NAME["own-activation"], "dw21_2") == ("a1_2", "a2_1")
    assert swapped(question, BY_NAME["weight-into-unit"], "db1_2") == ("w11_2", "w13")
    for name in ("slope-twice", "transposed-gradient", "output-delta-on-every-path", "parameter-for-gradient"):
        assert swapped(question, BY_NAME[name], "dw21_2") == swapped(question, BY_NAME[name], "new_w13") == ()


@pytest.mark.parametrize("network", ["relu-sigmoid", "tanh-heads"])
def test_the_other_sign_throughout_is_told_from_a_wrong_sign_in_one_place(network: str) -> None:
    """y - a, then plus: the new values are right, and speak for it. A sign copied wrong goes no further: no name."""
    exam = exam_of(network, "squared-error", 1)
    marks, _ = holding(exam, [(BY_NAME["delta-with-other-sign"],), (BY_NAME["target-minus-output"],)], 20)
    names = named(marks)
    assert [names.count({name}) >= 19 for name in ("delta-with-other-sign", "target-minus-output")] == [True, True]
    values = exam.value.T.copy()
    values[:, [i for i, item in enumerate(exam.items) if item.step == "db3"]] *= -1
    assert not any(named(marked(exam, np.round(values, 4), np.arange(len(values)))))


def test_the_other_index_convention_is_named_as_one_thing() -> None:
    exam = exam_of("relu-sigmoid", "cross-entropy", 1)
    marks, _ = holding(exam, [(BY_NAME["index-convention"],)], 20)
    assert named(marks).count({"index-convention"}) >= 19


def test_a_right_answer_speaks_against_a_mistake_as_far_as_honest_rounding_and_one_unit_go_end_included() -> None:
    exam = exam_of("relu-sigmoid", "squared-error", 1)
    batch, key, none = exam.batches[0], exam.value.T, np.zeros(exam.value.T.shape)
    basis = basis_of(batch, np.arange(len(key)), key, key == key, key)
    off = Evidence(basis, key + 0.01, none > 0, none > 0, none == 0, none, none, none)
    far = _Weighed(off, batch.question.follows)
    half = np.abs(off.values - far.due) - far.unit
    edge = half + far.unit == np.abs(off.values - far.due)
    assert edge.sum() > 100
    assert _Weighed(replace(off, half=half), batch.question.follows).kept[edge].all()
    assert not _Weighed(replace(off, half=half - 1e-9), batch.question.follows).kept.any()
