"""A note's names and formulas become formulas in markup; everything else stays what it is."""

import re

import pytest

from grader.marking.explain import plain_name, typeset
from qgen.engine.misconceptions import CATALOGUE
from qgen.engine.symbols import latex_name
from qgen.typeset.markup.blocks import escape


@pytest.mark.parametrize("quantity", ["w12_2", "new_w12_2", "new_b3", "a1_2", "a3", "x2", "w10.2_1", "t2_w13"])
def test_a_plain_name_becomes_the_formula_of_its_quantity(quantity: str) -> None:
    name = plain_name(quantity)
    formula = f"${latex_name(quantity)}$"
    assert typeset(f"used {name} where {name} belongs.") == f"used {formula} where {formula} belongs."


@pytest.mark.parametrize("sentence", [m.sentence for m in CATALOGUE], ids=[m.name for m in CATALOGUE])
def test_every_formula_of_the_catalogue_is_set(sentence: str) -> None:
    outside = " ".join(typeset(escape(sentence)).split("$")[::2])
    assert not re.search(r"[\^_+]| \\- |\(|alpha|dL", outside)
    words = r"\b(?!alpha)[A-Za-z]{3,}"
    assert re.findall(words, outside) == re.findall(words, sentence)


def test_what_is_no_formula_is_escaped() -> None:
    assert typeset(escape("a*b and $w_12$")) == r"a\*b and \$$w_{12}$\$"
