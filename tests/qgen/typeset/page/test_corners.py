"""Codes stand in the margins at the sides, far enough from everything else to be read."""

import pytest

from qgen.papers.seal import MODULE
from qgen.typeset.page.corners import corners
from qgen.typeset.page.frame import SIDE
from qgen.typeset.page.sheets import SHEETS

QUIET = 4  # modules around a code that stay white (ISO/IEC 18004)


def test_corners_run_clockwise_from_the_top_left_one():
    assert corners(600, 800, 30) == ((20, 743.5), (550, 743.5), (550, 26.5), (20, 26.5))


@pytest.mark.parametrize("paper", SHEETS)
def test_a_code_is_apart_from_the_text_and_the_edges_of_the_sheet(paper):
    width, height = SHEETS[paper]
    side = 25 * MODULE
    for left, low in corners(width, height, side):
        assert min(left, low, width - left - side, height - low - side) >= 20
        assert left + side + QUIET * MODULE <= SIDE or left - QUIET * MODULE >= width - SIDE
