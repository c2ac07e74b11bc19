"""A page is found by its codes, whatever the scanner, whatever side is up."""

import numpy as np
import pytest

from grader.reading.scan.registration import applied, codes_in, darkness, place_of, straightened
from grader.rehearsal.scanner import SCANNERS
from qgen.papers.seal import Seal, read_seal


@pytest.mark.parametrize("scanner", SCANNERS)
@pytest.mark.parametrize("upside_down", [False, True])
def test_every_scanner_s_pages_are_identified_and_placed(exam, layout, pages, scanner, upside_down):
    grey = pages(2, scanner, 7, upside_down=upside_down)[0]
    codes = codes_in(grey)
    assert {read_seal(code.text, exam) for code in codes} == {Seal("003", 1)}
    place = place_of(codes, layout, grey.shape)
    assert place is not None
    assert place.residual < 0.5
    # the head of the page, not its foot, is dark between the upper codes: the header's rule lies there
    dark = darkness(straightened(grey, place, layout)).astype(float)
    assert dark[90:140, 300:1300].mean() > 2 * dark[2280:2330, 300:1000].mean()


@pytest.mark.parametrize("kept", [(0,), (3,), (0, 2), (1, 3), (0, 1), (2, 3), (1, 2), (0, 1, 3)])
def test_fewer_codes_place_a_page_where_all_would(layout, pages, kept):
    grey = pages(0)[0]
    codes = codes_in(grey)
    assert len(codes) == 4
    right = place_of(codes, layout, grey.shape)
    codes = sorted(codes, key=lambda code: np.arctan2(*(code.middle - np.array(grey.shape[::-1]) / 2)[::-1]))
    found = place_of([codes[k] for k in kept], layout, grey.shape)
    assert right is not None
    assert found is not None
    middle = np.array([[layout.sheet[0] / 2, layout.sheet[1] / 2]])
    off = applied(np.linalg.inv(right.matrix), applied(found.matrix, middle)) - middle
    assert np.hypot(*off[0]) < (0.6 if len(kept) > 1 else 8)


def test_a_picture_without_codes_of_ours_has_none(pages):
    grey = pages(0)[0]
    assert codes_in(np.full_like(grey, 200)) == []
    assert codes_in(np.random.default_rng(1).integers(0, 255, grey.shape, np.uint8)) == []


def test_a_page_in_the_shade_is_as_white_as_one_in_the_light():
    page = np.tile(np.linspace(90, 250, 900).astype(np.uint8), (1200, 1))
    dark = page.copy()
    dark[500:520, 200:700] //= 4
    assert darkness(page)[20:-20, 20:-20].max() < 30
    assert darkness(dark)[503:517, 210:690].min() > 150
