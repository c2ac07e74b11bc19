"""When an attempt was finished, by what systems write in their users' languages: enough to tell which one was last."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime

LONGEST = 100  # characters of a date
# In English, German, French, Spanish, Italian, Dutch, Portuguese, the languages of Scandinavia, Polish, Czech, Russian,
# Ukrainian and Turkish; without accents, which are taken off.
MONTHS = (
    "january jan januar janvier enero gennaio januari janeiro stycznia ledna января січня ocak",
    "february feb februar fevrier febrero febbraio februari fevereiro lutego unora февраля лютого subat",
    "march mar marz mars marzo maart marco marts marca brezna марта березня mart",
    "april apr avril abril aprile kwietnia dubna апреля квітня nisan",
    "may mai mayo maggio mei maio maj maja kvetna мая травня mayis",
    "june jun juni juin junio giugno junho czerwca cervna июня червня haziran",
    "july jul juli juillet julio luglio julho lipca cervence июля липня temmuz",
    "august aug aout agosto augustus augusti sierpnia srpna августа серпня agustos",
    "september sep sept septembre septiembre settembre setembro wrzesnia zari сентября вересня eylul",
    "october oct oktober octobre octubre ottobre outubro pazdziernika rijna октября жовтня ekim",
    "november nov novembre noviembre novembro listopada listopadu ноября листопада kasim",
    "december dec dezember decembre diciembre dicembre dezembro desember grudnia prosince декабря грудня aralik",
)


def _bare(text: str) -> str:
    """In small letters without accents; a dotless i with its dot."""
    letters = unicodedata.normalize("NFKD", text.casefold().replace("ı", "i"))
    return unicodedata.normalize("NFC", "".join(c for c in letters if not unicodedata.combining(c)))


_MONTH = {_bare(name): month for month, names in enumerate(MONTHS, 1) for name in names.split()}
_NUMBERS = re.compile(r"\d{1,4}")
_DAY_FIRST = re.compile(r"\D*\d{1,2}\.\s?\d{1,2}\.\s?\d{4}")
_HALF = re.compile(r"\d\s?([ap])\.?\s?m\b|(午前|上午|오전)|(午後|下午|오후)")


def moment(text: str) -> datetime | None:
    """When it was; None for what is no date, or one whose day and month cannot be told apart, such as 1/2/2026."""
    bare = _bare(text[:LONGEST])
    numbers = [int(digits) for digits in _NUMBERS.findall(bare)]
    if len(numbers) < 2:
        return None
    named = next((_MONTH[word] for word in re.findall(r"[^\W\d_]+", bare) if word in _MONTH), None)
    if named:
        first, second, *time = numbers
        year, month, day = (first, named, second) if first > 999 else (second, named, first)
    elif len(numbers) > 2 and numbers[0] > 999:
        year, month, day, *time = numbers
    elif _DAY_FIRST.match(bare):
        day, month, year, *time = numbers
    else:
        return None
    hour, minute, second = [*time, 0, 0, 0][:3]
    if half := _HALF.search(bare):
        hour = hour % 12 + 12 * bool(half[1] == "p" or half[3])
    try:
        return datetime(year, month, day, hour, minute, second)
    except ValueError:
        return None
