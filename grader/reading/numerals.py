"""A number as people write it: what has one reading is read, what has two is refused with the reason."""

import math
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from qgen.errors import quoted

VALUE, BLANK, UNREADABLE = range(3)
KINDS = ("value", "blank", "unreadable")
LONGEST = 100  # characters of a number; a longer cell is not looked into
UNLIMITED = 1000  # digits of a fraction: more than anyone asks for

_BLANKS = frozenset({"", "-", "--", "---", "?", "n/a", "na", "n.a.", "none"})  # not "null": German for 0
_SUCH = "write a number such as -0.0468, or leave it blank"
_DECIMAL = r"(?P<whole>[0-9]*)(?:(?P<mark>[.,])(?P<part>[0-9]*))?"
_E = r"[eE] ?(?P<e>[+-]?[0-9]+)"
_POWER = r"[xX*] ?10 ?(?:\^|\*\*) ?(?P<open>\( ?)?(?P<power>[+-]? ?[0-9]+)(?(open) ?\))"
_NUMBER = re.compile(rf"(?P<sign>[+-]?) ?{_DECIMAL}(?: ?(?:{_E}|{_POWER}))?")
_USUAL = re.compile(r"([+-]?[0-9]{1,15}(?:\.[0-9]{1,15})?) ?(?:[eE]|[xX*] ?10 ?\^)(-?[0-9]{1,2})")  # of _NUMBER
_FRACTION = re.compile(r"(?P<sign>[+-]?) ?(?P<top>[0-9]+) ?/ ?(?P<bottom>[0-9]+)")
_GROUP = re.compile(r"[1-9][0-9]{0,2}")  # before a mark and three digits: thousands, or a whole part
# Ends in no mark: a text has one way to match, whatever follows, and no cell can make the search explode.
_ANY = r"[+-]?[.,]?[0-9]+(?:[.,][0-9]+)*(?:[eE][+-]?[0-9]+)?"
_SEVERAL = re.compile(rf"{_ANY}(?:(?: ?[;|&] ?|, | ){_ANY})+")
_FLAT_POWER = re.compile(rf"({_ANY}) ?[xX*] ?10 ?([+-]? ?[0-9]+)")
_SUM = re.compile(r"[0-9.,eE()^*/x+ -]*[0-9)] ?[x*/^+-][0-9.,eE()^*/x+ -]*[0-9)]")
_TRAILING = re.compile(rf"({_ANY}) ?([^0-9].*)")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}.*|[0-9]{1,2}([./-])[0-9]{1,2}\1[0-9]{2,4}")
_RAISED = re.compile(r"\^?[⁺⁻]?[⁰¹²³⁴-⁹]+")
_INVISIBLE = "\u200b\u200c\u200d\u200e\u200f\u2060\u061c\ufeff"
_LETTERS = str.maketrans("OoОоlI|", "0000111")
_QUOTES = "'\"‘’‚“”„´`"
_PLAIN = str.maketrans(
    {
        **dict.fromkeys("‐‑‒–—―−﹣－˗➖", "-"),
        **dict.fromkeys("×·∙⋅•✕⨯∗＊", "*"),
        **dict.fromkeys("⁄∕／", "/"),
        **dict(zip("＋．，ｅＥ％٪٫", "+.,eE%%,", strict=True)),
        **dict.fromkeys(_INVISIBLE, None),
    }
)
_LOWER = str.maketrans("⁺⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "+-0123456789")


@dataclass(frozen=True, slots=True)
class Numeral:
    """What one cell says.

    `decimals`: digits written after the point, less the exponent (1.20e-3 has 5, 1.2e3 has -2), so that the
    last digit written is worth 10**-decimals. `significant`: digits from the first that is not 0 (0.0500 has
    3, 0.00 none). Both UNLIMITED for a fraction. `reason`: why a cell is unreadable, and what is accepted.
    """

    kind: Literal["value", "blank", "unreadable"]
    value: float = math.nan
    decimals: int = 0
    significant: int = 0
    reason: str = ""


def read(text: str, *, comma: bool = False) -> Numeral:
    """The number in `text`, correctly rounded; `comma` where the writer is known to use a decimal comma.

    A single comma is a decimal comma where it has no other reading (0,0468 1,5 0,500); 1,234 may be 1234 and
    is refused, as is 1.234 if `comma`. Blank is an empty text, a dash, "?", "n/a", "na", "n.a." or "none".
    """
    text = text.strip()
    if len(text) > LONGEST:
        return _unreadable(text, f"has {len(text):,} characters, more than the {LONGEST} of any number")
    plain = _unquoted(_normalised(text))
    if plain.casefold() in _BLANKS:
        return Numeral("blank")
    if plain[:1] in ("=", "≈"):
        plain = _unquoted(plain[1:].lstrip())
    if found := _FRACTION.fullmatch(plain):
        return _fraction(text, *found.group("sign", "top", "bottom"))
    if (found := _NUMBER.fullmatch(plain)) and (found["whole"] or found["part"]):
        return _number(text, found, comma)
    return _unreadable(text, _fault(plain))


def read_block(texts: Sequence[str]) -> tuple[NDArray[np.float64], NDArray[np.int8], dict[int, str]]:
    """`read` of each text: values (nan where none), kinds (VALUE, BLANK, UNREADABLE), reasons by index.

    Decimals of up to 15 digits are read in one go: their digits are an integer below 2**53, the power of ten is below
    10**22, both exact, so the quotient is the correctly rounded value (Clinger, PLDI 1990).
    """
    values, plain, empty = _decimals(texts)
    kinds = np.full(len(texts), VALUE, np.int8)
    kinds[empty] = BLANK
    left = np.flatnonzero(~(plain | empty))
    reasons: dict[int, str] = {}
    if len(left):
        bare = [_bare(texts[index]) for index in left.tolist()]
        mended, plain, _ = _decimals(bare)
        rest = np.flatnonzero(~plain)
        mended[rest] = [_scientific(bare[at]) for at in rest.tolist()]
        values[left] = mended
        left = left[np.isnan(mended)]
    for index in left.tolist():
        numeral = read(texts[index])
        values[index] = numeral.value
        kinds[index] = KINDS.index(numeral.kind)
        if numeral.reason:
            reasons[index] = numeral.reason
    return values, kinds, reasons


def _bare(text: str) -> str:
    """Without what stands before most numbers that are no plain decimals: spaces, a quote, an equals sign.

    And with a plain minus for its look-alikes. Where this leaves a plain decimal, `read` finds the same number.
    """
    text = text.strip()
    if len(text) > LONGEST:
        return text
    text = text.removeprefix("'").lstrip().removeprefix("=").lstrip()
    text = text if text.isascii() else text.translate(_PLAIN)
    return "-" + text[2:] if text.startswith("- ") else text


def _scientific(text: str) -> float:
    """The value of a decimal with a power of ten as most people write it, with a decimal point; nan of others."""
    found = _USUAL.fullmatch(text)
    return float(f"{found[1]}e{found[2]}") if found else math.nan


def decimal_mark(text: str) -> str:
    """The mark, "." or ",", that can only be the decimal mark of the number in `text`; else ""."""
    for mark in ".,":
        if mark in text:
            return mark if read(text, comma=mark == ".").kind == "value" else ""
    return ""


def _normalised(text: str) -> str:
    """ASCII signs and digits for all their look-alikes, single spaces, raised exponents as ^-2."""
    if not text.isascii():
        text = _RAISED.sub(lambda found: "^" + found[0].lstrip("^").translate(_LOWER), text).translate(_PLAIN)
        text = "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in text)
    return " ".join(text.split())


def _unquoted(text: str) -> str:
    """Without the quotes around it, or the apostrophe by which a spreadsheet marks text."""
    if text and text[0] in _QUOTES:
        return text[1:-1].strip() if text[-1] in _QUOTES else text[1:].strip()
    return text


def _number(text: str, found: re.Match[str], comma: bool) -> Numeral:
    sign, whole, mark, part = (group or "" for group in found.group("sign", "whole", "mark", "part"))
    exponent = int((found["e"] or found["power"] or "0").replace(" ", ""))
    if mark == (".," if comma else ",.")[0] and len(part) == 3 and _GROUP.fullmatch(whole):
        start, end = sign.strip("+"), f"e{exponent}" if exponent else ""
        one, other = f"{start}{whole}.{part}", f"{start}{whole}{part}{end}"
        return _unreadable(text, f"can be {one}{end} or {other}; write {one}0{end} or {other}")
    digits = (whole + part).lstrip("0")
    if abs(exponent) > 400:
        return _unreadable(text, "has an exponent out of range; " + _SUCH)
    value = float(f"{sign}{whole}.{part}e{exponent}")
    if math.isinf(value):
        return _unreadable(text, "is too large; " + _SUCH)
    if value == 0 and digits:
        return _unreadable(text, "is too small; " + _SUCH)
    return Numeral("value", value, len(part) - exponent, len(digits))


def _fraction(text: str, sign: str, top: str, bottom: str) -> Numeral:
    if not int(bottom):
        return _unreadable(text, "divides by zero; " + _SUCH)
    value = int(top) / int(bottom)
    return Numeral("value", -value if sign == "-" else value, UNLIMITED, UNLIMITED)


def _unreadable(text: str, reason: str) -> Numeral:
    return Numeral("unreadable", reason=f"{quoted(text)} {reason}")


def _fault(plain: str) -> str:
    """What is wrong with a text that is no number, and what to write instead."""
    name = plain.casefold().lstrip("+-")
    if name in ("nan", "inf", "infinity", "∞"):
        return f"is no finite number; {_SUCH}"
    if "%" in plain:
        return "is a percentage; write a plain number, 0.5 for 50%"
    if plain.startswith("#"):
        return f"is a spreadsheet's error; {_SUCH}"
    if _DATE.fullmatch(plain):
        return f"is a date: did a spreadsheet change it? {_SUCH[0].upper()}{_SUCH[1:]}"
    if _SEVERAL.fullmatch(plain):
        return "holds two numbers, or a space inside one; write one number"
    if re.search("[0-9.,)] ?[-+/] ?[0-9.,(]", plain) and not plain.strip("0123456789.,()+-/ "):
        return "is a calculation; write its result"
    if not plain.strip("+-0123456789.,") and "." in plain and "," in plain:
        return "has both a dot and a comma; write a number with one decimal mark"
    if not plain.strip("+-0123456789.,") and (plain.count(",") > 1 or plain.count(".") > 1):
        return f"has several dots or commas; {_SUCH}"
    mended = plain.translate(_LETTERS)
    if mended != plain and re.search("[0-9]", plain) and _NUMBER.fullmatch(mended):
        return f"has a letter among its digits; write {mended} if that is meant, or leave it blank"
    if found := _FLAT_POWER.fullmatch(plain):
        return f"has no raised exponent; write {found[1]}e{found[2].replace(' ', '')} if that is meant"
    if _SUM.fullmatch(plain):
        return "is a calculation; write its result"
    if (found := _TRAILING.fullmatch(plain)) and not found[1].endswith(("e", "E")):
        return f"has {quoted(found[2])} after the number; write the number alone"
    return f"is not a number; {_SUCH}"


_POWERS = 10.0 ** np.arange(16)


def _decimals(texts: Sequence[str]) -> tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_]]:
    """Values of plain decimals (else nan); which texts are plain, which empty."""
    longest = 16  # 15 digits and a mark, after the sign
    joined = "\n".join(texts)
    if joined.count("\n") != len(texts) - 1:
        joined = "\n".join(text.replace("\n", "?") for text in texts)
    lines = (joined + "\n").encode("ascii", "replace") if texts else b""
    bytes_ = np.frombuffer(lines + bytes(longest), np.uint8)
    ends = np.flatnonzero(bytes_ == ord("\n"))
    starts = np.concatenate([[0], ends[:-1] + 1])[: len(ends)]
    negative = bytes_[starts] == ord("-")
    first = starts + (negative | (bytes_[starts] == ord("+")))
    length = ends - first
    plain = (length > 0) & (length <= longest)
    mantissa = np.zeros(len(ends), np.int64)
    places = np.zeros(len(ends), np.int8)
    digits = np.zeros(len(ends), np.int8)
    marked = np.zeros(len(ends), np.bool_)
    commas = np.zeros(len(ends), np.bool_)
    for offset in range(min(longest, int(length.max(initial=0)))):
        byte = bytes_[first + offset]
        live = offset < length
        figure = byte - np.uint8(ord("0"))
        digit = live & (figure < 10)
        comma = live & (byte == ord(","))
        mark = comma | (live & (byte == ord(".")))
        plain &= ~live | digit | (mark & ~marked)
        marked |= mark
        commas |= comma
        mantissa = np.where(digit, mantissa * 10 + figure, mantissa)
        digits += digit
        places += digit & marked
    plain &= (digits > 0) & (digits <= 15) & ~(commas & (places == 3))
    values = np.full(len(ends), np.nan)
    np.divide(mantissa, _POWERS[np.minimum(places, 15)], out=values, where=plain)
    np.negative(values, out=values, where=negative)
    return values, plain, starts == ends
