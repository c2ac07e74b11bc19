"""[notation] of a spec: how a course writes its formulas."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from qgen.errors import nearest
from qgen.typeset.math.latex import GREEK

PARENTHESES, BRACKETS, NONE = "(l)", "[l]", "none"  # how a layer's number stands above
SOURCE, TARGET, MATRIX, NUMBERED = "source-first", "target-first", "matrix", "numbered"  # how weights are called
TABLE, MATRICES = "table", "matrices"  # how given numbers are printed


@dataclass(frozen=True)
class Notation:
    """How a course writes its formulas: letters in LaTeX, the order of a weight's indices, the mark of a layer."""

    rate: str = r"\alpha"
    target: str = "y"
    output: str = "a"
    loss: str = "L"
    delta: str = r"\delta"
    weights: str = SOURCE
    layers: str = PARENTHESES
    givens: str = TABLE


USUAL = Notation()
CHOICES: Mapping[str, tuple[str, ...]] = {
    "weights": (SOURCE, TARGET, MATRIX, NUMBERED),
    "layers": (PARENTHESES, BRACKETS, NONE),
    "givens": (TABLE, MATRICES),
}
LETTERS = ("rate", "target", "output", "loss", "delta")
TAKEN = ("w", "W", "b", "z", "x", "i", "j", r"\sigma", r"\mu", "e")  # letters that stand for something else
_LETTER = re.compile(r"\\?(?:(hat|bar|tilde)[ _-]?\{?(\\?[A-Za-z]+)\}?|([A-Za-z]+)(?:-(hat|bar|tilde))?)")


def notation_of(table: object, where: str, faults: list[str]) -> Notation:
    """The notation in a [notation] table; its faults are added."""
    if not isinstance(table, Mapping):
        faults.append(f'{where}: "{table}" is not a table; write [notation], then rate = "eta"')
        return USUAL
    known = (*LETTERS, *CHOICES)
    faults += [f"{where}.{key}: not known; {nearest(key, known)}" for key in table if key not in known]
    found: dict[str, str] = {}
    for key in LETTERS:
        if key in table:
            letter = _letter(str(table[key]))
            if not letter:
                faults.append(f'{where}.{key}: "{table[key]}" is no letter; write one such as "t", "eta" or "y-hat"')
            found[key] = letter or getattr(USUAL, key)
    for key, choices in CHOICES.items():
        if key in table:
            if table[key] not in choices:
                faults.append(f'{where}.{key}: "{table[key]}" is not known; write one of {", ".join(choices)}')
            else:
                found[key] = table[key]
    notation = Notation(**found)
    if notation.givens == MATRICES and (notation.layers == NONE or notation.weights == NUMBERED):
        what = "layers" if notation.layers == NONE else "weights"
        faults.append(
            f'{where}.givens: "{MATRICES}" do not go with {what} = "{getattr(notation, what)}"; change one of them'
        )
    letters = {key: getattr(notation, key) for key in LETTERS}
    for key, letter in letters.items():
        others = [other for other in LETTERS if other != key and letters[other] == letter]
        if key in found and (others or letter in TAKEN or (letter == "a" and key != "output")):
            what = others[0] if others else "something else"
            faults.append(f'{where}.{key}: "{table[key]}" stands for {what} already; take another letter')
    return notation


def _letter(text: str) -> str:
    """A letter in LaTeX: t, eta or y-hat as people write them; "" for anything else."""
    found = _LETTER.fullmatch(text.strip())
    if not found:
        greek = {char: name for name, char in GREEK.items()}
        return f"\\{greek[text.strip()]}" if text.strip() in greek else ""
    before, inner, name, after = found.groups()
    letter = (inner or name).removeprefix("\\")
    if len(letter) > 1 and letter not in GREEK:
        return ""
    letter = letter if len(letter) == 1 else f"\\{letter}"
    accent = before or after
    return rf"\{accent}{{{letter}}}" if accent else letter
