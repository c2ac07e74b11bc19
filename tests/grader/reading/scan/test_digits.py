"""The net on NumPy is the net that its arrays say, and reads characters it never saw."""

from importlib.resources import files

import numpy as np
import pytest

from grader.reading.scan.digits import CLASSES, HEIGHT, WIDTH, posteriors, weights, whitened
from grader.rehearsal.cells import BLANK, MINUS, OTHER, PLUS, labelled_cells
from grader.rehearsal.digits import shipped


def slowly(cell: np.ndarray) -> np.ndarray:
    """The net's outputs for one cell, product by product."""
    net, x = weights(), cell[..., None].astype(float) / 255
    for k in (1, 2, 3):
        kernel, bias = net[f"c{k}"], net[f"b{k}"]
        h, w, c = x.shape
        y = np.empty((h - 2, w - 2, len(bias)))
        for i in range(h - 2):
            for j in range(w - 2):
                y[i, j] = x[i : i + 3, j : j + 3].reshape(9 * c) @ kernel + bias
        x = np.maximum(y, 0)
        if k < 3:
            h, w = x.shape[0] // 2, x.shape[1] // 2
            x = np.array([[x[2 * i : 2 * i + 2, 2 * j : 2 * j + 2].max((0, 1)) for j in range(w)] for i in range(h)])
    z = np.exp(x.ravel() @ net["d"] + net["bd"])
    return z / z.sum()


@pytest.fixture(scope="module")
def cells():
    images, labels = labelled_cells(600, np.random.default_rng(77), shipped(), ("flatbed", "feeder"))
    order = [*range(10), CLASSES.index(" "), CLASSES.index("?"), CLASSES.index("-"), CLASSES.index("+")]
    return whitened(images), np.array(order)[labels]


def test_the_classes_are_those_that_cells_are_labelled_with():
    assert (BLANK, OTHER, MINUS, PLUS) == (10, 11, 12, 13)
    assert len(CLASSES) == 14


def test_convolutions_at_once_are_convolutions_one_by_one(cells):
    unsure = cells[0][np.argsort(posteriors(cells[0][:60]).max(axis=1))[:3]]
    assert np.allclose(posteriors(unsure), [slowly(cell) for cell in unsure], atol=1e-5)


def test_probabilities_add_up_to_one_however_many_cells_there_are(cells):
    assert posteriors(np.zeros((0, HEIGHT, WIDTH), np.uint8)).shape == (0, 14)
    assert np.allclose(posteriors(cells[0][:700]).sum(axis=1), 1, atol=1e-5)


def test_digits_that_it_was_not_trained_on_are_read(cells):
    images, labels = cells
    read, digit = posteriors(images).argmax(axis=1), labels < 10
    assert np.mean(read[digit] == labels[digit]) > 0.96
    assert np.mean(read[labels == CLASSES.index(" ")] == CLASSES.index(" ")) > 0.99
    assert np.mean(read[labels == CLASSES.index("-")] == CLASSES.index("-")) > 0.97


def test_a_net_with_a_planted_fault_fails(cells, monkeypatch):
    broken = {**weights(), "d": weights()["d"][::-1]}
    monkeypatch.setattr("grader.reading.scan.digits.weights", lambda: broken)
    images, labels = cells
    assert np.mean(posteriors(images[:300]).argmax(axis=1) == labels[:300]) < 0.5


def test_a_cell_is_dark_where_there_is_ink_on_whatever_grey_the_paper_is():
    for paper in (255, 180, 90):
        cell = np.full((1, HEIGHT, WIDTH), paper, np.uint8)
        cell[0, 10:20, 5:8] = paper // 5
        dark = whitened(cell)[0]
        assert dark[12, 6] == pytest.approx(204, abs=4)
        assert dark[30, 20] == 0


def test_the_weights_are_small_and_say_where_they_come_from():
    scan = files("grader.reading.scan")
    assert (scan / "digits.npz").stat().st_size < 120_000
    said = (scan / "digits.txt").read_text()
    assert "MIT licence" in said
    assert "held-out" in said
