import pytest

from qgen.errors import InputError
from qgen.typeset.fonts.faces import CODES, encode, metrics, width
from qgen.typeset.fonts.glyphs import Glyphs


@pytest.mark.parametrize("face", list(CODES))
def test_every_character_of_a_table_has_a_code_of_its_own_and_a_glyph(face):
    assert len(set(CODES[face].values())) == len(CODES[face])
    for char in CODES[face]:
        assert metrics(face, char).width > 0


def test_all_digits_are_equally_wide_in_every_face():
    for face in "RIB":
        assert {width(face, digit) for digit in "0123456789"} == {0.5}


def test_a_character_outside_of_the_table_is_an_error_that_names_it():
    for measure in (width, encode):
        with pytest.raises(InputError, match=r"U\+0416 CYRILLIC CAPITAL LETTER ZHE"):
            measure("R", "aЖ")


def test_parentheses_and_backslashes_cannot_end_a_pdf_string():
    assert encode("R", r"a(b)\c") == r"a\(b\)\\c"


def test_a_documents_own_glyphs_leave_the_fixed_codes_alone():
    glyphs = Glyphs("Nguyễn Жук")
    assert glyphs.runs("R", "Nguy") == [("R", "Nguy")]
    assert [name for name, _ in glyphs.runs("R", "a Nguyễn Жук b")] == ["R", "N1", "R", "N2", "R"]
    assert glyphs.width("R", "n Жук") > width("R", "n ")


def test_a_part_of_a_word_can_be_printed_as_well_as_the_word():
    glyphs = Glyphs("NguyễnЖук")
    for start in range(9):
        for end in range(start + 1, 10):
            assert glyphs.runs("R", "NguyễnЖук"[start:end])


def test_a_word_that_no_typeface_has_as_a_whole_is_set_letter_by_letter():
    glyphs = Glyphs("ễ\u2a7d")
    assert 1 <= len(glyphs.runs("R", "ễ\u2a7d")) <= 2


def test_a_character_that_no_typeface_has_is_an_error_that_names_it():
    with pytest.raises(InputError, match=r'"ก" \(U\+0E01'):
        Glyphs("Li ก")
    with pytest.raises(InputError, match=r"U\+0007"):
        Glyphs("a\x07")
