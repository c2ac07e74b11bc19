"""Lines -> pages: baselines on the grid, and no page ends where it should not."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from qgen.typeset.page.lines import GRID, Line


class Placed(NamedTuple):
    """A line and its baseline, in points below the top of the text."""

    line: Line
    baseline: float


def paginate(lines: Sequence[Line], height: float) -> list[list[Placed]]:
    """Lines on pages: baselines on the grid, lines that belong together on one page."""
    sheets: list[list[Placed]] = [[]]
    for group in _groups(lines, [line.keep for line in lines]):
        if group[0].new_page or (sheets[-1] and sheets[-1][-1].line.fills):
            sheets += [[]] if sheets[-1] else []
        if not group[0].new_page and not _put(sheets, group, height):
            # More than a page that should stay together is broken where it may be, else where it must be.
            for part in _groups(group, [line.tight for line in group]):
                if not _put(sheets, part, height):
                    for line in part:
                        _put(sheets, [line], height, force=True)
    return [_filled(sheet, height) for sheet in sheets if sheet] or [[]]


def _filled(sheet: list[Placed], height: float) -> list[Placed]:
    """A page whose last line may fill it."""
    *others, (line, baseline) = sheet
    return [*others, Placed(line._replace(descent=height - baseline), baseline)] if line.fills else sheet


def _put(sheets: list[list[Placed]], group: Sequence[Line], height: float, force: bool = False) -> bool:
    """Places lines on the last page, or else on a new one; whether one page has room for them."""
    last = sheets[-1]
    placed, end = _place(group, last[-1].baseline + last[-1].line.descent if last else 0.0)
    new = end > height + 0.01 and bool(last)
    if new:
        placed, end = _place([group[0].repeat, *group] if group[0].repeat else group, 0.0)
    if end > height + 0.01 and not force:
        return False
    sheets += [[]] if new else []
    sheets[-1] += placed
    return True


def _groups(lines: Sequence[Line], keep: Sequence[bool]) -> list[list[Line]]:
    groups: list[list[Line]] = []
    kept = False
    for line, keeps in zip(lines, keep, strict=True):
        if kept and not line.new_page:
            groups[-1].append(line)
        else:
            groups.append([line])
        kept = keeps and not line.new_page
    return groups


def _place(group: Sequence[Line], bottom: float) -> tuple[list[Placed], float]:
    placed = []
    for line in group:
        before = line.before if bottom else 0.0
        baseline = math.ceil((bottom + before + line.ascent) / GRID - 1e-6) * GRID
        placed.append(Placed(line, baseline))
        bottom = baseline + line.descent
    return placed, bottom
