"""Formulas in a course's own notation: every quantity keeps a name of its own, and nothing but the words changes."""

import json
import re
from dataclasses import replace
from itertools import product

import pytest

from qgen.engine.symbols import latex_name
from qgen.exam.exam import key_csv, make_exam
from qgen.exam.notation import CHOICES, Notation
from qgen.exam.spec import spec_of
from qgen.exam.stored.answer_sheet import answer_sheet
from qgen.papers.notation import Written
from qgen.papers.papers import Papers
from tests.qgen.cases import ASKING

LETTERS = {"rate": "eta", "target": "t", "output": "y-hat", "loss": "E", "delta": "d"}
SPECS = {
    "default": {},
    "deep": {
        "rounding": "6dp",
        "questions": [
            {
                "loss": "squared-error", "biases": "shared", "batch": 2, "ask": ["dz*", "loss", "e2_a*", "new_*"],
                "network": {
                    "inputs": 2,
                    "layers": [
                        {"units": 2, "activation": "tanh"},
                        {"units": 3, "activation": "sigmoid"},
                        {"units": 2, "activation": "identity"},
                    ],
                },
            }
        ],
    },
    "wide": {
        "questions": [
            {"network": {"inputs": 11, "layers": [{"units": 1, "activation": "sigmoid"}]}, "ask": ["a*", "loss"]}
        ]
    },
}  # fmt: skip
NOTATIONS = [
    dict(zip(("weights", "layers"), chosen, strict=True)) | letters
    for chosen in product(CHOICES["weights"], CHOICES["layers"])
    for letters in ({}, LETTERS)
]


def written(table, spec=None):
    made = spec_of({**(spec or {}), "notation": table})
    return Written(made.notation, ".", tuple(q.question for q in made.questions))


@pytest.mark.parametrize("name", SPECS)
@pytest.mark.parametrize("table", NOTATIONS, ids=lambda t: "-".join(t.values()))
def test_no_two_quantities_of_a_question_share_a_name(name, table):
    style = written(table, SPECS[name])
    for question in style.questions:
        names = list(dict.fromkeys(latex_name(q) for q in (*question.quantities, *question.all_given)))
        found = [style.formula(latex, question.id) for latex in names]
        assert len(set(found)) == len(names)


@pytest.mark.parametrize(
    ("table", "latex", "expected"),
    [
        ({"rate": "eta"}, r"w - \alpha\,\frac{\partial L}{\partial w}", r"w - \eta\,\frac{\partial L}{\partial w}"),
        ({"weights": "target-first"}, "w_{12}^{(1)}", "w_{21}^{(1)}"),
        ({"weights": "matrix", "layers": "[l]"}, "w_{31}^{(1)}", "W_{13}^{[1]}"),
        ({"weights": "numbered"}, "w_{31}^{(1)}", "w_{3}"),
        ({"weights": "numbered"}, r"\frac{\partial L}{\partial w_{23}}", r"\frac{\partial L}{\partial w_{12}}"),
        ({"layers": "none"}, "a_{1}^{(2)}", "a_{3}"),
        ({"layers": "none"}, "w_{13}", "w_{35}"),
        ({"output": "y-hat", "target": "t"}, "(a_{3} - y)^2", r"(\hat{y} - t)^2"),
        ({"output": "o"}, r"\ln a_{1}^{(1)}", r"\ln a_{1}^{(1)}"),
        ({"loss": "E"}, r"w_{11}^{(1)\,\text{new}} L", r"w_{11}^{(1)\,\text{new}} E"),
    ],
)
def test_the_names_of_the_first_network(table, latex, expected):
    assert written(table).formula(latex, "q1") == expected


@pytest.mark.parametrize(
    ("table", "latex", "expected"),
    [
        ({"weights": "target-first"}, "w_{ij}", "w_{ji}"),
        ({"output": "y-hat", "target": "t"}, r"(a - y)/(a\,(1 - a))", r"(\hat{y} - t)/(\hat{y}\,(1 - \hat{y}))"),
        ({"output": "o"}, r"a\,(1 - a)", r"a\,(1 - a)"),
        ({"layers": "[l]"}, "a^{(1)[2]}", "a^{[1](2)}"),
        ({"layers": "[l]"}, "$[2]$", "$(2)$"),
        ({"layers": "(l)", "output": "o"}, "$[2]$", "$[2]$"),
    ],
)
def test_sentences_speak_of_no_network(table, latex, expected):
    assert written(table).formula(latex) == expected


@pytest.mark.parametrize("kind", "PSK")
@pytest.mark.parametrize("table", [{**LETTERS, "weights": "target-first", "layers": "[l]", "givens": "matrices"}])
def test_on_papers_no_letter_of_the_other_notation_is_left(table, kind):
    exam = make_exam(spec_of({"notation": table}), 1, 1)
    papers = Papers(exam)
    formulas = re.findall(r"\$[^$]+\$", papers.markup(0, kind=kind))
    assert formulas
    left = [f for f in formulas if re.search(r"\\alpha|\\delta|\^\{\(\d|(?<![A-Za-z\\{])[yL](?![A-Za-z])", f)]
    assert left == []
    papers.question_paper(0), papers.solution(0), papers.key(0)


@pytest.mark.parametrize("table", [NOTATIONS[-1], {"givens": "matrices"}])
def test_notation_changes_no_byte_of_the_key_the_sheet_or_the_numbers(table):
    plain, other = (make_exam(spec_of({"notation": t} if t else {}), 4, 9) for t in ({}, table))
    assert key_csv(plain) == key_csv(other)
    assert answer_sheet(plain, 4) == answer_sheet(other, 4)
    assert [b.givens.keys() for b in plain.batches] == [b.givens.keys() for b in other.batches]
    assert all(
        (a.givens[g] == b.givens[g]).all() for a, b in zip(plain.batches, other.batches, strict=True) for g in a.givens
    )


def test_without_a_notation_formulas_and_specs_stay_as_they_are():
    assert "notation" not in json.dumps(spec_of({}).table)
    style = written({})
    assert style.usual
    assert style.markup("$\\alpha = 0.5$") == "$\\alpha = 0.5$"


@pytest.mark.parametrize("name", ASKING)
def test_german_papers_write_a_comma_and_spare_names_of_people(name):
    spec = {"questions": [ASKING[name]], "rounding": "6dp", "language": "de", "title": "Version 2.0"}
    papers = Papers(make_exam(spec_of(spec), 1, 1))
    for kind in "PSK":
        markup = papers.markup(0, kind=kind)
        assert "Version 2.0" in markup
        assert re.findall(r"\d\.\d", re.sub(r"Version 2\.0|\| q1_\S+ \||@space \S+", "", markup)) == []


def test_a_price_in_instructions_is_no_formula():
    style = replace(written({"rate": "eta"}), decimal_mark=",")
    assert style.markup(r"It costs \$1.50, $0.5 \alpha$ \$x") == r"It costs \$1.50, $0{,}5 \eta$ \$x"


def test_the_default_notation_is_the_programs_own():
    assert spec_of({"notation": {}}).notation == Notation()
