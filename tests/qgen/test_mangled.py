"""Changed ids are told from strangers, and never taken for one of two."""

import pytest

from qgen.mangled import meant, suspects

KNOWN = ["0007000", "00123", "s001", "202512345678", "12E5", "12345678901234567", "0042"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("7000", "0007000"),
        ("7000.0", "0007000"),
        ("7000,00", "0007000"),
        ("123", "00123"),
        ("S001", "s001"),
        ("s 001", "s001"),
        ("ｓ００１", "s001"),
        ("2.02512E+11", "202512345678"),
        ("2,02512e11", "202512345678"),
        ("202512345678.0", "202512345678"),
        ("1.20E+06", "12E5"),
        ("1200000", "12E5"),
        ("12345678901234500", "12345678901234567"),
        ("12345678901234600", "12345678901234567"),
    ],
)
def test_one_id_is_meant(text: str, name: str) -> None:
    assert meant([text], KNOWN) == ({text: name}, {})


@pytest.mark.parametrize("text", ["7001", "7000.5", "s1001x", "2.02513E+11", "", "x" * 500, "9" * 60, "1E+99"])
def test_a_stranger_is_nobody(text: str) -> None:
    assert meant([text], KNOWN)[0] == {}


def test_what_may_be_two_is_neither() -> None:
    assert meant(["7"], ["07", "007"]) == ({}, {"7": "007 or 07"})
    assert meant(["12", "12.0"], ["0012"]) == ({}, {"12": "0012", "12.0": "0012"})
    assert meant(["ab", "AB"], ["ab"]) == ({}, {"AB": "ab"})
    assert meant(["2.02512E+11"], ["202512345678", "202512000000"])[0] == {}


def test_an_id_that_is_known_stays() -> None:
    assert meant(["12", "0012"], ["12", "0012"]) == ({}, {})


def test_a_typo_is_told_but_never_put_right() -> None:
    assert meant(["S1023"], ["S1024", "T99"]) == ({}, {"S1023": "S1024"})


def test_ids_that_look_changed_are_suspected() -> None:
    assert suspects(["S1", "S2", "s1", "5.0", "5.5", "1E+3"]) == {
        "s1": "S1",
        "5.0": "5",
        "1E+3": "a number of 4 digits",
    }
