"""Numbers in running hand are split into their characters, and what is unsure is flagged."""

import cv2
import numpy as np
import pytest

from grader.reading.scan.free import free_reading
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


def test_a_number_without_a_point_is_in_doubt():
    dark = page("3926", 3)
    assert "point" in free_reading(dark, BOX, (0.0, 0.0)).flags


def test_a_box_that_is_blackened_is_no_number():
    dark = page("", 1)
    dark[round(16 * SCALE) : round(20 * SCALE), round(14 * SCALE) : round(40 * SCALE)] = 255
    found = free_reading(dark, BOX, (0.0, 0.0))
    assert found.flags
