"""The few glyphs of a font that a document embeds, as a font file of their own.

The papers' own typefaces are TrueType, and their outlines are copied: fast, and each on every paper. All others can be
of any kind, and their letters may combine: each cluster is drawn anew, 1000 units to the em, as a glyph of a CFF font.
"""

from collections.abc import Mapping, Sequence
from copy import copy
from io import BytesIO

from qgen.typeset.fonts.font import Cluster, Font


def truetype(font: Font, chars: Mapping[int, str], *, unicode: bool) -> bytes:
    """A TrueType font of characters by their codes, which maps these, or with `unicode` the characters, to glyphs."""
    from fontTools.ttLib import TTFont, newTable
    from fontTools.ttLib.tables._c_m_a_p import CmapSubtable
    from fontTools.ttLib.tables._g_l_y_f import Glyph

    source = font.font
    glyphs = {code: font.characters[ord(char)] for code, char in chars.items()}
    order = list(dict.fromkeys([".notdef", *glyphs.values()]))
    outlines = {}
    for name in order:  # grows by the parts of what is put together
        outlines[name] = Glyph(font.outlines(name))
        if outlines[name].isComposite():
            outlines[name].expand(source["glyf"])
            order += [part for part in outlines[name].getComponentNames(source["glyf"]) if part not in order]
    cut = TTFont(recalcBBoxes=False, recalcTimestamp=False)
    cut.setGlyphOrder(order)
    for tag in ("head", "hhea", "maxp"):
        cut[tag] = copy(source[tag])
    cut["glyf"], cut["loca"], cut["hmtx"] = newTable("glyf"), newTable("loca"), newTable("hmtx")
    cut["glyf"].glyphOrder, cut["glyf"].glyphs = order, outlines
    cut["hmtx"].metrics = {name: source["hmtx"].metrics[name] for name in order}
    table = CmapSubtable.newSubtable(4 if unicode else 6)
    table.platformID, table.platEncID, table.language = (3, 1, 0) if unicode else (1, 0, 0)
    table.cmap = {ord(chars[code]): name for code, name in glyphs.items()} if unicode else glyphs
    cut["cmap"] = newTable("cmap")
    cut["cmap"].tableVersion, cut["cmap"].tables = 0, [table]
    cut.save(out := BytesIO(), reorderTables=None)
    return out.getvalue()


def cff(font: Font, clusters: Sequence[Cluster]) -> bytes:
    """A CFF font (Adobe Technical Note 5176) of these clusters alone, in this order from glyph 1 on."""
    from fontTools.fontBuilder import FontBuilder
    from fontTools.pens.t2CharStringPen import T2CharStringPen

    glyphs = {}
    for number, cluster in enumerate((Cluster("", (), 0), *clusters)):
        pen = T2CharStringPen(cluster.width, None)
        font.draw(cluster, pen)
        glyphs[f"g{number}" if number else ".notdef"] = pen.getCharString()
    builder = FontBuilder(1000, isTTF=False)
    builder.setupGlyphOrder(list(glyphs))
    builder.setupCFF(font.name, {}, glyphs, {})
    program: bytes = builder.font["CFF "].compile(builder.font)
    return program
