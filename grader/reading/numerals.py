"""A number as people write it: what has one reading is read, what has two is refused with the reason."""

import math
import re
import unicodedata
from typing import Literal, NamedTuple

from grader.reasons import UNDEFINED, Reason
from qgen.errors import quoted

VALUE, BLANK, UNREADABLE = range(3)
KINDS = ("value", "blank", "unreadable")
LONGEST = 100  # characters of a number; a longer cell is not looked into
UNLIMITED = 1000  # digits of a fraction: more than anyone asks for

_BLANKS = frozenset({"", "-", "--", "---", "?", "n/a", "na", "n.a.", "none"})  # not "null": German for 0
_DECIMAL = r"(?P<whole>[0-9]*)(?:(?P<mark>[.,])(?P<part>[0-9]*))?"
_E = r"[eE] ?(?P<e>[+-]?[0-9]+)"
_POWER = r"[xX*] ?10 ?(?:\^|\*\*) ?(?P<open>\( ?)?(?P<power>[+-]? ?[0-9]+)(?(open) ?\))"
_NUMBER = re.compile(rf"(?P<sign>[+-]?) ?{_DECIMAL}(?: ?(?:{_E}|{_POWER}))?")
_DECIMAL_NUMBER = re.compile(r"([-−]?)([0-9]{1,15})(?:([.,])([0-9]{0,15}))?(?:e([+-]?[0-9]{1,2}))?")  # of _NUMBER
_FRACTION = re.compile(r"(?P<sign>[+-]?) ?(?P<top>[0-9]+) ?/ ?(?P<bottom>[0-9]+)")
_GROUP = re.compile(r"[1-9][0-9]{0,2}")  # before a mark and three digits: thousands, or a whole part
# Ends in no mark: a text has one way to match, whatever follows, and no cell can make the search explode.
_ANY = r"[+-]?[.,]?[0-9]+(?:[.,][0-9]+)*(?:[eE][+-]?[0-9]+)?"
_SEVERAL = re.compile(rf"{_ANY}(?:(?: ?[;|&] ?|, | ){_ANY})+")
_FLAT_POWER = re.compile(rf"({_ANY}) ?[xX*] ?10 ?([+-]? ?[0-9]+)")
_SUM = re.compile(r"[0-9.,eE()^*/x+ -]*[0-9)] ?[x*/^+-][0-9.,eE()^*/x+ -]*[0-9)]")
_TRAILING = re.compile(rf"({_ANY}) ?([^0-9].*)")
# Spreadsheets make a date of 3.12: 3-Dec, Dec-12, 3. Dez, 3 déc. A month is known by how it begins; in seven languages.
_MONTH = (
    r"[ .-]*(?:jan|gen|ene|f[eé][bv]|m[aä][riy]|mrz|mrt|maa|mag|mei|apr|avr|abr|ju[inl]|giu|lug|aug|ao[uû]|ago"
    r"|se[pt]|o[ck]t|ott|out|nov|d[eé]c|de[zs]|dic)[^\W\d_]*[ .-]*"
)
# What people write where nothing can be computed; none of these is what a program puts into an empty cell.
_UNDEFINED = (
    r"(?:undef(?:ined)?|not defined|impossible|cannot be computed|(?:math |domain )?error"
    r"|nicht definiert|undefiniert|n\. ?def|unmöglich|nicht möglich|fehler)\.?"
)
_KNOWN_FAULTS = [  # the first one that a text is
    (re.compile(_UNDEFINED, re.IGNORECASE), UNDEFINED),
    (re.compile(r"[+-]*(nan|inf|infinity|∞)", re.IGNORECASE), "not_finite"),
    (re.compile(r".*%.*"), "percentage"),
    (re.compile(r"#.*"), "spreadsheet_error"),
    (re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}.*|[0-9]{1,2}([./-])[0-9]{1,2}\1[0-9]{2,4}"), "date"),
    (re.compile(r"[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?(?: ?[ap]m)?", re.IGNORECASE), "date"),
    (re.compile(rf"[0-9]{{1,4}}{_MONTH}(?:[0-9]{{2,4}})?|{_MONTH}[0-9]{{1,4}}", re.IGNORECASE), "date"),
    (_SEVERAL, "several_numbers"),
    (re.compile(r"(?=.*[0-9.,)] ?[-+/] ?[0-9.,(])[0-9.,()+/ -]*"), "calculation"),
    (re.compile(r"(?=.*[.])(?=.*,)[0-9.,+-]*"), "dot_and_comma"),
    (re.compile(r"[0-9+-]*([.,])[0-9+-]*\1[0-9.,+-]*"), "several_marks"),
]
_PAGE_MISSING = re.compile(r"page ([0-9]{1,3}) is missing")
_RAISED = re.compile(r"\^?[⁺⁻]?[⁰¹²³⁴-⁹]+")
_INVISIBLE = "\u200b\u200c\u200d\u200e\u200f\u2060\u061c\ufeff"
_LETTERS = str.maketrans("OoОоlI|", "0000111")
_ABOUT = re.compile(r"[=≈~≃≅] ?|(?:about|approx|ca|circa|etwa)\.? ", re.IGNORECASE)  # "ca.5" may be 5 or .5
_WRAPPED = re.compile(r"[\\$({[]")
_LATEX = re.compile(r"\\(?:times|cdot|,|;|!|[()]|left|right)|[$]")
_BRACKETED = re.compile(r"([+-]?) ?\( ?(.*?) ?\)")
_BRACKETS = str.maketrans("{}[]", "()()")
_QUOTES = "'\"‘’‚“”„´`"
_PLAIN = str.maketrans(
    {
        **dict.fromkeys("‐‑‒–—―−﹣－˗➖", "-"),
        **dict.fromkeys("×·∙⋅•✕⨯∗＊", "*"),
        **dict.fromkeys("⁄∕／", "/"),
        **dict(zip("＋．，ｅＥ％٪٫", "+.,eE%%.", strict=True)),
        **dict.fromkeys(_INVISIBLE, None),
    }
)
_LOWER = str.maketrans("⁺⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "+-0123456789")


class Numeral(NamedTuple):
    """What one cell says.

    `decimals`: digits written after the point, less the exponent (1.20e-3 has 5, 1.2e3 has -2), so that the
    last digit written is worth 10**-decimals. `significant`: digits from the first that is not 0 (0.0500 has
    3, 0.00 none). Both UNLIMITED for a fraction. `reason`: why a cell is unreadable.
    """

    kind: Literal["value", "blank", "unreadable"]
    value: float = math.nan
    decimals: int = 0
    significant: int = 0
    reason: Reason | None = None


def read(text: str, *, comma: bool = False) -> Numeral:
    """The number in `text`, correctly rounded; `comma` where the writer is known to use a decimal comma.

    A single comma is a decimal comma where it has no other reading (0,0468 1,5 0,500); 1,234 may be 1234 and
    is refused, as is 1.234 if `comma`. Blank is an empty text, a dash, "?", "n/a", "na", "n.a." or "none".
    """
    text = text.strip()
    if (found := _DECIMAL_NUMBER.fullmatch(text)) and (numeral := _decimal(found, comma)):
        return numeral
    if len(text) > LONGEST:
        return _unreadable("too_long", f"{len(text):,}", str(LONGEST))
    plain = _unquoted(_normalised(text))
    if plain.casefold() in _BLANKS:
        return Numeral("blank")
    plain = _bare(plain)
    if (found := _DECIMAL_NUMBER.fullmatch(plain)) and (numeral := _decimal(found, comma)):
        return numeral
    if found := _FRACTION.fullmatch(plain):
        return _fraction(*found.group("sign", "top", "bottom"))
    if (found := _NUMBER.fullmatch(plain)) and (found["whole"] or found["part"]):
        return _number(found, comma)
    return Numeral("unreadable", reason=_fault(plain))


def decimal_mark(text: str) -> str:
    """The mark, "." or ",", that can only be the decimal mark of the number in `text`; else ""."""
    for mark in ".,":
        if mark in text:
            return mark if read(text, comma=mark == ".").kind == "value" else ""
    return ""


def _normalised(text: str) -> str:
    """ASCII signs and digits for all their look-alikes, single spaces, raised exponents as ^-2."""
    if not text.isascii():
        text = text.translate(_PLAIN)
    if not text.isascii():
        text = _RAISED.sub(lambda found: "^" + found[0].lstrip("^").translate(_LOWER), text)
        text = "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in text)
    return " ".join(text.split())


def _unquoted(text: str) -> str:
    """Without the quotes around it, or the apostrophe by which a spreadsheet marks text."""
    if text and text[0] in _QUOTES:
        return text[1:-1].strip() if text[-1] in _QUOTES else text[1:].strip()
    return text


def _bare(text: str) -> str:
    """Without what stands around a number and says nothing of it: "=", "about", brackets, LaTeX's dollars."""
    if found := _ABOUT.match(text):
        return _bare(_unquoted(text[found.end() :]))
    if not _WRAPPED.search(text):
        return text
    text = _LATEX.sub(lambda found: "*" if found[0] in ("\\times", "\\cdot") else "", text).replace("{,}", ",")
    text = text.translate(_BRACKETS).strip()
    found = _BRACKETED.fullmatch(text)
    return _bare(found[1] + found[2]) if found and found[2].find("(") <= found[2].find(")") else text


def _decimal(found: re.Match[str], comma: bool) -> Numeral | None:
    """`_number` of most cells, in less time; None where a comma or a dot may stand before thousands."""
    sign, whole, mark, part, exponent = found.groups("")
    if len(part) == 3 and mark == (".," if comma else ",.")[0]:
        return None
    value = float(f"{sign and '-'}{whole}.{part}e{exponent or 0}")
    return Numeral("value", value, len(part) - int(exponent or 0), len((whole + part).lstrip("0")))


def _number(found: re.Match[str], comma: bool) -> Numeral:
    sign, whole, mark, part = (group or "" for group in found.group("sign", "whole", "mark", "part"))
    exponent = int((found["e"] or found["power"] or "0").replace(" ", ""))
    if mark == (".," if comma else ",.")[0] and len(part) == 3 and _GROUP.fullmatch(whole):
        start, end = sign.strip("+"), f"e{exponent}" if exponent else ""
        one, other = f"{start}{whole}.{part}", f"{start}{whole}{part}{end}"
        return _unreadable("two_readings", one + end, other, f"{one}0{end}")
    digits = (whole + part).lstrip("0")
    if abs(exponent) > 400:
        return _unreadable("exponent_out_of_range")
    value = float(f"{sign}{whole}.{part}e{exponent}")
    if math.isinf(value):
        return _unreadable("too_large")
    if value == 0 and digits:
        return _unreadable("too_small")
    return Numeral("value", value, len(part) - exponent, len(digits))


def _fraction(sign: str, top: str, bottom: str) -> Numeral:
    if not int(bottom):
        return _unreadable("divides_by_zero")
    value = int(top) / int(bottom)
    return Numeral("value", -value if sign == "-" else value, UNLIMITED, UNLIMITED)


def _unreadable(kind: str, *numbers: str) -> Numeral:
    return Numeral("unreadable", reason=Reason(kind, numbers))


def _unread(mark: str) -> Reason:
    """What it is that a person has to look at, or did look at: what a scan, a form or the desk left after a "?"."""
    rest = mark.lstrip("?").strip()
    if found := _PAGE_MISSING.fullmatch(rest):
        return Reason("page_missing", (found[1],))
    if rest == "illegible":
        return Reason("illegible")
    if not rest:
        return Reason("unread")
    return Reason("unconfirmed", (rest,)) if _DECIMAL_NUMBER.fullmatch(rest) else Reason("unconfirmed", names=(rest,))


def _fault(plain: str) -> Reason:
    """What is wrong with a text that is no number."""
    if plain.startswith("?"):
        return _unread(plain)
    for pattern, kind in _KNOWN_FAULTS:
        if pattern.fullmatch(plain):
            return Reason(kind)
    mended = plain.translate(_LETTERS)
    if mended != plain and re.search("[0-9]", plain) and _NUMBER.fullmatch(mended):
        return Reason("letter", (mended,))
    if found := _FLAT_POWER.fullmatch(plain):
        return Reason("flat_power", (f"{found[1]}e{found[2].replace(' ', '')}",))
    if _SUM.fullmatch(plain):
        return Reason("calculation")
    if found := _TRAILING.fullmatch(plain):
        return Reason("trailing", names=(quoted(found[2])[1:-1],))
    return Reason("not_a_number")
