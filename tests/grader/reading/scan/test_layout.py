"""The boxes of an exam are where its papers have them, whatever variant is asked."""

import pytest
from scanned import SMALL

from grader.reading.scan.layout import ID, as_json, from_json, layout_of
from qgen.exam.exam import make_exam
from qgen.papers.papers import Papers
from qgen.papers.seal import code_side
from qgen.typeset.page.combs import HEIGHT, Comb


def test_an_exam_of_one_variant_has_the_layout_that_one_of_four_has(layout):
    exam = make_exam(SMALL, 1, seed=6)
    assert layout_of(exam, code_side(exam)) == layout


def test_boxes_are_where_the_papers_that_were_handed_out_have_them(layout, tmp_path):
    exam = make_exam(SMALL, 1, seed=6)
    (tmp_path / "0.pdf").write_bytes(b"%PDF-1.7 nothing")
    other = make_exam({"questions": [{"network": "tanh-heads", "ask": ["loss"]}]}, 1, seed=6)
    (tmp_path / "1.pdf").write_bytes(Papers(other).question_paper(0))
    assert layout_of(exam, code_side(exam), tmp_path) == layout
    longer = make_exam({**SMALL, "instructions": "One more line, as a template of another version may have it."}, 1, 6)
    (tmp_path / "2.pdf").write_bytes(Papers(longer).question_paper(0))
    found = layout_of(exam, code_side(exam), tmp_path)
    assert found == layout_of(longer, code_side(longer)) != layout


def test_what_the_reader_is_told_is_the_layout(layout):
    assert from_json(as_json(layout)) == layout


def test_boxes_have_the_size_that_a_comb_of_their_digits_has_on_a_sheet_of_a4(layout):
    assert layout.sheet == pytest.approx((210, 297), abs=0.01)
    for box in [box for page in layout.pages for box in page]:
        assert (box.width, box.height) == pytest.approx((Comb(box.digits, box.signed).width, HEIGHT), abs=0.01)
        assert 0 < box.left < box.left + box.width < 210
        assert 0 < box.top < box.top + box.height < 297
    assert {(box.digits, box.signed) for box in layout.pages[0] if box.item == ID} == {(10, False)}
