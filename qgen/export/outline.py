"""An outline for Gradescope's template assignments: what to draw and type there, for it imports none."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from itertools import groupby
from pathlib import Path

import pikepdf

from qgen.decimals import plain
from qgen.exam.exam import Exam
from qgen.papers.item_names import item_names
from qgen.papers.papers import Papers
from qgen.tables.delimited import csv_text

HEADING = ("number", "title", "points", "page", "left_mm", "top_mm", "width_mm", "height_mm")
LOOKED_AT = 12  # papers, whose boxes must stand at the same places
_MM = 25.4 / 72

Box = tuple[
    int, float, float, float, float
]  # the page from 1; left, top, right, bottom in mm from its upper left corner


def outline(exam: Exam, templates: Path | None = None) -> tuple[str, tuple[str, ...]]:
    """A CSV table with a row for what stands together on a page, such as a layer's gradients; and remarks."""
    papers = Papers(exam, templates)
    some = sorted({v * (len(exam.variants) - 1) // (LOOKED_AT - 1) for v in range(LOOKED_AT)})
    boxes, *others = (_boxes(papers.question_paper(v), exam) for v in some)
    moved = sum(any(_far(boxes[item], other[item]) for item in boxes) for other in others)
    note = f"the boxes of {moved} of {len(some)} papers stand elsewhere than those of the first: look at them"
    return csv_text([HEADING, *_regions(exam, boxes, templates)]), (note,) * bool(moved)


def _boxes(paper: bytes, exam: Exam) -> dict[str, Box]:
    """Where each item's box stands on a paper."""
    found = {}
    with pikepdf.open(BytesIO(paper)) as pdf:
        for number, page in enumerate(pdf.pages, start=1):
            height = float(page.mediabox[3])
            for widget in page.obj.get("/Annots", []):
                name = str(widget.get("/T", ""))
                if name in exam.rows:
                    left, bottom, right, top = (float(edge) for edge in widget.Rect)
                    found[name] = number, _MM * left, _MM * (height - top), _MM * right, _MM * (height - bottom)
    return found


def _far(one: Box, other: Box) -> bool:
    return any(abs(a - b) > 0.1 for a, b in zip(one, other, strict=True))


def _regions(exam: Exam, boxes: dict[str, Box], templates: Path | None) -> Iterator[tuple[str, ...]]:
    names = item_names(exam, templates)
    for k, q in enumerate(exam.spec.questions, start=1):
        together = groupby(q.question.items, lambda item: (names[item.id].place, boxes[item.id][0]))
        for n, ((place, page), items) in enumerate(together, start=1):
            mine = list(items)
            points = plain(round(sum(item.marks for item in mine), 6))
            left, top = (min(boxes[item.id][edge] for item in mine) for edge in (1, 2))
            right, bottom = (max(boxes[item.id][edge] for item in mine) for edge in (3, 4))
            edges = (f"{edge:.1f}" for edge in (left, top, right - left, bottom - top))
            yield f"{k}.{n}", place, points, str(page), *edges
