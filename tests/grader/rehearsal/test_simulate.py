"""A simulated class does what its truth says, in the proportions asked for, and reads back as written."""

import csv
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from grader.lms.export import export
from grader.lms.results import read_results
from grader.mark import mark
from grader.marking.score import score
from grader.marking.verdicts import CORRECT, IMPRECISE, IS_BLANK, WRONG
from grader.reading.answers import read_sheet
from grader.reasons import UNDEFINED
from grader.rehearsal.simulate import Simulated, parse_mix, simulate, write_simulated
from qgen.engine.misconceptions import CATALOGUE
from qgen.errors import InputError
from qgen.exam.exam import Exam, make_exam, write_exam
from qgen.exam.spec import spec_of
from qgen.roster import read_roster, student_id
from qgen.tables.spreadsheet import runs


@pytest.fixture(scope="module", params=["4dp", "3dp", "4sf"])
def exam(request: pytest.FixtureRequest) -> Exam:
    loose = {"certify": {"misconceptions": request.param == "4dp"}}
    return make_exam(spec_of({"rounding": request.param, **loose}), 10, 1)


@pytest.fixture(scope="module")
def simulated(exam: Exam) -> Simulated:
    return simulate(exam, 155, np.random.default_rng(1))


def test_the_same_seed_gives_the_same_bytes_and_another_one_others(exam: Exam, simulated: Simulated) -> None:
    again, other = (simulate(exam, 155, np.random.default_rng(seed)) for seed in (1, 2))
    assert (again.answers_csv(), again.truth_csv()) == (simulated.answers_csv(), simulated.truth_csv())
    assert other.answers_csv() != simulated.answers_csv()


def test_kinds_come_in_the_proportions_asked_for(exam: Exam) -> None:
    did = Counter(t.did for t in simulate(exam, 31, np.random.default_rng(1), {"slip": 2, "messy": 1}).truth)
    assert did == {"slip": 21, "messy": 10}


def test_students_are_numbered_and_take_the_variants_in_turn(exam: Exam, simulated: Simulated) -> None:
    assert simulated.students[:2] == ("S001", "S002")
    assert simulated.variants.tolist() == [s % len(exam.variants) for s in range(155)]


def test_a_rosters_students_come_first_with_their_variants() -> None:
    exam = make_exam(spec_of({}), 3, 1, students={"0012": "Ann", "x7": "Bob"})
    simulated = simulate(exam, 4, np.random.default_rng(1))
    assert simulated.students == ("0012", "x7", "S003", "S004")
    assert simulated.variants.tolist() == [0, 1, 2, 0]


def test_the_file_reads_back_to_the_same_numbers_whatever_the_spelling(
    exam: Exam, simulated: Simulated, tmp_path: Path
) -> None:
    write_simulated(simulated, tmp_path / "answers.csv", tmp_path / "truth.csv")
    read = read_sheet(tmp_path / "answers.csv", items=exam.columns, variants=exam.variants)
    assert {reason.kind for reason in read.reasons.values()} <= {UNDEFINED}
    assert np.array_equal(read.values, simulated.submissions.values, equal_nan=True)
    assert read.students == simulated.students
    assert read.variants.tolist() == simulated.variants.tolist()


def test_every_student_gets_the_verdicts_that_the_truth_calls_for(exam: Exam, simulated: Simulated) -> None:
    marks = score(exam, simulated.submissions)
    place = {item: i for i, item in enumerate(exam.columns)}
    for s, truth in enumerate(simulated.truth):
        verdicts = marks.verdicts[s]
        touched = np.zeros(len(verdicts), dtype=bool)
        touched[[place[item] for item in truth.items]] = True
        if truth.did in ("perfect", "rounding", "messy"):
            assert (verdicts == CORRECT).all(), truth
        elif truth.did == "blank":
            assert (verdicts[touched] == IS_BLANK).all(), truth
            assert (verdicts[~touched] == CORRECT).all(), truth
        elif truth.did == "slip":
            assert verdicts[touched].tolist() == [WRONG], truth
        elif truth.did == "careless":
            assert 1 <= touched.sum() <= 3
            assert (verdicts[~touched] == CORRECT).all(), truth
            assert np.isin(verdicts[touched], (WRONG, IMPRECISE)).all(), truth
        elif truth.did == "imprecise":
            assert (verdicts[~touched] == CORRECT).all(), truth
        else:
            assert len(truth.misconceptions) == (2 if truth.did == "two" else 1)
            assert set(truth.misconceptions) <= {m.name for m in CATALOGUE}
            elsewhere = [not item.startswith(truth.question + "_") for item in exam.columns]
            assert (verdicts[elsewhere] == CORRECT).all(), truth


def test_existing_files_are_left_alone_without_force(exam: Exam, simulated: Simulated, tmp_path: Path) -> None:
    (tmp_path / "truth.csv").write_text("mine")
    with pytest.raises(InputError, match="exists"):
        write_simulated(simulated, tmp_path / "answers.csv", tmp_path / "truth.csv")
    assert not (tmp_path / "answers.csv").exists()
    assert (tmp_path / "truth.csv").read_text() == "mine"
    write_simulated(simulated, tmp_path / "answers.csv", tmp_path / "truth.csv", force=True)
    assert (tmp_path / "truth.csv").read_text() != "mine"


def test_a_mix_is_read_and_every_fault_of_it_named() -> None:
    assert parse_mix("perfect=2, slip=0.5") == {"perfect": 2, "slip": 0.5}
    with pytest.raises(InputError) as error:
        parse_mix("slips=2,careless=-1,blank=x,two")
    assert [fault.split(";")[0] for fault in error.value.faults] == [
        '--mix: no kind of student "slips"',
        '--mix: careless: "-1" is not a proportion',
        '--mix: blank: "x" is not a proportion',
        '--mix: two: "" is not a proportion',
    ]
    assert 'did you mean "slip"?' in error.value.faults[0]
    with pytest.raises(InputError, match="leaves nobody"):
        parse_mix("slip=0")


def test_ids_that_a_spreadsheet_would_run_are_guarded_and_read_back_as_they_were(tmp_path: Path) -> None:
    ids = ["=1+1", "@x", "+1", "-1", "-1+1", "＝cmd", "a;=1", '=HYPERLINK("x")', "S1"]
    exam = make_exam(spec_of({"questions": [{"network": "tanh-heads"}]}), len(ids), 1, students=dict.fromkeys(ids, ""))
    (tmp_path / "exam").mkdir()
    write_exam(exam, tmp_path / "exam")
    simulated = simulate(exam, len(ids), np.random.default_rng(1))
    answers, truth = tmp_path / "answers.csv", tmp_path / "truth.csv"
    write_simulated(simulated, answers, truth)
    for path in (answers, truth, tmp_path / "exam" / "answers.csv"):
        found = [row["student_id"] for row in csv.DictReader(path.read_text("utf-8").splitlines())]
        assert not [one for one in found if runs(one) and one not in ("+1", "-1")]  # numbers run nothing
        assert {student_id(one) for one in found} == set(ids)
    marks = mark(answers, tmp_path / "exam", tmp_path / "results", feedback=False)
    assert set(marks.submissions.students) == set(ids)
    assert not marks.submissions.notes
    assert {one.student_id for one in read_results(tmp_path / "results", marks=True).scores} == set(ids)
    export("generic", tmp_path / "results", out=tmp_path / "generic.csv")
    assert set(read_roster(tmp_path / "generic.csv", names=False).students) == set(ids)
