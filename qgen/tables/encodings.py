"""Which encoding a file is in that is no UTF-8: the one in which its letters look like names and words.

An umlaut of an older Macintosh is another letter or a sign in Windows' encoding, and in that of its command line.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import islice

CALLED = {
    "cp1252": "Windows-1252 (Latin-1)", "cp1250": "Windows-1250 (Central Europe)", "mac_roman": "Mac Roman",
    "cp850": "DOS (code page 850)", "cp1251": "Windows-1251 (Cyrillic)", "cp1253": "Windows-1253 (Greek)",
    "cp1255": "Windows-1255 (Hebrew)", "cp1256": "Windows-1256 (Arabic)", "cp932": "Shift JIS", "gb18030": "GB 18030",
    "big5": "Big5", "cp949": "Korean (code page 949, EUC-KR)",
}  # fmt: skip
_SEVERAL_BYTES = ("cp932", "gb18030", "big5", "cp949")
_OFTEN = set("äöüßéèçñáíóøåÄÖÜÉłŁžšŽŠřčČëÅ")
_SELDOM = set("ëêàâãìîïòôõúùûæœÈÁÀÅÇÍÑÓÔØÚÆýşğśŚżŻźńąęćŘěďťňůĐđőűðþÞ")
_BEFORE = {"œ": "u", "õ": "e", "æ": "abcdefghijklmnopqrstuvwxyzø"}  # else ś, ő and ć are meant
_COMMON = {  # of other alphabets than the Latin
    "CYRILLIC": "аеинорвлтскАВЕИКМПС", "GREEK": "αοιεηςρσνκτάόίέΑΓΔΚΜΠ",
    "HEBREW": "יוהאלרמנדשתבכ", "ARABIC": "المحدينرعسوب",
}  # fmt: skip
_IN_NAMES = set(  # the same bytes are rare ideographs in another encoding
    "김이박최정강조윤장임한오서신권황안송류전홍민준연지현수영우진성미은경희호재훈하도예원주혜승유나석태상동규철"
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董程曹袁邓许沈曾彭苏卢蒋蔡丁魏叶余杜夏田任方石"
    "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚小红华建国志文陳黃張吳劉楊許鄭謝賴葉蘇莊呂蕭羅簡鍾盧趙孫怡君"
    "佐藤鈴木橋渡辺山本中村加口松井川崎太郎一健美子"
)
_WORD = re.compile(r"[^\s,;|\"]+")
_MOST = 1 << 16  # bytes of lines with what is no ASCII that are looked at
_WORDS, _LONGEST = 500, 30  # words with what is no ASCII, and letters of one, that are looked at


def guessed(data: bytes) -> str:
    """The encoding that makes the most plausible words; Windows-1252 where nothing tells."""
    words = b"\n".join(_lines(data))
    scores = {}
    for encoding in CALLED:
        try:
            data.decode(encoding)
        except UnicodeError:
            continue
        found = islice(_words(words.decode(encoding, "ignore")), _WORDS)
        scores[encoding] = sum(map(_asian if encoding in _SEVERAL_BYTES else _western, found))
    best = max(scores, key=lambda encoding: scores[encoding], default="latin-1")
    if best in _SEVERAL_BYTES and scores.get("cp1252", -1) >= 0:
        return "cp1252"
    return best


def example(text: str) -> str:
    """A word that shows whether the guess was right."""
    return next((word for word in _words(text) if any(char.isalpha() for char in word)), "")


def _words(text: str) -> Iterator[str]:
    """Words with what is no ASCII; of a long one what stands about the first such letter."""
    for found in _WORD.finditer(text):
        if not (word := found[0]).isascii():
            first = next(at for at, char in enumerate(word) if not char.isascii())
            yield word if len(word) <= _LONGEST else word[max(0, first - 9) :][:_LONGEST]


def _lines(data: bytes) -> Iterator[bytes]:
    """Lines with what is no ASCII, of a few pages at most; of a long one as much from where it begins to be none."""
    left = _MOST
    for found in re.finditer(rb"[^\r\n]+", data):
        if other := re.search(rb"[\x80-\xff]", line := found[0]):
            yield line if len(line) <= left else line[max(0, other.start() - _LONGEST) :][:left]
            left -= len(line)
            if left <= 0:
                return


def _western(word: str) -> int:
    """Letters as names have them, less signs and capitals within words, and letters of two scripts in one."""
    score = 0
    for at, char in enumerate(word):
        if char.isascii():
            continue
        before, after = word[at - 1 : at] if at else "", word[at + 1 : at + 2]
        beside = [one for one in before + after if one.isalnum()]
        script = _script(char)
        if char == "’":
            score += 3
            continue
        if not char.isalpha():
            score -= 3 * len([one for one in beside if one.isalpha()]) + 3 * (
                unicodedata.category(char) in ("Cc", "Co")
            )
            continue
        seldom = char in _SELDOM and (char not in _BEFORE or after in tuple(_BEFORE[char]))
        score += 3 * (char in _OFTEN) + seldom + 2 * (char in _COMMON.get(script, ""))
        strange_capital = char.isupper() and (before.islower() or (before.isalpha() and after.islower()))
        strange_capital |= char.islower() and after.isupper()
        score -= 3 * strange_capital
        for one in beside:
            score -= 3 * (one.isdigit() or _script(one) != script) or (script not in _COMMON and not one.isascii())
    return score


def _asian(word: str) -> int:
    """Ideographs, kana and hangul, those of names first, less everything else, and what stands beside Latin letters."""
    score = 0
    for char, after in zip(word, word[1:] + " ", strict=True):
        if not char.isascii():
            name = unicodedata.name(char, "")
            score += 1 if name.startswith(("CJK UNIFIED", "HIRAGANA", "KATAKANA LETTER", "HANGUL SYLLABLE")) else -3
            score += 2 * (char in _IN_NAMES)
        score -= 3 * (char.isalpha() and after.isalpha() and char.isascii() != after.isascii())
    return score


def _script(char: str) -> str:
    return unicodedata.name(char, "?").partition(" ")[0]
