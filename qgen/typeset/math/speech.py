r"""LaTeX -> words, as a screen reader reads a formula aloud: \frac{\partial L}{\partial w_{11}^{(1)}} becomes
"partial derivative of L with respect to w 1 1 of layer 1".

The words are a table, WORDS, so that another language is another table. Formulas that differ only in their digits
share one reading.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from qgen.errors import InputError, nearest
from qgen.typeset.math.latex import Accent, Atom, Bracket, Fence, Fraction, Matrix, Row, Signs, Space, is_number, parse
from qgen.typeset.private import Open, normalised, numbered, opened

# What is read for a sign or a construction, in English; {} stands for its parts.
WORDS: Mapping[str, str] = MappingProxyType(
    dict(line.split(" : ") for line in Path(__file__).with_name("english.txt").read_text("utf-8").splitlines())
)


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """The words of a language, by sign; told apart as objects, for a paper asks with them a hundred times."""

    words: Mapping[str, str]


ENGLISH = Vocabulary(WORDS)
_JOINED = "\0"  # around what stands in a number: the comma of 0{,}5
_SILENT = {",": ",", ";": ",", ":": ":", ".": "."}


def vocabulary(text: str) -> Vocabulary:
    """The words of another language, from lines such as "= : ist gleich"; what they leave out stays English."""
    faults, words = [], dict(WORDS)
    for line in filter(None, map(str.strip, text.splitlines())):
        sign, colon, spoken = (part.strip() for part in line.partition(" : "))
        if not colon or sign not in WORDS:
            faults.append(f'speech: "{line}" is not understood: {nearest(sign, WORDS)}; write: sign : words')
        elif spoken.count("{}") != WORDS[sign].count("{}"):
            faults.append(f'speech: "{line}" needs {{}} as often as "{WORDS[sign]}"')
        else:
            words[sign] = spoken
    if faults:
        raise InputError(*faults)
    return Vocabulary(words)


@lru_cache(maxsize=4096)
def speak(latex: str, words: Vocabulary = ENGLISH) -> str:
    """A formula of the subset in words. FormulaError for anything else."""
    latex = latex.replace("^2", r"^{\text{squared}}")
    normal, digits = normalised(latex)
    return _template(normal, words).filled(digits)


@lru_cache(maxsize=4096)
def _template(normal: str, words: Vocabulary) -> Open:
    source = numbered(normal)
    text = " ".join(" ".join(_row(parse(source), words.words)).split()).replace(" ,", ",").replace(" :", ":")
    text = text.replace(f" {_JOINED}", "").replace(f"{_JOINED} ", "")
    return opened(text)


def _row(row: Row, words: Mapping[str, str]) -> Iterator[str]:
    for atom in row:
        if isinstance(atom, Atom):
            yield from _atom(atom, words)


def _bare(atom: Atom) -> bool:
    return atom.sub is None and atom.sup is None and not atom.primes


def _text(atom: Atom) -> str:
    return atom.nucleus.text if isinstance(atom.nucleus, Signs) else ""


def _atom(atom: Atom, words: Mapping[str, str]) -> Iterator[str]:
    match atom.nucleus:
        case Signs(face, text):
            if face == "B" and is_number(text):
                yield words["indicator"]
            else:
                yield words.get(text, _SILENT.get(text, text))
        case Fraction(top, bottom):
            yield _fraction(top, bottom, words)
        case Fence(left, body, right):
            yield words.get(left, "")
            yield from _row(body, words)
            yield words.get(right, "")
        case Matrix(rows):
            lines = [", ".join(" ".join(_row(cell, words)) for cell in cells) for cells in rows]
            yield words["matrix"].format("; ".join(lines))
        case Bracket(sign):
            yield words.get(sign, "")
        case Accent(sign, body):
            yield from _row(body, words)
            yield words[sign]
        case (Atom(nucleus=Signs(text=","), sub=None, sup=None),):
            yield f"{_JOINED},{_JOINED}"
        case inner:
            yield from _row(inner, words)
    yield from _scripts(atom, words)


def _fraction(top: Row, bottom: Row, words: Mapping[str, str]) -> str:
    if _starts(top, "∂") and _starts(bottom, "∂"):
        # an upright "partial" of nothing: d/dw as an operator on what follows
        of = " ".join(_row(top[1:], words))
        return words["partial"].format(of, " ".join(_row(bottom[1:], words)))
    return words["fraction"].format(" ".join(_row(top, words)), " ".join(_row(bottom, words))) + ","


def _starts(row: Row, sign: str) -> bool:
    return bool(row) and isinstance(row[0], Atom) and _text(row[0]) == sign and _bare(row[0])


def _scripts(atom: Atom, words: Mapping[str, str]) -> Iterator[str]:
    yield from [words["′"]] * atom.primes
    if atom.limits:
        if atom.sub is not None:
            yield words["from"].format(" ".join(_row(atom.sub, words)))
        if atom.sup is not None:
            yield words["up to"].format(" ".join(_row(atom.sup, words)))
        return
    if atom.sub is not None:
        yield " ".join(_index(atom.sub, words))
    if atom.sup is not None:
        yield from _superscript(atom.sup, words)


def _index(row: Row, words: Mapping[str, str]) -> Iterator[str]:
    """A subscript: its digits one by one, 1 1; with a comma between them as numbers, 10, 2."""
    whole = any(isinstance(atom, Atom) and _text(atom) == "," for atom in row)
    if whole:
        yield from _row(row, words)
        return
    for atom in row:
        if isinstance(atom, Atom):
            digits = is_number(_text(atom)) and _bare(atom)
            yield from _text(atom) if digits else _atom(atom, words)


def _superscript(row: Row, words: Mapping[str, str]) -> Iterator[str]:
    """(1) is a layer, [2] an example, 2 a square, a word stays a word, and they may stand together: (1)[2] new."""
    atoms = [atom for atom in row if not isinstance(atom, Space)]
    texts = [_text(atom) for atom in atoms]
    for name, left, right in (("layer", "(", ")"), ("example", "[", "]")):
        if left in texts and right in texts[texts.index(left) :]:
            opened, closed = texts.index(left), texts.index(right)
            yield words[name].format(" ".join(_row(tuple(atoms[opened + 1 : closed]), words)))
            atoms = atoms[:opened] + atoms[closed + 1 :]
            texts = texts[:opened] + texts[closed + 1 :]
    if not atoms:
        return
    if all(len(text) > 1 and text.isalpha() for text in texts):
        yield from (words.get(text, text) for text in texts)
    else:
        yield words["power"].format(" ".join(_row(tuple(atoms), words)))
