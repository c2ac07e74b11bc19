"""Pages become papers."""

from types import SimpleNamespace

import pytest

from grader.reading.scan.papers import papers_of
from grader.reading.scan.stack import Page
from qgen.papers.seal import Seal


def stack(*pages: tuple[str, int]) -> list[Page]:
    return [Page("a.pdf", k, "read", seal=Seal(*page)) for k, page in enumerate(pages, start=1)]


TWICE = [("002", 1), ("002", 2), ("001", 1), ("002", 1), ("002", 2)]


@pytest.mark.parametrize(("shared", "names"), [(True, ["001", "002", "002.2"]), (False, ["001", "002"])])
def test_only_papers_of_a_shared_variant_are_numbered_from_the_second(layout, shared, names):
    exam = SimpleNamespace(shared=shared, variants=("001", "002"))
    papers, told = papers_of(stack(*TWICE), exam, layout)
    assert [paper.name for paper in papers] == names
    assert [sorted(paper.pages) for paper in papers] == [[1]] + [[1, 2]] * (len(names) - 1)
    assert [page.state for page in told].count("double") == (0 if shared else 2)
