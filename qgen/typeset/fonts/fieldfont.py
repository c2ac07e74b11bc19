"""The typeface that form fields are filled in with, described in standard terms only.

Everything else on a paper has our own codes. What is typed is encoded by a viewer, or a program such as pypdf: they
know Windows' encoding, differences from it by glyph name, and the characters that the font file itself maps to glyphs
(ISO 32000-1, 9.6.6.4; ISO 14289-1, 7.21.6). The minus sign and Central European letters take the place of signs that
nobody types into a box.
"""

FIELD_FONT = "F"  # its resource name
FILE = "STIXGeneral"
_EUROPEAN = "ĂĄĆČĎĐĘĚĞŁŃŇŐŘŚŞŤŮŰŹŻ"
_NAMES = (  # of these, as the Adobe Glyph List has them
    "Abreve Aogonek Cacute Ccaron Dcaron Dcroat Eogonek Ecaron Gbreve Lslash Nacute Ncaron Ohungarumlaut Rcaron Sacute "
    "Scedilla Tcaron Uring Uhungarumlaut Zacute Zdotaccent"
)
_ADDED = f"−İı{_EUROPEAN}{_EUROPEAN.lower()}"
_LOWER = [name[0].lower() + name[1:] for name in _NAMES.split()]
_GLYPHS = dict(zip(_ADDED, ("minus", "Idotaccent", "dotlessi", *_NAMES.split(), *_LOWER), strict=True))
_FREE = (129, 141, 143, 144, 157, *"ƒ„…†‡ˆ‰‹•˜™›¢£¤¥¦§¨©ª«¬®¯°±²³¶·¸¹º»¼½¾×÷".encode("cp1252"))
_UNSEEN = (127, 160, 173)
_OURS = dict(zip(_FREE, _ADDED, strict=True))
_WINDOWS = {code: bytes([code]).decode("cp1252") for code in range(32, 256) if code not in (*_FREE, *_UNSEEN)}

CODES = tuple((char, code) for code, char in sorted((_WINDOWS | _OURS).items()))  # characters and their codes
ENCODING = (
    "/Encoding<</BaseEncoding/WinAnsiEncoding/Differences["
    + " ".join(f"{code}/{_GLYPHS[char]}" for code, char in sorted(_OURS.items()))
    + "]>>"
)
