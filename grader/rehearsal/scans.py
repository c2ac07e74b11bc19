"""The pages of a simulated class: each student's paper, printed, written on by hand and scanned."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from io import BytesIO

import numpy as np
import pikepdf

from grader.rehearsal.digits import Digits, Grey
from grader.rehearsal.ink import Hand, Rect, mishap_of, write
from grader.rehearsal.pen import MM_PER_INCH, Sheet
from grader.rehearsal.scanner import Scanner, scan
from qgen.exam.exam import Exam
from qgen.papers.papers import Papers
from qgen.typeset.page.combs import Comb

POINTS = 72
DPI = 300  # of a page before it is scanned


def pages_of(
    exam: Exam, variant: int, written: Mapping[str, str], hand: Hand, rng: np.random.Generator, scanner: Scanner,
    digits: Digits, student: str = "", papers: Papers | None = None, mishaps: Mapping[str, str] | None = None,
) -> list[Grey]:  # fmt: skip
    """The scanned pages of one paper, `written` (by item) into its boxes as plain decimals.

    An id comb takes `student`. What goes wrong is drawn by chance unless `mishaps` says it by item.
    """
    combs: Mapping[str, Comb] = combs_of(exam)
    texts = {**written, "student_id": student if "student_id" in combs else ""}
    pages = []
    for sheet, boxes in sheets((papers or Papers(exam)).question_paper(variant)):
        for item, rect in boxes.items():
            mishap = mishap_of(rng) if mishaps is None else mishaps.get(item, "")
            write(sheet, rect, texts.get(item, ""), combs.get(item), hand, digits, rng, mishap)
        pages.append(scan(sheet, scanner, rng))
    return pages


def combs_of(exam: Exam) -> dict[str, Comb]:
    """Which items have a comb."""
    try:
        from qgen.papers.combs import combs_of as of
    except ImportError:
        return {}
    return of(exam)  # type: ignore[no-any-return]


def sheets(paper: bytes, dpi: float = DPI) -> Iterator[tuple[Sheet, dict[str, Rect]]]:
    """The printed pages of a paper, and where the fields of each stand, by name."""
    import pypdfium2

    with pikepdf.open(BytesIO(paper)) as pdf, pypdfium2.PdfDocument(paper) as drawn:
        for page, picture in zip(pdf.pages, drawn, strict=True):
            image = picture.render(scale=dpi / POINTS, grayscale=True, may_draw_forms=False).to_numpy()
            yield Sheet(np.array(image).reshape(image.shape[:2]), dpi), fields(page.obj)


def fields(page: pikepdf.Object) -> dict[str, Rect]:
    """The rectangles of a page's form fields in millimetres from its upper left corner."""
    left, low, right, high = (float(edge) for edge in page.MediaBox)
    found = {}
    for box in page.get("/Annots", []):
        if "/T" in box and not int(box.get("/F", 0)) & 2:
            x, y, end, top = (float(edge) for edge in box.Rect)
            found[str(box.T)] = tuple(
                edge / POINTS * MM_PER_INCH for edge in (x - left, high - top, end - left, high - y)
            )
    return found  # type: ignore[return-value]
