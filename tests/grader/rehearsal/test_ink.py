"""What a writer puts on paper stands where it belongs, in strokes as wide as a pen's, whatever goes wrong."""

from dataclasses import replace

import numpy as np
import pytest

from grader.rehearsal.cells import printed
from grader.rehearsal.digits import shipped
from grader.rehearsal.hand import Hand
from grader.rehearsal.ink import MISHAPS, mishap_of, write
from grader.rehearsal.pen import Pen, Sheet, width_of
from qgen.typeset.page.combs import ABOVE, CELL, HEIGHT, Comb

DIGITS = shipped()
COMB = Comb(4)
RECT = (10.0, 12.0, 10.0 + COMB.width, 12.0 + HEIGHT)


def hand(**traits):
    plain = Hand.draw(np.random.default_rng(0))
    return replace(plain, **{"plus": False, "points": False, "size": 4.4, "jitter": 0.1, "drift": 0.0} | traits)


def written(text, mishap="", comb=COMB, seed=1, **traits):
    """The ink on a sheet, and what `write` says of the cells."""
    sheet = Sheet(np.full((360, 720), 255, np.uint8), 300)
    cells = write(sheet, RECT, text, comb, hand(**traits), DIGITS, np.random.default_rng(seed), mishap)
    return sheet, cells


def ink(sheet, left, top, right, bottom):
    """How much of a part of a sheet, in millimetres, is inked, in square millimetres."""
    x, y, end, low = (round(edge * sheet.scale) for edge in (left, top, right, bottom))
    return float((255 - sheet.image[y:low, x:end].astype(float)).sum() / 255 / sheet.scale**2)


def in_cells(sheet):
    """Which cells are inked in their middle."""
    return [ink(sheet, 10 + c + 0.5, 12.5, 10 + c + CELL - 0.5, 18.5) > 0.2 for c in COMB.cells]


def test_each_digit_has_thirty_pictures():
    assert DIGITS.images.shape == (300, 28, 28)
    assert np.bincount(DIGITS.labels).tolist() == [30] * 10


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("-0.0468", [1, 1, 1, 1, 1, 1]),
        ("0.0468", [0, 1, 1, 1, 1, 1]),
        ("0.04", [0, 1, 1, 1, 0, 0]),
        (".5", [0, 0, 1, 0, 0, 0]),
        ("", [0] * 6),
    ],
)
def test_a_number_has_a_character_in_each_cell(text, cells):
    sheet, seen = written(text)
    assert in_cells(sheet) == [bool(cell) for cell in cells]
    assert "".join(seen.values()) == text.replace(".", "")
    assert ink(sheet, 0, 0, 60, 11) == ink(sheet, 42, 0, 60, 30) == 0


def test_what_does_not_fit_stands_beside_the_comb():
    for text in ("12.5", "-0.04681"):
        sheet, seen = written(text)
        assert not any(in_cells(sheet))
        assert seen == {}
        assert ink(sheet, RECT[2], 10, 60, 21) > 2


def test_a_students_id_begins_in_the_first_cell():
    sheet, seen = written("4031", comb=Comb(10, signed=False))
    assert seen == dict(enumerate("4031"))
    assert ink(sheet, 10, 12, 28, 19) > 4
    assert ink(sheet, 29, 12, 60, 19) == 0


@pytest.mark.parametrize(("mishap", "above"), [("crossed", True), ("struck", True), ("overwritten", False)])
def test_the_right_one_stands_above_what_is_crossed_out(mishap, above):
    for seed in range(5):
        sheet, seen = written("-0.0468", mishap, seed=seed)
        assert (ink(sheet, 8, 12 - ABOVE, 45, 11.5) > 0.3) == above
        assert "".join(seen.values()).count("?") == (6 if mishap == "struck" else 1)


def test_characters_a_cell_too_far_are_all_there():
    sheet, seen = written("-0.0468", "shifted")
    assert seen == dict(enumerate("-00468", 1))
    assert ink(sheet, RECT[2], 11, RECT[2] + CELL, 20) > 0.5
    assert {min(written("0.0468", "shifted", seed=seed)[1]) for seed in range(9)} == {0, 2}


def test_noughts_left_out_leave_the_number_what_it_is():
    assert written("0.0468", "no zero")[1] == dict(enumerate("0468", 2))
    assert written("1.0468", "no zero")[1] == dict(enumerate("10468", 1))
    assert written("-0.2500", "fewer")[1] == dict(enumerate("-025"))
    assert written("0.2501", "fewer")[1] == dict(enumerate("02501", 1))


def test_a_comb_may_be_struck_out_for_good():
    sheet, _ = written("", "struck")
    assert ink(sheet, *RECT) > 5
    assert ink(sheet, 0, 0, 60, 7) == 0


def test_touching_digits_reach_over_the_borders_of_their_cells():
    def over(mishap):
        sheets = [written("0.0000", mishap, seed=seed, breadth=0.95)[0] for seed in range(8)]
        return sum(ink(sheet, 10 + c - 0.3, 12, 10 + c + 0.3, 19) for sheet in sheets for c in COMB.cells[3:])

    assert over("touching") > over("") + 2


def test_a_digit_is_as_high_as_the_hand_writes_however_wide_its_picture():
    for k in range(300):
        sheet = Sheet(np.full((120, 120), 255, np.uint8), 300)
        Pen(0.45, 0).digit(sheet, DIGITS.images[k], (5.0, 5.0), np.diag([4.4, 4.4]))
        rows, columns = (np.flatnonzero(sheet.image.min(axis=axis) < 128) for axis in (1, 0))
        assert np.ptp(rows) / sheet.scale == pytest.approx(4.4, abs=0.7)
        assert np.ptp(columns) / sheet.scale < 4.4


@pytest.mark.parametrize("mishap", ["", *MISHAPS])
@pytest.mark.parametrize("text", ["-0.0468", "+12.50", "0.1", ""])
def test_a_running_hand_stays_in_its_box(text, mishap):
    for seed in range(3):
        sheet = Sheet(np.full((360, 720), 255, np.uint8), 300)
        write(sheet, (10, 10, 42, 18), text, None, hand(size=5.0), DIGITS, np.random.default_rng(seed), mishap)
        assert ink(sheet, 8.5, 8.5, 43.5, 19.5) == pytest.approx(ink(sheet, 0, 0, 60, 30))
        assert (ink(sheet, 10, 10, 42, 18) > 0.5) == bool(text or mishap == "struck")


def test_strokes_are_as_wide_as_the_pen():
    for width in (0.35, 0.55):
        sheet = Sheet(np.full((236, 2362), 255, np.uint8), 300)
        rng = np.random.default_rng(2)
        for k in range(30):
            Pen(width, 0).digit(sheet, DIGITS.draw(k % 10, rng), (6.0 + 6 * k, 10.0), np.diag([4.4, 4.4]))
        measured = width_of(1 - sheet.image.astype(np.float32) / 255) / sheet.scale
        assert measured == pytest.approx(width, abs=0.06)
        sheet.image[:] = 255
        Pen(width, 0).line(sheet, [(10, 10), (90, 10)])
        assert ink(sheet, 40, 5, 50, 15) / 10 == pytest.approx(width, abs=0.03)


def test_ones_and_sevens_are_as_the_writer_was_taught():
    sheet, _ = written("1.1111", flagged=True)
    other, _ = written("1.1111", flagged=False)
    assert not np.array_equal(sheet.image, other.image)
    barred, plain = (written("7.7777", barred=barred)[0] for barred in (True, False))
    assert ink(barred, *RECT) > ink(plain, *RECT) + 1


def test_ink_only_darkens_the_paper():
    sheet = Sheet(np.full((360, 720), 255, np.uint8), 300)
    printed(sheet, RECT, COMB)
    before = sheet.image.copy()
    write(sheet, RECT, "-0.0468", COMB, hand(), DIGITS, np.random.default_rng(1))
    assert (sheet.image <= before).all()


def test_mishaps_are_as_frequent_as_stated():
    rng = np.random.default_rng(1)
    drawn = [mishap_of(rng) for _ in range(20_000)]
    for name, rate in MISHAPS.items():
        assert drawn.count(name) / 20_000 == pytest.approx(rate, rel=0.25)
