"""Misconceptions are named right, one or two at once, and never on honest or merely careless students."""

from collections.abc import Iterable

import numpy as np
import pytest

from grader.marking.hypotheses import suspects
from grader.marking.score import score
from grader.marking.verdicts import WRONG, Marks
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
