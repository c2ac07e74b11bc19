"""Boxes and combs in rows: a comb's form field is its outline, and above it is room for corrections."""

import re
from itertools import pairwise

import pytest

from qgen.errors import InputError
from qgen.typeset.markup.blocks import parse
from qgen.typeset.page.boxes import comb_of
from qgen.typeset.page.combs import ABOVE, HEIGHT, MM, Comb
from qgen.typeset.page.flow import Flow
from qgen.typeset.page.frame import frame
from qgen.typeset.page.paginate import paginate

WIDTH = frame().text_width


def boxes(*cells, columns="", label="$z$", width=WIDTH):
    rows = "".join(f"{label} | q{i} | | | {cell}\n" for i, cell in enumerate(cells))
    return Flow(width, {}).lines(parse(f"@boxes {columns}\n{rows}@end"))


def faults(markup):
    with pytest.raises(InputError) as caught:
        parse(markup)
    return "; ".join(caught.value.faults)


@pytest.mark.parametrize(
    ("cells", "comb"), [("-0.0000", Comb(4)), ("-0,00", Comb(2)), ("-0", Comb(0)), ("0" * 10, Comb(10, signed=False))]
)
def test_cells_in_markup_are_a_comb(cells, comb):
    assert comb_of(cells) == comb


def test_a_comb_of_four_decimals_is_so_wide():
    assert Comb(4).width == pytest.approx(30.2)
    assert Comb(4).cells == pytest.approx((0, 5.5, 12.2, 16.7, 21.2, 25.7))
    assert Comb(10, signed=False).width == pytest.approx(45)


@pytest.mark.parametrize("cells", ["-0.0000", "-0,00000", "0000000", "-0.0000 open"])
def test_a_combs_field_is_its_outline_and_above_it_five_millimetres_are_free(cells):
    (sheet,) = paginate(boxes(*[cells] * 9, columns=1, label=r"$\frac{\partial L}{\partial w_{13}^{(1)}}$"), 1e6)
    comb = comb_of(cells.removesuffix(" open"))
    for placed in sheet:
        (blank,) = placed.line.blanks
        assert (blank.width, blank.height) == pytest.approx((comb.width * MM, HEIGHT * MM))
    tops = [placed.baseline - placed.line.blanks[0].y - HEIGHT * MM for placed in sheet]
    assert tops[0] >= ABOVE * MM - 0.01
    assert all(lower - upper >= (ABOVE + HEIGHT) * MM - 0.01 for upper, lower in pairwise(tops))
    assert all(lower - upper <= 35.01 for upper, lower in pairwise(tops))


def test_boxes_and_combs_of_a_row_are_as_wide_and_stand_side_by_side():
    (line,) = boxes("-0.0000", "-0.0000 open", "-0.0000")
    one, two, three = line.blanks
    assert {(blank.y, blank.width, blank.height) for blank in (one, two, three)} == {(one.y, one.width, one.height)}
    assert two.x - one.x == pytest.approx(three.x - two.x)
    drawn = [piece.operators for piece in line.pieces]
    assert sum("0.75 G" in operators for operators in drawn) == 2
    assert sum(operators.startswith("0.5 w") for operators in drawn) == 1


def test_four_combs_stand_in_a_row_of_an_a4_page_and_fewer_beside_long_labels():
    assert len(boxes(*["-0.0000"] * 4)) == 1
    (full, rest) = boxes(*["-0.0000"] * 4, label="a long label")
    assert (len(full.blanks), len(rest.blanks)) == (3, 1)
    for blank in full.blanks:
        assert blank.x + blank.width <= WIDTH + 0.01


def test_a_comb_has_a_light_line_around_each_cell_and_a_black_point_or_comma():
    drawn = {cells: boxes(cells)[0].pieces[-1].operators for cells in ("-0.0000", "-0,0000", "00000")}
    assert all(operators.startswith("q 0.75 G 0.482 w") for operators in drawn.values())
    # sign, digit, decimals; lines between those
    assert [(o.count(" re"), o.count(" l ")) for o in drawn.values()] == [(3, 3), (3, 4), (1, 4)]
    assert [len(re.findall(r"\bf\b", operators)) for operators in drawn.values()] == [1, 2, 0]


def test_more_combs_than_fit_into_a_row_are_told():
    with pytest.raises(InputError, match='box "q0": 5 boxes in a row leave no room'):
        boxes(*["-0.0000"] * 5, columns=5)


@pytest.mark.parametrize("cells", ["4", "0.0000", "-0.", "-0.0000 shut", "+0.00"])
def test_cells_that_are_no_comb_are_told_with_their_line(cells):
    assert "markup line 2" in faults(f"@boxes\nz | q1 | | | {cells}\n@end")
    assert "cells are written as -0.0000" in faults(f"@boxes\nz | q1 | | | {cells}\n@end")


def test_a_lines_comb_stands_at_the_right_or_below_where_there_is_no_room():
    markup = "@fields Name: 56% -> name | Id: 44% 0000000000 -> id"
    (line,) = Flow(WIDTH, {}).lines(parse(markup))
    name, number = line.blanks
    assert number.x + number.width == pytest.approx(WIDTH)
    assert number.width == pytest.approx(45 * MM)
    assert name.x + name.width <= number.x
    above, below = Flow(250, {}).lines(parse(markup))
    assert [blank.name for line in (above, below) for blank in line.blanks] == ["name", "id"]
    assert below.blanks[0].x < 30
