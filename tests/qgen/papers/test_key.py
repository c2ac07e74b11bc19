"""The key holds every box of the paper with its number, in the paper's order, on one page that says what it is."""

import re

import pypdf
import pytest
from viewers import faults, text

from qgen.exam.exam import make_exam
from qgen.exam.spec import spec_of
from qgen.papers.papers import Papers

TASK = {"name": "t1", "text": "Why?", "marks": 2}
SPECS = {
    "task": {"questions": [{"network": "tanh-heads", "tasks": [TASK]}]},
    "default": {},
    "asked": {"questions": [{"network": "relu-sigmoid", "ask": ["dw13", "z1_1", "loss"]}]},
    "iterations": {"language": "de", "questions": [{"network": "tanh-heads", "iterations": 2}]},
}


@pytest.fixture(scope="module", params=SPECS)
def papers(request):
    return Papers(make_exam(spec_of(SPECS[request.param]), 2, 5))


def boxes(markup):
    return re.findall(r"^(\$[^|]*\$) \| \S+ \|", markup, re.MULTILINE)


def numbers(markup):
    found = re.findall(r"\| (\$[^$]*\$) \| (-?[\d.,]+)", markup)
    return [(name, number.replace(",", ".")) for name, number in found]


def test_the_boxes_of_the_paper_are_there_in_its_order(papers):
    assert [name for name, _ in numbers(papers.markup(1, kind="K"))] == boxes(papers.markup(1))


def test_each_holds_the_number_of_the_worked_solution(papers):
    printed = re.findall(r"^\$[^|]*\$ \| (\S+) \|", papers.markup(1), re.MULTILINE)
    found = dict(zip(printed, (number for _, number in numbers(papers.markup(1, kind="K"))), strict=True))
    found = {item: number.replace(",", ".") for item, number in found.items()}
    sheets = [question.sheet(1) for question in papers.questions]
    solved = {entry.item.id: entry.value for sheet in sheets for entry in sheet.items}
    assert found == {item: solved[item] for item in printed}


def test_it_is_one_page_without_fault_and_says_that_it_is_the_key(papers, tmp_path):
    path = tmp_path / "key.pdf"
    path.write_bytes(papers.key(1, "S07"))
    (page,) = pypdf.PdfReader(path).pages
    word = {"en": "Key", "de": "Schlüssel"}[papers.exam.spec.language]
    assert f"S07, {word}, Varian" in " ".join(page.extract_text().split())
    assert faults(path) == []
    assert "S07" in text(path)


def test_a_task_is_named_for_a_person_marks_it():
    markup = Papers(make_exam(spec_of(SPECS["task"]), 1, 5)).markup(0, kind="K")
    assert "**Question 1, task 1**, 2 marks: Marked by a person." in markup
