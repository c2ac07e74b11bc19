"""Plots show the numbers that they are given, and escape every word."""

import re

import numpy as np
import pytest

from grader.class_report.pictures.plots import falling, histogram, shade, sparkline, spreads, stacked, text


@pytest.mark.parametrize(
    ("facility", "name"),
    [(0, "f0"), (0.49, "f0"), (0.5, "f1"), (0.7, "f2"), (0.8, "f3"), (0.9, "f4"), (1, "f4"), (np.nan, "fn")],
)
def test_the_harder_the_darker(facility, name):
    assert shade(facility) == name


def test_bars_are_as_tall_as_their_counts():
    picture = histogram([0, 3, 6, *[0] * 6, 12], 50, "label", ("per cent", "pass"))
    heights = [float(height) for height in re.findall(r'class="bar"[^>]* height="([\d.]+)"', picture)]
    assert heights == pytest.approx([3 * heights[0] / 3, 2 * heights[0], 4 * heights[0]])
    assert 'aria-label="label"' in picture


@pytest.mark.parametrize(
    ("most", "ticks"), [(1, "01234"), (30, "0102030"), (203, "050100150200250"), (1999, "0500100015002000")]
)
def test_grids_have_round_numbers(most, ticks):
    picture = histogram([most, *[0] * 9], 50, "", ("", ""))
    assert "".join(re.findall(r'text-anchor="end">(\d+)<', picture)) == ticks


def test_shares_fill_the_width():
    widths = [float(width) for width in re.findall(r' width="([\d.]+)"', stacked([0.5, 0.25, 0, 0.25], "", 100))]
    assert widths == [50, 25, 25]


def test_a_line_through_what_is_not_defined_is_none():
    assert sparkline([0.1, np.nan], "") == "–"
    assert sparkline([], "") == "–"
    assert sparkline([0, 1], "").count("<path") == 1


def test_a_curve_falls_from_the_top_and_ends_where_the_class_does():
    picture = falling([("one", np.array([1.0, 0.5])), ("two", np.array([0.25]))], "")
    first, second = re.findall(r'class="curve c\d" d="([^"]+)"', picture)
    tops = [float(y) for y in re.findall(r"V([\d.]+)", first + second)]
    assert tops[0] < tops[1] < tops[2]


def test_dots_of_variants_stand_at_their_means():
    ys = [float(y) for y in re.findall(r'cy="([\d.]+)"', spreads([(0, 1), (5, np.nan), (10, 1)], 10, 5, ""))]
    assert ys[0] - ys[1] == pytest.approx(ys[1] - ys[2])
    assert spreads([(5, np.nan)], 10, 5, "").count("reach") == 0


def test_words_are_escaped():
    assert "<b>" not in text(0, 0, "<b>")
    assert 'aria-label="&lt;b&gt;&#34;' in stacked([1], '<b>"')
