"""Pages become papers."""

from types import SimpleNamespace

import pytest

from grader.reading.scan.papers import papers_of
from grader.reading.scan.readings import Reading
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


@pytest.mark.parametrize("states", [("read", "read"), ("unplaced", "read"), ("read", "unplaced")])
def test_of_two_scans_of_a_page_the_one_that_was_read_counts_and_what_they_differ_in_is_doubted(layout, states):
    said = {"a": "1.0", "b": "2.0", "c": "3.0"}, {"a": "1.0", "b": "2.5", "d": "4.0"}
    first, second = (
        Page("a.pdf", k + 1, states[k], seal=Seal("001", 1), readings={
            item: Reading(text, 0.9) for item, text in said[k].items() if states[k] == "read"
        })
        for k in range(2)
    )  # fmt: skip
    (paper,), told = papers_of([first, second], SimpleNamespace(shared=False, variants=("001",)), layout)
    kept = states.index("read")
    assert [page.state for page in told] == (["read", "double"] if kept == 0 else ["double", "read"])
    flags = ("double",) if states == ("read", "read") else ()
    assert {item: (one.text, one.flags) for item, one in paper.readings.items()} == {
        item: (text, flags if item == "b" else ()) for item, text in said[kept].items()
    }
