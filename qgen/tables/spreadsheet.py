"""Text that people open in a spreadsheet: what would run there as a formula gets an apostrophe before it.

Which text does: https://owasp.org/www-community/attacks/CSV_Injection. A spreadsheet whose list separator is another
one than the file's cuts cells in parts, so that every part is looked at.
"""

from __future__ import annotations

import re

_NUMERAL = re.compile(r"[+-]?[0-9.,]+(?:[eE][+-]?[0-9]+)?")
_NUMERALS = re.compile(r"(?:-?[0-9][0-9.]*\0|\0)*+")
_HARMLESS = re.compile(r"""(?:[\w.(−–·×][^,;\t\r\n"]*)?""")
_QUOTED = re.compile(r'[,"\n\r]')
_UNSEEN = (  # spaces, controls and formats: Unicode's categories Z, Cc and Cf
    r"\s\x00-\x20\x7f-\xa0\xad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f\u2028-\u202f"
    r"\u205f-\u206f\ufeff\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3"
    r"\U0001d173-\U0001d17a\U000e0001\U000e0020-\U000e007f"
)
_PLACE = rf"(^|[,;\t\r\n])([{_UNSEEN}]*)"
_RUNS = r"(?=[=+\-@|＝＋－＠｜﹦﹢﹣﹫⁺⁼₊₌⩵⩶﬩])"
_BARE = re.compile(rf"{_PLACE}{_RUNS}")
_GUARDED = re.compile(rf"{_PLACE}'{_RUNS}")


def runs(text: str) -> bool:
    """Whether a spreadsheet might run this text, or a part of it where the list separator is another one."""
    return _BARE.search(text) is not None


def guarded(text: str) -> str:
    """The text, harmless; a number, and what is harmless already, as it is."""
    return text if _NUMERAL.fullmatch(text) else _BARE.sub(r"\1\2'", text)


def unguarded(text: str) -> str:
    """What was `guarded`."""
    return _GUARDED.sub(r"\1\2", text)


def cell(text: str) -> str:
    """A CSV cell (RFC 4180), guarded, and quoted where needed."""
    if text.isascii() and (text.isalnum() or text.removeprefix("-").replace(".", "", 1).isdigit()):
        return text  # most ids and answers
    if _NUMERAL.fullmatch(text):
        return f'"{text}"' if "," in text else text
    if _HARMLESS.fullmatch(text):
        return text
    text = _BARE.sub(r"\1\2'", text)
    return '"' + text.replace('"', '""') + '"' if _QUOTED.search(text) else text


def cells(texts: list[str]) -> list[str]:
    """The same of each of many; mere numerals, as most rows of answers are, are looked at together."""
    return texts if _NUMERALS.fullmatch("\0".join([*texts, ""])) else list(map(cell, texts))
