"""Reasons and decisions read back as they were, whatever is in them, and every kind has its words in every language."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.reasons import Decision, Reason, Wording
from qgen.engine.misconceptions import CATALOGUE
from qgen.papers.words import TEMPLATES
from qgen.tables.spreadsheet import guarded

ANY = st.text(st.sampled_from(list("=+-%, ;:'\"\r\n\t0.5−a>")) | st.characters(codec="utf-8"))
NUMBERS = st.from_regex(r"\A-?\d{1,3}(\.\d{1,4})?\Z")
KINDS = [
    Reason("follow_through", ("-0.0551",)),
    Reason("imprecise", ("4",), ("dp",)),
    Reason("imprecise_of_own", ("0.0551", "4"), ("sf",)),
    Reason("repeats"),
    Reason("misconception", names=("transposed-weight", "w12_2", "w21_2")),
    Reason("two_misconceptions", names=("factor-two", "no-learning-rate", "new_w13", "w13", "a1", "w12")),
    Reason("letter", ("0.310",)),
    Reason("trailing", names=("m",)),
    Reason("note", names=("as it was",)),
    Reason("invented"),
    Reason("other_variant"),
    Reason("uncounted"),
    Reason("not_followed"),
    Reason("one_digit", ("4",), ("dp",)),
    Reason("no_number"),
    Reason("undefined"),
    Reason("unconfirmed", ("0.0468",)),
    Reason("unread"),
    Reason("illegible"),
    Reason("page_missing", ("2",)),
]


@settings(deadline=None, derandomize=True)
@given(st.sampled_from(["misconception", "x_y"]), st.lists(NUMBERS, max_size=3), st.lists(ANY, max_size=3))
def test_a_reason_reads_back_and_no_spreadsheet_changes_it(kind: str, numbers: list[str], names: list[str]) -> None:
    reason = Reason(kind, tuple(numbers), tuple(names))
    assert Reason.parse(str(reason)) == reason
    assert guarded(str(reason)) == str(reason)


@settings(deadline=None, derandomize=True)
@given(NUMBERS, NUMBERS, ANY)
def test_a_decision_reads_back_with_any_text(marks: str, before: str, text: str) -> None:
    decision = Decision(marks, text, before)
    assert Decision.parse(str(decision)) == decision


def test_what_is_no_decision_is_none() -> None:
    assert Decision.parse("") is None


def test_ids_and_names_are_written_as_they_are() -> None:
    assert str(KINDS[4]) == "misconception transposed-weight w12_2 w21_2"
    assert str(KINDS[2]) == "imprecise_of_own 0.0551 4 sf"


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("reason", KINDS, ids=[reason.kind for reason in KINDS])
def test_every_kind_has_words_without_formulas_for_tables(reason: Reason, language: str) -> None:
    text = Wording(language).plain(reason, "−0.3x")
    assert not re.search(r"[$\\{}]|partial", text)
    assert all(Wording(language).number(number.removeprefix("-")) in text for number in reason.numbers)


def test_every_language_has_every_kind() -> None:
    kinds = re.findall(r"macro (\w+)\(", (TEMPLATES / "reasons.txt").read_text("utf-8"))
    for path in TEMPLATES.glob("*/reasons.txt"):
        assert set(re.findall(r"macro (\w+)\(", path.read_text("utf-8"))) == set(kinds), path
    assert {reason.kind for reason in KINDS} <= set(kinds)


@pytest.mark.parametrize("name", [m.name for m in CATALOGUE])
def test_every_misconception_is_worded_in_german_too(name: str) -> None:
    english, german = (Wording(language).plain(Reason("misconception", names=(name,))) for language in ("en", "de"))
    assert english != german
    assert not re.search(r"[$\\{}]|partial", english + german)


def test_what_was_used_is_named_with_what_belongs_there() -> None:
    assert Wording().plain(KINDS[5]).startswith("used new w_13 where w_13 belongs, a_1 where w_12 belongs. With")


def test_the_examiners_words_come_out_as_they_are() -> None:
    decision = Decision("0.5", "method right; before: 3 pm − *see* me, $5 {sic}", "0")
    assert Wording().plain(decision) == f"decided by the examiner: 0.5 instead of 0: {decision.reason}"
    assert Wording("de").plain(decision) == f"Entscheidung: 0,5 statt 0: {decision.reason}"


def test_numbers_have_the_languages_decimal_mark() -> None:
    assert Wording("de").plain(KINDS[0]).endswith("die zu -0,0551 führen")
    assert Wording("de").plain(Reason("letter", ("0.310",)), "O,31").count("0,310") == 1


def test_what_a_policy_gives_to_all_is_told_in_the_exams_language() -> None:
    assert Wording("de").plain(Decision("1.5", "given to all", "0")) == "Entscheidung: 1,5 statt 0: given to all"
    assert [Wording(language).given_to_all() for language in ("en", "de")] == ["given to all", "allen gutgeschrieben"]


def test_a_language_that_no_templates_speak_is_told_in_english() -> None:
    assert Wording.of("xx") == Wording("en")
    assert Wording.of("de") == Wording("de")
