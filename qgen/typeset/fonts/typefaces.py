"""Where a typeface for a word in any script is found: font packages of Python, the system's and the user's own fonts.

Only used for words that the papers' own typefaces lack. The choice depends on nothing but the files: the same files
always give the same typeface. Font packages come first, so that machines that have them agree.
"""

import os
import sys
import unicodedata
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path

from qgen.typeset.fonts.font import Font, faces, opened

# Modules that hold Noto fonts (Open Font License), and what pip calls them.
PACKAGES = {"manimgx_fonts_cjk": "manimgx-fonts-cjk", "manimgx_fonts": "manimgx-fonts"}
OWN = "QGEN_FONTS"  # the environment variable that names a folder of fonts to look in before all others
_HAN = (
    "CJK", "HANGUL", "HIRAGANA", "KATAKANA", "BOPOMOFO", "KATAKANA-HIRAGANA", "IDEOGRAPHIC", "KANGXI", "FULLWIDTH",
    "SMALL", "PRESENTATION",
)  # fmt: skip
_STANDARDS = {"SC": "gb2312", "TC": "big5", "JP": "shift_jis", "KR": "euc_kr"}
_REGIONAL = {
    "SC": "notosanssc sourcehansanssc simsun msyh songti hiraginosansgb stheiti",
    "TC": "notosanstc sourcehansanstc msjh mingliu songti stheiti",
    "JP": "notosansjp sourcehansansjp yumin yugoth meiryo msgothic ヒラギノ ipam ipag ipaex takao",
    "KR": "notosanskr sourcehansanskr malgun batang gulim applemyungjo applesdgothic nanum unbatang",
}
# Fonts for Chinese, Japanese and Korean, of a region and with many characters: how their files' names start.
_WIDE = "wqy uming ukai droidsansfallback simsun mingliu arialuni"
# Fonts of systems for other scripts, where the name of the file does not tell the script.
_OTHERS = (
    "nirmala leelawui mmrtext ebrima gadugi himalaya mvboli monbaiti seguihis sylfaen thonburi kohinoor kailasa kefa "
    "mshtakan loma garuda freeserif freesans arialuni dejavusans"
)
_SUFFIXES = ".ttf", ".otf", ".ttc", ".otc"
_PLAIN = "regular", "[", "-vf", "roman"
_STYLED = "bold", "black", "heavy", "light", "thin", "italic", "oblique", "condensed", "mono", "ui", "display", "medium"


def script(char: str) -> str:
    """The script of a letter, by the first word of its name in Unicode: THAI, DEVANAGARI; CJK for all of East Asia."""
    word = unicodedata.name(char, "").partition(" ")[0]
    return "CJK" if word in _HAN else word


def region(word: str) -> str:
    """Whose forms of Han characters to take, which a name does not tell: SC, TC, JP or KR.

    Kana are Japanese and Hangul is Korean; else the first of GB 2312, Big5, JIS X 0208 and KS X 1001 that has all of
    the word, else mainland China's.
    """
    names = {unicodedata.name(char, "").partition(" ")[0] for char in word}
    if names & {"HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA"}:
        return "JP"
    if "HANGUL" in names:
        return "KR"
    for found, standard in _STANDARDS.items():
        try:
            word.encode(standard)
        except UnicodeEncodeError:
            continue
        return found
    return "SC"


def folders() -> list[Path]:
    """Where fonts are, those that come first first. The environment is the machine's, not the exam's."""
    home = Path.home()
    data = os.environ.get("XDG_DATA_HOME")
    found = [Path(os.environ[OWN])] if os.environ.get(OWN) else []
    for module in (*PACKAGES, "matplotlib"):
        spec = find_spec(module)
        if spec and spec.submodule_search_locations:
            found.append(Path(spec.submodule_search_locations[0], *("mpl-data", "fonts") * (module == "matplotlib")))
    found += [home / ".fonts", Path(data) / "fonts" if data else home / ".local/share/fonts"]
    found += [Path(folder) / "Fonts" for folder in (os.environ.get("WINDIR"),) if folder]
    found += [Path(folder) / "Microsoft/Windows/Fonts" for folder in (os.environ.get("LOCALAPPDATA"),) if folder]
    found += [home / "Library/Fonts", Path("/Library/Fonts"), Path("/System/Library/Fonts")]
    return [*found, Path("/usr/local/share/fonts"), Path("/usr/share/fonts")]


@cache
def files() -> dict[str, Path]:
    """All font files by their names in small letters without spaces; of each name the first, the user's first."""
    found: dict[str, Path] = {}
    for folder in folders():
        for root, inner, names in os.walk(folder):
            inner.sort()
            for name in sorted(names):
                if name.lower().endswith(_SUFFIXES):
                    found.setdefault(unicodedata.normalize("NFC", name.lower()).replace(" ", ""), Path(root, name))
    return found


@lru_cache(maxsize=4096)
def find(word: str, combining: bool = False) -> Font | None:
    """The first font that has all of the word, in the order of preference; None if there is none.

    combining: it has to have rules for combining the letters too.
    """
    if not word or not word.isprintable():
        return None
    place = region(word)
    for path in _candidates(script(word[0]), place):
        face = _face(path, place)
        if face and all(map(face.has, word)) and (not combining or face.combines(word[0])):
            return face
    return None


@lru_cache(maxsize=256)
def _candidates(script: str, region: str) -> list[Path]:
    known = files()
    own = os.environ.get(OWN)
    names = [name for name, path in known.items() if own and path.is_relative_to(own)]
    if script == "CJK":
        starts = f"notosanscjk notoserifcjk {_REGIONAL[region]} {' '.join(_REGIONAL.values())} {_WIDE}"
    else:
        starts = _OTHERS
        names += sorted((name for name in known if script and script.lower() in name), key=_by_style)
    for start in starts.split():
        names += sorted((name for name in known if name.startswith(start)), key=_by_style)
    return [known[name] for name in dict.fromkeys(names)]


def _by_style(name: str) -> tuple[bool, ...]:
    """Noto first, sans, upright and of regular weight: like what comes with the packages."""
    stem = name.removeprefix("notosans").removeprefix("notoserif")
    return (
        not name.startswith("noto"), any(style in stem for style in _STYLED), not name.startswith("notosans"),
        not any(style in stem for style in _PLAIN),
    )  # fmt: skip


@lru_cache(maxsize=256)
def _face(path: Path, region: str) -> Font | None:
    """The face of a file to take: of the region if there is one, regular, else the first."""
    try:
        if not path.is_file() or path.stat().st_size > _LARGEST:
            return None
        found = [face for number in range(min(faces(path), 64)) if (face := opened(path, number))]
    except OSError:
        return None
    if len(found) == 1:
        return found[0]

    def rank(face: Font) -> tuple[bool, bool, bool]:
        words = face.family.split()
        return "Mono" in words, region not in words, not {"Regular", "W3"} & {*words}

    return min(found, key=rank, default=None)


_LARGEST = 200_000_000  # bytes of a font file: the largest there are have 100 MB
# Scripts beside East Asia's that the packages hold.
_PACKED = {
    "ARMENIAN", "BENGALI", "DEVANAGARI", "ETHIOPIC", "GEORGIAN", "GUJARATI", "GURMUKHI", "KANNADA", "KHMER", "LAO",
    "MALAYALAM", "MYANMAR", "ORIYA", "SINHALA", "TAMIL", "TELUGU", "THAI",
}  # fmt: skip


def remedy(chars: str, shaper: bool) -> str:
    """What to do about characters that no typeface has; `shaper`: whether letters can be combined."""
    letters = [char for char in chars if unicodedata.category(char)[0] in "LM" or script(char) == "CJK"]
    scripts = {script(char) for char in letters}
    wanted = [] if shaper or not scripts - {"CJK"} else ["uharfbuzz"]
    for module, packed in zip(PACKAGES, ({"CJK"}, _PACKED), strict=True):
        if scripts & packed and find_spec(module) is None:
            wanted.append(PACKAGES[module])
    if wanted:
        python = f'"{sys.executable}"' if " " in sys.executable else sys.executable
        return f"{python} -m pip install {' '.join(wanted)}, or write Latin letters"
    if letters:
        return (
            "no font on this machine has them: install one (Debian, Ubuntu: apt install fonts-noto; Windows: Settings, "
            f"Optional features; macOS: Font Book), name its folder in {OWN}, or write Latin letters"
        )
    return "no typeface has such characters; leave them out"
