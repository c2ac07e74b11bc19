"""What was read once is kept, and what could not be is tried again."""

import json
from contextlib import contextmanager
from types import SimpleNamespace

import pytest

from grader.reading.scan import stack
from qgen.papers.seal import Seal, seal_text

BLANK = {"seals": [], "black_white": False}


def test_only_pages_that_could_not_be_read_are_read_again(exam, layout, tmp_path, monkeypatch):
    asked = []

    def said(request):
        if "number" not in request:
            return {"pages": 3}
        asked.append(request["number"])
        return {"fault": "is damaged"} if request["number"] == 1 else BLANK

    @contextmanager
    def readers(*_):
        yield SimpleNamespace(answers=lambda requests: map(said, requests))

    monkeypatch.setattr(stack, "readers", readers)
    (tmp_path / "scan.pdf").write_bytes(b"%PDF-")
    told = []
    for _ in range(2):
        pages = stack.read_stack([tmp_path / "scan.pdf"], exam, layout, tmp_path, lambda *done: told.append(done)).pages
        assert [(page.number, page.state) for page in pages] == [
            (1, "unidentified"), (2, "damaged"), (3, "unidentified"),
        ]  # fmt: skip
    assert asked == [0, 1, 2, 1]
    assert told == [("reading pages", done, 3) for done in (0, 1, 2, 3, 2, 3)]


@pytest.mark.parametrize(
    ("change", "state"),
    [
        (lambda seal: seal, "unplaced"),
        (lambda seal: seal[:-1] + "0" * (seal[-1] != "0") + "1" * (seal[-1] == "0"), "unidentified"),
        (lambda seal: "BPE1 0123ABCD" + seal[13:], "foreign"),
    ],
)
def test_a_code_of_another_exam_is_foreign_and_one_that_was_misread_is_not(exam, tmp_path, change, state):
    seal = change(seal_text(exam, Seal("001", 1)))
    (kept := tmp_path / "page.json").write_text(json.dumps({**BLANK, "seals": [seal], "placed": False}))
    assert stack._page("scan.pdf", 1, kept, exam).state == state
