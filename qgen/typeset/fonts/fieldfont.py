"""The typeface that form fields are filled in with, described in standard terms only.

Everything else on a paper has our own codes. What is typed is encoded by a viewer, or a program such as pypdf: they
know Windows' encoding, differences from it by glyph name, and the characters that the font file itself maps to glyphs
(ISO 32000-1, 9.6.6.4; ISO 14289-1, 7.21.6). The minus sign and Central European letters take the place of signs that
nobody types into a box.
"""

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
