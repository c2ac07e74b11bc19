"""The few glyphs of a font that a document embeds, as a font file of their own.

The papers' own typefaces are TrueType, and their outlines are copied: fast, and each on every paper. All others can be
of any kind, and their letters may combine: each cluster is drawn anew, 1000 units to the em, as a glyph of a CFF font.
"""

from collections.abc import Mapping, Sequence
from copy import copy
from io import BytesIO
from typing import Any

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
    return _saved(lambda out: cut.save(out, reorderTables=None))


def cff(font: Font, clusters: Sequence[Cluster]) -> bytes:
    """A CID-keyed CFF font (Adobe Technical Note 5176) of these clusters alone, in this order from glyph 1 on."""
    from fontTools import cffLib
    from fontTools.pens.t2CharStringPen import T2CharStringPen
    from fontTools.ttLib import TTFont

    whole = cffLib.CFFFontSet()
    whole.major, whole.minor, whole.hdrSize = 1, 0, 4
    whole.fontNames, whole.strings, whole.GlobalSubrs = (
        [font.name],
        cffLib.IndexedStrings(),
        cffLib.GlobalSubrsIndex(),
    )
    whole.topDictIndex = cffLib.TopDictIndex()
    top, part, private = cffLib.TopDict(), cffLib.FontDict(), cffLib.PrivateDict()
    part.Private = private
    select = cffLib.FDSelect()
    select.format, select.gidArray = 3, [0] * (len(clusters) + 1)
    top.ROS, top.CIDCount = ("Adobe", "Identity", 0), len(clusters) + 1
    top.GlobalSubrs, top.FDSelect, top.FDArray = whole.GlobalSubrs, select, cffLib.FDArrayIndex()
    top.FDArray.append(part)
    top.charset = [".notdef", *(f"cid{number:05}" for number in range(1, len(clusters) + 1))]
    top.CharStrings = cffLib.CharStrings(None, top.charset, whole.GlobalSubrs, None, select, top.FDArray)
    for name, cluster in zip(top.charset, (Cluster("", (), 0), *clusters), strict=True):
        pen = T2CharStringPen(cluster.width, None)
        font.draw(cluster, pen)
        charstring = pen.getCharString(private, whole.GlobalSubrs)
        charstring.fdSelectIndex = 0
        top.CharStrings[name] = charstring
    whole.topDictIndex.append(top)
    return _saved(lambda out: whole.compile(out, TTFont(recalcBBoxes=False), isCFF2=False))


def _saved(save: Any) -> bytes:
    save(out := BytesIO())
    return out.getvalue()
