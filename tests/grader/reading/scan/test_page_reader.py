"""A person sees a box with what is around it."""

import numpy as np
import pytest

from grader.reading.scan.layout import Box
from grader.reading.scan.page_reader import _around


@pytest.mark.parametrize("offset", [(0.0, 0.0), (1.0, -2.0)])
def test_a_box_is_shown_with_five_sevenths_of_its_height_around_it(offset):
    page = np.random.default_rng(1).integers(0, 256, (400, 500), np.uint8)
    shown = _around(page, Box("q1_a3", 12.0, 14.0, 30.0, 7.0), offset)
    left, top = round((12 + offset[0] - 5) * 8), round((14 + offset[1] - 5) * 8)  # 8 pixels to a millimetre
    assert np.array_equal(shown, page[top : top + 17 * 8, left : left + 40 * 8])


def test_beyond_the_edge_of_a_page_is_paper():
    shown = _around(np.full((400, 500), 9, np.uint8), Box("q1_a3", 1.0, 14.0, 30.0, 7.0), (0.0, 0.0))
    assert shown.shape == (17 * 8, 40 * 8)
    assert shown[:, : 4 * 8].min() == 255
    assert shown[:, 4 * 8 :].max() == 9
