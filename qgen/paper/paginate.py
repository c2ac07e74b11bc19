"""Lines -> pages: baselines on the grid, and no page ends where it should not."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from qgen.paper.lines import GRID, Line


class Placed(NamedTuple):
    """A line and its baseline, in points below the top of the text."""

    line: Line
    baseline: float


def paginate(lines: Sequence[Line], height: float) -> list[list[Placed]]:
    """Lines on pages: baselines on the grid, lines that belong together on one page."""
    sheets: list[list[Placed]] = [[]]
    bottom = 0.0
    for group in _groups(lines):
        if group[0].new_page:
            if sheets[-1]:
                sheets.append([])
                bottom = 0.0
            continue
        placed, end = _place(group, bottom)
        if end > height + 0.01 and sheets[-1]:
            sheets.append([])
            repeated = group[0].repeat
            placed, end = _place([repeated, *group] if repeated else group, 0.0)
        if end <= height + 0.01:
            sheets[-1] += placed
            bottom = end
            continue
        # More than a page that should stay together is broken where it must be.
        bottom = sheets[-1][-1].baseline + sheets[-1][-1].line.descent if sheets[-1] else 0.0
        for line in group:
            (one,), end = _place([line], bottom)
            if end > height + 0.01 and sheets[-1]:
                sheets.append([])
                (one,), end = _place([line], 0.0)
            sheets[-1].append(one)
            bottom = end
    return [sheet for sheet in sheets if sheet] or [[]]


def _groups(lines: Sequence[Line]) -> list[list[Line]]:
    groups: list[list[Line]] = []
    keep = False
    for line in lines:
        if keep and not line.new_page:
            groups[-1].append(line)
        else:
            groups.append([line])
        keep = line.keep
    return groups


def _place(group: Sequence[Line], bottom: float) -> tuple[list[Placed], float]:
    placed = []
    for line in group:
        before = line.before if bottom else 0.0
        baseline = math.ceil((bottom + before + line.ascent) / GRID - 1e-6) * GRID
        placed.append(Placed(line, baseline))
        bottom = baseline + line.descent
    return placed, bottom
