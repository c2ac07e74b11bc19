"""A page is found by its codes, whatever the scanner, whatever side is up."""

import numpy as np
import pytest

from grader.reading.scan import registration
from grader.reading.scan.layout import Layout
from grader.reading.scan.registration import Code, Place, _outside, applied, codes_in, darkness, place_of, straightened
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


def test_paper_is_0_and_ink_is_as_dark_as_it_takes_light():
    page = np.full((400, 400), 200, np.uint8)
    page[200:220, 200:220] = 150  # three quarters of the light come back
    dark = darkness(page)
    assert dark[0, 0] == 0
    assert dark[210, 210] == 64  # 255 - 3 / 4 * 255


def code(x: float, y: float, side: float = 60.0) -> Code:
    return Code("", np.array([(x, y), (x + side, y), (x + side, y + side), (x, y + side)]))


@pytest.mark.parametrize(
    ("longer", "scales"), [(1000, [1.0, 2.0]), (2600, [1.0, 2.0]), (5200, [0.5, 1.0]), (10400, [0.25, 1.0])]
)
def test_codes_are_looked_for_in_a_picture_as_it_is_or_shrunk_and_then_in_a_finer_one(monkeypatch, longer, scales):
    seen = []
    monkeypatch.setattr(registration, "_codes", lambda grey, scale: seen.append((grey.shape, scale)) or [])
    assert codes_in(np.full((longer, 100), 255, np.uint8)) == []
    assert seen == [((longer * scale, 100 * scale), scale) for scale in scales]


def test_a_code_that_is_seen_twice_is_one(monkeypatch):
    looks = iter([[code(100, 100)], [code(102, 99), code(900, 100), code(100, 900), code(901, 102)]])
    monkeypatch.setattr(registration, "_codes", lambda grey, scale: next(looks))
    assert [tuple(one.points[0]) for one in codes_in(np.full((1200, 1200), 255, np.uint8))] == [
        (100, 100), (900, 100), (100, 900),
    ]  # fmt: skip


@pytest.mark.parametrize(("apart", "count"), [(30, 1), (31, 2), (100, 2)])
def test_codes_are_two_where_they_lie_more_than_half_a_code_apart(monkeypatch, apart, count):
    looks = iter([[code(900, 100)], [code(900 + apart, 100)]])
    monkeypatch.setattr(registration, "_codes", lambda grey, scale: next(looks))
    assert len(codes_in(np.full((1200, 1200), 255, np.uint8))) == count


@pytest.mark.parametrize(("residual", "wins"), [(0.05, 0), (0.3, 0), (0.5, 1), (2.0, 1)])
def test_the_edge_of_the_picture_tells_apart_places_that_fit_alike_and_no_others(monkeypatch, residual, wins):
    inside, beyond = np.eye(3), np.eye(3)
    beyond[0, 2] = 50  # by a quarter of the picture
    places = [Place(inside, residual + 0.1, 1), Place(beyond, 0.1, 1)]
    monkeypatch.setattr(registration, "_placed", lambda codes, which, layout: places[which[0]])
    layout = Layout((200.0, 280.0), ((0.0, 0.0, 10.0), (190.0, 0.0, 10.0)), ())
    assert place_of([code(0, 0, 10)], layout, (280, 200)) is places[wins]


A5 = Layout((148.0, 210.0), ((10.0, 12.0, 9.0), (129.0, 12.0, 9.0), (129.0, 189.0, 9.0), (10.0, 189.0, 9.0)), ())


@pytest.mark.parametrize("count", [2, 3, 4])
@pytest.mark.parametrize("scale", [4.0, 11.0])
def test_codes_lead_to_the_matrix_that_they_were_drawn_with(scale, count):
    right = np.array([[scale, 0, 30], [0, scale, 20], [0, 0, 1]])
    codes = [code(*applied(right, np.array([(left, top)]))[0], side * scale) for left, top, side in A5.codes]
    place = place_of(codes[:count], A5, (round(215 * scale) + 40, round(155 * scale) + 60))
    assert place is not None
    assert place.matrix / place.matrix[2, 2] == pytest.approx(right, abs=1e-3)
    assert place.residual < 1e-3
    assert place.codes == count


@pytest.mark.parametrize("scale", [2.0, 8.0, 20.0])
def test_a_straightened_page_has_8_pixels_to_a_millimetre_and_is_white_beyond_the_picture(scale):
    matrix = np.diag([scale, scale, 1.0])
    grey = np.full((round(100 * scale), round(148 * scale)), 7, np.uint8)
    page = straightened(grey, Place(matrix, 0.0, 4), A5)
    assert page.shape == (210 * 8, 148 * 8)
    assert page[: 98 * 8, : 146 * 8].max() == 7
    assert page[102 * 8 :].min() == 255


@pytest.mark.parametrize(
    ("right", "down", "outside"),
    [(0, 0, 0.0), (8, 0, 0.0), (0, 12, 0.0), (14.8, 0, 0.04), (-29.6, 0, 0.14), (0, 42, 0.14), (14.8, -42, 0.14)],
)
def test_a_page_may_reach_6_hundredths_of_a_picture_beyond_its_edge(right, down, outside):
    matrix = np.array([[1.0, 0, right], [0, 1, down], [0, 0, 1]])
    assert _outside(Place(matrix, 0.0, 1), A5, (210, 148)) == pytest.approx(outside)


def test_pixels_of_a_fine_scan_are_averaged_not_left_out():
    noise = np.random.default_rng(1).choice(np.array([0, 255], np.uint8), (1600, 1600))
    page = straightened(noise, Place(np.diag([32.0, 32.0, 1.0]), 0.0, 4), A5)[: 48 * 8, : 48 * 8]
    assert page.std() < 50  # of 128, by 4 x 4 pixels each


@pytest.mark.parametrize(
    ("longer", "found", "looks"), [(1200, 1, 2), (1200, 2, 1), (1200, 3, 1), (5200, 2, 2), (5200, 3, 1), (5200, 4, 1)]
)
def test_a_second_look_is_taken_only_where_codes_may_be_missing(monkeypatch, longer, found, looks):
    seen = []
    codes = [code(100 * k, 0) for k in range(found)]
    monkeypatch.setattr(registration, "_codes", lambda grey, scale: seen.append(scale) or codes)
    assert len(codes_in(np.full((longer, 100), 255, np.uint8))) == found
    assert len(seen) == looks


def test_a_page_that_lies_straight_at_8_pixels_to_a_millimetre_stays_as_it_is():
    noise = np.random.default_rng(1).integers(0, 256, (210 * 8, 148 * 8), np.uint8)
    assert np.array_equal(straightened(noise, Place(np.diag([8.0, 8.0, 1.0]), 0.0, 4), A5), noise)
