"""The boxes of an exam are where its papers have them, whatever variant is asked."""

from scanned import SMALL

from grader.reading.scan.layout import as_json, from_json, layout_of
from qgen.exam.exam import make_exam
from qgen.papers.seal import code_side


def test_an_exam_of_one_variant_has_the_layout_that_one_of_four_has(layout):
    exam = make_exam(SMALL, 1, seed=6)
    assert layout_of(exam, code_side(exam)) == layout


def test_what_the_reader_is_told_is_the_layout(layout):
    assert from_json(as_json(layout)) == layout
