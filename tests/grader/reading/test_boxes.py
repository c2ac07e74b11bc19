"""What lies on a box: a text that shares half of the smaller of the two, a line with its middle in it or on an edge."""

import pytest

from grader.reading.boxes import Box, box_of, drawn_over, rectangle

BOX = 100.0, 40.0, 200.0, 60.0


@pytest.mark.parametrize("aside", [-1, 0, 1])
@pytest.mark.parametrize("above", [-1, 0, 1])
def test_a_text_that_stands_beside_a_box_shares_nothing_with_it_however_near(aside: int, above: int) -> None:
    """Where the two touch, half a width away, and farther."""
    one = 0.0, 0.0, 1.0, 1.0
    for away in (1.0, 1.5, 3.0):
        other = aside * away, above * away, aside * away + 1, above * away + 1
        assert box_of(other, [one]) == (None if aside or above else 0)


@pytest.mark.parametrize(
    ("place", "on"),
    [
        ((150, 40, 250, 60), True),  # half of it
        ((151, 40, 251, 60), False),
        ((100, 50, 200, 70), True),
        ((100, 51, 200, 71), False),
        ((195, 55, 205, 65), False),  # a quarter of the smaller one
        ((196, 42, 202, 48), True),
        ((0, 0, 300, 100), True),
    ],
)
def test_a_text_lies_on_a_box_if_half_of_the_smaller_of_the_two_is_common(place: Box, on: bool) -> None:
    assert box_of(place, [BOX]) == (0 if on else None)
    assert box_of(BOX, [place]) == (0 if on else None)


@pytest.mark.parametrize(("other", "at"), [((170, 40, 270, 60), None), ((171, 40, 271, 60), 1), (None, 1)])
def test_a_text_that_lies_on_two_boxes_by_half_lies_on_none(other: Box | None, at: int | None) -> None:
    assert box_of((120, 40, 220, 60), [other, BOX]) == at


@pytest.mark.parametrize(
    ("x", "y", "on"),
    [
        (100, 50, True), (200, 50, True), (150, 40, True), (150, 60, True), (100, 40, True), (200, 60, True),
        (99, 50, False), (201, 50, False), (150, 39, False), (150, 61, False),
    ],
)  # fmt: skip
def test_a_line_is_drawn_over_a_box_if_its_middle_is_inside_or_on_an_edge(x: float, y: float, on: bool) -> None:
    lines = [(0.0, 0.0, 2.0, 2.0), (x - 30, y - 7, x + 30, y + 7)]
    assert drawn_over(lines, [None, BOX]) == ({1} if on else set())


@pytest.mark.parametrize(
    ("numbers", "box"),
    [
        ([1, 5, 3, 9], (1, 5, 3, 9)), ([3, 4, 1, 2], (1, 2, 3, 4)), (["1", 4, 3, "2"], (1, 2, 3, 4)),
        ([1, 2, 1, 4], None), ([1, 2, 3, 2], None), ([1, 2, 1, 2], None), ([1, 2, 3], None), (["a", 2, 3, 4], None),
        (None, None), ([0, 0, 0.5, 0.5], (0, 0, 0.5, 0.5)),
    ],
)  # fmt: skip
def test_a_rectangle_has_any_two_corners_and_is_none_where_it_is_empty(numbers: object, box: Box | None) -> None:
    assert rectangle(numbers) == box
