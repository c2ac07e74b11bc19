"""A font file of any kind (TrueType or CFF outlines, collections, variable fonts), read with fontTools.

A glyph stands for a character or for several: a cluster, drawn as the typeface combines it.
"""

import re
import unicodedata
from functools import cache, cached_property, lru_cache
from io import BytesIO
from pathlib import Path
from struct import unpack_from
from typing import Any, NamedTuple

REGULAR = {"wght": 400}  # where a variable font is drawn
_UNSEEN = "Zs", "Cf"
# Printed with no font: what is no character, private ones, tags, and what would turn the words around it.
UNPRINTABLE = re.compile(
    "[\0-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\uf8ff\U000e0000-\U000e007f\U000f0000-\U0010ffff]"
)
_FORBIDDEN = 0x0002, 0x0100, 0x0200  # OS/2 fsType: no embedding, no subsetting, bitmaps only


class Cluster(NamedTuple):
    """What is read as `text` and drawn as glyphs at places; lengths in thousandths of an em."""

    text: str
    glyphs: tuple[tuple[str, float, float], ...]
    width: float


class Font:
    """One face of a font file. ValueError for a file that cannot be read or may not be embedded."""

    def __init__(self, data: bytes, number: int = 0) -> None:
        from fontTools.ttLib import TTFont

        self.data, self.number = data, number
        # Read from memory: a file's position would be shared with copies of this process.
        try:
            self.font: Any = TTFont(BytesIO(data), fontNumber=number, lazy=True)
            self.scale = 1000 / self.font["head"].unitsPerEm
            self.characters: dict[int, str] = self.font.getBestCmap() or {}  # glyphs by the code points that have one
            rights = self.font["OS/2"].fsType if "OS/2" in self.font else 0
        except Exception as fault:  # whatever a broken file makes fontTools raise
            raise ValueError(f"no readable font: {fault}") from fault
        if rights & 0x000F == _FORBIDDEN[0] or rights & (_FORBIDDEN[1] | _FORBIDDEN[2]):
            raise ValueError("the font does not allow to be embedded in part")
        if not any(table in self.font for table in ("glyf", "CFF ", "CFF2")):
            raise ValueError("the font has no outlines")

    @cached_property
    def name(self) -> str:
        """Its PostScript name, as a PDF name."""
        given = self.font["name"].getDebugName(6) if "name" in self.font else None
        if given and self.location:  # the file bears the name of where its axes start: Thin
            given = given.partition("-")[0] + "-Regular"
        return re.sub("[^A-Za-z0-9-]", "", given or "") or "Unnamed"

    @cached_property
    def descriptor(self) -> str:
        """What a PDF says of its looks (ISO 32000-1, 9.8): a box around all its glyphs, slant, extents, stems."""
        head, post, os2 = self.font["head"], self.font.get("post"), self.font.get("OS/2")
        box = " ".join(f"{edge * self.scale:.0f}" for edge in (head.xMin, head.yMin, head.xMax, head.yMax))
        ascent, descent = (os2.sTypoAscender, os2.sTypoDescender) if os2 else (880 / self.scale, -120 / self.scale)
        return (
            f"/FontBBox[{box}]/ItalicAngle {post.italicAngle if post else 0:.6g}/Ascent {ascent * self.scale:.0f}"
            f"/Descent {descent * self.scale:.0f}/CapHeight 660/StemV 90"
        )

    @cached_property
    def family(self) -> str:
        """Its family and style, for choosing among the faces of a file."""
        try:
            return " ".join(self.font["name"].getDebugName(number) or "" for number in (1, 2, 16, 17))
        except Exception:  # whatever a broken file makes fontTools raise: it has no family
            return ""

    @cache  # noqa: B019  fonts are kept for good
    def has(self, char: str) -> bool:
        """Whether it has a glyph for this character, and one that can be seen."""
        try:
            glyph = None if UNPRINTABLE.match(char) else self.characters.get(ord(char))
            return glyph is not None and (unicodedata.category(char) in _UNSEEN or bool(self._drawn(glyph)))
        except Exception:  # see above
            return False

    @cached_property
    def _scripts(self) -> frozenset[str]:
        """OpenType's tags of the scripts that it has rules for."""
        try:
            tables = [self.font[table].table.ScriptList for table in ("GSUB", "GPOS") if table in self.font]
            return frozenset(record.ScriptTag for table in tables if table for record in table.ScriptRecord)
        except Exception:  # see above
            return frozenset()

    def combines(self, char: str) -> bool:
        """Whether it has rules for combining the letters of this one's script."""
        from fontTools.unicodedata import ot_tags_from_script, script

        return "morx" in self.font or not self._scripts.isdisjoint(ot_tags_from_script(script(char)))

    def cluster(self, text: str) -> Cluster:
        """One character as the font maps it, in the form that a variation selector after it asks for."""
        glyph = self.characters[ord(text[0])]
        for table in self.font["cmap"].tables:
            if table.format == 14 and len(text) > 1:
                forms = {base: name for base, name in table.uvsDict.get(ord(text[1]), ()) if name}
                glyph = forms.get(ord(text[0]), glyph)
        return Cluster(text, ((glyph, 0.0, 0.0),), self._glyphs[glyph].width * self.scale)

    @cached_property
    def location(self) -> dict[str, float] | None:
        """Where on its axes a variable font is drawn."""
        axes = {axis.axisTag: axis for axis in self.font["fvar"].axes} if "fvar" in self.font else {}
        return {
            tag: max(axes[tag].minValue, min(axes[tag].maxValue, at)) for tag, at in REGULAR.items() if tag in axes
        } or None

    @cached_property
    def _glyphs(self) -> Any:
        return self.font.getGlyphSet(location=self.location)

    def _drawn(self, glyph: str) -> list[Any]:
        """The pen's commands for one glyph."""
        from fontTools.pens.recordingPen import DecomposingRecordingPen

        pen = DecomposingRecordingPen(self._glyphs)
        self._glyphs[glyph].draw(pen)
        commands: list[Any] = pen.value
        return commands

    def draw(self, cluster: Cluster, pen: Any) -> None:
        """Draws a cluster's outlines with a pen of fontTools."""
        from fontTools.pens.transformPen import TransformPen

        for glyph, x, y in cluster.glyphs:
            placed = TransformPen(pen, (self.scale, 0, 0, self.scale, x, y))
            for command, points in self._drawn(glyph):
                getattr(placed, command)(*points)

    def width(self, char: str) -> float:
        """A character's advance width in em."""
        width: float = self.font["hmtx"][self.characters[ord(char)]][0] * self.scale / 1000
        return width

    def extents(self, char: str) -> tuple[float, float, float]:
        """How low, how far to the right and how high a character reaches, in em; of TrueType fonts only."""
        data = self.outlines(self.characters[ord(char)])
        low, right, high = unpack_from(">hhh", data, 4) if data else (0, 0, 0)
        return low * self.scale / 1000, right * self.scale / 1000, high * self.scale / 1000

    def outlines(self, glyph: str) -> bytes:
        """A glyph as it stands in a TrueType font; what else was done with the font cannot change it."""
        places, number = self.font["loca"], self.font.getGlyphID(glyph)
        return self._outlines[places[number] : places[number + 1]]

    @cached_property
    def _outlines(self) -> bytes:
        data: bytes = self.font.reader["glyf"]
        return data


@lru_cache(maxsize=64)
def _file(path: Path) -> bytes:
    return path.read_bytes()


def faces(path: Path) -> int:
    """How many faces a font file holds."""
    with path.open("rb") as file:
        start = file.read(12)
    return int.from_bytes(start[8:12], "big") if start[:4] == b"ttcf" else 1


@lru_cache(maxsize=256)
def opened(path: Path, number: int) -> Font | None:
    """A face of a font file, read once; None if it is of no use."""
    try:
        return Font(_file(path), number)
    except (OSError, ValueError):
        return None
