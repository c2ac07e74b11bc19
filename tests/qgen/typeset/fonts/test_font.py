"""Any kind of font file gives the same small font to embed."""

from io import BytesIO

import pytest
from fontTools.cffLib import CFFFontSet
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.boundsPen import BoundsPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

from qgen.typeset.fonts.font import Cluster, opened
from qgen.typeset.fonts.subset import cff as program


def read(data):
    """The top dictionary of a CFF font."""
    fonts = CFFFontSet()
    fonts.decompile(BytesIO(data), TTFont())
    return fonts[0]


def bounds(data, number):
    top = read(data)
    pen = BoundsPen(None)
    top.CharStrings[top.charset[number]].draw(pen)
    return pen.bounds


@pytest.mark.parametrize("cff", [False, True])
@pytest.mark.parametrize("em", [256, 1000, 2048])
def test_glyphs_are_drawn_a_thousand_units_to_the_em_whatever_the_file(font, tmp_path, cff, em):
    found = opened(font(tmp_path / "a.otf", "王", cff=cff, em=em, ascent=em // 2), 0)
    data = program(found, [found.cluster("王")])
    top = read(data)
    assert len(top.CharStrings.keys()) == 2
    assert bounds(data, 1) == pytest.approx((50000 / em, 0, 1000 - 50000 / em, bounds(data, 1)[3]), abs=0.6)
    assert found.cluster("王").width == 1000
    assert bounds(data, 0) is None


def test_only_what_is_asked_for_is_in_the_font_in_that_order(font, tmp_path):
    found = opened(font(tmp_path / "a.ttf", "", marks="ABCDE"), 0)
    data = program(found, [found.cluster(char) for char in "DA"])
    tops = [bounds(data, number)[3] for number in (1, 2)]
    assert len(read(data).CharStrings.keys()) == 3
    assert tops == [bounds(program(found, [found.cluster(char)]), 1)[3] for char in "DA"]
    assert len(set(tops)) == 2
    assert data == program(found, [found.cluster(char) for char in "DA"])


def test_a_cluster_is_drawn_with_each_glyph_in_its_place(font, tmp_path):
    found = opened(font(tmp_path / "a.ttf", "A"), 0)
    data = program(found, [Cluster("AA", (("box", 0, 0), ("box", 500, -300)), 1500)])
    assert bounds(data, 1) == (50, -300, 1450, 660)


def test_a_variable_font_is_drawn_at_regular_weight(tmp_path):
    builder = FontBuilder(1000)
    builder.setupGlyphOrder([".notdef", "A"])
    builder.setupCharacterMap({65: "A"})
    pen = TTGlyphPen(None)
    pen.moveTo((0, 0))
    for point in ((100, 0), (100, 700), (0, 700)):
        pen.lineTo(point)
    pen.closePath()
    builder.setupGlyf({".notdef": TTGlyphPen(None).glyph(), "A": pen.glyph()})
    builder.setupHorizontalMetrics({".notdef": (500, 0), "A": (500, 0)})
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": "V", "styleName": "Thin", "psName": "V-Thin"})
    builder.setupFvar([("wght", 100, 100, 700, "Weight")], [])
    from fontTools.ttLib.tables.TupleVariation import TupleVariation

    wider = [(0, 0), (200, 0), (200, 0), (0, 0), (0, 0), (400, 0), (0, 0), (0, 0)]
    builder.setupGvar({"A": [TupleVariation({"wght": (0, 1, 1)}, wider)], ".notdef": []})
    builder.setupOS2()
    builder.setupPost()
    builder.save(tmp_path / "v.ttf")
    found = opened(tmp_path / "v.ttf", 0)
    assert found.cluster("A").width == 700
    assert bounds(program(found, [found.cluster("A")]), 1) == (0, 0, 200, 700)
    assert found.name == "V-Regular"


@pytest.mark.parametrize("rights", [0x0002, 0x0100, 0x0200, 0x0204])
def test_a_font_that_may_not_be_embedded_is_not_used(font, tmp_path, rights):
    assert opened(font(tmp_path / "a.ttf", "A", rights=rights), 0) is None
    assert opened(font(tmp_path / "b.ttf", "A", rights=0x0008), 0)


def test_a_broken_or_missing_file_is_no_font_and_stops_nothing(font, tmp_path):
    whole = font(tmp_path / "a.ttf", "A").read_bytes()
    for number, data in enumerate([b"", b"ttcf", whole[:40], b"\0\1\0\0" + b"\xff" * 400]):
        (tmp_path / f"{number}.ttf").write_bytes(data)
        assert opened(tmp_path / f"{number}.ttf", 0) is None
    assert opened(tmp_path / "none.ttf", 0) is None
    for cut in range(100, len(whole), 97):
        (tmp_path / f"cut{cut}.ttf").write_bytes(whole[:cut])
        found = opened(tmp_path / f"cut{cut}.ttf", 0)
        assert found is None or found.has("A") in (True, False)


def test_an_empty_glyph_is_no_letter_but_may_be_a_space(font, tmp_path):
    path = font(tmp_path / "a.ttf", "A \u200d")
    edited = TTFont(path)
    edited["glyf"]["box"] = TTGlyphPen(None).glyph()
    edited.save(tmp_path / "b.ttf")
    full, empty = opened(path, 0), opened(tmp_path / "b.ttf", 0)
    assert [full.has(char) for char in "A \u200dB"] == [True, True, True, False]
    assert [empty.has(char) for char in "A \u200dB"] == [False, True, True, False]


def test_a_variation_selector_asks_for_its_own_form(font, tmp_path):
    path = font(tmp_path / "a.ttf", "辻", marks="x")
    edited = TTFont(path)
    table = type(edited["cmap"].tables[0]).getSubtableClass(14)(14)
    table.platformID, table.platEncID, table.language, table.cmap = 0, 5, 0xFF, {}
    table.uvsDict = {0xE0100: [(0x8FBB, "u0078")], 0xE0101: [(0x8FBB, None)]}
    edited["cmap"].tables.append(table)
    edited.save(tmp_path / "b.ttf")
    found = opened(tmp_path / "b.ttf", 0)
    forms = [found.cluster("辻" + selector).glyphs[0][0] for selector in ("", "\U000e0100", "\U000e0101", "\U000e0102")]
    assert forms == ["box", "u0078", "box", "box"]
