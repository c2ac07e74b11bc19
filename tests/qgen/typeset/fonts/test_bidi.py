import unicodedata

import pytest
from bidi import get_display
from hypothesis import given
from hypothesis import strategies as st

from qgen.typeset.fonts.bidi import is_rtl, shaped, visual


@pytest.mark.parametrize(
    ("spoken", "seen"),
    [
        ("abc 12", "abc 12"),
        ("אבג", "גבא"),
        ("אב גד", "דג בא"),
        ("אב (גד) 12", "12 (דג) בא"),
        ("Ada אב גד Lee", "Ada דג בא Lee"),
        ("אב Ada Lee גד", "דג Ada Lee בא"),
        ("a אב 12 b", "a 12 בא b"),
        ("אָב", "באָ"),
        ("בחינה 12/05/2026", "12/05/2026 הניחב"),
        ("משך הבחינה 1.5 שעות, 12:30", "12:30 ,תועש 1.5 הניחבה ךשמ"),
        ("רשתות 2026-27", "2026-27 תותשר"),
        ("exam of 12/05/2026, אב", "exam of 12/05/2026, בא"),
        ("محمد 12/05/2026", "12/05/2026 دمحم"),
        ("שכר 5% או -3.5$", "3.5$- וא 5% רכש"),
        ("אב [x(y)]", "[x(y)] בא"),
        ("אב [גד (הו)] <ז>", "<ז> [(וה) דג] בא"),
        ("abc (אב) «ג»", "abc (בא) «ג»"),
        ("אב «גד»", "«דג» בא"),
        ("1 + 2 = אב", "בא = 2 + 1"),
        ("אב 1.5. ", " .1.5 בא"),
    ],
)
def test_words_stand_in_the_order_in_which_they_are_read(spoken, seen):
    assert visual(spoken) == seen


@given(st.text("אבגمحab12.,/-+:% ()[]<\u0661$", max_size=200))
def test_but_for_mirroring_the_order_is_the_librarys(line):
    brackets = str.maketrans("()[]<>", "oooooo")
    assert visual(line).translate(brackets) == get_display(line).translate(brackets)


def test_a_private_character_stands_where_its_letter_would():
    letters = {"\U000f0000": "א", "\U000f0001": "ב", "\U000f0002": "ก"}
    for line, seen in (("a \U000f0000\U000f0001", "a \U000f0001\U000f0000"), ("a\U000f0002", "a\U000f0002")):
        assert visual(line, lambda char: letters.get(char, char)) == seen


def test_arabic_letters_take_the_forms_that_their_neighbours_ask_for():
    names = [unicodedata.name(char).split()[-2] for char in shaped("محمد")]
    assert names == ["INITIAL", "MEDIAL", "MEDIAL", "FINAL"]
    assert unicodedata.name(shaped("سلام")[1]) == "ARABIC LIGATURE LAM WITH ALEF FINAL FORM"
    assert [unicodedata.name(char).split()[-2] for char in shaped("دار")] == ["ISOLATED"] * 3
    assert unicodedata.normalize("NFKC", shaped("محمد عبد")) == "محمد عبد"


def test_a_vowel_sign_does_not_part_its_neighbours():
    with_sign, without = shaped("مَد"), shaped("مد")
    assert with_sign.replace("\u064e", "") == without


def test_other_scripts_are_left_alone():
    assert not is_rtl("Zoë Жук 中")
    assert shaped("Zoë Жук 中") == visual("Zoë Жук 中") == "Zoë Жук 中"


def test_a_line_of_any_length_is_put_in_order():
    assert visual("א" * 9000 + "ב" * 9000) == "ב" * 9000 + "א" * 9000
