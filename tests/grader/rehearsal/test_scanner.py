"""A scan shows the page where the view says it is, as grey and as large as the device gives it."""

from dataclasses import replace

import numpy as np
import pytest

from grader.rehearsal.pen import Pen, Sheet
from grader.rehearsal.scanner import SCANNERS, View, scan, seen

DOTS = np.array([[30.0, 40.0], [180, 40], [180, 250], [30, 250], [105, 148]])


@pytest.fixture(scope="module")
def sheet():
    """An A4 page with five black dots of 6 mm."""
    page = Sheet(np.full((1754, 1240), 255, np.uint8), 150)
    for x, y in DOTS.tolist():
        Pen(6, 0).line(page, [(x, y), (x + 0.01, y)])
    return page


@pytest.mark.parametrize("name", SCANNERS)
@pytest.mark.parametrize("upside_down", [False, True])
def test_what_is_on_the_page_is_where_the_view_says(sheet, name, upside_down):
    scanner = replace(SCANNERS[name], streak=0.0, shadow=0.0)
    rng = np.random.default_rng(3)
    view = View.of(sheet, scanner, rng, upside_down=upside_down)
    image = seen(sheet, view, scanner, rng)
    assert image.dtype == np.uint8
    assert image.shape[::-1] == view.size
    for x, y in view.places((DOTS + np.array([0.005, 0])) * sheet.scale):
        reach = round(view.size[0] / 210 * 5)
        around = 255.0 - image[round(y) - reach : round(y) + reach + 1, round(x) - reach : round(x) + reach + 1]
        around[around < 140] = 0
        rows, columns = np.indices(around.shape)
        middle = np.array([(columns * around).sum(), (rows * around).sum()]) / around.sum() - reach
        assert np.abs(middle - [x - round(x), y - round(y)]).max() < 1.0
    turned = view.places(np.array([[0.0, 0.0], [0, 100]]))
    assert (turned[1, 1] < turned[0, 1]) == upside_down


@pytest.mark.parametrize(("name", "dpi"), [("flatbed", 300), ("feeder", 200), ("poor", 150), ("black-white", 200)])
def test_a_scan_has_the_resolution_of_its_scanner(sheet, name, dpi):
    image = scan(sheet, SCANNERS[name], np.random.default_rng(1))
    assert image.shape == pytest.approx((1754 * dpi / 150, 1240 * dpi / 150), abs=1)
    assert set(np.unique(image)) == {0, 255} if name == "black-white" else len(np.unique(image)) > 50


def test_a_phone_sees_a_whole_page_on_a_dark_table(sheet):
    corners = np.array([[0.0, 0], [1240, 0], [1240, 1754], [0, 1754]])
    for seed in range(20):
        view = View.of(sheet, SCANNERS["phone"], np.random.default_rng(seed))
        places = view.places(corners)
        assert (places > 0).all()
        assert (places < view.size).all()
    image = scan(sheet, SCANNERS["phone"], np.random.default_rng(1))
    assert image[:10].max() < 130


def test_a_poor_scan_is_noisier_and_softer_than_a_flatbeds(sheet):
    plain = {
        name: scan(sheet, replace(SCANNERS[name], skew=0, shift=0), np.random.default_rng(1)).astype(float)
        for name in ("flatbed", "poor")
    }
    edges = {name: np.abs(np.diff(image, axis=1)).max() / np.ptp(image) for name, image in plain.items()}
    assert edges["poor"] != edges["flatbed"]
    assert plain["poor"][:60, :60].std() > plain["flatbed"][:60, :60].std()


def test_the_same_generator_gives_the_same_scan(sheet):
    one, same, other = (scan(sheet, SCANNERS["phone"], np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert np.array_equal(one, same)
    assert not (one.shape == other.shape and np.array_equal(one, other))
