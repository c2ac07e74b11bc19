"""What an examiner writes: markup where it is markup, and else exactly as it was written."""

import pytest

from qgen.papers.instructions import faults, markup, words
from qgen.typeset.markup.blocks import Paragraph, parse
from qgen.typeset.markup.inline import plain


def test_paragraphs_lists_and_formulas_are_markup():
    text = "Read **this**:\n\n- one\n- $\\sigma(z)$\n"
    assert faults(text) == ()
    assert [block.item for block in parse(markup(text))] == [False, True, True]


@pytest.mark.parametrize("text", ["# no heading", "@page", "  @boxes"])
def test_headings_and_commands_are_plain_words(text):
    (block,) = parse(markup(text))
    assert isinstance(block, Paragraph)
    assert plain(block.text) == text.strip()


@pytest.mark.parametrize("text", ["It costs $5", "2 * 3 stars", "a $\\foo$ formula"])
def test_what_is_no_markup_is_told_and_printed_as_it_is(text):
    assert faults(text)
    (block,) = parse(markup(text))
    assert plain(block.text) == text
    assert words(text) == text


def test_systems_without_formulas_get_plain_letters():
    assert words("**See** $w_{12}^{(1)}$") == "See w_12^(1)"
