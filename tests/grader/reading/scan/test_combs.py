"""Combs are found by their own lines, whatever is written in them, and trouble in them is noticed."""

from dataclasses import replace

import numpy as np
import pytest

from grader.reading.scan import combs
from grader.reading.scan.combs import (
    LINE,
    Found,
    _drawn,
    cells_of,
    cut,
    flags_of,
    found_at,
    ink_in,
    lines_alone,
    offsets,
)
from grader.reading.scan.digits import HEIGHT, WIDTH
from grader.reading.scan.layout import Box
from grader.reading.scan.registration import SCALE, codes_in, darkness, place_of, straightened
from grader.rehearsal.cells import printed
from grader.rehearsal.digits import shipped
from grader.rehearsal.hand import Hand
from grader.rehearsal.ink import write
from grader.rehearsal.pen import Sheet
from qgen.typeset.page.combs import HEIGHT as TALL
from qgen.typeset.page.combs import Comb

COMB = Comb(4)
PLACE = (12.0, 14.0, 12.0 + COMB.width, 14.0 + TALL)


def drawn(text: str, mishap: str = "", seed: int = 1, off: tuple[float, float] = (0.0, 0.0)) -> tuple[np.ndarray, Box]:
    """The darkness around a comb with something written into it, and the box where it ought to be."""
    sheet = Sheet(np.full((round(35 * SCALE), round(60 * SCALE)), 255, np.uint8), SCALE * 25.4)
    printed(sheet, PLACE, COMB)
    rng = np.random.default_rng(seed)
    write(sheet, PLACE, text, COMB, Hand.draw(rng), shipped(), rng, mishap)
    return darkness(sheet.image), Box("q1_a3", 12.0 - off[0], 14.0 - off[1], COMB.width, TALL, 4)


@pytest.mark.parametrize("off", [(0.0, 0.0), (0.8, -0.6), (-1.5, 1.5)])
@pytest.mark.parametrize("text", ["", "-0.0468", "-8.8888", "0.1111"])
def test_a_comb_is_found_by_its_lines_with_handwriting_in_it(text, off):
    for seed in range(5):
        dark, box = drawn(text, seed=seed, off=off)
        found = found_at(lines_alone(dark), box)
        assert found.likeness > 0.5
        assert found.offset == pytest.approx(off, abs=0.26)


def test_a_comb_whose_lines_cannot_be_seen_lies_where_its_neighbours_lead(layout, pages):
    grey = pages(0, "phone", 3)[0]
    place = place_of(codes_in(grey), layout, grey.shape)
    dark = darkness(straightened(grey, place, layout))
    boxes = layout.pages[0]
    seen, share = offsets(dark, boxes)
    assert share > 0.8
    box = boxes[4]
    top, left = round((box.top - 2) * SCALE), round((box.left - 2) * SCALE)
    dark[top : top + round(11 * SCALE), left : left + round(34 * SCALE)] = 0
    hidden, _ = offsets(dark, boxes)
    assert hidden[4] == pytest.approx(seen[4], abs=0.5)


def test_cells_are_cut_in_the_size_that_the_net_takes():
    dark, box = drawn("-0.0468")
    assert cells_of(255 - dark, box, (0.0, 0.0)).shape == (6, HEIGHT, WIDTH)


def test_an_empty_comb_has_no_ink_though_its_point_is_printed():
    dark, box = drawn("")
    assert ink_in(dark, box, (0.0, 0.0)) < 0.1
    assert ink_in(drawn("-0.0468")[0], box, (0.0, 0.0)) > 5


def share(flag: str, mishap: str, text: str = "-0.2468") -> float:
    return float(np.mean([flag in flags_of(*drawn(text, mishap, seed), (0.0, 0.0)) for seed in range(20)]))


def test_what_is_crossed_out_struck_or_beside_is_noticed():
    assert share("above", "crossed") > 0.9
    assert share("above", "struck") > 0.9
    assert share("beside", "", "12.2468") > 0.9


def test_clean_numbers_are_let_pass():
    clean = [flags_of(*drawn("-0.2468", "", seed), (0.0, 0.0)) for seed in range(40)]
    assert sum(bool(flags) for flags in clean) <= 4


def test_what_lies_off_its_place_is_seen_as_if_it_were_in_it():
    dark = np.random.default_rng(1).integers(0, 256, (400, 500), np.uint8)
    box = Box("q1_a3", 12.0, 14.0, COMB.width, TALL, 4)
    moved, off = replace(box, left=13.0, top=16.0), (1.0, 2.0)
    assert ink_in(dark, box, off) == ink_in(dark, moved, (0.0, 0.0))
    assert np.array_equal(cells_of(dark, box, off), cells_of(dark, moved, (0.0, 0.0)))
    dark[: round(20 * SCALE)] = 0  # beside it, and not above
    assert flags_of(dark, box, off) == flags_of(dark, moved, (0.0, 0.0))


def test_ink_in_a_comb_is_that_half_a_millimetre_within_the_lines_of_its_cells():
    box = Box("q1_a3", 12.0, 14.0, COMB.width, TALL, 4)
    within = len(box.cells) * 3.5 * (TALL - 1)
    assert ink_in(np.full((400, 600), 255, np.uint8), box, (0.0, 0.0)) == pytest.approx(within)


def test_what_is_no_darker_than_ink_is_none():
    _, box = drawn("")
    dark = np.full((280, 480), 105, np.uint8)
    assert (ink_in(dark, box, (0.0, 0.0)), flags_of(dark, box, (0.0, 0.0))) == (0, [])
    assert ink_in(dark + 1, box, (0.0, 0.0)) > 100
    assert flags_of(dark + 1, box, (0.0, 0.0)) == ["above", "beside", "strike"]


@pytest.mark.parametrize(("inside", "flags"), [(6.0, []), (7.0, []), (8.0, ["strike"])])
def test_a_stroke_counts_as_far_as_2_mm_beside_a_comb(inside, flags):
    box = Box("q1_a3", 12.0, 14.0, COMB.width, TALL, 4)
    dark = np.zeros((400, 600), np.uint8)
    right = box.left + box.width
    dark[round(18 * SCALE), round((right - inside) * SCALE) : round((right + 6) * SCALE)] = 255
    assert flags_of(dark, box, (0.0, 0.0)) == flags
    assert flags_of(dark[:, ::-1], replace(box, left=600 / SCALE - right), (0.0, 0.0)) == flags


@pytest.mark.parametrize(("below", "flags"), [(0.8, []), (0.0, ["border"])])
def test_what_is_written_counts_as_far_as_2_mm_below_a_comb(below, flags):
    box = Box("q1_a3", 12.0, 14.0, COMB.width, TALL, 4)
    dark = np.zeros((400, 600), np.uint8)
    top = round((box.top + box.height + below) * SCALE)
    dark[top : top + round(5 * SCALE), round(14 * SCALE) : round(21 * SCALE)] = 255
    assert flags_of(dark, box, (0.0, 0.0)) == flags


def test_lines_are_what_is_lighter_than_ink_and_lie_where_they_were():
    assert lines_alone(np.full((20, 20), 70, np.uint8)).tolist() == [[48] * 20] * 20
    assert not lines_alone(np.full((20, 20), 71, np.uint8)).any()
    page = np.zeros((9, 9), np.uint8)
    page[4] = 60
    assert lines_alone(page)[:, 4].tolist() == [0, 0, 0, 20, 20, 20, 0, 0, 0]
    assert np.array_equal(lines_alone(page.T), lines_alone(page).T)


def test_a_comb_is_looked_for_with_lines_around_all_of_its_cells():
    lines = _drawn(25, 12, ((0, 10), (15, 25)))
    line = LINE // 2  # a blurred one
    assert lines.shape == (12 + 17, 25 + 17)
    assert np.flatnonzero(lines[8 + 6] == line).tolist() == [8, 18, 23, 33]
    assert np.flatnonzero(lines[:, 8 + 5] == line).tolist() == [8, 20]
    assert np.array_equal(lines, lines[::-1])
    assert np.array_equal(lines, lines[:, ::-1])


@pytest.mark.parametrize("left", [-15, -5, 0, 7, 15, 25])
@pytest.mark.parametrize("top", [-15, -5, 0, 7, 15, 25])
def test_beyond_the_edge_of_a_picture_there_is_nothing(left, top):
    picture = np.random.default_rng(1).integers(1, 256, (20, 20), np.uint8)
    around = np.pad(picture, 30)
    assert np.array_equal(cut(picture, left, top, 10, 8), around[top + 30 : top + 38, left + 30 : left + 40])


def test_each_cell_is_cut_with_its_middle_in_the_middle():
    box = Box("q1_a3", 12.0, 14.0, COMB.width, TALL, 4)
    page = np.full((400, 600), 255, np.uint8)
    x, y = round((box.left + box.cells[2][0] + 2.25) * SCALE), round((box.top + box.height / 2) * SCALE)
    page[y - 2 : y + 2, x - 2 : x + 2] = 0
    cells = cells_of(page, box, (0.0, 0.0))
    assert [cell.min() < 255 for cell in cells] == [k == 2 for k in range(len(cells))]
    rows, columns = np.nonzero(cells[2] < 128)
    assert (rows.mean(), columns.mean()) == pytest.approx(((HEIGHT - 1) / 2, (WIDTH - 1) / 2), abs=0.6)


def test_where_no_box_is_found_all_lie_in_their_places():
    boxes = [Box("q1_a3", 12.0, 14.0, COMB.width, TALL, 4), Box("q1_a4", 12.0, 26.0, 30.0, 8.2)]
    assert offsets(np.zeros((400, 600), np.uint8), boxes) == ([(0.0, 0.0)] * 2, 0.0)
    assert offsets(np.zeros((400, 600), np.uint8), []) == ([], 1.0)


def test_the_lines_of_a_comb_are_no_ink_in_it_however_black():
    box = Box("q1_a3", 12.0, 14.0, COMB.width, TALL, 4)
    dark = np.zeros((280, 480), np.uint8)
    dark[[round(14 * SCALE), round((14 + TALL) * SCALE)]] = 255
    dark[:, [round((12 + edge) * SCALE) for left, width in box.cells for edge in (left, left + width)]] = 255
    assert ink_in(dark, box, (0.0, 0.0)) == 0


@pytest.mark.parametrize(("from_right", "flags"), [(0.4, []), (1.0, ["beside"]), (4.0, ["beside"]), (4.5, [])])
def test_ink_counts_as_beside_a_comb_from_1_to_4_and_a_half_mm_to_its_right(from_right, flags):
    box = Box("q1_a3", 12.0, 14.0, COMB.width, TALL, 4)
    dark = np.zeros((400, 600), np.uint8)
    left = round((box.left + box.width + from_right) * SCALE)
    dark[round(15.5 * SCALE) : round(18.5 * SCALE), left : left + 4] = 255
    assert flags_of(dark, box, (0.0, 0.0)) == flags


@pytest.mark.parametrize("upright", [False, True])
def test_a_box_that_cannot_be_found_lies_where_those_around_its_middle_do(monkeypatch, upright):
    def box(at, long):
        return Box("", 0.0, at, 4.0, long) if upright else Box("", at, 0.0, long, 4.0)

    found = {at: Found((0.5, 0.0), 1.0) for at in range(25, 32)} | {
        at: Found((0.0, 0.5), 1.0) for at in range(100, 107)
    }
    monkeypatch.setattr(combs, "found_at", lambda lines, box: found.get(max(box.left, box.top), Found((9.0, 9.0), 0.0)))
    boxes = [box(0.0, 60.0), *(box(float(at), 2.0) for at in found)]
    assert offsets(np.zeros((400, 600), np.uint8), boxes)[0][0] == (0.5, 0.0)


@pytest.mark.parametrize(("low", "flags"), [(0.4, []), (1.0, ["beside"]), (6.4, ["beside"]), (7.0, [])])
def test_ink_beside_a_comb_counts_from_half_a_mm_below_its_top_to_half_a_mm_above_its_foot(low, flags):
    box = Box("q1_a3", 12.0, 14.0, COMB.width, TALL, 4)
    dark = np.zeros((400, 600), np.uint8)
    foot, left = round((box.top + low) * SCALE), round((box.left + box.width + 1.2) * SCALE)
    dark[foot - 4 : foot, left : left + 24] = 255
    assert flags_of(dark, box, (0.0, 0.0)) == flags


@pytest.mark.parametrize(("left", "top", "flag"), [(2.0, -3.0, "above"), (COMB.width + 2.0, 2.0, "beside")])
def test_ink_above_or_beside_a_comb_counts_from_eight_tenths_of_a_square_millimetre(left, top, flag):
    box = Box("q1_a3", 12.0, 14.0, COMB.width, TALL, 4)
    y, x = round((box.top + top) * SCALE), round((box.left + left) * SCALE)
    dark = np.zeros((400, 600), np.uint8)
    dark[y : y + 3, x : x + 17] = 255  # 51 of 51.2 pixels
    assert flags_of(dark, box, (0.0, 0.0)) == []
    dark[y + 3, x] = 255
    assert flags_of(dark, box, (0.0, 0.0)) == [flag]
