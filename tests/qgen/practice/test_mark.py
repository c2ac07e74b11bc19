import numpy as np
import pytest
from cases import asking, spec_for
from javascript import under_node

from grader.marking.score import score
from grader.marking.verdicts import VERDICTS
from grader.reading.numerals import UNREADABLE
from grader.reading.submissions import Submissions
from grader.rehearsal.simulate import numerals_of, simulate
from grader.rehearsal.simulated_work import habits_of, work
from qgen.engine.steps import Role
from qgen.exam.exam import make_exam
from qgen.practice.examiner import examiner, numbers

RUN = """
const run=({numbers,students})=>{
  const variants=numbers[0].map((_,v)=>numbers.map(question=>parsed(question[v])));
  return students.map(([v,answers])=>markAll(QUESTIONS,RULES,variants[v],answers).flatMap((marked,k)=>
    marked.items.map((item,i)=>[item.id,marked.verdicts[i],marked.marks(i),marked.expected[i],
      marked.mistakes[i].map(place=>QUESTIONS[k].mistakes[place].name)])));
};
"""
MARKING = {"follow_through": 0.25, "imprecise": 0.5, "no_follow_through": ["update"], "repeated_mistake": 1}


def differences(exam, submissions, folder):
    """The cells that the page marks in another way than grader: where, what the page says, what grader."""
    marks, ends = score(exam, submissions), np.cumsum([len(batch.question.items) for batch in exam.batches])[:-1]
    answers = [[part.tolist() for part in np.split(row, ends)] for row in submissions.written]
    data = {"numbers": numbers(exam), "students": list(zip(submissions.variants.tolist(), answers, strict=True))}
    earned, wrong = marks.earned(), []
    for s, row in enumerate(under_node(examiner(exam) + RUN, data, folder)):
        for i, (item, *said) in enumerate(row):
            own, reason = float(marks.expected_from_own[s, i]), marks.reasons.get((s, i))
            names = list(reason.misconceptions) if reason else []
            due = [VERDICTS[marks.verdicts[s, i]], earned[s, i], None if own != own else own, names]
            wrong += [(item, said, due)] if said != due else []
    return wrong, marks


@pytest.mark.parametrize(
    "spec",
    [
        {},
        {"questions": [{"network": "relu-sigmoid", "loss": "cross-entropy", "iterations": 2}], "rounding": "5dp"},
        {"questions": [{"network": "tanh-heads"}], "rounding": "4sf", "marking": MARKING},
    ],
    ids=["default", "iterations", "significant figures"],
)
def test_the_page_marks_a_class_cell_by_cell_as_grader_does(spec, tmp_path):
    exam = make_exam(spec, 12, 4)
    wrong, marks = differences(exam, simulate(exam, 60, np.random.default_rng(2)).submissions, tmp_path)
    assert wrong == []
    assert {"correct", "follow_through", "imprecise", "wrong"} <= {VERDICTS[v] for v in np.unique(marks.verdicts)}
    assert any(reason.misconceptions for reason in marks.reasons.values())


@pytest.mark.parametrize("what", ["deltas the other way", "a given forward pass", "shared biases", "gaps"])
def test_the_page_marks_what_courses_ask_as_grader_does(what, tmp_path):
    exam = asking(what, 12)
    assert differences(exam, simulate(exam, 40, np.random.default_rng(3)).submissions, tmp_path)[0] == []


def test_softmax_is_marked_on_the_page_as_by_grader(tmp_path):
    exam = make_exam(spec_for("softmax").table, 12, 4)
    assert differences(exam, simulate(exam, 40, np.random.default_rng(3)).submissions, tmp_path)[0] == []


@pytest.mark.parametrize("network", ["relu-sigmoid", "tanh-heads"])
def test_a_word_for_what_cannot_be_computed_counts_on_the_page_where_it_does_for_grader(network, tmp_path):
    """Slips of every size in the output, of the sums before it too; and words in cells that can be computed."""
    exam, rng, n = (
        make_exam({"questions": [{"network": network, "loss": "cross-entropy"}]}, 12, 4),
        np.random.default_rng(8),
        24,
    )
    variants, forward = np.arange(n) % 12, [item.step for item in exam.items if item.part == "forward"]
    slips = {forward[-1]: np.where(np.arange(n) % 2, rng.choice([4.653, -0.653, 0.4321], n), np.nan)}
    slips[forward[-2]] = np.where(np.arange(n) % 3 == 0, 12.37, np.nan)
    written = numerals_of(work(exam.batches[0], variants, habits_of(n, rng), slips=slips), exam.spec.rounding)
    written[rng.random(written.shape) < 0.03] = "Undef."
    written[:3] = "undefined"
    submissions = Submissions.of([f"S{s}" for s in range(n)], variants, exam.columns, written)
    wrong, marks = differences(exam, submissions, tmp_path)
    assert wrong == []
    words = marks.submissions.kinds == UNREADABLE
    assert {VERDICTS[v] for v in marks.verdicts[words]} == {"follow_through", "unreadable"}


GRADIENTS = (Role.BIAS_GRADIENT, Role.WEIGHT_GRADIENT)
INVENTED = {  # for which cells, below which layer, and how large a number is made up
    "tiny gradients": (GRADIENTS, 9, 0.004),
    "gradients": (GRADIENTS, 9, 0.2),
    "deltas": ((Role.BIAS_GRADIENT,), 9, 0.2),
    "sums and deltas": ((Role.PREACTIVATION, Role.BIAS_GRADIENT), 9, 1.5),
    "hidden sums": ((Role.PREACTIVATION,), 2, 1.5),
    "zeros": (GRADIENTS, 9, 0),
}


@pytest.mark.parametrize("what", INVENTED)
def test_who_plays_for_marks_gets_the_same_on_the_page(what, tmp_path):
    exam, rng, n = make_exam({}, 12, 4), np.random.default_rng(6), 6
    variants = np.arange(n) % 12
    roles, layers, size = INVENTED[what]
    parts = []
    for batch in exam.batches:
        steps = [batch.question.by_id[item.step] for item in batch.question.items]
        made_up = [step.id for step in steps if step.role in roles and step.layer < layers]
        slips = {name: np.round(rng.uniform(-size, size, n), 4) + 0.0 for name in made_up}
        parts.append(work(batch, variants, habits_of(n, rng), slips=slips))
    written = numerals_of(np.hstack(parts), exam.spec.rounding)
    submissions = Submissions.of([f"S{s}" for s in range(n)], variants, exam.columns, written)
    assert differences(exam, submissions, tmp_path)[0] == []


def test_who_updates_nothing_is_told_the_same_on_the_page(tmp_path):
    exam = make_exam({"questions": [{"network": "relu-sigmoid"}]}, 3, 4)
    values = exam.value.T.copy()
    for i, item in enumerate(exam.items):
        if item.part == "update":
            values[:, i] = exam.batches[0].givens[item.step.removeprefix("new_")]
    written = numerals_of(values, exam.spec.rounding)
    submissions = Submissions.of(["S1", "S2", "S3"], np.arange(3), exam.columns, written)
    wrong, marks = differences(exam, submissions, tmp_path)
    assert wrong == []
    assert {reason.kind for reason in marks.reasons.values()} == {"repeats"}
