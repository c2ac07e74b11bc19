import re

import pytest

from qgen.decimals import plain
from qgen.engine.symbols import latex_name
from qgen.exam.exam import make_exam
from qgen.exam.spec import spec_of
from qgen.papers.papers import Papers


@pytest.fixture(scope="module")
def exam():
    return make_exam(spec_of({"drawing": "values"}), 3, 5)


def shown(drawing):
    """The LaTeX of every formula in a drawing."""
    return [re.sub(r"\\([()\\])", r"\1", text) for text in re.findall(r"/ActualText \(((?:\\.|[^\\)])*)\)", drawing)]


def test_a_paper_s_drawing_has_the_values_of_its_own_variant(exam):
    papers = Papers(exam)
    for variant in range(3):
        for batch in exam.batches:
            formulas = shown(papers._drawings(variant)[batch.question.id].operators)
            for name in [name for name in batch.question.givens if name[0] in "wb"]:
                assert f"{latex_name(name)} = {plain(batch.givens[name][variant])}" in formulas


def test_without_the_option_all_papers_share_a_drawing_with_names_only():
    exam = make_exam(spec_of({}), 2, 5)
    papers = Papers(exam)
    assert papers._drawings(0) is papers._drawings(1)
    assert not any("=" in formula for drawing in papers.drawings.values() for formula in shown(drawing.operators))


def test_question_banks_share_a_drawing_with_names_only(exam):
    assert not any("=" in text for drawing in Papers(exam).drawings.values() for text in shown(drawing.operators))


def test_a_spec_that_leaves_the_option_out_keeps_the_checksum_it_had_before_there_was_one():
    assert "drawing" not in spec_of({}).table
    assert spec_of({"drawing": "values"}).table["drawing"] == "values"
    assert spec_of(spec_of({"drawing": "values"}).table).drawing == "values"
