"""Cells to train a reader on show what their labels say, as scans show it."""

import numpy as np
import pytest

from grader.rehearsal.cells import BLANK, MINUS, OTHER, PLUS, SIZE, labelled_cells
from grader.rehearsal.digits import shipped


@pytest.fixture(scope="module")
def cells():
    return labelled_cells(600, np.random.default_rng(1), shipped())


def inked(image):
    """How much of a cell's middle is darker than its paper."""
    inner = image[8:28, 7:19].astype(float)
    return ((np.median(image) - inner) / np.median(image) > 0.25).mean()


def test_there_are_cells_of_every_kind(cells):
    images, labels = cells
    assert images.shape == (600, SIZE[1], SIZE[0])
    assert images.dtype == labels.dtype == np.uint8
    assert set(labels.tolist()) == {*range(10), BLANK, OTHER, MINUS, PLUS}
    assert np.bincount(labels)[:10].min() > 20


def test_digits_have_ink_in_their_middle_and_blank_cells_have_none(cells):
    images, labels = cells
    amounts = np.array([inked(image) for image in images])
    assert np.mean(amounts[labels == BLANK] < 0.02) > 0.95
    assert np.mean(amounts[labels < BLANK] > 0.05) > 0.95


def test_the_same_generator_gives_the_same_cells(cells):
    again = labelled_cells(50, np.random.default_rng(1), shipped())
    assert all(np.array_equal(mine, theirs[:50]) for mine, theirs in zip(again, cells, strict=True))


def test_black_and_white_scanners_are_left_out_where_they_are_not_named():
    images, _ = labelled_cells(100, np.random.default_rng(2), shipped(), ("flatbed",))
    assert np.median(images) < 254
    assert ((images > 60) & (images < 230)).any()
