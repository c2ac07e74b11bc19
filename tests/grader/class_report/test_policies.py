"""What another policy would give is what marking again by it gives."""

import numpy as np
import pytest

from grader.class_report.cohort import Cohort
from grader.class_report.policies import charged_once, outcomes, without_follow_through
from grader.decisions.policy import policy_of
from grader.marking.score import score
from grader.reasons import Decision


def again(marks, rules):
    return score(policy_of({"marking": rules}, marks.exam).exam, marks.submissions, marks.decisions)


def test_repeated_mistakes_charged_once_are_those_of_marking_again(marks):
    assert (charged_once(Cohort.of(marks)) == again(marks, {"repeated_mistake": 1}).earned()).all()
    assert (charged_once(Cohort.of(marks)) > marks.earned()).any()


def test_scores_without_follow_through_are_those_of_marking_again(marks):
    found, right = without_follow_through(Cohort.of(marks)), again(marks, {"follow_through": 0}).earned()
    # marked again, a few of these cells are near the key, and get something for too few digits
    assert np.mean(found != right) < 0.002
    assert (found <= right).all()
    assert (found < marks.earned()).any()


def test_what_the_examiner_decided_stays(marks):
    place = next(place for place in np.argwhere(marks.verdicts == 1).tolist())
    decided = score(marks.exam, marks.submissions, {tuple(place): Decision("0.25", "seen")})
    assert without_follow_through(Cohort.of(decided))[tuple(place)] == 0.25


def test_outcomes_tell_who_moves_and_how_far(marks):
    cohort = Cohort.of(marks)
    was, without, once = outcomes(cohort, 50)
    assert (was.policy, was.moved, was.furthest) == ("as_marked", 0, 0)
    assert was.mean == pytest.approx(marks.scores.mean())
    moves = again(marks, {"repeated_mistake": 1}).scores - marks.scores
    assert (once.moved, once.furthest) == ((moves > 0).sum(), moves.max())
    assert without.mean < was.mean < once.mean
    assert without.furthest < 0
