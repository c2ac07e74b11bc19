"""Where students stopped is where their last answers are."""

from dataclasses import replace

import numpy as np
import pytest

from grader.class_report.cohort import Cohort
from grader.class_report.stopping import last_answers, still_writing, stretches
from grader.marking.verdicts import CORRECT, IS_BLANK


@pytest.fixture
def stopped(marks) -> Cohort:
    """Four students: all of it, up to the loss of question 1, nothing, and question 2 only."""
    cohort = Cohort.of(marks)
    verdicts = np.full((4, len(cohort.items)), IS_BLANK, np.int8)
    verdicts[0] = CORRECT
    verdicts[1, :11] = CORRECT
    second = [i for i, item in enumerate(cohort.items) if item.question == "q2"]
    verdicts[3, second] = CORRECT
    earned = np.where(verdicts == CORRECT, cohort.most, 0.0)
    return replace(cohort, students=tuple("abcd"), verdicts=verdicts, earned=earned)


def test_the_last_answer_of_each_question_is_found(stopped):
    found = {question: last.tolist() for question, last in last_answers(stopped)}
    assert found == {"q1": [44, 10, -1, -1], "q2": [65, -1, -1, 65]}


def test_who_still_writes_falls_from_those_who_began_to_those_who_ended(stopped):
    q1, q2 = (values.tolist() for _, values in still_writing(stopped))
    assert q1 == [0.5] * 11 + [0.25] * 34
    assert q2 == [0.5] * 21


def test_stretches_have_facility_blanks_and_who_stopped(stopped):
    found = {(one.question, one.part, one.layer): one for one in stretches(stopped)}
    loss, update = found["q1", "loss", "output"], found["q1", "update", "output"]
    assert (loss.facility, loss.blank, loss.stopped) == (0.5, 0.5, 1)
    assert (update.facility, update.blank, update.stopped) == (0.25, 0.75, 0)
    assert sum(one.stopped for one in found.values()) == 1
