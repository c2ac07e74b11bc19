"""How a number gets into a comb or into a box: one character a cell, or a running hand.

What goes wrong on paper is called a mishap; whatever it is, a person can still read the number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from grader.rehearsal.digits import Digits, Grey
from grader.rehearsal.hand import Hand, Rect, Writer
from grader.rehearsal.pen import Sheet
from qgen.typeset.page.combs import CELL, POINT, Comb

MISHAPS: Mapping[str, float] = {
    "touching": 0.04,  # digits so wide that they touch their neighbours
    "crossed": 0.02,  # a wrong digit, crossed out, and the right one above it
    "shifted": 0.01,  # every character a cell too far to the left or to the right
    "overwritten": 0.007,  # a wrong digit, and the right one on top of it
    "struck": 0.004,  # a wrong number, struck out, and the right one above it
    "no zero": 0.01,  # the cell before the point left empty
    "fewer": 0.05,  # noughts at the end left out
}


def mishap_of(rng: np.random.Generator, rates: Mapping[str, float] = MISHAPS) -> str:
    """What goes wrong with a number, mostly nothing: ""."""
    return str(rng.choice(["", *rates], p=[1 - sum(rates.values()), *rates.values()]))


def write(
    sheet: Sheet, rect: Rect, text: str, comb: Comb | None, hand: Hand, digits: Digits, rng: np.random.Generator,
    mishap: str = "",
) -> dict[int, str]:  # fmt: skip
    """Writes a plain decimal such as -0.0468, or nothing, into a comb or a free box of a sheet.

    What does not fit its comb goes beside it. With nothing to write, "struck" leaves a number struck out. Returns which
    character each cell of a comb now holds: "?" where it is crossed out or written over.
    """
    writer = Writer(sheet, hand, digits, rng)
    text = "+" + text if hand.plus and text[:1].isdigit() and (comb is None or comb.signed) else text
    if not text and mishap != "struck":
        return {}
    if comb is None:
        into_box(writer, rect, text, mishap)
        return {}
    return into_comb(writer, rect, text, comb, mishap)


def into_comb(writer: Writer, rect: Rect, text: str, comb: Comb, mishap: str) -> dict[int, str]:
    """Into cells, or beside them; `rect` is the comb's outline, which large print makes larger."""
    left, top, right, bottom = rect
    cells, size = placed(text, comb), writer.hand.size
    if cells is None:
        width = len(text) * (size * 0.45 + writer.hand.spacing) + 2
        running(writer, (right + 0.5, top, right + width, bottom), marks(writer, text), size * 0.75)
        return {}
    if mishap == "struck":
        into_cells(writer, rect, comb, placed(writer.other(text or f"0.{'0' * comb.digits}"), comb) or {})
        writer.strike(rect)
        running(writer, (left, top - 4.6, right, top), marks(writer, text), size * 0.8)
        return dict.fromkeys(range(len(comb.cells)), "?")
    if mishap == "no zero" and cells.get(1) == "0":
        del cells[1]
    if mishap == "fewer":
        while len(cells) > 3 and cells[max(cells)] == "0":
            del cells[max(cells)]
    if mishap == "shifted":
        step = 1 if 0 in cells or writer.rng.random() < 0.5 else -1
        cells = {cell + step: char for cell, char in cells.items()}
    if mishap == "touching":
        writer = replace(writer, hand=replace(writer.hand, breadth=writer.hand.breadth * 1.25, size=size * 1.15))
    return into_cells(writer, rect, comb, cells, mishap)


def into_cells(writer: Writer, rect: Rect, comb: Comb, chars: Mapping[int, str], mishap: str = "") -> dict[int, str]:
    """Characters by cell; -1 and one more than there are lie beside the comb. Returns what is to be seen in them."""
    hand, rng, sheet_scale = writer.hand, writer.rng, (rect[2] - rect[0]) / comb.width
    lefts = [comb.cells[0] - CELL, *comb.cells, comb.cells[-1] + CELL]
    middle = (rect[1] + rect[3]) / 2 + float(rng.normal(0, 0.25))
    spoilt = writer.digit_of(chars) if mishap in ("crossed", "overwritten") else None
    for cell, char in chars.items():
        x = rect[0] + (lefts[cell + 1] + CELL / 2) * sheet_scale + float(rng.normal(0, hand.jitter))
        place = (x, middle + hand.drift * (x - rect[0]) + float(rng.normal(0, hand.jitter)))
        if cell != spoilt:
            writer.sign(char, place, hand.size)
        elif mishap == "crossed":
            writer.sign(writer.other_digit(char), place, hand.size)
            writer.cross(place)
            writer.sign(char, (x, rect[1] - float(rng.uniform(1.9, 2.8))), hand.size * 0.75)
        else:
            writer.over(char, place, hand.size)
    if hand.points and comb.signed and len(chars) > 1:
        writer.point((rect[0] + comb.point * sheet_scale, rect[3] - POINT + float(rng.normal(0, 0.3))))
    return {cell: "?" if cell == spoilt else char for cell, char in chars.items()}


def into_box(writer: Writer, rect: Rect, text: str, mishap: str) -> None:
    """Into a free box, as a running hand."""
    left, top, right, bottom = rect
    if mishap == "struck":  # the right one follows
        middle = (left + right) / 2
        end = running(writer, (left, top, middle, bottom), marks(writer, writer.other(text or "0.0000")))
        writer.strike((left + 0.5, top, end, bottom))
        rect = (middle, top, right, bottom)
    if mishap == "no zero":
        text = text.replace("0.", ".", 1) if text.lstrip("+-").startswith("0.") else text
    if mishap == "fewer" and "." in text[:-2]:
        text = text[:3] + text[3:].rstrip("0")
    running(writer, rect, marks(writer, text, mishap))


@dataclass(frozen=True)
class Mark:
    """A character of a running hand, its picture if it is a digit, and what happened to it: a mishap's name."""

    char: str
    picture: Grey | None
    mishap: str = ""


def marks(writer: Writer, text: str, mishap: str = "") -> list[Mark]:
    """What stands on paper one after the other: a crossed digit is followed by the right one."""
    spoilt = writer.digit_of(dict(enumerate(text))) if mishap in ("crossed", "overwritten") else None
    found = []
    for k, char in enumerate(text):
        if k == spoilt and mishap == "crossed":
            wrong = writer.other_digit(char)
            found.append(Mark(wrong, writer.picture(wrong), mishap))
        found.append(Mark(char, writer.picture(char), "overwritten" if k == spoilt and mishap == "overwritten" else ""))
    return found


def running(writer: Writer, rect: Rect, marks: list[Mark], size: float = 0.0) -> float:
    """From the left edge of a box on, smaller and closer where it is low or narrow; returns where it ends."""
    left, top, right, bottom = rect
    hand, rng, room = writer.hand, writer.rng, right - left - 1.2
    size = min(size or hand.size, (bottom - top) * 0.8)
    gaps = rng.normal(hand.spacing, 0.2, len(marks)).clip(-0.1)
    widths = np.array([writer.width(mark.char, mark.picture, size) for mark in marks])
    narrow = min(1.0, room / max(0.1, float((widths + gaps).sum())))
    size, steps = size * narrow**0.5, narrow * (widths + gaps)
    x = left + 0.6 + float(rng.uniform(0, max(0.0, min(room - steps.sum(), 4.0))))
    middle = (top + bottom) / 2 + float(rng.normal(0, 0.3))
    for mark, width, step in zip(marks, widths, steps, strict=True):
        place = (x + narrow * width / 2, middle + hand.drift * (x - left) + float(rng.normal(0, hand.jitter * 0.6)))
        if mark.char in ".,":
            writer.point((place[0], place[1] + size * 0.42))
        elif mark.mishap == "overwritten":
            writer.over(mark.char, place, size)
        else:
            writer.sign(mark.char, place, size, mark.picture)
        if mark.mishap == "crossed":
            writer.cross(place)
        x += step
    return x


def placed(text: str, comb: Comb) -> dict[int, str] | None:
    """The character of each cell, or None where a number does not fit: 10 and more, more places than there are."""
    if not comb.signed:
        return dict(enumerate(text)) if len(text) <= comb.digits else None
    sign, bare = (text[0], text[1:]) if text[:1] in ("-", "+") else ("", text)
    whole, _, decimals = bare.partition(".")
    if len(whole) > 1 or len(decimals) > comb.digits:
        return None
    cells = {0: sign} if sign else {}
    return cells | ({1: whole} if whole else {}) | {2 + k: digit for k, digit in enumerate(decimals)}
