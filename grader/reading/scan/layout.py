"""Where the boxes of an exam's papers stand: the same on every variant, and nothing of what belongs into them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf

from qgen.exam.exam import Exam
from qgen.papers.combs import STUDENT, combs_of
from qgen.papers.papers import Papers
from qgen.typeset.page.combs import CELL, MM, Comb
from qgen.typeset.page.corners import corners
from qgen.typeset.page.sheets import SHEETS

ID = STUDENT


@dataclass(frozen=True)
class Box:
    """An answer's box; lengths in mm from the sheet's upper left corner. `digits`: of its comb, 0 if it is free."""

    item: str
    left: float
    top: float
    width: float
    height: float
    digits: int = 0
    signed: bool = True

    @property
    def cells(self) -> list[tuple[float, float]]:
        """Of a comb: left edge and width of each cell, from the box's left edge."""
        comb = Comb(self.digits, self.signed)
        scale = self.width / comb.width
        return [(scale * left, scale * CELL) for left in comb.cells]


@dataclass(frozen=True)
class Layout:
    """`sheet`: width and height in mm. `codes`: left, top and side of the sealed codes in its corners.

    `pages`: the boxes of each page, from the first.
    """

    sheet: tuple[float, float]
    codes: tuple[tuple[float, float, float], ...]
    pages: tuple[tuple[Box, ...], ...]


def layout_of(exam: Exam, code_side: float, printed: Path | None = None) -> Layout:
    """The layout of an exam's papers; code_side: of a sealed code, in points.

    printed: the folder of the papers as they were handed out, perhaps by another version or with templates; where none
    of this exam lies there a paper is printed anew.
    """
    width, height = SHEETS[exam.spec.paper]
    combs = combs_of(exam)
    wanted = {*exam.columns, *([ID] if ID in combs else [])}
    pages: tuple[tuple[Box, ...], ...] = ()
    for source in _papers(exam, printed):
        with suppress(pikepdf.PdfError, OSError, KeyError, TypeError, ValueError), pikepdf.open(source) as pdf:
            pages = tuple(tuple(_boxes(page, height, combs, wanted)) for page in pdf.pages)
        if {box.item for page in pages for box in page} == wanted:
            break
    codes = tuple(
        (left / MM, (height - low - code_side) / MM, code_side / MM) for left, low in corners(width, height, code_side)
    )
    return Layout((width / MM, height / MM), codes, pages)


def _papers(exam: Exam, printed: Path | None) -> Iterator[Path | BytesIO]:
    yield from sorted(printed.glob("*.pdf")) if printed else ()
    yield BytesIO(Papers(exam).question_paper(0))


def _boxes(page: Any, height: float, combs: dict[str, Comb], wanted: set[str]) -> Iterator[Box]:
    for widget in page.get("/Annots", ()):
        name, rect = _name(widget), [float(number) for number in widget["/Rect"]]
        if name in wanted:
            comb = combs.get(name)
            yield Box(
                name, rect[0] / MM, (height - rect[3]) / MM, (rect[2] - rect[0]) / MM, (rect[3] - rect[1]) / MM,
                comb.digits if comb else 0, comb.signed if comb else True,
            )  # fmt: skip


def _name(widget: Any) -> str:
    """A field's full name: its own after those of the fields that it stands in (ISO 32000-1, 12.7.3.2)."""
    parts: list[str] = []
    node = widget
    while node is not None:
        parts += [str(node["/T"])] if "/T" in node else []
        node = node.get("/Parent")
    return ".".join(reversed(parts))


def as_json(layout: Layout) -> dict[str, Any]:
    """For the process that reads pages."""
    boxes = [[[b.item, b.left, b.top, b.width, b.height, b.digits, b.signed] for b in page] for page in layout.pages]
    return {"sheet": layout.sheet, "codes": layout.codes, "pages": boxes}


def from_json(told: dict[str, Any]) -> Layout:
    """What `as_json` wrote."""
    pages: Sequence[Any] = told["pages"]
    return Layout(
        tuple(told["sheet"]), tuple(map(tuple, told["codes"])), tuple(tuple(Box(*b) for b in page) for page in pages)
    )
