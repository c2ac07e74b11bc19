from io import BytesIO

import pytest
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.ttLib import TTFont

from qgen.typeset.fonts.faces import CODES, FACES, typeface
from qgen.typeset.fonts.font import Font
from qgen.typeset.fonts.subset import truetype


def drawn(font, glyph):
    glyphs = font.getGlyphSet()
    pen = DecomposingRecordingPen(glyphs)
    glyphs[glyph].draw(pen)
    return pen.value


@pytest.mark.parametrize("unicode", [False, True])
def test_every_code_shows_the_outlines_and_has_the_width_of_its_character(unicode):
    chars = {code: char for char, code in CODES["R"].items() if char in "aä1−∑Ž"}
    whole = typeface(FACES["R"][0])
    cut = TTFont(BytesIO(truetype(whole, chars, unicode=unicode)))
    (table,) = cut["cmap"].tables
    assert (table.platformID, table.platEncID) == ((3, 1) if unicode else (1, 0))
    assert table.cmap.keys() == set(map(ord, chars.values()) if unicode else chars)
    for code, char in chars.items():
        glyph = table.cmap[ord(char) if unicode else code]
        assert drawn(cut, glyph) == drawn(whole.font, whole.characters[ord(char)])
        assert cut["hmtx"][glyph][0] == 1000 * whole.width(char)
    assert len(cut.getGlyphOrder()) < 12


def test_a_glyph_made_of_others_brings_them_along(font, tmp_path):
    from fontTools.pens.ttGlyphPen import TTGlyphPen

    edited = TTFont(font(tmp_path / "a.ttf", "", marks="ABC"))
    pen = TTGlyphPen(edited.getGlyphSet())
    pen.addComponent("u0043", (1, 0, 0, 1, 300, 0))
    edited["glyf"]["u0041"] = pen.glyph()
    edited.save(out := BytesIO())
    whole = Font(out.getvalue())
    cut = TTFont(BytesIO(truetype(whole, {5: "A"}, unicode=False)))
    assert len(cut.getGlyphOrder()) == 3
    assert drawn(cut, cut["cmap"].tables[0].cmap[5]) == drawn(whole.font, "u0041") != []


def test_what_else_was_done_with_a_font_leaves_its_bytes_alone():
    chars = {65: "A", 200: "ä"}
    data = typeface("STIXGeneral").data
    fresh, used = Font(data), Font(data)
    assert all(used.has(char) for char in chars.values())
    assert truetype(used, chars, unicode=False) == truetype(fresh, chars, unicode=False)
    assert used.extents("A") == fresh.extents("A")
