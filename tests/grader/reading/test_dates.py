"""Dates as systems write them in their users' languages; what is no date, or may be two, is none."""

from datetime import datetime

import pytest

from grader.reading.responses.dates import MONTHS, moment


@pytest.mark.parametrize(
    "text",
    [
        "23 November 2026  8:27 PM",
        "Monday, 23 November 2026, 8:27 PM",
        "November 23, 2026, 8:27 p. m.",
        "23. November 2026, 20:27",
        "lundi 23 novembre 2026, 20:27",
        "23 de noviembre de 2026, 20:27",
        "2026. november 23., 20:27",
        "23 listopada 2026, 20:27",
        "23 ноября 2026, 20:27",
        "23 Kasım 2026, 20:27",
        "2026年 11月 23日 20:27",
        "2026年11月23日 下午8:27",
        "2026-11-23 20:27:00 UTC",
        "2026-11-23T20:27:00Z",
        "23.11.2026 20:27",
    ],
)
def test_a_date_is_read_in_its_language(text):
    assert moment(text) == datetime(2026, 11, 23, 20, 27)


def test_noon_and_midnight_are_told_apart():
    assert [moment(f"1 May 2026, 12:05 {half}").hour for half in ("AM", "PM")] == [0, 12]


@pytest.mark.parametrize("text", ["", "-", "now", "1/2/2026 8:27", "30 mins", "31 June 2026", "99.99.2026", "9" * 5000])
def test_what_is_no_date_or_may_be_two_is_none(text):
    assert moment(text) is None


def test_every_language_has_a_month_of_its_own_for_each_name():
    names = [name for month in MONTHS for name in month.split()]
    assert len(names) == len(set(names))
