"""One cell with the answers to all parts of a Cloze question: "part 1: 0.125; part 2: -3e-5; part 3: "."""

from __future__ import annotations

import re

from grader.reasons import Reason
from qgen.errors import quoted

FIRST_LABEL = re.compile(r"(?P<word>[^\d:;：]{1,30}?)1\s?(?P<colon>[:：])")
Span = tuple[int, int]


def split_parts(cell: str, count: int) -> list[tuple[str, Reason | None]]:
    """The answers of `count` parts, each with why it cannot be trusted, if it cannot.

    A student may type "; part 3: " too. The labels must come in order: where several readings have them so, the
    answers on both sides of a doubtful label are in doubt. The word "part" is in the course's language.
    """
    if cell in ("", "-"):
        return [("", None)] * count
    first = FIRST_LABEL.match(cell)
    if first is None:
        return [(cell, Reason("no_first_part"))] * count
    word, colon = re.escape(first["word"]), re.escape(first["colon"])
    places = [[found.span() for found in re.finditer(_label(word, k, colon), cell)] for k in range(1, count + 1)]
    places[0] = [span for span in places[0] if span[0] == 0]
    early, late = _in_order(places)
    if not early:
        return [(cell, Reason("parts_missing", (str(count),)))] * count
    ends = [(len(cell), len(cell))]
    parts: list[tuple[str, Reason | None]] = []
    typed = Reason("typed_label", names=(quoted(first["word"] + "3:")[1:-1],))
    for start, end, other_start, other_end in zip(early, early[1:] + ends, late, late[1:] + ends, strict=True):
        text = cell[start[1] : end[0]].strip()
        forged = re.search(_label(word, r"\d+", colon), text)
        doubtful = forged or (start, end) != (other_start, other_end)
        parts.append((text, typed if doubtful else None))
    return parts


def _label(word: str, number: int | str, colon: str) -> str:
    return rf"(?:^|;\s?){word}{number}\s?{colon}\s?"


def _in_order(places: list[list[Span]]) -> tuple[list[Span], list[Span]]:
    """One place for each label, in order: the earliest ones and the latest; nothing if there is no such order."""
    early: list[Span] = []
    for spans in places:
        after = [span for span in spans if not early or span[0] >= early[-1][1]]
        if not after:
            return [], []
        early.append(after[0])
    late: list[Span] = []
    for spans in reversed(places):
        late.append([span for span in spans if not late or span[1] <= late[-1][0]][-1])
    return early, late[::-1]
