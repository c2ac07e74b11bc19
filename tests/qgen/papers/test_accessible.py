"""An independent checker finds nothing in the way of those who cannot see a paper or its solution."""

import pytest

from qgen.exam.exam import make_exam
from qgen.exam.spec import spec_of
from qgen.papers.papers import Papers
from qgen.typeset.page.pages import render

SPECS = {
    "both networks": {},
    "german, values, iterations": {
        "language": "de",
        "drawing": "values",
        "questions": [{"network": "tanh-heads", "iterations": 2}],
    },
}


@pytest.mark.parametrize("name", SPECS)
def test_papers_and_solutions_have_no_barrier(name, barriers):
    papers = Papers(make_exam(spec_of(SPECS[name]), 1, 1))
    assert barriers(papers.question_paper(0), papers.solution(0)) == []


def test_the_checker_finds_a_heading_that_skips_a_level(barriers):
    pdf = render("# Title\n\n### Part\n\nwords\n", header="", footer="", drawings={}, title="Title")
    assert "HDG-001" in {barrier.partition(":")[0] for barrier in barriers(pdf)}
