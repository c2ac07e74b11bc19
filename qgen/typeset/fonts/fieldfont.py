"""The typeface that form fields are filled in with, told in standard terms only.

All else on a paper has codes of ours. What is typed is encoded by a viewer, or a program such as pypdf: these know
Windows' encoding, what differs from it by a glyph's name, and the characters that a font file itself maps to glyphs
(ISO 32000-1, 9.6.6.4; ISO 14289-1, 7.21.6). Minus and middle Europe's letters take the place of signs that nobody
types into a box.
"""

from collections.abc import Iterable
from io import BytesIO
from struct import pack, unpack_from

FIELD_FONT = "F"
"""Its resource name."""
FILE = "STIXGeneral"
_CAPITALS = {
    "Ă": "Abreve", "Ą": "Aogonek", "Ć": "Cacute", "Č": "Ccaron", "Ď": "Dcaron", "Đ": "Dcroat", "Ę": "Eogonek",
    "Ě": "Ecaron", "Ğ": "Gbreve", "Ł": "Lslash", "Ń": "Nacute", "Ň": "Ncaron", "Ő": "Ohungarumlaut", "Ř": "Rcaron",
    "Ś": "Sacute", "Ş": "Scedilla", "Ť": "Tcaron", "Ů": "Uring", "Ű": "Uhungarumlaut", "Ź": "Zacute",
    "Ż": "Zdotaccent",
}  # fmt: skip
_SMALL = {char.lower(): name[0].lower() + name[1:] for char, name in _CAPITALS.items()}
_GLYPHS = {"−": "minus", "İ": "Idotaccent", "ı": "dotlessi"} | _CAPITALS | _SMALL
"""Names as in the Adobe Glyph List."""
_FREE = (129, 141, 143, 144, 157, *"ƒ„…†‡ˆ‰‹•˜™›¢£¤¥¦§¨©ª«¬®¯°±²³¶·¸¹º»¼½¾×÷".encode("cp1252"))
_UNSEEN = (127, 160, 173)
_OURS = dict(zip(_FREE, _GLYPHS, strict=True))
_WINDOWS = {code: bytes([code]).decode("cp1252") for code in range(32, 256) if code not in (*_FREE, *_UNSEEN)}

CODES = tuple((char, code) for code, char in sorted((_WINDOWS | _OURS).items()))
"""Characters and their codes."""
ENCODING = (
    "/Encoding<</BaseEncoding/WinAnsiEncoding/Differences["
    + " ".join(f"{code}/{_GLYPHS[char]}" for code, char in sorted(_OURS.items()))
    + "]>>"
)


def mapped(program: bytes, codes: Iterable[tuple[str, int]]) -> bytes:
    """A subset of reportlab's, which maps codes to glyphs, with a map from Unicode instead (OpenType 1.9, "cmap")."""
    from reportlab.pdfbase.ttfonts import TTFontMaker, TTFontParser

    old, new = TTFontParser(BytesIO(program)), TTFontMaker()
    for tag in old.table:
        table = old.get_table(tag)
        new.add(tag, _unicode(table, codes) if tag == "cmap" else table)
    made: bytes = new.makeStream()
    return made


def _unicode(cmap: bytes, codes: Iterable[tuple[str, int]]) -> bytes:
    """One table of format 4: a segment for every character; where it ends, begins, and what to add for its glyph."""
    count = unpack_from(">H", cmap, 20)[0]  # reportlab's one table is of format 6, from code 0 on
    glyphs = unpack_from(f">{count}H", cmap, 22)
    known = {ord(char): glyphs[code] for char, code in codes}
    ends = [*sorted(known), 0xFFFF]
    shifts = [(known.get(char, 0) - char) % 0x10000 for char in ends]
    power = 1 << (len(ends).bit_length() - 1)
    search = 2 * power, power.bit_length() - 1, 2 * (len(ends) - power)
    words = [0, 2 * len(ends), *search, *ends, 0, *ends, *shifts, *[0] * len(ends)]
    return pack(">HHHHL", 0, 1, 3, 1, 12) + pack(f">{len(words) + 2}H", 4, 2 * len(words) + 4, *words)
