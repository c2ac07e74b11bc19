import re
import subprocess
import sys
from base64 import b64encode
from hashlib import sha256
from json import dumps, loads

import numpy as np
import pytest
from cases import asking
from javascript import under_node

from qgen.engine.misconceptions import CATALOGUE
from qgen.exam.exam import make_exam
from qgen.papers.words import load
from qgen.practice.examiner import examiner, numbers
from qgen.practice.page import Practice, practice_html
from qgen.solution.worked import Derivation, worked_values

MOST_BYTES, VARIANTS = 1_500_000, 200


@pytest.fixture(scope="module")
def exam():
    return make_exam({}, 6, 4)


@pytest.fixture(scope="module")
def page(exam):
    return practice_html(exam)


def test_nothing_runs_in_the_page_but_its_own_script_and_style(page):
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)[1].replace("&#39;", "'")
    for name in ("script", "style"):
        (content,) = re.findall(rf"<{name}>(.*?)</{name}>", page, re.DOTALL)
        assert f"{name}-src 'sha256-{b64encode(sha256(content.encode()).digest()).decode()}'" in policy
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    assert not re.findall(r'\s(?:style|on[a-z]+|src|href)=["\'](?!#)', page.split("<script>")[0])
    assert set(re.findall(r"https?://[^\"' ]+", page)) <= {"http://www.w3.org/2000/svg"}


def test_a_page_of_200_variants_is_small(exam, page):
    each = len(dumps(numbers(exam))) / len(exam.variants)
    assert len(page.encode()) + each * (VARIANTS - len(exam.variants)) < MOST_BYTES


def test_the_page_says_what_sigma_and_the_indices_are_and_whose_loss_a_delta_is_of(page):
    assert page.count("leads from unit") - page.partition("<script>")[2].count("leads from unit") == 2
    assert "<msup><mi>e</mi>" in page.partition("Given")[0]
    network = {"inputs": 1, "layers": [{"units": 1, "activation": "sigmoid"}, {"units": 1, "activation": "identity"}]}
    table = {"network": network, "loss": "squared-error", "batch": 2, "ask": ["dz*"]}
    assert "is of the loss of its own example" in practice_html(make_exam({"questions": [table]}, 1, 1))
    hints_alone = practice_html(make_exam({"questions": [{**table, "ask": ["dw*"]}]}, 1, 1))
    assert "Delta of a unit: <math><mi>δ</mi>" in hints_alone


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_page_speaks_the_language_of_the_exam(language):
    exam = make_exam({"language": language}, 2, 4)
    page = practice_html(exam)
    words = load("practice.txt", None, language).module.WORDS
    assert words.keys() == load("practice.txt").module.WORDS.keys()
    assert f'<html lang="{language}">' in page
    assert words["practice"] in page
    mark = {"en": "new", "de": "neu"}[language]
    assert f"<mtext>{mark}</mtext>" in page
    assert ('decimalMark":","' in page) is (language == "de")


def test_every_known_mistake_has_its_sentence_on_the_page(page):
    for mistake in CATALOGUE:
        assert f'"{mistake.name}":"<em>' in page


@pytest.mark.parametrize("what", ["default", "deltas the other way", "shared biases", "a given forward pass"])
def test_the_numbers_of_hints_are_those_of_the_worked_solution(what, tmp_path):
    exam = make_exam({}, 3, 4) if what == "default" else asking(what, 3)
    run = """const run=(numbers)=>QUESTIONS.map((q,k)=>numbers[k].map(n=>
      q.engine.worked(parsed(n).givens,RULES.rounding.round).map((x,s)=>
        q.exact.includes(s)?String(x):RULES.rounding.text(x))));"""
    found = under_node(f"{examiner(exam)}{run}", numbers(exam), tmp_path)
    for batch, variants in zip(exam.batches, found, strict=True):
        derivation = Derivation(batch.question)
        steps = [step.id for step in batch.question.steps]
        values = worked_values(derivation, batch.givens, exam.spec.rounding)
        for v, texts in enumerate(variants):
            mine = {name: float(np.broadcast_to(values[name], batch.size)[v]) for name in derivation.shown}
            for name, text in derivation.numbers(mine, exam.spec.rounding).items():
                assert texts[steps.index(name)] == text, name


def test_every_number_of_a_formula_is_one_that_the_page_has(exam, page):
    for k, batch in enumerate(exam.batches):
        most = len(batch.question.givens) + len(batch.question.steps)
        lines = [line for item in Practice(exam)._hints(Practice(exam).papers.questions[k]) for line in item]
        places = [int(n) for line in lines for n in re.findall(r'data-n="(\d+)"', line)]
        assert places
        assert max(places) < most
    assert not re.findall(r"<mn>[89]0\d{5}</mn>", page)


ADDED = """
import numpy as np
from qgen.engine import activations
from qgen.engine.functions import exp, log
softplus = activations.Activation(
    "softplus", value=lambda z: log(1 + exp(z)), slope=lambda z, a: 1 - exp(-a), headroom=lambda a: np.ones_like(a)
)
activations.ACTIVATIONS = {**activations.ACTIVATIONS, "softplus": softplus}
import json, sys
from pathlib import Path
from qgen.exam.exam import make_exam
from qgen.papers.words import TEMPLATES
from qgen.practice.examiner import examiner, numbers
from qgen.practice.page import practice_html
folder = Path(sys.argv[1])
words = (TEMPLATES / "words.txt").read_text("utf-8").replace('"relu": "ReLU"', '"relu": "ReLU", "softplus": "softplus"')
(folder / "words.txt").write_text(words, "utf-8")
layers = [{"units": 2, "activation": "softplus"}, {"units": 1, "activation": "sigmoid"}]
spec = {"questions": [{"network": {"inputs": 2, "layers": layers}, "loss": "squared-error"}]}
exam = make_exam(spec, 3, 1)
key = [[exam.spec.rounding.text(float(x)) for x in row] for row in exam.value.T]
page = practice_html(exam, folder)
print(json.dumps({"code": examiner(exam), "numbers": numbers(exam), "key": key, "page": page}))
"""


def test_an_activation_that_is_added_as_one_entry_is_practised_without_touching_the_page(tmp_path):
    done = subprocess.run([sys.executable, "-c", ADDED, str(tmp_path)], capture_output=True, text=True, check=True)
    made = loads(done.stdout)
    assert "(softplus)" in made["page"]
    run = """const run=({numbers,key})=>key.map((row,v)=>
      markAll(QUESTIONS,RULES,[parsed(numbers[0][v])],[row])[0].verdicts);"""
    verdicts = under_node(made["code"] + run, {"numbers": made["numbers"], "key": made["key"]}, tmp_path)
    assert {verdict for row in verdicts for verdict in row} == {"correct"}
    wrong = [[f"{float(row[0]) + 0.3:.4f}", "", *row[2:]] for row in made["key"]]
    wrong = [[row[0], row[1], f"{np.log(1 + np.exp(float(row[0]))):.4f}", *[""] * (len(row) - 3)] for row in wrong]
    for row in under_node(made["code"] + run, {"numbers": made["numbers"], "key": wrong}, tmp_path):
        assert row[:3] == ["wrong", "blank", "follow_through"]
