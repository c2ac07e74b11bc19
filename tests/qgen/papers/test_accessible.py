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
    "everything said, tasks, workings": {
        "institution": "X",
        "course": "ML",
        "examiner": "A",
        "date": "today",
        "time": "1 h",
        "room": "1",
        "aids": "none",
        "marks_table": True,
        "signature": True,
        "instructions": "Read\n\n- one\n- $\\sigma(z)$\n\n$$ x = 1 $$\n\n**end**",
        "questions": [
            {
                "network": "tanh-heads",
                "ask": ["a2", "a3", "loss"],
                "working": "rest",
                "squared": True,
                "tasks": [{"name": "t1", "text": "Why? $x$", "marks": 2, "space": "third", "solution": "So."}],
            }
        ],
    },
    "numbered weights, large print": {
        "notation": {"weights": "numbered", "layers": "none", "output": "y-hat", "target": "t"},
        "font_size": 18,
        "paper": "a3",
    },
    "batch, brackets": {
        "notation": {"layers": "[l]", "weights": "matrix", "givens": "matrices"},
        "questions": [{"network": "tanh-heads", "batch": 2}],
        "rounding": "5dp",
    },
}


@pytest.mark.parametrize("name", SPECS)
def test_papers_solutions_and_keys_have_no_barrier(name, barriers):
    papers = Papers(make_exam(spec_of(SPECS[name]), 1, 1))
    assert barriers(papers.question_paper(0), papers.solution(0), papers.key(0), papers.workings(0)) == []


def test_the_checker_finds_a_heading_that_skips_a_level(barriers):
    pdf = render("# Title\n\n### Part\n\nwords\n", header="", footer="", drawings={}, title="Title")
    assert "HDG-001" in {barrier.partition(":")[0] for barrier in barriers(pdf)}
