"""Numbers in running hand are split into their characters, and what is unsure is flagged."""

import cv2
import numpy as np
import pytest

from grader.reading.scan.combs import INK
from grader.reading.scan.free import Piece, _pieces, _shown, _sorted, _splits, _trimmed, _worth, free_reading
from grader.reading.scan.layout import Box
from grader.reading.scan.registration import SCALE, darkness
from grader.rehearsal.digits import shipped
from grader.rehearsal.hand import Hand
from grader.rehearsal.ink import write
from grader.rehearsal.pen import Sheet

BOX = Box("q1_a3", 12.0, 14.0, 30.0, 8.2)


def page(text: str, seed: int, mishap: str = "") -> np.ndarray:
    sheet = Sheet(np.full((round(35 * SCALE), round(60 * SCALE)), 255, np.uint8), SCALE * 25.4)
    left, top, right, bottom = (round(length * SCALE) for length in (12, 14, 42, 22.2))
    cv2.rectangle(sheet.image, (left, top), (right, bottom), 0, 1)
    rng = np.random.default_rng(seed)
    write(sheet, (12.0, 14.0, 42.0, 22.2), text, None, Hand.draw(rng), shipped(), rng, mishap)
    return darkness(sheet.image)


@pytest.mark.parametrize("text", ["-0.0468", "0.3926", "2.7150"])
def test_most_numbers_are_read_as_they_were_written(text):
    found = [free_reading(page(text, seed), BOX, (0.0, 0.0)) for seed in range(24)]
    assert sum(one.text == text for one in found) >= 15


def test_an_empty_box_is_empty_and_a_faint_one_is_not_taken_for_it():
    empty = free_reading(page("", 1), BOX, (0.0, 0.0))
    assert (empty.text, empty.flags) == ("", ())
    faint = page("0.3926", 1) // 4
    assert free_reading(faint, BOX, (0.0, 0.0)).flags == ("ink",)


@pytest.mark.parametrize(("pixels", "flags"), [(32, ()), (33, ("ink",))])
def test_a_box_is_empty_with_half_a_square_millimetre_of_faint_ink_at_most(pixels, flags):
    dark = blots()
    dark[130, 110 : 110 + pixels] = INK // 2 + 1
    assert free_reading(dark, BOX, (0.0, 0.0)).flags == flags


def test_a_number_without_a_point_is_in_doubt():
    dark = page("3926", 3)
    assert "point" in free_reading(dark, BOX, (0.0, 0.0)).flags


def test_a_box_that_is_blackened_is_no_number():
    dark = page("", 1)
    dark[round(16 * SCALE) : round(20 * SCALE), round(14 * SCALE) : round(40 * SCALE)] = 255
    found = free_reading(dark, BOX, (0.0, 0.0))
    assert found.flags


def piece(left: int, top: int, wide: int, high: int) -> Piece:
    return Piece(np.full((high, wide), 255, np.uint8), left, top)


def blots(*pieces: Piece) -> np.ndarray:
    """Darkness: the pieces, placed from the box's upper left corner."""
    dark = np.zeros((400, 500), np.uint8)
    for one in pieces:
        dark[112 + one.top : 112 + one.low, 96 + one.left : 96 + one.right] = 255
    return dark


@pytest.mark.parametrize(("signs", "points", "flags"), [
    (0, 1, ()), (1, 1, ()), (2, 1, ("sign",)), (1, 0, ("point",)), (0, 2, ("point",)), (2, 2, ("sign", "point")),
])  # fmt: skip
def test_more_than_one_sign_and_any_number_of_points_but_one_are_in_doubt(signs, points, flags):
    lines = [piece(20 + 20 * k, 30, 14, 4) for k in range(signs)]
    dots = [piece(90 + 50 * k, 45, 5, 5) for k in range(points)]
    digits = [piece(left, 15, 10, 35) for left in (70, 110)]
    assert free_reading(blots(*lines, *dots, *digits), BOX, (0.0, 0.0)).flags == flags


@pytest.mark.parametrize(("side", "points"), [(11, 1), (12, 1), (13, 0)])
def test_a_point_is_at_most_six_tenths_as_large_as_a_digit(side, points):
    found = _sorted([piece(0, 10, 12, 20), piece(20, 20, side, side), piece(40, 10, 12, 20)])
    assert [len(of) for of in found] == [0, points, 3 - points]


def test_a_point_counts_behind_the_first_digit_alone():
    digits = [piece(20, 10, 12, 20), piece(60, 10, 12, 20)]
    before, behind = piece(5, 26, 4, 4), piece(40, 26, 4, 4)
    assert _sorted([before, digits[0], behind, digits[1]]) == ([], [behind], digits)


def test_a_number_is_seen_off_its_place_as_in_it():
    dark = page("0.3926", 1)
    moved = Box("q1_a3", 11.0, 12.0, 30.0, 8.2)
    assert free_reading(dark, moved, (1.0, 2.0)) == free_reading(dark, BOX, (0.0, 0.0))


def test_what_is_no_darker_than_ink_is_no_piece():
    dark = np.where(blots(piece(60, 20, 10, 30)) > 0, INK, 0).astype(np.uint8)
    assert free_reading(dark, BOX, (0.0, 0.0)).flags == ("ink",)
    assert free_reading(dark + (dark > 0).astype(np.uint8), BOX, (0.0, 0.0)).flags == ("point",)


@pytest.mark.parametrize("at", [12, 16, 20, 25, 28])
def test_a_wide_piece_is_cut_where_it_is_thin_within_a_quarter_of_its_middle(at):
    wide = piece(100, 0, 40, 30)
    wide.ink[2:, at] = 0
    (whole, _), (halves, _), *_ = _splits(wide)
    assert [one.left for one in whole] == [100]
    assert [one.left for one in halves] == [100, 100 + at]


@pytest.mark.parametrize("at", [5, 10, 30, 35])
def test_a_wide_piece_is_not_cut_near_its_ends(at):
    wide = piece(100, 0, 40, 30)
    wide.ink[2:, at] = 0
    assert list(_splits(wide))[1][0][1].left != 100 + at


@pytest.mark.parametrize(("wide", "high", "shown"), [
    (1, 60, (1, 20)), (200, 1, (22, 1)), (44, 44, (20, 20)), (60, 30, (22, 11)), (10, 20, (6, 13)),
])  # fmt: skip
def test_what_is_shown_to_the_net_fits_and_is_never_nothing(wide, high, shown):
    (cell,) = _shown([piece(0, 0, wide, high)])
    assert (int(cell.any(axis=0).sum()), int(cell.any(axis=1).sum())) == shown


def test_parts_above_each_other_are_one_piece_and_parts_beside_each_other_are_two():
    inner = np.zeros((60, 200), np.uint8)
    inner[10:14, 20:40] = 255  # the bar of a 5
    inner[20:40, 24:38] = 254  # the rest of it
    inner[50:54, 22:44] = 253  # and a stroke below both
    inner[10:40, 60:70] = 252
    inner[5:6, 100:101] = 255  # a speck
    found = [(one.left, one.top, one.ink.shape) for one in _pieces(inner)]
    assert found == [(20, 10, (44, 24)), (60, 10, (30, 10))]
    assert np.array_equal(next(_pieces(inner)).ink, inner[10:54, 20:44])


@pytest.mark.parametrize(("over", "count"), [(11, 2), (12, 1)])
def test_parts_are_one_piece_where_they_share_more_than_55_hundredths_of_the_narrower_one(over, count):
    inner = np.zeros((60, 200), np.uint8)
    inner[10:14, 20:60] = inner[20:40, 60 - over : 80 - over] = 255
    assert len(list(_pieces(inner))) == count


@pytest.mark.parametrize(("wide", "splits"), [(21, 1), (22, 2)])
def test_a_piece_that_is_wider_than_one_digit_may_be_two(wide, splits):
    assert len(list(_splits(piece(0, 0, wide, 30)))) == splits


def test_a_piece_loses_what_is_empty_around_it_and_stays_where_it_was():
    ink = np.zeros((20, 30), np.uint8)
    ink[4:9, 7:12] = 200
    found = _trimmed(Piece(ink, 100, 50))
    assert (found.left, found.top, found.ink.tolist()) == (107, 54, [[200] * 5] * 5)


def test_what_is_shown_to_the_net_lies_in_the_middle():
    (cell,) = _shown([piece(7, 9, 22, 30)])
    assert np.array_equal(cell > 0, cell[::-1, ::-1] > 0)


@pytest.mark.parametrize(("wide", "worth"), [(10, 0.6), (19, 0.6), (20, 0.55), (40, -0.45)])
def test_a_split_is_worth_its_least_sure_digit_less_for_every_more_and_for_one_wider_than_high(wide, worth):
    shares = np.full((2, 11), 0.01, np.float32)
    shares[0, 3], shares[1, 9] = 0.9, 0.75
    assert _worth([piece(0, 0, 10, 20), piece(0, 0, wide, 20)], shares) == pytest.approx(worth)


@pytest.mark.parametrize(
    ("wide", "high", "signs"), [(8, 4, 0), (9, 4, 1), (9, 6, 0), (10, 6, 1), (20, 12, 1), (24, 13, 0)]
)
def test_a_sign_is_at_least_so_long_and_at_most_so_thick(wide, high, signs):
    found = _sorted([piece(0, 10, wide, high), piece(40, 0, 16, 30), piece(80, 0, 16, 30)])
    assert len(found[0]) == signs
