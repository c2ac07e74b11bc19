import unicodedata

import pytest

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
    ],
)
def test_words_stand_in_the_order_in_which_they_are_read(spoken, seen):
    assert visual(spoken) == seen


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
