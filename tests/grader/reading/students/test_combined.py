"""Variants whose questions are of several papers: added for marking, and taken away again."""

import numpy as np

from grader.reading.students.combined import with_combinations, with_those_named, without_combinations
from qgen.exam.exam import make_exam

EXAM = make_exam({}, 3, 1)


def test_a_combination_has_each_question_of_another_variant() -> None:
    made = with_those_named(EXAM, ["001+003", "002+002", "001+009", "001", "001+002+003"])
    assert made.variants == ("001", "002", "003", "001+003", "002+002")
    first = len(EXAM.batches[0].question.items)
    for table in ("value", "low", "high"):
        whole, more = getattr(EXAM, table), getattr(made, table)
        np.testing.assert_array_equal(more[:first], whole[:first, [0, 1, 2, 0, 1]])
        np.testing.assert_array_equal(more[first:], whole[first:, [0, 1, 2, 2, 1]])


def test_without_its_combinations_an_exam_is_what_it_was() -> None:
    again = without_combinations(with_combinations(EXAM, [(0, 1), (2, 0)]))
    assert again.variants == EXAM.variants
    np.testing.assert_array_equal(again.value, EXAM.value)
    assert [batch.size for batch in again.batches] == [3, 3]
    assert without_combinations(EXAM) is EXAM
